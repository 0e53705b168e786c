/* profiles.c - one hold of a power profile, over the module sonde-bus. */
#include "policy/bus/profiles.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/goal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct profiles {
    const struct profiles_bus *bus;
    void *link;
    char held[PROFILES_TEXT];
};

int profiles_open(struct profiles **out, char why[static KNOB_WHY])
{
    char said[BUS_WHY] = "";
    const struct profiles_bus *bus = os_module("sonde-bus", "sonde_profiles");
    if (!bus) {
        text_copy(why, KNOB_WHY, "the module sonde-bus is not installed beside the program; it needs libsystemd");
        return -ENOTSUP;
    }
    void *link;
    int rc = bus->open(&link, said);
    if (rc < 0) {
        text_copy(why, KNOB_WHY, said);
        return rc;
    }
    struct profiles *p = mem_new(sizeof *p);
    *p = (struct profiles){ .bus = bus, .link = link };
    *out = p;
    return 0;
}

void profiles_close(struct profiles *p)
{
    if (p)
        p->bus->close(p->link);
    mem_free(p);
}

int profiles_read(struct profiles *p, struct profiles_state *out, char why[static KNOB_WHY])
{
    char said[BUS_WHY] = "";
    int rc = p->bus->read(p->link, out, said);
    if (rc < 0)
        text_copy(why, KNOB_WHY, said);
    return rc;
}

const char *profiles_for(int goal)
{
    return goal == GOAL_LATENCY || goal == GOAL_THROUGHPUT ? "performance" : goal == GOAL_POWER ? "power-saver" : NULL;
}

int profiles_release(struct profiles *p, char why[static KNOB_WHY])
{
    char said[BUS_WHY] = "";
    p->held[0] = '\0';
    int rc = p->bus->release(p->link, said);
    if (rc < 0)
        text_copy(why, KNOB_WHY, said);
    return rc;
}

int profiles_take(struct profiles *p, const char *profile, const char *reason, char why[static KNOB_WHY])
{
    char said[BUS_WHY] = "";
    if (strcmp(profiles_held(p, 0), profile) == 0)
        return 0;
    int rc = *p->held ? profiles_release(p, why) : 0;
    if (rc < 0)
        return rc;
    rc = p->bus->hold(p->link, profile, reason, said);
    if (rc == 0)
        text_copy(p->held, sizeof p->held, profile);
    else
        snprintf(why, KNOB_WHY, "%.190s", *said ? said : strerror(-rc));
    return rc;
}

const char *profiles_held(struct profiles *p, int64_t wait_ms)
{
    bool held;
    if (p->bus->look(p->link, wait_ms, &held) < 0 || !held)
        p->held[0] = '\0';
    return p->held;
}

void profiles_tuned(const struct profiles_state *s, char out[static KNOB_WHY])
{
    *out = '\0';
    if (s->tuned)
        snprintf(out, KNOB_WHY, "tuned owns the frequencies here%s%.80s; its profile is not switched by Sonde",
                 *s->tuned_profile ? ", by its profile " : "", s->tuned_profile);
}

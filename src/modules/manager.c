/* manager.c - transient scopes by sd-bus: StartTransientUnit and the job it makes (org.freedesktop.systemd1(5)). */
#include "modules/manager.h"

#include "modules/bus_own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER NAME ".Manager"
#define LIMIT_S 10

struct manager_link {
    sd_bus *bus;
    char owner[BUS_NAME];
    char job[BUS_NAME];    /* that is waited for; "" none */
    char result[32];       /* of it; "" it is not over */
};

/* Jobs that are over before the answer that names them was read are passed on in order: the answer comes first. */
static int manager_removed(sd_bus_message *m, void *self, sd_bus_error *e)
{
    struct manager_link *l = self;
    uint32_t id;
    const char *job, *unit, *result;
    (void)e;
    if (sd_bus_message_read(m, "uoss", &id, &job, &unit, &result) >= 0 && strcmp(job, l->job) == 0)
        snprintf(l->result, sizeof l->result, "%s", result);
    return 0;
}

static void manager_close(void *self)
{
    struct manager_link *l = self;
    sd_bus_flush_close_unref(l->bus);
    free(l);
}

static int manager_open(void **self, bool of_system, char why[static BUS_WHY])
{
    sd_bus *b = NULL;
    int rc = bus_connect(of_system, &b, why);
    if (rc < 0)
        return -ENODEV;
    struct manager_link *l = calloc(1, sizeof *l);
    if (!l) {
        sd_bus_unref(b);
        return -ENOMEM;
    }
    l->bus = b;
    rc = bus_owner(b, NAME, l->owner);
    if (rc == -ENODEV)
        snprintf(why, BUS_WHY, "systemd is not the manager of %s here", of_system ? "the system" : "this user");
    else if (rc == 0)
        rc = sd_bus_match_signal(b, NULL, NAME, PATH, MANAGER, "JobRemoved", manager_removed, l);
    if (rc < 0) {
        if (rc != -ENODEV)
            bus_say(why, NULL, rc);
        manager_close(l);
        return rc;
    }
    *self = l;
    return 0;
}

/* ---- properties ---- */

static int manager_number(sd_bus_message *m, const char *name, uint64_t value)
{
    return value ? sd_bus_message_append(m, "(sv)", name, "t", value) : 0;
}

static int manager_text(sd_bus_message *m, const char *name, const char *value)
{
    return *value ? sd_bus_message_append(m, "(sv)", name, "s", value) : 0;
}

static int manager_numbers(sd_bus_message *m, const struct manager_scope *s)
{
    const struct { const char *name; uint64_t value; } set[] = {
        { "CPUWeight", s->cpu_weight }, { "IOWeight", s->io_weight }, { "MemoryLow", s->memory_low },
        { "MemoryHigh", s->memory_high }, { "CPUQuotaPerSecUSec", s->cpu_quota_us },
    };
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < sizeof set / sizeof *set; i++)
        rc = manager_number(m, set[i].name, set[i].value);
    return rc;
}

/* "inactive-or-failed": nothing of it stays when its processes have ended, however they did. */
static int manager_properties(sd_bus_message *m, const struct manager_scope *s)
{
    int rc = sd_bus_message_append(m, "(sv)", "PIDs", "au", 1, (uint32_t)s->pid);
    rc = rc < 0 ? rc : manager_text(m, "Description", s->description);
    rc = rc < 0 ? rc : manager_text(m, "Slice", s->slice);
    rc = rc < 0 ? rc : manager_text(m, "CollectMode", "inactive-or-failed");
    return rc < 0 ? rc : manager_numbers(m, s);
}

/* ---- calls ---- */

static int manager_error(const sd_bus_error *e, int rc)
{
    return sd_bus_error_has_name(e, NAME ".UnitExists") ? -EEXIST :
           sd_bus_error_has_names(e, NAME ".NoSuchProcess", SD_BUS_ERROR_UNIX_PROCESS_ID_UNKNOWN) ? -ESRCH :
           bus_error(e, rc);
}

static int manager_request(struct manager_link *l, const struct manager_scope *s, sd_bus_error *e)
{
    sd_bus_message *m = NULL, *reply = NULL;
    const char *job;
    int rc = sd_bus_message_new_method_call(l->bus, &m, l->owner, PATH, MANAGER, "StartTransientUnit");
    rc = rc < 0 ? rc : sd_bus_message_append(m, "ss", s->name, "fail");
    rc = rc < 0 ? rc : sd_bus_message_open_container(m, 'a', "(sv)");
    rc = rc < 0 ? rc : manager_properties(m, s);
    rc = rc < 0 ? rc : sd_bus_message_close_container(m);
    rc = rc < 0 ? rc : sd_bus_message_append(m, "a(sa(sv))", 0);
    rc = rc < 0 ? rc : sd_bus_call(l->bus, m, 0, e, &reply);
    rc = rc < 0 ? rc : sd_bus_message_read(reply, "o", &job);
    l->result[0] = '\0';
    if (rc >= 0)
        snprintf(l->job, sizeof l->job, "%s", job);
    sd_bus_message_unref(m);
    sd_bus_message_unref(reply);
    return rc;
}

static int manager_await(struct manager_link *l)
{
    struct timespec begin, now;
    int rc = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    now = begin;
    while (rc >= 0 && !*l->result && now.tv_sec - begin.tv_sec < LIMIT_S) {
        rc = sd_bus_process(l->bus, NULL);
        if (rc == 0)
            rc = sd_bus_wait(l->bus, 1000000);
        rc = rc == -EINTR ? 0 : rc;
        clock_gettime(CLOCK_MONOTONIC, &now);
    }
    return rc < 0 ? bus_error(NULL, rc) : !*l->result ? -ETIMEDOUT : strcmp(l->result, "done") == 0 ? 0 : -EIO;
}

/* Where it is: a scope that its process has left meanwhile, by its end, has no group any more. */
static int manager_group(struct manager_link *l, const char *name, char group[static MANAGER_GROUP], sd_bus_error *e)
{
    sd_bus_message *m = NULL;
    const char *path;
    char *text = NULL;
    int rc = sd_bus_call_method(l->bus, l->owner, PATH, MANAGER, "GetUnit", e, &m, "s", name);
    rc = rc < 0 ? rc : sd_bus_message_read(m, "o", &path);
    if (rc >= 0)
        rc = sd_bus_get_property_string(l->bus, l->owner, path, NAME ".Scope", "ControlGroup", e, &text);
    if (rc >= 0)
        snprintf(group, MANAGER_GROUP, "%s", text);
    free(text);
    sd_bus_message_unref(m);
    return rc < 0 || !*group ? -ESRCH : 0;
}

static int manager_start(void *self, const struct manager_scope *s, char group[static MANAGER_GROUP],
                         char why[static BUS_WHY])
{
    struct manager_link *l = self;
    sd_bus_error e = SD_BUS_ERROR_NULL;
    int rc = manager_request(l, s, &e);
    if (rc < 0) {
        bus_say(why, &e, rc);
        rc = manager_error(&e, rc);
    } else {
        rc = manager_await(l);
        if (rc < 0)
            snprintf(why, BUS_WHY, "%s was not made: %s", s->name, *l->result ? l->result : strerror(-rc));
    }
    if (rc == 0 && (rc = manager_group(l, s->name, group, &e)) < 0)
        snprintf(why, BUS_WHY, "the process ended");
    sd_bus_error_free(&e);
    return rc;
}

extern const struct manager_bus sonde_manager __attribute__((visibility("default")));
const struct manager_bus sonde_manager = { .open = manager_open, .start = manager_start, .close = manager_close };

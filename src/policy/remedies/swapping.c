/*
 * swapping.c - pages of programs go out to swap and come back. A low vm.swappiness gives up caches before them
 * (Documentation/admin-guide/sysctl/vm.rst); where the largest has a control group of version 2 of its own, memory.high
 * makes it give back of its own memory first.
 */
#include "policy/remedies/aim.h"

#include "os/os.h"
#include "policy/hierarchy.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#define SWAPPINESS 10
#define LEAST_RATE 100e3 /* bytes a second that come back */
#define HIGH 0.8         /* of what the largest has */

static void swapping_read(const char *root, struct remedy_point *p)
{
    p->number = aim_keyed(root, "/proc/vmstat", "pswpin") * (double)sysconf(_SC_PAGESIZE);
}

static double swapping_value(const struct remedy_target *t, const struct remedy_point *a, const struct remedy_point *b)
{
    (void)t;
    return (b->number - a->number) / aim_seconds(a, b);
}

static void swapping_swappiness(const struct remedy_scene *s, struct plan *p)
{
    int64_t now;
    char value[16];
    if (os_read_i64(s->root, "/proc/sys/vm/swappiness", &now) == 0 && now <= SWAPPINESS)
        return; /* lower than that it only ends programs sooner */
    snprintf(value, sizeof value, "%d", SWAPPINESS);
    aim_step(s, p, "vm.swappiness", "", 0, value, "caches are given up before the memory of programs");
}

/* What a process has in memory and in swap. */
static double swapping_holds(const struct doing *then, const struct doing *now)
{
    (void)then;
    return now->memory_bytes;
}

static void swapping_hog(const struct remedy_scene *s, struct remedy_target *t, struct plan *p)
{
    double held;
    int64_t current;
    struct remedy_target hog;
    struct hierarchy h;
    char why[KNOB_WHY], path[OS_PATH_MAX], value[32];
    if (s->machine->groups != 2 || aim_find(s, swapping_holds, 1, "holds memory", &hog, &held, why) < 0 || !*hog.group)
        return;
    if (hierarchy_find(s->root, "memory", &h) < 0 || h.version != 2 ||
        hierarchy_path(&h, hog.group, "memory.current", path, sizeof path) < 0 ||
        os_read_i64(s->root, path, &current) < 0 || current <= 0)
        return;
    snprintf(value, sizeof value, "%.0f", floor(HIGH * (double)current / 4096) * 4096);
    if (aim_step(s, p, "memory.high", hog.group, 0, value, "the largest gives back of its own memory first"))
        *t = hog;
}

static int swapping_aim(const struct remedy_scene *s, struct remedy_target *t, struct plan *p,
                        char why[static KNOB_WHY])
{
    char rate[AMOUNT_MAX];
    double back = swapping_value(NULL, &s->before, &s->after);
    *t = (struct remedy_target){ .name = "the memory of this machine" };
    if (isnan(back) || back < LEAST_RATE) {
        snprintf(why, KNOB_WHY, isnan(back) ? "this kernel does not say how much is swapped (/proc/vmstat)" :
                 "hardly anything comes back from swap now");
        return -ENODATA;
    }
    swapping_hog(s, t, p);
    snprintf(t->does, sizeof t->does, "%s come back from swap", amount_text(back, UNIT_BYTE_PER_S, rate));
    swapping_swappiness(s, p);
    if (!p->n && !p->notes.n) {
        snprintf(why, KNOB_WHY,
                 "vm.swappiness is low already, and the largest program has no control group of its own to limit");
        return -ENODATA;
    }
    return 0;
}

const struct remedy remedy_swapping = {
    .name = "swapping",
    .how = "caches are given up before the memory of programs, and the largest program gives back first",
    .risk = "files are read from disk more often; a program that is limited may get slow",
    .measure = "what comes back from swap", .unit = UNIT_BYTE_PER_S, .wants_doings = true, .weighs = 1,
    .read = swapping_read,
    .value = swapping_value, .aim = swapping_aim,
};

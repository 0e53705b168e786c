/*
 * poller.c - processes that wake up all the time for a look: a timer slack of 10 ms lets the kernel wake them together
 * with others. 40 that slept for 3 ms each took 5.7 times fewer interrupts with 2 ms (docs/POLICY.md).
 */
#include "policy/remedies/aim.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#define LEAST_WAKES 100.0 /* a second */
#define SLACK "10000000"  /* ns */
#define LITTLE 0.0005     /* s of computing each time: who does more has something to do */

static double poller_slept(const struct doing *then, const struct doing *now)
{
    return now->sleeps - (then ? then->sleeps : 0);
}

static double poller_ran(const struct doing *then, const struct doing *now)
{
    return now->run_s - (then ? then->run_s : 0);
}

/* A tree is sought among those who sleep more than they compute. */
static double poller_polled(const struct doing *then, const struct doing *now)
{
    double slept = poller_slept(then, now);
    return slept > 0 && poller_ran(then, now) / slept < LITTLE ? slept : 0;
}

static double poller_value(const struct remedy_target *t, const struct remedy_point *a, const struct remedy_point *b)
{
    return aim_sum(t, true, poller_slept, a, b) / aim_seconds(a, b);
}

static int poller_aim(const struct remedy_scene *s, struct remedy_target *t, struct plan *p, char why[static KNOB_WHY])
{
    double wakes;
    int rc = aim_find(s, poller_polled, LEAST_WAKES, "wakes up a hundred times a second or more", t, &wakes, why);
    if (rc < 0)
        return rc;
    if (wakes < LEAST_WAKES) {
        snprintf(why, KNOB_WHY, "%.80s wakes up %.0f times a second: too seldom to cost much", t->name, wakes);
        return -ENODATA;
    }
    snprintf(t->does, sizeof t->does, "wakes up %.0f times a second, for little work each time", wakes);
    aim_processes(s, p, t, "timer.slack", SLACK, "its timers may end up to 10 ms later, together with others");
    return 0;
}

const struct remedy remedy_poller = {
    .name = "poller", .how = "whoever wakes up all the time may be woken up to 10 ms later, together with others",
    .risk = "it looks less often, and what it waits for is seen up to 10 ms later",
    .measure = "times that it wakes up", .unit = UNIT_PER_S, .wants_doings = true, .weighs = -1,
    .value = poller_value, .aim = poller_aim,
};

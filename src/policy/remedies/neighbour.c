/*
 * neighbour.c - a tree of processes takes the processors while others wait for one.
 *
 * Where it has a control group of its own, the weight of that counts. Where all of its session belongs to it and
 * autogroup is on, the nice value of the session does, and any user may set it back. Else it is that of its processes,
 * which counts among their session or group only, and which nobody can set back without CAP_SYS_NICE.
 */
#include "policy/remedies/aim.h"

#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#define LEAST_TAKEN 0.5   /* processors */
#define LEAST_NAMED 0.05  /* of whom a person named */
#define LEAST_WAIT 5.0    /* % */
#define LEAST_WANTED 0.01 /* processors that others want: of less no share is known */

/* With those whom it started and who have ended: who builds starts one after the other. */
static double neighbour_took(const struct doing *then, const struct doing *now)
{
    double ended = then ? now->ended_s - then->ended_s : now->ended_s;
    return now->run_s - (then ? then->run_s : 0) + (ended > 0 ? ended : 0);
}

static double neighbour_ran(const struct doing *then, const struct doing *now)
{
    return now->run_s - (then ? then->run_s : 0);
}

static double neighbour_waited(const struct doing *then, const struct doing *now)
{
    return now->wait_s - (then ? then->wait_s : 0);
}

static double neighbour_value(const struct remedy_target *t, const struct remedy_point *a, const struct remedy_point *b)
{
    double waited = aim_sum(t, false, neighbour_waited, a, b), ran = aim_sum(t, false, neighbour_ran, a, b);
    bool known = a->doings.waits && b->doings.waits && waited + ran >= LEAST_WANTED * aim_seconds(a, b);
    return known ? 100 * waited / (waited + ran) : NAN;
}

static bool neighbour_autogroup(const char *root)
{
    int64_t on;
    return os_read_i64(root, "/proc/sys/kernel/sched_autogroup_enabled", &on) == 0 && on == 1;
}

static int neighbour_steps(const struct remedy_scene *s, const struct remedy_target *t, struct plan *p,
                           char why[static KNOB_WHY])
{
    if (*t->group) {
        aim_step(s, p, "cpu.weight", t->group, 0, "10",
                 "its group gets a tenth of what others get, where both want it");
        return 0;
    }
    int32_t session = neighbour_autogroup(s->root) ? aim_session(s, t) : 0;
    if (session) {
        aim_step(s, p, "autogroup", "", session, "19", "its session comes last, where others want a processor");
        return 0;
    }
    if (!s->machine->can_nice) {
        snprintf(why, KNOB_WHY,
                 "%.80s shares its session with others, so its nice value would be lowered, and nobody without "
                 "CAP_SYS_NICE can set that back", t->name);
        return -EACCES;
    }
    aim_processes(s, p, t, "sched", "batch", "it is taken for work that nobody waits for");
    aim_processes(s, p, t, "nice", "19", "others of its session go before it");
    return 0;
}

static int neighbour_aim(const struct remedy_scene *s, struct remedy_target *t, struct plan *p,
                         char why[static KNOB_WHY])
{
    double taken;
    int rc = aim_find(s, neighbour_took, LEAST_TAKEN, "takes half a processor or more", t, &taken, why);
    if (rc < 0)
        return rc;
    if (taken < LEAST_NAMED) {
        snprintf(why, KNOB_WHY, "%.80s hardly uses a processor now", t->name);
        return -ENODATA;
    }
    double waits = neighbour_value(t, &s->before, &s->after);
    if (isnan(waits) || waits < LEAST_WAIT) {
        if (!s->after.doings.waits)
            snprintf(why, KNOB_WHY, "this kernel does not say how long tasks wait for a processor (schedstat)");
        else
            snprintf(why, KNOB_WHY, "%.80s takes %.1f processors, but nobody else has to wait for one", t->name, taken);
        return -ENODATA;
    }
    snprintf(t->does, sizeof t->does,
             "took %.1f processors, while others waited %.0f %% of the time in which they wanted one",
             taken, waits);
    return neighbour_steps(s, t, p, why);
}

const struct remedy remedy_neighbour = {
    .name = "neighbour", .how = "whoever takes the processors comes after others who want one",
    .risk = "it goes on, but slower while others work",
    .measure = "time that others wait for a processor, of that in which they want one",
    .unit = UNIT_PERCENT, .wants_doings = true, .weighs = 0, .value = neighbour_value, .aim = neighbour_aim,
};

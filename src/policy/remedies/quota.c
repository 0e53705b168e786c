/*
 * quota.c - a control group is stopped again and again by its own processor limit. The limit is raised to what the
 * group was measured to want: what it ran and what it was stopped for, and a tenth more, never beyond the processors
 * that there are, and never to none.
 */
#include "policy/remedies/aim.h"

#include "base/text.h"
#include "policy/hierarchy.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_STOPPED 1.0 /* % of the time of one processor */
#define ROOM 1.1

static void quota_read(const char *root, struct remedy_point *p)
{
    limited_read(root, &p->limited);
}

/* In which share of the time it was stopped, in percent of one processor. */
static double quota_stopped(const char *path, const struct remedy_point *a, const struct remedy_point *b)
{
    const struct limited_group *then = limited_at(&a->limited, path), *now = limited_at(&b->limited, path);
    return then && now ? 100 * (now->stopped_s - then->stopped_s) / aim_seconds(a, b) : NAN;
}

static double quota_value(const struct remedy_target *t, const struct remedy_point *a, const struct remedy_point *b)
{
    return quota_stopped(t->group, a, b);
}

/* The group that is stopped most; of whom a person named the nearest limited one above him. */
static const struct limited_group *quota_worst(const struct remedy_scene *s, double *stopped)
{
    const struct limited_group *worst = NULL;
    const struct limited *all = &s->after.limited;
    char of[KNOB_INST_MAX];
    bool named = s->pid && aim_group_of(s, s->pid, of);
    for (size_t i = 0; i < all->n; i++) {
        const char *path = all->group[i].path;
        double v = quota_stopped(path, &s->before, &s->after);
        bool above = !s->pid || (named && hierarchy_is_within(of, path));
        if (above && !isnan(v) && (!worst || v > *stopped)) {
            worst = &all->group[i];
            *stopped = v;
        }
    }
    return worst;
}

static int quota_aim(const struct remedy_scene *s, struct remedy_target *t, struct plan *p, char why[static KNOB_WHY])
{
    char value[KNOB_VALUE_MAX];
    double stopped = 0;
    const struct limited_group *g = quota_worst(s, &stopped);
    if (!g || stopped < LEAST_STOPPED) {
        snprintf(why, KNOB_WHY, g ? "no control group is stopped by its processor limit now" :
                 "no control group here has a processor limit");
        return -ENODATA;
    }
    double seconds = aim_seconds(&s->before, &s->after);
    double ran = g->ran_s - limited_at(&s->before.limited, g->path)->ran_s;
    double has = g->quota_us / g->period_us, wants = (isnan(ran) ? has : ran / seconds) + stopped / 100;
    double gets = fmin(ROOM * wants, s->machine->cpus_online);
    text_copy(t->group, sizeof t->group, g->path);
    snprintf(t->name, sizeof t->name, "the control group %.120s", g->path);
    snprintf(t->does, sizeof t->does, "may use %.2f processors, wants %.2f, and is stopped for the rest", has, wants);
    if (gets <= has) {
        snprintf(why, KNOB_WHY, "%.100s may use all %d processors already", t->name, s->machine->cpus_online);
        return -ENODATA;
    }
    snprintf(value, sizeof value, "%.0f", rint(gets * 100));
    aim_step(s, p, "cpu.max", g->path, 0, value, "what it was measured to want, and a tenth more");
    return 0;
}

const struct remedy remedy_quota = {
    .name = "quota", .how = "the processor limit of the group is raised to what it was measured to want",
    .risk = "others on this machine get less",
    .measure = "time for which the limit stops it, in percent of one processor",
    .unit = UNIT_PERCENT, .weighs = 0, .read = quota_read, .value = quota_value, .aim = quota_aim,
};

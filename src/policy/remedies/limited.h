/*
 * The control groups whose processor time is limited, and how often the limit stopped them: cpu.max and cpu.stat of
 * version 2 (Documentation/admin-guide/cgroup-v2.rst), cpu.cfs_quota_us and cpu.stat of version 1
 * (Documentation/scheduler/sched-bwc.rst).
 */
#ifndef POLICY_LIMITED_H
#define POLICY_LIMITED_H

#include "policy/knob.h"

#define LIMITED_MOST 512 /* groups that are looked at */

struct limited_group {
    char path[KNOB_INST_MAX]; /* below the hierarchy: "/jobs" */
    double quota_us, period_us;
    double ran_s;             /* processor time so far; NaN not known */
    double stopped_s;         /* time that it wanted to run and was stopped, summed over processors, so far */
};

struct limited {
    struct limited_group *group; /* n of them */
    size_t n, cap;
};

/* Reads them in place of what was there. 0, or -ENODEV: there are no such groups here. */
int limited_read(const char *root, struct limited *out);
void limited_done(struct limited *l);
const struct limited_group *limited_at(const struct limited *l, const char *path); /* NULL */

#endif

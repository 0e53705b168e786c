/*
 * A control group of its own for a process that runs, made by systemd: under it nobody else may make groups outside
 * what was delegated to them. The group goes with its processes, so nothing of it has to be undone.
 */
#ifndef POLICY_SCOPE_H
#define POLICY_SCOPE_H

#include "policy/knob.h"

#define SCOPE_GROUP 256
#define SCOPE_WEIGHT_MAX 1000 /* ten times the default */

struct scope_wish {
    int32_t pid;
    const char *what;               /* for people: "make, under the goal throughput" */
    int cpu_weight, io_weight;      /* 1..SCOPE_WEIGHT_MAX; 0: not set */
    uint64_t memory_low, memory_high; /* bytes; 0: not set */
    double cpus;                    /* at most so many processors; 0: not set */
};

struct scope {
    char name[64];           /* "sonde-4711-12.scope" */
    char group[SCOPE_GROUP]; /* below the hierarchy: "/user.slice/.../sonde-4711-12.scope" */
    bool of_system;
};

/*
 * Moves a process, and with it what it starts, into a scope: of the system where we are root, else of this user's own
 * manager. -ENODEV: systemd is not the manager here; -ENOTSUP the module is not installed; -EINVAL a weight out of
 * range; -ESRCH there is no such process; -EACCES, -ETIMEDOUT, -EIO; and why.
 */
int scope_start(const struct scope_wish *w, struct scope *out, char why[static KNOB_WHY]);

#endif

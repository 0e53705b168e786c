/*
 * The control groups that bind this process, one for processors and one for memory: of our own and
 * those above it the one with the tightest limit, or our own where none has a limit.
 */
#ifndef ADAPTERS_LINUX_CGROUP_LIMIT_H
#define ADAPTERS_LINUX_CGROUP_LIMIT_H

#include <stdbool.h>

#define CGROUP_DIR_MAX 1024

enum cgroup_controller { CGROUP_CPU, CGROUP_MEMORY, CGROUP_CONTROLLERS };

struct cgroup_group {
    bool v2;
    char dir[CGROUP_DIR_MAX];
    bool there; /* there is something to tell about it: it is not the top of the machine */
};

/* Asks /proc/self/cgroup and the limits on the way up. */
void cgroup_find(const char *root, enum cgroup_controller controller, struct cgroup_group *g);

/* Processors that its quota allows; NaN for no quota. Reads the file anew: a limit may change. */
double cgroup_quota(const char *root, const struct cgroup_group *g);

/* Bytes that it may use; NaN for no limit. */
double cgroup_memory_limit(const char *root, const struct cgroup_group *g);

/* Processors that it may run on at all; NaN where that is not known. */
double cgroup_all_cpus(const char *root, const struct cgroup_group *g);

#endif

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
    bool there;      /* there is something to tell about it: it is not the top of the machine */
    int limit_fd[2]; /* of its limit; version 1 has quota and period of processors in two files */
};

/* Asks /proc/self/cgroup and the limits on the way up; to be closed with cgroup_release(). */
void cgroup_find(const char *root, enum cgroup_controller controller, struct cgroup_group *g);
void cgroup_release(struct cgroup_group *g);

/* Processors that its quota allows now; NaN for no quota. */
double cgroup_quota(const struct cgroup_group *g);

/* Bytes that it may use now; NaN for no limit. */
double cgroup_memory_limit(const struct cgroup_group *g);

/* Processors that it may run on at all; NaN where that is not known. */
double cgroup_all_cpus(const char *root, const struct cgroup_group *g);

#endif

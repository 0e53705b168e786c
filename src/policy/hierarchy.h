/*
 * Where the control groups of a controller are: cgroup v2, or where it is still on version 1 a hierarchy of its own
 * (cgroups(7)).
 */
#ifndef POLICY_HIERARCHY_H
#define POLICY_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HIERARCHY_PATH 256

struct hierarchy {
    const char *root;           /* borrowed */
    int version;                /* 1 or 2 */
    char controller[16];        /* as that version calls it */
    char mount[HIERARCHY_PATH]; /* "/sys/fs/cgroup", "/sys/fs/cgroup/cpu" */
    char above[HIERARCHY_PATH]; /* the group that is mounted there: "" unless a container sees a part only */
    char own[HIERARCHY_PATH];   /* of this process, below the mount: "/" or "/user.slice/..." */
};

/* Of "cpu", "memory", "io" (in version 1 "blkio"). -ENODEV: it is nowhere. *out is changed also after an
 * error. */
int hierarchy_find(const char *root, const char *controller, struct hierarchy *out);

/* The group of a task in it, below the mount; pid 0: this process. -ESRCH; -ENODEV: outside of what is mounted. */
int hierarchy_of_task(const struct hierarchy *h, int32_t pid, char out[static HIERARCHY_PATH]);

/* Is "/" there the group of the whole machine, and not that of a container? */
bool hierarchy_is_top(const struct hierarchy *h);

/* Path of a file of a group ("" its directory). -EINVAL: "/jobs/../x" and the like; -ENAMETOOLONG. */
int hierarchy_path(const struct hierarchy *h, const char *group, const char *file, char *out, size_t cap);

/* The group above: "/a/b" gives "/a", "/a" and "/" give "/". */
void hierarchy_above(const char *group, char out[static HIERARCHY_PATH]);

/* How much of each period its tasks may run, both in microseconds. False: it has no limit, or it cannot be read. */
bool hierarchy_quota(const struct hierarchy *h, const char *group, double *quota_us, double *period_us);

/* Is a group another one, or below it? */
bool hierarchy_is_within(const char *group, const char *other);

/* v2: does a group have this controller for the groups below it ("cgroup.subtree_control")? In v1: always. */
bool hierarchy_gives(const struct hierarchy *h, const char *group, const char *controller);

#endif

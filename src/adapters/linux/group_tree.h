/*
 * The control groups that stand for something a person knows: services, containers, machines, the
 * sessions of a user together. Both versions of the hierarchy, and both at once.
 *
 *   system.slice/ssh.service                                  ssh.service
 *   system.slice/docker-<64 digits>.scope                     docker-4f5a0c1d2e3b
 *   docker/<64 digits>                                        docker-4f5a0c1d2e3b
 *   kubepods.slice/.../cri-containerd-<64 digits>.scope       cri-containerd-4f5a0c1d2e3b
 *   lxc.payload.web                                           lxc.payload.web
 *   user.slice/user-1000.slice                                user-1000.slice
 *
 * What sessions and transient units are called changes with every start, and the units of single
 * connections have addresses in their names: they are left out, or counted with what they are in.
 */
#ifndef ADAPTERS_LINUX_GROUP_TREE_H
#define ADAPTERS_LINUX_GROUP_TREE_H

#include <stdbool.h>
#include <stdint.h>

#define GROUP_PATH_MAX 512 /* below the top of a hierarchy, with its NUL */
#define GROUP_NAME_MAX 64

struct group_tree {
    const char *root;
    bool v2;           /* the only hierarchy there is */
    int count_fd;      /* a file that changes when groups come or go, or negative */
    uint64_t count;    /* its content, hashed */
};

/* -ENOENT where no hierarchy is mounted. */
int group_tree_open(struct group_tree *t, const char *root);
void group_tree_close(struct group_tree *t);

/* May groups have come or gone since the last call?
 * One that goes while another comes is not seen. */
bool group_tree_changed(struct group_tree *t);

/*
 * Calls each() for every group, perhaps more than once: path is "/system.slice/ssh.service", name
 * as above.
 */
void group_tree_list(const struct group_tree *t,
                     void (*each)(void *self, const char *path, const char *name), void *self);

#endif

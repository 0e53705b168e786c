/*
 * The file systems that a person would call such, from /proc/self/mountinfo
 * (proc_pid_mountinfo(5)): on disks, in pools, on the network, and whatever is mounted at "/". Each
 * once, at its shortest mount point. Not the kernel's own (proc, tmpfs ...), not images that are
 * full by nature.
 */
#ifndef ADAPTERS_LINUX_MOUNTS_H
#define ADAPTERS_LINUX_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct lines;

struct mount {
    char *point;       /* where it is mounted, in plain characters */
    unsigned long long device; /* which file system it is */
    bool remote;       /* somebody else answers for it (a server, a FUSE process), or does not */
};

struct mounts {
    struct mount *m;   /* n of them, in the order of the table */
    size_t n, cap;
};

/* Replaces what is there by what the table says. */
void mounts_parse(struct mounts *m, struct lines *table);
void mounts_done(struct mounts *m);

#endif

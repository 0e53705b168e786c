/*
 * The ways to see all processes. Each fills a table; what becomes of it is process.c's affair.
 *
 * The ways differ in what they cost, in rights, and in what they know: /proc rounds CPU time down to clock
 * ticks, the kernel's records are exact and some tell of those who ended.
 */
#ifndef ADAPTERS_LINUX_PROCESS_WALK_H
#define ADAPTERS_LINUX_PROCESS_WALK_H

#include "core/proctab.h"

#define WALK_WHY 160

/* Who ended, of a way that tells. */
struct walk_ends {
    struct proctab gone; /* each as it was at its end, since the reading before: in any order, some twice */
    double short_lived;  /* so far: tasks that came and went between two readings */
    double lost;         /* so far: processes that ended without a row in `gone` */
};

struct walk {
    const char *name;    /* as adapters.process_walk says it */
    const char *doc;     /* what is read, in a few words */
    bool tells_ends;

    /* Prepares it. An error, and in why[] one line for people: what is missing and how to get it. */
    int (*open)(const char *root, void **self, char why[static WALK_WHY]);

    /* Optional: -EAGAIN as long as it cannot read yet, another error and why[] when it never will. */
    int (*ready)(void *self, char why[static WALK_WHY]);

    /* Adds everybody who is there to a cleared table, by pid; fills *ends where it tells. Does not
     * allocate more than a table that grows. */
    int (*read)(void *self, struct proctab *now, struct walk_ends *ends);

    void (*close)(void *self);
};

extern const struct walk walk_bpf, walk_taskstats, walk_text;

/* Has this process a capability? See capabilities(7); the numbers are those of linux/capability.h. */
bool walk_may(int capability);

/* Are our numbers of processes those of the whole machine? In a container mostly not. Where nothing tells, in a
 * recording or with a kernel without namespaces, they are. */
bool walk_in_initial_namespace(const char *root);

#endif

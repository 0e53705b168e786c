/*
 * What a plan must know of the machine: which processors this process may use, how they hang together, which control
 * groups there are, who else tunes, and how busy it is now.
 */
#ifndef POLICY_MACHINE_H
#define POLICY_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define MACHINE_PATH 256

struct machine {
    const char *root;            /* borrowed */
    int cpus_online;
    int cpus_allowed;            /* by affinity and cpuset */
    double cpus_quota;           /* by cpu.max or cfs_quota of the groups above; NAN where there is none */
    int threads_useful;          /* what a program should start: at least 1 */
    int smt;                     /* threads of a core */
    int nodes;                   /* of memory */
    int llcs;                    /* last-level caches */
    bool hybrid;                 /* cores of more than one capacity */
    bool in_vm;
    bool on_battery;
    double battery;              /* percent; NAN where there is none */
    double hottest, critical;    /* celsius; NAN where not known */
    bool autogroup;              /* is it on, and are we in the root group, where alone it counts? */
    bool root_user;              /* effective uid 0 */
    bool can_nice;               /* CAP_SYS_NICE */
    int groups;                  /* 1 or 2: the version that the cpu controller is in; 0: none */
    char group[MACHINE_PATH];    /* our own group in it: "/", "/user.slice/..." */
    bool group_writable;         /* may we make a group below? */
    double contention;           /* share of the time in which some task waited for a processor, by
                                  * /proc/pressure/cpu over 10 s, 0..1; NAN where not known */
    double load;                 /* running tasks beside us for each processor, now */
};

void machine_look(const char *root, struct machine *out);

/* Seconds for which "some" or all ("full") tasks waited for "cpu", "memory" or "io", so far; NAN not known. */
double machine_pressure_s(const char *root, const char *what, const char *who);

/* From how many degrees on it is too hot to be made hotter: 10 below what its sensor calls critical, 90 where that is
 * not known. */
double machine_hot_c(const struct machine *m);

/* The processors that share the last-level cache (or node, or core type) best suited to `n` threads, as a list. "" with
 * two or fewer: pinning there makes it worse (measured). */
void machine_place(const struct machine *m, int n, char out[static MACHINE_PATH]);

#endif

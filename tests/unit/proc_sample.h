/* Processes of a made-up machine (tree.h). */
#ifndef TESTS_UNIT_PROC_SAMPLE_H
#define TESTS_UNIT_PROC_SAMPLE_H

#include "tree.h"

#include <stdint.h>

struct proc_sample {
    int32_t pid, parent, session;
    const char *name;
    unsigned long long start;
    unsigned flags;       /* PF_... of linux/sched.h */
    unsigned uid[4];      /* real, effective, saved, of files */
};

/* stat and status of a process; what is there is changed. */
void proc_sample(const char *root, const struct proc_sample *p);

/* Of a thread of it, and where it is the first also of the process: seconds running and waiting so far. */
void proc_sample_waits(const char *root, int32_t pid, int32_t thread, double ran_s, double waited_s);

/* How long all processors were busy so far. */
void proc_sample_busy(const char *root, double busy_s);

#endif

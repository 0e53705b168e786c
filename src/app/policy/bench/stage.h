/*
 * A stage: the processes of one trial, in a session of their own, and their end.
 *
 * A process of ours opens the session, may enter a control group and become an ordinary user, and starts the noise and
 * the program from there, as a shell would. It ends them when it is told to, and when this process is gone however that
 * came about: it waits on a pipe that closes then. Whatever they left behind, in whichever session, is ended, too.
 */
#ifndef APP_POLICY_BENCH_STAGE_H
#define APP_POLICY_BENCH_STAGE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct stage_about {
    const char *group;    /* folder of a control group that all of them enter; NULL: none */
    bool ordinary;        /* as the user nobody, where we are root */
    const char *dir;      /* theirs: HOME, and where they run */
    const char *errors;   /* file for what they complain of */
    const char *const *noise;   /* words, to a NULL; started first. NULL: none */
    const char *const *program; /* likewise */
    int nice;             /* of the program */
};

struct stage {
    int32_t pid;
    int control, out, report; /* closing the first ends it; what the program says; how it ended */
};

struct stage_end {
    int status;           /* as a shell has it; below 0: a negative errno value, nothing was started */
    double wall_s, cpu_s; /* of the program, and of what it waited for */
};

/* Before the first: what processes leave behind comes to this one. */
void stage_prepare(void);

/* Errors: those of pipe(2) and fork(2). */
int stage_start(const struct stage_about *a, struct stage *s);

/* Puts what the program says until it closes its output. 0, -ETIMEDOUT, -EINTR a signal asks this process to end. */
int stage_hear(struct stage *s, double seconds, struct buf *out);

/* Waits until the program has ended. The same. */
int stage_wait(struct stage *s, double seconds, struct stage_end *end);

/* Waits for its end, also after a signal that asks this process to end. 0, or -EPIPE. */
int stage_finish(struct stage *s, struct stage_end *end);

/* Ends the program, with time to put things back, then all the rest. `struct stage s = { 0 }` is none. */
void stage_stop(struct stage *s);

/* Ends every process that was started by this one since stage_prepare(), or by those. */
void stage_sweep(void);

#endif

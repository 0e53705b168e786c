/*
 * Starts a program under a plan and waits for it: what `sonde run` does.
 *
 * Knobs of the environment and of processes are set in the child, before the program is executed: they end with it, so
 * nothing of them needs a journal. What the program has of this process: its standard descriptors, directory and
 * signals. A plan with session=own gives it a session of its own, which has no controlling terminal: what the terminal
 * sends to us (Ctrl-C, its size, stop and go on) is sent on.
 */
#ifndef POLICY_LAUNCH_H
#define POLICY_LAUNCH_H

#include "policy/plan.h"

struct launch {
    int32_t pid;       /* while it runs */
    bool own_session;
    bool told_to_end;  /* by a signal that came to us: however it ended then, somebody stopped it */
    int tick_ms;       /* between two calls of tick(): set it after the start; 0 is a second */
    int64_t begun_ns;  /* os_mono_ns() */
    int status;        /* as a shell has it: its exit status, 128 + n where signal n ended it; 127 it is not
                        * there, 126 it cannot be executed */
    double setup_s;    /* from the fork to the program */
    double wall_s, cpu_s; /* of it and of what it waited for */
    int64_t switches;  /* involuntary: it was made to wait for a processor */
    int64_t faults;    /* page faults */
    double rss_bytes;  /* the largest */
};

/*
 * Starts argv (to a NULL; argv[0] is sought in PATH) with the steps of the plan that are planned and are its own, and
 * fills their state, old and now. With `strict` a step that does not take ends it before the program is executed. 0
 * when it was started; else the error of fork(2) or execve(2), or -ECANCELED by strict, and l->status is a shell's.
 */
int launch_start(struct plan *p, const char *const *argv, bool strict, struct launch *l);

/* Waits until it has ended, sending signals on; calls tick() about every tick_ms while it runs, where given. */
void launch_wait(struct launch *l, void (*tick)(void *self), void *self);

#endif

/*
 * The processes of a machine at an instant, with what a remedy must know of each: how long it ran and waited for a
 * processor, how often it slept, what it wrote. Their difference between two instants says who does what to whom.
 *
 * From /proc/PID/stat, status, schedstat and io; of a process with several threads all of them are counted. Arguments
 * and environments are never read.
 */
#ifndef POLICY_DOINGS_H
#define POLICY_DOINGS_H

#include "core/proctab.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct doing {
    int32_t pid, ppid, session;
    uint32_t uid;
    uint64_t start;       /* ticks since boot: with pid it identifies a process */
    bool kernel;          /* a thread of the kernel */
    bool terminal;        /* it has a controlling terminal */
    char name[PROC_NAME_MAX];
    int threads;
    double run_s, wait_s; /* on a processor; wanting one and waiting for it, so far */
    double ended_s;       /* on a processor, of those whom it started and waited for: a build is made of them */
    double sleeps;        /* times that it went to sleep by itself, so far: it woke up as often */
    double write_bytes;   /* to storage so far; NaN where that may not be read */
    double memory_bytes;  /* held now, in memory and in swap */
};

struct doings {
    struct doing *item;    /* n, by pid */
    size_t n, cap;
    bool waits;           /* does this kernel say how long they waited? */
};

/* Reads them in place of what was there. Returns the count, or an error of reading /proc. */
int doings_read(const char *root, struct doings *out);
void doings_done(struct doings *t);

const struct doing *doings_at(const struct doings *t, int32_t pid); /* NULL */

/* The same process at another instant; NULL where it was not there. */
const struct doing *doings_same(const struct doings *t, const struct doing *as);

/* Takes off ended_s what those who ended since `before` had run by then: else it counts between the two as well. */
void doings_settle(const struct doings *before, struct doings *now);

/* Is a process one of n others, or below one of them? */
bool doings_below(const struct doings *t, const struct doing *p, const int32_t *top, size_t n);

#endif

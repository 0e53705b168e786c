/*
 * One thread that does what takes longer than a moment, one job after the other: who reads the archive on it needs no
 * lock there. The queue is bounded, and a job whose client left before it began is never begun.
 */
#ifndef SERVE_WORKER_H
#define SERVE_WORKER_H

#include <stdbool.h>
#include <stddef.h>

struct job {
    void (*run)(struct job *j); /* on the thread of the worker */
    struct job *next;
};

struct worker;

/*
 *   cap   jobs that wait at most, besides the one that runs
 *   done  called on the worker's thread when a job is done
 *
 * NULL where there can be no thread.
 */
struct worker *worker_new(size_t cap, void (*done)(void *self), void *self);

/* Begins no further job and calls done() no more. False: a job ran on for a second, and goes on, with all that it
 * uses. */
bool worker_stop(struct worker *w);
void worker_free(struct worker *w); /* one that was stopped; jobs in it are their owners' */

int worker_put(struct worker *w, struct job *j); /* -EBUSY: the queue is full */

/* True: it had not begun, and is the caller's again. False: it will come out of worker_take(). */
bool worker_cancel(struct worker *w, struct job *j);

struct job *worker_take(struct worker *w); /* one that is done; NULL */

#endif

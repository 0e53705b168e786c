/*
 * Sends one receiver what is recorded, as it is recorded, and after an outage all that it missed.
 *
 * It works on a thread of its caller, in steps; what it says of itself may be asked for from any thread.
 */
#ifndef PUSH_PUSHER_H
#define PUSH_PUSHER_H

#include "core/event.h"
#include "os/os.h"
#include "push/delivery.h"

struct pusher_options {
    const char *dir;
    const struct target *target;      /* borrowed, as all of these */
    const struct tape_about *about;   /* of the session that is being recorded: others of this machine are sent, too */
    struct space *space;              /* NULL: none */
    double outage_s;                  /* what fails for so long is told as an event; 0: a minute */
    double backlog_days, backlog_mb;  /* most that waits; the oldest is passed over. 0: no limit */
    bool (*stop)(void *self);         /* asked several times a second */
    void (*say)(void *self, enum severity severity, int64_t from_ms, const char *text);
    void *self;
};

struct pusher_state {
    int64_t success_ms;               /* when it acknowledged something last; 0: never */
    int64_t sent_ms;                  /* the last instant that it has; 0: none */
    struct delivery_counts counts;    /* since the start */
    uint64_t now;                     /* instants of the session that runs that were acknowledged */
    uint64_t passed_over;             /* instants, by the limits and where they are not kept any more */
    uint64_t bytes;
    int64_t backlog_bytes;            /* in the archive that it lacks, as of the last look: at most a minute old */
    char error[ANSWER_WHY];           /* why it waits; "": it does not */
    int failed;                       /* tries, one after the other, that did; 0: it does not wait */
    bool lasting;                     /* it waits for somebody who puts something right: see struct answer */
};

struct pusher;

struct pusher *pusher_new(const struct pusher_options *o);
void pusher_free(struct pusher *p); /* says what was not said yet */

/* Does what can be done now. Returns for how many ms it has nothing to do. */
int64_t pusher_step(struct pusher *p);

/* For who waits between two steps, on their thread: tells an outage that has become one. Returns when it is to be asked
 * again, of the monotonic clock; INT64_MAX: behind the next step. */
int64_t pusher_tell_outage(struct pusher *p);

/* Is everything acknowledged that is recorded? As of the last step. */
bool pusher_is_idle(const struct pusher *p);

void pusher_state(struct pusher *p, struct pusher_state *out);

#endif

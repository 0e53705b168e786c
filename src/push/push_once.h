/* Sends a stored range to a receiver, once, and waits until it has all of it: for `sonde export --push`. */
#ifndef PUSH_PUSH_ONCE_H
#define PUSH_PUSH_ONCE_H

#include "push/delivery.h"
#include "store/archive.h"

struct push_once {
    struct archive *archive;
    const char *session;      /* NULL: all */
    int64_t from_ms, to_ms;
    const struct target *target;
    double patience_s;        /* so long it may take nothing, and is tried again */
    bool (*stop)(void *self);
    void (*waits)(void *self, const char *why); /* it takes nothing, and is tried again; once until it does. NULL */
    void (*progress)(void *self, uint64_t instants, int64_t wall_ms); /* after each batch; NULL: nobody asks */
    void *self;
};

struct push_said {
    struct delivery_counts counts;
    uint64_t bytes;           /* of messages, before they are compressed */
    uint64_t lost;            /* damaged places in the archive */
    char why[ANSWER_WHY];     /* of what it did not take, the last, or says to what it took; "": nothing */
};

/* 0: all was acknowledged, or refused for good (see counts). -ETIMEDOUT: patience ended; -EPERM: no try would do, its
 * URL or secret is wrong; -ECANCELED; others of sender_open() and archive_play(). *out is set in any case. */
int push_once(const struct push_once *o, struct push_said *out);

#endif

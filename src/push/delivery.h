/*
 * A batch of instants on its way to a receiver: tried until each of them was acknowledged, or is refused for good.
 *
 * What was not acknowledged is sent again as it was, with the same stamps. What is refused is halved until the instant
 * that is in the way is found, so that the others are kept.
 */
#ifndef PUSH_DELIVERY_H
#define PUSH_DELIVERY_H

#include "core/frame.h"
#include "push/sender.h"
#include "store/tape.h"

#define DELIVERY_INSTANTS 60
#define DELIVERY_VALUES 20000 /* at most, unless one instant has more */
#define DELIVERY_TRIES 5      /* of an instant that is refused, and not for its age */

struct delivery_counts {
    uint64_t sent;            /* instants that were acknowledged */
    uint64_t there;           /* it refused them as too old, and may have had them: they had been sent before */
    uint64_t old;             /* it refused them as too old, and was not sent them before */
    uint64_t refused;         /* it refused them as malformed, again and again */
    uint64_t rejected;        /* values, not instants: in what it acknowledged, and not kept */
};

struct delivery {
    const struct target *t;
    struct sender sender;
    struct schema *schema;
    struct export_about about;
    char session[NAMES_SESSION_MAX];
    struct selection sel;
    int selected_of;          /* slots of the schema by then */
    struct frame frame[DELIVERY_INSTANTS];
    struct place behind[DELIVERY_INSTANTS];
    size_t n;                 /* instants of the batch */
    size_t from;              /* of them are done */
    size_t count;             /* how many are tried at once */
    size_t encoded;           /* so many are in body, 0: none */
    struct buf body;
    int tries;                /* of an instant that is refused */
    bool unsure;              /* the receiver may have something of it already */
    bool accepted;            /* it ever took something: what it refuses is then no fault of the configuration */
    struct delivery_counts counts;
    uint64_t bytes;
    bool parted;              /* of the last try: see struct answer */
    struct answer said;       /* the last refusal, why it waits, or what it says to what it took */
};

/* sender_open() of its sender, afterwards; all zero but for that. */
void delivery_begin(struct delivery *d, const struct target *t);
void delivery_done(struct delivery *d);

/* Adds an instant, copied. False: the batch is full, or this belongs to another session, and nothing was added. */
bool delivery_add(struct delivery *d, const struct schema *s, const struct tape_about *about, const struct frame *f,
                  const struct place *behind);
bool delivery_is_full(const struct delivery *d);
void delivery_clear(struct delivery *d);

/*
 * Tries what is next of the batch.
 *
 * 1: it goes on at once, d->from is how far it got; with d->from == d->n it is done. 0: not now; d->said has why.
 */
int delivery_try(struct delivery *d);

/* Sends the last message once more. Is the receiver the one that took it, on the same connection? */
bool delivery_repeat(struct delivery *d);

#endif

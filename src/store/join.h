/*
 * Joins instants of several sessions. Each numbers its slots for itself, and the monotonic clock begins anew with
 * every boot: what comes out has one schema, by name, and one clock that only grows.
 */
#ifndef STORE_JOIN_H
#define STORE_JOIN_H

#include "store/tape.h"

#include <stdbool.h>

struct join {
    struct schema *schema;      /* of what comes out */
    char session[TAPE_SESSION_MAX];
    int *slot, slots;           /* in the schema, of a slot of the session; -1: of another kind there, left out */
    int *source, sources;
    int64_t shift_ns;           /* added to the session's monotonic clock */
    bool begun;                 /* an instant came out */
    int64_t wall_ms, mono_ns;   /* of the last one */
    struct moment now;          /* only the frame is its own */
};

/* Takes over the metrics of a session before its instants come. */
void join_learn(struct join *j, const struct tape_about *about, const struct schema *s);

/* Begins with { .schema = ... }, which is borrowed and empty. Borrowed until the next call, and as long as m. */
const struct moment *join_take(struct join *j, const struct tape_about *about, const struct schema *s,
                               const struct moment *m);
void join_done(struct join *j);

#endif

/* asked.h - one question in the works: what is known, what is meant, what is said. For the room only. */
#ifndef ASK_ASKED_H
#define ASK_ASKED_H

#include "ask/ask.h"
#include "ask/meaning.h"

/* What is known of a data directory, and asked of it. */
struct asked {
    const struct ask_world *w;
    struct look *look;
    struct scope scope;
    struct times_here here;
    int64_t first_ms, last_ms; /* of all that was recorded; both 0 where nothing was */
    double interval_s;
    struct meaning m;
    struct answer *out;
};

#endif

/* asked.h - one question in the works: what is known, what is meant, what is said. For the room only. */
#ifndef ASK_ASKED_H
#define ASK_ASKED_H

#include "ask/ask.h"
#include "ask/meaning.h"
#include "store/query.h"

/* Several subjects read at once, as each would be by itself: one walk over the files for all of them. */
struct gathered {
    struct query_result *r; /* NULL: nothing is */
    char globs[1024];
};

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
    struct gathered gathered[2];  /* figures_gather() */
    int n_gathered;               /* so far: the older makes room */
};

#endif

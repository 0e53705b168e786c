/*
 * What changed before an episode: the events of kind EVENT_CHANGE of the day before it, ranked.
 *
 * The score is closeness times relevance. Closeness falls with the logarithm of the time between: 1 within half a
 * minute, 0 at a day. Relevance is what a change of that kind can do at all - a kernel or a driver more than a USB
 * stick, more where it is in the area of the episode or names a process of it. Nothing is claimed but the order in
 * time: it was before it.
 */
#ifndef ANALYZE_BEFORE_H
#define ANALYZE_BEFORE_H

#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BEFORE_MS (INT64_C(24) * 3600000) /* so far back is looked */
#define BEFORE_MOST 3        /* changes that are named */
#define BEFORE_LEAST 0.08    /* a lower score is not worth a word */

struct before_change {
    int64_t time_ms;
    double score;            /* 0..1 */
    char text[224];
};

struct before_episode {
    int64_t start_ms;
    const char *area;        /* as area_name() has it; "" = not known */
    const char *words;       /* in which names of processes and groups stand: a summary; "" = none */
};

/* The score of one change; 0 where it has nothing to do with it: later, too old, or of another kind. */
double before_score(const struct event *e, const struct before_episode *of);

/*
 * The best of n events, in any order, the highest score first and without doubles. Those that are in `out` already,
 * n_out of them, count as well. Returns how many stand in out.
 */
int before_rank(const struct event *e, size_t n, const struct before_episode *of, struct before_change out[BEFORE_MOST],
                int n_out);

#endif

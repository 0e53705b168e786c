/*
 * Which columns of a machine's schema are learned and kept, as devices come, and what they were called in an earlier
 * run.
 *
 * A column keeps its number, in the ring and of the detector, as long as the program runs.
 */
#ifndef ANALYZE_ONLINE_COLUMNS_H
#define ANALYZE_ONLINE_COLUMNS_H

#include "core/schema.h"

#include <stdbool.h>
#include <stdint.h>

struct online_column {
    int slot;     /* of the machine's schema; in the ring's it is the column's number */
    int learned;  /* column of the detector, -1: of the ring only */
};

struct online_columns {
    struct schema *ring;         /* that of the ring, borrowed; grows with them */
    struct online_column *column; /* n of them */
    int n, n_learned, n_context;
    int *of;                     /* of each column of the detector: its number */
    int seen;                    /* size of the machine's schema when that was made */
    int64_t fit_ns;
    int fits;
    char **names;                /* of the detector's columns in an earlier run, one after the other; NULL = none */
};

void online_columns_done(struct online_columns *c);

/* Is it kept in the ring whether or not it is learned: sizes by which changes of others are judged, control groups? */
bool online_columns_context(const struct schema *s, int slot);

/* Looks for new ones, at most once a minute, and less often where they come all day. Returns whether there are any. */
bool online_columns_fit(struct online_columns *c, const struct schema *s, int64_t now_ns);

/*
 * Which column of the detector before each one was: from[j], -1 = none. That detector had `before` columns, or those of
 * the names.
 *
 *   known  how many were there
 *
 * Returns whether they are those of the names, in their order, and no others.
 */
bool online_columns_from(const struct online_columns *c, int before, int *from, int *known);

const char *online_columns_id(const struct online_columns *c, int learned);

void online_columns_forget_names(struct online_columns *c);

#endif

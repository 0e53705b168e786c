/*
 * The default detector: is this row unlike everything this machine did before?
 *
 * Online and causal: the verdict on a row uses that row and those before it, in the order they came;
 * then the detector learns from it. Deterministic, and bounded: memory does not grow with the rows.
 * There is one configuration for all data. docs/LEARNING.md tells how it works and how well.
 *
 * A value that is not known is NaN and says nothing; an infinite one counts as not known.
 */
#ifndef LEARN_DETECTOR_H
#define LEARN_DETECTOR_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define DETECTOR_MAX_DIM 20000
#define DETECTOR_BUDGET 1.0 /* false episodes tolerated per day, unless asked otherwise */

struct detector;

struct detector_options {
    double step_s;         /* between two rows, seconds; 0 = 1 */
    double budget_per_day; /* false episodes tolerated; 0 = DETECTOR_BUDGET */
};

struct detector_verdict {
    double score;       /* >= 0, higher = more anomalous; comparable between rows and between data sets */
    double probability; /* of a row so high on usual days, 0..1, from the detector's own history */
    bool alarm;         /* within the budget, this is worth telling: part of an episode */
    int cause;          /* the column that contributes most; -1 = none */
};

/* One column's part in the last verdict. */
struct detector_cause {
    int column;
    double share;              /* of the score, 0..1; over all columns they sum to 1 */
    double value, expected;    /* in the column's unit */
    double low, high;          /* between which nine of ten usual values lie, given what came before */
    bool calm;                 /* what is unusual is that it moves less than it ever did */
};

/*
 * A detector of d columns that has seen nothing, 1 <= d <= DETECTOR_MAX_DIM; the caller's, to be freed with
 * detector_free().
 *
 *   o    NULL = all defaults
 *
 * Errors: -EINVAL if d or an option is out of range; -ENOMEM.
 */
int detector_new(int d, const struct detector_options *o, struct detector **out);
void detector_free(struct detector *m);

/*
 * The next row.
 *
 *   t_s  seconds on any clock that does not go back; only differences and the time of day are used
 *   x    d values
 *
 * Rows of an outage are simply not there: a longer step between two times is noticed.
 */
void detector_row(struct detector *m, double t_s, const double *x, struct detector_verdict *out);

/* The columns that contributed most to the last row, largest first. Returns how many of `max`. */
int detector_causes(const struct detector *m, struct detector_cause *out, int max);

/* From now on so many false episodes a day are tolerated, > 0. */
void detector_set_budget(struct detector *m, double per_day);

int detector_dim(const struct detector *m);      /* columns */
size_t detector_rows(const struct detector *m);  /* learned from so far, in all its lives */
size_t detector_bytes(const struct detector *m); /* of memory held */

/*
 * Puts the whole state, or makes a detector of one: what follows is as if it had never stopped, but for what was
 * missed.
 * Errors of detector_load(): -EINVAL for bytes that detector_save() did not write, or of another version; -ENOMEM.
 */
void detector_save(const struct detector *m, struct buf *out);
int detector_load(const void *bytes, size_t n, struct detector **out);

/*
 * The same detector over other columns, its old self unchanged: column j of the new one is column from[j] of the
 * old, or new where that is -1. What is usual is kept; how the columns move together is learned anew, and
 * until then nothing is an alarm. Errors: as of detector_new().
 */
int detector_remap(const struct detector *m, int d, const int *from, struct detector **out);

#endif

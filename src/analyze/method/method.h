/*
 * Named methods of finding anomalies in columns of numbers: learn what is usual from some rows, then judge others.
 *
 * One file, one `const struct method`; their order in method.c is that in which they are told. The default one learns
 * as it goes. Those that people know by name learn once: from rows of their own, or else from the beginning of those
 * that they judge.
 */
#ifndef ANALYZE_METHOD_H
#define ANALYZE_METHOD_H

#include "analyze/method/columns.h"
#include "learn/detector/detector.h"

#define METHOD_MIN_ROWS 32          /* to learn from */
#define METHOD_MAX_CELLS 8000000    /* numbers that are learned from at once; of more, evenly spread rows */
#define METHOD_BUDGET_MIN 0.01      /* episodes per day, as analysis.budget_per_day */
#define METHOD_BUDGET_MAX 1000.0
#define METHOD_MESSAGE 160

struct method_options {
    double budget_per_day; /* false episodes tolerated */
    uint64_t seed;
};

struct method {
    const char *name, *doc;
    bool online;  /* goes on learning, and so needs no rows to begin with */
    int max_dim;  /* columns that it takes at most */

    /*
     * Learns. *self is the caller's, to be freed with free(). -ENOMEM; -EINVAL.
     *
     *   train   METHOD_MIN_ROWS rows at least; of one that is online it may be none
     *   step_s  between two rows that will be judged
     */
    int (*learn)(const struct columns *train, double step_s, const struct method_options *o, void **self);

    /* Judges all rows of c, those that come next in time. Scores are finite. */
    void (*judge)(void *self, const struct columns *c, struct detector_verdict *out);
    void (*free)(void *self);
};

/* All of them, the default one first. */
const struct method *const *method_all(size_t *n);
const struct method *method_find(const char *name); /* NULL */

/*
 * Judges rows.
 *
 *   train    of the same columns; n == 0: there is none, and the first rows of the input are learned from
 *   out      one verdict per row of the input; rows that were only learned from have score 0
 *   message  room for METHOD_MESSAGE bytes: one line about what is wrong and what to do
 *
 * Errors, with a message: -E2BIG more columns than the method takes, -ENODATA too few rows or no column, -ENOMEM.
 */
int method_run(const struct method *m, const struct columns *train, const struct columns *input,
               const struct method_options *o, struct detector_verdict *out, char *message);

/* Below: what the methods share. */

/* For each column what a learner puts where a value is not known, and how far values usually are from there. */
struct method_usual {
    double center, spread; /* spread > 0 */
};

#define METHOD_SPREAD_LEAST 1e-3 /* of the center: what hardly ever moved */
#define METHOD_NO_SPREAD 1e-300  /* of what was always 0: any other value is as far as can be */

/* Of a column that was never known: no value of it is unusual. */
#define METHOD_UNKNOWN ((struct method_usual){ 0, INFINITY })

/* Medians and quartile distances. */
void method_usual(const struct columns *c, struct method_usual *out);

/* The column of a row of d values that is furthest from usual, in spreads; -1 where none is anywhere. */
int method_furthest(const struct method_usual *u, const double *row, int d);

/* The chance that a row of no interest is flagged, for the budget to hold. */
double method_chance(const struct method_options *o, double step_s);

/* Every so manyth row, such that `cells` numbers each fit into METHOD_MAX_CELLS; at least 1. */
size_t method_stride(size_t n, size_t cells);

#endif

/*
 * Where each column is and how it moves, against how it usually is and moves.
 *
 *   level   a quick mean against a slow one, in deviations of that difference so far: shifts
 *   drift   the same over longer spans: what stays away, and what creeps
 *   calm    how much less it moves than it ever did: a sensor that is stuck, a rhythm that is gone
 *
 * All three are squares, so that they can be added to squared errors: near 1 is usual, and calm is 0 then.
 */
#ifndef LEARN_LEVEL_H
#define LEARN_LEVEL_H

#include "learn/detector/pack.h"

struct level {
    int d;
    double memory, rows;
    /* Of the last row, one for each column. */
    double *level, *drift, *calm;
    /* Of the last row, for the means: values from the first one on, their share in means of all rows, 1 where known. */
    double *u, *all, *some;
    /* What is kept: first and last value and how many were known; ... */
    double *first, *last, *n;
    /* ... means of about 3, 300, 30 and 3000 rows, and of the squared differences of fast and slow, steady and slower,
     * steady and slow; ... */
    double *fast, *slow, *spread, *steady, *slower, *far, *moved;
    /* ... the mean of about 64 rows, of squares around it, and mean and variance of the logarithm of those; ... */
    double *near, *motion, *usual, *usual_spread;
    /* ... rows at one value now, at most before, and repeats in all. */
    double *run, *longest, *same;
};

/* memory: rows that what is usual reaches back, >= 1000. Errors: -ENOMEM. */
int level_init(struct level *m, int d, double memory);
void level_done(struct level *m);

/* The next row; NaN = not known. */
void level_row(struct level *m, const double *x);

/* After an outage: the other means start from the slowest one, and no run goes on. */
void level_gap(struct level *m);

/* Column `to` becomes what column `from` of another one is. */
void level_take(struct level *m, int to, const struct level *of, int from);

size_t level_bytes(const struct level *m);
void level_pack(struct level *m, struct pack *p);

#endif

/*
 * Where a score is too high: an exponential tail over the highest scores that were usual, followed to the probability
 * that is asked for. There is no quota: what is beyond may be nothing at all.
 */
#ifndef ANALYZE_TAIL_H
#define ANALYZE_TAIL_H

#include <stddef.h>

struct tail {
    double from;   /* the tail begins here ... */
    double share;  /* ... with such a share of the scores, ... */
    double excess; /* ... and goes so far beyond on average; 0 where scores are all alike */
};

/*
 * Fits the tail of n finite scores, n >= 1.
 *
 *   lag1  their lag-1 autocorrelation, 0 <= lag1 < 1: the less is known of the tail, the wider it is made
 */
struct tail tail_fit(const double *score, size_t n, double lag1);

/* The score that is exceeded with probability p, 0 < p < 1. */
double tail_score(const struct tail *t, double p);

/* The probability of a score so high: `share` where it is below the tail. */
double tail_probability(const struct tail *t, double score);

#endif

/*
 * Where a score is too high: a generalised Pareto tail over the highest scores that were usual, followed to the
 * probability that is asked for. There is no quota: what is beyond may be nothing at all.
 *
 * Scores of a forest have an upper end and distances have none, so the tail's shape is fitted as well as its width.
 */
#ifndef ANALYZE_PARETO_H
#define ANALYZE_PARETO_H

#include <stddef.h>

struct pareto {
    double from;  /* the tail begins here ... */
    double share; /* ... with such a share of the scores, ... */
    double width; /* ... and reaches so far; where scores are all alike, as far as rounding does */
    double shape; /* 0 = exponential, above 0 = it ends at from + width / shape, below 0 = heavier */
};

/*
 * Fits the tail of n finite scores, n >= 1.
 *
 *   lag1  their lag-1 autocorrelation, 0 <= lag1 < 1: the less is known of the tail, the wider it is made, and the
 *         nearer to an exponential where it seems to end
 *
 * Source: Hosking and Wallis, "Parameter and quantile estimation for the generalized Pareto distribution",
 * Technometrics 1987, by probability-weighted moments.
 */
struct pareto pareto_fit(const double *score, size_t n, double lag1);

/* The score that is exceeded with probability p, 0 < p < 1. */
double pareto_score(const struct pareto *t, double p);

/* The probability of a score so high: `share` where it is below the tail. */
double pareto_probability(const struct pareto *t, double score);

#endif

/*
 * Does a series rise or fall, by how much, and could chance have done it?
 *
 * The slope is Theil's and Sen's: the median of the slopes of all pairs of points, so that a
 * quarter of the points may be wild without moving it far. The test is Mann's and Kendall's: rising
 * pairs less falling pairs, against what a series without trend would show. A metric that wanders
 * slowly shows long rises and falls without any trend, so its autocorrelation widens what chance
 * may do.
 */
#ifndef LEARN_TREND_H
#define LEARN_TREND_H

#include <stddef.h>

/* More points than this are first reduced to block medians: all pairs of 600 cost about 3 ms. */
#define TREND_MAX_POINTS 600

struct trend_fit {
    double slope;       /* unit of y per unit of t */
    double slope_lo, slope_hi; /* its interval at the confidence asked for */
    double first, last; /* the line at the first and at the last known point */
    double p;           /* two-sided p-value of "there is no trend", 0..1; 1 for a constant */
    double tau;         /* Kendall's tau-b, -1..1; 0 for a constant */
    double inflation;   /* how many times autocorrelation widened the variance, >= 1 */
    size_t points;      /* points the pairs were made of, after NaN and blocks */
};

/*
 * Fits a trend.
 *
 *   t           n times, strictly increasing, any unit and spacing
 *   y           n values; those that are not finite are left out
 *   confidence  of the interval, e.g. 0.9; 0 < confidence < 1
 *
 * Returns 0. Two known points give a slope but, rightly, p = 1 and an open interval (-inf, inf).
 * Errors: -EINVAL if t does not increase or confidence is out of range; -ENODATA if fewer than two
 * values are known.
 * Sources: Sen 1968, JASA 63:1379 (slope and interval); Mann 1945 and Kendall 1975 (test, ties);
 * the correction is named and measured in trend.c.
 */
int trend_estimate(const double *t, const double *y, size_t n, double confidence,
                   struct trend_fit *out);

#endif

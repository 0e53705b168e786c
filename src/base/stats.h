/*
 * Order statistics and moments of arrays that may hold NaN ("not known"), which every function
 * leaves out. No value at all gives NaN.
 */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stdbool.h>
#include <stddef.h>

#define STATS_NINE_OF_TEN 1.6449 /* deviations of a normal, within which so many of its values lie */
#define STATS_QUARTILES 1.349    /* deviations of a normal between its quartiles */

/* Arithmetic mean of the n values that are known. */
double stats_mean(const double *x, size_t n);

/* Sample standard deviation (n - 1); 0 for a single value. */
double stats_sd(const double *x, size_t n);

double stats_min(const double *x, size_t n);
double stats_max(const double *x, size_t n);

/* How many are known. */
size_t stats_known(const double *x, size_t n);

/* Is none of them NaN or infinite? */
bool stats_all_finite(const double *x, size_t n);

/*
 * The q-quantile, 0 <= q <= 1, linear between order statistics (type 7 of Hyndman and Fan 1996).
 * Copies the known values; O(n) on average.
 */
double stats_quantile(const double *x, size_t n, double q);

/* The same of n known values, which are reordered; takes no memory. */
double stats_quantile_of(double *a, size_t n, double q);
double stats_median(const double *x, size_t n);

/*
 * The k-th smallest, from 0, of n known values, k < n, which are reordered: afterwards it is a[k],
 * nothing before it is larger and nothing after it smaller. O(n) on average.
 */
double stats_select(double *a, size_t n, size_t k);

/* Lag-1 autocorrelation; 0 where it is not defined. */
double stats_lag1(const double *x, size_t n);

/* P(Z <= z) for a standard normal, and its inverse for 0 < p < 1. */
double stats_normal_cdf(double z);
double stats_normal_quantile(double p);

#endif

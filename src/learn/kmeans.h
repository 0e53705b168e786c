/*
 * k-means: k centers such that the rows are near theirs, and how many centers the rows ask for.
 *
 * Distances are plain Euclidean ones: the caller brings the columns to comparable scales.
 */
#ifndef LEARN_KMEANS_H
#define LEARN_KMEANS_H

#include <stddef.h>
#include <stdint.h>

#define KMEANS_MAX_K 256
#define KMEANS_MAX_DIM 4096
#define KMEANS_RESTARTS 40     /* 114 fits of heavy tails, groups and real rows: 6 ended above 1.01 of the best */
#define KMEANS_MAX_VALUE 1e140 /* so that no square and no sum of squares overflows */

/*
 * Clusters are believed in from this mean silhouette on: Kaufman and Rousseeuw, "Finding Groups in
 * Data", 1990, table 4, call 0.51-0.70 "reasonable" and 0.26-0.50 "could be artificial". It must also
 * exceed by a margin what a normal cloud of the same covariance shows when it is cut: see kmeans_choose.c.
 */
#define KMEANS_SILHOUETTE_FLOOR 0.5
#define KMEANS_SILHOUETTE_MARGIN 0.1

/* Rows up to which the silhouette is exact; above, it is the mean over a seeded sample of so many. */
#define KMEANS_SILHOUETTE_ROWS 1000

struct kmeans {
    int k, d;
    double *center; /* k rows of d values, row-major */
    int *label;     /* n: which center is nearest to the row, 0 .. k-1 */
    size_t *size;   /* k: rows of each, never 0 */
    double inertia; /* sum of the squared distances of the rows to their centers */
};

struct kmeans_options {
    int restarts;   /* the best of so many is kept; 0 = KMEANS_RESTARTS. Fewer where the first ones agree */
    int max_rounds; /* of one restart; 0 = 300 */
    uint64_t seed;  /* same data, options and build give the same answer, bit for bit */
};

/*
 * Finds k centers.
 *
 *   x     n rows of d values, row-major: x[i * d + j]; from -KMEANS_MAX_VALUE to KMEANS_MAX_VALUE
 *   k     1 .. KMEANS_MAX_K; where the rows have fewer distinct values, out->k is that number
 *   o     NULL = all defaults
 *
 * On success returns 0; release *out with kmeans_done(). Above some 6000 rows the restarts run on a
 * weighted sample of them, and the best is carried on with all rows.
 * Errors: -EINVAL if n is 0, or n, k, d, an option or a value is out of range (NaN is).
 * Sources: Lloyd, "Least squares quantization in PCM", 1982; Arthur and Vassilvitskii, "k-means++",
 * SODA 2007, in its greedy form.
 */
int kmeans_fit(const double *x, size_t n, int d, int k, const struct kmeans_options *o,
               struct kmeans *out);

/*
 * Like kmeans_fit(), but k is chosen: the k in 2 .. k_max with the highest mean silhouette, or 1
 * where that is not above chance (see KMEANS_SILHOUETTE_FLOOR). *silhouette is that of the answer, NaN
 * for k = 1. Errors: as for kmeans_fit(), with 1 <= k_max <= KMEANS_MAX_K.
 */
int kmeans_choose(const double *x, size_t n, int d, int k_max, const struct kmeans_options *o,
                  struct kmeans *out, double *silhouette);

void kmeans_done(struct kmeans *m);

/* The nearest center of each of n further rows; 0 for a row that holds NaN. */
void kmeans_assign(const struct kmeans *m, const double *x, size_t n, int *label);

/* The same, and the square of the distance to it; infinite for a row that holds NaN. */
void kmeans_measure(const struct kmeans *m, const double *x, size_t n, int *label, double *square);

/*
 * Mean silhouette width, -1..1: how much nearer the rows are to their own cluster than to the next.
 * label[i] is in 0 .. k-1; rows alone in their cluster count 0. NaN if fewer than two clusters have rows.
 * Exact up to KMEANS_SILHOUETTE_ROWS rows; above, of a seeded sample of so many rows, among themselves.
 * Source: Rousseeuw, "Silhouettes", 1987.
 */
double kmeans_silhouette(const double *x, size_t n, int d, const int *label, int k, uint64_t seed);

#endif

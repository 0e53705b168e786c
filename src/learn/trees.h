/*
 * Random Forest regression: the mean of trees, each grown on rows drawn anew from the same data.
 *
 * A tree cuts the rows by one column at a time, where that leaves the least variance on the two sides. Where to cut is
 * searched among at most `bins` places of a column, at its quantiles: with as many bins as a column has different
 * values every cut is tried, as in scikit-learn; with fewer, R2 is the same to 0.01 (docs/LEARNING.md).
 * Several targets may share the trees: a cut then is judged by the sum of their variances, each in units of its own.
 */
#ifndef LEARN_TREES_H
#define LEARN_TREES_H

#include <stddef.h>
#include <stdint.h>

#define TREES_COUNT 50      /* the defaults of the first seed ... */
#define TREES_DEPTH 5
#define TREES_BINS 256
#define TREES_MAX_COUNT 1000
#define TREES_MAX_DEPTH 24
#define TREES_MAX_DIM 4096
#define TREES_MAX_OUTPUTS 1024
#define TREES_MAX_ROWS 16777216

struct trees;

struct trees_options {
    int trees;     /* 1 .. TREES_MAX_COUNT; 0 = TREES_COUNT */
    int max_depth; /* cuts from the root to a leaf, 1 .. TREES_MAX_DEPTH; 0 = TREES_DEPTH */
    int min_leaf;  /* different rows on each side of a cut; 0 = 1 */
    int features;  /* columns tried at each cut, drawn anew, 1 .. d; 0 = all, as in scikit-learn's regression */
    int bins;      /* places tried in a column and one, 2 .. TREES_BINS; 0 = TREES_BINS */
    int outputs;   /* targets, 1 .. TREES_MAX_OUTPUTS; 0 = 1 */
    uint64_t seed; /* same data, options and build give the same trees, bit for bit */
};

/*
 * Grows a forest.
 *
 *   x     n rows of d values, row-major: x[i * d + j]; all finite
 *   y     n rows of `outputs` values, row-major; all finite
 *   n, d  1 <= n <= TREES_MAX_ROWS, 1 <= d <= TREES_MAX_DIM
 *   o     NULL = all defaults
 *
 * On success returns 0, and *out is the caller's, to be freed with trees_free(). Memory: a byte for each value of x,
 * and what the leaves hold, at most trees * min(n, 2^max_depth) * (outputs + 4) * 8 bytes.
 * Errors: -EINVAL if n, d or an option is out of range, or a value is NaN or infinite; -ENOMEM if it does not fit.
 * Sources: Breiman, "Random Forests", 2001; Breiman, Friedman, Olshen and Stone, "CART", 1984; the bins as in
 * Ke et al., "LightGBM", NIPS 2017, section 2.1.
 */
int trees_grow(const double *x, const double *y, size_t n, int d, const struct trees_options *o, struct trees **out);

/*
 * What is expected for n rows of the d columns that the forest was grown on.
 *
 *   out  n rows of `outputs` values, row-major: finite, whatever x is. A NaN goes where small values go.
 */
void trees_predict(const struct trees *f, const double *x, size_t n, double *out);

void trees_free(struct trees *f);

#endif

/*
 * Isolation Forest: how easily random cuts separate a row from the others.
 *
 * Each tree cuts a small random sample of the rows at random places until every row is alone or the
 * tree is ceil(log2 psi) deep. A row that needs few cuts is unusual. Nothing is assumed about units
 * or shapes: a column may be shifted or scaled without changing what is found.
 *
 * The extended forest cuts by sloping planes instead of one column at a time, which takes away the bands that axes
 * leave in the scores, and sees rows that are usual in every column but not in how columns go together.
 */
#ifndef LEARN_FOREST_H
#define LEARN_FOREST_H

#include <stddef.h>
#include <stdint.h>

#define FOREST_TREES 100      /* the default of the paper and of scikit-learn */
#define FOREST_SAMPLE 256     /* psi, likewise */
#define FOREST_MAX_TREES 10000
#define FOREST_MAX_SAMPLE 4096
#define FOREST_MAX_DIM 4096
#define FOREST_MAX_EXTENSION 31 /* a cut of more columns is hardly another one, and would need more memory */

struct forest;

struct forest_options {
    int trees;     /* 1 .. FOREST_MAX_TREES; 0 = FOREST_TREES */
    int sample;    /* rows each tree sees, 2 .. FOREST_MAX_SAMPLE; 0 = FOREST_SAMPLE; all where fewer */
    int extension; /* columns that a cut goes across beside the first, 0 .. FOREST_MAX_EXTENSION, as far as they vary */
    uint64_t seed; /* same data, options and build give the same forest, bit for bit */
};

/*
 * Grows an isolation forest.
 *
 *   x     n rows of d values, row-major: x[i * d + j]; all finite
 *   n, d  n >= 2, 1 <= d <= FOREST_MAX_DIM
 *   o     NULL = all defaults
 *
 * On success returns 0, and *out is the caller's, to be freed with forest_free().
 * Errors: -EINVAL if n, d or an option is out of range, or a value is NaN or infinite;
 * -ENOMEM if the trees do not fit.
 * Source: Liu, Ting and Zhou, "Isolation Forest", ICDM 2008, algorithms 1 to 3. As scikit-learn
 * does, a cut takes a column at random among those that vary in the node. The extended one: Hariri, Carrasco Kind and
 * Brunner, "Extended Isolation Forest", IEEE TKDE 2021, with each column in units of its range in the tree's sample.
 */
int forest_grow(const double *x, size_t n, int d, const struct forest_options *o,
                struct forest **out);

/*
 * Scores n rows of the d columns the forest was grown on: score[i] = 2^(-E[h] / c(psi)), in 0..1,
 * higher = more anomalous. 0.5 is what a row of average depth gets; all rows alike score 0.5.
 * A row with a NaN scores NaN; infinities are allowed and are beyond everything seen, but in the extended forest, where
 * they may end anywhere.
 */
void forest_score(const struct forest *f, const double *x, size_t n, double *score);

void forest_free(struct forest *f);

#endif

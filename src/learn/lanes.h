/*
 * Rows laid out so that the compiler's vector instructions work on many at once.
 *
 * LANES rows form a group; a group holds column after column, and of each column the values of
 * its rows side by side: x[(group * d + column) * LANES + lane]. Each lane does the same operations
 * in the same order whatever the width of the vectors, so the answers do not depend on the CPU.
 */
#ifndef LEARN_LANES_H
#define LEARN_LANES_H

#include <stddef.h>

#define LANES 16

/* Functions marked so are compiled for several vector widths;
 * the loader picks (needs glibc's ifunc). */
#if defined(__x86_64__) && defined(__GLIBC__)
#define LANES_WIDE __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define LANES_WIDE
#endif

/*
 * Four neighbouring lanes, and what a comparison of them gives. Written out because gcc keeps such
 * vectors in registers, where it would keep an array of LANES sums in memory (measured: 3 times as
 * long).
 */
typedef double lanes_four __attribute__((vector_size(32), aligned(8), may_alias));
typedef long long lanes_mask __attribute__((vector_size(32), aligned(8), may_alias));

#define LANES_FOURS (LANES / 4)

/* Lane by lane: a into b where the mask is set.
 * By address, for such vectors have no common way of being passed. */
static inline __attribute__((always_inline)) void lanes_take(const lanes_mask *mask,
                                                             const lanes_four *a, lanes_four *b)
{
    *b = (lanes_four)((*mask & (lanes_mask)*a) | (~*mask & (lanes_mask)*b));
}

/* Squared Euclidean distances of one group's rows of d values to the point `at`. */
static inline __attribute__((always_inline)) void
lanes_distance(const double *x, size_t d, const double *at, lanes_four out[static LANES_FOURS])
{
    lanes_four sum[LANES_FOURS] = { 0 };
    for (size_t j = 0; j < d; j++, x += LANES)
        for (int v = 0; v < LANES_FOURS; v++) {
            lanes_four gap = ((const lanes_four *)x)[v] - at[j];
            sum[v] += gap * gap;
        }
    for (int v = 0; v < LANES_FOURS; v++)
        out[v] = sum[v];
}

static inline size_t lanes_groups(size_t rows)
{
    return (rows + LANES - 1) / LANES;
}

/* Lays out one group of `rows` rows, 1 .. LANES, of d values;
 * lanes left over repeat the last row. */
static inline void lanes_group(const double *x, size_t rows, size_t d, double *out)
{
    for (size_t l = 0; l < LANES; l++) {
        const double *from = x + (l < rows ? l : rows - 1) * d;
        for (size_t c = 0; c < d; c++)
            out[c * LANES + l] = from[c];
    }
}

#endif

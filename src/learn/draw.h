/* Drawing rows at random. */
#ifndef LEARN_DRAW_H
#define LEARN_DRAW_H

#include "base/rng.h"

#include <stddef.h>

/*
 * Copies m of the n rows of d values, m <= n, drawn without repetition and kept in their order.
 * Source: Knuth, TAOCP volume 2, 3.4.2, algorithm S.
 *
 *   out  m * d values
 *   row  m: which rows they are; NULL = not asked for
 */
void draw_rows(struct rng *r, const double *x, size_t n, int d, size_t m, double *out, size_t *row);

#endif

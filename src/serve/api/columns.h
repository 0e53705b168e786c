/*
 * Numbers of a chart as few letters, for the one-file report; web/src/packed.js reads them.
 *
 * A column is whole multiples of a quantum, of which each is told by its distance from the one before it:
 * numbers of seven bits a byte, the lowest first, as base64. 0: a gap; 1 and n: the last value n times more;
 * t >= 2: the last value and (t - 2) in zigzag (0, -1, 1, -2 ...) more. Before the first value the last one is 0.
 */
#ifndef SERVE_API_COLUMNS_H
#define SERVE_API_COLUMNS_H

#include "base/buf.h"

#define COLUMNS_DIGITS 3 /* that the largest values keep */

/* The power of ten that keeps COLUMNS_DIGITS digits of the largest of n values; 1 where none is known. */
double columns_quantum(const double *v, size_t n);

/* Puts n values, NaN for a gap. */
void columns_put(const double *v, size_t n, double quantum, struct buf *out);

#endif

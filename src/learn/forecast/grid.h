/*
 * Values at uneven times, evenly spaced: what a forecast or a pattern wants.
 */
#ifndef LEARN_GRID_H
#define LEARN_GRID_H

#include <stddef.h>

/*
 * Puts values on a grid that ends at the last time.
 *
 *   t       n times, not falling, any unit
 *   x       n values; NaN and infinities are not known
 *   step    of the grid, > 0, in the unit of t
 *   max     rows at most: what is older is left out; >= 1
 *   rows    how many there are, 1 .. max
 *
 * A row is the mean of the values within half a step of its time; NaN where there are none.
 * Returns the caller's array, to be freed with mem_free(); NULL where n is 0, t falls from its first
 * to its last, or there is no memory; a time beyond the last one is left out.
 */
double *grid_make(const double *t, const double *x, size_t n, double step, size_t max, size_t *rows);

#endif

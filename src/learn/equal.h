/*
 * How something was at an equal amount of something else, day by day: a temperature at equal load, a fan at equal
 * temperature. What the load did in the meantime, also within the band that is looked at, is taken out.
 */
#ifndef LEARN_EQUAL_H
#define LEARN_EQUAL_H

#include <stddef.h>

#define EQUAL_ROWS 6 /* of a day and band at least */

/*
 * The daily medians of y where lo <= x < hi, each put to the median x of all these rows by the slope of y over x, which
 * is that between rows of the same day (Theil and Sen), so that a change over the days does not count for it.
 *
 *   x, y    n rows; those where one is not finite are left out
 *   day     n numbers of days, not falling, 0 .. days - 1
 *   out     days values; NaN where a day has fewer than EQUAL_ROWS
 *
 * Returns how many days are known.
 */
size_t equal_days(const double *x, const double *y, const int *day, size_t n, double lo, double hi, double *out,
                  int days);

#endif

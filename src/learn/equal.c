/* equal.c - slopes within days, then medians of what is left. */
#include "learn/equal.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/stats.h"

#include <math.h>
#include <stdbool.h>

#define PAIRS_MAX 20000 /* slopes that the median is of */
#define NEAR 0.1        /* of the band: rows that are nearer say nothing of a slope */

static bool equal_counts(const double *x, const double *y, size_t i, double lo, double hi)
{
    return isfinite(x[i]) && isfinite(y[i]) && x[i] >= lo && x[i] < hi;
}

/* Each row with one half a day's rows later, and with one a third later: no row counts for more than four pairs. */
static double equal_slope(const double *x, const double *y, const int *day, const size_t *row, size_t n, double near)
{
    auto_free double *slope = mem_new(PAIRS_MAX * sizeof *slope);
    size_t pairs = 0;
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first; end < n && day[row[end]] == day[row[first]]; end++)
            continue;
        size_t rows = end - first, step[2] = { (rows + 1) / 2, (rows + 2) / 3 };
        for (size_t i = first; i < end; i++)
            for (int k = 0; k < 2 && pairs < PAIRS_MAX; k++) {
                size_t j = i + step[k];
                double dx = j < end ? x[row[j]] - x[row[i]] : 0;
                if (fabs(dx) >= near)
                    slope[pairs++] = (y[row[j]] - y[row[i]]) / dx;
            }
    }
    return pairs ? stats_quantile_of(slope, pairs, 0.5) : 0;
}

size_t equal_days(const double *x, const double *y, const int *day, size_t n, double lo, double hi, double *out,
                  int days)
{
    auto_free size_t *row = mem_new((n + 1) * sizeof *row);
    auto_free double *left = mem_new((n + 1) * sizeof *left);
    size_t rows = 0, known = 0;
    for (size_t i = 0; i < n; i++)
        if (equal_counts(x, y, i, lo, hi)) {
            left[rows] = x[i];
            row[rows++] = i;
        }
    double slope = equal_slope(x, y, day, row, rows, NEAR * (hi - lo));
    double middle = rows ? stats_quantile_of(left, rows, 0.5) : NAN;
    for (int d = 0; d < days; d++)
        out[d] = NAN;
    for (size_t first = 0, end; first < rows; first = end) {
        for (end = first; end < rows && day[row[end]] == day[row[first]]; end++)
            left[end - first] = y[row[end]] - slope * (x[row[end]] - middle);
        if (end - first < EQUAL_ROWS)
            continue;
        out[day[row[first]]] = stats_quantile_of(left, end - first, 0.5);
        known++;
    }
    return known;
}

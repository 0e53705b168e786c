/*
 * The numbers of a recording as learners take them: rows in the order of time, one column for each metric.
 *
 * Gauges, rates and ratios; never growing counters. Nothing is copied: columns are views of a recording.
 */
#ifndef ANALYZE_COLUMNS_H
#define ANALYZE_COLUMNS_H

#include "core/recording.h"

#include <math.h>

struct columns {
    size_t n;
    int d;
    const double **x;  /* of column j; NULL where the recording lacks the metric: see columns_at() */
    size_t first;      /* row 0 is x[j][first] */
    const char **name; /* d: "family{instance}" */
    double *t_s;       /* n: time in seconds, increasing; of the first row that of the wall clock */
    double step_s;     /* usual time between two rows; 1 where that is not known */
};

/* All columns of r, which must outlive *out. */
void columns_of(const struct recording *r, struct columns *out);

/* Those of r that are called as those of `like`, in its order. Both recordings must outlive *out. */
void columns_as(const struct recording *r, const struct columns *like, struct columns *out);

void columns_done(struct columns *c);

/* Column j at row i; NaN where it is not known, or infinite. */
static inline double columns_at(const struct columns *c, int j, size_t i)
{
    double v = c->x[j] ? c->x[j][c->first + i] : NAN;
    return isfinite(v) ? v : NAN;
}

/* The same metrics, rows from .. from + n - 1; valid as long as c is, and not to be released. */
struct columns columns_part(const struct columns *c, size_t from, size_t n);

/* Row i as d values. */
void columns_row(const struct columns *c, size_t i, double *out);

#endif

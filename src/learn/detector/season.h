/*
 * How far each column is from where it usually is at this hour of the day.
 *
 * What is usual are means of each hour over about a week, joined by straight lines. How far away a column
 * may be without being unusual is what it was so far: one that has no daily rhythm is seldom near its means, and then
 * it means nothing to be far from them.
 */
#ifndef LEARN_SEASON_H
#define LEARN_SEASON_H

#include "learn/detector/pack.h"

#define SEASON_HOURS 24

struct season {
    int d;
    double memory;      /* rows */
    double hour;        /* that is now, counted from time 0; NaN before the first row */
    double rows;        /* of it */
    double visits[SEASON_HOURS];
    double *away;       /* of the last row: squared distance in variances of it so far; 0 = not known */
    double *sum;        /* of this hour; NaN = not known in all of it */
    double *spread;     /* mean of squared distances */
    double *judged;     /* rows that could be told from the means */
    double *mean;       /* SEASON_HOURS rows of d; NaN = not known at that hour */
};

/* memory: rows that what is usual reaches back, >= 1000. Errors: -ENOMEM. */
int season_init(struct season *m, int d, double memory);
void season_done(struct season *m);

/*
 * The next row: t_s seconds, and d values. known[j] > 0 says that column j was known at least once, and from then
 * on it is; so a column that comes later has its own first days.
 */
void season_row(struct season *m, double t_s, const double *x, const double *known);

/* Takes over which hours another one knows; then, column by column, what: column `to` becomes its column `from`. */
void season_like(struct season *m, const struct season *of);
void season_take(struct season *m, int to, const struct season *of, int from);

size_t season_bytes(const struct season *m);
void season_pack(struct season *m, struct pack *p);

#endif

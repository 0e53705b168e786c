/*
 * What happens at the same hour every day is no news: how much higher the usual peak of this hour is
 * than that of an hour.
 *
 * The usual peak of an hour is the median over the last days of the highest value within that hour and
 * the two beside it, so that neither one odd day nor a job that starts a little early or late changes it.
 */
#ifndef LEARN_HOURS_H
#define LEARN_HOURS_H

#include "learn/detector/pack.h"

#define HOURS 24
#define HOURS_DAYS 7

struct hours {
    double day;                     /* number of the day that is now; NaN before the first value */
    int n, next;                    /* days kept, and where the next one goes */
    double now[HOURS];              /* highest value so far; NaN = none */
    double peak[HOURS_DAYS][HOURS];
    double excess[HOURS];           /* >= 0 */
};

void hours_init(struct hours *h);

/* Learns a value, a logarithm, and returns how much of it is usual at this time of day, >= 0. */
double hours_next(struct hours *h, double t_s, double v);

void hours_pack(struct hours *h, struct pack *p);

#endif

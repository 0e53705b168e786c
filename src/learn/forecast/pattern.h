/*
 * Does a metric depend on the hour of the day, or on the day of the week?
 *
 * What wanders slowly is higher at some hours than at others for days, without any pattern. So the test turns each day
 * by itself: were there no pattern, then each day's course could as well have begun at another hour. Only what agrees
 * between days counts.
 */
#ifndef LEARN_PATTERN_H
#define LEARN_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_DAYS 3   /* whole days that the hours take */
#define PATTERN_WEEKS 4  /* and whole weeks that the days take */
#define PATTERN_ALPHA 0.01

struct pattern {
    double hour[24];     /* mean in each hour of the day, UTC; NaN = never seen */
    double hour_p;       /* of courses that agree so well by chance; NaN = too few days */
    double weekday[7];   /* from Monday */
    double weekday_p;    /* NaN = too few weeks */
    bool has_hours, has_weekdays; /* p < PATTERN_ALPHA */
    int days, weeks;     /* whole ones, which the tests are of */
};

/*
 * Looks for patterns.
 *
 *   t     n times, rising, seconds since 1970 UTC
 *   x     n values; what is not finite is not known
 *   seed  of the turns tried
 *
 * Errors: -EINVAL times go back, or span more than PATTERN_MAX_DAYS; -ENOMEM.
 * Source: permutation within blocks, Pesarin and Salmaso, "Permutation tests for complex data", 2010, chapter 1.
 */
#define PATTERN_MAX_DAYS 4000
int pattern_find(const double *t, const double *x, size_t n, uint64_t seed, struct pattern *out);

#endif

/*
 * forecast_models.c - the models that compete. All are cheap: each is asked at a hundred rows of the past.
 *
 * Medians, because the judge is the absolute error; of several lengths, because how long the past counts differs from
 * series to series and nothing but the past can tell.
 */
#include "learn/forecast/forecast_own.h"

#include "base/stats.h"

#include <math.h>
#include <string.h>

#define TREND_DAMPING 0.98
#define PROFILE_SEASONS 7
#define LEVEL_ROWS 60

double fc_median(const double *x, size_t n, double *scratch)
{
    memcpy(scratch, x, n * sizeof *x);
    double mid = stats_select(scratch, n, n / 2);
    if (n % 2)
        return mid;
    double below = scratch[0];
    for (size_t i = 1; i < n / 2; i++)
        below = fmax(below, scratch[i]);
    return (below + mid) / 2;
}

/* Of the last `rows` up to row i, or of as many as there are. */
static double recent(struct fc *f, size_t i, int rows)
{
    size_t n = i + 1 < (size_t)rows ? i + 1 : (size_t)rows;
    return fc_median(f->z + i + 1 - n, n, f->scratch);
}

static bool say(double v, int n, double *out)
{
    for (int k = 0; k < n; k++)
        out[k] = v;
    return true;
}

static bool say_last(struct fc *f, size_t i, const int *step, int n, double *out)
{
    (void)step;
    return say(f->z[i], n, out);
}

static bool say_hour(struct fc *f, size_t i, const int *step, int n, double *out)
{
    (void)step;
    return say(recent(f, i, f->hour), n, out);
}

/* Of so many rows; it has something of its own to say where there are half as many. */
static bool say_median(struct fc *f, size_t i, int rows, int n, double *out)
{
    if (rows == f->hour || i + 1 < (size_t)rows / 2)
        return false;
    return say(recent(f, i, rows), n, out);
}

static bool say_median5(struct fc *f, size_t i, const int *step, int n, double *out)
{
    (void)step;
    return say_median(f, i, 5, n, out);
}

static bool say_median15(struct fc *f, size_t i, const int *step, int n, double *out)
{
    (void)step;
    return say_median(f, i, 15, n, out);
}

static bool say_median60(struct fc *f, size_t i, const int *step, int n, double *out)
{
    (void)step;
    return say_median(f, i, 60, n, out);
}

static bool say_median240(struct fc *f, size_t i, const int *step, int n, double *out)
{
    (void)step;
    return say_median(f, i, 240, n, out);
}

static bool say_ses(struct fc *f, size_t i, const int *step, int n, double *out)
{
    (void)step;
    return say(f->ses[i], n, out);
}

/* The row one or more whole periods before, the latest that is known at row i. */
static bool say_period(const struct fc *f, size_t i, int period, const int *step, int n, double *out)
{
    if (!period || i + 1 < (size_t)period)
        return false;
    for (int k = 0; k < n; k++) {
        size_t back = (size_t)((step[k] + period - 1) / period) * (size_t)period;
        if (i + (size_t)step[k] < back)
            return false;
        out[k] = f->z[i + (size_t)step[k] - back];
    }
    return true;
}

static bool say_seasonal(struct fc *f, size_t i, const int *step, int n, double *out)
{
    return say_period(f, i, f->day, step, n, out);
}

static bool say_periodic(struct fc *f, size_t i, const int *step, int n, double *out)
{
    return say_period(f, i, f->season, step, n, out);
}

/* The same day as the one before, from another level. */
static bool say_shifted(struct fc *f, size_t i, const int *step, int n, double *out)
{
    size_t day = (size_t)f->day;
    if (!day || i < day + LEVEL_ROWS || !say_period(f, i, f->day, step, n, out))
        return false;
    double shift = recent(f, i, LEVEL_ROWS) - recent(f, i - day, LEVEL_ROWS);
    for (int k = 0; k < n; k++)
        out[k] += shift;
    return true;
}

/* The median of the last days at that time. */
static bool say_profile(struct fc *f, size_t i, const int *step, int n, double *out)
{
    size_t day = (size_t)f->day;
    if (!day || i + 1 < 2 * day)
        return false;
    for (int k = 0; k < n; k++) {
        double v[PROFILE_SEASONS], scratch[PROFILE_SEASONS];
        int m = 0;
        for (size_t back = ((size_t)step[k] + day - 1) / day * day; m < PROFILE_SEASONS && i + (size_t)step[k] >= back;
             back += day)
            v[m++] = f->z[i + (size_t)step[k] - back];
        if (!m)
            return false;
        out[k] = fc_median(v, (size_t)m, scratch);
    }
    return true;
}

/* Goes on as over the last rows, less and less. */
static bool say_trend(struct fc *f, size_t i, const int *step, int n, double *out)
{
    size_t back = f->n / 6 < 120 ? f->n / 6 : 120;
    if (back < 4 || i < back + 4)
        return false;
    double now = recent(f, i, 5), slope = (now - recent(f, i - back, 5)) / (double)back;
    for (int k = 0; k < n; k++)
        out[k] = now + slope * TREND_DAMPING * (1 - pow(TREND_DAMPING, step[k])) / (1 - TREND_DAMPING);
    return true;
}

/*
 * Voices: seven models say a level, four a day or a period, one how values move. So that the first are not taken for
 * seven witnesses of one thing, the others speak louder, about as loud by kind.
 */
const struct fc_model fc_models[] = {
    { "last",      "the last value",                        1, 1, false, say_last },
    { "hour",      "the median of the last hour",           1, 2, false, say_hour },
    { "seasonal",  "the same time of the day before",       2, 3, false, say_seasonal },
    { "median5",   "the median of the last 5 rows",         1, 0, false, say_median5 },
    { "median15",  "the median of the last 15 rows",        1, 0, false, say_median15 },
    { "median60",  "the median of the last 60 rows",        1, 0, false, say_median60 },
    { "median240", "the median of the last 240 rows",       1, 0, false, say_median240 },
    { "ses",       "exponential smoothing",                 1, 0, false, say_ses },
    { "shifted",   "the day before from today's level",     2, 0, false, say_shifted },
    { "periodic",  "the same place of the period before",   2, 0, false, say_periodic },
    { "profile",   "the usual value at this time of day",   2, 0, false, say_profile },
    { "trend",     "a damped trend",                        1, 0, false, say_trend },
    { "ar",        "an autoregression",                     4, 0, false, fc_ar_say },
    { "forest",    "a random forest",                       4, 0, true,  fc_forest_say },
};
const int fc_n_models = sizeof fc_models / sizeof *fc_models;

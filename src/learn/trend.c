/*
 * trend.c - Theil-Sen slope and Mann-Kendall test that know about autocorrelation.
 *
 * The variance of Kendall's S is multiplied by n / n_e, with n_e the number of independent points
 * that would know as much as the n we have, from the lag-1 autocorrelation of the ranks around the
 * slope, taken as a first-order autoregression (Bayley and Hammersley 1946; for this test Yue and
 * Wang 2004, Water Resources Management 18:201). That estimate is too low in short series, hence (n
 * r + 2) / (n - 4), and uncertain, hence Student's t with n_e - 2 degrees of freedom (Santer et al.
 * 2000, JGR 105:7337). A negative autocorrelation would narrow the variance; it is left alone.
 *
 * Why this way: the share of series without trend that this rejects at 0.05, of 4000 each (800 for
 * n >= 300). Hamed and Rao 1998, with its sum over all significant lags, rejected 0.12 to 0.50 of
 * them.
 *
 *              n = 20    40     100    300    600
 *   phi = 0     0.029   0.033  0.042  0.040  0.048
 *   phi = 0.3   0.047   0.049  0.049  0.070  0.046
 *   phi = 0.7   0.064   0.050  0.058  0.051  0.043
 *   phi = 0.9   0.084   0.083  0.061  0.056  0.058
 */
#include "learn/trend.h"

#include "base/mem.h"
#include "base/stats.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct points {
    double *t, *y;
    size_t n;
    int exponent; /* y holds the values times 2^-exponent, so that no difference overflows */
};

struct kendall {
    double s;        /* rising less falling pairs */
    double variance; /* of s where nothing depends on its neighbour */
    double pairs, untied;
};

/* The known points, in times from the first. Returns whether all times increase. */
static bool trend_collect(const double *t, const double *y, size_t n, struct points *p)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(t[i]) || (i && t[i] <= t[i - 1]))
            return false;
        if (!isfinite(y[i]))
            continue;
        p->t[p->n] = t[i];
        p->y[p->n++] = y[i];
        largest = fmax(largest, fabs(y[i]));
    }
    p->exponent = largest > 0 ? ilogb(largest) : 0;
    for (size_t i = 0; i < p->n; i++)
        p->y[i] = ldexp(p->y[i], -p->exponent);
    return true;
}

/* Replaces runs of `block` points by their mean time and median value */
static void trend_blocks(struct points *p)
{
    size_t block = (p->n + TREND_MAX_POINTS - 1) / TREND_MAX_POINTS, m = 0;
    if (block <= 1)
        return;
    for (size_t i = 0; i < p->n; i += block) {
        size_t len = p->n - i < block ? p->n - i : block;
        double t = stats_mean(p->t + i, len), y = stats_median(p->y + i, len);
        p->t[m] = t;
        p->y[m++] = y;
    }
    p->n = m;
}

static int trend_compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Slopes of all pairs into `slope`, and what the pairs say about order. */
static struct kendall trend_pairs(const struct points *p, double *slope)
{
    struct kendall k = { 0 };
    size_t m = 0;
    for (size_t j = 1; j < p->n; j++) {
        int64_t s = 0;
        for (size_t i = 0; i < j; i++) {
            double dy = p->y[j] - p->y[i];
            slope[m++] = dy / (p->t[j] - p->t[i]);
            s += (dy > 0) - (dy < 0);
        }
        k.s += (double)s;
    }
    k.pairs = (double)m;
    return k;
}

/* Variance of S and pairs that differ, with groups of equal values (Kendall 1975). */
static void trend_ties(const struct points *p, struct kendall *k)
{
    double n = (double)p->n, *sorted = mem_new(p->n * sizeof *sorted);
    for (size_t i = 0; i < p->n; i++)
        sorted[i] = p->y[i];
    qsort(sorted, p->n, sizeof *sorted, trend_compare);
    double less = 0;
    k->untied = k->pairs;
    for (size_t i = 0, end; i < p->n; i = end) {
        for (end = i + 1; end < p->n && sorted[end] == sorted[i];)
            end++;
        double u = (double)(end - i);
        less += u * (u - 1) * (2 * u + 5);
        k->untied -= u * (u - 1) / 2;
    }
    k->variance = (n * (n - 1) * (2 * n + 5) - less) / 18;
    mem_free(sorted);
}

struct ranked {
    double value; /* must be first: trend_compare() reads it */
    size_t at;
};

/* Replaces values by their ranks; equal ones share the mean of theirs. */
static void trend_ranks(double *x, size_t n)
{
    struct ranked *r = mem_new(n * sizeof *r);
    for (size_t i = 0; i < n; i++)
        r[i] = (struct ranked){ x[i], i };
    qsort(r, n, sizeof *r, trend_compare);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && r[end].value == r[i].value;)
            end++;
        for (size_t j = i; j < end; j++)
            x[r[j].at] = (double)(i + end - 1) / 2;
    }
    mem_free(r);
}

/* n / n_e for the points around their slope; 1 where neighbours are not alike. */
static double trend_inflation(const struct points *p, double slope)
{
    double n = (double)p->n, *rest = mem_new(p->n * sizeof *rest);
    for (size_t i = 0; i < p->n; i++) /* |y| < 2; what rounding leaves of a perfect line is no rest */
        rest[i] = rint((p->y[i] - slope * (p->t[i] - p->t[0])) * 0x1p46);
    trend_ranks(rest, p->n);
    double r = stats_lag1(rest, p->n); /* 0 where all are equal */
    r = p->n > 4 && r != 0 ? fmin((n * r + 2) / (n - 4), 1) : 0;
    mem_free(rest);

    double sum = 1, power = 1;
    for (size_t lag = 1; lag < p->n && r > 0; lag++) {
        power *= r;
        sum += 2 * (1 - (double)lag / n) * power;
    }
    return sum;
}

/*
 * Degrees of freedom that are left, for Student's t. Without correction nothing was estimated, and
 * the normal is the right one.
 */
static double trend_freedom(double n, double inflation)
{
    return inflation > 1 ? fmax(n / inflation - 2, 1) : INFINITY;
}

/* A value of Student's t as the normal deviate that is as rare, and back (Wallace 1959, Ann.
 * Math. Stat. 30:1124). */
static double trend_t_to_normal(double t, double freedom)
{
    if (isinf(freedom))
        return t;
    return (8 * freedom + 1) / (8 * freedom + 3) * sqrt(freedom * log1p(t * t / freedom));
}

static double trend_normal_to_t(double z, double freedom)
{
    if (isinf(freedom))
        return z;
    z *= (8 * freedom + 3) / (8 * freedom + 1);
    return sqrt(freedom * expm1(z * z / freedom));
}

/*
 * The interval between the order statistics of the slopes that S would have to be wrong by `spread`
 * to leave. `slope` is already divided at its median, so that each end is sought in its own half.
 */
static void trend_interval(double *slope, size_t m, double spread, struct trend_fit *out)
{
    double lo = floor(((double)m - spread) / 2) - 1, hi = ceil(((double)m + spread) / 2);
    out->slope_lo = lo >= 0 ? stats_select(slope, m / 2 + 1, (size_t)lo) : -INFINITY;
    out->slope_hi = hi < (double)m ? stats_select(slope + m / 2, m - m / 2, (size_t)hi - m / 2)
                                   : INFINITY;
}

/* Afterwards nothing before slope[m / 2] is larger and nothing after it smaller. */
static double trend_middle(double *slope, size_t m)
{
    double upper = stats_select(slope, m, m / 2);
    return m % 2 ? upper : (stats_max(slope, m / 2) + upper) / 2;
}

static void trend_fit_points(const struct points *p, double confidence, struct trend_fit *out)
{
    size_t m = p->n * (p->n - 1) / 2;
    double n = (double)p->n, *slope = mem_new(m * sizeof *slope);
    struct kendall k = trend_pairs(p, slope);
    trend_ties(p, &k);
    out->slope = trend_middle(slope, m);
    out->inflation = trend_inflation(p, out->slope);
    out->tau = k.untied > 0 ? k.s / sqrt(k.pairs * k.untied) : 0;
    out->points = p->n;

    double freedom = trend_freedom(n, out->inflation), sd = sqrt(k.variance * out->inflation);
    double t = fabs(k.s) > 1 ? (fabs(k.s) - 1) / sd : 0; /* S is an integer: continuity */
    out->p = fmin(1, 2 * stats_normal_cdf(-trend_t_to_normal(t, freedom)));
    double z = stats_normal_quantile((1 + confidence) / 2);
    trend_interval(slope, m, trend_normal_to_t(z, freedom) * sd, out);
    mem_free(slope);
}

/* The line: through the median of what the slope leaves.
 * Then everything back into the units of y. */
static void trend_line(struct points *p, double first_t, double last_t, struct trend_fit *out)
{
    for (size_t i = 0; i < p->n; i++)
        p->y[i] -= out->slope * (p->t[i] - first_t);
    double level = stats_median(p->y, p->n);
    out->first = ldexp(level, p->exponent);
    out->last = ldexp(level + out->slope * (last_t - first_t), p->exponent);
    out->slope = ldexp(out->slope, p->exponent);
    out->slope_lo = ldexp(out->slope_lo, p->exponent);
    out->slope_hi = ldexp(out->slope_hi, p->exponent);
}

int trend_estimate(const double *t, const double *y, size_t n, double confidence,
                   struct trend_fit *out)
{
    if (!(confidence > 0 && confidence < 1))
        return -EINVAL;
    struct points p = { .t = mem_new(n * sizeof *p.t), .y = mem_new(n * sizeof *p.y) };
    int rc = !trend_collect(t, y, n, &p) ? -EINVAL : p.n < 2 ? -ENODATA : 0;
    if (rc == 0) {
        double first_t = p.t[0], last_t = p.t[p.n - 1];
        struct trend_fit fit;
        trend_blocks(&p);
        trend_fit_points(&p, confidence, &fit);
        trend_line(&p, first_t, last_t, &fit);
        *out = fit;
    }
    mem_free(p.t);
    mem_free(p.y);
    return rc;
}

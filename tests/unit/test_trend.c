/* Trends: closed forms, SciPy's numbers, how often chance is taken for a trend, and the edges. */
#include "test.h"

#include "base/rng.h"
#include "learn/trend.h"

#include <errno.h>

#define N 40

static void fit(const double *t, const double *y, size_t n, struct trend_fit *out)
{
    assert_int_equal(trend_estimate(t, y, n, 0.9, out), 0);
}

static double multiple(int i, double of)
{
    return fmod(i * of, 1);
}

/* Uneven times, and values that rise under an even scatter. */
static void scattered(double t[N], double y[N])
{
    for (int i = 0; i < N; i++) {
        t[i] = i + 0.3 * multiple(i, 0.7548776662466927);
        y[i] = 0.03 * i + multiple(i, 0.6180339887498949);
    }
}

static void lines(void **state)
{
    (void)state;
    static const double slopes[] = { 2, -0.5, 1e-9, 1e300 };
    for (size_t k = 0; k < sizeof slopes / sizeof *slopes; k++) {
        double t[N], y[N];
        for (int i = 0; i < N; i++) {
            t[i] = 1e9 + i * 0.5;
            y[i] = slopes[k] * (i * 0.5 - 10);
        }
        struct trend_fit f;
        fit(t, y, N, &f);
        double ulp = fabs(slopes[k]) * 1e-12;
        assert_near(f.slope, slopes[k], ulp);
        assert_near(f.slope_lo, slopes[k], ulp);
        assert_near(f.slope_hi, slopes[k], ulp);
        assert_near(f.first, y[0], 20 * ulp);
        assert_near(f.last, y[N - 1], 20 * ulp);
        assert_near(f.tau, slopes[k] > 0 ? 1 : -1, 1e-15);
        assert_true(f.p < 1e-6);
    }
}

static void constant(void **state)
{
    (void)state;
    static const double values[] = { 0, -7, 1e300 };
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        double t[N], y[N];
        for (int i = 0; i < N; i++) {
            t[i] = i;
            y[i] = values[k];
        }
        struct trend_fit f;
        fit(t, y, N, &f);
        assert_true(f.slope == 0 && f.slope_lo == 0 && f.slope_hi == 0);
        assert_true(f.p == 1 && f.tau == 0 && f.first == values[k] && f.last == values[k]);
    }
}

/*
 * SciPy 1.10.1: slope by stats.theilslopes, tau by stats.kendalltau; p and interval by the formulas
 * over numpy's sorted slopes with stats.norm, in the last case with stats.t and 2.46 degrees of
 * freedom, which Wallace's formula meets to a few in 100.
 */
static void as_scipy(void **state)
{
    (void)state;
    double t[N], y[N];
    struct trend_fit f;
    scattered(t, y);
    fit(t, y, N, &f);
    assert_near(f.slope, 0.02904760579364088, 1e-15);
    assert_near(f.slope_lo, 0.02300033236644095, 1e-15);
    assert_near(f.slope_hi, 0.037178293760881685, 1e-15);
    assert_near(f.tau, 0.5435897435897437, 1e-14);
    assert_near(f.p, 8.291100209180092e-07, 1e-15);
    assert_true(f.inflation == 1);

    for (int i = 0; i < N; i++)
        y[i] = rint(5 * y[i]); /* many ties */
    fit(t, y, N, &f);
    assert_near(f.slope, 0.1431589403275397, 1e-15);
    assert_near(f.slope_lo, 0.12481735478047574, 1e-15);
    assert_near(f.slope_hi, 0.1927998119981087, 1e-15);
    assert_near(f.tau, 0.5694804506591808, 1e-14);
    assert_near(f.p, 7.357368513035653e-07, 1e-15);

    scattered(t, y);
    for (int i = 0; i < N; i++)
        y[i] += sin(i / 3.0); /* a slow wave: neighbours are alike */
    fit(t, y, N, &f);
    assert_near(f.slope, 0.010504060746213312, 1e-15);
    assert_near(f.inflation, 8.974833121116312, 1e-9);
    assert_near(f.p, 0.8254369857866926, 0.01);
    assert_near(f.slope_lo, -0.2253052912843559, 0.02);
    assert_near(f.slope_hi, 0.268680753331821, 0.02);
}

static void invariants(void **state)
{
    (void)state;
    double t[N], y[N], z[N], u[N];
    struct trend_fit a, b;
    scattered(t, y);
    fit(t, y, N, &a);
    for (int i = 0; i < N; i++) {
        z[i] = -4 * y[i];
        u[i] = 2 * t[i];
    }
    fit(u, z, N, &b); /* turned over, other units: powers of two are exact */
    assert_true(b.slope == -2 * a.slope && b.slope_lo == -2 * a.slope_hi &&
                b.slope_hi == -2 * a.slope_lo);
    assert_true(b.p == a.p && b.tau == -a.tau);
    fit(u, z, N, &a);
    assert_memory_equal(&a, &b, sizeof a);

    scattered(t, y);
    fit(t, y, N, &a);
    for (int i = 0; i < 5; i++)
        y[7 * i] = 1e6; /* wild values change the slope little */
    fit(t, y, N, &b);
    assert_near(a.slope, b.slope, 0.01);
}

static void unknown_values(void **state)
{
    (void)state;
    double t[2 * N], y[2 * N], kt[N], ky[N];
    scattered(kt, ky);
    for (int i = 0; i < N; i++) {
        t[2 * i] = kt[i];
        y[2 * i] = ky[i];
        t[2 * i + 1] = kt[i] + 0.01;
        y[2 * i + 1] = i % 2 ? NAN : INFINITY;
    }
    struct trend_fit with, without;
    fit(t, y, 2 * N, &with);
    fit(kt, ky, N, &without);
    assert_memory_equal(&with, &without, sizeof with);
}

static void few_and_many(void **state)
{
    (void)state;
    struct trend_fit f;
    double t2[2] = { 1, 3 }, y2[2] = { 5, 9 };
    fit(t2, y2, 2, &f);
    assert_true(f.slope == 2 && f.p == 1 && isinf(f.slope_lo) && isinf(f.slope_hi));

    /* Above TREND_MAX_POINTS blocks stand in: 10007 points become 589 medians, the last of 11. */
    enum { MANY = 10007 };
    static double t[MANY], y[MANY];
    struct rng r;
    rng_seed(&r, 5);
    for (int i = 0; i < MANY; i++) {
        t[i] = i * 0.1;
        y[i] = 3 * t[i] + 50 * rng_normal(&r);
    }
    fit(t, y, MANY, &f);
    assert_int_equal(f.points, 589);
    assert_near(f.slope, 3, 0.01);
    assert_true(f.slope_lo < 3 && 3 < f.slope_hi && f.p < 1e-9);
    fit(t, y, TREND_MAX_POINTS, &f);
    assert_int_equal(f.points, TREND_MAX_POINTS);
    fit(t, y, TREND_MAX_POINTS + 1, &f);
    assert_int_equal(f.points, TREND_MAX_POINTS / 2 + 1);
}

static void refused(void **state)
{
    (void)state;
    double t[3] = { 0, 1, 2 }, y[3] = { 1, NAN, INFINITY }, back[3] = { 0, 2, 1 };
    double same[3] = { 0, 1, 1 }, odd[3] = { 0, NAN, 2 };
    struct trend_fit f;
    assert_int_equal(trend_estimate(t, y, 0, 0.9, &f), -ENODATA);
    assert_int_equal(trend_estimate(t, y, 1, 0.9, &f), -ENODATA);
    assert_int_equal(trend_estimate(t, y, 3, 0.9, &f), -ENODATA);
    assert_int_equal(trend_estimate(back, t, 3, 0.9, &f), -EINVAL);
    assert_int_equal(trend_estimate(same, t, 3, 0.9, &f), -EINVAL);
    assert_int_equal(trend_estimate(odd, t, 3, 0.9, &f), -EINVAL);
    assert_int_equal(trend_estimate(t, t, 3, 0, &f), -EINVAL);
    assert_int_equal(trend_estimate(t, t, 3, 1, &f), -EINVAL);
    assert_int_equal(trend_estimate(t, t, 3, NAN, &f), -EINVAL);
}

/* How many of `runs` series without trend, y[i] = phi y[i-1] + noise, are rejected at 0.05. */
static int rejected(double phi, double drift, int runs, int *covered)
{
    enum { LENGTH = 120, BEFORE = 60 };
    double t[LENGTH], y[LENGTH];
    int hits = 0;
    *covered = 0;
    for (int run = 0; run < runs; run++) {
        struct rng r;
        rng_seed(&r, (uint64_t)run);
        double v = 0;
        for (int i = -BEFORE; i < LENGTH; i++) {
            v = phi * v + rng_normal(&r);
            if (i < 0)
                continue;
            t[i] = i;
            y[i] = v + drift * i;
        }
        struct trend_fit f;
        fit(t, y, LENGTH, &f);
        hits += f.p < 0.05;
        *covered += f.slope_lo <= drift && drift <= f.slope_hi;
    }
    return hits;
}

/*
 * The level holds with and without autocorrelation: of 2000 seeds, 0.05 +- 0.02, that is four
 * standard errors of a binomial share, and the 90 % interval covers the true slope in 0.9 +- 0.035
 * (white noise in somewhat more). The uncorrected test would reject 0.45 at phi = 0.7.
 */
static void honest_level(void **state)
{
    (void)state;
    static const double phi[] = { 0, 0.3, 0.7 };
    for (size_t k = 0; k < sizeof phi / sizeof *phi; k++) {
        int covered, hits = rejected(phi[k], 0, 2000, &covered);
        assert_in_range(hits, 60, 140);
        assert_in_range(covered, 1730, 1870);
    }
}

/* It still sees: a rise of 3.6 deviations over the series,
 * in white and in slow noise of the same innovations. */
static void power(void **state)
{
    (void)state;
    int covered;
    assert_true(rejected(0, 0.03, 200, &covered) >= 198);
    assert_true(rejected(0.7, 0.09, 200, &covered) >= 180);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines), cmocka_unit_test(constant), cmocka_unit_test(as_scipy),
        cmocka_unit_test(invariants), cmocka_unit_test(unknown_values), cmocka_unit_test(few_and_many),
        cmocka_unit_test(refused), cmocka_unit_test(honest_level), cmocka_unit_test(power),
    };
    return cmocka_run_group_tests_name("learn/trend", tests, NULL, NULL);
}

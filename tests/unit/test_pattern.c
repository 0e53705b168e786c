/* Hour and weekday patterns: those that are there are found, those that are not seldom, and the edges. */
#include "test.h"

#include "base/mem.h"
#include "base/rng.h"
#include "learn/forecast/pattern.h"

#include <errno.h>

#define STEP 600.0
#define PER_DAY 144
#define THURSDAY 1700092800.0 /* 2023-11-16 00:00 UTC */

/* Noise that carries on, and `height` more in the hours of work, or on Saturday and Sunday. */
static void days(double *t, double *x, int n, uint64_t seed, double carried, double height, bool weekend)
{
    struct rng r;
    double v = 0;
    rng_seed(&r, seed);
    for (int i = 0; i < n; i++) {
        t[i] = THURSDAY + i * STEP;
        double hour = fmod(t[i], 86400) / 3600;
        int day = (int)(t[i] / 86400 + 3) % 7;
        v = carried * v + rng_normal(&r);
        x[i] = v + height * (weekend ? day >= 5 : hour >= 9 && hour < 17);
    }
}

static void finds_hours(void **state)
{
    (void)state;
    enum { N = 5 * PER_DAY };
    static double t[N], x[N];
    struct pattern p;
    int found = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        days(t, x, N, seed, 0.5, 1, false);
        assert_int_equal(pattern_find(t, x, N, 1, &p), 0);
        assert_int_equal(p.days, 5);
        assert_nan(p.weekday_p);
        assert_true(p.hour[12] > p.hour[3]);
        found += p.has_hours;
    }
    assert_in_range(found, 18, 20);
}

static void finds_weekdays(void **state)
{
    (void)state;
    enum { N = 6 * 7 * PER_DAY };
    static double t[N], x[N];
    struct pattern p;
    days(t, x, N, 1, 0.5, 2, true);
    assert_int_equal(pattern_find(t, x, N, 1, &p), 0);
    assert_true(p.has_weekdays && !p.has_hours && p.weeks >= 5);
    assert_true(p.weekday[5] > p.weekday[0] + 1 && p.weekday[6] > p.weekday[4] + 1);
}

/* What has none: white noise, noise that carries on for hours, and a walk. Of 400 each, 0.5 to 2.2 % were called
 * significant at a level of 1 %; more than 5 of 100 then come with a chance below 2 %. */
static void cries_no_wolf(void **state)
{
    (void)state;
    enum { N = 8 * PER_DAY, SEEDS = 100 };
    static double t[N], x[N];
    static const double carried[] = { 0, 0.9, 0.99, 1 };
    struct pattern p;
    for (int c = 0; c < 4; c++) {
        int wrong = 0;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            days(t, x, N, seed, carried[c], 0, false);
            assert_int_equal(pattern_find(t, x, N, seed, &p), 0);
            wrong += p.has_hours;
        }
        assert_in_range(wrong, 0, 5);
    }
}

static void nor_of_weeks(void **state)
{
    (void)state;
    enum { N = 7 * 7 * 24, SEEDS = 100 };
    static double t[N], x[N];
    static const double carried[] = { 0, 0.95, 1 };
    struct pattern p;
    for (int c = 0; c < 3; c++) {
        int wrong = 0;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            days(t, x, N, seed, carried[c], 0, false);
            for (int i = 0; i < N; i++)
                t[i] = THURSDAY + i * 3600.0;
            assert_int_equal(pattern_find(t, x, N, seed, &p), 0);
            assert_int_equal(p.weeks, 6);
            wrong += p.has_weekdays;
        }
        assert_in_range(wrong, 0, 5);
    }
}

static void edges(void **state)
{
    (void)state;
    struct pattern p;
    double t[4] = { 0, 1, 2, 3 }, x[4] = { NAN, INFINITY, 1e308, -1e308 };
    for (size_t n = 0; n <= 4; n++) {
        assert_int_equal(pattern_find(t, x, n, 1, &p), 0);
        assert_nan(p.hour_p);
        assert_false(p.has_hours || p.has_weekdays);
    }
    t[2] = 0;
    assert_int_equal(pattern_find(t, x, 4, 1, &p), -EINVAL);
    t[2] = 1e9;
    t[3] = 2e9;
    assert_int_equal(pattern_find(t, x, 4, 1, &p), -EINVAL);

    enum { N = 10 * PER_DAY };
    static double tt[N], xx[N];
    days(tt, xx, N, 1, 0, 0, false);
    for (int i = 0; i < N; i++)
        xx[i] = 5;
    assert_int_equal(pattern_find(tt, xx, N, 1, &p), 0);
    assert_true(p.hour_p == 1 && p.hour[7] == 5 && p.weekday[2] == 5);
    for (int i = 0; i < N; i++)
        xx[i] = fmod(tt[i], 86400) < 43200 ? 5 : NAN; /* half of each day is not known */
    assert_int_equal(pattern_find(tt, xx, N, 1, &p), 0);
    assert_nan(p.hour_p);
    assert_nan(p.hour[20]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_hours),
        cmocka_unit_test(finds_weekdays),
        cmocka_unit_test(cries_no_wolf),
        cmocka_unit_test(nor_of_weeks),
        cmocka_unit_test(edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

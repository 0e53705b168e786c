/* Forecasts: closed forms, what has skill and what has none, invariants, and the edges. */
#include "test.h"

#include "base/mem.h"
#include "base/rng.h"
#include "learn/forecast/forecast.h"

#include <errno.h>
#include <float.h>
#include <string.h>

#define N 1440
#define H 60

static const struct forecast_options minutes = { .step_s = 60, .horizon = H, .low = NAN, .high = NAN };

static struct forecast made(const double *x, size_t n, const struct forecast_options *o)
{
    struct forecast f;
    assert_int_equal(forecast_make(x, n, o, &f), 0);
    for (int h = 0; h < f.horizon; h++) {
        assert_true(isfinite(f.p10[h]) && isfinite(f.p50[h]) && isfinite(f.p90[h]));
        assert_true(f.p10[h] <= f.p50[h] && f.p50[h] <= f.p90[h]);
    }
    return f;
}

static void noise(double *x, size_t n, uint64_t seed, double carried)
{
    struct rng r;
    rng_seed(&r, seed);
    double v = 0;
    for (size_t i = 0; i < n; i++)
        x[i] = 50 + (v = carried * v + rng_normal(&r));
}

/* What is the same for every row or every period is known to be so. */
static void closed_forms(void **state)
{
    (void)state;
    double x[N];
    for (int i = 0; i < N; i++)
        x[i] = 7;
    struct forecast f = made(x, N, &minutes);
    for (int h = 0; h < H; h++)
        assert_true(f.p10[h] == 7 && f.p50[h] == 7 && f.p90[h] == 7);
    assert_false(f.has_skill);
    forecast_done(&f);

    for (int i = 0; i < N; i++)
        x[i] = i % 10 == 3 ? 100 : 5; /* every ten minutes */
    f = made(x, N, &minutes);
    for (int h = 0; h < H; h++)
        assert_near(f.p50[h], (N + h) % 10 == 3 ? 100 : 5, 1e-9);
    assert_true(f.has_skill);
    assert_near(f.skill, 1, 1e-9);
    assert_string_equal(f.model, "blend");
    forecast_done(&f);

    for (int i = 0; i < N; i++)
        x[i] = 3.0 * i; /* no end of it in sight: neither straight on for ever nor still */
    f = made(x, N, &minutes);
    assert_true(f.has_skill && f.p50[H - 1] > x[N - 1] + 30 && f.p50[H - 1] < x[N - 1] + 3 * H + 1);
    forecast_done(&f);
}

/* Of white noise nothing is known beyond its middle; twenty seeds, and three lengths. */
static void white_noise_has_none(void **state)
{
    (void)state;
    static double x[N];
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (size_t n = 360; n <= N; n *= 2) {
            noise(x, n, seed, 0);
            struct forecast f = made(x, n, &minutes);
            assert_false(f.has_skill);
            assert_string_equal(f.model, "hour");
            assert_true(fabs(f.skill) < 0.1);
            forecast_done(&f);
        }
}

/* Nor of a random walk: its last value is the best. Chance may beat it once or twice in 20. */
static void random_walk_has_little(void **state)
{
    (void)state;
    static double x[N];
    int skilled = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        noise(x, N, seed, 1);
        struct forecast f = made(x, N, &minutes);
        skilled += f.has_skill;
        forecast_done(&f);
    }
    assert_in_range(skilled, 0, 2);
}

/* Four days of a pattern under noise: the day before is the best naive forecast by far. */
static void days_are_found(void **state)
{
    (void)state;
    enum { DAY = 288, DAYS = 5 };
    static double x[DAY * DAYS];
    struct forecast_options o = { .step_s = 300, .horizon = H, .low = 0, .high = 100 };
    for (uint64_t seed = 1; seed <= 5; seed++) {
        noise(x, DAY * DAYS, seed, 0);
        for (int i = 0; i < DAY * DAYS; i++)
            x[i] += 30 * sin(2 * M_PI * i / DAY);
        struct forecast f = made(x, DAY * DAYS - 30, &o);
        assert_string_equal(f.baseline, "seasonal");
        assert_true(f.skill > 0 && f.against[0].skill > 0.8 && f.against[1].skill > 0.8);
        double e = 0;
        for (int h = 0; h < 30; h++)
            e += fabs(f.p50[h] - x[DAY * DAYS - 30 + h]) / 30;
        assert_true(e < 1.5); /* the noise alone is 0.8, of two days 1.1 */
        forecast_done(&f);
    }
}

/* What lies ahead falls into the band as often as it says: 80 %, over 40 autoregressions. */
static void bands_hold(void **state)
{
    (void)state;
    static double x[N + H];
    int in = 0, all = 0;
    double said = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        noise(x, N + H, seed, 0.8);
        struct forecast f = made(x, N, &minutes);
        for (int h = 0; h < H; h++, all++)
            in += x[N + h] >= f.p10[h] && x[N + h] <= f.p90[h];
        said += f.coverage / 40;
        forecast_done(&f);
    }
    assert_true((double)in / all > 0.74 && (double)in / all < 0.86);
    assert_true(said > 0.72 && said < 0.88);
}

/* Other units, the same forecast; and twice the same, bit for bit. */
static void units_do_not_matter(void **state)
{
    (void)state;
    static double x[N], y[N];
    noise(x, N, 3, 0.9);
    struct forecast a = made(x, N, &minutes), again = made(x, N, &minutes);
    for (int h = 0; h < H; h++)
        assert_true(a.p10[h] == again.p10[h] && a.p50[h] == again.p50[h] && a.p90[h] == again.p90[h]);
    for (int i = 0; i < N; i++)
        y[i] = -1e9 + 1000 * x[i];
    struct forecast b = made(y, N, &minutes);
    assert_string_equal(a.model, b.model);
    for (int h = 0; h < H; h++)
        assert_near(b.p50[h], -1e9 + 1000 * a.p50[h], 1e-2);
    forecast_done(&a);
    forecast_done(&again);
    forecast_done(&b);
}

/* What never was below 0 is not said to be; nor what cannot pass a bound. */
static void stays_within_bounds(void **state)
{
    (void)state;
    static double x[N];
    struct rng r;
    rng_seed(&r, 9);
    for (int i = 0; i < N; i++)
        x[i] = rng_below(&r, 20) ? 0.01 * (double)rng_below(&r, 10) : 99;
    struct forecast_options o = minutes;
    o.high = 100;
    struct forecast f = made(x, N, &o);
    for (int h = 0; h < H; h++)
        assert_true(f.p10[h] >= 0 && f.p90[h] <= 100);
    forecast_done(&f);
}

/* A model by its name is given whether it has skill or not. */
static void models_by_name(void **state)
{
    (void)state;
    static double x[2 * N + N / 2];
    noise(x, 2 * N + N / 2, 5, 0.5);
    for (int i = 0; forecast_model_name(i); i++) {
        struct forecast_options o = minutes;
        o.model = forecast_model_name(i);
        struct forecast f = made(x, 2 * N + N / 2, &o);
        assert_string_equal(f.model, o.model);
        assert_non_null(f.baseline);
        assert_true(strlen(forecast_model_words(o.model)) > 3);
        forecast_done(&f);
    }
    struct forecast f;
    struct forecast_options o = minutes;
    o.model = "oracle";
    assert_int_equal(forecast_make(x, N, &o, &f), -EINVAL);
}

static void holes_are_no_zeros(void **state)
{
    (void)state;
    static double x[N];
    noise(x, N, 6, 0.5);
    for (int i = 0; i < N; i++)
        if (i < 40 || i % 7 == 2 || (i > 600 && i < 700) || i > N - 4)
            x[i] = i % 2 ? NAN : INFINITY;
    struct forecast f = made(x, N, &minutes);
    for (int h = 0; h < H; h++)
        assert_true(f.p10[h] > 40 && f.p90[h] < 60);
    forecast_done(&f);
}

/* From nothing to little, constant, and as large as numbers go: an answer, or that there is none. */
static void edges(void **state)
{
    (void)state;
    double x[200];
    struct forecast f;
    static const double kinds[][3] = { { 1, 2, 3 }, { 0, 0, 0 }, { 1e308, -1e308, 1.7e308 }, { -DBL_MAX, DBL_MAX, 0 },
                                       { 1e-310, 2e-310, 0 }, { 1e15, 1e15 + 1, 1e15 + 2 }, { NAN, 1, INFINITY } };
    static const int horizons[] = { 1, 2, 60, 1000 };
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (size_t n = 0; n <= 200; n += n < 12 ? 1 : 47)
            for (size_t k = 0; k < sizeof horizons / sizeof *horizons; k++) {
                struct forecast_options o = { .step_s = 1, .horizon = horizons[k], .low = NAN, .high = NAN };
                size_t known = 0;
                for (size_t i = 0; i < n; i++)
                    known += (size_t)isfinite(x[i] = kinds[kind][i % 3]);
                if (known < FORECAST_MIN) {
                    assert_int_equal(forecast_make(x, n, &o, &f), -ENODATA);
                    continue;
                }
                f = made(x, n, &o);
                assert_true(n > 6 || !f.has_skill);
                forecast_done(&f);
            }
    struct forecast_options o = minutes;
    o.horizon = 0;
    assert_int_equal(forecast_make(x, 100, &o, &f), -EINVAL);
    o.horizon = FORECAST_MAX_HORIZON + 1;
    assert_int_equal(forecast_make(x, 100, &o, &f), -EINVAL);
}

/* Longer than what is looked at. */
static void long_pasts(void **state)
{
    (void)state;
    size_t n = FORECAST_ROWS + 5000;
    double *x = mem_new(n * sizeof *x);
    noise(x, n, 8, 0.9);
    x[n - FORECAST_ROWS] = NAN;
    struct forecast a = made(x, n, &minutes), b = made(x + 5000, FORECAST_ROWS, &minutes);
    for (int h = 0; h < H; h++)
        assert_near(a.p50[h], b.p50[h], 1e-9);
    forecast_done(&a);
    forecast_done(&b);
    mem_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms),
        cmocka_unit_test(white_noise_has_none),
        cmocka_unit_test(random_walk_has_little),
        cmocka_unit_test(days_are_found),
        cmocka_unit_test(bands_hold),
        cmocka_unit_test(units_do_not_matter),
        cmocka_unit_test(stays_within_bounds),
        cmocka_unit_test(models_by_name),
        cmocka_unit_test(holes_are_no_zeros),
        cmocka_unit_test(edges),
        cmocka_unit_test(long_pasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

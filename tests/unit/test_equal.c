/* test_equal.c - daily values at equal load, whatever the load did. */
#include "base/mem.h"
#include "base/rng.h"
#include "learn/equal.h"
#include "test.h"

#define DAYS 30
#define ROWS 144

static void test_slope_is_taken_out(void **state)
{
    (void)state;
    static double x[DAYS * ROWS], y[DAYS * ROWS];
    static int day[DAYS * ROWS];
    double out[DAYS];
    struct rng g;
    rng_seed(&g, 1);
    for (int i = 0; i < DAYS * ROWS; i++) {
        day[i] = i / ROWS;
        /* the load drifts through the band over the days, and moves within them */
        x[i] = 22 + 14.0 * day[i] / DAYS + 3 * sin(i * 0.7);
        y[i] = 40 + 0.5 * x[i] + 0.2 * rng_normal(&g);
    }
    assert_int_equal(equal_days(x, y, day, DAYS * ROWS, 20, 40, out, DAYS), DAYS);
    for (int d = 0; d < DAYS; d++) /* at the median load, 29 */
        assert_true(fabs(out[d] - 54.5) < 0.3);
    for (int i = 0; i < DAYS * ROWS; i++)
        y[i] += 0.1 * day[i]; /* and what is of the days stays */
    equal_days(x, y, day, DAYS * ROWS, 20, 40, out, DAYS);
    assert_true(fabs(out[DAYS - 1] - out[0] - 0.1 * (DAYS - 1)) < 0.4);
}

static void test_what_is_missing(void **state)
{
    (void)state;
    double x[20], y[20], out[3];
    int day[20];
    for (int i = 0; i < 20; i++) {
        x[i] = 25;
        y[i] = 50;
        day[i] = i < 10 ? 0 : i < 14 ? 1 : 2;
    }
    y[0] = NAN;
    x[1] = INFINITY;
    x[19] = 40; /* above the band */
    assert_int_equal(equal_days(x, y, day, 20, 20, 40, out, 3), 1);
    assert_true(out[0] == 50 && isnan(out[1]) && isnan(out[2])); /* days of four and five rows */
    assert_int_equal(equal_days(x, y, day, 0, 20, 40, out, 3), 0);
    assert_true(isnan(out[0]));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_slope_is_taken_out), cmocka_unit_test(test_what_is_missing),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Where axes have their ticks: round numbers that hold all values, round local times within the range. */
#include "test.h"

#include "output/plot/ticks.h"

#define DAY INT64_C(86400000)
#define START 1795305600000 /* 2026-11-22 00:00:00 UTC */

static void numbers(void **state)
{
    (void)state;
    static const struct { double low, high; int wanted; double first, step; int n, places; } cases[] = {
        { 0, 100, 3, 0, 50, 3, 0 },
        { 0, 100, 6, 0, 20, 6, 0 },
        { 0, 1, 3, 0, 0.5, 3, 1 },
        { 0, 0.03, 4, 0, 0.01, 4, 2 },
        { 47.9, 48.8, 3, 47.5, 0.5, 4, 1 },
        { -3, 7, 4, -5, 5, 4, 0 },
        { 0, 123456, 3, 0, 1e5, 3, 0 },
        { 0, 0, 3, 0, 0.5, 3, 1 },         /* constant: widened */
        { 12, 12, 3, 10, 2, 3, 0 },
        { 0, 99.95, 2, 0, 100, 2, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ticks t = ticks_of(cases[i].low, cases[i].high, cases[i].wanted);
        assert_near(t.low, cases[i].first, 1e-9);
        assert_near(t.step, cases[i].step, 1e-9);
        assert_int_equal(t.n, cases[i].n);
        assert_int_equal(t.places, cases[i].places);
    }
}

/* Over decades, and whatever is asked for: all values lie within, and there is room for every tick. */
static void numbers_hold_all(void **state)
{
    (void)state;
    for (double high = 1e-9; high < 1e15; high *= 3.7)
        for (double low = -high; low < high * 0.99; low += high / 3)
            for (int wanted = -3; wanted < 40; wanted += 5) {
                struct ticks t = ticks_of(low, high, wanted);
                double last = t.low + t.step * (t.n - 1);
                assert_true(t.n >= 2 && t.n <= TICKS_MAX);
                assert_true(t.low <= low + t.step * 1e-6 && last >= high - t.step * 1e-6);
                assert_true(t.low > low - t.step && last < high + t.step);
            }
}

static void times(void **state)
{
    (void)state;
    static const struct { int64_t from, to; int zone_s, most; int64_t first, step; int n; } cases[] = {
        { START + 500, START + 60500, 0, 6, START + 10000, 10000, 6 },
        { START, START + DAY, 0, 4, START, DAY / 4, 5 },
        { START, START + DAY, 3600, 4, START + 5 * 3600000, DAY / 4, 4 }, /* 06:00 there is 05:00 UTC */
        { START, START + 7 * DAY, -19800, 4, START + DAY + 19800000, 2 * DAY, 3 },
        { START + 1, START + 40, 0, 4, START + 10, 10, 4 },
        { START + 1000, START + 1500, 0, 1, START + 1000, 500, 2 },
        { START, START, 0, 5, START, 1, 0 },
        { START, START - 5, 0, 5, START, 1, 0 },
        { START, START + 5, 0, 0, START, 1, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct time_ticks t = ticks_times(cases[i].from, cases[i].to, cases[i].zone_s, cases[i].most);
        assert_int_equal(t.n, cases[i].n);
        assert_int_equal(t.step_ms, cases[i].step);
        assert_int_equal(t.first_ms - START, cases[i].first - START);
    }
}

static void words(void **state)
{
    (void)state;
    static const struct { int64_t at, step; int zone_s; const char *want; } cases[] = {
        { START + 5 * 60000, 60000, 0, "00:05" },
        { START + 65000, 1000, 0, "00:01:05" },
        { START + 1500, 500, 0, "00:00:01.5" },
        { START + 1015, 5, 0, "00:00:01.015" },
        { START, 60000, 0, "22 Nov" },
        { START, 60000, 3600, "01:00" },
        { START - 3600000, DAY, 3600, "22 Nov" },
        { START + 9 * DAY, DAY, 0, "1 Dec" },
    };
    char text[TICKS_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(ticks_time_text(cases[i].at, cases[i].step, cases[i].zone_s, text), cases[i].want);
    assert_string_equal(ticks_day(START - 1, 0, text), "21 Nov 2026");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers), cmocka_unit_test(numbers_hold_all), cmocka_unit_test(times), cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

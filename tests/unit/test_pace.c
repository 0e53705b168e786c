/* test_pace.c - which ticks are due, and how long a pause is an outage. */
#include "core/pace.h"
#include "test.h"

#define MS INT64_C(1000000)

static int taken(struct pace *p, const int *at_ms, int n)
{
    int due = 0;
    for (int i = 0; i < n; i++)
        due += !pace_is_early(p, 1, (1000 + at_ms[i]) * MS);
    return due;
}

static void test_ticks(void **state)
{
    (void)state;
    static const struct { const char *what; int at_ms[8], n, due; } cases[] = {
        { "one a second", { 0, 1000, 2000, 3000 }, 4, 4 },
        { "a burst", { 0, 100, 200, 300, 900, 1000, 1100, 2000 }, 8, 3 },
        { "a late one makes the next no early one", { 0, 1200, 2000, 3000 }, 4, 4 },
        { "a quarter of a step is not early", { 0, 800, 1600, 2750 }, 4, 3 },
        { "a pause", { 0, 60000, 60100, 61000 }, 4, 3 },
        { "back in time", { 90000, 0, 1000, 2000 }, 4, 4 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pace p = { 0 };
        int due = taken(&p, cases[i].at_ms, cases[i].n);
        if (due != cases[i].due)
            fail_msg("%s: %d due, not %d", cases[i].what, due, cases[i].due);
    }
    struct pace p = { 0 };
    for (int i = 0; i < 10; i++)
        assert_false(pace_is_early(&p, 0, i));
}

static void test_outages(void **state)
{
    (void)state;
    assert_false(pace_is_outage(30, 1));
    assert_true(pace_is_outage(31, 1));
    assert_false(pace_is_outage(590, 60));
    assert_true(pace_is_outage(601, 60));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_ticks), cmocka_unit_test(test_outages) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

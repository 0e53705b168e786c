/* test_measure.c - metrics of trials: how they are written, numbers in what programs print, which way is better. */
#include "policy/learn/measure.h"
#include "test.h"

#include <errno.h>

static void test_forms(void **state)
{
    (void)state;
    static const struct { const char *text; enum measure_kind kind; bool larger; const char *form, *rest; } row[] = {
        { "wall", MEASURE_WALL, false, "wall", "" }, { "cpu", MEASURE_CPU, false, "cpu", "" },
        { "max:wall", MEASURE_WALL, true, "max:wall", "" },
        { "stdout:p99=([0-9.]+)", MEASURE_STDOUT, false, "stdout", "p99=([0-9.]+)" },
        { "max:stdout:^([0-9]+) req", MEASURE_STDOUT, true, "max:stdout", "^([0-9]+) req" },
        { "command:cat out | head -1", MEASURE_COMMAND, false, "command", "cat out | head -1" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct measure m;
        char why[MEASURE_WHY], form[20];
        assert_int_equal(measure_open(&m, row[i].text, why), 0);
        assert_int_equal(m.kind, row[i].kind);
        assert_int_equal(m.larger, row[i].larger);
        assert_string_equal(measure_form(&m, form), row[i].form);
        assert_string_equal(m.rest, row[i].rest);
        assert_string_equal(m.text, row[i].text);
        measure_done(&m);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static char longest[400];
    memset(longest, 'x', sizeof longest - 1);
    memcpy(longest, "command:", 8);
    static const struct { const char *text, *why; } row[] = {
        { "", "is no metric" }, { "walls", "is no metric" }, { "max:", "is no metric" }, { "p99", "is no metric" },
        { "stdout:", "is followed by an expression" }, { "command:", "is followed by a command" },
        { "stdout:p99=([0-9", "is no extended regular expression" }, { "stdout:p99=[0-9]+", "has no group" },
        { longest, "at most 255 bytes" }, { "command:\033[2J", "plain text" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct measure m;
        char why[MEASURE_WHY] = "";
        assert_int_equal(measure_open(&m, row[i].text, why), -EINVAL);
        if (!strstr(why, row[i].why))
            fail_msg("%s: %s", row[i].text, why);
        measure_done(&m);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct { const char *text; double v; } row[] = {
        { "1.5", 1.5 }, { "took 12 s of 40", 12 }, { "t=.25 ms", 0.25 }, { "3e3 req", 3000 }, { "7e", 7 }, { "- -.5", -0.5 }, { "2e+x", 2 },
        { "0x10", 0 }, { "1e-2,", 0.01 }, { "", NAN }, { "none.", NAN }, { "nan inf", NAN }, { "1.2.3", NAN },
        { "1e999", NAN },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        double v = measure_number(row[i].text);
        if (isnan(row[i].v) ? !isnan(v) : v != row[i].v)
            fail_msg("\"%s\" is %g", row[i].text, v);
    }
}

static void test_output(void **state)
{
    (void)state;
    struct measure m;
    char why[MEASURE_WHY];
    assert_int_equal(measure_open(&m, "stdout:(p99|p95)?=?(x)?lat=([0-9.]+)", why), 0);
    measure_done(&m);
    assert_int_equal(measure_open(&m, "stdout:p99=([-0-9.]+)", why), 0);
    static const struct { const char *text; double v; } row[] = {
        { "p99=12.5\n", 12.5 }, { "p99=1\nother\np99=2 us\np50=3", 2 }, { "p99=", NAN }, { "", NAN }, { "\n\n", NAN },
        { "p98=4", NAN }, { "p99=-3", -3 }, { "p99=1\np99=.", NAN },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char text[80];
        snprintf(text, sizeof text, "%s", row[i].text);
        double v = measure_find(&m, text);
        if (isnan(row[i].v) ? !isnan(v) : v != row[i].v)
            fail_msg("\"%s\" has %g", row[i].text, v);
    }
    measure_done(&m);
}

static void test_values(void **state)
{
    (void)state;
    struct measure m;
    char why[MEASURE_WHY];
    assert_int_equal(measure_open(&m, "max:stdout:([0-9]+)", why), 0);
    assert_true(measure_value(&m, 4) == 0.25 && measure_shown(&m, 0.25) == 4);
    assert_nan(measure_value(&m, 0)); /* a ratio with it says nothing */
    measure_done(&m);
    assert_int_equal(measure_open(&m, "wall", why), 0);
    assert_true(measure_value(&m, 4) == 4 && measure_shown(&m, 4) == 4);
    assert_nan(measure_value(&m, -1));
    assert_nan(measure_value(&m, INFINITY));
    assert_nan(measure_value(&m, NAN));
    measure_done(&m);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_forms), cmocka_unit_test(test_refused), cmocka_unit_test(test_numbers),
    cmocka_unit_test(test_output), cmocka_unit_test(test_values),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

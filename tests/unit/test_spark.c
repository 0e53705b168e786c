/* Charts made of letters: rows, gaps, scales. (Charts of several rows: test_graph.) */
#include "test.h"

#include "base/auto.h"
#include "output/spark.h"

static void row(bool utf8, const double *v, size_t n, int columns, double lo, double hi, const char *want)
{
    auto_buf struct buf out = { 0 };
    spark_row(&out, utf8, v, n, columns, lo, hi);
    assert_string_equal(buf_text(&out), want);
}

static void rows(void **state)
{
    (void)state;
    const double v[] = { 0, 50, NAN, 100, 1000, -5 };
    row(true, v, 6, 10, 0, 100, "\xe2\x96\x81\xe2\x96\x85 \xe2\x96\x88\xe2\x96\x88\xe2\x96\x81");
    row(false, v, 6, 10, 0, 100, ".+ @@.");
    row(false, v, 6, 3, 0, 100, "-@@"); /* means of two; of what is known */
    row(false, v, 6, 3, 0, 0, "..."); /* no range: flat, no division by it */
    row(true, v, 6, -20, 0, 100, ""); /* a narrow terminal has no room for it */
    row(true, v, 0, 10, 0, 100, "");
}

static void levels(void **state)
{
    (void)state;
    assert_int_equal(spark_level(true, 0), 0x2581);
    assert_int_equal(spark_level(true, 0.126), 0x2582);
    assert_int_equal(spark_level(true, 1), 0x2588);
    assert_int_equal(spark_level(true, 7), 0x2588);
    assert_int_equal(spark_level(true, -7), 0x2581);
    assert_int_equal(spark_level(false, 1), '@');
    assert_int_equal(spark_level(true, NAN), ' ');
}

static void scales(void **state)
{
    (void)state;
    static const double cases[][2] = {
        { 0, 1 }, { NAN, 1 }, { -3, 1 }, { 1, 1 }, { 1.01, 2 }, { 2, 2 }, { 3, 5 }, { 7, 10 }, { 12e6, 2e7 }, { 0.03, 0.05 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(spark_top(cases[i][0]), cases[i][1], 1e-12 * cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows), cmocka_unit_test(levels), cmocka_unit_test(scales),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

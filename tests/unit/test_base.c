/* Plain C: text, times, JSON, buffers, statistics, random numbers. */
#include "test.h"

#include "base/json.h"
#include "base/rng.h"
#include "base/stats.h"
#include "base/text.h"

#include <float.h>

static void times_go_both_ways(void **state)
{
    (void)state;
    static const struct { const char *text; bool ok; int64_t ms; } cases[] = {
        { "1970-01-01T00:00:00Z", true, 0 }, { "2026-11-22T10:26:16.123Z", true, 1795343176123 },
        { "2000-02-29 12:00:00", true, 951825600000 }, { "2026-11-22T12:26:16+02:00", true, 1795343176000 },
        { "1969-12-31T23:59:59.999Z", true, -1 }, { "2026-13-01T00:00:00", false, 0 },
        { "2026-11-22", false, 0 }, { "x", false, 0 }, { "2026-11-22T10:26:16junk", false, 0 },
        { "2026-11-22T10:26:16.999600", true, 1795343177000 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 0;
        assert_int_equal(text_parse_time(cases[i].text, &ms), cases[i].ok);
        assert_int_equal(ms, cases[i].ms);
    }
    char out[TEXT_TIME_MAX];
    assert_string_equal(text_time(1795343176123, out), "2026-11-22T10:26:16.123Z");
    assert_string_equal(text_time(-1, out), "1969-12-31T23:59:59.999Z");
    assert_string_equal(text_stamp(1795343176123, out), "20261122_102616");
    for (int64_t ms = -5000000000000; ms < 5000000000000; ms += 86399999777) {
        int64_t back;
        assert_true(text_parse_time(text_time(ms, out), &back));
        assert_int_equal(back, ms);
    }
}

static void durations_and_numbers(void **state)
{
    (void)state;
    static const struct { const char *text; bool ok; double s; } cases[] = {
        { "90", true, 90 }, { "1.5m", true, 90 }, { "2h", true, 7200 }, { "100ms", true, 0.1 }, { "1d", true, 86400 },
        { "", false, 0 }, { "m", false, 0 }, { "5 apples", false, 0 }, { "nan", false, 0 }, { "inf", false, 0 }, { "1e999", false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double s = 0;
        assert_int_equal(text_duration(cases[i].text, &s), cases[i].ok);
        assert_near(s, cases[i].s, 1e-12);
    }
    double v;
    assert_true(text_double(" 1.5 ", &v));
    assert_false(text_double("1.5x", &v));
    assert_false(text_double("", &v));
    assert_false(text_double("nan", &v));
}

static void globs(void **state)
{
    (void)state;
    static const struct { const char *glob, *text; bool match; } cases[] = {
        { "", "", true }, { "", "a", false }, { "*", "", true }, { "*", "abc", true }, { "a", "a", true },
        { "a", "ab", false }, { "ab", "a", false }, { "a?", "ab", true }, { "a?", "a", false }, { "?", "", false },
        { "a*c", "abcabc", true }, { "a*c", "abcab", false }, { "*.rate", "swap.in.rate", true },
        { "a*b*", "aXbX", true }, { "a**", "a", true }, { "net.*.packets", "net.recv.packets", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char list[64];
        assert_int_equal(text_glob(cases[i].glob, cases[i].text), cases[i].match);
        snprintf(list, sizeof list, "%s,*", cases[i].glob); /* what follows is not looked at */
        assert_int_equal(text_glob_n(list, strlen(cases[i].glob), cases[i].text), cases[i].match);
        snprintf(list, sizeof list, "%s?", cases[i].glob);
        assert_int_equal(text_glob_n(list, strlen(cases[i].glob), cases[i].text), cases[i].match);
    }
}

static void words_of_lists(void **state)
{
    (void)state;
    static const struct { const char *list, *word; bool in; } cases[] = {
        { "", "", false }, { "", "a", false }, { "a", "", false }, { " a", "", false }, { "a", "a", true },
        { "on off", "on", true }, { "on off", "off", true }, { "on off", "o", false }, { "on off", "of", false },
        { "on off", "on off", false }, { "offer on", "off", false }, { " a  b\n", "b", true }, { "a b", " ", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(text_lists(cases[i].list, " \n", cases[i].word), cases[i].in);
    assert_true(text_lists("cpu,cpuacct", ",", "cpu"));
    assert_false(text_lists("cpu,cpuacct", " ", "cpu"));
}

static void near_spellings(void **state)
{
    (void)state;
    static const char *const names[] = { "duration", "interval", "json", "save-data" };
    assert_int_equal(text_distance("duraton", "duration"), 1);
    assert_int_equal(text_distance("ab", "ba"), 1);
    assert_string_equal(text_nearest("duraton", names, 4, sizeof *names), "duration");
    assert_string_equal(text_nearest("jsno", names, 4, sizeof *names), "json");
    assert_null(text_nearest("xyzzy", names, 4, sizeof *names));
}

static void amounts(void **state)
{
    (void)state;
    char out[32];
    assert_string_equal(text_bytes(0, out, sizeof out), "0 B");
    assert_string_equal(text_bytes(999, out, sizeof out), "999 B");
    assert_string_equal(text_bytes(999.6, out, sizeof out), "1.00 kB");
    assert_string_equal(text_bytes(1.5e9, out, sizeof out), "1.50 GB");
    assert_string_equal(text_bytes(312.4e6, out, sizeof out), "312 MB");
    assert_string_equal(text_span(0.84, out, sizeof out), "0.8 s");
    assert_string_equal(text_span(12600, out, sizeof out), "3.5 h");
}

static void utf8(void **state)
{
    (void)state;
    static const struct { const char *s; size_t n; long c; } cases[] = {
        { "a", 1, 'a' }, { "\xc3\xa9x", 2, 0xe9 }, { "\xe2\x82\xac", 3, 0x20ac }, { "\xf0\x9f\x98\x80", 4, 0x1f600 },
        { "\xf4\x8f\xbf\xbf", 4, 0x10ffff }, { "\xed\x9f\xbf", 3, 0xd7ff },
        { "\x80", 1, -1 }, { "\xff", 1, -1 }, { "\xc3", 1, -1 }, { "\xe2\x82" "a", 2, -1 }, { "\xc0\xaf", 2, -1 },
        { "\xe0\x80\x80", 3, -1 }, { "\xed\xa0\x80", 3, -1 }, { "\xf4\x90\x80\x80", 4, -1 }, { "\xf8\x88", 1, -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long c;
        assert_int_equal(text_utf8(cases[i].s, &c), cases[i].n);
        assert_int_equal(c, cases[i].c);
    }
}

static void json_is_well_formed(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct json j;
    json_init(&j, &b);
    json_object(&j, NULL);
    json_double(&j, "nan", NAN);
    json_double(&j, "tenth", 0.1);
    json_string(&j, "s", "a\"b\\\n\xff\xc3\xa9");
    json_array(&j, "list");
    json_int(&j, NULL, -3);
    json_bool(&j, NULL, true);
    json_string(&j, NULL, NULL);
    json_end(&j);
    json_array(&j, "none");
    json_end(&j);
    json_said(&j, "said", "so");
    json_said(&j, "unsaid", "");
    json_digits(&j, "pi", 3.14159265, 3);
    json_digits(&j, "endless", INFINITY, 3);
    json_end(&j);
    assert_string_equal(
        buf_text(&b), "{\"nan\":null,\"tenth\":0.1,\"s\":\"a\\\"b\\\\\\u000a\xef\xbf\xbd\xc3\xa9\","
                      "\"list\":[-3,true,null],\"none\":[],\"said\":\"so\",\"unsaid\":null,"
                      "\"pi\":3.14,\"endless\":null}");
    buf_done(&b);
}

static void doubles_read_back(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 7);
    struct buf b = { 0 };
    for (int i = 0; i < 20000; i++) {
        double v = ldexp(rng_unit(&r) - 0.5, (int)rng_below(&r, 200) - 100);
        if (i % 4 == 0)
            v = floor(v * 1000);
        if (i % 4 == 1)
            v = round(v * 1000) / 1000;
        buf_clear(&b);
        buf_double(&b, v);
        assert_true(strtod(buf_text(&b), NULL) == v);
    }
    buf_clear(&b);
    buf_double(&b, 0.1);
    assert_string_equal(buf_text(&b), "0.1");
    buf_done(&b);
}

static void numbers_keep_their_digits(void **state)
{
    (void)state;
    static const struct { double v; int digits; const char *text; } cases[] = {
        { 0, 6, "0" }, { -0.0, 6, "0" }, { 7, 6, "7" }, { -12, 6, "-12" }, { 999999999999999.0, 3, "999999999999999" },
        { 0.5, 6, "0.5" }, { -0.25, 6, "-0.25" }, { 1.0 / 3, 6, "0.333333" }, { 2.0 / 3, 3, "0.667" }, { 12.3456789, 6, "12.3457" },
        { 123456789.4, 6, "123456789" }, { 123456789.5, 6, "123456790" }, { 0.9999999, 6, "1" }, { 99.999999, 4, "100" },
        { 0.00012345678, 4, "0.0001235" }, { 1e-5, 6, "0.00001" }, { 9.5e-6, 6, "9.5e-06" }, { 1e15, 6, "1e+15" },
        { 0.1, 15, "0.1" }, { 1.00000000000001, 15, "1.00000000000001" }, { -1e-9, 3, "-1e-09" },
        { 100.04, 3, "100" }, { NAN, 6, "" }, { INFINITY, 6, "" },
    };
    char text[TEXT_NUMBER_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(text_number(cases[i].v, cases[i].digits, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
    struct rng r;
    rng_seed(&r, 11);
    for (int i = 0; i < 200000; i++) {
        double v = ldexp(rng_unit(&r) - 0.5, (int)rng_below(&r, 120) - 60);
        int digits = 1 + (int)rng_below(&r, 15);
        size_t n = text_number(v, digits, text);
        assert_true(n > 0 && n < sizeof text && n == strlen(text));
        double unit = pow(10, floor(log10(fabs(v))) - digits + 1); /* of the last digit; tail: a double's own */
        assert_true(fabs(strtod(text, NULL) - v) <= 0.5000001 * unit + 4 * DBL_EPSILON * fabs(v));
    }
}

static void statistics_pass_over_nan(void **state)
{
    (void)state;
    const double x[] = { 5, NAN, 1, 3, 2, NAN, 4 };
    assert_near(stats_mean(x, 7), 3, 1e-12);
    assert_near(stats_median(x, 7), 3, 0);
    assert_near(stats_quantile(x, 7, 0.25), 2, 0);
    assert_near(stats_quantile(x, 7, 0.1), 1.4, 1e-12);
    assert_near(stats_quantile(x, 7, 1), 5, 0);
    assert_near(stats_sd(x, 7), sqrt(2.5), 1e-12);
    assert_int_equal(stats_known(x, 7), 5);
    assert_false(stats_all_finite(x, 7));
    assert_true(stats_all_finite((double[]){ 0, -1.7e308, 5e-324, 1.7e308 }, 4) && stats_all_finite(x, 0));
    assert_false(stats_all_finite((double[]){ 0, INFINITY }, 2) || stats_all_finite((double[]){ -INFINITY, 0 }, 2));
    assert_nan(stats_median(x + 1, 1));
    assert_nan(stats_mean(NULL, 0));
    assert_near(stats_normal_cdf(1.959964), 0.975, 1e-6);
    assert_near(stats_normal_quantile(0.975), 1.959964, 1e-6);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Selection against sorting, on data with many ties. */
static void quantiles_agree_with_sorting(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 3);
    for (int round = 0; round < 300; round++) {
        double x[64], sorted[64];
        size_t n = 1 + rng_below(&r, 64);
        for (size_t i = 0; i < n; i++)
            x[i] = sorted[i] = rng_below(&r, 1 + round % 40);
        qsort(sorted, n, sizeof *sorted, by_value);
        for (size_t k = 0; k < n; k++)
            assert_near(stats_quantile(x, n, n == 1 ? 0 : (double)k / (double)(n - 1)), sorted[k],
                        1e-9);
    }
}

static void random_numbers_are_even_and_repeat(void **state)
{
    (void)state;
    struct rng r, again;
    rng_seed(&r, 42);
    rng_seed(&again, 42);
    int count[7] = { 0 };
    double sum = 0, squares = 0;
    for (int i = 0; i < 70000; i++) {
        uint32_t v = rng_below(&r, 7);
        assert_int_equal(v, rng_below(&again, 7));
        count[v]++;
    }
    for (int i = 0; i < 7; i++)
        assert_true(abs(count[i] - 10000) < 500); /* 5 deviations of a binomial */
    for (int i = 0; i < 10000; i++) {
        double z = rng_normal(&r);
        sum += z;
        squares += z * z;
    }
    assert_near(sum / 10000, 0, 0.05);
    assert_near(squares / 10000, 1, 0.07);
}

static void escapes_become_characters(void **state)
{
    (void)state;
    char text[] = "/a\\040b\\134c\\9 \\04\\777\\";
    text_unescape(text);
    assert_string_equal(text, "/a b\\c\\9 \\04\\777\\");
}

static void names_and_lists_of_processors(void **state)
{
    (void)state;
    static const struct { const char *name; int want; } names[] = {
        { "cpu0", 0 }, { "cpu17", 17 }, { "cpu65535", 65535 }, { "cpu65536", -1 }, { "cpu99999999999999999999", -1 },
        { "cpu", -1 }, { "cpu 1", -1 }, { "cpu1x", -1 }, { "cpufreq", -1 }, { "cp", -1 }, { "", -1 },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(text_cpu_number(names[i].name), names[i].want);
    static const struct { const char *list; int want; } lists[] = {
        { "0\n", 1 }, { "0-3,8,10-11\n", 7 }, { "0-127", 128 }, { "7", 1 }, { "0-65535", 65536 }, { "", -1 }, { "\n", -1 },
        { "3-1", -1 }, { "0-", -1 }, { "0,", -1 }, { "0-3 x", -1 }, { "0-65536", -1 }, { "0-99999999999999999999", -1 },
        { "x", -1 }, { "-1", -1 },
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        assert_int_equal(text_list_count(lists[i].list), lists[i].want);
}

/* What would move the cursor, turn the direction round or hide is a question mark, in any coding of it. */
static void text_is_cleaned(void **state)
{
    (void)state;
    static const struct { const char *dirty, *clean; } cases[] = {
        { "plain", "plain" }, { "", "" }, { "\x1b[31mred\a", "?[31mred?" }, { "\xc2\x9b" "31m", "?31m" },
        { "a\xe2\x80\xae" "b", "a?b" }, { "\xff\xfe", "??" }, { "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac" },
        { "two\nlines", "two?lines" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s", cases[i].dirty);
        assert_string_equal(text_clean(text), cases[i].clean);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_lists_of_processors), cmocka_unit_test(escapes_become_characters),
        cmocka_unit_test(times_go_both_ways), cmocka_unit_test(durations_and_numbers), cmocka_unit_test(near_spellings),
        cmocka_unit_test(globs), cmocka_unit_test(words_of_lists),
        cmocka_unit_test(amounts), cmocka_unit_test(json_is_well_formed), cmocka_unit_test(doubles_read_back),
        cmocka_unit_test(numbers_keep_their_digits),
        cmocka_unit_test(statistics_pass_over_nan), cmocka_unit_test(quantiles_agree_with_sorting),
        cmocka_unit_test(random_numbers_are_even_and_repeat), cmocka_unit_test(utf8), cmocka_unit_test(text_is_cleaned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

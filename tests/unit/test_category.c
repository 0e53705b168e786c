/* test_category.c - files of workload categories: good ones, bad ones with what is said of them, degrees. */
#include "analyze/workload/category.h"
#include "base/auto.h"
#include "test.h"

#include <errno.h>
#include <string.h>

static int parse(const char *text, struct category *out, struct buf *why)
{
    return category_parse("x.yaml", text, strlen(text), out, why);
}

static void test_a_whole_one(void **state)
{
    (void)state;
    struct category c;
    auto_buf struct buf why = { 0 };
    assert_int_equal(parse("# comment\nname: streaming_2\nhelp: a film\nevidence:\n"
                           "  - [gpu.decoder.util, above, 5, 0.5, peak, required]\n"
                           "  - [\"disk.write.rate{total}\", below, 1e6, 2]\n"
                           "  - [cpu.util, between, 3, 30, 0.25, spread]\n", &c, &why), 0);
    assert_int_equal(why.n, 0);
    assert_string_equal(c.name, "streaming_2");
    assert_string_equal(c.help, "a film");
    assert_int_equal(c.n, 3);
    assert_string_equal(c.evidence[0].metric, "gpu.decoder.util");
    assert_int_equal(c.evidence[0].sense, SENSE_ABOVE);
    assert_int_equal(c.evidence[0].statistic, STATISTIC_PEAK);
    assert_true(c.evidence[0].required && !c.evidence[1].required);
    assert_string_equal(c.evidence[1].metric, "disk.write.rate{total}");
    assert_near(c.evidence[1].high, 1e6, 0);
    assert_near(c.evidence[1].weight, 2, 0);
    assert_near(c.evidence[2].low, 3, 0);
    assert_near(c.evidence[2].high, 30, 0);
    assert_int_equal(c.evidence[2].statistic, STATISTIC_SPREAD);
}

#define GOOD "  - [cpu.util, above, 1, 1]\n"

static void test_bad_ones(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } bad[] = {
        { "", "x.yaml:1:1: there is nothing in it" },
        { "- a\n", "x.yaml:1:1: keys are expected" },
        { "name: [\n", "this is not YAML" },
        { "name: a\n", "x.yaml:1:1: evidence is missing" },
        { "evidence:\n" GOOD, "name is missing" },
        { "name: Big\nevidence:\n" GOOD, "x.yaml:1:7: a name is" },
        { "name: unknown\nevidence:\n" GOOD, "choose another name" },
        { "name: mixed\nevidence:\n" GOOD, "choose another name" },
        { "name: a_name_that_is_longer_than_any_should_be\nevidence:\n" GOOD, "a name is 1 to 31" },
        { "name: a\nname: b\nevidence:\n" GOOD, "x.yaml:2:1: name stands here again" },
        { "name: a\nevidense:\n" GOOD, "x.yaml:2:1: there is no key evidense; a category has name, help and evidence: "
                                       "did you mean evidence" },
        { "name: a\nhelp: [b]\nevidence:\n" GOOD, "help is one line" },
        { "name: a\nevidence: much\n", "evidence is a list of 1 to 16" },
        { "name: a\nevidence: []\n", "evidence is a list of 1 to 16" },
        { "name: a\nevidence:\n" GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD GOOD,
          "evidence is a list of 1 to 16" },
        { "name: a\nevidence:\n  - cpu.util\n", "x.yaml:3:5: evidence is a list: [metric, above" },
        { "name: a\nevidence:\n  - [cpu.util, over, 1, 1]\n", "x.yaml:3:16: a sense is above, below or between, not 'over'" },
        { "name: a\nevidence:\n  - [cpu.util, above, much, 1]\n", "the level is no number" },
        { "name: a\nevidence:\n  - [cpu.util, above, .inf, 1]\n", "the level is no number" },
        { "name: a\nevidence:\n  - [cpu.util, above, 1]\n", "the weight is missing" },
        { "name: a\nevidence:\n  - [cpu.util, above, 1, 0]\n", "a weight is above 0" },
        { "name: a\nevidence:\n  - [cpu.util, between, 5, 10]\n", "the weight is missing" },
        { "name: a\nevidence:\n  - [cpu.util, between, 5, 1, 1]\n", "the upper level is below the lower one" },
        { "name: a\nevidence:\n  - [cpu.util, above, 1, 1, median]\n", "behind the weight stand" },
        { "name: a\nevidence:\n  - [\"disk.write.rate{total\", above, 1, 1]\n", "an instance stands in braces" },
        { "name: a\nevidence:\n  - [\"cgroup.cpu.util{game.service}\", above, 1, 1]\n", "not by services" },
        { "name: a\nevidence:\n  - [\"\", above, 1, 1]\n", "the name of a metric" },
        { "name: a\nevidence:\n  - [[cpu.util], above, 1, 1]\n", "the name of a metric" },
        { "name: \"a\\0b\"\nevidence:\n" GOOD, "a name is" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct category c = { .name = "as it was" };
        auto_buf struct buf why = { 0 };
        assert_int_equal(parse(bad[i].text, &c, &why), -EINVAL);
        if (!strstr(buf_text(&why), bad[i].says))
            fail_msg("'%s' instead of '%s' of: %s", buf_text(&why), bad[i].says, bad[i].text);
        assert_non_null(strstr(why.p, "x.yaml:"));
        assert_string_equal(c.name, "as it was");
    }
}

static void test_too_long(void **state)
{
    (void)state;
    size_t n = (1 << 20) + 1;
    char *text = mem_new(n);
    memset(text, '#', n);
    struct category c;
    auto_buf struct buf why = { 0 };
    assert_int_equal(category_parse("x.yaml", text, n, &c, &why), -EINVAL);
    assert_non_null(strstr(why.p, "longer than 1 MiB"));
    mem_free(text);
}

/* Whose time grows with the square of the depth in libyaml. */
static void test_too_deep(void **state)
{
    (void)state;
    static const char *const mark[] = { "[", "{", "- ", "[\"]\", " };
    for (size_t i = 0; i < sizeof mark / sizeof *mark; i++) {
        struct category c;
        auto_buf struct buf text = { 0 }, why = { 0 };
        while (text.n < 900000)
            buf_puts(&text, mark[i]);
        assert_int_equal(category_parse("x.yaml", text.p, text.n, &c, &why), -EINVAL);
        assert_non_null(strstr(why.p, "nests deeper"));
    }
}

/* Brackets of a sentence are no levels. */
static void test_brackets_in_words(void **state)
{
    (void)state;
    struct category c;
    auto_buf struct buf text = { 0 }, why = { 0 };
    buf_puts(&text, "# [[[[\nname: a\nhelp: \"");
    for (int i = 0; i < 100; i++)
        buf_puts(&text, "[");
    buf_puts(&text, "\"\nevidence:\n" GOOD);
    assert_int_equal(category_parse("x.yaml", text.p, text.n, &c, &why), 0);
}

static void test_degrees(void **state)
{
    (void)state;
    struct evidence above = { .sense = SENSE_ABOVE, .low = 10, .high = INFINITY };
    struct evidence below = { .sense = SENSE_BELOW, .low = -INFINITY, .high = 10 };
    struct evidence between = { .sense = SENSE_BETWEEN, .low = 10, .high = 20 };
    struct evidence nothing = { .sense = SENSE_BELOW, .low = -INFINITY, .high = 0 };
    static const struct { double value, above, below, between; } want[] = {
        { 0, 0, 1, 0 }, { 5, 0, 1, 0 }, { 7.5, 0.5, 1, 0.5 }, { 10, 1, 1, 1 }, { 15, 1, 0.5, 1 }, { 20, 1, 0, 1 },
        { 30, 1, 0, 0.5 }, { 40, 1, 0, 0 }, { 1e300, 1, 0, 0 },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_near(evidence_degree(&above, want[i].value), want[i].above, 1e-12);
        assert_near(evidence_degree(&below, want[i].value), want[i].below, 1e-12);
        assert_near(evidence_degree(&between, want[i].value), want[i].between, 1e-12);
    }
    assert_nan(evidence_degree(&above, NAN));
    assert_near(evidence_degree(&nothing, 0), 1, 0);
    assert_near(evidence_degree(&nothing, 1), 0, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_a_whole_one),
    cmocka_unit_test(test_bad_ones),
    cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_too_deep), cmocka_unit_test(test_brackets_in_words),
    cmocka_unit_test(test_degrees),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

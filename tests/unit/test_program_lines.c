/* The lines of an adapter program: what they mean, and every way to get one wrong. */
#include "test.h"

#include "adapters/linux/program_lines.h"

#include <errno.h>

static char text[PROGRAM_LINE_MAX * 2], why[EXTENSION_WHY];

static int parse(const char *line, struct program_line *out)
{
    size_t n = strlen(line);
    memcpy(text, line, n);
    text[n] = '\n';
    why[0] = '\0';
    return program_line(text, n, out, why);
}

static void words(void **state)
{
    (void)state;
    static const struct { const char *line; enum program_word want; } cases[] = {
        { "", PROGRAM_NOTHING }, { "   ", PROGRAM_NOTHING }, { "# sonde 1", PROGRAM_NOTHING },
        { "sonde 1", PROGRAM_HELLO }, { "  sonde \t 1  ", PROGRAM_HELLO },
        { "metric a 1 gauge help", PROGRAM_METRIC }, { "a 1", PROGRAM_VALUE }, { "metrics 1", PROGRAM_VALUE },
        { "end", PROGRAM_END }, { "event info x", PROGRAM_EVENT }, { "absent", PROGRAM_ABSENT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct program_line l;
        assert_int_equal(parse(cases[i].line, &l), 0);
        assert_int_equal(l.word, cases[i].want);
    }
}

static void metrics(void **state)
{
    (void)state;
    struct program_line l;
    assert_int_equal(parse("metric files{/var/my box}  By counter wrap=100 min=0 bytes, of min=3 kinds", &l), 0);
    assert_string_equal(l.metric.name, "files");
    assert_string_equal(l.metric.inst, "/var/my box");
    assert_string_equal(l.metric.unit, "By");
    assert_true(l.metric.counter);
    assert_near(l.metric.wrap, 100, 0);
    assert_near(l.metric.min, 0, 0);
    assert_true(l.metric.max > 1e300); /* one bound alone leaves the other side open */
    assert_string_equal(l.metric.help, "bytes, of min=3 kinds");

    assert_int_equal(parse("metric a.b Cel gauge heat", &l), 0);
    assert_null(l.metric.inst);
    assert_false(l.metric.counter);
    assert_near(l.metric.min, 0, 0);
    assert_near(l.metric.max, 0, 0);
}

static void values(void **state)
{
    (void)state;
    struct program_line l;
    assert_int_equal(parse("files{my box} -1.5e3", &l), 0);
    assert_string_equal(l.id, "files{my box}");
    assert_near(l.value, -1500, 0);
    assert_int_equal(parse("a.b nan", &l), 0);
    assert_string_equal(l.id, "a.b");
    assert_nan(l.value);
    assert_int_equal(parse("end", &l), 0);
    assert_nan(l.seconds);
    assert_int_equal(parse("end 2.5", &l), 0);
    assert_near(l.seconds, 2.5, 0);
    assert_int_equal(parse("event warning the  door is \xc3\xb6pen", &l), 0);
    assert_int_equal(l.severity, SEVERITY_WARNING);
    assert_string_equal(l.text, "the  door is \xc3\xb6pen");
    assert_int_equal(parse("absent no such card", &l), 0);
    assert_string_equal(l.text, "no such card");
}

static void wrong(void **state)
{
    (void)state;
    static const struct { const char *line, *says; } cases[] = {
        { "sonde", "version ''" }, { "sonde 2", "version '2'" }, { "sonde 1 2", "version '1'" },
        { "metric", "neither gauge nor counter" }, { "metric a 1 level x", "'level' is neither" },
        { "metric a{} 1 gauge x", "NAME{INSTANCE}" }, { "metric a{b}c 1 gauge x", "NAME{INSTANCE}" },
        { "metric a{b 1 gauge x", "NAME{INSTANCE}" }, { "metric end 1 gauge x", "word of the protocol" },
        { "metric a 1 gauge min=low x", "'min=low' is no number" },
        { "metric a 1 gauge max=inf x", "'max=inf' is no number" },
        { "a", "'' is no number" }, { "a 1 2", "'1 2' is no number" }, { "a inf", "'inf'" }, { "a 1,5", "'1,5'" },
        { "a{b}", "'' is no number" },
        { "end soon", "not 'soon'" }, { "end 0", "not '0'" }, { "end -1", "not '-1'" }, { "end 1e9", "not '1e9'" },
        { "end nan", "not 'nan'" },
        { "event", "an event is" }, { "event info", "an event is" }, { "event loud bang", "an event is" },
        { "a\x01 1", "control" }, { "a\r", "control" }, { "\xff 1", "UTF-8" }, { "\xc0\x80 1", "UTF-8" },
        { "\x1b[31m", "control" }, { "\xc2\x85 1", "control" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct program_line l;
        if (parse(cases[i].line, &l) != -EINVAL)
            fail_msg("'%s' passes", cases[i].line);
        if (!strstr(why, cases[i].says))
            fail_msg("'%s': %s", cases[i].line, why);
    }
    struct program_line l;
    char zero[] = "a\0b 1\n";
    assert_int_equal(program_line(zero, 5, &l, why), -EINVAL);
}

static void declaring(void **state)
{
    (void)state;
    assert_true(program_line_declares("metric a\n"));
    assert_true(program_line_declares(" \tmetric\ta\n"));
    assert_false(program_line_declares("metric\n"));
    assert_false(program_line_declares("metrics 1\n"));
    assert_false(program_line_declares("\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words), cmocka_unit_test(metrics), cmocka_unit_test(values), cmocka_unit_test(wrong),
        cmocka_unit_test(declaring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_helper_line.c - what the helper is asked and answers: one meaning for a line, and no line that breaks it. */
#include "base/text.h"
#include "policy/helper/helper_line.h"
#include "test.h"

#include <errno.h>

static void requests_are_read(void **state)
{
    struct helper_request r;
    char why[KNOB_WHY];
    (void)state;
    assert_int_equal(helper_parse("begin run latency redis-server on 7000", &r, why), 0);
    assert_int_equal(r.verb, HELPER_BEGIN);
    assert_string_equal(r.command, "run");
    assert_int_equal(r.goal, GOAL_LATENCY);
    assert_string_equal(r.what, "redis-server on 7000");
    assert_int_equal(helper_parse("begin learn - x", &r, why), 0);
    assert_int_equal(r.goal, -1);
    assert_int_equal(helper_parse("set autogroup 4711 -10", &r, why), 0);
    assert_int_equal(r.verb, HELPER_SET);
    assert_string_equal(r.knob, "autogroup");
    assert_string_equal(r.inst, "");
    assert_int_equal(r.pid, 4711);
    assert_string_equal(r.value, "-10");
    assert_int_equal(helper_parse("set cpufreq.governor@policy0 - performance", &r, why), 0);
    assert_string_equal(r.inst, "policy0");
    assert_int_equal(r.pid, 0);
    assert_int_equal(helper_parse("end", &r, why), 0);
    assert_int_equal(r.verb, HELPER_END);
}

static void what_is_no_request_is_named(void **state)
{
    static const struct { const char *line, *why; } cases[] = {
        { "", "*no request*" }, { " ", "*no request*" }, { "end ", "*no request*" }, { "END", "*no request*" },
        { "ends", "*no request*" }, { "set", "*which knob*" }, { "set  nice 1 5", "*which knob*" },
        { "set nice", "*which process*" }, { "set nice 0 5", "*which process*" },
        { "set nice -1 5", "*which process*" }, { "set nice 1x 5", "*which process*" },
        { "set nice 01 5", "*which process*" }, { "set nice 4294967297 5", "*which process*" },
        { "set nice 2147483648 5", "*which process*" }, { "set nice 1", "*which value*" },
        { "set nice 1 ", "*which value*" }, { "set nice 1  5", "*which value*" }, { "set nice 1 5 ", "*which value*" },
        { "set @policy0 - x", "*KNOB@INSTANCE*" }, { "set nice@ 1 5", "*KNOB@INSTANCE*" },
        { "set nice 1 \x1b[2J", "*no request*" }, { "set nice 1 5\n", "*no request*" }, { "set \xff 1 5", "*no request*" },
        { "begin", "*who*" }, { "begin sh latency x", "*who*" }, { "begin run", "*goal*" },
        { "begin run speed x", "*goal*" }, { "begin run latency", "*for what*" }, { "begin run latency  x", "*for what*" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct helper_request r = { .verb = HELPER_END, .pid = -3 };
        char why[KNOB_WHY] = "";
        assert_int_equal(helper_parse(cases[i].line, &r, why), -EINVAL);
        if (!text_glob(cases[i].why, why))
            fail_msg("\"%s\": %s", cases[i].line, why);
        assert_int_equal(r.pid, -3); /* set on success only */
    }
}

static void what_is_too_long_is_refused(void **state)
{
    struct helper_request r;
    char line[2 * HELPER_LINE_MAX], why[KNOB_WHY];
    (void)state;
    snprintf(line, sizeof line, "set nice 1 %0*d", KNOB_VALUE_MAX, 5);
    assert_int_equal(helper_parse(line, &r, why), -EINVAL);
    snprintf(line, sizeof line, "set nice@%0*d - 5", KNOB_INST_MAX, 5);
    assert_int_equal(helper_parse(line, &r, why), -EINVAL);
    snprintf(line, sizeof line, "set %0*d - 5", (int)sizeof r.knob, 5);
    assert_int_equal(helper_parse(line, &r, why), -EINVAL);
    snprintf(line, sizeof line, "begin run latency %0*d", HELPER_LINE_MAX, 5);
    assert_int_equal(helper_parse(line, &r, why), -EINVAL);
    snprintf(line, sizeof line, "set nice@%0*d - %0*d", KNOB_INST_MAX - 1, 5, KNOB_VALUE_MAX - 1, 5);
    assert_int_equal(helper_parse(line, &r, why), 0); /* the longest that there may be */
}

static void what_is_put_is_read_back(void **state)
{
    static const struct helper_request cases[] = {
        { .verb = HELPER_BEGIN, .goal = GOAL_POWER, .command = "apply", .what = "a b" },
        { .verb = HELPER_BEGIN, .goal = -1, .command = "fix", .what = "x" },
        { .verb = HELPER_SET, .goal = -1, .knob = "oom", .pid = 7, .value = "-500" },
        { .verb = HELPER_SET, .goal = -1, .knob = "net.rps", .inst = "eth0/rx-0", .value = "0-3" },
        { .verb = HELPER_END, .goal = -1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct helper_request r;
        struct buf line = { 0 };
        char why[KNOB_WHY];
        assert_int_equal(helper_put(&cases[i], &line), 0);
        assert_int_equal(line.p[line.n - 1], '\n');
        line.p[line.n - 1] = '\0';
        assert_int_equal(helper_parse(line.p, &r, why), 0);
        assert_memory_equal(&r, &cases[i], sizeof r);
        buf_done(&line);
    }
}

/* A value or an instance that would be another request, or another place. */
static void what_has_no_line_is_not_put(void **state)
{
    static const struct helper_request cases[] = {
        { .verb = HELPER_SET, .knob = "oom", .pid = 7, .value = "5\nend" },
        { .verb = HELPER_SET, .knob = "oom", .pid = 7, .value = "" },
        { .verb = HELPER_SET, .knob = "oom", .pid = -7, .value = "5" },
        { .verb = HELPER_SET, .knob = "disk.scheduler", .inst = "sda - x", .value = "none" },
        { .verb = HELPER_SET, .knob = "a@b", .inst = "c", .value = "none" },
        { .verb = HELPER_BEGIN, .command = "run", .what = "a\nend" },
        { .verb = HELPER_BEGIN, .command = "rm -rf", .what = "a" },
    };
    struct buf line = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(helper_put(&cases[i], &line), -EINVAL);
    assert_int_equal(line.n, 0);
    buf_done(&line);
}

static void answers_are_read_back(void **state)
{
    struct step s = { .state = STEP_REFUSED, .old = "0", .now = "", .note = "the \"kernel\" refused it" }, got = { 0 };
    struct undone u = { .restored = 1, .kept = 2, .failed = 3 }, sum = { .restored = 10 };
    struct buf out = { 0 };
    char why[KNOB_WHY];
    (void)state;
    helper_put_step(&s, &out);
    assert_int_equal(helper_read_step(out.p, &got, why), 0);
    assert_int_equal(got.state, STEP_REFUSED);
    assert_string_equal(got.old, "0");
    assert_string_equal(got.now, "");
    assert_string_equal(got.note, s.note);
    buf_clear(&out);
    buf_puts(&u.lines, "nice of process 7: left\n");
    helper_put_undone(&u, &out);
    assert_int_equal(helper_read_undone(out.p, &sum, why), 0);
    assert_int_equal(sum.restored, 11);
    assert_int_equal(sum.kept, 2);
    assert_int_equal(sum.failed, 3);
    assert_string_equal(buf_text(&sum.lines), "nice of process 7: left\n");
    buf_clear(&out);
    helper_put_begun("p1", &out);
    assert_int_equal(helper_read_begun(out.p, why), 0);
    buf_clear(&out);
    helper_put_error("no", &out);
    assert_int_equal(helper_read_begun(out.p, why), -EREMOTEIO);
    assert_string_equal(why, "no");
    assert_int_equal(helper_read_step("{\"state\":\"odd\"}", &got, why), -EBADMSG);
    assert_int_equal(helper_read_step("{\"state\":", &got, why), -EBADMSG);
    assert_int_equal(helper_read_step("[]", &got, why), -EBADMSG);
    undone_done(&u);
    undone_done(&sum);
    buf_done(&out);
}

/* What an undoing says in words may be long; its answer is not, and is whole. */
static void a_long_undoing_fits(void **state)
{
    struct undone u = { 0 }, got = { 0 };
    struct buf out = { 0 };
    char why[KNOB_WHY];
    (void)state;
    for (int i = 0; i < 4096; i++)
        buf_puts(&u.lines, "\"\n\"\n");
    helper_put_undone(&u, &out);
    assert_true(out.n < HELPER_ANSWER_MAX);
    assert_int_equal(helper_read_undone(out.p, &got, why), 0);
    undone_done(&u);
    undone_done(&got);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_read),
        cmocka_unit_test(what_is_no_request_is_named),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(what_is_put_is_read_back),
        cmocka_unit_test(what_has_no_line_is_not_put),
        cmocka_unit_test(answers_are_read_back),
        cmocka_unit_test(a_long_undoing_fits),
    };
    return cmocka_run_group_tests_name("helper_line", tests, NULL, NULL);
}

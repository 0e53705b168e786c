/* An answer as JSON and as text, and that what is quoted is noted. */
#include "test.h"

#include "ask/answer.h"
#include "base/auto.h"
#include "output/answer_json.h"
#include "output/answer_text.h"

#include <jansson.h>

static struct answer sample(void)
{
    struct answer a = { .intent = "value", .from_ms = 1000, .to_ms = 61000, .chart_low = 0, .chart_high = 100,
                        .chart_unit = UNIT_PERCENT };
    answer_say(&a, "Processor: ");
    answer_amount(&a, "processor", 23.125, UNIT_PERCENT, "cpu.util", 5000);
    answer_say(&a, " now. ");
    answer_count(&a, "anomalies", 2, "anomaly");
    answer_say(&a, ", ");
    answer_length(&a, "length", 720);
    answer_say(&a, ".");
    buf_puts(&a.chart_metrics, "cpu.util,disk.util{a,b}");
    buf_puts(&a.link, "#/explore?m=cpu.util&from=1000&to=61000");
    buf_puts(&a.context, "{}");
    for (a.n_chart = 0; a.n_chart < 16; a.n_chart++)
        a.chart[a.n_chart] = a.n_chart == 5 ? (double)NAN : (double)a.n_chart * 6;
    answer_suggest(&a, "why?");
    return a;
}

static void as_json(void **state)
{
    (void)state;
    struct answer a = sample();
    auto_buf struct buf out = { 0 };
    answer_json(&out, &a, false);
    json_t *o = json_loads(out.p, 0, NULL);
    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "status")), "answered");
    assert_string_equal(json_string_value(json_object_get(o, "text")), "Processor: 23.1 % now. 2 anomalies, 12 min.");
    json_t *facts = json_object_get(o, "facts"), *first = json_array_get(facts, 0);
    assert_int_equal(json_array_size(facts), 3);
    assert_true(json_real_value(json_object_get(first, "value")) == 23.125);
    assert_string_equal(json_string_value(json_object_get(first, "unit")), "%");
    assert_string_equal(json_string_value(json_object_get(first, "metric")), "cpu.util");
    assert_int_equal(json_integer_value(json_object_get(first, "time_ms")), 5000);
    assert_true(json_is_null(json_object_get(json_array_get(facts, 1), "metric")));
    assert_true(json_is_null(json_object_get(json_array_get(facts, 1), "time_ms")));
    json_t *metrics = json_object_get(json_object_get(o, "chart"), "metrics");
    assert_int_equal(json_array_size(metrics), 2);
    assert_string_equal(json_string_value(json_array_get(metrics, 1)), "disk.util{a,b}");
    assert_int_equal(json_integer_value(json_object_get(o, "from_ms")), 1000);
    assert_string_equal(json_string_value(json_array_get(json_object_get(o, "suggestions"), 0)), "why?");
    json_decref(o);
    answer_done(&a);
}

static void nothing(void **state)
{
    (void)state;
    struct answer a = { .status = ANSWER_OFF_TOPIC, .intent = "none" };
    auto_buf struct buf out = { 0 };
    answer_json(&out, &a, true);
    json_t *o = json_loads(out.p, 0, NULL);
    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "status")), "off-topic");
    static const char *const none[] = { "from_ms", "to_ms", "link", "chart", "context" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(json_is_null(json_object_get(o, none[i])));
    assert_int_equal(json_array_size(json_object_get(o, "facts")), 0);
    json_decref(o);
    answer_done(&a);
}

static void as_text(void **state)
{
    (void)state;
    struct answer a = sample();
    struct screen plain = screen_plain(), rich = plain;
    auto_buf struct buf out = { 0 };
    answer_text(&out, &a, &plain, false);
    assert_string_equal(out.p, "Processor: 23.1 % now. 2 anomalies, 12 min.\n");
    buf_clear(&out);
    rich.utf8 = true;
    answer_text(&out, &a, &rich, true);
    assert_non_null(strstr(out.p, "\xe2\x96\x81")); /* the lowest block */
    assert_non_null(strstr(out.p, "0 % to 100 %"));
    assert_non_null(strstr(out.p, "cpu.util\n"));
    assert_non_null(strstr(out.p, "Ask on: why?"));
    answer_done(&a);
}

static void plural(void **state)
{
    (void)state;
    static const struct { double n; const char *one, *want; } cases[] = {
        { 1, "session", "1 session" }, { 0, "session", "0 sessions" }, { 2, "anomaly", "2 anomalies" }, { 3, "process", "3 processes" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer a = { 0 };
        answer_count(&a, "n", cases[i].n, cases[i].one);
        assert_string_equal(a.text.p, cases[i].want);
        answer_done(&a);
    }
}

/* Numbers of a text of others become facts; those of names do not. */
static void quoted(void **state)
{
    (void)state;
    static const struct { const char *text; int n; double first; } cases[] = {
        { "rose from 25.0 % to 96.0 %, by render (pid 5001)", 3, 25 }, { "at 14:05:30", 1, 50730 }, { "sda1 and eth0", 0, 0 },
        { "the 10-min average", 0, 0 }, { "", 0, 0 }, { "since 10:00 UTC", 1, 36000 }, { "3 times, 3 times", 1, 3 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer a = { 0 };
        answer_quote(&a, "it", cases[i].text);
        assert_int_equal(a.n_facts, cases[i].n);
        if (cases[i].n)
            assert_true(a.facts[0].value == cases[i].first);
        answer_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_json), cmocka_unit_test(nothing), cmocka_unit_test(as_text), cmocka_unit_test(plural),
            cmocka_unit_test(quoted),
    };
    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}

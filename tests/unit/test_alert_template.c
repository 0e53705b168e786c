/* The texts of messages: templates, JSON there and back. */
#include "test.h"

#include "alert/template.h"
#include "base/auto.h"

#include <errno.h>

static const struct message sample = {
    .news = NEWS_RAISED, .id = "00c0ffee", .rule = "disk busy", .metric = "disk.util{sda}", .value = 97.5,
        .unit = UNIT_PERCENT,
    .severity = SEVERITY_CRITICAL, .since_ms = 1795342500000, .now_ms = 1795342800000, .more = 2,
    .text = "x$(touch /tmp/p) & <b>\"bold\"</b> \\ \xc3\xa9", .receivers = RECEIVER_ANY,
};

static void fills_in(void **state)
{
    (void)state;
    static const struct { const char *template, *gives; } cases[] = {
        { "{rule}: {metric} is {value} since {since}", "disk busy: disk.util{sda} is 97.5 % since "
                                                       "2026-11-22T10:15:00.000Z" },
        { "{state} {severity} {duration} {time} {id}", "raised critical 5 min 2026-11-22T10:20:00.000Z 00c0ffee" },
        { "", "x$(touch /tmp/p) & <b>\"bold\"</b> \\ \xc3\xa9" },
        { "{{rule} is {rule}", "{rule} is disk busy" },
        { "%s %n", "%s %n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[256], why[TEMPLATE_WHY];
        assert_int_equal(template_check(cases[i].template, why), 0);
        assert_string_equal(template_fill(cases[i].template, &sample, out, sizeof out), cases[i].gives);
    }
}

static void cuts_between_characters(void **state)
{
    (void)state;
    struct message m = sample;
    char out[8];
    snprintf(m.text, sizeof m.text, "123456\xc3\xa9");
    assert_string_equal(template_fill("{text}", &m, out, sizeof out), "123456");
}

static void refuses_other_templates(void **state)
{
    (void)state;
    static const char *const wrong[] = { "{host}", "{rule", "{", "a {metric } b", "{}", "a\nb", "\xff" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char why[TEMPLATE_WHY] = "";
        assert_int_equal(template_check(wrong[i], why), -EINVAL);
        assert_true(*why);
    }
}

static void json_there_and_back(void **state)
{
    (void)state;
    auto_buf struct buf b = { 0 };
    struct message m;
    message_put(&sample, &b);
    assert_null(strchr(b.p, '\n'));
    assert_int_equal(message_read(b.p, b.n, &m), 0);
    assert_string_equal(m.text, sample.text);
    assert_string_equal(m.metric, sample.metric);
    assert_true(m.news == sample.news && m.severity == sample.severity && m.unit == sample.unit && m.more == 2);
    assert_true(m.since_ms == sample.since_ms && m.now_ms == sample.now_ms);
    assert_near(m.value, 97.5, 0);
    static const char *const wrong[] = { "", "{}", "[]", "null", "{\"state\":\"raised\"}",
                                         "{\"state\":5,\"rule\":[]}" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(message_read(wrong[i], strlen(wrong[i]), &m), -EINVAL);
}

static void a_hostile_text_is_made_plain(void **state)
{
    (void)state;
    struct message m;
    static const char evil[] =
        "{\"state\":\"raised\",\"rule\":\"a\\u001b[2J\\u202e\",\"text\":\"b\\n\\u0007c\",\"id\":\"1\",\"severity\":\"notice\","
        "\"since\":\"2026-11-22T10:15:00Z\",\"time\":\"2026-11-22T10:15:00Z\"}";
    assert_int_equal(message_read(evil, sizeof evil - 1, &m), 0);
    assert_string_equal(m.rule, "a?[2J?");
    assert_string_equal(m.text, "b??c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_in),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(refuses_other_templates),
        cmocka_unit_test(json_there_and_back),
        cmocka_unit_test(a_hostile_text_is_made_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

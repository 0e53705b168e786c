/* Alerts and silences in the index: put again in their place, listed, bounded, silenced for a while. */
#include "index_sample.h"
#include "test.h"

#include "os/os.h"

#include <errno.h>

struct seen {
    int n;
    char rule[8][64];
    int64_t since_ms[8], end_ms[8], told_ms[8];
    double value;
};

static void note(void *self, const struct index_alert *a)
{
    struct seen *s = self;
    if (s->n < 8) {
        snprintf(s->rule[s->n], sizeof s->rule[0], "%s", a->rule);
        s->since_ms[s->n] = a->since_ms;
        s->end_ms[s->n] = a->end_ms;
        s->told_ms[s->n] = a->told_ms;
    }
    s->value = a->value;
    s->n++;
}

static void note_silence(void *self, const char *rule, int64_t until_ms)
{
    struct seen *s = self;
    snprintf(s->rule[s->n], sizeof s->rule[0], "%s", rule);
    s->end_ms[s->n++] = until_ms;
}

static struct index_alert alert(const char *rule, int64_t since_ms)
{
    return (struct index_alert){ .rule = rule, .metric = "disk.util{sda}", .unit = "%", .text = "it is 97 %",
                                 .since_ms = since_ms, .severity = SEVERITY_WARNING, .value = NAN };
}

static void a_life(void **state)
{
    struct index *x = sample_open(*state, 0);
    int64_t now = os_wall_ms();
    struct index_alert a = alert("busy", now - 5000), b = alert("hot", now - 4000);
    struct seen s = { 0 };
    assert_int_equal(index_put_alert(x, &a), 0);
    assert_int_equal(index_put_alert(x, &b), 0);
    a.told_ms = now - 4500;
    a.value = 97;
    assert_int_equal(index_put_alert(x, &a), 0); /* the same one */
    assert_int_equal(index_alerts(x, INDEX_ALERTS_RAISED, 0, 0, note, &s), 2);
    assert_string_equal(s.rule[0], "hot"); /* the newest first */
    assert_true(s.told_ms[1] == now - 4500 && s.value == 97);
    index_close(x);

    assert_int_equal(sample_try(*state, 0, &x), 0); /* it outlives a restart */
    a.end_ms = now - 1000;
    assert_int_equal(index_put_alert(x, &a), 0);
    s = (struct seen){ 0 };
    assert_int_equal(index_alerts(x, INDEX_ALERTS_RAISED, 0, 0, note, &s), 1);
    assert_nan(s.value);
    s = (struct seen){ 0 };
    assert_int_equal(index_alerts(x, INDEX_ALERTS_PAST, now - 5000, 0, note, &s), 1);
    assert_true(s.end_ms[0] == now - 1000);
    assert_int_equal(index_alerts(x, INDEX_ALERTS_PAST, now - 4999, 0, note, &s), 0);
    b = alert("old", now - INDEX_ALERT_KEPT_MS - 5000);
    b.end_ms = b.since_ms + 1000;
    assert_int_equal(index_put_alert(x, &b), 0);
    a = alert("new", now);
    assert_int_equal(index_put_alert(x, &a), 0);
    assert_int_equal(index_alerts(x, INDEX_ALERTS_PAST, 0, 0, note, &s), 1); /* the old one is gone */
    index_close(x);
}

static void ends_that_are_untold(void **state)
{
    struct index *x = sample_open(*state, 0);
    int64_t now = os_wall_ms();
    struct seen s = { 0 };
    struct index_alert told = alert("told", now - 9000), untold = alert("untold", now - 8000),
                       never = alert("never", now - 7000), again = alert("again", now - 6000);
    told.told_ms = told.end_ms = untold.end_ms = never.end_ms = again.end_ms = now - 2000;
    untold.told_ms = again.told_ms = now - 5000;
    assert_int_equal(index_put_alert(x, &told), 0);
    assert_int_equal(index_put_alert(x, &untold), 0);
    assert_int_equal(index_put_alert(x, &never), 0);
    assert_int_equal(index_put_alert(x, &again), 0);
    again.since_ms = now - 1000; /* raised once more: receivers believe that it never was over */
    again.end_ms = 0;
    assert_int_equal(index_put_alert(x, &again), 0);
    assert_int_equal(index_alerts(x, INDEX_ALERTS_UNTOLD, 0, 0, note, &s), 1);
    assert_string_equal(s.rule[0], "untold");
    assert_int_equal(index_alerts(x, INDEX_ALERTS_UNTOLD, now - 2000, 0, note, &s), 1);
    assert_int_equal(index_alerts(x, INDEX_ALERTS_UNTOLD, now - 1999, 0, note, &s), 0);
    index_close(x);
}

static void silences(void **state)
{
    struct index *x = sample_open(*state, 0);
    int64_t now = os_wall_ms();
    struct seen s = { 0 };
    assert_int_equal(index_silence(x, "busy", now + 60000), 0);
    assert_int_equal(index_silence(x, "busy", now + 90000), 0);
    assert_int_equal(index_silence(x, "all", now + 30000), 0);
    assert_int_equal(index_silences(x, now, note_silence, &s), 2);
    assert_string_equal(s.rule[1], "busy");
    assert_true(s.end_ms[1] == now + 90000);
    assert_int_equal(index_silences(x, now + 30000, note_silence, &s), 1);
    assert_int_equal(index_unsilence(x, "busy"), 0);
    assert_int_equal(index_unsilence(x, "busy"), -ENODATA);
    index_close(x);
}

static void limits(void **state)
{
    struct index *x = sample_open(*state, INDEX_ALLOWANCE_MIN);
    struct index_stats st;
    static char longest[1000];
    memset(longest, 'x', sizeof longest - 1);
    struct index_alert a = alert(longest, 1);
    assert_int_equal(index_put_alert(x, &a), -EINVAL);
    a = alert("", 1);
    assert_int_equal(index_put_alert(x, &a), -EINVAL);
    a = alert("a\033[2J", 1);
    assert_int_equal(index_put_alert(x, &a), -EINVAL);
    assert_int_equal(index_silence(x, longest, 1), -EINVAL);
    assert_int_equal(index_silence(x, "", 1), -EINVAL);
    longest[480] = '\0';
    for (int i = 0; i < (TEST_SLOW ? 2500 : 6000); i++) {
        a = alert("many", os_wall_ms() - 1000000 + i);
        a.end_ms = a.since_ms + 1;
        a.text = longest;
        assert_int_equal(index_put_alert(x, &a), 0);
    }
    assert_int_equal(index_stats(x, &st), 0);
    assert_true(st.database_bytes <= INDEX_ALLOWANCE_MIN);
    index_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_life, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(ends_that_are_untold, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(silences, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(limits, sample_setup, sample_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

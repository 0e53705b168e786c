/* Lines of logs in the index: stored for an anomaly, found by its start or near it, replaced, refused, gone. */
#include "index_sample.h"
#include "test.h"

#include "look/logs.h"

#include <errno.h>

#define START (SAMPLE_START + 60000)

static struct anomaly_logs found(int n, const char *text)
{
    struct anomaly_logs l = { .n = n, .read = 312 };
    for (int i = 0; i < n; i++) {
        l.match[i] = (struct log_match){ .line = { .wall_ms = START - 1000 * i, .priority = 3 }, .count = 2,
                                         .score = 0.9 - 0.1 * i };
        snprintf(l.match[i].log, sizeof l.match[i].log, "journal");
        snprintf(l.match[i].line.ident, sizeof l.match[i].line.ident, "kernel");
        snprintf(l.match[i].line.unit, sizeof l.match[i].line.unit, "x.service");
        snprintf(l.match[i].line.text, sizeof l.match[i].line.text, "%s %d", text, i);
    }
    if (!n)
        snprintf(l.reason, sizeof l.reason, "%s", text);
    return l;
}

static void a_life(void **state)
{
    struct index *x = sample_open(*state, 0);
    char id[INDEX_ID_MAX];
    sample_session(x, 1, 0, 0, id);
    struct anomaly_logs put = found(LOG_MATCHES, "out of memory"), got;
    assert_int_equal(look_logs(x, id, START, &got), -ENODATA);
    assert_int_equal(look_logs_keep(x, "session_none", START, &put), -ENOENT);
    assert_int_equal(look_logs_keep(x, id, START, &put), 0);
    assert_int_equal(look_logs(x, id, START, &got), 0);
    assert_int_equal(got.n, LOG_MATCHES);
    assert_int_equal(got.read, 312);
    for (int i = 0; i < got.n; i++) {
        assert_string_equal(got.match[i].line.text, put.match[i].line.text);
        assert_string_equal(got.match[i].line.unit, "x.service");
        assert_string_equal(got.match[i].log, "journal");
        assert_int_equal(got.match[i].line.wall_ms, put.match[i].line.wall_ms);
        assert_int_equal(got.match[i].count, 2);
        assert_near(got.match[i].score, put.match[i].score, 1e-12);
    }

    /* Another analysis sees its start a little later; two minutes away is another anomaly. */
    assert_int_equal(look_logs(x, id, START + 100000, &got), 0);
    assert_int_equal(look_logs(x, NULL, START - 100000, &got), 0);
    assert_int_equal(look_logs(x, id, START + 130000, &got), -ENODATA);
    struct anomaly_logs other = found(1, "link down");
    assert_int_equal(look_logs_keep(x, id, START + 110000, &other), 0);
    assert_int_equal(look_logs(x, id, START + 100000, &got), 0);
    assert_string_equal(got.match[0].line.text, "link down 0");

    put = found(0, "nothing was logged");
    assert_int_equal(look_logs_keep(x, id, START, &put), 0);
    assert_int_equal(look_logs(x, id, START, &got), 0);
    assert_int_equal(got.n, 0);
    assert_string_equal(got.reason, "nothing was logged");

    assert_int_equal(index_remove(x, id), 0);
    assert_int_equal(look_logs(x, NULL, START, &got), -ENODATA);
    assert_int_equal(look_logs(x, NULL, START + 110000, &got), -ENODATA);
    index_close(x);
}

static void what_is_not_plain_is_refused(void **state)
{
    struct index *x = sample_open(*state, 0);
    char id[INDEX_ID_MAX];
    sample_session(x, 1, 0, 0, id);
    struct anomaly_logs put = found(1, "x"), got;
    snprintf(put.match[0].line.text, sizeof put.match[0].line.text, "\033[31mred");
    assert_int_equal(look_logs_keep(x, id, START, &put), -EINVAL);
    assert_int_equal(look_logs(x, id, START, &got), -ENODATA);
    index_close(x);
}

/* Thousands of anomalies with lines never pass the allowance: the oldest lines go. */
static void within_the_allowance(void **state)
{
    struct index *x = sample_open(*state, INDEX_ALLOWANCE_MIN);
    char id[INDEX_ID_MAX];
    struct index_stats st;
    sample_session(x, 1, 0, 0, id);
    struct anomaly_logs put = found(LOG_MATCHES, "a line of some length that fills the pages of the index"), got;
    for (int i = 0; i < 2000; i++)
        assert_int_equal(look_logs_keep(x, id, START + i * INT64_C(600000), &put), 0);
    assert_int_equal(index_stats(x, &st), 0);
    assert_true(st.database_bytes <= INDEX_ALLOWANCE_MIN);
    assert_int_equal(look_logs(x, id, START + 1999 * INT64_C(600000), &got), 0);
    assert_int_equal(got.n, LOG_MATCHES);
    assert_int_equal(look_logs(x, id, START, &got), 0);
    assert_true(got.n == 0 && strstr(got.reason, "make room"));
    index_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_life, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(what_is_not_plain_is_refused, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(within_the_allowance, sample_setup, sample_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The index as a recorder and a person use it: sessions, labels, events, filters, pruning. */
#include "index_sample.h"
#include "test.h"

#include "os/disk.h"
#include "os/os.h"

#include <errno.h>

struct ids {
    char text[2048];
    struct index_session last;
};

static void note_id(void *self, const struct index_session *s)
{
    struct ids *ids = self;
    size_t n = strlen(ids->text);
    snprintf(ids->text + n, sizeof ids->text - n, "%s%s", n ? " " : "", s->id + strlen("session_"));
    ids->last = *s;
}

static const char *list(struct index *x, struct index_filter f, struct ids *ids)
{
    ids->text[0] = '\0';
    assert_true(index_sessions(x, &f, note_id, ids) >= 0);
    return ids->text;
}

static void a_life(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0), *again;
    struct index_session got;
    char id[INDEX_ID_MAX], second[INDEX_ID_MAX], third[INDEX_ID_MAX];
    struct os_disk_entry e;
    assert_int_equal(s->filled, 1);
    sample_session(x, 0, 5, 2, id);
    assert_string_equal(id, "session_20261122_101500");
    sample_session(x, 0, 0, 0, second); /* in the same second */
    sample_session(x, 0, 0, 0, third);
    assert_string_equal(second, "session_20261122_101500_2");
    assert_string_equal(third, "session_20261122_101500_3");
    assert_int_equal(index_open_read(s->dir, &again), 0); /* while it is open to write */
    assert_int_equal(index_session(again, id, &got), 0);
    assert_int_equal(got.events, 5);
    assert_int_equal(got.gaps, 2);
    assert_int_equal(got.anomalies, 2);
    assert_int_equal(got.samples, 3600);
    assert_int_equal(got.metrics, 645);
    assert_int_equal(got.end_ms, SAMPLE_START + 3600000);
    assert_int_equal(got.state, INDEX_ENDED);
    assert_string_equal(got.verdict, "all is well");
    assert_string_equal(got.cpu, "Some CPU");
    assert_int_equal(got.memory_bytes, 8LL << 30);
    assert_int_equal(index_end(again, id, INDEX_ENDED), -EROFS);
    assert_int_equal(index_label(again, id, "a", ""), -EROFS);
    index_close(again);
    assert_int_equal(index_check(x), 0);
    index_close(x);
    assert_int_equal(os_disk_look(s->path, &e), 0);
    index_close(NULL);
    x = sample_open(s, 0); /* it is filled once only */
    assert_int_equal(s->filled, 1);
    index_close(x);
}

static void who_died_has_crashed(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    struct index_session session = { .start_ms = SAMPLE_START, .origin = "recorded" }, got;
    char id[INDEX_ID_MAX];
    sample_begin(x, &session, id);
    assert_int_equal(index_progress(x, id, SAMPLE_START + 5000, 5, 10), 0);
    struct index *label;
    assert_int_equal(index_open(s->dir, &(struct index_options){ 0 }, &label), 0); /* not the owner: it runs on */
    assert_int_equal(index_session(label, id, &got), 0);
    assert_int_equal(got.state, INDEX_RUNNING);
    index_close(label);
    index_close(x);
    x = sample_open(s, 0);
    assert_int_equal(index_session(x, id, &got), 0);
    assert_int_equal(got.state, INDEX_CRASHED);
    assert_int_equal(got.end_ms, SAMPLE_START + 5000);
    assert_string_equal(index_state_name(got.state), "crashed");
    index_close(x);
}

static void filters(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    struct ids ids;
    char id[4][INDEX_ID_MAX];
    for (int i = 0; i < 4; i++)
        sample_session(x, 2 * i, 0, i, id[i]); /* 10:15, 12:15, 14:15, 16:15, an hour each */
    assert_int_equal(index_label(x, id[1], "game", ""), 0);
    assert_int_equal(index_label(x, id[1], "before the update", "a note"), 0);
    assert_int_equal(index_label(x, id[3], "game", ""), 0);
    struct index_session gaming;
    assert_int_equal(index_session(x, id[2], &gaming), 0);
    snprintf(gaming.workload, sizeof gaming.workload, "gaming");
    assert_int_equal(index_put_session(x, &gaming), 0); /* its counts stay */
    const int64_t hour = 3600000;
#define FILTER(...) ((struct index_filter){ .max_anomalies = -1, __VA_ARGS__ })
    struct { struct index_filter f; const char *want; } cases[] = {
        { INDEX_ALL, "20261122_101500 20261122_121500 20261122_141500 20261122_161500" },
        { FILTER(.newest_first = true, .limit = 2), "20261122_161500 20261122_141500" },
        { FILTER(.from_ms = SAMPLE_START + 3 * hour, .to_ms = SAMPLE_START + 4 * hour),
          "20261122_121500 20261122_141500" },
        { FILTER(.from_ms = SAMPLE_START + 3 * hour + 1, .to_ms = SAMPLE_START + 4 * hour - 1), "" },
        { FILTER(.to_ms = SAMPLE_START), "20261122_101500" },
        { FILTER(.from_ms = SAMPLE_START + 7 * hour), "20261122_161500" },
        { FILTER(.label = "game"), "20261122_121500 20261122_161500" },
        { FILTER(.label = "before*"), "20261122_121500" },
        { FILTER(.label = "GAME"), "" },
        { FILTER(.workload = "gam*"), "20261122_141500" },
        { FILTER(.min_anomalies = 2), "20261122_141500 20261122_161500" },
        { { .max_anomalies = 0 }, "20261122_101500" },
        { { .min_anomalies = 1, .max_anomalies = 2 }, "20261122_121500 20261122_141500" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(list(x, cases[i].f, &ids), cases[i].want);
    list(x, FILTER(.label = "before*"), &ids);
    assert_string_equal(ids.last.labels, "before the update, game");
    index_close(x);
}

static void resolving(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    char id[INDEX_ID_MAX], got[INDEX_ID_MAX];
    assert_int_equal(index_resolve(x, "last", got), -ENOENT);
    for (int i = 0; i < 3; i++)
        sample_session(x, i < 2 ? 0 : 30, 0, 0, id); /* 1015, 1015_2, next day 1615 */
    static const struct { const char *text, *want; int rc; } cases[] = {
        { "session_20261122_101500", "session_20261122_101500", 0 }, /* though it also begins another */
        { "20261122_101500", "session_20261122_101500", 0 },
        { "20261122_101500_2", "session_20261122_101500_2", 0 },
        { "20261123", "session_20261123_161500", 0 },
        { "session_20261123", "session_20261123_161500", 0 },
        { "last", "session_20261123_161500", 0 },
        { "20261122", NULL, -ENOTUNIQ },
        { "session_", NULL, -ENOTUNIQ },
        { "", NULL, -ENOENT },
        { "2025", NULL, -ENOENT },
        { "%", NULL, -ENOENT },
        { "'; DROP TABLE sessions; --", NULL, -ENOENT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(index_resolve(x, cases[i].text, got), cases[i].rc);
        if (cases[i].want)
            assert_string_equal(got, cases[i].want);
    }
    index_close(x);
}

static void note_label(void *self, const struct index_label *l)
{
    char *text = self;
    size_t n = strlen(text);
    snprintf(text + n, 400 - n, "%s=%s;", l->name, l->note);
}

static void labels(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    char id[INDEX_ID_MAX], text[400] = "", large[600];
    sample_session(x, 0, 0, 0, id);
    memset(large, 'x', sizeof large);
    large[sizeof large - 1] = '\0';
    assert_int_equal(index_label(x, id, "", ""), -EINVAL);
    assert_int_equal(index_label(x, id, large, ""), -EINVAL);
    assert_int_equal(index_label(x, id, "a", large), -EINVAL);
    assert_int_equal(index_label(x, id, "a\033[1m", ""), -EINVAL);
    assert_int_equal(index_label(x, "session_nil", "a", ""), -ENOENT);
    assert_int_equal(index_label(x, id, "b", ""), 0);
    assert_int_equal(index_label(x, id, "a", "first"), 0);
    assert_int_equal(index_label(x, id, "a", "second"), 0);
    assert_int_equal(index_labels(x, id, note_label, text), 2);
    assert_string_equal(text, "a=second;b=;");
    assert_int_equal(index_unlabel(x, id, "c"), -ENODATA);
    assert_int_equal(index_unlabel(x, "session_nil", "c"), -ENOENT);
    assert_int_equal(index_unlabel(x, id, "a"), 0);
    assert_int_equal(index_unlabel(x, id, "b"), 0);
    index_close(x);
}

struct seen {
    int n;
    char text[200];
    struct index_anomaly anomaly;
    struct index_event event;
};

static void see_event(void *self, const struct index_event *e)
{
    struct seen *seen = self;
    seen->n++;
    seen->event = *e;
    snprintf(seen->text, sizeof seen->text, "%s %s %s %s", e->session, e->kind, e->source,
             severity_name(e->severity));
}

static void see_anomaly(void *self, const struct index_anomaly *a)
{
    struct seen *seen = self;
    seen->n++;
    seen->anomaly = *a;
    snprintf(seen->text, sizeof seen->text, "%s %s %s %s", a->session, a->area, a->summary, a->causes);
}

static void events_and_anomalies(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    char id[INDEX_ID_MAX];
    static char large[INDEX_CAUSES_MAX + 1];
    struct seen seen = { 0 };
    struct event many[300];
    sample_session(x, 0, 4, 3, id);
    assert_int_equal(index_events(x, id, 0, 0, 0, see_event, &seen), 4);
    assert_string_equal(seen.text, "session_20261122_101500 gap sampler notice");
    assert_int_equal(seen.event.time_ms, SAMPLE_START + 3000);
    assert_int_equal(index_events(x, NULL, SAMPLE_START + 1000, SAMPLE_START + 2000, 0, see_event, &seen), 2);
    assert_int_equal(index_events(x, NULL, 0, 0, 1, see_event, &seen), 1);
    assert_int_equal(index_events(x, "nil", 0, 0, 0, see_event, &seen), 0);
    assert_int_equal(index_anomalies(x, id, 0, 0, 0, see_anomaly, &seen), 3);
    assert_string_equal(seen.text, "session_20261122_101500 disk sda was busy [{\"metric\":\"disk.util{sda}\"}]");
    assert_nan(seen.anomaly.probability);
    assert_near(seen.anomaly.score, 7.5, 0);
    assert_int_equal(seen.anomaly.peak_ms, SAMPLE_START + 125000);
    assert_int_equal(index_anomalies(x, NULL, SAMPLE_START + 30001, SAMPLE_START + 59999, 0, see_anomaly, &seen), 0);

    memset(large, 'x', sizeof large - 1);
    struct index_anomaly a = { .area = "", .summary = "", .causes = large };
    assert_int_equal(index_add_anomalies(x, id, &a, 1), -EINVAL);
    a.causes = "[]";
    a.probability = 0.25;
    assert_int_equal(index_add_anomalies(x, id, &a, 1), 1);
    assert_int_equal(index_anomalies(x, id, 0, 1, 0, see_anomaly, &seen), 1);
    assert_near(seen.anomaly.probability, 0.25, 0);
    struct index_anomaly again = a;
    again.end_ms = 7000;
    assert_int_equal(index_put_anomalies(x, id, &again, 1), 1); /* in place of the one that began then */
    assert_int_equal(index_anomalies(x, id, 0, 7000, 0, see_anomaly, &seen), 1);
    assert_int_equal(seen.anomaly.end_ms, 7000);
    again.time_ms = 5000;
    assert_int_equal(index_put_anomalies(x, id, &again, 1), 1); /* there was none */
    assert_int_equal(index_anomalies(x, id, 0, 7000, 0, see_anomaly, &seen), 2);
    again.causes = large;
    assert_int_equal(index_put_anomalies(x, id, &again, 1), -EINVAL);
    for (int i = 0; i < 300; i++)
        many[i] = sample_event(SAMPLE_START + i, EVENT_BUDGET);
    assert_int_equal(index_add_events(x, id, many, 300), 300);
    assert_int_equal(index_add_events(x, "nil", many, 300), -ENOENT);
    assert_int_equal(index_events(x, NULL, 0, 0, 0, see_event, &seen), 304);
    index_close(x);
}

static void findings_in_place_of_others(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    struct index_session got;
    struct seen seen = { 0 };
    char id[INDEX_ID_MAX], other[INDEX_ID_MAX];
    struct index_anomaly a[20];
    sample_session(x, 0, 2, 40, id);
    sample_session(x, 2, 0, 3, other);
    for (int i = 0; i < 20; i++)
        a[i] = (struct index_anomaly){ .time_ms = SAMPLE_START + i, .end_ms = SAMPLE_START + i, .area = "cpu",
                                       .summary = "it was busy", .causes = "[]" };
    assert_int_equal(index_set_findings(x, id, "look at the CPU", "idle", a, 20), 20);
    assert_int_equal(index_session(x, id, &got), 0);
    assert_string_equal(got.verdict, "look at the CPU");
    assert_string_equal(got.workload, "idle");
    assert_int_equal(got.anomalies, 20);
    assert_int_equal(got.events, 2);
    assert_int_equal(index_anomalies(x, id, 0, 0, 0, see_anomaly, &seen), 20);
    a[19].summary = "\033[1m";
    assert_int_equal(index_set_findings(x, id, "never", "", a, 20), -EINVAL);
    assert_int_equal(index_set_findings(x, "session_nil", "never", "", a, 0), -ENOENT);
    assert_int_equal(index_session(x, id, &got), 0);
    assert_string_equal(got.verdict, "look at the CPU");
    assert_int_equal(index_set_findings(x, id, "all is well", "", NULL, 0), 0);
    assert_int_equal(index_session(x, id, &got), 0);
    assert_string_equal(got.workload, "idle");
    assert_int_equal(index_anomalies(x, id, 0, 0, 0, see_anomaly, &seen), 0);
    assert_int_equal(index_anomalies(x, other, 0, 0, 0, see_anomaly, &seen), 3);
    index_close(x);
}

static void removing(void **state)
{
    struct sample *s = *state;
    struct index *x = sample_open(s, 0);
    struct index_stats st;
    char id[INDEX_ID_MAX], kept[INDEX_ID_MAX];
    sample_session(x, 0, 600, 40, id);
    sample_session(x, 2, 10, 2, kept);
    assert_int_equal(index_label(x, id, "a", ""), 0);
    assert_int_equal(index_stats(x, &st), 0);
    assert_int_equal(st.sessions, 2);
    assert_int_equal(st.labelled, 1);
    assert_int_equal(st.events, 610);
    assert_int_equal(st.anomalies, 42);
    assert_int_equal(st.first_ms, SAMPLE_START);
    assert_int_equal(st.last_ms, SAMPLE_START + 3 * 3600000);
    assert_int_equal(index_remove(x, "nil"), -ENOENT);
    assert_int_equal(index_remove(x, id), 0);
    assert_int_equal(index_stats(x, &st), 0);
    assert_int_equal(st.sessions, 1);
    assert_int_equal(st.labelled, 0);
    assert_int_equal(st.events, 10);
    assert_int_equal(st.anomalies, 2);
    index_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, sample_setup, sample_teardown)
        TEST(a_life), TEST(who_died_has_crashed), TEST(filters), TEST(resolving), TEST(labels),
        TEST(events_and_anomalies), TEST(findings_in_place_of_others), TEST(removing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

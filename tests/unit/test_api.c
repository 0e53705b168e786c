/* test_api.c - the HTTP API over an archive whose every number is known. */
#include "test.h"

#include "api_sample.h"

#include "base/auto.h"
#include "store/segment.h"

#include <jansson.h>

#define MS(i) (SAMPLE_START_MS + (int64_t)(i) * 1000)
#define FIRST API_SAMPLE_SESSION

static json_t *get(struct api_sample *f, const char *path, const char *query)
{
    json_t *j;
    int status = api_sample_ask(f, HTTP_GET, path, query, "", "", "", &j);
    if (status != 200 || !j)
        fail_msg("%s?%s gave %d", path, query, status);
    return j;
}

static int status_of(struct api_sample *f, const char *path, const char *query)
{
    return api_sample_ask(f, HTTP_GET, path, query, "", "", "", NULL);
}

static void test_nothing_recorded(void **state)
{
    (void)state;
    struct config *c = config_new();
    struct api_sample f = { .config = c, .api = api_new("/nonexistent/sonde", &(struct api_shown){ .config = c }) };
    for (const struct route *r = api_routes; r->path; r++)
        if (r->method == HTTP_GET && strcmp(r->path, "/api/v1/policy") != 0)
            assert_int_equal(status_of(&f, r->path, ""), 404);
    api_free(f.api);
    config_free(c);
}

static void test_host(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    json_t *j = get(&f, "/api/v1/host", ""), *data = json_object_get(j, "data");
    assert_string_equal(json_string_value(json_object_get(j, "version")), "1.2.3");
    assert_string_equal(json_string_value(json_object_get(j, "role")), "full");
    assert_int_equal(json_integer_value(json_object_get(data, "first_ms")), MS(0));
    assert_int_equal(json_integer_value(json_object_get(data, "last_ms")), MS(6099));
    assert_true(json_is_false(json_object_get(data, "live")));
    assert_true(json_is_null(json_object_get(data, "replay")));
    json_decref(j);
    api_sample_done(&f);
}

static void test_metrics_are_those_of_the_schema(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    json_t *j = get(&f, "/api/v1/metrics", ""), *all = json_object_get(j, "metrics");
    assert_int_equal(json_array_size(all), schema_size(f.m.s.schema));
    for (int slot = 0; slot < schema_size(f.m.s.schema); slot++)
        assert_string_equal(json_string_value(json_object_get(json_array_get(all, (size_t)slot), "id")),
                            schema_id(f.m.s.schema, slot));
    json_decref(j);
    api_sample_done(&f);
}

/* What is measured is told of any time at which something was recorded before, in a gap, too. */
static const char *nobody_knows(void *self)
{
    (void)self;
    return NULL;
}

static const char *no_sensor(void *self)
{
    (void)self;
    return "[{\"adapter\":\"hwmon\",\"reason\":\"no sensor\",\"remedy\":null}]";
}

/* What is missing is an empty list only where somebody says so. */
static void test_metrics_that_are_missing(void **state)
{
    (void)state;
    static const struct { const char *(*missing)(void *self); size_t n; } cases[] = {
        { NULL, 0 }, { nobody_knows, 0 }, { no_sensor, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct api_sample f;
        api_sample_init(&f);
        api_free(f.api);
        f.api = api_new(f.m.dir, &(struct api_shown){ .config = f.config, .missing = cases[i].missing });
        json_t *j = get(&f, "/api/v1/metrics", ""), *missing = json_object_get(j, "missing");
        assert_int_equal(json_array_size(missing), cases[i].n);
        assert_true(cases[i].n ? json_is_array(missing) : json_is_null(missing));
        json_decref(j);
        api_sample_done(&f);
    }
}

static void damage_catalogs(struct api_sample *f, const char *stem)
{
    struct segment *s;
    int n = 0;
    assert_int_equal(segment_open(made_path(&f->m, stem, 0), &s), 0);
    FILE *file = fopen(made_path(&f->m, stem, 0), "r+b");
    for (size_t i = 0; i < s->n; i++)
        if (s->entry[i].type == CHUNK_CATALOG) {
            fseek(file, (long)(s->entry[i].at + s->entry[i].n / 2), SEEK_SET);
            n += fputs("damaged", file) >= 0;
        }
    fclose(file);
    segment_free(s);
    assert_true(n > 0);
}

/* A part whose names cannot be read: those of the one before it; where there is none, that is said. */
static void test_metrics_that_are_damaged(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    damage_catalogs(&f, "20261122_014000");
    json_t *j = get(&f, "/api/v1/metrics", "");
    assert_int_equal(json_array_size(json_object_get(j, "metrics")), schema_size(f.m.s.schema));
    json_decref(j);
    api_sample_done(&f);
    api_sample_init(&f);
    damage_catalogs(&f, "20261122_014000");
    assert_int_equal(status_of(&f, "/api/v1/metrics", "session=session_20261122_014000"), 500);
    api_sample_done(&f);
}

static void test_metrics_of_a_gap(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    json_t *j = get(&f, "/api/v1/metrics", "to=2026-11-22T01:00");
    assert_int_equal(json_array_size(json_object_get(j, "metrics")), schema_size(f.m.s.schema));
    json_decref(j);
    api_sample_done(&f);
}

/* A point a second is the instant itself; a hole between the sessions is null. */
static void test_frames(void **state)
{
    (void)state;
    struct api_sample f;
    char query[200];
    api_sample_init(&f);
    int slot = -1; /* the first gauge */
    for (int i = 0; i < schema_size(f.m.s.schema) && slot < 0; i++)
        slot = schema_at(f.m.s.schema, i)->kind == KIND_GAUGE ? i : slot;
    const char *id = schema_id(f.m.s.schema, slot);
    snprintf(query, sizeof query, "metrics=%s&from=%lld&to=%lld&points=60", id, (long long)MS(1200),
             (long long)MS(1260) - 1);
    json_t *j = get(&f, "/api/v1/frames", query), *series = json_array_get(json_object_get(j, "series"), 0);
    json_t *mean = json_object_get(series, "mean");
    assert_string_equal(json_string_value(json_object_get(series, "id")), id);
    assert_int_equal(json_array_size(mean), 60);
    for (size_t i = 0; i < 50; i++) {
        double want = f.m.tick[1200 + i].v[slot], got = json_number_value(json_array_get(mean, i));
        assert_true(fabs(want - got) <= 1e-4 * fabs(want));
    }
    for (size_t i = 50; i < 60; i++)
        assert_true(json_is_null(json_array_get(mean, i)));
    json_decref(j);
    j = get(&f, "/api/v1/frames", "metrics=no.such.metric");
    assert_int_equal(json_array_size(json_object_get(j, "series")), 0);
    json_decref(j);
    api_sample_done(&f);
}

static void test_bad_queries(void **state)
{
    (void)state;
    static const struct { const char *path, *query; int status; } cases[] = {
        { "/api/v1/frames", "points=0", 400 },
        { "/api/v1/frames", "points=5001", 400 },
        { "/api/v1/frames", "points=ten", 400 },
        { "/api/v1/frames", "from=whenever", 400 },
        { "/api/v1/frames", "from=2026-11-22T02:00&to=2026-11-22T01:00", 400 },
        { "/api/v1/frames", "from=-9223372036854775808", 400 },
        { "/api/v1/frames", "to=9223372036854775807", 400 },
        { "/api/v1/frames", "to=99999999999999999999", 400 },
        { "/api/v1/frames", "session=session_20200101_000000", 404 },
        { "/api/v1/events", "limit=-1", 400 },
        { "/api/v1/export", "format=xml", 400 },
        { "/api/v1/export", "step=1", 413 },
        { "/metrics", "", 503 }, /* it was recorded days ago */
        { "/api/v1/compare", "with_from=2026-11-22T02:00&with_to=2026-11-22T01:00", 400 },
        { "/api/v1/compare", "with_to=9223372036854775806", 400 },
        { "/api/v1/processes", "at=9223372036854775806", 400 },
    };
    struct api_sample f;
    api_sample_init(&f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = status_of(&f, cases[i].path, cases[i].query);
        if (status != cases[i].status)
            fail_msg("%s?%s gave %d, not %d", cases[i].path, cases[i].query, status, cases[i].status);
    }
    api_sample_done(&f);
}

static void test_processes(void **state)
{
    (void)state;
    struct api_sample f;
    char query[64];
    api_sample_init(&f);
    snprintf(query, sizeof query, "at=%lld", (long long)MS(190));
    json_t *j = get(&f, "/api/v1/processes", query);
    assert_int_equal(json_integer_value(json_object_get(j, "time_ms")), MS(190));
    assert_int_equal(json_integer_value(json_object_get(j, "table_ms")), MS(180));
    assert_int_equal(json_array_size(json_object_get(j, "processes")), 50);
    json_decref(j);
    j = get(&f, "/api/v1/processes", "at=2020-01-01"); /* nothing is there, and that is said */
    assert_int_equal(json_array_size(json_object_get(j, "processes")), 0);
    assert_true(json_is_string(json_object_get(j, "reason")));
    json_decref(j);
    api_sample_done(&f);
}

static void test_findings(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    api_sample_index(&f);
    json_t *j = get(&f, "/api/v1/events", ""), *e = json_array_get(json_object_get(j, "events"), 0);
    assert_int_equal(json_integer_value(json_object_get(e, "time_ms")), MS(100));
    assert_string_equal(json_string_value(json_object_get(e, "text")), "9 s were not sampled");
    json_decref(j);
    j = get(&f, "/api/v1/events", "limit=1&kind=gap");
    assert_int_equal(json_array_size(json_object_get(j, "events")), 1);
    assert_int_equal(json_integer_value(json_object_get(j, "left_out")), 1);
    e = json_array_get(json_object_get(j, "events"), 0);
    assert_int_equal(json_integer_value(json_object_get(e, "time_ms")), MS(600)); /* the newest */
    json_decref(j);
    j = get(&f, "/api/v1/events", "severity=critical");
    assert_int_equal(json_array_size(json_object_get(j, "events")), 0);
    json_decref(j);
    j = get(&f, "/api/v1/anomalies", "");
    e = json_array_get(json_object_get(j, "anomalies"), 0);
    assert_string_equal(json_string_value(json_object_get(e, "area")), "disk");
    assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(e, "causes"), 0), "metric")),
                        "disk.write");
    assert_true(json_is_null(json_object_get(j, "achieved_per_day"))); /* of less than a day */
    json_t *before = json_object_get(e, "changes"), *change = json_array_get(before, 0);
    assert_int_equal(json_array_size(before), 1); /* what came later explains nothing */
    assert_string_equal(json_string_value(json_object_get(change, "text")), "file system /srv was mounted (ext4)");
    assert_true(json_real_value(json_object_get(change, "score")) > 0.3);
    json_decref(j);
    j = get(&f, "/api/v1/anomalies", "from=2026-11-22T01:00");
    assert_int_equal(json_array_size(json_object_get(j, "anomalies")), 0);
    json_decref(j);
    api_sample_done(&f);
}

static json_t *labels(struct api_sample *f)
{
    json_t *j = get(f, "/api/v1/sessions", ""), *one, *list = NULL;
    size_t i;
    json_array_foreach(json_object_get(j, "sessions"), i, one)
        if (strcmp(json_string_value(json_object_get(one, "id")), FIRST) == 0)
            list = json_incref(json_object_get(one, "labels"));
    json_decref(j);
    return list;
}

static void test_labels(void **state)
{
    (void)state;
    struct api_sample f;
    const char *post = "/api/v1/sessions/{}/labels", *del = "/api/v1/sessions/{}/labels/{*}";
    api_sample_init(&f);
    api_sample_index(&f);
    const char *body = "{\"name\":\"coding\",\"note\":\"a quiet night\"}";
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", body, FIRST, "", NULL), 204);
    json_t *list = labels(&f);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "note")), "a quiet night");
    json_decref(list);
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "{\"name\":3}", FIRST, "", NULL), 400);
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "[]", FIRST, "", NULL), 400);
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "{\"name\":\"a\",\"name\":\"b\"}", FIRST, "", NULL), 400);
    static const char *const lost[] = { /* nobody finds them again, or no address can name them */
        " ", "..", "../x", "a/..", "x/./y", "a\\\\b", "\\u00a0", "\\u200b", "\\u3000", "\\ufeff", "a\\u202eb",
    };
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
        char json[64];
        snprintf(json, sizeof json, "{\"name\":\"%s\"}", lost[i]);
        assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", json, FIRST, "", NULL), 400);
    }
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "{\"name\":\"a/b.c\"}", FIRST, "", NULL), 204);
    assert_int_equal(api_sample_ask(&f, HTTP_DELETE, del, "", "", FIRST, "a/b.c", NULL), 204);
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", body, "session_20200101_000000", "", NULL), 404);
    assert_int_equal(api_sample_ask(&f, HTTP_DELETE, del, "", "", FIRST, "gaming", NULL), 404);
    assert_int_equal(api_sample_ask(&f, HTTP_DELETE, del, "", "", FIRST, "coding", NULL), 204);
    list = labels(&f);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    api_sample_done(&f);
}

static void test_analyses(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    json_t *j = get(&f, "/api/v1/analysis", "session=" FIRST);
    assert_int_equal(json_integer_value(json_object_get(j, "schema")), 1);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(j, "session"), "samples")), 1250);
    json_decref(j);
    j = get(&f, "/api/v1/states", "session=" FIRST);
    assert_true(json_is_string(json_object_get(j, "reason")) || json_array_size(json_object_get(j, "timeline")) > 0);
    json_decref(j);
    j = get(&f, "/api/v1/forecasts", "");
    assert_true(json_is_null(json_object_get(j, "forecast"))); /* less than an hour */
    assert_true(json_is_string(json_object_get(j, "forecast_reason")));
    json_decref(j);
    j = get(&f, "/api/v1/alerts", "session=" FIRST);
    assert_true(json_is_array(json_object_get(j, "alerts")));
    json_decref(j);
    j = get(&f, "/api/v1/changed", "from=2026-11-22T00:15&to=2026-11-22T00:20");
    assert_true(json_is_object(j));
    json_decref(j);
    api_sample_done(&f);
}

/* As after a reload. */
static const struct api_rule *other_rules(void *self, size_t *n)
{
    *n = 2;
    return self;
}

static void test_alerts(void **state)
{
    (void)state;
    struct api_sample f;
    struct index *x;
    const char *post = "/api/v1/alerts/silences", *take = "/api/v1/alerts/silences/{*}";
    static const struct api_rule rules[] = { { "disk busy", "disk busy: disk.util > 90", true } };
    api_sample_init(&f);
    api_sample_index(&f);
    struct index_alert a = { .rule = "disk busy", .metric = "disk.util{sda}", .unit = "%", .text = "it is <b>busy</b>",
                             .since_ms = 1795342500000, .severity = SEVERITY_CRITICAL, .value = 97 };
    assert_int_equal(index_open(f.m.dir, &(struct index_options){ 0 }, &x), 0);
    assert_int_equal(index_put_alert(x, &a), 0);
    a.since_ms -= 1000;
    a.end_ms = a.since_ms + 500;
    assert_int_equal(index_put_alert(x, &a), 0);
    index_close(x);
    api_free(f.api);
    f.api = api_new(f.m.dir, &(struct api_shown){ .config = f.config, .rules = rules, .n_rules = 1,
                                                  .how = { .seed = 1, .budget_per_day = 1 } });
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "{\"rule\":\"disk busy\",\"minutes\":5}", "", "", NULL),
                     204);
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "{\"rule\":\"other\"}", "", "", NULL), 404);
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "{\"rule\":\"all\",\"minutes\":-5}", "", "", NULL), 400);
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "{\"rule\":\"all\",\"minutes\":\"5\"}", "", "", NULL),
                     400);
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "[]", "", "", NULL), 400);
    api_free(f.api);
    static const struct api_rule later[] = { { "disk busy", "disk busy: disk.util > 90", true },
                                             { "other", "other: cpu.util > 50", true } };
    f.api = api_new(f.m.dir, &(struct api_shown){ .config = f.config, .rules_now = other_rules,
                                                  .rules_self = (void *)later,
                                                  .how = { .seed = 1, .budget_per_day = 1 } });
    assert_int_equal(api_sample_ask(&f, HTTP_POST, post, "", "{\"rule\":\"other\"}", "", "", NULL), 204);
    json_t *j = get(&f, "/api/v1/alerts", "session=" FIRST);
    json_t *raised = json_object_get(j, "raised"), *past = json_object_get(j, "past");
    assert_int_equal(json_array_size(raised), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(raised, 0), "text")), "it is <b>busy</b>");
    assert_true(json_is_null(json_object_get(json_array_get(raised, 0), "end_ms")));
    assert_int_equal(json_array_size(past), 1);
    assert_int_equal(json_array_size(json_object_get(j, "silences")), 2);
    assert_int_equal(json_array_size(json_object_get(j, "rules")), 2);
    json_decref(j);
    j = get(&f, "/api/v1/alerts", "from=2027-01-01T00:00&to=2027-01-01T00:10"); /* recording stopped long before */
    assert_int_equal(json_array_size(json_object_get(j, "alerts")), 0);
    assert_int_equal(json_array_size(json_object_get(j, "raised")), 1);
    json_decref(j);
    assert_int_equal(status_of(&f, "/api/v1/alerts", "session=session_20200101_000000"), 404);
    assert_int_equal(api_sample_ask(&f, HTTP_DELETE, take, "", "", "disk busy", "", NULL), 204);
    assert_int_equal(api_sample_ask(&f, HTTP_DELETE, take, "", "", "disk busy", "", NULL), 404);
    api_sample_done(&f);
}

/* Two sessions at the same time are not taken as one, be it only before the window that is compared. */
static void test_two_at_a_time(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    made_part(&f.m, "20261122_001000", 0, 600, 800, true);
    static const char all[] = "from=2026-11-22T00:15&to=2026-11-22T00:20";
    static const char one[] = "from=2026-11-22T00:10&to=2026-11-22T00:20&session=" FIRST;
    assert_int_equal(status_of(&f, "/api/v1/changed", all), 409);
    assert_int_equal(status_of(&f, "/api/v1/changed", one), 200);
    assert_int_equal(status_of(&f, "/api/v1/report.html", "from=2026-11-22T00:10&to=2026-11-22T00:20"), 409);
    assert_int_not_equal(status_of(&f, "/api/v1/report.html", one), 409);
    api_sample_done(&f);
}

/* Ten minutes against the ten before them; what moved most comes first. */
static void test_compare(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    json_t *j = get(&f, "/api/v1/compare", "from=2026-11-22T00:10&to=2026-11-22T00:20"), *m;
    assert_int_equal(json_integer_value(json_object_get(json_object_get(j, "b"), "to_ms")), MS(600) - 1);
    size_t n = json_array_size(json_object_get(j, "metrics"));
    assert_true(n > 0);
    double before = INFINITY;
    for (size_t i = 0; i < n; i++) {
        m = json_array_get(json_object_get(j, "metrics"), i);
        double shift = fabs(json_number_value(json_object_get(m, "shift")));
        assert_true(shift <= before);
        before = shift;
    }
    json_decref(j);
    api_sample_done(&f);
}

/* The uptime differs at any two times, and what Sonde costs is not the machine: they stand behind what is. */
static void test_compare_puts_last(void **state)
{
    (void)state;
    struct api_sample f = { 0 };
    made_init(&f.m, 2);
    schema_add(f.m.s.schema, &(struct metric){ .name = "system.uptime", .unit = UNIT_SECOND, .help = "u" });
    schema_add(f.m.s.schema, &(struct metric){ .name = "sonde.cpu", .unit = UNIT_PERCENT, .help = "c" });
    made_part(&f.m, "20261122_000000", 0, 0, 1250, true);
    f.config = config_new();
    struct api_shown s = { .version = "1.2.3", .config = f.config };
    f.api = api_new(f.m.dir, &s);
    json_t *j = get(&f, "/api/v1/compare", "from=2026-11-22T00:10&to=2026-11-22T00:20"), *m;
    size_t i, silent = 0, n = json_array_size(json_object_get(j, "metrics"));
    assert_true(n > 2);
    json_array_foreach(json_object_get(j, "metrics"), i, m) {
        const char *id = json_string_value(json_object_get(m, "id"));
        silent += !strcmp(id, "system.uptime") || !strcmp(id, "sonde.cpu");
        assert_true(!silent || i + 2 >= n);
    }
    assert_int_equal(silent, 2);
    json_decref(j);
    api_sample_done(&f);
}

static void test_compare_with_nothing(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    json_t *j = get(&f, "/api/v1/compare", "from=2026-11-22T00:10&to=2026-11-22T00:20&with_from=2020-01-01"
                    "&with_to=2020-01-02");
    assert_int_equal(json_array_size(json_object_get(j, "metrics")), 0);
    assert_string_equal(json_string_value(json_object_get(j, "reason")), "nothing was recorded in B");
    json_decref(j);
    api_sample_done(&f);
}

static void test_settings(void **state)
{
    (void)state;
    struct api_sample f;
    size_t n;
    api_sample_init(&f);
    auto_buf struct buf complaints = { 0 };
    const char *text = "general:\n  logging_interval: 5\n";
    assert_int_equal(config_parse(f.config, "a.yaml", text, strlen(text), &complaints), 0);
    json_t *j = get(&f, "/api/v1/settings", ""), *all = json_object_get(j, "settings");
    const struct config_key *keys = config_keys(&n);
    assert_int_equal(json_array_size(all), n);
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_array_get(all, i);
        bool set = strcmp(keys[i].name, "general.logging_interval") == 0;
        assert_string_equal(json_string_value(json_object_get(one, "source")), set ? "a.yaml:2" : "default");
        if (set)
            assert_string_equal(json_string_value(json_object_get(one, "value")), "5");
    }
    json_decref(j);
    api_sample_done(&f);
}

static void test_export(void **state)
{
    (void)state;
    struct api_sample f;
    api_sample_init(&f);
    json_t *j = get(&f, "/api/v1/export", "format=json&from=2026-11-22T00:00&to=2026-11-22T00:01&step=10000");
    assert_int_equal(json_array_size(j), 7);
    json_decref(j);
    api_sample_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_recorded), cmocka_unit_test(test_host),
        cmocka_unit_test(test_metrics_are_those_of_the_schema), cmocka_unit_test(test_metrics_of_a_gap),
        cmocka_unit_test(test_metrics_that_are_missing), cmocka_unit_test(test_metrics_that_are_damaged),
        cmocka_unit_test(test_frames), cmocka_unit_test(test_bad_queries), cmocka_unit_test(test_processes),
        cmocka_unit_test(test_findings), cmocka_unit_test(test_labels), cmocka_unit_test(test_analyses),
        cmocka_unit_test(test_alerts),
        cmocka_unit_test(test_two_at_a_time), cmocka_unit_test(test_compare), cmocka_unit_test(test_compare_puts_last),
        cmocka_unit_test(test_compare_with_nothing),
        cmocka_unit_test(test_settings), cmocka_unit_test(test_export),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

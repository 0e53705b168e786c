/* test_mcp_tools.c - the tools and resources over an archive whose every number is known. */
#include "test.h"

#include "mcp_sample.h"

#include "core/event.h"
#include "look/logs.h"
#include "store/index_take.h"

#include <jansson.h>

#define MS(i) (SAMPLE_START_MS + (int64_t)(i) * 1000)
#define FIRST API_SAMPLE_SESSION
#define ANSWER_BYTES 40000

/* What others write into an index: a line of a log and a change, before the anomaly of the disk at 200. */
static void add_beside(struct mcp_sample *m)
{
    struct index *x;
    struct event log = { .wall_ms = MS(195), .end_ms = MS(195), .kind = EVENT_LOG, .severity = SEVERITY_WARNING,
                         .source = "kernel", .text = "sda: I/O error, task3 waits" };
    /* names that stand in no table of processes; events before FIRST ends */
    static const struct event more[] = {
        { MS(160), MS(160), EVENT_CHANGE, SEVERITY_CRITICAL, "memory",
          "the kernel ended secretd (pid 812) for lack of memory" },
        { MS(170), MS(170), EVENT_CHANGE, SEVERITY_WARNING, "service", "service secretd.service failed: exit-code" },
        { MS(20), MS(20), EVENT_CHANGE, SEVERITY_INFO, "mount", "file system /srv/my secretd was unmounted (ext4)" },
        { MS(190), MS(190), EVENT_ALERT, SEVERITY_WARNING, "alerts", "secretd: secretd uses 5 GB" },
    };
    struct event change = { .wall_ms = MS(150), .end_ms = MS(150), .kind = EVENT_CHANGE, .severity = SEVERITY_INFO,
                            .source = "dpkg", .text = "upgraded mesa 1 to 2" };
    api_sample_index(&m->f);
    assert_int_equal(index_open(m->f.m.dir, &(struct index_options){ .rebuild = index_take_segments,
                                                                     .self = m->f.m.dir }, &x), 0);
    assert_int_equal(index_add_events(x, FIRST, &log, 1), 1);
    assert_int_equal(index_add_events(x, FIRST, &change, 1), 1);
    assert_int_equal(index_add_events(x, FIRST, more, sizeof more / sizeof *more), sizeof more / sizeof *more);
    struct anomaly_logs found = { .n = 1, .read = 40, .match[0] = { .line = { .wall_ms = MS(195), .priority = 3,
        .ident = "kernel", .text = "sda: I/O error, task3 waits" }, .log = "journal", .count = 1, .score = 0.6 } };
    assert_int_equal(look_logs_keep(x, FIRST, MS(200), &found), 0);
    index_close(x);
}

static const struct { const char *tool, *args; } calls[] = {
    { "current_state", "{}" },
    { "anomalies", "{}" }, { "anomalies", "{\"severity\":\"critical\"}" }, { "anomalies", "{\"from\":\"2026-11-22T01:30\"}" },
    { "query", "{\"metrics\":\"*\",\"from\":\"2026-11-22\"}" }, { "query", "{\"metrics\":\"*\",\"points\":200,\"limit\":40}" },
    { "query", "{\"metrics\":\"nothing.*\"}" }, { "query", "{\"metrics\":\"memory.used\",\"points\":1}" },
    { "list_metrics", "{}" }, { "list_metrics", "{\"metrics\":\"disk.*\",\"limit\":1}" },
    { "list_metrics", "{\"metrics\":\"nothing\"}" },
    { "compare", "{\"from\":\"2026-11-22T00:10\",\"to\":\"2026-11-22T00:20\"}" },
    { "compare", "{\"from\":\"2026-11-22T00:10\",\"to\":\"2026-11-22T00:20\",\"with_from\":\"2026-11-22T00:00\","
                 "\"with_to\":\"2026-11-22T00:09\",\"limit\":2}" },
    { "compare", "{\"from\":\"2020-01-01\",\"to\":\"2020-01-02\"}" },
    { "forecasts", "{}" }, { "forecasts", "{\"metrics\":\"memory.used\",\"horizon_min\":5,\"session\":\"" FIRST "\"}" },
    { "states", "{}" }, { "states", "{\"session\":\"" FIRST "\"}" }, { "states", "{\"from\":\"2026-11-22T00:00\"}" },
    { "processes", "{}" }, { "processes", "{\"at\":\"2026-11-22T00:03:10\",\"sort\":\"memory\",\"limit\":3}" },
    { "processes", "{\"at\":\"2020-01-01\",\"sort\":\"disk\"}" },
    { "events", "{\"from\":\"2026-11-22T00:00\"}" }, { "events", "{\"kind\":\"gap\",\"limit\":1,\"from\":\"2026-11-22T00:00\"}" },
    { "events", "{\"kind\":\"alert\"}" },
    { "ask", "{\"question\":\"how is the memory\"}" }, { "ask", "{\"question\":\"what is love\",\"utc_offset_min\":-840}" },
    { "ask", "{\"question\":\"what happened on 2026-11-22 from 00:00 to 00:10\"}" },
    { "ask", "{\"question\":\"what changed on 2026-11-22 from 00:00 to 00:10\"}" },
    { "ask", "{\"question\":\"did anything run out of memory on 2026-11-22\"}" },
    { "ask", "{\"question\":\"any alerts on 2026-11-22\"}" },
    { "doctor", "{}" },
};

static json_t *schema_of(json_t *tools, const char *tool)
{
    json_t *one;
    size_t i;
    json_array_foreach(json_object_get(tools, "tools"), i, one)
        if (strcmp(json_string_value(json_object_get(one, "name")), tool) == 0)
            return json_object_get(one, "outputSchema");
    fail_msg("there is no tool %s", tool);
    return NULL;
}

static const char *text_of(json_t *result)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(result, "content"), 0), "text"));
}

static void test_answers_are_as_described(void **state)
{
    (void)state;
    struct mcp_sample m;
    mcp_sample_init(&m, true);
    add_beside(&m);
    json_t *tools = mcp_sample_ask(&m, "tools/list", NULL);
    bool called[32] = { false };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        json_t *r = mcp_sample_call(&m, calls[i].tool, calls[i].args);
        if (!json_is_false(json_object_get(r, "isError")))
            fail_msg("%s %s: %s", calls[i].tool, calls[i].args, text_of(r));
        mcp_sample_fits(calls[i].tool, schema_of(tools, calls[i].tool), json_object_get(r, "structuredContent"));
        char *all = json_dumps(r, JSON_COMPACT);
        if (strlen(all) > ANSWER_BYTES || strlen(text_of(r)) < 20 || strlen(text_of(r)) > 6200)
            fail_msg("%s %s: %zu bytes, %zu of text", calls[i].tool, calls[i].args, strlen(all), strlen(text_of(r)));
        free(all);
        json_decref(r);
        for (size_t k = 0; k < json_array_size(json_object_get(tools, "tools")); k++)
            called[k] |= strcmp(calls[i].tool, json_string_value(json_object_get(json_array_get(
                                json_object_get(tools, "tools"), k), "name"))) == 0;
    }
    for (size_t k = 0; k < json_array_size(json_object_get(tools, "tools")); k++)
        assert_true(called[k]);
    json_decref(tools);
    mcp_sample_done(&m);
}

/* Every tool says that it only reads, and every argument what it is. */
static void test_tools_are_described(void **state)
{
    (void)state;
    struct mcp_sample m;
    const char *key;
    json_t *one, *arg;
    size_t i;
    mcp_sample_init(&m, true);
    json_t *tools = mcp_sample_ask(&m, "tools/list", NULL);
    json_array_foreach(json_object_get(tools, "tools"), i, one) {
        json_t *input = json_object_get(one, "inputSchema");
        assert_true(json_is_true(json_object_get(json_object_get(one, "annotations"), "readOnlyHint")));
        assert_true(strlen(json_string_value(json_object_get(one, "description"))) > 60);
        assert_true(json_is_string(json_object_get(one, "title")));
        assert_true(json_is_false(json_object_get(input, "additionalProperties")));
        json_object_foreach(json_object_get(input, "properties"), key, arg)
            assert_true(strlen(json_string_value(json_object_get(arg, "description"))) > 10);
    }
    json_decref(tools);
    mcp_sample_done(&m);
}

/* The kinds of events in the schema are those that there are. */
static void test_kinds_are_all(void **state)
{
    (void)state;
    struct mcp_sample m;
    char args[64];
    mcp_sample_init(&m, true);
    for (int k = 0; k < EVENT_KINDS; k++) {
        snprintf(args, sizeof args, "{\"kind\":\"%s\"}", event_kind_name((enum event_kind)k));
        json_decref(mcp_sample_call(&m, "events", args));
    }
    mcp_sample_done(&m);
}

static void test_numbers(void **state)
{
    (void)state;
    struct mcp_sample m;
    mcp_sample_init(&m, true);
    int slot = schema_find(m.f.m.s.schema, "memory.used", NULL);
    double sum = 0, max = 0;
    for (int i = 600; i < 660; i++) {
        sum += m.f.m.tick[i].v[slot];
        max = fmax(max, m.f.m.tick[i].v[slot]);
    }
    assert_int_equal(MS(600) % 86400000, 600000);
    json_t *r = mcp_sample_call(&m, "query", "{\"metrics\":\"memory.used\",\"from\":\"2026-11-22T00:10:00Z\","
                                             "\"to\":\"2026-11-22T00:10:59.999Z\",\"points\":4}");
    json_t *series = json_array_get(json_object_get(json_object_get(r, "structuredContent"), "series"), 0);
    assert_true(fabs(json_number_value(json_object_get(series, "mean")) - sum / 60) <= 1e-4 * sum / 60);
    assert_true(fabs(json_number_value(json_object_get(series, "max")) - max) <= 1e-4 * max);
    assert_int_equal(json_array_size(json_object_get(series, "points")), 4);
    json_decref(r);
    mcp_sample_done(&m);
}

/* Two times that are the same one are alike; a range and the one before it differ in what grows. */
static void test_compare(void **state)
{
    (void)state;
    struct mcp_sample m;
    mcp_sample_init(&m, true);
    json_t *r = mcp_sample_call(&m, "compare", "{\"from\":\"2026-11-22T00:10\",\"to\":\"2026-11-22T00:20\","
                                               "\"with_from\":\"2026-11-22T00:10\",\"with_to\":\"2026-11-22T00:20\"}");
    json_t *c = json_object_get(r, "structuredContent");
    assert_true(json_integer_value(json_object_get(c, "compared")) > 3);
    assert_int_equal(json_integer_value(json_object_get(c, "moved")), 0);
    assert_non_null(strstr(text_of(r), "both times were alike"));
    json_decref(r);
    r = mcp_sample_call(&m, "compare", "{\"from\":\"2026-11-22T00:10\",\"to\":\"2026-11-22T00:20\",\"limit\":1}");
    c = json_object_get(r, "structuredContent");
    assert_true(json_integer_value(json_object_get(c, "moved")) > 0);
    assert_int_equal(json_array_size(json_object_get(c, "metrics")), 1);
    json_decref(r);
    mcp_sample_done(&m);
}

static void test_anomaly(void **state)
{
    (void)state;
    struct mcp_sample m;
    mcp_sample_init(&m, true);
    add_beside(&m);
    json_t *r = mcp_sample_call(&m, "anomalies", "{}");
    json_t *a = json_array_get(json_object_get(json_object_get(r, "structuredContent"), "anomalies"), 0);
    assert_string_equal(json_string_value(json_object_get(a, "start")), "2026-11-22T00:03:20Z");
    assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(a, "causes"), 0), "metric")),
                        "disk.write");
    assert_int_equal(json_array_size(json_object_get(a, "busiest")), 3);
    json_t *line = json_array_get(json_object_get(a, "log_lines"), 0);
    assert_string_equal(json_string_value(json_object_get(line, "text")), "sda: I/O error, task3 waits");
    line = json_array_get(json_object_get(a, "changes"), 0);
    assert_string_equal(json_string_value(json_object_get(line, "text")), "file system /srv was mounted (ext4)");
    assert_non_null(strstr(text_of(r), "sda: I/O error"));
    assert_non_null(strstr(text_of(r), "busiest at the peak: task"));
    json_decref(r);
    mcp_sample_done(&m);
}

/* No answer has a name of a process or a line of a log where these are not to be told. */
static void test_names_are_hidden(void **state)
{
    (void)state;
    for (int shown = 0; shown < 2; shown++) {
        struct mcp_sample m;
        size_t told = 0;
        mcp_sample_init(&m, shown);
        add_beside(&m);
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
            json_t *r = mcp_sample_call(&m, calls[i].tool, calls[i].args);
            char *all = json_dumps(r, 0);
            bool names = strstr(all, "task") || strstr(all, "I/O error") || strstr(all, "secretd") ||
                strstr(all, "mesa");
            if (names && !shown)
                fail_msg("%s %s tells a name: %s", calls[i].tool, calls[i].args, all);
            told += names;
            free(all);
            json_decref(r);
        }
        assert_int_equal(told > 3, shown); /* or the test would prove nothing */
        json_t *r = mcp_sample_ask(&m, "resources/read", "{\"uri\":\"sonde://report\"}");
        char *all = json_dumps(r, 0);
        assert_int_equal(strstr(all, "task") != NULL, shown);
        assert_true(shown || (!strstr(all, "secretd") && !strstr(all, "I/O error")));
        free(all);
        json_decref(r);
        mcp_sample_done(&m);
    }
}

/* What the tool cannot do is an answer of the tool, with a remedy, and no error of the protocol. */
static void test_tools_say_what_is_wrong(void **state)
{
    (void)state;
    static const struct { const char *tool, *args, *says; } table[] = {
        { "query", "{\"metrics\":\"*\",\"from\":\"whenever\"}", "from is no time" },
        { "query", "{\"metrics\":\"*\",\"from\":\"2026-11-22T02:00\",\"to\":\"2026-11-22T01:00\"}", "later than to" },
        { "query", "{\"metrics\":\"*\",\"session\":\"session_20200101_000000\"}", "nothing was recorded there" },
        { "states", "{\"from\":\"2020-01-01\",\"to\":\"2020-01-01T00:05\"}", "nothing was recorded there" },
        { "compare", "{\"from\":\"2026-11-22T00:10\",\"to\":\"2026-11-22T00:20\",\"with_from\":\"2026-11-22T02:00\","
                     "\"with_to\":\"2026-11-22T01:00\"}", "with_from is later than with_to" },
        { "processes", "{\"at\":\"soon\"}", "at is no time" },
    };
    struct mcp_sample m;
    mcp_sample_init(&m, true);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        json_t *r = mcp_sample_call(&m, table[i].tool, table[i].args);
        assert_true(json_is_true(json_object_get(r, "isError")));
        assert_null(json_object_get(r, "structuredContent"));
        if (!strstr(text_of(r), table[i].says))
            fail_msg("%s %s says: %s", table[i].tool, table[i].args, text_of(r));
        json_decref(r);
    }
    mcp_sample_done(&m);
}

static void test_nothing_recorded(void **state)
{
    (void)state;
    struct config *c = config_new();
    struct mcp_sample m = { .f.api = api_new("/nonexistent/sonde", &(struct api_shown){ .config = c }) };
    m.mcp = mcp_new(&(struct mcp_options){ .api = m.f.api, .version = "1", .process_names = true });
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        json_t *r = mcp_sample_call(&m, calls[i].tool, calls[i].args);
        if (!strstr(text_of(r), "sonde record"))
            fail_msg("%s does not say what to do: %s", calls[i].tool, text_of(r));
        assert_int_equal(json_is_true(json_object_get(r, "isError")), strcmp(calls[i].tool, "doctor") != 0);
        json_decref(r);
    }
    mcp_free(m.mcp);
    api_free(m.f.api);
    config_free(c);
}

static void test_resources(void **state)
{
    (void)state;
    struct mcp_sample m;
    json_t *one;
    size_t i;
    mcp_sample_init(&m, true);
    add_beside(&m);
    json_t *list = mcp_sample_ask(&m, "resources/list", NULL);
    assert_int_equal(json_array_size(json_object_get(list, "resources")), 3);
    json_array_foreach(json_object_get(list, "resources"), i, one) {
        char params[100];
        const char *uri = json_string_value(json_object_get(one, "uri"));
        snprintf(params, sizeof params, "{\"uri\":\"%s\"}", uri);
        json_t *r = mcp_sample_ask(&m, "resources/read", params);
        json_t *c = json_array_get(json_object_get(r, "contents"), 0);
        const char *text = json_string_value(json_object_get(c, "text"));
        assert_string_equal(json_string_value(json_object_get(c, "uri")), uri);
        assert_true(strlen(text) > 50);
        if (strcmp(json_string_value(json_object_get(c, "mimeType")), "application/json") == 0) {
            json_t *inner = json_loads(text, 0, NULL);
            assert_non_null(inner);
            json_decref(inner);
        }
        json_decref(r);
    }
    json_decref(list);
    json_t *r = mcp_sample_ask(&m, "resources/read", "{\"uri\":\"sonde://session/" FIRST "\"}");
    const char *text = json_string_value(json_object_get(json_array_get(json_object_get(r, "contents"), 0), "text"));
    assert_non_null(strstr(text, "disk: writing rose"));
    json_decref(r);
    mcp_sample_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_as_described), cmocka_unit_test(test_tools_are_described),
        cmocka_unit_test(test_kinds_are_all), cmocka_unit_test(test_numbers), cmocka_unit_test(test_compare),
        cmocka_unit_test(test_anomaly),
        cmocka_unit_test(test_names_are_hidden), cmocka_unit_test(test_tools_say_what_is_wrong),
        cmocka_unit_test(test_nothing_recorded), cmocka_unit_test(test_resources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

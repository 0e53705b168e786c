/* The report as text and as JSON: expected files, empty parts, a reader's view of the JSON. */
#include "test.h"

#include "fake.h"
#include "golden.h"
#include "report_sample.h"

#include "base/auto.h"
#include "output/report_json.h"
#include "output/report_now.h"
#include "output/report_text.h"
#include "output/report_verdict.h"

#include <jansson.h>

static bool still_runs(const struct suspect *p)
{
    return p->pid == 812;
}

static bool has_ended(const struct suspect *p)
{
    return !still_runs(p);
}

/* A pid is named in advice only while it is known to be that process. */
static void no_advice_about_the_dead(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    const struct screen plain = screen_plain();
    auto_buf struct buf out = { 0 };
    report_text(&out, r, &plain, &(struct report_text_options){ .runs = has_ended });
    assert_non_null(strstr(out.p, "(pid 812) (ended): 2.50 GB"));
    assert_null(strstr(out.p, "kill"));
    assert_non_null(strstr(out.p, "Do: see who holds the memory"));
    buf_clear(&out);
    report_text(&out, r, &plain, &(struct report_text_options){ 0 });
    assert_null(strstr(out.p, "ended"));
    assert_null(strstr(out.p, "kill"));
    report_free(r);
    recording_free(rec);
}

static void golden_text(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    const struct screen plain = screen_plain(), rich = { .utf8 = true, .colour = true, .width = 80 };
    auto_buf struct buf a = { 0 }, b = { 0 };
    report_text(&a, r, &plain, &(struct report_text_options){ .forecast = true, .runs = still_runs });
    report_text(&b, r, &rich, &(struct report_text_options){ .runs = still_runs });
    report_free(r);
    recording_free(rec);
    golden_check("report/plain.txt", a.p, a.n);
    golden_check("report/rich.txt", b.p, b.n);
}

/* Small charts are for people: a terminal has them, in what letters it can, a pipe has not. */
static void charts(void **state)
{
    (void)state;
    static const struct { struct screen screen; const char *want; } cases[] = {
        { { .width = 80, .utf8 = true }, "92.0 %        \xe2\x96\x83\xe2\x96\x83" },
        { { .width = 80 }, "92.0 %        ----------=@@@@@\n" },
        { { .width = 80, .letters = true }, "30.0 .. 92.0 %\n" },
        { { .width = 60 }, "30.0 .. 92.0 %\n" }, /* no room */
    };
    struct recording *rec = sample_recording();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        auto_buf struct buf out = { 0 };
        report_now(&out, rec, &cases[i].screen);
        assert_non_null(strstr(out.p, cases[i].want));
        assert_non_null(strstr(out.p, "34.1 W\n")); /* power, which stands still */
    }
    recording_free(rec);
}

/* In ASCII no byte may move the cursor, and no line is wider than the screen. */
static void text_is_safe(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    const struct screen plain = screen_plain();
    auto_buf struct buf out = { 0 };
    report_text(&out, r, &plain, &(struct report_text_options){ 0 });
    size_t column = 0;
    for (size_t i = 0; i < out.n; i++) {
        assert_true(out.p[i] == '\n' || (out.p[i] >= ' ' && out.p[i] < 0x7f));
        column = out.p[i] == '\n' ? 0 : column + 1;
        assert_true(column <= SCREEN_WIDTH);
    }
    report_free(r);
    recording_free(rec);
}

/* The name that the archive has for it; else one made of its first instant. */
static void names_the_session(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = analyze_verdict(rec, &(struct analyze_options){ 0 });
    assert_string_equal(r->session, "session_20261122_103000");
    report_free(r);
    snprintf(rec->session, sizeof rec->session, "session_20261122_090000_2");
    r = analyze_verdict(rec, &(struct analyze_options){ 0 });
    assert_string_equal(r->session, "session_20261122_090000_2");
    report_free(r);
    recording_free(rec);
}

static void golden_json(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    auto_buf struct buf out = { 0 };
    report_json(&out, r);
    json_t *j = json_loadb(out.p, out.n, 0, NULL);
    assert_non_null(j);
    json_decref(j);
    report_free(r);
    recording_free(rec);
    golden_check("report/report.json", out.p, out.n);
}

static void assert_absent(const json_t *j, const char *part)
{
    char reason[64];
    snprintf(reason, sizeof reason, "%s_reason", part);
    assert_true(json_is_null(json_object_get(j, part)));
    assert_true(json_string_length(json_object_get(j, reason)) > 0);
}

/* A report about nothing: every part is there, as null with its reason,
 * and no number is invented. */
static void empty_json(void **state)
{
    (void)state;
    struct recording *rec = recording_new();
    struct report *r = mem_new(sizeof *r);
    r->rec = rec;
    r->host.memory_bytes = r->cpu_us_per_sample = r->rss_bytes = NAN;
    strcpy(r->anomalies_reason, "there are 0 samples, 10 are needed");
    strcpy(r->states.reason, r->anomalies_reason);
    strcpy(r->trends_reason, r->anomalies_reason);
    strcpy(r->insights_reason, r->anomalies_reason);
    auto_buf struct buf out = { 0 };
    report_json(&out, r);
    json_t *j = json_loadb(out.p, out.n, 0, NULL);
    assert_non_null(j);
    static const char *const parts[] = { "anomalies", "states", "trends", "insights", "workload", "forecast" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_absent(j, parts[i]);
    static const char *const host[] = { "hardware_id", "os", "cpu", "cores", "threads", "memory_bytes" };
    for (size_t i = 0; i < sizeof host / sizeof *host; i++)
        assert_absent(json_object_get(j, "host"), host[i]);
    assert_absent(json_object_get(j, "session"), "interval_s");
    assert_absent(json_object_get(j, "cost"), "cpu_us_per_sample");
    json_decref(j);
    buf_clear(&out);
    const struct screen plain = screen_plain();
    report_text(&out, r, &plain, &(struct report_text_options){ 0 });
    assert_memory_equal(out.p, "SHORT  0 samples are too few", 28);
    assert_non_null(strstr(out.p, "Findings\n  not known: there are 0 samples"));
    report_free(r);
    recording_free(rec);
}

/* The first few are told, the others counted; what is of no harm is in the JSON only. */
static void many_events(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    for (int i = 0; i < 7; i++)
        recording_add_event(rec, &(struct event){ .wall_ms = rec->wall_ms[30 + i], .end_ms = rec->wall_ms[30 + i],
            .kind = i == 6 ? EVENT_ADAPTER : EVENT_CLOCK, .severity = SEVERITY_NOTICE,
            .source = "sampler", .text = "it was set" });
    struct report *r = sample_report(rec);
    const struct screen plain = screen_plain();
    auto_buf struct buf text = { 0 }, json = { 0 };
    report_text(&text, r, &plain, &(struct report_text_options){ 0 });
    report_json(&json, r);
    assert_non_null(strstr(text.p, "10:30:20 2 ticks were missed\n"));
    assert_non_null(strstr(text.p, "and 3 more such events: --json lists them all\n"));
    json_t *j = json_loadb(json.p, json.n, 0, NULL);
    const json_t *events = json_object_get(json_object_get(j, "session"), "events");
    assert_int_equal(json_array_size(events), 8);
    assert_string_equal(json_string_value(json_object_get(json_array_get(events, 0), "end")),
                        "2026-11-22T10:30:22.000Z");
    assert_string_equal(json_string_value(json_object_get(json_array_get(events, 7), "kind")), "adapter");
    json_decref(j);
    report_free(r);
    recording_free(rec);
}

/* What changed before an episode, of the recording and of what else is known, is told with it; what came later not. */
static void changes_before(void **state)
{
    (void)state;
    struct recording *rec = fake_machine(400, 3);
    const struct screen plain = screen_plain();
    auto_buf struct buf text = { 0 }, json = { 0 };
    fake_set(rec, "cpu.util", 300, 360, 97);
    recording_add_event(rec, &(struct event){ .wall_ms = rec->wall_ms[280], .end_ms = rec->wall_ms[280],
        .kind = EVENT_CHANGE, .severity = SEVERITY_INFO, .source = "service", .text = "service a.service started" });
    recording_add_event(rec, &(struct event){ .wall_ms = rec->wall_ms[330], .end_ms = rec->wall_ms[330],
        .kind = EVENT_CHANGE, .severity = SEVERITY_INFO, .source = "service", .text = "service late.service started" });
    struct event kernel = { .wall_ms = rec->wall_ms[0] - 3600000, .kind = EVENT_CHANGE, .severity = SEVERITY_NOTICE,
                            .source = "version", .text = "kernel changed from 1 to 2" };
    struct report *r = analyze_verdict(rec, &(struct analyze_options){ .changes = &kernel, .n_changes = 1 });
    assert_true(r->n_anomalies >= 1);
    assert_int_equal(r->anomalies[0].n_changes, 2);
    assert_string_equal(r->anomalies[0].changes[0].text, "service a.service started");
    assert_string_equal(r->anomalies[0].changes[1].text, "kernel changed from 1 to 2");
    report_text(&text, r, &plain, &(struct report_text_options){ 0 });
    assert_non_null(strstr(text.p, "    before it, 10:04:40: service a.service started\n"));
    assert_null(strstr(text.p, "late.service"));
    report_json(&json, r);
    json_t *j = json_loadb(json.p, json.n, 0, NULL);
    json_t *first = json_array_get(json_object_get(json_object_get(j, "anomalies"), "items"), 0);
    const json_t *change = json_array_get(json_object_get(first, "changes"), 0);
    assert_string_equal(json_string_value(json_object_get(change, "time")), "2026-01-05T10:04:40.000Z");
    json_decref(j);
    report_free(r);
    recording_free(rec);
}

/* What was lost on the way is said. */
static void halved(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    const struct screen plain = screen_plain();
    auto_buf struct buf out = { 0 };
    report_text(&out, r, &plain, &(struct report_text_options){ 0 });
    assert_null(strstr(out.p, "max_buffer_memory_mb"));
    buf_clear(&out);
    rec->stride = 2;
    report_text(&out, r, &plain, &(struct report_text_options){ 0 });
    assert_non_null(strstr(out.p, "of every 2 samples one was kept"));
    report_free(r);
    recording_free(rec);
}

/* What processes do with a disk is a sum: a reader wrote nothing. */
static void reads_are_no_writes(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    r->anomalies[0].suspects[0].unit = UNIT_BYTE_PER_S;
    r->anomalies[0].suspects[0].amount = 100e6;
    const struct screen plain = screen_plain();
    auto_buf struct buf out = { 0 };
    report_text(&out, r, &plain, &(struct report_text_options){ 0 });
    assert_non_null(strstr(out.p, "100 MB/s read and written"));
    report_free(r);
    recording_free(rec);
}

static void verdicts(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    const struct screen plain = screen_plain();
    auto_buf struct buf out = { 0 };
    report_verdict(&out, r, &plain);
    assert_string_equal(
        out.p, "LOOK  memory used 3.77 GB, usual 1.23 GB, at 10:30:40, by evil?[2Jname; 1 more\n");
    static const struct {
        size_t anomalies, insights;
        enum severity anomaly, insight;
        size_t samples;
        const char *reason, *want;
        enum verdict_level level;
    } cases[] = {
        /* The most severe in front. */
        { 1, 1, SEVERITY_NOTICE, SEVERITY_WARNING, 60, "",
          "all tasks waited for memory 12.5 % of the time for 20 s; 1 more", VERDICT_LOOK },
        { 0, 1, SEVERITY_NOTICE, SEVERITY_WARNING, 60, "",
          "all tasks waited for memory 12.5 % of the time for 20 s", VERDICT_LOOK },
        { 0, 1, SEVERITY_NOTICE, SEVERITY_NOTICE, 60, "", "nothing unusual in 60 s", VERDICT_WELL },
        { 0, 0, SEVERITY_NOTICE, SEVERITY_NOTICE, 60, "nothing in it changes", "nothing changed in 60 s", VERDICT_WELL },
        { 0, 0, SEVERITY_NOTICE, SEVERITY_NOTICE, 4, "needs at least 10 samples, has 4",
          "4 samples are too few to say what is unusual (10 are needed)", VERDICT_UNKNOWN },
        { 0, 0, SEVERITY_NOTICE, SEVERITY_NOTICE, 1, "needs at least 10 samples, has 1",
          "1 sample is too few to say what is unusual (10 are needed)", VERDICT_UNKNOWN },
        { 0, 1, SEVERITY_NOTICE, SEVERITY_WARNING, 4, "needs at least 10 samples, has 4",
          "all tasks waited for memory 12.5 % of the time for 20 s", VERDICT_LOOK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        r->n_anomalies = cases[i].anomalies;
        r->n_insights = cases[i].insights;
        r->anomalies[0].severity = cases[i].anomaly;
        r->insights[0].severity = cases[i].insight;
        rec->n = cases[i].samples;
        strcpy(r->anomalies_reason, cases[i].reason);
        struct verdict v = report_judge(r);
        assert_string_equal(v.text, cases[i].want);
        assert_int_equal(v.level, cases[i].level);
    }
    rec->n = 60;
    r->n_insights = 0;
    *r->anomalies_reason = '\0';
    strcpy(r->insights_reason, "needs at least 10 s");
    struct verdict v = report_judge(r);
    assert_string_equal(v.text, "60 s is too short to say whether all is well");
    assert_int_equal(v.level, VERDICT_UNKNOWN);
    report_free(r);
    recording_free(rec);
}

/* The row names the device that stands highest at the end, and is about that one. */
static void rows_name_their_device(void **state)
{
    (void)state;
    static const struct { struct metric m; double v; } values[] = {
        { { .name = "fs.util", .inst = "/", .unit = UNIT_PERCENT }, 40 },
        { { .name = "fs.util", .inst = "/srv/data", .unit = UNIT_PERCENT }, 95 },
        { { .name = "cpu.core.temp", .inst = "3", .unit = UNIT_CELSIUS }, 50 },
        { { .name = "power.package", .inst = "0", .unit = UNIT_WATT }, 30 },
        { { .name = "power.package", .inst = "1", .unit = UNIT_WATT }, 12 },
    };
    enum { VALUES = sizeof values / sizeof *values };
    struct recording *rec = recording_new();
    double v[VALUES];
    schema_source(rec->schema, "x");
    for (int i = 0; i < VALUES; i++) {
        schema_add(rec->schema, &values[i].m);
        v[i] = values[i].v;
    }
    recording_add(rec, 1795343400000, 1000000000, v, VALUES);
    v[1] = NAN;
    recording_add(rec, 1795343401000, 2000000000, v, VALUES);
    struct now_row rows[NOW_ROWS];
    int n = report_now_rows(rec, rows);
    assert_int_equal(n, 3);
    assert_string_equal(rows[0].label, "fullest disk /srv/data");
    assert_string_equal(rows[0].metric, "fs.util{/srv/data}");
    assert_near(rows[0].value, 95, 0);
    assert_nan(rows[0].usual[0]);
    assert_string_equal(rows[1].label, "hottest core 3");
    assert_string_equal(rows[2].metric, "power.package");
    assert_near(rows[2].value, 42, 0);
    report_now_done(rows, n);
    recording_free(rec);
}

/* Two instants 10 s apart: the processors worked 12 s, of which 1 s was stolen, the processes `used`. */
static void numbers_of(struct buf *out, double used)
{
    struct recording *rec = recording_new();
    struct proctab t = { .mono_ns = 1000000000 };
    const struct screen plain = screen_plain();
    schema_source(rec->schema, "x");
    const struct metric m[] = {
        { .name = "cpu.time", .inst = "busy", .kind = KIND_COUNTER, .rate = "" },
        { .name = "cpu.time", .inst = "steal", .kind = KIND_COUNTER, .rate = "" },
        { .name = "process.cpu", .kind = KIND_COUNTER, .rate = "" },
    };
    for (int i = 0; i < 3; i++)
        schema_add(rec->schema, &m[i]);
    proctab_add(&t)->pid = 1;
    recording_add(rec, 1795343400000, t.mono_ns, (double[]){ 100, 5, 50 }, 3);
    recording_add_procs(rec, &t);
    t.mono_ns += 10000000000;
    struct proc *p = proctab_add_ended(&t);
    strcpy(p->name, "cc1");
    p->ended = 31;
    p->cpu_s = 5;
    recording_add(rec, 1795343410000, t.mono_ns, (double[]){ 112, 6, 50 + used }, 3);
    recording_add_procs(rec, &t);
    buf_clear(out);
    report_now(out, rec, &plain);
    proctab_done(&t);
    recording_free(rec);
}

static void what_nobody_can_be_named_for(void **state)
{
    (void)state;
    auto_buf struct buf out = { 0 };
    numbers_of(&out, 8);
    assert_non_null(strstr(out.p, "cc1 (31 of them, which ended), 50.0 % of a core"));
    assert_non_null(strstr(out.p, "unattributed      30.0 % of a core"));
    numbers_of(&out, 10.9);
    assert_null(strstr(out.p, "unattributed"));
    numbers_of(&out, 13); /* clock ticks are rounded: no line about less than nothing */
    assert_null(strstr(out.p, "unattributed"));
    numbers_of(&out, NAN);
    assert_null(strstr(out.p, "unattributed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_text), cmocka_unit_test(charts), cmocka_unit_test(no_advice_about_the_dead),
        cmocka_unit_test(text_is_safe), cmocka_unit_test(golden_json), cmocka_unit_test(names_the_session),
        cmocka_unit_test(empty_json), cmocka_unit_test(halved), cmocka_unit_test(reads_are_no_writes),
        cmocka_unit_test(verdicts), cmocka_unit_test(rows_name_their_device), cmocka_unit_test(many_events),
        cmocka_unit_test(changes_before),
        cmocka_unit_test(what_nobody_can_be_named_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The report as text and as JSON: expected files, empty parts, a reader's view of the JSON. */
#include "test.h"

#include "golden.h"
#include "report_sample.h"

#include "base/auto.h"
#include "output/report_json.h"
#include "output/report_text.h"
#include "output/report_verdict.h"

#include <jansson.h>

static void golden_text(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    struct report *r = sample_report(rec);
    const struct screen plain = screen_plain(), rich = { .utf8 = true, .colour = true, .width = 80 };
    auto_buf struct buf a = { 0 }, b = { 0 };
    report_text(&a, r, &plain, &(struct report_text_options){ .forecast = true });
    report_text(&b, r, &rich, &(struct report_text_options){ 0 });
    report_free(r);
    recording_free(rec);
    golden_check("report/plain.txt", a.p, a.n);
    golden_check("report/rich.txt", b.p, b.n);
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

/* A report about nothing: every part is there, as
 * null with its reason, and no number is invented. */
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
    assert_int_equal(strncmp(out.p, "SHORT  ", 7), 0);
    assert_non_null(strstr(out.p, "Findings\n  not known: there are 0 samples"));
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
    assert_string_equal(out.p, "LOOK  1 anomaly, 1 warning: memory, 10:30:40, by evil?[2Jname\n");
    buf_clear(&out);
    r->n_anomalies = 0;
    report_verdict(&out, r, &plain);
    assert_string_equal(
        out.p, "LOOK  1 warning: all tasks waited for memory 12.5 % of the time for 20 s\n");
    buf_clear(&out);
    r->insights[0].severity = SEVERITY_NOTICE;
    report_verdict(&out, r, &plain);
    assert_string_equal(out.p, "WELL  nothing unusual in 60 s\n");
    report_free(r);
    recording_free(rec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_text), cmocka_unit_test(text_is_safe), cmocka_unit_test(golden_json),
        cmocka_unit_test(empty_json), cmocka_unit_test(halved), cmocka_unit_test(reads_are_no_writes),
        cmocka_unit_test(verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

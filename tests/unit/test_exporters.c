/* CSV, JSON and JSON Lines: expected files, quoting, selection, no samples. */
#include "test.h"

#include "golden.h"
#include "report_sample.h"

#include "base/auto.h"
#include "output/exporter.h"

#include <jansson.h>

static void golden_files(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    rec->n = 3; /* enough to see, few enough to read */
    static const char *const format[] = { "csv", "json", "jsonl" };
    for (size_t i = 0; i < sizeof format / sizeof *format; i++) {
        auto_buf struct buf out = { 0 };
        char name[64];
        snprintf(name, sizeof name, "export/three.%s", format[i]);
        export_recording(&out, exporter_find(format[i]), rec, NULL);
        golden_check(name, out.p, out.n);
    }
    recording_free(rec);
}

/* Of one instant: Prometheus asks for the last. */
static void golden_prometheus(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    rec->n = 1;
    schema_add(rec->schema, &(struct metric){ .name = "disk.read", .inst = "a\"\\b\xfe", .unit = UNIT_BYTE,
                                              .kind = KIND_COUNTER, .help = "read\nat all" });
    int slot = schema_find(rec->schema, "disk.read", "a\"\\b\xfe");
    struct selection all = selection_of(rec->schema, NULL);
    struct frame f = { 0 };
    frame_fit(&f, rec->schema);
    for (int i = 0; i < slot; i++)
        frame_set(&f, i, recording_col(rec, i)[0]);
    frame_set(&f, slot, 4096);
    auto_buf struct buf out = { 0 };
    exporter_find("prometheus")->row(&out, &all, &f, 0);
    golden_check("export/one.prometheus", out.p, out.n);
    frame_done(&f);
    selection_done(&all);
    recording_free(rec);
}

static void selected(void **state)
{
    (void)state;
    struct recording *rec = sample_recording();
    rec->n = 1;
    auto_buf struct buf out = { 0 };
    export_recording(&out, exporter_find("csv"), rec, "cpu.*,battery.charge");
    assert_string_equal(out.p,
                        "timestamp,cpu.util,battery.charge{BAT0}\n2026-11-22T10:30:00.000Z,10,\n");
    recording_free(rec);
}

static void no_samples(void **state)
{
    (void)state;
    struct recording *rec = recording_new();
    auto_buf struct buf csv = { 0 }, json = { 0 }, jsonl = { 0 };
    export_recording(&csv, exporter_find("csv"), rec, NULL);
    export_recording(&json, exporter_find("json"), rec, NULL);
    export_recording(&jsonl, exporter_find("jsonl"), rec, NULL);
    assert_string_equal(csv.p, "timestamp\n");
    json_t *j = json_loadb(json.p, json.n, 0, NULL);
    assert_int_equal(json_array_size(j), 0);
    json_decref(j);
    assert_int_equal(jsonl.n, 0);
    assert_null(exporter_find("xml"));
    recording_free(rec);
}

/* A comma and quotes in an instance stay inside one RFC 4180 field. */
static void quoting(void **state)
{
    (void)state;
    struct recording *rec = recording_new();
    schema_source(rec->schema, "x");
    schema_add(rec->schema, &(struct metric){ .name = "a", .inst = "b,\"c\"" });
    auto_buf struct buf out = { 0 };
    export_recording(&out, exporter_find("csv"), rec, NULL);
    assert_string_equal(out.p, "timestamp,\"a{b,\"\"c\"\"}\"\n");
    recording_free(rec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_files), cmocka_unit_test(golden_prometheus), cmocka_unit_test(selected),
        cmocka_unit_test(no_samples), cmocka_unit_test(quoting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The --save-data file: shape, units, grouping by chip, what is unknown. */
#include "test.h"

#include "analyze/import/import.h"
#include "base/auto.h"
#include "output/seed_json.h"

#include <jansson.h>

static const struct { struct metric m; double v; } values[] = {
    { { .name = "cpu.util", .unit = UNIT_PERCENT }, 12.5 },
    { { .name = "cpu.core.util", .inst = "0", .unit = UNIT_PERCENT }, 20 },
    { { .name = "cpu.core.util", .inst = "1", .unit = UNIT_PERCENT }, 5 },
    { { .name = "cpu.freq", .unit = UNIT_HERTZ }, 2.4e9 },
    { { .name = "memory.total", .unit = UNIT_BYTE }, 4e9 },
    { { .name = "memory.util", .unit = UNIT_PERCENT }, 25 },
    { { .name = "fs.util", .inst = "/", .unit = UNIT_PERCENT }, 71 },
    { { .name = "fs.used", .inst = "/", .unit = UNIT_BYTE }, 7.1e9 },
    { { .name = "fs.free", .inst = "/", .unit = UNIT_BYTE }, 2.9e9 },
    { { .name = "fs.available", .inst = "/", .unit = UNIT_BYTE }, 2.4e9 },
    { { .name = "disk.read", .inst = "total", .unit = UNIT_BYTE, .kind = KIND_COUNTER, .rate = "" }, 4096 },
    { { .name = "net.errors.recv", .inst = "total", .kind = KIND_COUNTER, .rate = "" }, 3 },
    { { .name = "sensor.temp", .inst = "pci-1/k10temp/Tctl", .unit = UNIT_CELSIUS }, 48 },
    { { .name = "sensor.temp", .inst = "pci-2/nvme/Composite", .unit = UNIT_CELSIUS }, 35 },
    { { .name = "sensor.temp", .inst = "pci-1/k10temp/Tccd1", .unit = UNIT_CELSIUS }, 44 },
    { { .name = "sensor.temp.critical", .inst = "pci-1/k10temp/Tccd1", .unit = UNIT_CELSIUS }, 95 },
    { { .name = "battery.charge", .inst = "BAT0", .unit = UNIT_PERCENT }, 60 },
    { { .name = "ac.online", .inst = "AC" }, NAN },
    { { .name = "ac.online", .inst = "USBC" }, 1 },
    { { .name = "power.package", .inst = "0", .unit = UNIT_WATT }, 34.5 },
    { { .name = "process.count" }, 120 },
};

enum { VALUES = sizeof values / sizeof *values };

static json_t *seed_of(struct recording *rec)
{
    auto_buf struct buf out = { 0 };
    seed_json(&out, rec);
    json_t *j = json_loadb(out.p, out.n, 0, NULL);
    assert_non_null(j);
    return j;
}

static struct recording *seed_recording(void)
{
    struct recording *rec = recording_new();
    double v[VALUES];
    schema_source(rec->schema, "all");
    for (int i = 0; i < VALUES; i++) {
        assert_int_equal(schema_add(rec->schema, &values[i].m), i);
        v[i] = values[i].v;
    }
    recording_add(rec, 1795343400000, 1000000000, v, VALUES);
    struct proctab before = { .mono_ns = 1000000000 }, now = { .mono_ns = 2000000000 };
    *proctab_add(&before) = *proctab_add(&now) = (struct proc){
        .pid = 812, .name = "stress-ng", .cpu_s = 1, .rss_bytes = 1e9 };
    now.p[0].cpu_s = 1.5;
    recording_add_procs(rec, &before);
    v[0] = NAN;
    recording_add(rec, 1795343401000, 2000000000, v, VALUES);
    recording_add_procs(rec, &now);
    proctab_done(&before);
    proctab_done(&now);
    return rec;
}

/* "disk/disk_io/read_bytes": the member below a sample. */
static const json_t *at(const json_t *j, const char *path)
{
    char key[64];
    while (j && *path) {
        size_t n = strcspn(path, "|");
        snprintf(key, sizeof key, "%.*s", (int)n, path);
        j = json_object_get(j, key);
        path += n + (path[n] != '\0');
    }
    return j;
}

static void members(void **state)
{
    (void)state;
    struct recording *rec = seed_recording();
    json_t *j = seed_of(rec);
    assert_int_equal(json_array_size(j), 2);
    assert_int_equal(seed_json_metrics(rec), VALUES - 1); /* fs.free has no place */
    const json_t *s = json_array_get(j, 0);
    static const struct { const char *path; double want; } cases[] = {
        { "cpu|cpu_percent", 12.5 }, { "cpu|cpu_freq|current", 2400 }, { "cpu|cpu_count", 2 },
        { "memory|virtual_memory|total", 4e9 }, { "memory|virtual_memory|percent", 25 },
        { "disk|disk_usage|/|percent", 71 },
        { "disk|disk_usage|/|used", 7.1e9 }, { "disk|disk_usage|/|free", 2.4e9 }, { "disk|disk_io|read_bytes", 4096 },
        { "network|network_io|errin", 3 }, { "power|package{0}", 34.5 }, { "processes|total_processes", 120 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(json_number_value(at(s, cases[i].path)), cases[i].want, 0);
    static const char *const unknown[] = {
        "cpu|cpu_freq|min", "memory|swap_memory|total", "disk|disk_io|write_bytes", "network|network_connections",
        "fans", "battery|secsleft",
    };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_true(json_is_null(at(s, unknown[i])));
    assert_string_equal(json_string_value(at(s, "timestamp")), "2026-11-22T10:30:00.000Z");
    assert_int_equal(json_array_size(at(s, "cpu|cpu_per_core")), 2);
    assert_true(json_is_null(at(json_array_get(j, 1), "cpu|cpu_percent")));
    json_decref(j);
    recording_free(rec);
}

/* Sensors of one chip stand together, also when another's came between them. */
static void chips(void **state)
{
    (void)state;
    struct recording *rec = seed_recording();
    json_t *j = seed_of(rec);
    const json_t *t = at(json_array_get(j, 0), "temperature");
    assert_int_equal(json_object_size(t), 2);
    const json_t *chip = json_object_get(t, "pci-1/k10temp");
    assert_int_equal(json_array_size(chip), 2);
    assert_string_equal(json_string_value(at(json_array_get(chip, 1), "label")), "Tccd1");
    assert_near(json_number_value(at(json_array_get(chip, 1), "current")), 44, 0);
    assert_near(json_number_value(at(json_array_get(chip, 1), "critical")), 95, 0);
    assert_true(json_is_null(at(json_array_get(chip, 0), "critical")));
    assert_true(json_is_true(at(json_array_get(j, 0), "battery|power_plugged")));
    json_decref(j);
    recording_free(rec);
}

static void processes(void **state)
{
    (void)state;
    struct recording *rec = seed_recording();
    json_t *j = seed_of(rec);
    const json_t *top = at(json_array_get(j, 1), "processes|top_processes");
    assert_int_equal(json_array_size(top), 1);
    assert_string_equal(json_string_value(at(json_array_get(top, 0), "name")), "stress-ng");
    assert_near(json_number_value(at(json_array_get(top, 0), "cpu_percent")), 50, 1e-9);
    assert_near(json_number_value(at(json_array_get(top, 0), "memory_percent")), 25, 1e-9);
    json_decref(j);
    recording_free(rec);
}

/* `analyze` understands the file: the same metrics, units converted back, the same times. */
static void read_back(void **state)
{
    (void)state;
    struct recording *rec = seed_recording(), *again = NULL;
    auto_buf struct buf out = { 0 };
    char message[IMPORT_MESSAGE] = "";
    seed_json(&out, rec);
    assert_int_equal(import_memory("saved.json", out.p, out.n, &again, message, sizeof message), 0);
    assert_int_equal(again->n, 2);
    assert_true(again->wall_ms[1] == rec->wall_ms[1]);
    static const struct { const char *name, *inst; } same[] = {
        { "cpu.util", NULL }, { "cpu.core.util", "1" }, { "memory.total", NULL }, { "memory.util", NULL },
        { "fs.util", "/" }, { "disk.read", "total" }, { "process.count", NULL },
        { "fs.used", "/" }, { "power.package", "0" }, { "sensor.temp", "pci-1/k10temp/Tctl" },
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        const double *was = recording_find(rec, same[i].name, same[i].inst);
        const double *now = recording_find(again, same[i].name, same[i].inst);
        if (!now)
            fail_msg("%s was lost", same[i].name);
        assert_near(now[0], was[0], 1e-9);
    }
    assert_nan(recording_find(again, "cpu.util", NULL)[1]);
    recording_free(again);
    recording_free(rec);
}

static void nothing(void **state)
{
    (void)state;
    struct recording *rec = recording_new();
    json_t *j = seed_of(rec);
    assert_int_equal(json_array_size(j), 0);
    json_decref(j);
    recording_free(rec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members), cmocka_unit_test(chips), cmocka_unit_test(processes), cmocka_unit_test(read_back),
        cmocka_unit_test(nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

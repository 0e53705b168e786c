/*
 * import_json.c - reads the JSON that --save-data writes: a list of samples of nested objects, or
 * an object with that list as "samples".
 *
 * One table says where a number stands and which metric it is; what is missing, null or of another
 * type is "not known". Lists become instances: of cores by number, of sensors by chip and label.
 */
#include "analyze/import/import_reader.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

struct place {
    const char *path; /* keys from the sample on, separated by blanks */
    const char *name, *inst;
    enum unit unit;
    enum kind kind;
    double scale;
};

static const struct place places[] = {
    { "cpu cpu_percent",                         "cpu.util",             NULL,    UNIT_PERCENT, KIND_GAUGE,   1 },
    { "cpu cpu_freq current",                    "cpu.freq",             NULL,    UNIT_HERTZ,   KIND_GAUGE,   1e6 },
    { "cpu cpu_stats ctx_switches",              "cpu.context_switches", NULL,    UNIT_NONE,    KIND_COUNTER, 1 },
    { "cpu cpu_stats interrupts",                "cpu.interrupts",       NULL,    UNIT_NONE,    KIND_COUNTER, 1 },
    { "memory virtual_memory total",             "memory.total",         NULL,    UNIT_BYTE,    KIND_GAUGE,   1 },
    { "memory virtual_memory available",         "memory.available",     NULL,    UNIT_BYTE,    KIND_GAUGE,   1 },
    { "memory virtual_memory used",              "memory.used",          NULL,    UNIT_BYTE,    KIND_GAUGE,   1 },
    { "memory virtual_memory percent",           "memory.util",          NULL,    UNIT_PERCENT, KIND_GAUGE,   1 },
    { "memory swap_memory total",                "swap.total",           NULL,    UNIT_BYTE,    KIND_GAUGE,   1 },
    { "memory swap_memory used",                 "swap.used",            NULL,    UNIT_BYTE,    KIND_GAUGE,   1 },
    { "memory swap_memory percent",              "swap.util",            NULL,    UNIT_PERCENT, KIND_GAUGE,   1 },
    { "disk disk_usage total",                   "fs.total",             "/",     UNIT_BYTE,    KIND_GAUGE,   1 },
    { "disk disk_usage used",                    "fs.used",              "/",     UNIT_BYTE,    KIND_GAUGE,   1 },
    { "disk disk_usage free",                    "fs.available",         "/",     UNIT_BYTE,    KIND_GAUGE,   1 },
    { "disk disk_usage percent",                 "fs.util",              "/",     UNIT_PERCENT, KIND_GAUGE,   1 },
    { "disk disk_io read_bytes",                 "disk.read",            "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "disk disk_io write_bytes",                "disk.write",           "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "disk disk_io read_count",                 "disk.reads",           "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "disk disk_io write_count",                "disk.writes",          "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "network network_io bytes_recv",           "net.recv",             "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "network network_io bytes_sent",           "net.send",             "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "network network_io packets_recv",         "net.recv.packets",     "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "network network_io packets_sent",         "net.send.packets",     "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "network network_connections",             "net.connections",      "established", UNIT_NONE, KIND_GAUGE, 1 },
    { "battery percent",                         "battery.charge",       NULL,    UNIT_PERCENT, KIND_GAUGE,   1 },
    { "processes total_processes",               "process.count",        NULL,    UNIT_NONE,    KIND_GAUGE,   1 },
};

struct row {
    struct schema *s;
    double *v;
    int cap;
};

/* A number, or the length of a list, or NaN. */
static double json_amount(const json_t *j)
{
    if (json_is_array(j))
        return (double)json_array_size(j);
    return json_is_number(j) ? json_number_value(j) : NAN;
}

/* Borrowed, NULL where the path does not lead anywhere. */
static const json_t *json_at(const json_t *j, const char *path)
{
    char key[64];
    for (int used; j && sscanf(path, " %63s%n", key, &used) == 1; path += used)
        j = json_object_get(j, key);
    return j;
}

static void row_put(struct row *r, const struct metric *m, double v)
{
    if (!isfinite(v) ||
        strlen(m->name) + (m->inst ? strlen(m->inst) : 0) + sizeof ".rate{}" > SCHEMA_MAX_NAME)
        return;
    if (schema_size(r->s) >= IMPORT_MAX_COLUMNS && schema_find(r->s, m->name, m->inst) < 0)
        return;
    int slot = schema_add(r->s, m);
    if (schema_size(r->s) > r->cap) {
        int old = r->cap;
        r->cap = 2 * schema_size(r->s);
        r->v = mem_resize(r->v, (size_t)r->cap * sizeof *r->v);
        for (int i = old; i < r->cap; i++)
            r->v[i] = NAN;
    }
    r->v[slot] = v;
}

static void row_cores(struct row *r, const json_t *sample)
{
    size_t i;
    json_t *core;
    json_array_foreach(json_at(sample, "cpu cpu_per_core"), i, core) {
        char inst[24];
        snprintf(inst, sizeof inst, "%zu", i);
        row_put(r, &(struct metric){ .name = "cpu.core.util", .inst = inst, .unit = UNIT_PERCENT }, json_amount(core));
    }
}

/* {chip: [{label, current}]} */
static void row_sensors(struct row *r, json_t *chips, const char *name, enum unit unit)
{
    const char *chip;
    json_t *list, *sensor;
    json_object_foreach(chips, chip, list) {
        size_t i;
        json_array_foreach(list, i, sensor) {
            const char *label = json_string_value(json_object_get(sensor, "label"));
            char raw[160], inst[160];
            if (label && *label)
                snprintf(raw, sizeof raw, "%.70s/%.70s", chip, label);
            else
                snprintf(raw, sizeof raw, "%.70s/%zu", chip, i + 1);
            text_copy(inst, sizeof inst, raw);
            row_put(r, &(struct metric){ .name = name, .inst = inst, .unit = unit },
                    json_amount(json_object_get(sensor, "current")));
        }
    }
}

/* {mount: {total, used, free, percent}}; the numbers of "/" may also stand there directly. */
static void row_mounts(struct row *r, json_t *mounts)
{
    static const struct { const char *key, *name; enum unit unit; } parts[] = {
        { "total", "fs.total", UNIT_BYTE }, { "used", "fs.used", UNIT_BYTE }, { "free", "fs.available", UNIT_BYTE },
        { "percent", "fs.util", UNIT_PERCENT },
    };
    const char *mount;
    json_t *usage;
    json_object_foreach(mounts, mount, usage) {
        char inst[160];
        text_copy(inst, sizeof inst, mount);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            row_put(r, &(struct metric){ .name = parts[i].name, .inst = inst, .unit = parts[i].unit },
                    json_amount(json_object_get(usage, parts[i].key)));
    }
}

/* {"package{0}": watts} */
static void row_power(struct row *r, json_t *domains)
{
    const char *domain;
    json_t *watts;
    json_object_foreach(domains, domain, watts) {
        char name[160], inst[80] = "";
        snprintf(name, sizeof name, "power.%.70s", domain);
        char *brace = strchr(name, '{'), *end = strrchr(name, '}');
        if (brace && end && end > brace) {
            *brace = *end = '\0';
            text_copy(inst, sizeof inst, brace + 1);
        }
        row_put(r, &(struct metric){ .name = name, .inst = *inst ? inst : NULL, .unit = UNIT_WATT },
            json_amount(watts));
    }
}

static void row_fill(struct row *r, const json_t *sample)
{
    for (int i = 0; i < r->cap; i++)
        r->v[i] = NAN;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct place *p = &places[i];
        double v = json_amount(json_at(sample, p->path)) * p->scale;
        row_put(r, &(struct metric){ .name = p->name, .inst = p->inst, .unit = p->unit, .kind = p->kind }, v);
    }
    row_cores(r, sample);
    row_mounts(r, json_object_get(json_object_get(sample, "disk"), "disk_usage"));
    row_power(r, json_object_get(sample, "power"));
    row_sensors(r, json_object_get(sample, "temperature"), "sensor.temp", UNIT_CELSIUS);
    row_sensors(r, json_object_get(sample, "fans"), "sensor.fan", UNIT_RPM);
}

static bool sample_time(const json_t *sample, int64_t *out_ms)
{
    const json_t *t = json_object_get(sample, "timestamp");
    if (json_is_number(t))
        return import_time_number(json_number_value(t), out_ms);
    return json_is_string(t) && import_time(json_string_value(t), out_ms);
}

static int import_samples(struct import *in, const json_t *list)
{
    struct row r = { .s = in->rec->schema };
    size_t i;
    json_t *sample;
    int rc = 0;
    if (!json_is_array(list))
        return import_fail(in, -EINVAL,
                           "no list of samples in it; give a file that --save-data wrote");
    json_array_foreach(list, i, sample) {
        char where[40];
        int64_t wall_ms;
        snprintf(where, sizeof where, "sample %zu", i + 1);
        if (!sample_time(sample, &wall_ms)) {
            rc = import_fail(in, -EINVAL,
                             "%s: no \"timestamp\"; every sample needs one, in ISO 8601", where);
            break;
        }
        row_fill(&r, sample);
        rc = import_row(in, wall_ms, r.v, schema_size(r.s) < r.cap ? schema_size(r.s) : r.cap,
                        where);
        if (rc < 0)
            break;
    }
    mem_free(r.v);
    if (rc == 0 && in->rec->n == 0)
        return import_fail(in, -EINVAL, "no sample in it; there is nothing to look at");
    return rc;
}

/* The whole file. */
static int json_slurp(struct import *in, struct buf *out)
{
    char block[65536];
    long n;
    while ((n = import_read(in, block, sizeof block)) > 0) {
        if (out->n + (size_t)n > IMPORT_MAX_JSON)
            return import_fail(in, -E2BIG, "longer than %u MiB; save a shorter run, or --export-csv",
                               IMPORT_MAX_JSON >> 20);
        if (buf_reserve(out, (size_t)n) < 0)
            return import_fail(in, -ENOMEM, "no memory for %zu bytes of text; save a shorter run", out->n);
        buf_put(out, block, (size_t)n);
    }
    return n < 0 ? import_fail(in, (int)n, "cannot be read") : 0;
}

int import_json(struct import *in)
{
    auto_buf struct buf text = { 0 };
    json_error_t error;
    int rc = json_slurp(in, &text);
    if (rc < 0)
        return rc;
    size_t mark = text.n >= 3 && !memcmp(text.p, "\xef\xbb\xbf", 3) ? 3 : 0;
    errno = 0;
    json_t *root = json_loadb(text.p + mark, text.n - mark, 0, &error);
    if (!root && errno == ENOMEM) /* jansson may call that a mistake in the text */
        return import_fail(in, -ENOMEM, "no memory for its %zu bytes as a tree; save a shorter run", text.n);
    if (!root)
        return import_fail(in, -EINVAL, "%d:%d: not JSON: %s", error.line, error.column,
                           error.text);
    buf_done(&text);
    const json_t *list = json_is_object(root) ? json_object_get(root, "samples") : root;
    rc = import_samples(in, list);
    json_decref(root);
    return rc;
}

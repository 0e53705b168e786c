/*
 * seed_json.c - samples in the shape of telemetry_data_*.json.
 *
 * The members are those of psutil, which wrote such files: counters are totals since the boot,
 * frequencies MHz, times of requests ms, free space what an ordinary user may still fill. Members
 * that hold one metric each come from tables.
 */
#include "output/seed_json.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

#define CHIP_MAX SCHEMA_MAX_NAME

struct seed {
    struct json *j;
    const struct recording *rec;
    size_t i;   /* the tick */
    bool *used; /* which metrics were asked for; NULL where nobody wants to know */
};

struct member {
    const char *key, *name, *inst;
    double scale; /* of the metric's unit to the file's */
};

static const struct member seed_freq[] = {
    { "current", "cpu.freq", NULL, 1e-6 }, { "min", "cpu.freq.min", NULL, 1e-6 },
    { "max", "cpu.freq.max", NULL, 1e-6 }, { 0 },
};
static const struct member seed_stats[] = {
    { "ctx_switches", "cpu.context_switches", NULL, 1 }, { "interrupts", "cpu.interrupts", NULL, 1 }, { 0 },
};
static const struct member seed_virtual[] = {
    { "total", "memory.total", NULL, 1 }, { "available", "memory.available", NULL, 1 },
    { "used", "memory.used", NULL, 1 }, { "free", "memory.free", NULL, 1 },
    { "percent", "memory.util", NULL, 1 }, { 0 },
};
static const struct member seed_swap[] = {
    { "total", "swap.total", NULL, 1 }, { "used", "swap.used", NULL, 1 }, { "percent", "swap.util", NULL, 1 }, { 0 },
};
static const struct member seed_disk_io[] = {
    { "read_count", "disk.reads", "total", 1 }, { "write_count", "disk.writes", "total", 1 },
    { "read_bytes", "disk.read", "total", 1 }, { "write_bytes", "disk.write", "total", 1 },
    { "busy_time", "disk.busy", "total", 1000 }, { 0 },
};
static const struct member seed_network_io[] = {
    { "bytes_sent", "net.send", "total", 1 }, { "bytes_recv", "net.recv", "total", 1 },
    { "packets_sent", "net.send.packets", "total", 1 }, { "packets_recv", "net.recv.packets", "total", 1 },
    { "errin", "net.errors.recv", "total", 1 }, { "errout", "net.errors.send", "total", 1 },
    { "dropin", "net.drops.recv", "total", 1 }, { "dropout", "net.drops.send", "total", 1 }, { 0 },
};
static const struct member seed_mount[] = {
    { "total", "fs.total", NULL, 1 }, { "used", "fs.used", NULL, 1 }, { "free", "fs.available", NULL, 1 },
    { "percent", "fs.util", NULL, 1 }, { 0 },
};

static double seed_at(const struct seed *s, int slot)
{
    const double *col = recording_col(s->rec, slot);
    if (col && s->used)
        s->used[slot] = true;
    return col ? col[s->i] : NAN;
}

static double seed_value(const struct seed *s, const char *name, const char *inst)
{
    return seed_at(s, schema_find(s->rec->schema, name, inst));
}

/* One metric for each member; inst, where given, stands for all of them. */
static void seed_members(const struct seed *s, const struct member *m, const char *inst)
{
    for (; m->key; m++)
        json_double(s->j, m->key, m->scale * seed_value(s, m->name, inst ? inst : m->inst));
}

static void seed_object(const struct seed *s, const char *key, const struct member *m,
                        const char *inst)
{
    json_object(s->j, key);
    seed_members(s, m, inst);
    json_end(s->j);
}

static const char *seed_inst(const struct seed *s, int slot)
{
    const char *inst = schema_at(s->rec->schema, slot)->inst;
    return inst ? inst : "";
}

static void seed_cpu(const struct seed *s)
{
    int cores = 0;
    json_object(s->j, "cpu");
    json_double(s->j, "cpu_percent", seed_value(s, "cpu.util", NULL));
    json_array(s->j, "cpu_per_core");
    for (int k = -1; (k = schema_next(s->rec->schema, "cpu.core.util", k)) >= 0;) {
        json_double(s->j, NULL, seed_at(s, k));
        cores++;
    }
    json_end(s->j);
    seed_object(s, "cpu_freq", seed_freq, NULL);
    json_double(s->j, "cpu_count", cores ? cores : NAN);
    seed_object(s, "cpu_stats", seed_stats, NULL);
    json_end(s->j);
}

static void seed_memory(const struct seed *s)
{
    json_object(s->j, "memory");
    seed_object(s, "virtual_memory", seed_virtual, NULL);
    json_object(s->j, "swap_memory");
    seed_members(s, seed_swap, NULL);
    json_double(s->j, "free", seed_value(s, "swap.total", NULL) - seed_value(s, "swap.used", NULL));
    json_end(s->j);
    json_end(s->j);
}

static void seed_disk(const struct seed *s)
{
    json_object(s->j, "disk");
    json_object(s->j, "disk_usage");
    for (int k = -1; (k = schema_next(s->rec->schema, "fs.util", k)) >= 0;)
        seed_object(s, seed_inst(s, k), seed_mount, seed_inst(s, k));
    json_end(s->j);
    seed_object(s, "disk_io", seed_disk_io, NULL);
    json_end(s->j);
}

static void seed_network(const struct seed *s)
{
    json_object(s->j, "network");
    seed_object(s, "network_io", seed_network_io, NULL);
    json_double(s->j, "network_connections", seed_value(s, "net.connections", "established"));
    json_end(s->j);
}

/* An instance of a sensor is "chip/label"; the label is what follows the last slash. */
static const char *seed_label(const char *inst)
{
    const char *slash = strrchr(inst, '/');
    return slash ? slash + 1 : inst;
}

static void seed_chip(const char *inst, char out[static CHIP_MAX])
{
    const char *slash = strrchr(inst, '/');
    snprintf(out, CHIP_MAX, "%.*s", slash ? (int)(slash - inst) : (int)strlen(inst), inst);
}

static bool seed_chip_done(const struct seed *s, const char *family, int slot, const char *chip)
{
    char other[CHIP_MAX];
    for (int k = -1; (k = schema_next(s->rec->schema, family, k)) >= 0 && k < slot;) {
        seed_chip(seed_inst(s, k), other);
        if (strcmp(other, chip) == 0)
            return true;
    }
    return false;
}

static void seed_sensor(const struct seed *s, int slot, bool limits)
{
    const char *inst = seed_inst(s, slot);
    json_object(s->j, NULL);
    json_string(s->j, "label", seed_label(inst));
    json_double(s->j, "current", seed_at(s, slot));
    if (limits) {
        json_null(s->j, "high"); /* only the critical one is read */
        json_double(s->j, "critical", seed_value(s, "sensor.temp.critical", inst));
    }
    json_end(s->j);
}

/* Sensors of a family, grouped by chip: {chip: [{label, current ...}]}; null without any. */
static void seed_sensors(const struct seed *s, const char *key, const char *family, bool limits)
{
    int slot = schema_next(s->rec->schema, family, -1);
    if (slot < 0) {
        json_null(s->j, key);
        return;
    }
    json_object(s->j, key);
    for (; slot >= 0; slot = schema_next(s->rec->schema, family, slot)) {
        char chip[CHIP_MAX], other[CHIP_MAX];
        seed_chip(seed_inst(s, slot), chip);
        if (seed_chip_done(s, family, slot, chip))
            continue;
        json_array(s->j, chip);
        for (int k = slot; k >= 0; k = schema_next(s->rec->schema, family, k)) {
            seed_chip(seed_inst(s, k), other);
            if (strcmp(chip, other) == 0)
                seed_sensor(s, k, limits);
        }
        json_end(s->j);
    }
    json_end(s->j);
}

/* Does any power adapter give power? null where none says so. */
static void seed_plugged(const struct seed *s)
{
    double online = NAN;
    for (int k = -1; (k = schema_next(s->rec->schema, "ac.online", k)) >= 0;)
        online = fmax(online, seed_at(s, k)); /* the known one of the two, where one is NaN */
    if (isnan(online))
        json_null(s->j, "power_plugged");
    else
        json_bool(s->j, "power_plugged", online > 0);
}

static void seed_battery(const struct seed *s)
{
    int slot = schema_next(s->rec->schema, "battery.charge", -1);
    if (slot < 0) {
        json_null(s->j, "battery");
        return;
    }
    json_object(s->j, "battery");
    json_double(s->j, "percent", seed_at(s, slot));
    json_double(s->j, "secsleft",
                seed_value(s, "battery.time_left", schema_at(s->rec->schema, slot)->inst));
    seed_plugged(s);
    json_end(s->j);
}

/* Watts by the name of their metric: "package{0}". */
static void seed_power(const struct seed *s)
{
    static const char prefix[] = "power.";
    bool any = false;
    for (int slot = 0; slot < schema_size(s->rec->schema); slot++) {
        const struct metric *m = schema_at(s->rec->schema, slot);
        if (m->unit != UNIT_WATT || strncmp(m->name, prefix, sizeof prefix - 1) != 0)
            continue;
        if (!any)
            json_object(s->j, "power");
        any = true;
        json_double(s->j, schema_id(s->rec->schema, slot) + sizeof prefix - 1, seed_at(s, slot));
    }
    if (any)
        json_end(s->j);
    else
        json_null(s->j, "power");
}

static void seed_processes(const struct seed *s)
{
    size_t n;
    const struct proc_use *p = recording_procs(s->rec, s->i, &n);
    double total = seed_value(s, "memory.total", NULL);
    json_object(s->j, "processes");
    json_double(s->j, "total_processes", seed_value(s, "process.count", NULL));
    json_array(s->j, "top_processes");
    for (size_t k = 0; k < n; k++) {
        json_object(s->j, NULL);
        json_int(s->j, "pid", p[k].pid);
        json_string(s->j, "name", p[k].name);
        json_double(s->j, "cpu_percent", p[k].cpu_percent);
        json_double(s->j, "memory_percent", 100 * p[k].rss_bytes / total);
        json_end(s->j);
    }
    json_end(s->j);
    json_end(s->j);
}

static void seed_sample(const struct seed *s)
{
    json_object(s->j, NULL);
    json_time(s->j, "timestamp", s->rec->wall_ms[s->i]);
    seed_cpu(s);
    seed_memory(s);
    seed_disk(s);
    seed_network(s);
    seed_sensors(s, "temperature", "sensor.temp", true);
    seed_sensors(s, "fans", "sensor.fan", false);
    seed_battery(s);
    seed_power(s);
    seed_processes(s);
    json_end(s->j);
}

void seed_json(struct buf *out, const struct recording *rec)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < rec->n; i++) {
        struct json j;
        buf_puts(out, i ? ",\n" : "\n");
        json_init(&j, out);
        seed_sample(&(struct seed){ &j, rec, i, NULL });
    }
    buf_puts(out, "\n]\n");
}

int seed_json_metrics(const struct recording *rec)
{
    int n = 0, size = schema_size(rec->schema);
    if (!rec->n)
        return 0;
    bool *used = mem_new((size_t)(size + 1) * sizeof *used);
    auto_buf struct buf scratch = { 0 };
    struct json j;
    json_init(&j, &scratch);
    seed_sample(&(struct seed){ &j, rec, 0, used });
    for (int slot = 0; slot < size; slot++)
        n += used[slot];
    mem_free(used);
    return n;
}

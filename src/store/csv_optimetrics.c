/* csv_optimetrics.c - the columns of OptiMetrics, and which metrics of ours they are. */
#include "store/csv_optimetrics.h"

#include "base/mem.h"
#include "os/os.h"
#include "store/csv_band.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GIB 1073741824.0
#define MIB 1048576.0

enum type { CPU, GPU_NVIDIA, GPU_INTEL, MEMORY, DISK, NETWORK, TYPES };

static const struct { const char *stem, *source; } types[TYPES] = {
    [CPU] = { "cpu", NULL },
    [GPU_NVIDIA] = { "gpu_nvidia", "nvidia" },
    [GPU_INTEL] = { "gpu_intel", "intel_gpu" },
    [MEMORY] = { "memory", NULL },
    [DISK] = { "disk", NULL },
    [NETWORK] = { "network", NULL },
};

enum what { NUMBER, TOTAL, MACHINE, CORES, INDEX, PRESENT, NOT_KNOWN };

struct column {
    enum type type;
    const char *name;
    enum what what;
    const char *family, *inst; /* of our metric; of GPUs the instance is the index */
    double per;                /* how many of our unit is one of theirs */
    enum unit of;              /* our unit */
    const char *unit;          /* theirs */
};

#define ID(type) { type, "hardware_id", MACHINE, NULL, NULL, 1, UNIT_NONE, "" }

static const struct column columns[] = {
    ID(CPU),
    { CPU, "cpu_percent_total",        NUMBER,    "cpu.util",             NULL,    1,    UNIT_PERCENT, "%" },
    { CPU, "cpu_percent_per_core",     CORES,     "cpu.core.util",        NULL,    1,    UNIT_NONE,    "" },
    { CPU, "cpu_freq_current_mhz",     NUMBER,    "cpu.freq",             NULL,    1e6,  UNIT_HERTZ,   "MHz" },
    { CPU, "cpu_freq_max_mhz",         NUMBER,    "cpu.freq.max",         NULL,    1e6,  UNIT_HERTZ,   "MHz" },
    { CPU, "cpu_ctx_switches",         TOTAL,     "cpu.context_switches", NULL,    1,    UNIT_NONE,    "1" },
    { CPU, "cpu_interrupts",           TOTAL,     "cpu.interrupts",       NULL,    1,    UNIT_NONE,    "1" },
    { CPU, "cpu_temp_celsius",         NUMBER,    "cpu.temp",             NULL,    1,    UNIT_CELSIUS, "Cel" },
    { CPU, "cpu_load_1min",            NUMBER,    "cpu.load",             "1m",    1,    UNIT_NONE,    "1" },
    { CPU, "cpu_load_5min",            NUMBER,    "cpu.load",             "5m",    1,    UNIT_NONE,    "1" },
    { CPU, "cpu_load_15min",           NUMBER,    "cpu.load",             "15m",   1,    UNIT_NONE,    "1" },
    ID(GPU_NVIDIA),
    { GPU_NVIDIA, "gpu_index",                INDEX,     NULL,               NULL, 1,    UNIT_NONE,    "1" },
    { GPU_NVIDIA, "gpu_name",                 NOT_KNOWN, NULL,               NULL, 1,    UNIT_NONE,    "" },
    { GPU_NVIDIA, "gpu_utilization_percent",  NUMBER,    "gpu.util",         NULL, 1,    UNIT_PERCENT, "%" },
    { GPU_NVIDIA, "gpu_memory_used_mb",       NUMBER,    "gpu.vram.used",    NULL, MIB,  UNIT_BYTE,    "MiBy" },
    { GPU_NVIDIA, "gpu_memory_total_mb",      NUMBER,    "gpu.vram.total",   NULL, MIB,  UNIT_BYTE,    "MiBy" },
    { GPU_NVIDIA, "gpu_memory_percent",       NUMBER,    "gpu.vram.util",    NULL, 1,    UNIT_PERCENT, "%" },
    { GPU_NVIDIA, "gpu_temp_celsius",         NUMBER,    "gpu.temp",         NULL, 1,    UNIT_CELSIUS, "Cel" },
    { GPU_NVIDIA, "gpu_power_watts",          NUMBER,    "gpu.power",        NULL, 1,    UNIT_WATT,    "W" },
    { GPU_NVIDIA, "gpu_fan_speed_percent",    NUMBER,    "gpu.fan",          NULL, 1,    UNIT_PERCENT, "%" },
    { GPU_NVIDIA, "gpu_clock_graphics_mhz",   NUMBER,    "gpu.clock.core",   NULL, 1e6,  UNIT_HERTZ,   "MHz" },
    { GPU_NVIDIA, "gpu_clock_memory_mhz",     NUMBER,    "gpu.clock.memory", NULL, 1e6,  UNIT_HERTZ,   "MHz" },
    { GPU_NVIDIA, "gpu_encoder_util_percent", NUMBER,    "gpu.encoder.util", NULL, 1,    UNIT_PERCENT, "%" },
    { GPU_NVIDIA, "gpu_decoder_util_percent", NUMBER,    "gpu.decoder.util", NULL, 1,    UNIT_PERCENT, "%" },
    ID(GPU_INTEL),
    { GPU_INTEL, "gpu_index",          INDEX,     NULL,                   NULL,    1,    UNIT_NONE,    "1" },
    { GPU_INTEL, "gpu_name",           NOT_KNOWN, NULL,                   NULL,    1,    UNIT_NONE,    "" },
    { GPU_INTEL, "gpu_present",        PRESENT,   NULL,                   NULL,    1,    UNIT_NONE,    "" },
    { GPU_INTEL, "gpu_driver_version", NOT_KNOWN, NULL,                   NULL,    1,    UNIT_NONE,    "" },
    ID(MEMORY),
    { MEMORY, "ram_total_gb",          NUMBER,    "memory.total",         NULL,    GIB,  UNIT_BYTE,    "GiBy" },
    { MEMORY, "ram_available_gb",      NUMBER,    "memory.available",     NULL,    GIB,  UNIT_BYTE,    "GiBy" },
    { MEMORY, "ram_used_gb",           NUMBER,    "memory.used",          NULL,    GIB,  UNIT_BYTE,    "GiBy" },
    { MEMORY, "ram_percent",           NUMBER,    "memory.util",          NULL,    1,    UNIT_PERCENT, "%" },
    { MEMORY, "swap_total_gb",         NUMBER,    "swap.total",           NULL,    GIB,  UNIT_BYTE,    "GiBy" },
    { MEMORY, "swap_used_gb",          NUMBER,    "swap.used",            NULL,    GIB,  UNIT_BYTE,    "GiBy" },
    { MEMORY, "swap_percent",          NUMBER,    "swap.util",            NULL,    1,    UNIT_PERCENT, "%" },
    ID(DISK),
    { DISK, "disk_read_bytes",         TOTAL,     "disk.read",            "total", 1,    UNIT_BYTE,    "By" },
    { DISK, "disk_write_bytes",        TOTAL,     "disk.write",           "total", 1,    UNIT_BYTE,    "By" },
    { DISK, "disk_read_count",         TOTAL,     "disk.reads",           "total", 1,    UNIT_NONE,    "1" },
    { DISK, "disk_write_count",        TOTAL,     "disk.writes",          "total", 1,    UNIT_NONE,    "1" },
    { DISK, "disk_read_time_ms",       TOTAL,     "disk.read.time",       "total", 1e-3, UNIT_SECOND,  "ms" },
    { DISK, "disk_write_time_ms",      TOTAL,     "disk.write.time",      "total", 1e-3, UNIT_SECOND,  "ms" },
    { DISK, "disk_usage_percent",      NUMBER,    "fs.util",              "/",     1,    UNIT_PERCENT, "%" },
    { DISK, "disk_free_gb",            NUMBER,    "fs.available",         "/",     GIB,  UNIT_BYTE,    "GiBy" },
    ID(NETWORK),
    { NETWORK, "net_bytes_sent",       TOTAL,     "net.send",             "total", 1,    UNIT_BYTE,    "By" },
    { NETWORK, "net_bytes_recv",       TOTAL,     "net.recv",             "total", 1,    UNIT_BYTE,    "By" },
    { NETWORK, "net_packets_sent",     TOTAL,     "net.send.packets",     "total", 1,    UNIT_NONE,    "1" },
    { NETWORK, "net_packets_recv",     TOTAL,     "net.recv.packets",     "total", 1,    UNIT_NONE,    "1" },
    { NETWORK, "net_errors_in",        TOTAL,     "net.errors.recv",      "total", 1,    UNIT_NONE,    "1" },
    { NETWORK, "net_errors_out",       TOTAL,     "net.errors.send",      "total", 1,    UNIT_NONE,    "1" },
    { NETWORK, "net_drop_in",          TOTAL,     "net.drops.recv",       "total", 1,    UNIT_NONE,    "1" },
    { NETWORK, "net_drop_out",         TOTAL,     "net.drops.send",       "total", 1,    UNIT_NONE,    "1" },
};

#define COLUMNS (sizeof columns / sizeof *columns)

/* The list of all cores in one cell: text of its own, made anew when a core left the band. */
struct cores {
    int n, *slot;
    struct csv_cell *cell;
    struct buf text;
};

struct gpu {
    enum type type;
    char *inst;
    int index;
};

struct csv_optimetrics {
    struct csv_table_options o;
    struct space *space;
    char *id, *dir;
    struct csv_table *table[TYPES]; /* NULL: no such hardware so far */
    int schema_size;
    struct cores cores;
    struct gpu gpu[CSV_TABLE_KEYS];
    int gpus;
};

int csv_optimetrics_open(const struct csv_table_options *o, const char *hardware_id, struct space *space,
                         struct csv_optimetrics **out)
{
    struct csv_optimetrics *l = mem_new(sizeof *l);
    struct buf dir = { 0 };
    l->o = *o;
    l->o.fixed = true;
    l->o.skip_same = true;
    l->space = space;
    l->id = mem_dup(hardware_id ? hardware_id : "unknown");
    buf_printf(&dir, "%s/%s", o->roll.dir, l->id);
    l->dir = dir.p;
    l->o.roll.dir = l->dir;
    int rc = csv_roll_make_dir(l->dir, space);
    if (rc < 0)
        csv_optimetrics_close(l);
    else
        *out = l;
    return rc;
}

static void forget_gpus(struct csv_optimetrics *l)
{
    for (int i = 0; i < l->gpus; i++)
        mem_free(l->gpu[i].inst);
    l->gpus = 0;
}

void csv_optimetrics_close(struct csv_optimetrics *l)
{
    if (!l)
        return;
    for (int t = 0; t < TYPES; t++)
        csv_table_close(l->table[t]);
    forget_gpus(l);
    mem_free(l->cores.slot);
    mem_free(l->cores.cell);
    buf_done(&l->cores.text);
    mem_free(l->id);
    mem_free(l->dir);
    mem_free(l);
}

/* ---- what the machine has ---- */

static double column_floor(const struct column *c)
{
    struct metric m = { .name = c->family ? c->family : "", .unit = c->of };
    if (c->what == TOTAL && c->of == UNIT_SECOND)
        return 0.005 / c->per; /* half a percent of a second, as for shares of time */
    if (c->what == TOTAL)
        m.unit = unit_rate(c->of); /* what its rate may differ, for a second */
    return csv_band_floor(&m) / c->per;
}

static int open_table(struct csv_optimetrics *l, enum type type)
{
    struct csv_column c[COLUMNS];
    int n = 0;
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].type == type)
            c[n++] = (struct csv_column){
                .name = columns[i].name, .unit = columns[i].unit, .floor = column_floor(&columns[i]),
                .total = columns[i].what == TOTAL, .always = columns[i].what == INDEX,
            };
    struct csv_table_options o = l->o;
    o.roll.stem = types[type].stem;
    int rc = csv_table_open(&o, l->space, &l->table[type]);
    return rc < 0 ? rc : csv_table_set_columns(l->table[type], c, n);
}

static bool has_any(const struct schema *s, enum type type)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].type == type && columns[i].family && schema_next(s, columns[i].family, -1) >= 0)
            return true;
    return false;
}

static void find_cores(struct csv_optimetrics *l, const struct schema *s)
{
    struct cores *c = &l->cores;
    size_t room = (size_t)schema_size(s);
    c->slot = mem_resize(c->slot, room * sizeof *c->slot);
    c->n = 0;
    for (int i = -1; (i = schema_next(s, "cpu.core.util", i)) >= 0;)
        c->slot[c->n++] = i;
    mem_free(c->cell);
    c->cell = mem_new((size_t)(c->n + 1) * sizeof *c->cell);
}

static void add_gpu(struct csv_optimetrics *l, enum type type, const char *inst)
{
    for (int i = 0; i < l->gpus; i++)
        if (strcmp(l->gpu[i].inst, inst) == 0)
            return;
    if (l->gpus < CSV_TABLE_KEYS)
        l->gpu[l->gpus++] = (struct gpu){ type, mem_dup(inst), (int)strtol(inst, NULL, 10) };
}

/* Which GPU is whose is known by the adapter that reads it. */
static void find_gpus(struct csv_optimetrics *l, const struct schema *s)
{
    forget_gpus(l);
    for (int i = 0; i < schema_size(s); i++) {
        const struct metric *m = schema_at(s, i);
        if (strncmp(m->name, "gpu.", 4) != 0 || !m->inst)
            continue;
        for (int t = 0; t < TYPES; t++)
            if (types[t].source && strcmp(types[t].source, schema_source_name(s, m->source)) == 0)
                add_gpu(l, (enum type)t, m->inst);
    }
}

static int find_hardware(struct csv_optimetrics *l, const struct schema *s)
{
    bool has[TYPES] = { false };
    int rc = 0;
    find_cores(l, s);
    find_gpus(l, s);
    for (int t = 0; t < TYPES; t++)
        has[t] = !types[t].source && has_any(s, (enum type)t);
    for (int i = 0; i < l->gpus; i++)
        has[l->gpu[i].type] = true;
    for (int t = 0; t < TYPES && rc == 0; t++)
        if (has[t] && !l->table[t])
            rc = open_table(l, (enum type)t);
    if (rc == 0)
        l->schema_size = schema_size(s);
    return rc;
}

/* ---- rows ---- */

static const char *cores_text(struct csv_optimetrics *l, const struct frame *f)
{
    struct cores *c = &l->cores;
    struct csv_rule rule = {
        .share = l->o.percent / 100, .exact = l->o.exact,
        .floor = csv_band_floor(&(struct metric){ .name = "cpu.core.util", .unit = UNIT_PERCENT }),
    };
    bool moved = c->text.n == 0;
    for (int i = 0; i < c->n && !moved; i++) {
        struct csv_cell cell = c->cell[i];
        struct buf none = { 0 };
        moved = csv_band_put(&cell, &rule, frame_get(f, c->slot[i]), false, &none);
        buf_done(&none);
    }
    if (!moved)
        return c->text.p;
    buf_clear(&c->text);
    buf_putc(&c->text, '[');
    for (int i = 0; i < c->n; i++) {
        buf_puts(&c->text, i ? ", " : "");
        csv_band_put(&c->cell[i], &rule, frame_get(f, c->slot[i]), true, &c->text);
    }
    buf_putc(&c->text, ']');
    return c->text.p;
}

static struct csv_value value_of(struct csv_optimetrics *l, const struct column *c, const struct schema *s,
                                 const struct frame *f, const struct gpu *g)
{
    switch (c->what) {
    case MACHINE:
        return (struct csv_value){ .text = l->id };
    case CORES:
        return (struct csv_value){ .text = cores_text(l, f) };
    case INDEX:
        return (struct csv_value){ .v = g->index };
    case PRESENT:
        return (struct csv_value){ .text = "True" };
    case NOT_KNOWN:
        return (struct csv_value){ .text = "" };
    case NUMBER:
    case TOTAL:
        break;
    }
    double v = frame_get(f, schema_find(s, c->family, g ? g->inst : c->inst)) / c->per;
    return (struct csv_value){ .v = v };
}

static int add_row(struct csv_optimetrics *l, enum type type, int key, const struct schema *s, const struct frame *f,
                   const struct gpu *g)
{
    struct csv_value v[COLUMNS];
    int n = 0;
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].type == type)
            v[n++] = value_of(l, &columns[i], s, f, g);
    return csv_table_row(l->table[type], f->wall_ms, key, v);
}

int csv_optimetrics_add(struct csv_optimetrics *l, const struct schema *s, const struct frame *f)
{
    int rc = schema_size(s) == l->schema_size ? 0 : find_hardware(l, s);
    for (int t = 0; t < TYPES; t++)
        if (l->table[t] && !types[t].source) {
            int now = add_row(l, (enum type)t, 0, s, f, NULL);
            rc = rc < 0 ? rc : now;
        }
    for (int i = 0; i < l->gpus; i++)
        if (l->table[l->gpu[i].type]) {
            int now = add_row(l, l->gpu[i].type, i, s, f, &l->gpu[i]);
            rc = rc < 0 ? rc : now;
        }
    return rc;
}

int csv_optimetrics_flush(struct csv_optimetrics *l)
{
    int rc = 0;
    for (int t = 0; t < TYPES; t++) {
        int now = l->table[t] ? csv_table_flush(l->table[t]) : 0;
        rc = rc < 0 ? rc : now;
    }
    return rc;
}

int csv_optimetrics_tidy(struct csv_optimetrics *l, int64_t wall_ms)
{
    int rc = 0;
    for (int t = 0; t < TYPES; t++) {
        int now = l->table[t] ? csv_table_tidy(l->table[t], wall_ms) : 0;
        rc = rc < 0 ? rc : now;
    }
    return rc;
}

int csv_optimetrics_expire(struct csv_optimetrics *l, double keep_days, int64_t now_ms)
{
    int rc = 0;
    for (int t = 0; t < TYPES; t++) {
        int now = l->table[t] ? csv_table_expire(l->table[t], keep_days, now_ms) : 0;
        rc = rc < 0 ? rc : now;
    }
    return rc;
}

/*
 * import_names.c - what a column's name says about its unit and kind.
 *
 * Names of ours by family; names of the second seed's CSV files by a table. A counter gets its rate
 * by core/rate once the file is read. Everything else is a gauge without a unit.
 */
#include "analyze/import_reader.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

struct family {
    const char *globs;
    enum unit unit;
    enum kind kind;
};

/* The first that matches counts. */
static const struct family families[] = {
    { "disk.read,disk.write,net.recv,net.send,swap.in,swap.out,memory.page_in,memory.page_out", UNIT_BYTE, KIND_COUNTER },
    { "disk.reads,disk.writes,net.*.packets,net.errors,net.drops,cpu.context_switches,cpu.interrupts,process.forks,"
      "memory.faults,memory.faults.major,memory.oom_kills", UNIT_NONE, KIND_COUNTER },
    { "disk.read.rate,disk.write.rate,net.recv.rate,net.send.rate,swap.in.rate,swap.out.rate,"
      "memory.page_in.rate,memory.page_out.rate", UNIT_BYTE_PER_S, KIND_GAUGE },
    { "*.rate", UNIT_PER_S, KIND_GAUGE },
    { "*.util,*.share,pressure.*,cpu.user,cpu.nice,cpu.system,cpu.iowait,cpu.irq,cpu.softirq,cpu.steal,cpu.idle,"
      "battery.charge,battery.wear", UNIT_PERCENT, KIND_GAUGE },
    { "disk.*latency,battery.time_left", UNIT_SECOND, KIND_GAUGE },
    { "*.temp", UNIT_CELSIUS, KIND_GAUGE },
    { "*.fan", UNIT_RPM, KIND_GAUGE },
    { "cpu.freq,cpu.core.freq,gpu.clock.*", UNIT_HERTZ, KIND_GAUGE },
    { "*.power,power.package,power.core,power.dram,power.psys", UNIT_WATT, KIND_GAUGE },
    { "battery.energy", UNIT_JOULE, KIND_GAUGE },
    { "*.voltage", UNIT_VOLT, KIND_GAUGE },
    { "memory.*,swap.*,fs.used,fs.free,fs.total,fs.available,gpu.vram.used,cgroup.memory.used,sonde.rss", UNIT_BYTE, KIND_GAUGE },
};

struct alias {
    const char *column, *name, *inst;
    enum unit unit;
    enum kind kind;
    double scale;
};

/* The second seed's columns. GB and MB are its powers of 1024. */
static const struct alias aliases[] = {
    { "cpu_percent_total",      "cpu.util",             NULL,    UNIT_PERCENT, KIND_GAUGE,   1 },
    { "total_utilization",      "cpu.util",             NULL,    UNIT_PERCENT, KIND_GAUGE,   1 },
    { "cpu_freq_current_mhz",   "cpu.freq",             NULL,    UNIT_HERTZ,   KIND_GAUGE,   1e6 },
    { "cpu_ctx_switches",       "cpu.context_switches", NULL,    UNIT_NONE,    KIND_COUNTER, 1 },
    { "cpu_interrupts",         "cpu.interrupts",       NULL,    UNIT_NONE,    KIND_COUNTER, 1 },
    { "cpu_temp_celsius",       "cpu.temp",             NULL,    UNIT_CELSIUS, KIND_GAUGE,   1 },
    { "cpu_load_1min",          "cpu.load",             "1m",    UNIT_NONE,    KIND_GAUGE,   1 },
    { "cpu_load_5min",          "cpu.load",             "5m",    UNIT_NONE,    KIND_GAUGE,   1 },
    { "cpu_load_15min",         "cpu.load",             "15m",   UNIT_NONE,    KIND_GAUGE,   1 },
    { "ram_total_gb",           "memory.total",         NULL,    UNIT_BYTE,    KIND_GAUGE,   1073741824 },
    { "ram_available_gb",       "memory.available",     NULL,    UNIT_BYTE,    KIND_GAUGE,   1073741824 },
    { "ram_used_gb",            "memory.used",          NULL,    UNIT_BYTE,    KIND_GAUGE,   1073741824 },
    { "ram_used_mb",            "memory.used",          NULL,    UNIT_BYTE,    KIND_GAUGE,   1048576 },
    { "ram_available_mb",       "memory.available",     NULL,    UNIT_BYTE,    KIND_GAUGE,   1048576 },
    { "ram_percent",            "memory.util",          NULL,    UNIT_PERCENT, KIND_GAUGE,   1 },
    { "swap_total_gb",          "swap.total",           NULL,    UNIT_BYTE,    KIND_GAUGE,   1073741824 },
    { "swap_used_gb",           "swap.used",            NULL,    UNIT_BYTE,    KIND_GAUGE,   1073741824 },
    { "swap_used_mb",           "swap.used",            NULL,    UNIT_BYTE,    KIND_GAUGE,   1048576 },
    { "swap_percent",           "swap.util",            NULL,    UNIT_PERCENT, KIND_GAUGE,   1 },
    { "disk_read_bytes",        "disk.read",            "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "disk_write_bytes",       "disk.write",           "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "disk_read_count",        "disk.reads",           "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "disk_write_count",       "disk.writes",          "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "disk_usage_percent",     "fs.util",              "/",     UNIT_PERCENT, KIND_GAUGE,   1 },
    { "disk_free_gb",           "fs.free",              "/",     UNIT_BYTE,    KIND_GAUGE,   1073741824 },
    { "net_bytes_recv",         "net.recv",             "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "net_bytes_sent",         "net.send",             "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "net_packets_recv",       "net.recv.packets",     "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "net_packets_sent",       "net.send.packets",     "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "gpu_utilization_percent", "gpu.util",            "0",     UNIT_PERCENT, KIND_GAUGE,   1 },
    { "gpu_memory_percent",     "gpu.vram.util",        "0",     UNIT_PERCENT, KIND_GAUGE,   1 },
    { "gpu_temp_celsius",       "gpu.temp",             "0",     UNIT_CELSIUS, KIND_GAUGE,   1 },
    { "gpu_power_watts",        "gpu.power",            "0",     UNIT_WATT,    KIND_GAUGE,   1 },
};

/* Columns of text in the second seed's files. */
static const char *const left_out[] = {
    "hardware_id", "gpu_name", "gpu_driver_version", "gpu_present", "cpu_percent_per_core", "session_category",
};

static int import_own(struct schema *s, const char *name)
{
    char family[SCHEMA_MAX_NAME], inst[SCHEMA_MAX_NAME] = "";
    size_t n = strlen(name);
    const char *brace = strchr(name, '{');
    bool split = brace && brace > name && name[n - 1] == '}';
    snprintf(family, sizeof family, "%.*s", split ? (int)(brace - name) : (int)n, name);
    if (split)
        snprintf(inst, sizeof inst, "%.*s", (int)(n - (size_t)(brace - name) - 2), brace + 1);
    struct metric m = { .name = family, .inst = inst };
    int slot = schema_find(s, family, inst); /* perhaps the rate of a counter that came before */
    if (slot >= 0)
        return slot;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        char globs[512];
        snprintf(globs, sizeof globs, "%s", families[i].globs);
        for (char *save = NULL, *g = strtok_r(globs, ",", &save); g; g = strtok_r(NULL, ",", &save))
            if (text_glob(g, family)) {
                m.unit = families[i].unit;
                m.kind = families[i].kind;
                return schema_add(s, &m);
            }
    }
    return schema_add(s, &m);
}

int import_slot(struct schema *s, const char *name, double *scale)
{
    *scale = 1;
    if (!*name || strlen(name) >= SCHEMA_MAX_NAME - sizeof ".rate")
        return -EINVAL;
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (!strcmp(left_out[i], name))
            return -ENOENT;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        const struct alias *a = &aliases[i];
        if (strcmp(a->column, name) != 0)
            continue;
        *scale = a->scale;
        return schema_add(s, &(struct metric){ .name = a->name, .inst = a->inst, .unit = a->unit, .kind = a->kind });
    }
    return import_own(s, name);
}

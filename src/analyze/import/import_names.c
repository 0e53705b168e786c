/*
 * import_names.c - what a column's name says about its unit and kind.
 *
 * Names of ours by family; names of the second seed's CSV files by a table. A counter whose rate is
 * not in the file gets it by core/rate once that is read. Of other names, one beside which its own
 * "NAME.rate" stands is a counter; everything else is a gauge without a unit.
 */
#include "analyze/import/import_reader.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

struct family {
    const char *globs;
    enum unit unit;
    enum kind kind;
    const char *rate; /* as in struct metric */
};

/* The first that matches counts. */
static const struct family families[] = {
    { "disk.read,disk.write,disk.discard,net.recv,net.send,swap.in,swap.out,memory.page_in,memory.page_out,"
      "memory.reclaim,memory.reclaim.direct,memory.reclaim.scanned,memory.refaults", UNIT_BYTE, KIND_COUNTER, NULL },
    { "disk.reads,disk.writes,disk.flushes,net.*.packets,net.errors,net.drops,cpu.context_switches,cpu.interrupts,"
      "process.forks,process.new,process.short_lived,process.exited,process.exited.lost,memory.faults,memory.faults.major,memory.oom_kills,"
      "cgroup.memory.oom_kills", UNIT_NONE, KIND_COUNTER, NULL },
    { "cgroup.io.read,cgroup.io.write", UNIT_BYTE, KIND_COUNTER, NULL },
    { "cgroup.io.reads,cgroup.io.writes,memory.errors.corrected,memory.errors.uncorrected,pci.errors.corrected,"
      "pci.errors.nonfatal,pci.errors.fatal,zram.errors,cpu.throttle.*.events", UNIT_NONE, KIND_COUNTER, NULL },
    { "disk.requests,net.errors.recv,net.errors.send,net.drops.recv,net.drops.send,cgroup.cpu.periods,"
      "cgroup.cpu.periods.throttled", UNIT_NONE, KIND_COUNTER, "" },
    { "cpu.time,cpu.core.time*,cpu.core.busy,disk.time,disk.read.time,disk.write.time,disk.busy,disk.waiting,"
      "cpu.idle_residency.time,cpu.core.idle_residency.time,cpu.throttle.*.time,disk.discard.time,disk.flush.time,cpu.runqueue.time,"
      "pressure.*.time,cgroup.pressure.*.time,cgroup.cpu.time,cgroup.cpu.capacity,sonde.cpu.time,process.cpu",
      UNIT_SECOND, KIND_COUNTER, "" },
    { "cpu.runqueue.delay", UNIT_SECOND, KIND_COUNTER, "cpu.runqueue.waiting" },
    { "net.ip*.bytes,nfs.server.read,nfs.server.write", UNIT_BYTE, KIND_COUNTER, NULL },
    { "energy.package", UNIT_JOULE, KIND_COUNTER, "power.package" },
    { "energy.core", UNIT_JOULE, KIND_COUNTER, "power.core" },
    { "energy.uncore", UNIT_JOULE, KIND_COUNTER, "power.uncore" },
    { "energy.dram", UNIT_JOULE, KIND_COUNTER, "power.dram" },
    { "energy.psys", UNIT_JOULE, KIND_COUNTER, "power.psys" },
    { "energy.cpu", UNIT_JOULE, KIND_COUNTER, "cpu.power" },
    { "gpu.energy", UNIT_JOULE, KIND_COUNTER, NULL },
    { "gpu.energy.rate,gpu.power.limit", UNIT_WATT, KIND_GAUGE, NULL },
    { "gpu.idle.time", UNIT_SECOND, KIND_COUNTER, "" },
    { "gpu.pcie.replays,gpu.ecc.corrected,gpu.ecc.uncorrected", UNIT_NONE, KIND_COUNTER, NULL },
    { "gpu.throttle.*", UNIT_NONE, KIND_GAUGE, NULL },
    { "gpu.fan", UNIT_PERCENT, KIND_GAUGE, NULL },
    { "gpu.fan.speed", UNIT_RPM, KIND_GAUGE, NULL },
    { "gpu.temp.*", UNIT_CELSIUS, KIND_GAUGE, NULL },
    { "gpu.pcie.recv,gpu.pcie.send", UNIT_BYTE_PER_S, KIND_GAUGE, NULL },
    { "gpu.vram.total,gpu.shared.used", UNIT_BYTE, KIND_GAUGE, NULL },
    { "disk.read.rate,disk.write.rate,disk.discard.rate,net.recv.rate,net.send.rate,"
      "memory.page_in.rate,memory.page_out.rate,memory.reclaim.rate,memory.reclaim.direct.rate,"
      "memory.reclaim.scanned.rate,memory.refaults.rate,cgroup.io.read.rate,cgroup.io.write.rate", UNIT_BYTE_PER_S,
      KIND_GAUGE, NULL },
    { "sensor.energy.rate", UNIT_WATT, KIND_GAUGE, NULL },
    { "swap.*.rate,memory.alloc.rate,memory.alloc.freed.rate,memory.balloon.*.rate,memory.compact.daemon.*.rate,"
      "memory.compact.isolated.rate,memory.compact.scanned.*.rate,memory.dirtied.rate,memory.written*.rate,"
      "memory.lazyfree*.rate,memory.lru.*.rate,memory.migrated*.rate,memory.numa.migrated.rate,memory.refaults.*.rate,"
      "memory.tier.*.rate,memory.unevictable.*.rate,memory.workingset.activated.*.rate,"
      "memory.workingset.restored.*.rate,memory.ksm.scanned.rate,memory.ksm.skipped.rate", UNIT_BYTE_PER_S, KIND_GAUGE, NULL },
    { "memory.reclaim.anon.rate,memory.reclaim.file.rate,memory.reclaim.immediate.rate,memory.reclaim.inodes.rate,"
      "memory.reclaim.khugepaged.rate,memory.reclaim.kswapd.rate,memory.reclaim.proactive.rate,memory.reclaim.refill.rate,"
      "memory.reclaim.scanned.*.rate,memory.reclaim.skipped.rate,memory.reclaim.written.rate,net.ip*.bytes.rate,"
      "nfs.server.read.rate,nfs.server.write.rate", UNIT_BYTE_PER_S, KIND_GAUGE, NULL },
    { "net.tcp.memory.pressed.rate", UNIT_NONE, KIND_GAUGE, NULL },
    { "*.rate", UNIT_PER_S, KIND_GAUGE, NULL },
    { "memory.alloc.stalls,memory.drops.*,memory.faults.*,memory.hugetlb.*,memory.cma.allocs,memory.cma.failed,"
      "memory.compact.stalls,memory.compact.success,memory.compact.failed,memory.compact.wakes,memory.ksm.copies,"
      "memory.ksm.copies.swap,memory.ksm.rounds,memory.khugepaged.*,memory.kswapd.*,memory.map.splits.*,memory.numa.f*,"
      "memory.numa.h*,memory.numa.i*,memory.numa.l*,memory.numa.miss,memory.numa.o*,memory.numa.u*,memory.pins*",
      UNIT_NONE, KIND_COUNTER, NULL },
    { "memory.reclaim.node.*,memory.reclaim.slab.*,memory.reclaim.throttled,memory.thp.*,memory.workingset.reclaimed,"
      "memory.node.hit,memory.node.miss,memory.node.foreign,memory.node.interleave,memory.node.local,memory.node.other",
      UNIT_NONE, KIND_COUNTER, NULL },
    { "memory.workingset.nodes,memory.slab.objects,memory.zone.blocks,memory.hugepages.*,memory.node.hugepages.*,memory.ksm.run,"
      "memory.ksm.copies.held", UNIT_NONE, KIND_GAUGE, NULL },
    { "swap.in.*,swap.out.*,swap.readahead*,swap.zswap.in,swap.zswap.out,swap.zswap.written,memory.alloc,memory.alloc.freed,"
      "memory.balloon.*,memory.compact.*,memory.dirtied,memory.written*,memory.lazyfree*,memory.lru.*,memory.migrated*,"
      "memory.numa.migrated,memory.reclaim.*,memory.refaults.*,memory.tier.*,memory.unevictable.*,memory.workingset.*,"
      "memory.ksm.scanned,memory.ksm.skipped", UNIT_BYTE, KIND_COUNTER, NULL },
    { "net.memory,net.link.mtu", UNIT_BYTE, KIND_GAUGE, NULL },
    { "net.link.speed", UNIT_BYTE_PER_S, KIND_GAUGE, NULL },
    { "memory.zone.fragmented", UNIT_PERCENT, KIND_GAUGE, NULL },
    { "cpu.idle_residency,cpu.core.idle_residency,cpu.throttle.*,raid.sync.done", UNIT_PERCENT, KIND_GAUGE, NULL },
    { "*.util,*.share,pressure.*,cgroup.pressure.*,cgroup.cpu.throttled,cpu.user,cpu.nice,cpu.system,cpu.iowait,"
      "cpu.irq,cpu.softirq,cpu.steal,cpu.idle,cpu.core.user,cpu.core.nice,cpu.core.system,cpu.core.iowait,cpu.core.irq,"
      "cpu.core.softirq,cpu.core.steal,cpu.core.guest,battery.charge,battery.charge.limit,battery.wear,sonde.cpu",
      UNIT_PERCENT, KIND_GAUGE, NULL },
    { "net.tcp.memory.pressed", UNIT_SECOND, KIND_COUNTER, NULL },
    { "net.tcp.*,net.udp.*", UNIT_NONE, KIND_COUNTER, NULL },
    { "cpu.runqueue.latency,system.uptime", UNIT_SECOND, KIND_GAUGE, NULL },
    { "disk.*latency,battery.time_left,sonde.adapter.time,sonde.tick.lateness", UNIT_SECOND, KIND_GAUGE, NULL },
    { "*.temp,sensor.temp.*", UNIT_CELSIUS, KIND_GAUGE, NULL },
    { "*.fan,sensor.fan.*", UNIT_RPM, KIND_GAUGE, NULL },
    { "sensor.pwm,sensor.humidity", UNIT_PERCENT, KIND_GAUGE, NULL },
    { "sensor.current", UNIT_AMPERE, KIND_GAUGE, NULL },
    { "sensor.energy", UNIT_JOULE, KIND_COUNTER, NULL },
    { "tuning.governor,tuning.epp,tuning.profile", UNIT_PERCENT, KIND_GAUGE, NULL },
    { "tuning.power.limit", UNIT_WATT, KIND_GAUGE, NULL },
    { "tuning.swappiness,tuning.running", UNIT_NONE, KIND_GAUGE, NULL },
    { "cpu.freq,cpu.freq.min,cpu.freq.max,cpu.core.freq,tuning.freq.limit,gpu.clock.*", UNIT_HERTZ, KIND_GAUGE, NULL },
    { "*.power,power.package,power.core,power.uncore,power.dram,power.psys", UNIT_WATT, KIND_GAUGE, NULL },
    { "battery.energy", UNIT_JOULE, KIND_GAUGE, NULL },
    { "*.voltage", UNIT_VOLT, KIND_GAUGE, NULL },
    { "zram.ratio", UNIT_NONE, KIND_GAUGE, NULL },
    { "raid.mismatches,zram.*", UNIT_BYTE, KIND_GAUGE, NULL },
    { "memory.*,swap.*,fs.used,fs.free,fs.total,fs.available,gpu.vram.used,"
      "cgroup.memory.used,cgroup.memory.limit,cgroup.memory.current,sonde.rss", UNIT_BYTE, KIND_GAUGE, NULL },
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
    { "disk_free_gb",           "fs.available",         "/",     UNIT_BYTE,    KIND_GAUGE,   1073741824 },
    { "net_bytes_recv",         "net.recv",             "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "net_bytes_sent",         "net.send",             "total", UNIT_BYTE,    KIND_COUNTER, 1 },
    { "net_packets_recv",       "net.recv.packets",     "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "net_packets_sent",       "net.send.packets",     "total", UNIT_NONE,    KIND_COUNTER, 1 },
    { "gpu_utilization_percent", "gpu.util",            "0",     UNIT_PERCENT, KIND_GAUGE,   1 },
    { "gpu_memory_used_mb",     "gpu.vram.used",        "0",     UNIT_BYTE,    KIND_GAUGE,   1048576 },
    { "gpu_memory_total_mb",    "gpu.vram.total",       "0",     UNIT_BYTE,    KIND_GAUGE,   1048576 },
    { "gpu_memory_percent",     "gpu.vram.util",        "0",     UNIT_PERCENT, KIND_GAUGE,   1 },
    { "gpu_temp_celsius",       "gpu.temp",             "0",     UNIT_CELSIUS, KIND_GAUGE,   1 },
    { "gpu_power_watts",        "gpu.power",            "0",     UNIT_WATT,    KIND_GAUGE,   1 },
};

/* Columns of text in the second seed's files. */
static const char *const left_out[] = {
    "hardware_id", "gpu_name", "gpu_driver_version", "gpu_present", "cpu_percent_per_core", "session_category",
    IMPORT_UNCHANGED,
};

/* NULL where no name of ours is so. */
static const struct family *family_of(const char *name)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (const char *g = families[i].globs; *g; g += *g == ',') {
            size_t n = strcspn(g, ",");
            if (text_glob_n(g, n, name))
                return &families[i];
            g += n;
        }
    return NULL;
}

/* Is the rate of a counter among the columns, too? */
static bool has_rate(const struct import_header *h, const struct metric *counter)
{
    char family[SCHEMA_MAX_NAME + 8], id[2 * SCHEMA_MAX_NAME];
    snprintf(family, sizeof family, "%s.rate", counter->name);
    snprintf(id, sizeof id, *counter->inst ? "%s{%s}" : "%s", counter->rate ? counter->rate : family,
             counter->inst);
    for (int i = 0; i < h->n; i++)
        if (!strcmp(h->name[i], id))
            return true;
    return false;
}

static int import_own(struct schema *s, const struct import_header *h, const char *name)
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
    const struct family *known = family_of(family);
    if (known) {
        m.unit = known->unit;
        m.kind = known->kind;
        m.rate = known->rate;
    }
    if ((!known || m.kind == KIND_COUNTER) && has_rate(h, &m)) {
        m.kind = KIND_COUNTER; /* only one has a rate */
        m.rate = "";           /* which stays as it is: the file knew when its sources were read */
    }
    return schema_add(s, &m);
}

int import_slot(struct schema *s, const struct import_header *h, int column, double *scale)
{
    const char *name = h->name[column];
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
    return import_own(s, h, name);
}

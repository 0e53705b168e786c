/*
 * csvlog.c - how large the CSV logs get: replays a recording through them and says MB per hour.
 *
 * usage: csvlog raw|rates|few|seed FILE.csv DIR [PERCENT]
 *
 *   raw    every column as it stands is a gauge without a unit
 *   rates  by what /proc documents of each: counters become rates, memory has bytes as its unit
 *   few    what OptiMetrics collects, as far as the file tells, and a made-up GPU
 *   seed   the same in the layout of OptiMetrics
 *
 * The file has a first column ts_ms and then one for each value of /proc, as data/telemetry-sample.csv.xz.
 */
#include "analyze/import/import.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "core/rate.h"
#include "os/os.h"
#include "store/csvlog.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What proc(5) and the kernel's Documentation/admin-guide say of the columns; the first that matches. */
static const struct { const char *glob; enum kind kind; enum unit unit; double scale; } kinds[] = {
    { "stat.cpu*", KIND_COUNTER, UNIT_SECOND, 0.01 },   /* clock ticks of 10 ms */
    { "stat.btime", KIND_GAUGE, UNIT_SECOND, 1 },
    { "stat.procs_*", KIND_GAUGE, UNIT_NONE, 1 },
    { "stat.*", KIND_COUNTER, UNIT_NONE, 1 },
    { "mem.HugePages*", KIND_GAUGE, UNIT_NONE, 1 },
    { "mem.*", KIND_GAUGE, UNIT_BYTE, 1024 },
    { "vm.nr_dirtied", KIND_COUNTER, UNIT_BYTE, 4096 },
    { "vm.nr_written", KIND_COUNTER, UNIT_BYTE, 4096 },
    { "vm.nr_vmscan*", KIND_COUNTER, UNIT_NONE, 1 },
    { "vm.nr_throttled*", KIND_COUNTER, UNIT_NONE, 1 },
    { "vm.nr_foll*", KIND_COUNTER, UNIT_NONE, 1 },
    { "vm.nr_*", KIND_GAUGE, UNIT_BYTE, 4096 },
    { "vm.workingset_nodes", KIND_GAUGE, UNIT_NONE, 1 },
    { "vm.pgpg*", KIND_COUNTER, UNIT_BYTE, 1024 },
    { "vm.pgalloc*", KIND_COUNTER, UNIT_BYTE, 4096 },
    { "vm.pgfree", KIND_COUNTER, UNIT_BYTE, 4096 },
    { "vm.numa_*", KIND_COUNTER, UNIT_NONE, 1 },
    { "vm.*", KIND_COUNTER, UNIT_NONE, 1 },
    { "disk.*.2", KIND_COUNTER, UNIT_BYTE, 512 },       /* sectors */
    { "disk.*.6", KIND_COUNTER, UNIT_BYTE, 512 },
    { "disk.*.13", KIND_COUNTER, UNIT_BYTE, 512 },
    { "disk.*.3", KIND_COUNTER, UNIT_SECOND, 0.001 },
    { "disk.*.7", KIND_COUNTER, UNIT_SECOND, 0.001 },
    { "disk.*.9", KIND_COUNTER, UNIT_SECOND, 0.001 },
    { "disk.*.10", KIND_COUNTER, UNIT_SECOND, 0.001 },
    { "disk.*.14", KIND_COUNTER, UNIT_SECOND, 0.001 },
    { "disk.*.16", KIND_COUNTER, UNIT_SECOND, 0.001 },
    { "disk.*.8", KIND_GAUGE, UNIT_NONE, 1 },           /* requests in flight */
    { "disk.*", KIND_COUNTER, UNIT_NONE, 1 },
    { "net.*.0", KIND_COUNTER, UNIT_BYTE, 1 },
    { "net.*.8", KIND_COUNTER, UNIT_BYTE, 1 },
    { "net.*", KIND_COUNTER, UNIT_NONE, 1 },
    { "snmp.Ip.Forwarding", KIND_GAUGE, UNIT_NONE, 1 },
    { "snmp.Ip.DefaultTTL", KIND_GAUGE, UNIT_NONE, 1 },
    { "snmp.Tcp.Rto*", KIND_GAUGE, UNIT_NONE, 1 },
    { "snmp.Tcp.MaxConn", KIND_GAUGE, UNIT_NONE, 1 },
    { "snmp.Tcp.CurrEstab", KIND_GAUGE, UNIT_NONE, 1 },
    { "snmp.IpExt.*Octets", KIND_COUNTER, UNIT_BYTE, 1 },
    { "snmp.*", KIND_COUNTER, UNIT_NONE, 1 },
    { "psi.*.avg*", KIND_GAUGE, UNIT_PERCENT, 1 },
    { "psi.*", KIND_COUNTER, UNIT_SECOND, 1e-6 },
    { "softirqs.*", KIND_COUNTER, UNIT_NONE, 1 },
    { "cpu.mhz.*", KIND_GAUGE, UNIT_HERTZ, 1e6 },
    { "fs.root.free", KIND_GAUGE, UNIT_BYTE, 1 },
    { "procs.rss", KIND_GAUGE, UNIT_BYTE, 1 },
    { "procs.vsz", KIND_GAUGE, UNIT_BYTE, 1 },
    { "uptime.*", KIND_GAUGE, UNIT_SECOND, 1 },
    { "top*.rss", KIND_GAUGE, UNIT_BYTE, 1 },
    { "top*.ticks", KIND_GAUGE, UNIT_SECOND, 0.01 },    /* of another process each time: no counter */
    { "top*.dticks", KIND_GAUGE, UNIT_PERCENT, 1 },
    { "top*.rbytes", KIND_GAUGE, UNIT_BYTE, 1 },
    { "top*.wbytes", KIND_GAUGE, UNIT_BYTE, 1 },
    { "*", KIND_GAUGE, UNIT_NONE, 1 },
};

struct replay {
    const struct recording *r;
    struct schema *s;
    double *scale;
    int *from; /* column of the recording; of a slot of `s` */
    struct frame now, before;
    struct rng rng;
    bool few, seed;
};

static const double *find(const struct replay *p, const char *name)
{
    const double *x = recording_find(p->r, name, NULL);
    if (!x) {
        log_error(0, "the file has no column %s", name);
        exit(1);
    }
    return x;
}

static void add_columns(struct replay *p, bool rates)
{
    int n = schema_size(p->r->schema);
    p->from = mem_new((size_t)n * 2 * sizeof *p->from);
    p->scale = mem_new((size_t)n * 2 * sizeof *p->scale);
    for (int i = 0; i < n; i++) {
        const char *name = schema_id(p->r->schema, i);
        size_t k = 0;
        while (!text_glob(kinds[k].glob, name))
            k++;
        struct metric m = { .name = name, .kind = rates ? kinds[k].kind : KIND_GAUGE,
                            .unit = rates ? kinds[k].unit : UNIT_NONE };
        int slot = schema_add(p->s, &m);
        p->from[slot] = i;
        p->scale[slot] = rates ? kinds[k].scale : 1;
    }
}

static void fill_columns(struct replay *p, size_t i)
{
    for (int slot = 0; slot < schema_size(p->s); slot++)
        if (schema_at(p->s, slot)->kind != KIND_RATIO)
            p->now.v[slot] = p->r->col[p->from[slot]][i] * p->scale[slot];
}

/* ---- the layout of OptiMetrics ---- */

static void set(struct replay *p, const char *name, const char *inst, double v)
{
    frame_set(&p->now, schema_find(p->s, name, inst), v);
}

static void add_seed(struct replay *p)
{
    static const struct { const char *name, *inst; enum unit unit; enum kind kind; } m[] = {
        { "cpu.util", NULL, UNIT_PERCENT, KIND_GAUGE }, { "cpu.core.util", "0", UNIT_PERCENT, KIND_GAUGE },
        { "cpu.core.util", "1", UNIT_PERCENT, KIND_GAUGE }, { "cpu.freq", NULL, UNIT_HERTZ, KIND_GAUGE },
        { "cpu.context_switches", NULL, UNIT_NONE, KIND_COUNTER }, { "cpu.interrupts", NULL, UNIT_NONE, KIND_COUNTER },
        { "cpu.temp", NULL, UNIT_CELSIUS, KIND_GAUGE },
        { "cpu.load", "1m", UNIT_NONE, KIND_GAUGE }, { "cpu.load", "5m", UNIT_NONE, KIND_GAUGE },
        { "cpu.load", "15m", UNIT_NONE, KIND_GAUGE }, { "memory.total", NULL, UNIT_BYTE, KIND_GAUGE },
        { "memory.available", NULL, UNIT_BYTE, KIND_GAUGE }, { "memory.used", NULL, UNIT_BYTE, KIND_GAUGE },
        { "memory.util", NULL, UNIT_PERCENT, KIND_GAUGE }, { "swap.total", NULL, UNIT_BYTE, KIND_GAUGE },
        { "swap.used", NULL, UNIT_BYTE, KIND_GAUGE }, { "disk.read", "total", UNIT_BYTE, KIND_COUNTER },
        { "disk.write", "total", UNIT_BYTE, KIND_COUNTER }, { "disk.reads", "total", UNIT_NONE, KIND_COUNTER },
        { "disk.writes", "total", UNIT_NONE, KIND_COUNTER }, { "disk.read.time", "total", UNIT_SECOND, KIND_COUNTER },
        { "disk.write.time", "total", UNIT_SECOND, KIND_COUNTER }, { "fs.available", "/", UNIT_BYTE, KIND_GAUGE },
        { "net.send", "total", UNIT_BYTE, KIND_COUNTER }, { "net.recv", "total", UNIT_BYTE, KIND_COUNTER },
        { "net.send.packets", "total", UNIT_NONE, KIND_COUNTER }, { "net.recv.packets", "total", UNIT_NONE, KIND_COUNTER },
        { "net.errors.send", "total", UNIT_NONE, KIND_COUNTER }, { "net.errors.recv", "total", UNIT_NONE, KIND_COUNTER },
        { "net.drops.send", "total", UNIT_NONE, KIND_COUNTER }, { "net.drops.recv", "total", UNIT_NONE, KIND_COUNTER },
    };
    static const char *const gpu[] = { "gpu.util", "gpu.vram.used", "gpu.vram.total", "gpu.vram.util", "gpu.temp",
        "gpu.power", "gpu.fan", "gpu.clock.core", "gpu.clock.memory", "gpu.encoder.util", "gpu.decoder.util" };
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        schema_add(p->s, &(struct metric){ .name = m[i].name, .inst = m[i].inst, .unit = m[i].unit,
                                           .kind = m[i].kind });
    schema_set_source(p->s, schema_source(p->s, "nvidia"));
    for (size_t i = 0; i < sizeof gpu / sizeof *gpu; i++)
        schema_add(p->s, &(struct metric){ .name = gpu[i], .inst = "0" });
}

/* Share of time that a processor was not idle, from its ticks. */
static double busy(const struct replay *p, const char *cpu, size_t i)
{
    static const char *const parts[] = { "user", "nice", "system", "irq", "softirq", "steal", "idle", "iowait" };
    double all = 0, idle = 0;
    for (size_t k = 0; i > 0 && k < 8; k++) {
        char name[64];
        snprintf(name, sizeof name, "stat.%s.%s", cpu, parts[k]);
        const double *x = find(p, name);
        all += x[i] - x[i - 1];
        idle += k >= 6 ? x[i] - x[i - 1] : 0;
    }
    return all > 0 ? 100 * (1 - idle / all) : (double)NAN;
}

static void fill_gpu(struct replay *p, double load)
{
    double noise = rng_normal(&p->rng);
    set(p, "gpu.util", "0", fmin(100, fmax(0, rint(load + 5 * noise))));
    set(p, "gpu.vram.used", "0", 6e9 + 2e7 * noise);
    set(p, "gpu.vram.total", "0", 12884901888.0);
    set(p, "gpu.vram.util", "0", (6e9 + 2e7 * noise) / 128849018.88);
    set(p, "gpu.temp", "0", rint(50 + load / 5 + noise));
    set(p, "gpu.power", "0", 60 + load * 1.5 + 4 * noise);
    set(p, "gpu.fan", "0", rint(30 + load / 4));
    set(p, "gpu.clock.core", "0", 1e6 * (1500 + 15 * rint(noise)));
    set(p, "gpu.clock.memory", "0", 7e9);
    set(p, "gpu.encoder.util", "0", 0);
    set(p, "gpu.decoder.util", "0", 0);
}

static void fill_seed(struct replay *p, size_t i)
{
    static const struct { const char *name, *inst, *column; double scale; } m[] = {
        { "cpu.context_switches", NULL, "stat.ctxt", 1 }, { "cpu.interrupts", NULL, "stat.intr", 1 },
        { "cpu.load", "1m", "load.1", 1 }, { "cpu.load", "5m", "load.5", 1 }, { "cpu.load", "15m", "load.15", 1 },
        { "memory.total", NULL, "mem.MemTotal", 1024 }, { "memory.available", NULL, "mem.MemAvailable", 1024 },
        { "swap.total", NULL, "mem.SwapTotal", 1024 }, { "disk.read", "total", "disk.vda.2", 512 },
        { "disk.write", "total", "disk.vda.6", 512 }, { "disk.reads", "total", "disk.vda.0", 1 },
        { "disk.writes", "total", "disk.vda.4", 1 }, { "disk.read.time", "total", "disk.vda.3", 0.001 },
        { "disk.write.time", "total", "disk.vda.7", 0.001 }, { "fs.available", "/", "fs.root.free", 1 },
        { "net.recv", "total", "net.lo.0", 1 }, { "net.recv.packets", "total", "net.lo.1", 1 },
        { "net.errors.recv", "total", "net.lo.2", 1 }, { "net.drops.recv", "total", "net.lo.3", 1 },
        { "net.send", "total", "net.lo.8", 1 }, { "net.send.packets", "total", "net.lo.9", 1 },
        { "net.errors.send", "total", "net.lo.10", 1 }, { "net.drops.send", "total", "net.lo.11", 1 },
        { "cpu.freq", NULL, "cpu.mhz.0", 1e6 },
    };
    for (size_t k = 0; k < sizeof m / sizeof *m; k++)
        set(p, m[k].name, m[k].inst, find(p, m[k].column)[i] * m[k].scale);
    double total = find(p, "mem.MemTotal")[i], used = total - find(p, "mem.MemAvailable")[i];
    set(p, "memory.used", NULL, used * 1024);
    set(p, "memory.util", NULL, 100 * used / total);
    set(p, "swap.used", NULL, (find(p, "mem.SwapTotal")[i] - find(p, "mem.SwapFree")[i]) * 1024);
    double load = busy(p, "cpu", i);
    set(p, "cpu.util", NULL, load);
    set(p, "cpu.core.util", "0", busy(p, "cpu0", i));
    set(p, "cpu.core.util", "1", busy(p, "cpu1", i));
    set(p, "cpu.temp", NULL, rint(45 + (isnan(load) ? 0 : load) / 4 + rng_normal(&p->rng)));
    fill_gpu(p, isnan(load) ? 0 : load);
}

static void replay_tick(struct replay *p, size_t i)
{
    p->now.wall_ms = p->r->wall_ms[i];
    p->now.mono_ns = p->r->mono_ns[i];
    for (int k = 0; k < p->now.n_sources; k++)
        p->now.read_ns[k] = p->now.mono_ns;
    if (p->few)
        fill_seed(p, i);
    else
        fill_columns(p, i);
    rate_derive(p->s, &p->before, &p->now);
    frame_copy(&p->before, &p->now);
}

static int run(struct replay *p, const char *dir, double percent)
{
    struct csvlog_options o = { .layout = p->seed ? CSVLOG_OPTIMETRICS : CSVLOG_SONDE, .filter = percent > 0,
        .percent = percent, .max_bytes = INT64_C(50) << 20, .max_files = 10, .compress_days = -1, .hardware_id =
        "0123456789abcdef0123456789abcdef" };
    struct csvlog *log;
    snprintf(o.dir, sizeof o.dir, "%s", dir);
    int rc = csvlog_open(&o, NULL, &log);
    double cpu = os_cpu_s(), busy_s = 0;
    for (size_t i = 0; i < p->r->n && rc == 0; i++) {
        replay_tick(p, i);
        cpu = os_cpu_s();
        rc = csvlog_add(log, p->s, &p->now);
        if (rc == 0 && i % 10 == 9)
            rc = csvlog_flush(log);
        busy_s += os_cpu_s() - cpu;
    }
    if (rc == 0)
        csvlog_close(log);
    printf("{\"hours\": %.6f, \"metrics\": %d, \"cpu_us_per_tick\": %.1f}\n",
           (double)(p->r->wall_ms[p->r->n - 1] - p->r->wall_ms[0]) / 3.6e6, schema_size(p->s),
           busy_s * 1e6 / (double)p->r->n);
    return rc;
}

int main(int argc, char **argv)
{
    char message[IMPORT_MESSAGE];
    struct recording *r;
    if (argc < 4 || import_file(argv[2], &r, message, sizeof message) < 0) {
        log_error(0, "%s", argc < 4 ? "usage: csvlog raw|rates|few|seed FILE.csv DIR [PERCENT]" : message);
        return 1;
    }
    struct replay p = { .r = r, .s = schema_new(), .seed = !strcmp(argv[1], "seed") };
    p.few = p.seed || !strcmp(argv[1], "few");
    rng_seed(&p.rng, 1);
    schema_source(p.s, "file");
    if (p.few)
        add_seed(&p);
    else
        add_columns(&p, !strcmp(argv[1], "rates"));
    frame_fit(&p.now, p.s);
    frame_fit(&p.before, p.s);
    int rc = run(&p, argv[3], argc > 4 ? strtod(argv[4], NULL) : 2);
    if (rc < 0)
        log_error(rc, "the log cannot be written");
    return rc < 0;
}

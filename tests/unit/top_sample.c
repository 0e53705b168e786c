/* top_sample.c - values by formula: a frame drawn from them is the same everywhere. */
#include "top_sample.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define START_MS 1795343400000 /* 2026-11-22T10:30:00Z */
#define TICKS 90
#define GROWS 60

struct sample_metric {
    const char *name, *inst;
    enum unit unit;
    double level, swing, later; /* a level, a swing over 12 ticks, and what comes on top from GROWS on */
};

static const struct sample_metric machine[] = {
    { "cpu.util", NULL, UNIT_PERCENT, 12, 6, 25 },
    { "cpu.system", NULL, UNIT_PERCENT, 3, 1, 12 },
    { "cpu.iowait", NULL, UNIT_PERCENT, 0.5, 0.4, 0 },
    { "cpu.steal", NULL, UNIT_PERCENT, 0, 0, 0 },
    { "cpu.core.util", "0", UNIT_PERCENT, 20, 10, 0 },
    { "cpu.core.util", "1", UNIT_PERCENT, 4, 2, 92 },
    { "cpu.core.util", "2", UNIT_PERCENT, 16, 8, 0 },
    { "cpu.core.util", "3", UNIT_PERCENT, 8, 4, 8 },
    { "cpu.freq", NULL, UNIT_HERTZ, 2.4e9, 3e8, 8e8 },
    { "cpu.load", "1m", UNIT_NONE, 0.5, 0.1, 0.9 },
    { "cpu.load", "5m", UNIT_NONE, 0.4, 0.02, 0.2 },
    { "cpu.load", "15m", UNIT_NONE, 0.31, 0, 0 },
    { "memory.total", NULL, UNIT_BYTE, 16e9, 0, 0 },
    { "memory.used", NULL, UNIT_BYTE, 4e9, 1e7, 5.5e9 },
    { "memory.util", NULL, UNIT_PERCENT, 25, 0.0625, 34.375 },
    { "memory.available", NULL, UNIT_BYTE, 12e9, 1e7, -5.5e9 },
    { "memory.cached", NULL, UNIT_BYTE, 6.2e9, 0, -1.1e9 },
    { "memory.anon", NULL, UNIT_BYTE, 3.1e9, 0, 5.5e9 },
    { "memory.dirty", NULL, UNIT_BYTE, 2.2e6, 1e6, 0 },
    { "swap.total", NULL, UNIT_BYTE, 2e9, 0, 0 },
    { "swap.used", NULL, UNIT_BYTE, 1.2e8, 0, 0 },
    { "disk.read.rate", "total", UNIT_BYTE_PER_S, 2e5, 2e5, 0 },
    { "disk.write.rate", "total", UNIT_BYTE_PER_S, 1.5e6, 1.5e6, 0 },
    { "disk.util", "total", UNIT_PERCENT, 4, 3, 0 },
    { "disk.util", "nvme0n1", UNIT_PERCENT, 4, 3, 0 },
    { "disk.latency", "total", UNIT_SECOND, 0.0012, 0.0004, 0 },
    { "disk.latency", "nvme0n1", UNIT_SECOND, 0.0012, 0.0004, 0 },
    { "fs.util", "/", UNIT_PERCENT, 61.2, 0, 0 },
    { "fs.total", "/", UNIT_BYTE, 4.8e11, 0, 0 },
    { "fs.util", "/home", UNIT_PERCENT, 88.4, 0, 0 },
    { "fs.total", "/home", UNIT_BYTE, 1.6e12, 0, 0 },
    { "net.recv.rate", "total", UNIT_BYTE_PER_S, 4e5, 3.9e5, 0 },
    { "net.send.rate", "total", UNIT_BYTE_PER_S, 3e4, 2e4, 0 },
    { "net.recv.rate", "wlan0", UNIT_BYTE_PER_S, 4e5, 3.9e5, 0 },
    { "net.send.rate", "wlan0", UNIT_BYTE_PER_S, 3e4, 2e4, 0 },
    { "net.connections", "established", UNIT_NONE, 23, 0, 0 },
    { "pressure.cpu.some", NULL, UNIT_PERCENT, 1.5, 1, 4 },
    { "pressure.memory.some", NULL, UNIT_PERCENT, 0, 0, 0 },
    { "pressure.io.some", NULL, UNIT_PERCENT, 0.5, 0.5, 0 },
    { "pressure.io.full", NULL, UNIT_PERCENT, 0.2, 0.2, 0 },
    { "sonde.cpu", NULL, UNIT_PERCENT, 0.15, 0.02, 0 },
    { "sonde.rss", NULL, UNIT_BYTE, 4.2e6, 0, 0 },
    { "sonde.adapter.time", "cpu", UNIT_SECOND, 2.7e-5, 2e-6, 0 },
    { "sonde.adapter.time", "process", UNIT_SECOND, 8.2e-4, 9e-5, 0 },
};

static const struct sample_metric devices_more[] = {
    { "gpu.util", "0", UNIT_PERCENT, 50, 40, 0 },
    { "gpu.vram.used", "0", UNIT_BYTE, 6.1e9, 2e8, 0 },
    { "gpu.vram.total", "0", UNIT_BYTE, 12.9e9, 0, 0 },
    { "gpu.vram.util", "0", UNIT_PERCENT, 47.3, 1.5, 0 },
    { "gpu.temp", "0", UNIT_CELSIUS, 63, 3, 0 },
    { "gpu.power", "0", UNIT_WATT, 141, 40, 0 },
    { "gpu.clock.core", "0", UNIT_HERTZ, 1.98e9, 0, 0 },
    { "gpu.util", "1", UNIT_PERCENT, 0, 0, 0 },
    { "gpu.temp", "1", UNIT_CELSIUS, 38, 0, 0 },
    { "gpu.asleep", "1", UNIT_NONE, 1, 0, 0 },
    { "sensor.temp", "platform-coretemp.0/coretemp/Package id 0", UNIT_CELSIUS, 52, 4, 9 },
    { "sensor.temp", "nvme/nvme0/Composite", UNIT_CELSIUS, 41, 0, 0 },
    { "sensor.fan", "platform/thinkpad/fan1", UNIT_RPM, 2650, 100, 0 },
    { "power.package", "0", UNIT_WATT, 11.5, 2, 9 },
    { "battery.charge", "BAT0", UNIT_PERCENT, 81, 0, 0 },
};

static double sample_value(const struct sample_metric *m, int tick)
{
    static const double wave[12] = { 0, 0.5, 0.9, 1, 0.9, 0.5, 0, -0.5, -0.9, -1, -0.9, -0.5 };
    return m->level + m->swing * wave[tick % 12] + (tick >= GROWS ? m->later : 0);
}

static int sample_metrics(struct schema *s, const struct sample_metric *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        schema_add(s, &(struct metric){ .name = m[i].name, .inst = m[i].inst, .unit = m[i].unit });
    return (int)n;
}

enum { BASE = sizeof machine / sizeof *machine, MORE = sizeof devices_more / sizeof *devices_more };

static void sample_rows(struct recording *r, int n)
{
    double v[BASE + MORE];
    for (int tick = 0; tick < TICKS; tick++) {
        for (int i = 0; i < n; i++)
            v[i] = sample_value(i < BASE ? &machine[i] : &devices_more[i - BASE], tick);
        if (tick >= 20 && tick < 26)
            v[0] = NAN; /* a gap */
        recording_add(r, START_MS + 1000 * tick, 1000000000LL * (tick + 5), v, n);
    }
}

static const struct {
    int pid, ppid;
    char state;
    const char *name;
    double cpu, rss, read, write;
    int threads;
} procs[] = {
    { 1, 0, 'S', "systemd", 0, 1.2e7, 0, 0, 1 },
    { 2, 0, 'S', "kthreadd", 0, 0, NAN, NAN, 1 },
    { 44, 2, 'I', "kworker/u8:2", 0.1, 0, NAN, NAN, 1 },
    { 610, 1, 'S', "dbus-daemon", 0, 5.1e6, NAN, NAN, 1 },
    { 800, 1, 'S', "gnome-shell", 3.2, 4.1e8, 0, 4096, 14 },
    { 812, 800, 'S', "firefox", 9.5, 1.1e9, 1.2e5, 5.5e5, 98 },
    { 830, 812, 'S', "Web Content", 2.5, 3.3e8, 0, 0, 21 },
    { 831, 812, 'R', "Web Content", 14, 5.1e8, 0, 0, 22 },
    { 900, 800, 'S', "bash", 0, 5.3e6, 0, 0, 1 },
    { 950, 900, 'S', "stress-ng", 0.2, 6.1e6, 0, 0, 1 },
    { 951, 950, 'R', "stress-ng-vm", 99, 5.5e9, 0, 0, 1 },
    { 990, 900, 'D', "rsync", 4, 2.2e7, 3.1e6, 9.8e5, 2 },
};

static void sample_procs(struct proctab *t, double seconds)
{
    t->n = 0;
    t->mono_ns = (int64_t)(1e9 * (TICKS + 4 + seconds));
    for (size_t i = 0; i < sizeof procs / sizeof *procs; i++) {
        struct proc *p = proctab_add(t);
        p->pid = procs[i].pid;
        p->ppid = procs[i].ppid;
        p->state = procs[i].state;
        snprintf(p->name, sizeof p->name, "%s", procs[i].name);
        p->start_s = procs[i].pid;
        p->cpu_s = 100 + procs[i].cpu / 100 * seconds;
        p->rss_bytes = procs[i].rss;
        p->read_bytes = 1e6 + procs[i].read * seconds;
        p->write_bytes = 1e6 + procs[i].write * seconds;
        p->threads = procs[i].threads;
    }
}

struct proc *sample_proc(struct proctab *t, int pid)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->p[i].pid == pid)
            return &t->p[i];
    return NULL;
}

void sample_tick(struct top *t, void (*change)(struct proctab *p))
{
    struct proctab now = { 0 };
    sample_procs(&now, (double)t->live.before.mono_ns * 1e-9 - TICKS - 4 + 1);
    if (change)
        change(&now);
    live_take_procs(&t->live, &now);
    top_tick(t);
    proctab_done(&now);
}

void sample_top(struct top *t, bool utf8, bool devices)
{
    top_init(t, 1, utf8, utf8 ? SPARK_BRAILLE : SPARK_ASCII);
    struct recording *r = t->live.rec;
    schema_source(r->schema, "sample");
    int n = sample_metrics(r->schema, machine, BASE);
    if (devices)
        n += sample_metrics(r->schema, devices_more, MORE);
    r->interval_s = 1;
    sample_rows(r, n);
    t->live.shown = r->n;
    struct proctab first = { 0 };
    sample_procs(&first, 0);
    live_take_procs(&t->live, &first);
    proctab_done(&first);
    recording_add_event(
        r, &(struct event){ .wall_ms = START_MS + 20000,
                            .end_ms = START_MS + 26000,
                            .kind = EVENT_GAP,
                            .severity = SEVERITY_NOTICE,
                            .source = "sampler",
                            .text = "5 ticks missed: the machine or the sampler was held up" });
    snprintf(t->live.missing, sizeof t->live.missing, "rapl, smart");
    live_judge(&t->live);
    t->live.judge_s = 0.0041; /* measured, so never twice the same */
    sample_tick(t, NULL);
}

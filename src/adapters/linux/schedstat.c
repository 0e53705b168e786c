/*
 * schedstat.c - how long tasks waited for a core although they were ready to run, from
 * /proc/schedstat (Documentation/scheduler/sched-stats.rst of the kernel).
 *
 * Load says that too many tasks want to run; this says what it costs them. The last three numbers
 * of a core's line have been the same since version 15 (Linux 2.6.30): time running, time waiting,
 * both in nanoseconds, and turns taken. The kernel needs CONFIG_SCHEDSTATS.
 */
#include "adapters/linux/devices.h"
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"

#include <errno.h>
#include <string.h>

/* Cores beyond the first count in the total only: with several slots each they would be too many. */
enum { CORES = 4096, CORES_WITH_METRICS = 64 };

enum { DELAY, RUNNING, SLICES, COUNTERS };

static const struct devices_counter schedstat_counters[COUNTERS] = {
    [DELAY]   = { "cpu.runqueue.delay",  "time that tasks waited for it, ready to run", UNIT_SECOND, "cpu.runqueue.waiting", 0, false },
    [RUNNING] = { "cpu.runqueue.time",   "time that tasks ran on the core",            UNIT_SECOND, "", 0, false },
    [SLICES]  = { "cpu.runqueue.slices", "turns that tasks had on the core",           UNIT_NONE,   NULL, 0, false },
};

static const struct devices_ratio schedstat_ratios[] = {
    { "cpu.runqueue.latency", "mean wait for a turn on the core", UNIT_SECOND, DELAY, SLICES, 1, 0 },
};

static const struct devices_layout schedstat_layout = { schedstat_counters, COUNTERS, schedstat_ratios, 1, CORES };

struct schedstat {
    struct lines file;
    bool strange;
    struct devices cores;
};

/* Splits "cpu3 0 0 0 0 0 0 running waiting slices". False for lines of other kinds. */
static bool schedstat_parse(char *line, char **core, double v[static COUNTERS])
{
    char *end = strchr(line, ' ');
    uint64_t n[9];
    if (!end)
        return false;
    *end = '\0';
    const char *p = end + 1;
    if (text_cpu_number(line) < 0)
        return false;
    for (int i = 0; i < 9; i++)
        if (!text_u64(&p, &n[i]))
            return false;
    *core = line + strlen("cpu");
    v[RUNNING] = (double)n[6] * 1e-9;
    v[DELAY] = (double)n[7] * 1e-9;
    v[SLICES] = (double)n[8];
    return true;
}

static void schedstat_add_cores(struct schedstat *d, struct schema *s)
{
    char *line, *core;
    double v[COUNTERS];
    lines_read_all(&d->file);
    while ((line = lines_next(&d->file))) {
        if (!schedstat_parse(line, &core, v) || devices_find(&d->cores, core) >= 0)
            continue;
        if (d->cores.n < CORES_WITH_METRICS)
            devices_add(&d->cores, s, core, true);
        else
            devices_count(&d->cores, core);
    }
}

static void schedstat_close(void *self)
{
    struct schedstat *d = self;
    if (!d)
        return;
    lines_close(&d->file);
    devices_done(&d->cores);
    mem_free(d);
}

static int schedstat_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct schedstat *d = mem_new(sizeof *d);
    int rc = lines_open(&d->file, env->root, "/proc/schedstat");
    if (rc < 0) {
        mem_free(d);
        if (rc == -ENOENT)
            env->explain(env, "there is no /proc/schedstat: the kernel was built without CONFIG_SCHEDSTATS");
        return rc == -ENOENT ? -ENODEV : rc;
    }
    devices_init(&d->cores, &schedstat_layout, s);
    schedstat_add_cores(d, s);
    *self = d;
    return 0;
}

static void schedstat_sample(void *self, struct frame *f)
{
    struct schedstat *d = self;
    char *line, *core;
    double v[COUNTERS];
    if (lines_read(&d->file) < 0)
        return;
    devices_begin(&d->cores);
    while ((line = lines_next(&d->file))) {
        if (!schedstat_parse(line, &core, v))
            continue;
        int i = devices_find(&d->cores, core);
        if (i >= 0)
            devices_set(&d->cores, f, i, v);
        else
            d->strange = true;
    }
    devices_end(&d->cores, f);
}

static int schedstat_rescan(void *self, struct schema *s)
{
    struct schedstat *d = self;
    if (d->strange || d->file.cut)
        schedstat_add_cores(d, s);
    d->strange = false;
    return 0;
}

const struct adapter adapter_schedstat = {
    .name = "schedstat", .doc = "time that tasks waited for a core although ready to run",
    .provides = "cpu.runqueue.*",
    .open = schedstat_open, .sample = schedstat_sample, .rescan = schedstat_rescan, .close = schedstat_close,
};

/*
 * cpuinfo.c - clock frequency where there is no cpufreq: "cpu MHz" of /proc/cpuinfo.
 *
 * The kernel formats some 1.5 KiB per core for it, so it is read rarely. In a guest the number is
 * often the constant that the hypervisor gave; 0 means that nobody knows.
 */
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CPUINFO_MAX_CORES = 4096 };

struct cpuinfo {
    struct lines file;
    int *slot;     /* by number of the core; 0 = none: cpu.freq comes first */
    int n;
    int mean;      /* slot */
    bool strange;  /* the last reading has a core without a slot */
};

/* Behind "key<tabs and blanks>:", or NULL. */
static const char *cpuinfo_after(const char *line, const char *key)
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) != 0)
        return NULL;
    line += n + strspn(line + n, " \t");
    return *line == ':' ? line + 1 : NULL;
}

/* The next core that has a line of its frequency; *core is the one that the lines are about. */
static bool cpuinfo_next(struct cpuinfo *c, int *core, double *hz)
{
    const char *line;
    while ((line = lines_next(&c->file))) {
        const char *v = cpuinfo_after(line, "processor");
        uint64_t number;
        if (v && text_u64(&v, &number))
            *core = number < CPUINFO_MAX_CORES ? (int)number : -1;
        v = cpuinfo_after(line, "cpu MHz");
        double mhz = v ? strtod(v, NULL) : 0;
        if (mhz > 0 && isfinite(mhz) && *core >= 0) {
            *hz = mhz * 1e6;
            return true;
        }
    }
    return false;
}

static bool cpuinfo_has(const struct cpuinfo *c, int core)
{
    return core < c->n && c->slot[core];
}

static void cpuinfo_sample(void *self, struct frame *f)
{
    struct cpuinfo *c = self;
    double hz, sum = 0;
    int core = -1, known = 0;
    lines_read(&c->file);
    while (cpuinfo_next(c, &core, &hz)) {
        sum += hz;
        known++;
        if (cpuinfo_has(c, core))
            frame_set(f, c->slot[core], hz);
        else
            c->strange = true;
    }
    frame_set(f, c->mean, known ? sum / known : NAN);
}

static int cpuinfo_add_slot(struct schema *s, const char *name, const char *inst, const char *help)
{
    return schema_add(s, &(struct metric){
        .name = name, .inst = inst, .help = help, .unit = UNIT_HERTZ, .kind = KIND_GAUGE });
}

static void cpuinfo_add_core(struct cpuinfo *c, struct schema *s, int core)
{
    if (core >= c->n) {
        c->slot = mem_resize(c->slot, (size_t)(core + 1) * sizeof *c->slot);
        memset(c->slot + c->n, 0, (size_t)(core + 1 - c->n) * sizeof *c->slot);
        c->n = core + 1;
    }
    char inst[16];
    snprintf(inst, sizeof inst, "%d", core);
    c->slot[core] = cpuinfo_add_slot(s, "cpu.core.freq", inst, "clock frequency now");
}

/* Slots for the cores that have none; returns how many have a frequency. */
static int cpuinfo_add(struct cpuinfo *c, struct schema *s)
{
    double hz;
    int core = -1, known = 0;
    lines_read_all(&c->file);
    while (cpuinfo_next(c, &core, &hz)) {
        if (!known++)
            c->mean = cpuinfo_add_slot(s, "cpu.freq", NULL, "clock frequency, mean of the cores");
        if (!cpuinfo_has(c, core))
            cpuinfo_add_core(c, s, core);
    }
    return known;
}

static int cpuinfo_rescan(void *self, struct schema *s)
{
    struct cpuinfo *c = self;
    if (c->strange || c->file.cut)
        cpuinfo_add(c, s);
    c->strange = false;
    return 0;
}

static void cpuinfo_close(void *self)
{
    struct cpuinfo *c = self;
    if (!c)
        return;
    lines_close(&c->file);
    mem_free(c->slot);
    mem_free(c);
}

static int cpuinfo_open(const struct adapter_env *env, struct schema *s, void **self)
{
    if (schema_find(s, "cpu.freq", NULL) >= 0) {
        env->explain(env, "not needed: cpufreq is there");
        return -ENODEV;
    }
    struct cpuinfo *c = mem_new(sizeof *c);
    int rc = lines_open(&c->file, env->root, "/proc/cpuinfo");
    if (rc == 0 && cpuinfo_add(c, s) > 0) {
        *self = c;
        return 0;
    }
    if (rc == 0)
        env->explain(env, "neither cpufreq nor /proc/cpuinfo knows a clock frequency");
    cpuinfo_close(c);
    return rc == 0 || rc == -ENOENT ? -ENODEV : rc;
}

const struct adapter adapter_cpuinfo = {
    .name = "cpuinfo", .doc = "clock frequency where there is no cpufreq, from /proc/cpuinfo",
    .provides = "cpu.freq,cpu.core.freq",
    .period_ms = 10000,
    .open = cpuinfo_open, .sample = cpuinfo_sample, .rescan = cpuinfo_rescan, .close = cpuinfo_close,
};

/*
 * pressure.c - share of time in which tasks waited for want of something, from /proc/pressure
 * (Documentation/accounting/psi.rst).
 *
 * "some": at least one task waited; "full": nothing useful ran at all. The totals, in microseconds,
 * are kept as counters: they are exact over any span. The kernel's averages over 10, 60 and 300 s
 * are smoothed; they say at once what was before Sonde began. The machine's "full" of cpu is always
 * 0 by definition and is not taken.
 */
#include "adapters/linux/psi.h"
#include "base/mem.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>

enum { CPU, MEMORY, IO, IRQ, FILES };

static const char *const pressure_files[FILES] = { "cpu", "memory", "io", "irq" };

static const struct { int file; const char *line, *name, *help; } pressure_lines[] = {
    { CPU,    "some", "pressure.cpu.some",    "share of time in which a task waited for a core" },
    { MEMORY, "some", "pressure.memory.some", "share of time in which a task waited for memory" },
    { MEMORY, "full", "pressure.memory.full", "share of time in which all tasks waited for memory" },
    { IO,     "some", "pressure.io.some",     "share of time in which a task waited for storage" },
    { IO,     "full", "pressure.io.full",     "share of time in which all tasks waited for storage" },
    { IRQ,    "full", "pressure.irq.full",    "share of time in which interrupts kept all tasks waiting" },
};
enum { LINES = sizeof pressure_lines / sizeof *pressure_lines };

struct pressure {
    int fd[FILES];
    int slot[LINES]; /* -1: the file had no such line when it was opened */
    int average[LINES][PSI_SPANS];
};

static void pressure_set(const struct pressure *p, struct frame *f, int i, const char *text)
{
    double average[PSI_SPANS];
    frame_set(f, p->slot[i], psi_total(text, pressure_lines[i].line));
    psi_averages(text, pressure_lines[i].line, average);
    for (int k = 0; k < PSI_SPANS; k++)
        frame_set(f, p->average[i][k], average[k]);
}

static void pressure_sample(void *self, struct frame *f)
{
    const struct pressure *p = self;
    for (int file = 0; file < FILES; file++) {
        char text[256];
        if (p->fd[file] < 0 || os_pread_text(p->fd[file], text, sizeof text) < 0)
            continue;
        for (int i = 0; i < LINES; i++)
            if (pressure_lines[i].file == file)
                pressure_set(p, f, i, text);
    }
}

static void pressure_add(struct pressure *p, struct schema *s, int i)
{
    char counter[SCHEMA_MAX_NAME];
    snprintf(counter, sizeof counter, "%s.time", pressure_lines[i].name);
    p->slot[i] = schema_add(s, &(struct metric){
        .name = counter, .help = "the time behind that share", .unit = UNIT_SECOND, .kind = KIND_COUNTER,
        .rate = "" });
    schema_add(s, &(struct metric){
        .name = pressure_lines[i].name, .help = pressure_lines[i].help, .unit = UNIT_PERCENT, .kind = KIND_RATIO,
        .num = p->slot[i], .den = SCHEMA_TIME, .scale = 100, .max = 100 });
    snprintf(counter, sizeof counter, "%s.average", pressure_lines[i].name);
    static const char *const span[PSI_SPANS] = { "10s", "60s", "300s" };
    for (int k = 0; k < PSI_SPANS; k++)
        p->average[i][k] = schema_add(s, &(struct metric){
            .name = counter, .inst = span[k], .help = "that share, averaged over the span by the kernel",
            .unit = UNIT_PERCENT, .kind = KIND_GAUGE, .max = 100 });
}

static void pressure_close(void *self)
{
    struct pressure *p = self;
    for (int file = 0; p && file < FILES; file++)
        os_close(p->fd[file]);
    mem_free(p);
}

static int pressure_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct pressure *p = mem_new(sizeof *p);
    int rc = -ENOENT, found = 0;
    for (int i = 0; i < LINES; i++) {
        p->slot[i] = -1;
        for (int k = 0; k < PSI_SPANS; k++)
            p->average[i][k] = -1;
    }
    for (int file = 0; file < FILES; file++) {
        char path[64], text[256];
        snprintf(path, sizeof path, "/proc/pressure/%s", pressure_files[file]);
        p->fd[file] = os_open_read(env->root, path);
        /* Switched off at boot, the files of some kernels are there and refuse to be read. */
        int n = p->fd[file] < 0 ? p->fd[file] : os_pread_text(p->fd[file], text, sizeof text);
        if (n < 0)
            rc = n;
        for (int i = 0; n >= 0 && i < LINES; i++)
            if (pressure_lines[i].file == file && !isnan(psi_total(text, pressure_lines[i].line))) {
                pressure_add(p, s, i);
                found++;
            }
    }
    if (found) {
        *self = p;
        return 0;
    }
    pressure_close(p);
    if (rc == -EACCES || rc == -EPERM)
        return rc;
    env->explain(env,
                 "the kernel keeps no pressure stall information: add psi=1 to its command line");
    return -ENODEV;
}

const struct adapter adapter_pressure = {
    .name = "pressure", .doc = "share of time in which tasks waited for cores, memory or storage",
    .provides = "pressure.*",
    .open = pressure_open, .sample = pressure_sample, .close = pressure_close,
};

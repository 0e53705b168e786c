/*
 * softnet.c - packets that each core took from the network cards, and what it had to leave, from
 * /proc/net/softnet_stat (net/core/net-procfs.c of the kernel, softnet_seq_show()).
 *
 * "squeezed": the core's share of time for packets was over and more were waiting; "dropped": its
 * queue was full. Columns are hexadecimal and have no names. The core's number stands in the 13th
 * since Linux 5.10; before, the lines are the cores that are online, in order.
 */
#include "adapters/linux/devices.h"
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "core/adapter.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Cores beyond the first count in the total only; cards have fewer queues than large machines cores. */
enum { CORES = 4096, CORES_WITH_METRICS = 32 };

enum { PROCESSED, DROPPED, SQUEEZED, STEERED, LIMITED, COUNTERS };

#define WRAP 4294967296.0 /* the kernel prints 32 bits */

static const struct devices_counter softnet_counters[COUNTERS] = {
    [PROCESSED] = { "net.softnet.processed", "packets that the core took",                          UNIT_NONE, NULL, WRAP, false },
    [DROPPED]   = { "net.softnet.dropped",   "packets dropped: the core's queue was full",          UNIT_NONE, NULL, WRAP, false },
    [SQUEEZED]  = { "net.softnet.squeezed",  "times that it had to stop with packets left",         UNIT_NONE, NULL, WRAP, false },
    [STEERED]   = { "net.softnet.steered",   "times that another core woke it for packets (RPS)",   UNIT_NONE, NULL, WRAP, false },
    [LIMITED]   = { "net.softnet.limited",   "packets dropped because one flow had too many",       UNIT_NONE, NULL, WRAP, false },
};

static const struct devices_layout softnet_layout = { softnet_counters, COUNTERS, NULL, 0, CORES };

enum { F_PROCESSED, F_DROPPED, F_SQUEEZED, F_STEERED = 9, F_LIMITED, F_CORE = 12, FIELDS };

struct softnet {
    struct lines file;
    int line;       /* of the file: the core, where it does not say */
    bool strange;
    struct devices cores;
};

/* The next core and its counters; false behind the last. */
static bool softnet_next(struct softnet *n, char core[static 16], double v[static COUNTERS])
{
    const char *p = lines_next(&n->file);
    uint64_t t[FIELDS] = { 0 };
    int got = 0;
    if (!p)
        return false;
    for (char *end; got < FIELDS && (t[got] = strtoull(p, &end, 16), end > p); got++)
        p = end;
    if (got <= F_SQUEEZED)
        return false;
    v[PROCESSED] = (double)(uint32_t)t[F_PROCESSED];
    v[DROPPED] = (double)(uint32_t)t[F_DROPPED];
    v[SQUEEZED] = (double)(uint32_t)t[F_SQUEEZED];
    v[STEERED] = got > F_STEERED ? (double)(uint32_t)t[F_STEERED] : (double)NAN;
    v[LIMITED] = got > F_LIMITED ? (double)(uint32_t)t[F_LIMITED] : (double)NAN;
    snprintf(core, 16, "%u", got > F_CORE ? (unsigned)(t[F_CORE] % CORES) : (unsigned)n->line);
    n->line++;
    return true;
}

static void softnet_add_cores(struct softnet *n, struct schema *s)
{
    char core[16];
    double v[COUNTERS];
    lines_read_all(&n->file);
    for (n->line = 0; softnet_next(n, core, v);) {
        if (devices_find(&n->cores, core) >= 0)
            continue;
        if (n->cores.n < CORES_WITH_METRICS)
            devices_add(&n->cores, s, core, true);
        else
            devices_count(&n->cores, core);
    }
}

static void softnet_close(void *self)
{
    struct softnet *n = self;
    if (!n)
        return;
    lines_close(&n->file);
    devices_done(&n->cores);
    mem_free(n);
}

static int softnet_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct softnet *n = mem_new(sizeof *n);
    int rc = lines_open(&n->file, env->root, "/proc/net/softnet_stat");
    if (rc < 0) {
        mem_free(n);
        return rc == -ENOENT ? -ENODEV : rc;
    }
    devices_init(&n->cores, &softnet_layout, s);
    softnet_add_cores(n, s);
    *self = n;
    return 0;
}

static void softnet_sample(void *self, struct frame *f)
{
    struct softnet *n = self;
    char core[16];
    double v[COUNTERS];
    if (lines_read(&n->file) < 0)
        return;
    devices_begin(&n->cores);
    for (n->line = 0; softnet_next(n, core, v);) {
        int i = devices_find(&n->cores, core);
        if (i >= 0)
            devices_set(&n->cores, f, i, v);
        else
            n->strange = true;
    }
    devices_end(&n->cores, f);
}

static int softnet_rescan(void *self, struct schema *s)
{
    struct softnet *n = self;
    if (n->strange || n->file.cut)
        softnet_add_cores(n, s);
    n->strange = false;
    return 0;
}

const struct adapter adapter_softnet = {
    .name = "softnet", .doc = "packets that each core took, and what it had to leave",
    .provides = "net.softnet.*",
    .open = softnet_open, .sample = softnet_sample, .rescan = softnet_rescan, .close = softnet_close,
};

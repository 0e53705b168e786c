/*
 * zones.c - free memory by zone and by size of its pieces, from /proc/zoneinfo and /proc/buddyinfo
 * (proc_buddyinfo(5), mm/vmstat.c of the kernel, Documentation/admin-guide/sysctl/vm.rst).
 *
 * There can be free memory and none of use: in the wrong zone, below the marks that the kernel keeps,
 * or in pieces too small. Zones without memory are left out, and those beyond ZONES. Every 10 s: zoneinfo has
 * hundreds of lines of which few are of use.
 */
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ZONES = 32, NAME = 24, ORDERS = 11, HUGE_BYTES = 1 << 21 };

static const struct { const char *key, *name, *help; } zones_values[] = {
    { "pages free",            "memory.zone.free",          "free memory of the zone" },
    { "min",                   "memory.zone.mark.min",      "free memory that is kept for emergencies" },
    { "low",                   "memory.zone.mark.low",      "free memory below which kswapd begins" },
    { "high",                  "memory.zone.mark.high",     "free memory above which kswapd ends" },
    { "managed",               "memory.zone.size",          "memory of the zone" },
    { "nr_zone_inactive_anon", "memory.zone.inactive.anon", "memory of programs not touched lately" },
    { "nr_zone_active_anon",   "memory.zone.active.anon",   "memory of programs touched lately" },
    { "nr_zone_inactive_file", "memory.zone.inactive.file", "cache of files not touched lately" },
    { "nr_zone_active_file",   "memory.zone.active.file",   "cache of files touched lately" },
    { "nr_zone_unevictable",   "memory.zone.unevictable",   "memory that cannot be reclaimed" },
    { "nr_zone_write_pending", "memory.zone.write_pending", "cache that waits to be written" },
};
enum { MANAGED = 4, VALUES = sizeof zones_values / sizeof *zones_values };

struct zone {
    char name[NAME];          /* "0/Normal": node and zone */
    bool has_buddies;
    int slot[VALUES], blocks[ORDERS], fragmented;
};

struct zones {
    struct lines info, buddy;
    double page_bytes;
    int n;
    struct zone zone[ZONES];
};

/* Splits "Node 0, zone   Normal" and gives what stands behind it; NULL for other lines. */
static const char *zones_heading(const char *line, char name[static NAME])
{
    const char *p = line + strlen("Node ");
    uint64_t node;
    if (strncmp(line, "Node ", 5) != 0 || !text_u64(&p, &node) || strncmp(p, ", zone ", 7) != 0)
        return NULL;
    p += 7;
    p += strspn(p, " ");
    int n = (int)strcspn(p, " ");
    snprintf(name, NAME, "%u/%.*s", (unsigned)node, n < 12 ? n : 12, p);
    return p + n;
}

static struct zone *zones_find(struct zones *z, const char *name)
{
    for (int i = 0; i < z->n; i++)
        if (strcmp(z->zone[i].name, name) == 0)
            return &z->zone[i];
    return NULL;
}

/* Puts the number of a line like "        min      16959" where it belongs. */
static void zones_take(const char *line, double v[static VALUES])
{
    const char *p = line + strspn(line, " ");
    uint64_t pages;
    for (int i = 0; i < VALUES; i++) {
        size_t n = strlen(zones_values[i].key);
        const char *number = p + n;
        if (strncmp(p, zones_values[i].key, n) == 0 && *number == ' ' && text_u64(&number, &pages) && isnan(v[i]))
            v[i] = (double)pages;
    }
}

/* The next zone and its values, in pages; false behind the last. *heading is that of the one after it. */
static bool zones_next(struct zones *z, const char **heading, char name[static NAME], double v[static VALUES])
{
    while (*heading && !zones_heading(*heading, name))
        *heading = lines_next(&z->info);
    if (!*heading)
        return false;
    char other[NAME];
    for (int i = 0; i < VALUES; i++)
        v[i] = NAN;
    while ((*heading = lines_next(&z->info)) && !zones_heading(*heading, other))
        zones_take(*heading, v);
    return true;
}

static void zones_add(struct zones *z, struct schema *s, const char *name, const double v[static VALUES])
{
    if (z->n == ZONES || !(v[MANAGED] > 0))
        return;
    struct zone *e = &z->zone[z->n++];
    text_copy(e->name, sizeof e->name, name);
    for (int i = 0; i < VALUES; i++)
        e->slot[i] = isnan(v[i]) ? -1 : schema_add(s, &(struct metric){
            .name = zones_values[i].name, .inst = name, .help = zones_values[i].help, .unit = UNIT_BYTE,
            .kind = KIND_GAUGE });
    for (int i = 0; i < ORDERS; i++)
        e->blocks[i] = -1;
    e->fragmented = -1;
}

static void zones_add_buddies(struct zones *z, struct schema *s)
{
    char *line, name[NAME], inst[NAME + 8];
    lines_read_all(&z->buddy);
    while ((line = lines_next(&z->buddy))) {
        struct zone *e = zones_heading(line, name) ? zones_find(z, name) : NULL;
        if (!e || e->has_buddies)
            continue;
        e->has_buddies = true;
        for (int i = 0; i < ORDERS; i++) {
            snprintf(inst, sizeof inst, "%s/%d", name, i);
            e->blocks[i] = schema_add(s, &(struct metric){
                .name = "memory.zone.blocks", .inst = inst, .kind = KIND_GAUGE,
                .help = "free pieces of memory; the last number is their size: 2 to its power, in pages" });
        }
        e->fragmented = schema_add(s, &(struct metric){
            .name = "memory.zone.fragmented", .inst = name, .unit = UNIT_PERCENT, .kind = KIND_GAUGE, .max = 100,
            .help = "share of the free memory in pieces too small for a huge page of 2 MiB" });
    }
}

static void zones_close(void *self)
{
    struct zones *z = self;
    if (!z)
        return;
    lines_close(&z->info);
    lines_close(&z->buddy);
    mem_free(z);
}

static int zones_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct zones *z = mem_new(sizeof *z);
    char name[NAME];
    double v[VALUES];
    z->page_bytes = (double)sysconf(_SC_PAGESIZE);
    z->buddy.fd = -1;
    int rc = lines_open(&z->info, env->root, "/proc/zoneinfo");
    if (rc == 0 && lines_open(&z->buddy, env->root, "/proc/buddyinfo") < 0)
        z->buddy.fd = -1;
    if (rc == 0) {
        lines_read_all(&z->info);
        for (const char *heading = lines_next(&z->info); zones_next(z, &heading, name, v);)
            zones_add(z, s, name, v);
        rc = z->n ? 0 : -ENODATA;
    }
    if (rc < 0) {
        zones_close(z);
        return rc == -ENOENT ? -ENODEV : rc;
    }
    if (z->buddy.fd >= 0)
        zones_add_buddies(z, s);
    *self = z;
    return 0;
}

static void zones_sample_buddies(struct zones *z, struct frame *f, const struct zone *e, const char *p)
{
    double total = 0, small = 0;
    int order = 0;
    uint64_t count;
    for (; order < ORDERS && text_u64(&p, &count); order++) {
        double bytes = (double)count * z->page_bytes * (double)(1 << order);
        frame_set(f, e->blocks[order], (double)count);
        total += bytes;
        small += z->page_bytes * (double)(1 << order) < HUGE_BYTES ? bytes : 0;
    }
    frame_set(f, e->fragmented, order && total > 0 ? 100 * small / total : NAN);
}

static void zones_sample(void *self, struct frame *f)
{
    struct zones *z = self;
    char name[NAME], *line;
    double v[VALUES];
    lines_read(&z->info);
    for (const char *heading = lines_next(&z->info); zones_next(z, &heading, name, v);) {
        const struct zone *e = zones_find(z, name);
        for (int i = 0; e && i < VALUES; i++)
            frame_set(f, e->slot[i], v[i] * z->page_bytes);
    }
    if (z->buddy.fd < 0)
        return;
    lines_read(&z->buddy);
    while ((line = lines_next(&z->buddy))) {
        const char *p = zones_heading(line, name);
        const struct zone *e = p ? zones_find(z, name) : NULL;
        if (e)
            zones_sample_buddies(z, f, e, p);
    }
}

const struct adapter adapter_zones = {
    .name = "zones", .doc = "free memory by zone and by size of its pieces",
    .provides = "memory.zone.*",
    .period_ms = 10000,
    .open = zones_open, .sample = zones_sample, .close = zones_close,
};

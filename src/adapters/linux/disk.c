/*
 * disk.c - traffic, latency, queue and busy time of disks, from /proc/diskstats
 * (Documentation/admin-guide/iostats.rst of the kernel).
 *
 * Whole devices only. The kernel lists every disk before its partitions and names these after it
 * ("sda1", "nvme0n1p1"), so the order of the lines tells them apart, also where a virtual machine
 * has an "xvda1" without an "xvda". Loop, RAM and compressed RAM disks and drives for media appear
 * once they were used. Device-mapper and md devices stand beside the disks they lie on and are left
 * out of the total, as is all that does not end in hardware or on the network.
 *
 * Times are milliseconds in 32 bits: they start again from 0 every 49.7 days.
 */
#include "adapters/linux/devices.h"
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "os/os.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DISK_WRAP_S 4294967.296
#define DISK_SECTOR 512 /* of this file, whatever the device has */

enum {
    READ, WRITE, READS, WRITES, DISCARD, FLUSHES, READ_TIME, WRITE_TIME, REQUESTS, TIME, BUSY,
    WAITING, READ_MERGES, WRITE_MERGES, DISCARDS, DISCARD_TIME, FLUSH_TIME, COUNTERS
};

static const struct devices_counter disk_counters[COUNTERS] = {
    [READ]       = { "disk.read",       "bytes read",                                            UNIT_BYTE,   NULL, 0, false },
    [WRITE]      = { "disk.write",      "bytes written",                                         UNIT_BYTE,   NULL, 0, false },
    [READS]      = { "disk.reads",      "reads completed",                                       UNIT_NONE,   NULL, 0, false },
    [WRITES]     = { "disk.writes",     "writes completed",                                      UNIT_NONE,   NULL, 0, false },
    [DISCARD]    = { "disk.discard",    "bytes given back to the device as unused",              UNIT_BYTE,   NULL, 0, false },
    [FLUSHES]    = { "disk.flushes",    "flushes of the device's cache completed",               UNIT_NONE,   NULL, 0, false },
    [READ_TIME]  = { "disk.read.time",  "time spent by all reads, waiting included",             UNIT_SECOND, "",   DISK_WRAP_S, false },
    [WRITE_TIME] = { "disk.write.time", "time spent by all writes, waiting included",            UNIT_SECOND, "",   DISK_WRAP_S, false },
    [REQUESTS]   = { "disk.requests",   "reads and writes completed",                            UNIT_NONE,   "",   0, false },
    [TIME]       = { "disk.time",       "time spent by all reads and writes",                    UNIT_SECOND, "",   DISK_WRAP_S, false },
    [BUSY]       = { "disk.busy",       "time with at least one request; total: of the busiest", UNIT_SECOND, "",   DISK_WRAP_S, true },
    [READ_MERGES]  = { "disk.reads.merged",  "reads joined to others before they began",       UNIT_NONE,   NULL, 0, false },
    [WRITE_MERGES] = { "disk.writes.merged", "writes joined to others before they began",      UNIT_NONE,   NULL, 0, false },
    [DISCARDS]     = { "disk.discards",      "requests that give back space as unused",        UNIT_NONE,   NULL, 0, false },
    [DISCARD_TIME] = { "disk.discard.time",  "time spent by these, waiting included",          UNIT_SECOND, "",   DISK_WRAP_S, false },
    [FLUSH_TIME]   = { "disk.flush.time",    "time spent by flushes, waiting included",        UNIT_SECOND, "",   DISK_WRAP_S, false },
    [WAITING]    = { "disk.waiting",    "time multiplied by the requests in the queue",          UNIT_SECOND, "",   DISK_WRAP_S, false },
};

static const struct devices_ratio disk_ratios[] = {
    { "disk.util",          "share of time with at least one request; total: of the busiest disk",
                                                               UNIT_PERCENT, BUSY,       SCHEMA_TIME, 100, 100 },
    { "disk.latency",       "mean time of a read or write, waiting included", UNIT_SECOND, TIME, REQUESTS, 1, 0 },
    { "disk.read.latency",  "mean time of a read, waiting included",  UNIT_SECOND, READ_TIME,  READS,       1, 0 },
    { "disk.write.latency", "mean time of a write, waiting included", UNIT_SECOND, WRITE_TIME, WRITES,      1, 0 },
    { "disk.discard.latency", "mean time to give back space, waiting included", UNIT_SECOND, DISCARD_TIME, DISCARDS, 1, 0 },
    { "disk.flush.latency", "mean time of a flush, waiting included", UNIT_SECOND, FLUSH_TIME, FLUSHES,     1, 0 },
    { "disk.queue",         "mean number of requests in the queue",   UNIT_NONE,   WAITING,    SCHEMA_TIME, 1, 0 },
};

static const struct devices_layout disk_layout = {
    disk_counters, COUNTERS, disk_ratios, sizeof disk_ratios / sizeof *disk_ratios, 0
};

struct disk {
    const char *root;
    struct lines file;
    bool strange; /* the last reading has a disk without metrics */
    struct devices devices;
};

/* Columns of the file behind the name; those of discards came with Linux 4.18,
 * of flushes with 5.5. */
enum { F_READS, F_READ_MERGES, F_READ_SECTORS, F_READ_MS, F_WRITES, F_WRITE_MERGES, F_WRITE_SECTORS, F_WRITE_MS,
       F_BUSY_MS = 9, F_WAITING_MS, F_LEAST, F_DISCARDS = 11, F_DISCARD_SECTORS = 13, F_DISCARD_MS, F_FLUSHES,
       F_FLUSH_MS, FIELDS };

/* Splits a line. False where it is none. */
static bool disk_parse(char *line, char **name, double v[static COUNTERS])
{
    const char *p = line;
    uint64_t n;
    if (!text_u64(&p, &n) || !text_u64(&p, &n))
        return false;
    *name = line + (p - line) + strspn(p, " ");
    char *end = *name + strcspn(*name, " ");
    if (end == *name || !*end)
        return false;
    *end = '\0';
    p = end + 1;
    double t[FIELDS];
    int got = 0;
    for (; got < FIELDS && text_u64(&p, &n); got++)
        t[got] = (double)n;
    if (got < F_LEAST)
        return false;
    for (; got < FIELDS; got++)
        t[got] = NAN;
    v[READ] = t[F_READ_SECTORS] * DISK_SECTOR;
    v[WRITE] = t[F_WRITE_SECTORS] * DISK_SECTOR;
    v[READS] = t[F_READS];
    v[WRITES] = t[F_WRITES];
    v[DISCARD] = t[F_DISCARD_SECTORS] * DISK_SECTOR;
    v[FLUSHES] = t[F_FLUSHES];
    v[READ_TIME] = t[F_READ_MS] * 1e-3;
    v[WRITE_TIME] = t[F_WRITE_MS] * 1e-3;
    v[REQUESTS] = v[READS] + v[WRITES];
    v[TIME] = v[READ_TIME] + v[WRITE_TIME];
    v[BUSY] = t[F_BUSY_MS] * 1e-3;
    v[WAITING] = t[F_WAITING_MS] * 1e-3;
    v[READ_MERGES] = t[F_READ_MERGES];
    v[WRITE_MERGES] = t[F_WRITE_MERGES];
    v[DISCARDS] = t[F_DISCARDS];
    v[DISCARD_TIME] = t[F_DISCARD_MS] * 1e-3;
    v[FLUSH_TIME] = t[F_FLUSH_MS] * 1e-3;
    return true;
}

/* As the kernel names partitions: a number behind the disk's name,
 * with a "p" before it where that ends in a digit. */
static bool disk_is_partition(const char *name, const char *disk)
{
    size_t n = strlen(disk);
    if (n == 0 || strncmp(name, disk, n) != 0)
        return false;
    const char *rest = name + n;
    if (isdigit((unsigned char)disk[n - 1]) && *rest++ != 'p')
        return false;
    return *rest && rest[strspn(rest, "0123456789")] == '\0';
}

/* Does the name begin with one of them, followed by a number? */
static bool disk_is_one_of(const char *name, const char *const *kinds)
{
    for (; *kinds; kinds++) {
        size_t n = strlen(*kinds);
        if (strncmp(name, *kinds, n) == 0 && isdigit((unsigned char)name[n]))
            return true;
    }
    return false;
}

/* The next whole disk that has or had anything to do, or NULL. `disk` holds the last whole one. */
static char *disk_next(struct disk *d, char disk[static DEVICES_NAME], double v[static COUNTERS])
{
    static const char *const idle[] = { "loop", "ram", "zram", "sr", "fd", "nbd", NULL };
    char *line, *name;
    while ((line = lines_next(&d->file))) {
        if (!disk_parse(line, &name, v) || disk_is_partition(name, disk))
            continue;
        text_copy(disk, DEVICES_NAME, name);
        if (v[REQUESTS] > 0 || !disk_is_one_of(name, idle))
            return name;
    }
    return NULL;
}

static void disk_count(void *self, const char *name)
{
    (void)name;
    ++*(int *)self;
}

/* Does its data end in hardware or on the network, and not on another disk of the list? */
static bool disk_is_physical(const char *root, const char *name)
{
    static const char *const virtual[] = { "loop", "ram", "zram", "md", "dm-", NULL };
    char path[128];
    int slaves = 0;
    snprintf(path, sizeof path, "/sys/block/%s/slaves", name);
    os_list(root, path, disk_count, &slaves);
    return slaves == 0 && !disk_is_one_of(name, virtual);
}

/* One path of an NVMe disk that has several: its traffic is in the disk itself. */
static bool disk_is_hidden(const char *root, const char *name)
{
    char path[128];
    int64_t hidden;
    snprintf(path, sizeof path, "/sys/block/%s/hidden", name);
    return os_read_i64(root, path, &hidden) == 0 && hidden == 1;
}

static void disk_add_new(struct disk *d, struct schema *s)
{
    char whole[DEVICES_NAME] = "", *name;
    double v[COUNTERS];
    if (lines_read_all(&d->file) < 0)
        return;
    while ((name = disk_next(d, whole, v))) {
        if (devices_find(&d->devices, name) >= 0)
            continue;
        if (disk_is_hidden(d->root, name))
            devices_ignore(&d->devices, name);
        else
            devices_add(&d->devices, s, name, disk_is_physical(d->root, name));
    }
}

static int disk_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct disk *d = mem_new(sizeof *d);
    d->root = env->root;
    int rc = lines_open(&d->file, env->root, "/proc/diskstats");
    if (rc < 0) {
        mem_free(d);
        env->explain(env, "there is no /proc/diskstats: /proc is not mounted, or hides it");
        return rc == -ENOENT ? -ENODEV : rc;
    }
    devices_init(&d->devices, &disk_layout, s);
    disk_add_new(d, s);
    *self = d;
    return 0;
}

static void disk_sample(void *self, struct frame *f)
{
    struct disk *d = self;
    char whole[DEVICES_NAME] = "", *name;
    double v[COUNTERS];
    if (lines_read(&d->file) < 0)
        return;
    d->strange = false;
    devices_begin(&d->devices);
    while ((name = disk_next(d, whole, v))) {
        int i = devices_find(&d->devices, name);
        if (i >= 0)
            devices_set(&d->devices, f, i, v);
        else
            d->strange = true;
    }
    devices_end(&d->devices, f);
}

static int disk_rescan(void *self, struct schema *s)
{
    struct disk *d = self;
    if (d->file.cut || (d->strange && d->devices.n < DEVICES_MAX))
        disk_add_new(d, s);
    return 0;
}

static void disk_close(void *self)
{
    struct disk *d = self;
    if (!d)
        return;
    lines_close(&d->file);
    devices_done(&d->devices);
    mem_free(d);
}

const struct adapter adapter_disk = {
    .name = "disk", .doc = "traffic, latency, queue and busy time of disks",
    .provides = "disk.*",
    .open = disk_open, .sample = disk_sample, .rescan = disk_rescan, .close = disk_close,
};

/*
 * group_limits.c - what a control group may use, and its weight beside others (Documentation/admin-guide/cgroup-v2.rst
 * and scheduler/sched-design-CFS.rst of the kernel).
 *
 * A weight is counted as version 2 does it: 100 is what a group has that nobody changed. Version 1 has shares, of which
 * that is 1024: one that is no whole weight keeps its fraction, so that it can be set back to the same.
 *
 * The limit on memory at which version 2 slows a group down has no like in version 1, nor has its protection: there
 * soft_limit_in_bytes only says who is asked first. Processors and latency of storage are in hierarchies of their own
 * there, in which Sonde makes no groups. So these are absent there.
 */
#include "base/text.h"
#include "os/os.h"
#include "policy/cpus.h"
#include "policy/hierarchy.h"
#include "policy/knobs/group_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- weights ---- */

#define GROUP_SHARES 1024 /* of version 1, for a weight of 100 */

static int weight_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    char text[256];
    double v;
    int rc = group_text(k, p, &h, text);
    if (rc < 0)
        return rc;
    if (!text_double(text, &v))
        return -EIO;
    snprintf(value, KNOB_VALUE_MAX, "%.15g", h.version == 1 ? v * 100 / GROUP_SHARES : v);
    return 0;
}

static int weight_write(const struct knob *k, const struct place *p, const char *value)
{
    struct hierarchy h;
    char path[OS_PATH_MAX], text[32];
    double v;
    int rc = group_find(k, p, &h, path);
    if (rc < 0)
        return rc;
    if (!text_double(value, &v))
        return -EINVAL;
    snprintf(text, sizeof text, "%.0f", h.version == 1 ? v * GROUP_SHARES / 100 : v);
    return group_missing(os_write_text(p->root, path, text));
}

/* "default 100\n8:0 50", "100" */
static int io_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    char text[256];
    int v, rc = group_text(k, p, &h, text);
    if (rc < 0)
        return rc;
    if (sscanf(text, "default %d", &v) != 1 && sscanf(text, "%d", &v) != 1)
        return -EIO;
    snprintf(value, KNOB_VALUE_MAX, "%d", v);
    return 0;
}

/* ---- plain ones ---- */

static int plain_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    char text[256];
    int rc = group_text(k, p, &h, text);
    if (rc == 0 && strlen(text) >= KNOB_VALUE_MAX)
        return -ENAMETOOLONG; /* what was cut could not be set back */
    if (rc == 0)
        text_copy(value, KNOB_VALUE_MAX, text);
    return rc;
}

/* For knob.check: max, or a number within two. */
static int limit_check(const struct knob *k, const char *value, double least, double most, const char *unit,
                       char why[static KNOB_WHY])
{
    double v;
    bool number = text_double(value, &v);
    if (strcmp(value, "max") == 0 || (number && v >= least && v <= most))
        return 0;
    snprintf(why, KNOB_WHY, "%s takes max, or %.15g to %.15g %s; this is \"%.40s\"", k->name, least, most, unit, value);
    return number ? -ERANGE : -EINVAL;
}

/* Percent with two decimals, or max. */
static int clamp_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    double v;
    int rc = plain_read(k, p, value);
    if (rc == 0 && text_double(value, &v))
        snprintf(value, KNOB_VALUE_MAX, "%.15g", v);
    return rc;
}

static int clamp_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    return limit_check(k, value, 0, 100, "percent", why);
}

/* ---- quota ---- */

static int quota_period(const struct hierarchy *h, const char *group, double *quota, double *period)
{
    char path[OS_PATH_MAX];
    int64_t q, p;
    int rc = hierarchy_path(h, group, "cpu.cfs_quota_us", path, sizeof path);
    rc = rc < 0 ? rc : os_read_i64(h->root, path, &q);
    rc = rc < 0 ? rc : hierarchy_path(h, group, "cpu.cfs_period_us", path, sizeof path);
    rc = rc < 0 ? rc : os_read_i64(h->root, path, &p);
    if (rc < 0)
        return group_missing(rc);
    *quota = q < 0 ? INFINITY : (double)q;
    *period = (double)p;
    return 0;
}

/* In microseconds; INFINITY without a quota. */
static int quota_get(const struct knob *k, const struct place *p, struct hierarchy *h, double *quota, double *period)
{
    char text[256], first[32];
    int rc = group_text(k, p, h, text);
    if (rc < 0 || h->version == 1)
        return rc < 0 ? rc : quota_period(h, p->inst, quota, period);
    if (sscanf(text, "%31s %lf", first, period) != 2)
        return -EIO;
    *quota = INFINITY;
    return strcmp(first, "max") == 0 || text_double(first, quota) ? 0 : -EIO;
}

static int quota_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    double quota, period;
    int rc = quota_get(k, p, &h, &quota, &period);
    if (rc < 0 || !(period > 0))
        return rc < 0 ? rc : -EIO;
    if (isinf(quota))
        snprintf(value, KNOB_VALUE_MAX, "max");
    else
        snprintf(value, KNOB_VALUE_MAX, "%.15g", quota * 100 / period);
    return 0;
}

/* The period stays. */
static int quota_write(const struct knob *k, const struct place *p, const char *value)
{
    struct hierarchy h;
    char text[64];
    double quota, period, percent;
    int rc = quota_get(k, p, &h, &quota, &period);
    if (rc < 0)
        return rc;
    if (strcmp(value, "max") == 0)
        snprintf(text, sizeof text, h.version == 2 ? "max" : "-1");
    else if (text_double(value, &percent))
        snprintf(text, sizeof text, "%.0f", percent * period / 100);
    else
        return -EINVAL;
    if (h.version == 2)
        snprintf(text + strlen(text), sizeof text - strlen(text), " %.0f", period);
    return group_put(k, p, text);
}

static int quota_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    return limit_check(k, value, 1, 102400, "percent of one processor", why);
}

/* ---- memory ---- */

static int memory_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    double v;
    if (text_double(value, &v) && v != trunc(v)) {
        snprintf(why, KNOB_WHY, "%s takes max, or whole bytes; this is \"%.40s\"", k->name, value);
        return -EINVAL;
    }
    bool high = strcmp(k->name, "memory.high") == 0; /* less would stop what is in it */
    return limit_check(k, value, high ? 16 << 20 : 0, 1e15, "bytes", why);
}

/* ---- processors ---- */

/* An empty file is a group that has those of the one above. */
static int cpuset_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    int rc = plain_read(k, p, value);
    if (rc == 0 && !*value)
        text_copy(value, KNOB_VALUE_MAX, "all");
    return rc;
}

static int cpuset_write(const struct knob *k, const struct place *p, const char *value)
{
    return group_put(k, p, strcmp(value, "all") == 0 ? "\n" : value);
}

static int cpuset_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    struct cpus c;
    char own[KNOB_VALUE_MAX];
    if (strcmp(value, "all") == 0 || (cpus_parse(value, &c) == 0 && cpus_count(&c) > 0 &&
                                      cpus_put(&c, own, sizeof own) == 0 && strcmp(own, value) == 0))
        return 0;
    snprintf(why, KNOB_WHY, "%s takes all, or a list of processors in order like 0-3,8; this is \"%.40s\"", k->name,
             value);
    return -EINVAL;
}

/* ---- latency of storage ---- */

#define LATENCY_MOST_US 10000000u

/* The first of "8:0=20000,8:16=500" (disk and microseconds), and how long it is; 0: there is none. */
static size_t latency_one(const char *text, unsigned *major, unsigned *minor, unsigned *us)
{
    int n = 0;
    if (sscanf(text, "%u:%u=%u%n", major, minor, us, &n) != 3 || (text[n] && text[n] != ','))
        return 0;
    return (size_t)n + (text[n] == ',');
}

/* "8:0 target=20000\n8:16 target=500" as the kernel shows it. */
static int latency_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    struct hierarchy h;
    char path[OS_PATH_MAX], text[4096];
    unsigned major, minor, us;
    int rc = group_find(k, p, &h, path);
    rc = rc < 0 ? rc : os_read_text(p->root, path, text, sizeof text);
    if (rc < 0)
        return group_missing(rc);
    size_t n = 0;
    for (char *line = text; *line && n < KNOB_VALUE_MAX; line += strcspn(line, "\n"), line += *line == '\n')
        if (sscanf(line, "%u:%u target=%u", &major, &minor, &us) == 3)
            n += (size_t)snprintf(value + n, KNOB_VALUE_MAX - n, "%s%u:%u=%u", n ? "," : "", major, minor, us);
    if (n == 0)
        text_copy(value, KNOB_VALUE_MAX, "none");
    return n < KNOB_VALUE_MAX ? 0 : -ENAMETOOLONG;
}

/* Each disk of a value; all of them at 0, which is without a target. */
static int latency_put(const struct knob *k, const struct place *p, const char *value, bool none)
{
    char text[64];
    unsigned major, minor, us;
    int rc = 0;
    for (size_t n; rc == 0 && (n = latency_one(value, &major, &minor, &us)) > 0; value += n) {
        snprintf(text, sizeof text, "%u:%u target=%u", major, minor, none ? 0 : us);
        rc = group_put(k, p, text);
    }
    return rc;
}

static int latency_write(const struct knob *k, const struct place *p, const char *value)
{
    char old[KNOB_VALUE_MAX];
    int rc = latency_read(k, p, old);
    if (rc == 0)
        rc = latency_put(k, p, old, true);
    return rc < 0 ? rc : latency_put(k, p, value, false);
}

static int latency_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    (void)p;
    unsigned major, minor, us = 0;
    const char *rest = value;
    for (size_t n; *rest && (n = latency_one(rest, &major, &minor, &us)) > 0 && us > 0 && us <= LATENCY_MOST_US;)
        rest += n;
    if (strcmp(value, "none") == 0 || (!*rest && value[strlen(value) - 1] != ','))
        return 0;
    snprintf(why, KNOB_WHY, "%s takes none, or disks and 1 to %u us like 8:0=20000,8:16=500; this is \"%.40s\"",
             k->name, LATENCY_MOST_US, value);
    return us > LATENCY_MOST_US ? -ERANGE : -EINVAL;
}

#define GROUP                                                                                                          \
    .class = KNOB_GROUP, .risk = RISK_OTHERS, .needs = "a group that is ours, or root", .reverts = "written back",     \
    .list = group_list, .probe = group_probe, .writable = group_writable

const struct knob knobs_group_limits[] = {
    { GROUP, .name = "cpu.weight", .doc = "its share of the processor beside other groups; 100 is the usual",
      .arg = "cpu cpu.weight cpu.shares", .type = KNOB_WHOLE, .min = 1, .max = 1000,
      .caution = "other groups wait longer", .read = weight_read, .write = weight_write },
    { GROUP, .name = "cpu.idle", .doc = "does it run only when no other group does?", .arg = "cpu cpu.idle cpu.idle",
      .type = KNOB_WHOLE, .min = 0, .max = 1, .caution = "it may not run at all",
      .read = plain_read, .write = group_put },
    { GROUP, .name = "cpu.max", .doc = "how much of one processor it may use, in percent, or max",
      .arg = "cpu cpu.max cpu.cfs_quota_us", .type = KNOB_TEXT,
      .caution = "it stands still for the rest of each period", .read = quota_read, .check = quota_check,
      .write = quota_write },
    { GROUP, .name = "cpu.uclamp.min", .doc = "the use that schedutil takes it for, at least", .type = KNOB_TEXT,
      .arg = "cpu cpu.uclamp.min cpu.uclamp.min", .unit = "percent", .caution = "more power", .read = clamp_read,
      .check = clamp_check, .write = group_put },
    { GROUP, .name = "cpu.uclamp.max", .doc = "the use that schedutil takes it for, at most", .type = KNOB_TEXT,
      .arg = "cpu cpu.uclamp.max cpu.uclamp.max", .unit = "percent", .caution = "slower", .read = clamp_read,
      .check = clamp_check, .write = group_put },
    { GROUP, .name = "memory.min", .doc = "memory that is left to it whatever happens", .arg = "memory memory.min -",
      .type = KNOB_TEXT, .unit = "bytes", .caution = "others may be killed for want of it",
      .read = plain_read, .check = memory_check, .write = group_put },
    { GROUP, .name = "memory.high", .doc = "memory above which it is slowed down, or max", .arg = "memory memory.high -",
      .type = KNOB_TEXT, .unit = "bytes", .caution = "it may nearly stand still",
      .read = plain_read, .check = memory_check, .write = group_put },
    { GROUP, .name = "memory.low", .doc = "memory that is left to it while others have any", .arg = "memory memory.low -",
      .type = KNOB_TEXT, .unit = "bytes", .caution = "others lose theirs sooner",
      .read = plain_read, .check = memory_check, .write = group_put },
    { GROUP, .name = "io.weight", .doc = "its share of storage beside other groups; 100 is the usual",
      .arg = "io io.weight,io.bfq.weight blkio.bfq.weight,blkio.weight", .type = KNOB_WHOLE, .min = 1, .max = 1000,
      .caution = "the scheduler of the disk must be bfq, or io.cost be on",
      .read = io_read, .write = group_put },
    { GROUP, .name = "io.latency", .doc = "how soon its disks are to answer it: MAJOR:MINOR=US, or none",
      .arg = "io io.latency -", .type = KNOB_TEXT, .caution = "groups that allow for longer are held up",
      .read = latency_read, .check = latency_check, .write = latency_write },
    { GROUP, .name = "cpuset.cpus", .doc = "the processors on which it may run, or all", .arg = "cpuset cpuset.cpus -",
      .type = KNOB_TEXT, .caution = "it waits for whatever else runs there", .read = cpuset_read,
      .check = cpuset_check, .write = cpuset_write },
    { 0 },
};

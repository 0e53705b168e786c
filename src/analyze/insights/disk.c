/* disk.c - rules about disks and file systems: full, saturated, slow, waited for. */
#include "analyze/insights/rules.h"

#include "base/text.h"
#include "core/amount.h"

#include <string.h>

#define FULL 90.0          /* % */
#define VERY_FULL 95.0
#define SATURATED 90.0     /* % of the time with a request */
#define SLOW 0.05          /* s per request */
#define TRAFFIC 10.0       /* requests a second: below, a sleeping disk that wakes is slow */
#define IOWAIT 20.0        /* % */
#define PRESSURE 20.0      /* % of the time */

/* Does the adapter say this of a mount? Its name is the first *n bytes of the text. */
static bool fs_says(const struct event *e, const char *what, size_t *n)
{
    if (e->kind != EVENT_ADAPTER || strcmp(e->source, "fs") != 0)
        return false;
    const char *at = strstr(e->text, what);
    *n = at ? (size_t)(at - e->text) : 0;
    return at;
}

/* Is event k the last word about its mount? */
static bool fs_is_last(const struct recording *r, size_t k, size_t n)
{
    for (size_t j = k + 1; j < r->n_events; j++) {
        size_t m;
        const struct event *e = &r->events[j];
        if ((fs_says(e, " answers again", &m) || fs_says(e, " does not answer", &m)) && m == n &&
            !memcmp(e->text, r->events[k].text, n))
            return false;
    }
    return true;
}

void rule_mount_silent(struct inspection *in)
{
    const struct recording *r = in->r;
    for (size_t k = 0; k < r->n_events; k++) {
        size_t n, row = 0;
        const struct event *e = &r->events[k];
        if (!fs_says(e, " does not answer", &n) || !fs_is_last(r, k, n))
            continue;
        char mount[sizeof e->text], since[TEXT_TIME_MAX];
        text_copy(mount, n + 1, e->text);
        while (row + 1 < in->n && r->wall_ms[row] < e->wall_ms)
            row++;
        struct insight *i = insight_new(in, "mount-silent", mount, SEVERITY_WARNING, AREA_DISK, row);
        insight_title(i, "The file system at %.100s does not answer", mount);
        insight_evidence(i, "asked in vain at %s UTC", text_clock(e->wall_ms, since));
        insight_advice(i, "See whether its server or device is there (`findmnt`, `journalctl -k`); what "
                          "touches it waits.");
    }
}

static void full(struct inspection *in, const char *family, const char *id, const char *what, const char *advice)
{
    for (int slot = -1; (slot = next_instance(in, family, slot)) >= 0;) {
        struct held h;
        const double *x = recording_col(in->r, slot);
        double now = last_value(in, x);
        if (!stands_above(in, x, FULL, &h))
            continue;
        char left[AMOUNT_MAX];
        const char *mount = instance_of(in, slot);
        double free = last_value(in, column(in, "fs.available", mount));
        enum severity severity = now >= VERY_FULL ? SEVERITY_CRITICAL : SEVERITY_WARNING;
        struct insight *i = insight_new(in, id, mount, severity, AREA_DISK, h.since);
        insight_title(i, "%.100s: %.1f %% of the %s used", mount, now, what);
        insight_stands(in, i, "above 90 %", &h);
        if (!strcmp(family, "fs.util") && !isnan(free))
            insight_evidence(i, "%s left", amount_text(free, UNIT_BYTE, left));
        insight_advice(i, "%s", advice);
    }
}

void rule_disk_full(struct inspection *in)
{
    full(in, "fs.util", "disk-nearly-full", "space is",
         "Free some space: `du -xh --max-depth=2 | sort -h` shows what is large.");
}

void rule_inodes_full(struct inspection *in)
{
    full(in, "fs.inodes.util", "inodes-nearly-full", "file entries are",
         "Remove small files in great number (caches, mail queues): `du -x --inodes | sort -n` shows where they are.");
}

static bool is_total(const struct inspection *in, int slot)
{
    return !strcmp(instance_of(in, slot), "total");
}

void rule_disk_saturated(struct inspection *in)
{
    for (int slot = -1; (slot = next_instance(in, "disk.util", slot)) >= 0;) {
        struct held h, waiting;
        if (is_total(in, slot) || !held_above(in, recording_col(in->r, slot), SATURATED, &h))
            continue;
        const double *pressure = column(in, "pressure.io.some", NULL);
        bool waited = held_above(in, pressure, PRESSURE, &waiting);
        char mean[AMOUNT_MAX];
        const char *disk = instance_of(in, slot);
        struct insight *i = insight_new(in, "disk-saturated", disk,
                                        waited ? SEVERITY_WARNING : SEVERITY_NOTICE, AREA_DISK,
                                        h.since);
        insight_title(i, "Disk %.60s is busy %.0f %% of the time", disk, h.mean);
        insight_held(in, i, "disk.util above 90 %", &h);
        if (waited)
            insight_evidence(i, "a task waited for storage %s of that time (pressure.io.some)",
                             amount_text(mean_during(pressure, &h), UNIT_PERCENT, mean));
        insight_culprit(in, i, AREA_DISK, &h);
        insight_advice(i, "Let one job after the other use it, or lower the I/O priority of what "
                          "can wait (ionice -c3).");
    }
}

/* Rows in which the disk had little to do do not count. */
void rule_disk_slow(struct inspection *in)
{
    for (int slot = -1; (slot = next_instance(in, "disk.latency", slot)) >= 0;) {
        const char *disk = instance_of(in, slot);
        const double *latency = recording_col(in->r, slot);
        struct held h;
        if (is_total(in, slot) || !held_above(in, latency, SLOW, &h))
            continue;
        double reads = mean_during(column(in, "disk.reads.rate", disk), &h),
               writes = mean_during(column(in, "disk.writes.rate", disk), &h);
        double requests = (isnan(reads) ? 0 : reads) + (isnan(writes) ? 0 : writes);
        if (requests < TRAFFIC)
            continue;
        char mean[AMOUNT_MAX], rate[AMOUNT_MAX];
        struct insight *i = insight_new(in, "disk-slow", disk, SEVERITY_WARNING, AREA_DISK,
                                        h.since);
        insight_title(i, "Disk %.60s needs %s for each request", disk,
                      amount_text(h.mean, UNIT_SECOND, mean));
        insight_held(in, i, "disk.latency above 50 ms", &h);
        insight_evidence(i, "disk.reads.rate and disk.writes.rate together %s",
                         amount_text(requests, UNIT_PER_S, rate));
        insight_culprit(in, i, AREA_DISK, &h);
        insight_advice(
            i, "If it is slow without load too, look at its health (smartctl -a) and its cable.");
    }
}

void rule_iowait(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "cpu.iowait", NULL), IOWAIT, &h))
        return;
    struct insight *i = insight_new(in, "iowait", NULL, SEVERITY_NOTICE, AREA_DISK, h.since);
    insight_title(i, "The processors wait for storage %.0f %% of the time", h.mean);
    insight_held(in, i, "cpu.iowait above 20 %", &h);
    insight_culprit(in, i, AREA_DISK, &h);
    insight_advice(i, "The disk is the brake, not the processor: see what reads or writes, and "
                      "whether it has to.");
}

void rule_io_pressure(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "pressure.io.full", NULL), PRESSURE, &h))
        return;
    struct insight *i = insight_new(in, "io-pressure", NULL, SEVERITY_WARNING, AREA_DISK, h.since);
    insight_title(i, "Everything stands still for storage %.0f %% of the time", h.mean);
    insight_held(in, i, "pressure.io.full above 20 %", &h);
    insight_culprit(in, i, AREA_DISK, &h);
    insight_advice(
        i,
        "Stop or slow down what reads and writes most (ionice -c3, or IOWeight= of its service).");
}

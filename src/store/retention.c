/*
 * retention.c - decides which segments lose what.
 *
 * What is in a segment is looked up once and remembered as long as the file does not change, so that a call
 * every minute reads names only.
 */
#include "store/retention.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/names.h"
#include "store/segment.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS 86400000.0
#define WALL_END_MS (INT64_MAX / 2) /* later than any clock, and may be added to */
#define LOOK_BACK_MS (7 * DAY_MS) /* of a forecast */

struct kept_file {
    struct names name;
    int64_t size, changed_ms;
    int64_t first_ms, last_ms;
    int64_t bytes[RETENTION_TIERS];
    bool closed;                /* has its index, and no journal waits for it */
};

struct retention {
    const char *dir;
    struct space *space;
    struct os_lock *lock;       /* guards all of it */
    struct kept_file *file;     /* in the order of their names */
    int n;
};

/* ---- what is there ---- */

static void retention_sweep(void *self, const char *name)
{
    const struct retention *r = self;
    char path[OS_PATH_MAX];
    if (!text_glob("*.seg.tmp", name))
        return;
    snprintf(path, sizeof path, "%s/segments/%s", r->dir, name);
    space_remove(r->space, path);
}

struct retention *retention_new(const char *dir, struct space *space)
{
    struct retention *r = mem_new(sizeof *r);
    r->dir = dir;
    r->space = space;
    r->lock = os_lock_new();
    return r;
}

void retention_clean(struct retention *r)
{
    os_list(r->dir, "/segments", retention_sweep, r);
}

void retention_free(struct retention *r)
{
    if (!r)
        return;
    os_lock_free(r->lock);
    mem_free(r->file);
    mem_free(r);
}

static void retention_measure(struct kept_file *f, const struct segment *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct segment_entry *e = &s->entry[i];
        bool instants = e->type == CHUNK_BLOCK || e->type == CHUNK_PROCS || e->type == CHUNK_TABLE;
        bool timed = e->type == CHUNK_BLOCK || e->type == CHUNK_MINUTES || e->type == CHUNK_TENS;
        int tier = instants ? RETENTION_INSTANTS : e->type == CHUNK_MINUTES ? RETENTION_MINUTES : RETENTION_TENS;
        if (instants || timed)
            f->bytes[tier] += e->n;
        if (timed && (!f->last_ms || e->first_ms < f->first_ms))
            f->first_ms = e->first_ms;
        if (timed && (!f->last_ms || e->last_ms > f->last_ms))
            f->last_ms = e->last_ms;
    }
}

/* What is known of a file from last time, if it is still so. */
static const struct kept_file *retention_known(const struct retention *r, const struct kept_file *f)
{
    for (int i = 0; i < r->n; i++) {
        const struct kept_file *k = &r->file[i];
        if (names_order(&k->name, &f->name) == 0)
            return k->closed && k->size == f->size && k->changed_ms == f->changed_ms ? k : NULL;
    }
    return NULL;
}

static bool retention_waits(const struct names *segment, const struct names *journals, int n)
{
    for (int i = 0; i < n; i++)
        if (journals[i].part == segment->part && strcmp(journals[i].session, segment->session) == 0)
            return true;
    return false;
}

static bool retention_look(const struct retention *r, struct kept_file *f)
{
    char path[OS_PATH_MAX];
    struct os_disk_entry e;
    struct segment *s;
    if (names_path(r->dir, &f->name, path) < 0 || os_disk_look(path, &e) < 0)
        return false;
    f->size = e.size;
    f->changed_ms = e.changed_ms;
    const struct kept_file *known = retention_known(r, f);
    if (known) {
        *f = *known;
        return true;
    }
    if (segment_open(path, &s) < 0)
        return false; /* `verify` tells */
    f->closed = s->indexed;
    retention_measure(f, s);
    segment_free(s);
    return true;
}

/* Journals first: one that is packed in between has left its segment without an index, or closed for good. */
static int retention_list(struct retention *r)
{
    struct names *journals = NULL, *segments = NULL;
    int n_journals = names_list(r->dir, true, &journals);
    int n = names_list(r->dir, false, &segments), used = 0;
    struct kept_file *file = mem_new(((size_t)(n > 0 ? n : 0) + 1) * sizeof *file);
    for (int i = 0; i < n; i++) {
        file[used] = (struct kept_file){ .name = segments[i] };
        if (retention_look(r, &file[used])) {
            file[used].closed &= !retention_waits(&segments[i], journals, n_journals);
            used++;
        }
    }
    mem_free(journals);
    mem_free(segments);
    mem_free(r->file);
    r->file = file;
    r->n = used;
    return n < 0 ? n : 0;
}

void retention_clock_begin(struct retention_clock *c, int64_t last_ms, int64_t mono_ns)
{
    *c = (struct retention_clock){ last_ms ? last_ms : WALL_END_MS, mono_ns };
}

int64_t retention_clock_now(struct retention_clock *c, int64_t wall_ms, int64_t mono_ns)
{
    int64_t most = c->wall_ms + 24 * ((mono_ns - c->mono_ns) / 1000000);
    *c = (struct retention_clock){ wall_ms < most ? wall_ms : most, mono_ns };
    return c->wall_ms;
}

static bool retention_may(const struct retention_rules *rules, const struct kept_file *f)
{
    bool written = rules->session && strcmp(rules->session, f->name.session) == 0 && f->name.part >= rules->part;
    return f->closed && !written;
}

/* ---- taking out ---- */

static int retention_drop(struct retention *r, struct kept_file *f, const bool *drop,
                          const struct retention_rules *rules, bool own_pins, struct retention_done *out)
{
    char path[OS_PATH_MAX];
    int64_t freed = 0;
    int rc = names_path(r->dir, &f->name, path);
    rc = rc < 0 ? rc : retention_rewrite(path, r->space, drop, rules, own_pins, &freed);
    out->freed += freed;
    if (rc < 0)
        return rc;
    out->removed += rc;
    out->rewritten += !rc && freed > 0;
    struct kept_file now = { .name = f->name };
    f->closed = false; /* what is known of it no longer holds */
    if (rc == 0 && retention_look(r, &now))
        *f = now;
    return freed > 0;
}

static int retention_age(struct retention *r, const struct retention_rules *rules, struct retention_done *out)
{
    int worst = 0;
    for (int i = 0; i < r->n; i++) {
        struct kept_file *f = &r->file[i];
        bool drop[RETENTION_TIERS], any = false;
        for (int t = 0; t < RETENTION_TIERS; t++) {
            double age_s = (double)(rules->now_ms - f->last_ms) / 1000;
            drop[t] = rules->keep_s[t] > 0 && age_s > rules->keep_s[t] && f->bytes[t] > 0;
            any |= drop[t];
        }
        int rc = any && retention_may(rules, f) ? retention_drop(r, f, drop, rules, true, out) : 0;
        worst = rc < 0 && rc != -EBUSY && rc != -EDQUOT ? rc : worst;
    }
    return worst;
}

/* Takes one tier out of the oldest segments until so much is freed. */
static int retention_free_tier(struct retention *r, const struct retention_rules *rules, int tier, bool own_pins,
                               int64_t bytes, struct retention_done *out)
{
    bool drop[RETENTION_TIERS] = { false };
    int worst = 0;
    drop[tier] = true;
    for (int i = 0; i < r->n && out->freed < bytes; i++) {
        struct kept_file *f = &r->file[i];
        if (!f->bytes[tier] || !retention_may(rules, f))
            continue;
        int rc = retention_drop(r, f, drop, rules, own_pins, out);
        worst = rc < 0 ? rc : worst;
    }
    return worst;
}

/* There is no room for a copy without a tier: the oldest segment goes as a whole, if nothing in it is pinned. */
static int retention_free_whole(struct retention *r, const struct retention_rules *rules, bool own_pins,
                                struct retention_done *out)
{
    static const bool all[RETENTION_TIERS] = { true, true, true };
    for (int i = 0; i < r->n; i++) {
        struct kept_file *f = &r->file[i];
        int rc = retention_may(rules, f) ? retention_drop(r, f, all, rules, own_pins, out) : 0;
        if (rc > 0)
            return rc;
    }
    return 0;
}

static int retention_free_bytes(struct retention *r, const struct retention_rules *rules, int64_t bytes,
                                struct retention_done *out)
{
    int rc = 0;
    for (int own = 1; own >= 0; own--) {
        bool cramped;
        do {
            cramped = false;
            for (int tier = 0; tier < RETENTION_TIERS && out->freed < bytes; tier++) {
                rc = retention_free_tier(r, rules, tier, own, bytes, out);
                cramped = rc == -EDQUOT || rc == -ENOSPC;
                if (cramped)
                    break;
            }
        } while (cramped && out->freed < bytes && retention_free_whole(r, rules, own, out) > 0);
    }
    out->short_of = out->freed < bytes;
    return rc == -EDQUOT || rc == -ENOSPC || rc == -EBUSY ? 0 : rc;
}

/* Room that is kept below the cap, for what is written until the next call, and for copies. */
static int64_t retention_reserve(int64_t cap)
{
    int64_t want = cap / 100 > (4 << 20) ? cap / 100 : 4 << 20;
    return want < cap / 8 ? want : cap / 8;
}

int retention_tidy(struct retention *r, const struct retention_rules *rules, struct retention_done *out)
{
    *out = (struct retention_done){ 0 };
    os_lock(r->lock);
    int rc = retention_list(r);
    rc = rc < 0 ? rc : retention_age(r, rules, out);
    int64_t cap = r->space ? space_cap(r->space) : 0;
    int64_t over = cap ? space_used(r->space) - (cap - retention_reserve(cap)) : 0;
    struct retention_done more = { 0 };
    int rc2 = over > 0 ? retention_free_bytes(r, rules, over, &more) : 0;
    os_unlock(r->lock);
    out->freed += more.freed;
    out->removed += more.removed;
    out->rewritten += more.rewritten;
    out->short_of = more.short_of;
    return rc < 0 ? rc : rc2;
}

/* ---- what will be ---- */

/* Bytes per day of each tier in the newest segments. */
static void forecast_rates(const struct retention *r, struct retention_forecast *out)
{
    double span_ms[RETENTION_TIERS] = { 0 }, bytes[RETENTION_TIERS] = { 0 }, seen_ms = 0;
    for (int i = r->n; i-- > 0 && seen_ms < LOOK_BACK_MS;) {
        const struct kept_file *f = &r->file[i];
        double length_ms = (double)(f->last_ms - f->first_ms);
        seen_ms += length_ms;
        for (int t = 0; t < RETENTION_TIERS; t++) {
            bytes[t] += (double)f->bytes[t];
            span_ms[t] += f->bytes[t] ? length_ms : 0;
        }
    }
    out->bytes_per_day = 0;
    for (int t = 0; t < RETENTION_TIERS; t++) {
        out->per_day[t] = span_ms[t] > 0 ? bytes[t] / span_ms[t] * DAY_MS : (double)NAN;
        out->bytes_per_day += span_ms[t] > 0 ? out->per_day[t] : 0;
    }
}

static double forecast_days(const struct retention_rules *rules, int tier, double most)
{
    double days = rules->keep_s[tier] > 0 ? rules->keep_s[tier] / 86400 : (double)INFINITY;
    return days < most ? days : most;
}

static void forecast_days_left(struct retention *r, const struct retention_rules *rules, struct retention_forecast *out)
{
    int64_t cap = r->space ? space_cap(r->space) : 0, used = r->space ? space_used(r->space) : 0, segments = 0;
    for (int i = 0; i < r->n; i++)
        segments += r->file[i].size;
    double steady = 0, year = 0;
    for (int t = 0; t < RETENTION_TIERS; t++) {
        double per_day = isnan(out->per_day[t]) ? 0 : out->per_day[t];
        steady += per_day > 0 ? per_day * forecast_days(rules, t, INFINITY) : 0;
        year += t == RETENTION_INSTANTS ? 0 : per_day * forecast_days(rules, t, 365);
    }
    double others = (double)(used - segments), room = (double)(cap - retention_reserve(cap));
    double most = forecast_days(rules, RETENTION_INSTANTS, INFINITY);
    bool never = !cap || !(out->bytes_per_day > 0) || steady + others <= room;
    out->full_days = never ? (double)INFINITY : fmax(0, (room - (double)used) / out->bytes_per_day);
    double fit = out->per_day[0] > 0 ? fmax(0, (room - others - year) / out->per_day[0]) : (double)INFINITY;
    out->instants_days = cap && fit < most ? fit : most;
}

void retention_forecast(struct retention *r, const struct retention_rules *rules, struct retention_forecast *out)
{
    os_lock(r->lock);
    retention_list(r);
    forecast_rates(r, out);
    forecast_days_left(r, rules, out);
    os_unlock(r->lock);
}

/*
 * recorder_index.c - the session of a recorder, its events in the index, and what must go.
 *
 * The index waits for the disk, so it is written about once a minute from a thread of the store; between, events
 * wait in memory. When the index is new or was lost it is filled from the segments.
 */
#include "app/foretold.h"
#include "app/recorder_parts.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "core/config.h"
#include "os/host.h"
#include "os/os.h"
#include "store/archive_put.h"
#include "store/index.h"
#include "store/index_take.h"
#include "store/retention.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 4096  /* that wait; more are counted only, */
#define EVENTS_GRAVE 512 /* and of these so many are for each higher severity: a flood leaves room for what is grave */
#define AROUND_MS 600000 /* on both sides of an anomaly: what led to it, and what came of it */

struct indexer {
    struct recorder *r;
    struct os_lock *lock;      /* guards what take() leaves for the other thread: */
    struct event *events;
    size_t n_events, cap_events, lost;
    int64_t end_ms, samples, metrics;
    double keep_s[RETENTION_TIERS];

    struct index *index;       /* of the store's thread, once recording goes on; NULL while it cannot be used */
    int error;                 /* why not */
    int write_error;           /* of the last minute, which was said */
    struct retention_clock clock;
    bool short_of;             /* the cap is too small for what must stay, which was said */
    struct retention *retention;
    struct event *batch;       /* its scratch */
    size_t cap_batch;
    struct foretold foretold;
};

/* ---- what goes ---- */

static void indexer_learn_rules(struct indexer *d, const struct config *c)
{
    os_lock(d->lock);
    settings_keep(c, d->keep_s);
    os_unlock(d->lock);
}

struct pins {
    struct retention_pin *pin;
    size_t n, cap;
};

static void pins_add(struct pins *p, const char *session, int64_t from_ms, int64_t to_ms, bool by_person)
{
    p->pin = mem_grow(p->pin, p->n, &p->cap, sizeof *p->pin);
    p->pin[p->n++] = (struct retention_pin){ mem_dup(session), from_ms, to_ms, by_person };
}

/* Whatever its times are: they may go back and forth with the clock. */
static void pins_add_session(void *self, const struct index_session *s)
{
    if (*s->labels)
        pins_add(self, s->id, INT64_MIN, INT64_MAX, true);
}

static void pins_add_anomaly(void *self, const struct index_anomaly *a)
{
    pins_add(self, a->session, a->time_ms - AROUND_MS, a->end_ms + AROUND_MS, false);
}

static void pins_done(struct pins *p)
{
    for (size_t i = 0; i < p->n; i++)
        mem_free((char *)p->pin[i].session);
    mem_free(p->pin);
}

static int pins_order(const void *a, const void *b)
{
    const struct retention_pin *x = a, *y = b;
    return (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

/* Whole sessions that a person labelled, and the minutes around anomalies. */
static int pins_learn(struct pins *p, struct index *x)
{
    int rc = index_sessions(x, &INDEX_ALL, pins_add_session, p);
    rc = rc < 0 ? rc : index_anomalies(x, NULL, 0, 0, 0, pins_add_anomaly, p);
    if (p->n)
        qsort(p->pin, p->n, sizeof *p->pin, pins_order);
    return rc;
}

/* An index that cannot be used is closed, which moves a damaged one aside, and opened again in a minute. */
static void indexer_lose(struct indexer *d, int rc)
{
    if (rc != d->error)
        log_warn(rc, "record: the index cannot be used, and nothing old is removed; trying again every minute");
    d->error = rc;
    index_close(d->index);
    d->index = NULL;
}

static void indexer_retain(struct indexer *d)
{
    struct pins pins = { 0 };
    struct retention_done done;
    int rc = pins_learn(&pins, d->index);
    if (rc < 0) {
        indexer_lose(d, rc); /* what must stay is not known */
        pins_done(&pins);
        return;
    }
    struct retention_rules rules = { .pins = pins.pin, .n_pins = pins.n,
                                     .now_ms = retention_clock_now(&d->clock, os_wall_ms(), os_mono_ns()),
                                     .session = store_about(d->r->store)->session,
                                     .part = store_part(d->r->store) };
    os_lock(d->lock);
    memcpy(rules.keep_s, d->keep_s, sizeof rules.keep_s);
    os_unlock(d->lock);
    rc = retention_tidy(d->retention, &rules, &done);
    if (rc < 0)
        log_warn(rc, "record: what is too old could not be removed");
    if (rc == 0 && done.short_of && !d->short_of)
        log_warn(0, "record: the cap is nearly reached and nothing is left that may go: labelled sessions and what is "
                 "written now stay; allow more (storage.max_mb), or see `sonde sessions prune --labelled`");
    d->short_of = done.short_of;
    pins_done(&pins);
}

/* ---- the minute ---- */

/* Takes over what waits; the lock is held for a copy only. */
static size_t indexer_take_batch(struct indexer *d, size_t *lost, int64_t at[3])
{
    os_lock(d->lock);
    size_t n = d->n_events;
    struct event *batch = d->batch;
    size_t cap = d->cap_batch;
    d->batch = d->events;
    d->cap_batch = d->cap_events;
    d->events = batch;
    d->cap_events = cap;
    d->n_events = 0;
    *lost = d->lost;
    d->lost = 0;
    memcpy(at, (int64_t[3]){ d->end_ms, d->samples, d->metrics }, 3 * sizeof *at);
    os_unlock(d->lock);
    return n;
}

static void indexer_write(struct indexer *d)
{
    const char *id = store_about(d->r->store)->session;
    size_t lost;
    int64_t at[3];
    size_t n = indexer_take_batch(d, &lost, at);
    int rc = at[1] ? index_progress(d->index, id, at[0], at[1], at[2]) : 0;
    rc = rc < 0 || !n ? rc : index_add_events(d->index, id, d->batch, n);
    if (rc < 0 && n + lost)
        log_warn(rc, "record: the index could not be written; %zu event%s in the archive only", n + lost,
                 n + lost == 1 ? " is" : "s are");
    else if (rc < 0 && rc != d->write_error)
        log_warn(rc, "record: the index could not be written; trying on");
    d->write_error = rc;
    if (rc == -EBADMSG)
        indexer_lose(d, rc);
    else if (lost)
        log_warn(0, "record: %zu events came too fast for the index; they are in the archive", lost);
}

static void indexer_take(void *self, const struct schema *s, const struct moment *m)
{
    struct indexer *d = self;
    os_lock(d->lock);
    d->end_ms = m->frame.wall_ms;
    d->metrics = schema_size(s);
    d->samples++;
    for (size_t i = 0; i < m->n_events; i++) {
        size_t above = (size_t)(SEVERITY_CRITICAL - m->events[i].severity);
        if (d->n_events >= EVENTS_MAX - above * EVENTS_GRAVE) {
            d->lost++;
            continue;
        }
        d->events = mem_grow(d->events, d->n_events, &d->cap_events, sizeof *d->events);
        d->events[d->n_events++] = m->events[i];
    }
    os_unlock(d->lock);
}

/* ---- beginning and ending ---- */

static int indexer_begin(struct indexer *d)
{
    const struct tape_about *about = store_about(d->r->store);
    struct os_host h;
    struct index_session s = { .start_ms = about->start_ms, .end_ms = about->start_ms, .interval_s = about->interval_s,
                               .state = INDEX_RUNNING };
    os_host(d->r->observer.root.path, &h);
    text_copy(s.id, sizeof s.id, about->session);
    text_copy(s.hardware_id, sizeof s.hardware_id, about->hardware_id);
    text_copy(s.os, sizeof s.os, h.os);
    text_copy(s.cpu, sizeof s.cpu, h.cpu);
    text_copy(s.origin, sizeof s.origin, "recorded");
    s.cores = h.cores;
    s.memory_bytes = h.memory_bytes > 0 ? (int64_t)h.memory_bytes : 0; /* it may not be known */
    return index_put_session(d->index, &s);
}

struct crashed {
    struct index_session *s;
    size_t n, cap;
};

static void indexer_note_crashed(void *self, const struct index_session *s)
{
    struct crashed *c = self;
    if (s->state != INDEX_CRASHED)
        return;
    c->s = mem_grow(c->s, c->n, &c->cap, sizeof *c->s);
    c->s[c->n++] = *s;
}

/* What one session has on the disk, which is all that it was given. */
static void indexer_reach(const struct archive_part *p, size_t n, struct index_session *s)
{
    s->samples = 0;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(p[i].about.session, s->id) != 0)
            continue;
        s->samples += (int64_t)p[i].ticks;
        s->end_ms = p[i].last_ms > s->end_ms ? p[i].last_ms : s->end_ms;
    }
}

/* The index learns once a minute how far a session is: of those that were killed it knows too little. */
static void indexer_mend_crashed(struct indexer *d)
{
    struct crashed c = { 0 };
    struct archive *a = NULL;
    size_t n;
    int rc = index_sessions(d->index, &INDEX_ALL, indexer_note_crashed, &c);
    rc = rc < 0 || !c.n ? -ENODATA : archive_open(d->r->o.dir, &a);
    for (size_t i = 0; i < c.n && rc >= 0; i++) {
        const struct archive_part *p = archive_parts(a, &n);
        struct index_session now = c.s[i];
        indexer_reach(p, n, &now);
        if (now.samples > c.s[i].samples)
            rc = index_progress(d->index, now.id, now.end_ms, now.samples, now.metrics);
    }
    archive_free(a);
    mem_free(c.s);
}

static void indexer_free(struct indexer *d)
{
    index_close(d->index);
    retention_free(d->retention);
    os_lock_free(d->lock);
    mem_free(d->events);
    mem_free(d->batch);
    mem_free(d);
}

static void indexer_connect(struct indexer *d)
{
    struct recorder *r = d->r;
    struct index_options options = { .rebuild = index_take_segments, .self = (void *)r->o.dir,
                                     .space = store_space(r->store) };
    int rc = index_open(r->o.dir, &options, &d->index);
    if (rc == 0) {
        index_take_missing(d->index, r->o.dir);
        indexer_mend_crashed(d);
        rc = indexer_begin(d);
    }
    if (rc < 0)
        indexer_lose(d, rc);
    else
        d->error = 0;
}

static void indexer_tidy(void *self)
{
    struct indexer *d = self;
    if (!d->index)
        indexer_connect(d);
    if (d->index)
        indexer_write(d);
    if (d->index)
        foretold_minute(&d->foretold, d->index);
    if (d->index)
        indexer_retain(d);
}

static int indexer_open(struct recorder *r, void **self)
{
    if (r->o.csv_only) /* there is nothing to index */
        return 0;
    struct indexer *d = mem_new(sizeof *d);
    *d = (struct indexer){ .r = r, .lock = os_lock_new(), .foretold.dir = r->o.dir };
    d->retention = retention_new(r->o.dir, store_space(r->store));
    retention_clean(d->retention);
    int left = archive_put_clean(r->o.dir, store_space(r->store));
    if (left < 0)
        log_warn(left, "record: an import that was killed cannot be ended");
    indexer_learn_rules(d, r->config);
    space_reserve(store_space(r->store), index_worst_bytes(INDEX_ALLOWANCE_DEFAULT));
    indexer_connect(d);
    retention_clock_begin(&d->clock, r->last_ms, os_mono_ns());
    *self = d;
    return 0;
}

/* With all segments on the disk. */
static void indexer_close(void *self)
{
    struct indexer *d = self;
    const char *id = store_about(d->r->store)->session;
    if (!d->index)
        indexer_connect(d);
    if (d->index)
        indexer_write(d);
    int rc = d->index ? index_end(d->index, id, INDEX_ENDED) : d->error;
    if (rc < 0)
        log_warn(rc, "record: the index does not know how the session ended");
    indexer_free(d);
}

static void indexer_reload(void *self, const struct config *c)
{
    indexer_learn_rules(self, c);
}

const struct recorder_part recorder_index = {
    .name = "index", .open = indexer_open, .take = indexer_take, .tidy = indexer_tidy, .reload = indexer_reload,
    .close = indexer_close, .late = true,
};

/*
 * recorder.c - samples, keeps, and does what a service manager and signals ask for.
 *
 * It waits on a clock of its own, so that one thread samples, answers the watchdog and reloads: when it no longer
 * samples it no longer says that it is alive.
 */
#include "app/recorder.h"

#include "app/identity.h"
#include "app/recorder_reload.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/config.h"
#include "core/proc_top.h"
#include "os/host.h"
#include "os/os.h"
#include "os/service.h"
#include "store/archive.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1000000000
#define TABLE_NS (60 * (int64_t)SECOND_NS)
#define MINUTE_NS (60 * (int64_t)SECOND_NS)

void recorder_say(struct recorder *r, enum event_kind kind, enum severity severity, int64_t from_ms, const char *text)
{
    struct event e = { .wall_ms = from_ms, .end_ms = os_wall_ms(), .kind = kind, .severity = severity,
                       .source = "recorder" };
    if (e.end_ms < from_ms)
        e.end_ms = from_ms;
    text_copy(e.text, sizeof e.text, text);
    ring_put(r->said, &e);
}

/* ---- waiting ---- */

static struct instant recorder_now(struct clock *c)
{
    struct recorder *r = (struct recorder *)((char *)c - offsetof(struct recorder, clock));
    return r->of->now(r->of);
}

static void recorder_tell_watchdog(struct recorder *r)
{
    int64_t now = os_mono_ns();
    if (!r->watchdog_ns || now < r->tell_watchdog_ns)
        return;
    os_service_tell("WATCHDOG=1");
    r->tell_watchdog_ns = now + r->watchdog_ns / 2;
}

static int recorder_wait(struct clock *c, int64_t mono_ns)
{
    struct recorder *r = (struct recorder *)((char *)c - offsetof(struct recorder, clock));
    if (mono_ns > r->end_ns)
        return -ENODATA;
    if (!r->of->is_real)
        return os_stopping() ? -EINTR : r->of->wait(r->of, mono_ns);
    for (;;) {
        if (os_take_reload())
            recorder_reload(r);
        if (os_take_mark() && !recorder_mark(r, "SIGUSR1"))
            log_warn(0, "record: SIGUSR1: there is no flight recorder that could keep the last minutes");
        if (os_stopping())
            return -EINTR;
        recorder_tell_watchdog(r);
        bool earlier = r->watchdog_ns && r->tell_watchdog_ns < mono_ns;
        int rc = os_sleep_until(earlier ? r->tell_watchdog_ns : mono_ns);
        if (rc == 0 && !earlier)
            return 0;
    }
}

static struct clock *recorder_pace(void *self, struct clock *of)
{
    struct recorder *r = self;
    r->of = of;
    r->clock = (struct clock){ .now = recorder_now, .wait = recorder_wait, .is_real = of->is_real };
    return &r->clock;
}

/* ---- an instant ---- */

static void recorder_add_event(struct recorder *r, const struct event *e)
{
    struct moment *m = &r->now;
    m->events = mem_grow(m->events, m->n_events, &r->cap_events, sizeof *m->events);
    m->events[m->n_events++] = *e;
}

/*
 * What the sampler, the store and the recorder said since. Gaps of the store stand last: it has them on the
 * tape already. Returns how many they are.
 */
static size_t recorder_gather_events(struct recorder *r, const struct moment *m)
{
    struct event gap[8], e;
    size_t gaps = 0;
    r->now.n_events = 0;
    for (size_t i = 0; i < m->n_events; i++)
        recorder_add_event(r, &m->events[i]);
    while (gaps < sizeof gap / sizeof *gap && ring_take(r->said, &e)) {
        if (e.kind == EVENT_GAP && strcmp(e.source, "archive") == 0)
            gap[gaps++] = e;
        else
            recorder_add_event(r, &e);
    }
    for (size_t i = 0; i < gaps; i++)
        recorder_add_event(r, &gap[i]);
    return gaps;
}

/* What each process did since the instant before, the busiest first. */
static void recorder_gather_procs(struct recorder *r, const struct proctab *now)
{
    size_t n = now->n + now->ended;
    r->now.n_procs = 0;
    if (now->mono_ns <= r->before.mono_ns)
        return; /* not read since */
    if (n > r->cap_procs) {
        r->cap_procs = n + 64;
        r->now.procs = mem_resize(r->now.procs, r->cap_procs * sizeof *r->now.procs);
    }
    if (r->before.mono_ns)
        r->now.n_procs = proc_top(r->now.procs, proctab_use(&r->before, now, r->now.procs), TAPE_TOP);
    proctab_copy(&r->before, now);
}

/* A zone that changed, or summer time that began: people's clocks moved, ours did not. */
static void recorder_check_zone(struct recorder *r, int64_t wall_ms)
{
    int zone_s = os_zone_s(wall_ms);
    char text[128];
    if (zone_s == r->zone_s)
        return;
    snprintf(text, sizeof text, "local time was UTC%+.4g h and is UTC%+.4g h now; times are kept in UTC",
             r->zone_s / 3600.0, zone_s / 3600.0);
    recorder_say(r, EVENT_CLOCK, SEVERITY_NOTICE, wall_ms, text);
    r->zone_s = zone_s;
}

static void recorder_tell_status(struct recorder *r)
{
    struct store_state s;
    char line[320], used[32];
    store_state(r->store, &s);
    snprintf(line, sizeof line, "STATUS=%s: %llu samples of %d metrics, %s in %.160s", store_about(r->store)->session,
             (unsigned long long)s.ticks, schema_size(r->observer.feed->schema),
             text_bytes((double)s.used_bytes, used, sizeof used), r->o.dir);
    os_service_tell(line);
    if (r->o.tell)
        r->o.tell(r->o.self, r, "recording");
}

static void recorder_minute(struct recorder *r, const struct frame *f)
{
    if (f->mono_ns < r->minute_ns)
        return;
    r->minute_ns = f->mono_ns + MINUTE_NS;
    recorder_check_zone(r, f->wall_ms);
    recorder_tell_status(r);
}

/* The first instant is there: whoever waits for us may go on. */
static void recorder_begin(struct recorder *r, const struct frame *f)
{
    r->ready = true;
    r->first_ns = f->mono_ns;
    r->end_ns = isfinite(r->o.duration_s) ? f->mono_ns + (int64_t)((r->o.duration_s - r->o.interval_s / 2) * 1e9) :
                                            INT64_MAX;
    r->watchdog_ns = os_service_watchdog_ns();
    os_service_tell("READY=1");
}

/*
 * What was not kept, and why: at the end the disk may have room again. A recorded machine goes as fast as it can be
 * read, and waits for the disk: of it nothing is dropped.
 */
static void recorder_note_losses(struct recorder *r)
{
    struct store_state s;
    store_state(r->store, &s);
    if (!r->of->is_real && s.waiting > STORE_QUEUE / 2)
        store_flush(r->store);
    r->dropped = s.dropped;
    r->disk_error = s.error ? s.error : r->disk_error;
}

static void recorder_take(struct recorder *r, const struct moment *m)
{
    const struct schema *schema = r->observer.feed->schema;
    struct moment kept;
    size_t gaps = recorder_gather_events(r, m);
    recorder_gather_procs(r, &m->table);
    r->now.frame = m->frame;
    r->now.table = m->table;
    kept = r->now;
    kept.n_events -= gaps;
    if (m->frame.mono_ns < r->table_ns)
        kept.table = (struct proctab){ 0 };
    else
        r->table_ns = m->frame.mono_ns + TABLE_NS - SECOND_NS / 2;
    store_append(r->store, schema, &kept);
    recorder_note_losses(r);
    for (int i = 0; i < r->n_parts; i++)
        if (r->part[i].part->take)
            r->part[i].part->take(r->part[i].self, schema, &r->now);
    r->ticks++;
    if (!r->ready)
        recorder_begin(r, &m->frame);
    recorder_minute(r, &m->frame);
}

/* ---- beginning and ending ---- */

/* Called by the store's threads. */
static void recorder_emit(void *self, const struct event *e)
{
    struct recorder *r = self;
    ring_put(r->said, e);
    if (e->severity >= SEVERITY_WARNING)
        log_warn(0, "record: %s", e->text);
}

static void recorder_describe(struct recorder *r, struct tape_about *a)
{
    struct os_host h;
    char reason[160];
    struct hardware_id_options options = identity_options(r->config);
    os_host(r->observer.root.path, &h);
    *a = (struct tape_about){ .interval_s = r->observer.interval_s };
    a->start_ms = r->of->now(r->of).wall_ms;
    if (hardware_id(&h, &options, a->hardware_id, reason, sizeof reason) < 0)
        *a->hardware_id = '\0';
    char memory[32];
    text_bytes(h.memory_bytes, memory, sizeof memory);
    snprintf(a->machine, sizeof a->machine, "%.60s, %.60s, %s", h.os, h.cpu, memory);
}

static bool recorder_is_ours(const struct tape_about *a, const struct tape_about *ours)
{
    return strcmp(a->hardware_id, ours->hardware_id) == 0 && strcmp(a->machine, ours->machine) == 0;
}

/* When was this machine recorded last? What was not since is said, so that nobody takes it for silence. */
static void recorder_say_pause(struct recorder *r, const struct tape_about *ours)
{
    struct archive *a;
    size_t n;
    int64_t last_ms = 0, now_ms = r->of->now(r->of).wall_ms;
    if (archive_open(r->o.dir, &a) < 0)
        return;
    const struct archive_part *part = archive_parts(a, &n);
    for (size_t i = 0; i < n; i++)
        if (part[i].ticks && part[i].last_ms > last_ms && recorder_is_ours(&part[i].about, ours))
            last_ms = part[i].last_ms;
    archive_free(a);
    r->last_ms = last_ms;
    if (!last_ms || last_ms >= now_ms)
        return;
    char text[128], span[32];
    snprintf(text, sizeof text, "nothing was recorded for %s: the recorder did not run",
             text_span((double)(now_ms - last_ms) * 1e-3, span, sizeof span));
    recorder_say(r, EVENT_GAP, SEVERITY_NOTICE, last_ms, text);
}

static void recorder_open_parts(struct recorder *r)
{
    for (const struct recorder_part *const *p = r->o.parts; p && *p; p++) {
        void *self = NULL;
        if ((*p)->open(r, &self) < 0 || !self)
            continue;
        os_lock(r->tidying);
        r->part[r->n_parts].part = *p;
        r->part[r->n_parts].self = self;
        r->n_parts++;
        os_unlock(r->tidying);
    }
}

/* Those that are late stand first. */
static void recorder_close_parts(struct recorder *r, bool late)
{
    while (r->n_parts && r->part[r->n_parts - 1].part->late == late) {
        os_lock(r->tidying);
        int i = --r->n_parts;
        os_unlock(r->tidying);
        r->part[i].part->close(r->part[i].self);
    }
}

/* Called by a thread of the store. */
static void recorder_tidy(void *self, struct store *s)
{
    struct recorder *r = self;
    (void)s;
    os_lock(r->tidying);
    for (int i = 0; i < r->n_parts; i++)
        if (r->part[i].part->tidy)
            r->part[i].part->tidy(r->part[i].self);
    os_unlock(r->tidying);
}

bool recorder_mark(struct recorder *r, const char *note)
{
    bool marked = false;
    for (int i = 0; i < r->n_parts; i++)
        marked |= r->part[i].part->mark && r->part[i].part->mark(r->part[i].self, note);
    return marked;
}

static int recorder_open_store(struct recorder *r)
{
    int32_t owner = 0;
    struct store_options o = {
        .dir = r->o.dir, .cap_bytes = (int64_t)(config_number(r->config, "storage.max_mb") * 1e6),
        .sync_s = config_number(r->config, "storage.sync_s"), .emit = recorder_emit,
        .tidy = recorder_tidy, .self = r, .keeps_nothing = r->o.csv_only,
    };
    recorder_describe(r, &o.about);
    recorder_say_pause(r, &o.about);
    int rc = store_open(&o, &r->store, &owner);
    if (rc == -EBUSY)
        log_error(0, "record: process %d records in %s already; stop it, or give another directory with --data",
                  (int)owner, r->o.dir);
    else if (rc < 0)
        log_error(rc, "record: %s cannot be recorded in", r->o.dir);
    return rc;
}

/* Before any thread is there: they inherit it. Who sets back what starves others must not starve with them. */
static void recorder_be_humble(const struct config *c)
{
    int core[1024];
    size_t n;
    const char *const *list = config_list(c, "performance.cpu_affinity", &n);
    bool humble = config_bool(c, "performance.low_priority_mode") && !config_bool(c, "policy.adaptive");
    int rc = humble ? os_yield_to_others() : 0;
    if (rc < 0)
        log_info("record: the priority stays as it is: %s", strerror(-rc));
    n = n < sizeof core / sizeof *core ? n : sizeof core / sizeof *core;
    for (size_t i = 0; i < n; i++)
        core[i] = (int)strtol(list[i], NULL, 10);
    rc = n ? os_run_on(core, n) : 0;
    if (rc < 0)
        log_warn(rc, "record: performance.cpu_affinity: none of these cores is there; running on all");
}

static int recorder_open(struct recorder *r)
{
    recorder_be_humble(r->config);
    int rc = observer_open_paced(&r->observer, r->o.args, r->o.interval_s, recorder_pace, r);
    if (rc < 0)
        return rc;
    r->o.interval_s = r->observer.interval_s;
    r->started_ms = r->of->now(r->of).wall_ms;
    r->zone_s = os_zone_s(r->started_ms);
    rc = recorder_open_store(r);
    if (rc == 0)
        recorder_open_parts(r);
    return rc;
}

static void recorder_close(struct recorder *r)
{
    os_service_tell("STOPPING=1\nSTATUS=writing what is left");
    recorder_close_parts(r, false);
    if (r->store) {
        store_finish(r->store);
        recorder_note_losses(r);
    }
    recorder_close_parts(r, true);
    if (r->ready && r->o.tell)
        r->o.tell(r->o.self, r, "ended");
    observer_close(&r->observer);
    store_close(r->store);
    ring_free(r->said);
    os_lock_free(r->tidying);
    mem_free(r->now.procs);
    mem_free(r->now.events);
    proctab_done(&r->before);
    config_free(r->reloaded);
}

int recorder_run(struct recorder *r, const struct recorder_options *o)
{
    *r = (struct recorder){ .o = *o, .config = args_config(o->args),
                            .said = ring_new(), .tidying = os_lock_new(), .end_ns = INT64_MAX };
    int rc = recorder_open(r);
    const struct moment *m;
    while (rc == 0 && (rc = feed_next(r->observer.feed, &m)) == 0)
        recorder_take(r, m);
    if (r->ready && rc != -EINTR && rc != -ENODATA)
        log_error(rc, "record: the machine could not be read further");
    recorder_close(r);
    return rc == -EINTR || rc == -ENODATA ? 0 : rc;
}

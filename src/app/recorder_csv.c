/*
 * recorder_csv.c - the CSV logs of a recorder, where the configuration wants them.
 *
 * Rows wait for the disk, so a thread of its own writes them: it is handed frames through a ring. What comes while the
 * ring is full is left out, as in any log: the next row says all that changed since the one before.
 */
#include "app/recorder_parts.h"

#include "base/log.h"
#include "base/mem.h"
#include "core/config.h"
#include "os/os.h"
#include "store/retention.h"

#include <errno.h>

#define RING 16
#define FLUSH_NS 10000000000
#define TIDY_NS 60000000000

struct csv {
    struct csvlog *log;        /* of the thread */
    struct os_lock *lock;      /* guards what follows */
    struct schema *schema;
    struct frame ring[RING];   /* frame i lies in ring[i % RING] */
    uint64_t put, taken;
    double keep_days;
    bool ending, ended;
    struct retention_clock clock; /* of the thread */
};

static void csv_tidy(struct csv *c, const struct frame *f)
{
    int64_t now_ms = retention_clock_now(&c->clock, f->wall_ms, f->mono_ns);
    os_lock(c->lock);
    double keep_days = c->keep_days;
    os_unlock(c->lock);
    int rc = csvlog_expire(c->log, keep_days, now_ms);
    if (rc < 0)
        log_warn(rc, "record: a CSV log that is older than storage.keep_days cannot be removed");
    csvlog_tidy(c->log, f->wall_ms);
}

/* The next frame, copied; false at the end. */
static bool csv_next(struct csv *c, struct schema *schema, struct frame *f)
{
    os_lock(c->lock);
    while (c->taken == c->put && !c->ending)
        os_wait(c->lock, INT64_MAX);
    bool any = c->taken < c->put;
    if (any) {
        schema_extend(schema, c->schema);
        frame_copy(f, &c->ring[c->taken++ % RING]);
    }
    os_unlock(c->lock);
    return any;
}

static void csv_main(void *arg)
{
    struct csv *c = arg;
    struct schema *schema = schema_new();
    struct frame f = { 0 };
    int64_t flush_ns = 0, tidy_ns = 0; /* of the monotonic clock: the other may be set back */
    int before = 0;
    while (csv_next(c, schema, &f)) {
        int rc = csvlog_add(c->log, schema, &f);
        if (rc == 0 && f.mono_ns - flush_ns >= FLUSH_NS) {
            rc = csvlog_flush(c->log);
            flush_ns = f.mono_ns;
        }
        if (f.mono_ns - tidy_ns >= TIDY_NS) {
            csv_tidy(c, &f);
            tidy_ns = f.mono_ns;
        }
        if (rc < 0 && rc != before)
            log_warn(rc, "record: the CSV log cannot be written; trying on");
        before = rc;
    }
    frame_done(&f);
    schema_free(schema);
    os_lock(c->lock);
    c->ended = true;
    os_wake(c->lock);
    os_unlock(c->lock);
}

static void csv_free(struct csv *c)
{
    csvlog_close(c->log);
    for (int i = 0; i < RING; i++)
        frame_done(&c->ring[i]);
    schema_free(c->schema);
    os_lock_free(c->lock);
    mem_free(c);
}

static int csv_open(struct recorder *r, void **self)
{
    struct csvlog_options o;
    bool outside;
    if (!settings_csvlog(r->config, r->o.dir, store_about(r->store)->hardware_id, &o, &outside))
        return 0;
    struct csv *c = mem_new(sizeof *c);
    *c = (struct csv){ .lock = os_lock_new(), .schema = schema_new(),
                       .keep_days = config_number(r->config, "storage.keep_days") };
    retention_clock_begin(&c->clock, r->last_ms, os_mono_ns());
    int rc = csvlog_open(&o, outside ? NULL : store_space(r->store), &c->log);
    rc = rc < 0 ? rc : os_thread(csv_main, c);
    if (rc < 0) {
        log_error(rc, "record: no CSV log can be written in %s; recording goes on without", o.dir);
        csv_free(c);
        return rc;
    }
    *self = c;
    return 0;
}

static void csv_take(void *self, const struct schema *s, const struct moment *m)
{
    struct csv *c = self;
    os_lock(c->lock);
    if (c->put - c->taken < RING) {
        schema_extend(c->schema, s);
        frame_copy(&c->ring[c->put++ % RING], &m->frame);
        os_wake(c->lock);
    }
    os_unlock(c->lock);
}

static void csv_reload(void *self, const struct config *config)
{
    struct csv *c = self;
    os_lock(c->lock);
    c->keep_days = config_number(config, "storage.keep_days");
    os_unlock(c->lock);
}

static void csv_close(void *self)
{
    struct csv *c = self;
    os_lock(c->lock);
    c->ending = true;
    os_wake(c->lock);
    while (!c->ended)
        os_wait(c->lock, INT64_MAX);
    os_unlock(c->lock);
    csv_free(c);
}

const struct recorder_part recorder_csv = {
    .name = "csv", .open = csv_open, .take = csv_take, .reload = csv_reload, .close = csv_close,
};

/*
 * store.c - the recorder: a queue, a thread that writes journals, a thread that packs, syncs and tidies.
 *
 * The writer does nothing but append to the page cache, so that an instant is safe from a crash within a
 * fraction of a millisecond; whatever may wait for the disk, or take long, is the packer's.
 */
#include "store/store.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/journal.h"
#include "store/packer.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define QUEUE 128              /* instants that may wait for the writer */
#define ROOM_PATIENCE_NS 2000000000 /* for the packer to make room under the cap */
#define RETRY_NS 10000000000   /* between two tries of what failed */
#define TIDY_NS 60000000000
#define DAY_MS 86400000
#define PARTS 16               /* a segment holds at most this part of the cap: whole ones go when it is reached */

struct queued {
    struct moment m;
    struct schema *grown;      /* the schema from this instant on; NULL: as before */
};

struct store {
    struct store_options o;
    char *dir;
    int lock_fd;
    struct space *space;

    struct os_lock *lock;      /* guards what follows */
    struct queued queue[QUEUE];
    unsigned head, count;
    int threads;
    bool stopping, writer_done;
    bool flush;                /* somebody waits for a sync, of so many instants */
    uint64_t flush_upto;
    bool need_room;            /* the writer waits for it */
    bool new_names;            /* journals were made whose names are not synced */
    char journal_path[OS_PATH_MAX]; /* of the one that is written; "" for none */
    struct names *closed;      /* journals to be packed, in order */
    size_t n_closed, cap_closed;
    uint64_t appended, written, synced; /* instants; dropped ones count as dealt with */
    uint64_t dropped;
    uint64_t overrun;          /* of them, because the queue was full, since the writer asked last */
    int64_t overrun_ms;        /* when that began */
    int64_t journal_bytes, segment_bytes;
    int64_t part_bytes;        /* packed of the part that is written */
    uint64_t values;
    int error;                 /* of the writer */
    int sync_error;            /* of the last sync */

    /* of the sampling thread */
    struct schema *known;      /* what it saw last */
    bool owed;                 /* it grew, and the writer was not told yet */

    /* of the writer */
    struct schema *schema;
    struct tape_map map;
    struct journal journal;
    int part;                  /* written under the lock */
    uint32_t block;
    int64_t room_ns;           /* not before: asking for room again */
    uint64_t missed;           /* instants since the last that was kept */
    int64_t missed_ms;

    /* of the packer */
    struct packer packer;
    struct names *old, *old_segments;
    int n_old, n_old_segments, at_old, at_old_segment;
    int64_t sync_ns, tidy_ns, retry_ns;
};

/* ---- the sampling thread ---- */

static struct schema *store_schema_copy(const struct schema *s)
{
    struct schema *copy = schema_new();
    schema_extend(copy, s);
    return copy;
}

void store_append(struct store *s, const struct schema *schema, const struct moment *m)
{
    if (schema_size(schema) != schema_size(s->known) || schema_sources(schema) != schema_sources(s->known)) {
        schema_extend(s->known, schema);
        s->owed = true;
    }
    os_lock(s->lock);
    s->appended++;
    if (s->count == QUEUE) {
        s->dropped++;
        s->written++;
        if (!s->overrun++)
            s->overrun_ms = m->frame.wall_ms;
        os_unlock(s->lock);
        return;
    }
    struct queued *q = &s->queue[(s->head + s->count) % QUEUE];
    os_unlock(s->lock); /* nobody else looks at a place that is not counted */
    moment_copy(&q->m, m);
    q->grown = s->owed ? store_schema_copy(s->known) : NULL;
    s->owed = false;
    os_lock(s->lock);
    s->count++;
    os_wake(s->lock);
    os_unlock(s->lock);
}

/* ---- the writer ---- */

static void store_tell(struct store *s, enum event_kind kind, enum severity severity, int64_t from_ms, int64_t to_ms,
                       struct event *e, const char *text)
{
    *e = (struct event){ .wall_ms = from_ms, .end_ms = to_ms, .kind = kind, .severity = severity, .source = "archive" };
    text_copy(e->text, sizeof e->text, text);
    if (s->o.emit)
        s->o.emit(s->o.self, e);
}

/* Hands the open journal to the packer. */
static void store_close_journal(struct store *s)
{
    if (s->journal.fd < 0)
        return;
    journal_close(&s->journal);
    os_lock(s->lock);
    s->closed = mem_grow(s->closed, s->n_closed, &s->cap_closed, sizeof *s->closed);
    s->closed[s->n_closed++] = s->journal.name;
    s->journal_path[0] = '\0';
    os_wake(s->lock);
    os_unlock(s->lock);
}

/* Does this instant begin another journal? */
static bool store_turns(struct store *s, int64_t wall_ms)
{
    const struct journal *j = &s->journal;
    return j->fd >= 0 &&
           (j->ticks >= segment_ticks(tape_width(&s->map, 0) + tape_width(&s->map, 1)) ||
            wall_ms < j->last_ms || wall_ms / DAY_MS != j->last_ms / DAY_MS);
}

/* Does a segment end before the journal that begins now? Then the next is written. */
static bool store_ends_part(struct store *s, int64_t wall_ms)
{
    os_lock(s->lock);
    bool large = s->o.cap_bytes && s->part_bytes > s->o.cap_bytes / PARTS;
    bool ends = large || (s->journal.last_ms && wall_ms / DAY_MS != s->journal.last_ms / DAY_MS);
    s->part_bytes = ends ? 0 : s->part_bytes;
    s->part += ends;
    os_unlock(s->lock);
    return ends;
}

static int store_open_journal(struct store *s, int64_t wall_ms)
{
    if (store_ends_part(s, wall_ms))
        s->block = 0;
    s->journal.last_ms = wall_ms;
    struct names name = { .part = s->part, .block = s->block++ };
    memcpy(name.session, s->o.about.session, sizeof name.session);
    struct tape_about about = s->o.about;
    about.part = s->part;
    int rc = journal_open(&s->journal, s->dir, &name, &about, s->schema, s->space);
    if (rc < 0)
        return rc;
    os_lock(s->lock);
    memcpy(s->journal_path, s->journal.path, sizeof s->journal_path);
    s->new_names = true;
    s->journal_bytes += s->journal.size;
    os_unlock(s->lock);
    return 0;
}

static int store_write_once(struct store *s, const struct moment *m)
{
    int rc = 0;
    if (store_turns(s, m->frame.wall_ms))
        store_close_journal(s);
    if (s->journal.fd < 0)
        rc = store_open_journal(s, m->frame.wall_ms);
    int64_t before = s->journal.size;
    rc = rc < 0 ? rc : journal_append(&s->journal, s->schema, m);
    if (rc < 0) { /* what follows builds on it: a new journal begins */
        store_close_journal(s);
        return rc;
    }
    os_lock(s->lock);
    s->journal_bytes += s->journal.size - before;
    os_unlock(s->lock);
    return 0;
}

/* Lets the packer make room, and waits a while for it: the queue holds what comes meanwhile. */
static bool store_wait_room(struct store *s)
{
    int64_t now = os_mono_ns();
    os_lock(s->lock);
    s->need_room = true;
    os_wake(s->lock);
    while (s->need_room && os_mono_ns() < now + ROOM_PATIENCE_NS)
        os_wait(s->lock, now + ROOM_PATIENCE_NS);
    bool made = !s->need_room;
    s->need_room = false;
    os_unlock(s->lock);
    return made;
}

static bool store_is_full(int rc)
{
    return rc == -EDQUOT || rc == -ENOSPC;
}

/* What was missed until now, as an event on the tape beside the first instant that is kept again. */
static void store_add_gap(struct store *s, struct moment *m)
{
    struct event e = { .wall_ms = s->missed_ms, .end_ms = m->frame.wall_ms, .kind = EVENT_GAP,
                       .severity = SEVERITY_WARNING, .source = "archive" };
    snprintf(e.text, sizeof e.text, "%llu sample%s could not be kept: %s", (unsigned long long)s->missed,
             s->missed == 1 ? "" : "s", s->error ? strerror(-s->error) : "the disk did not keep up");
    m->events = mem_resize(m->events, (m->n_events + 1) * sizeof *m->events);
    m->events[m->n_events++] = e;
}

/* It was kept: the gap before it is over, which is told once and not at every try. */
static void store_end_gap(struct store *s, const struct moment *m)
{
    if (s->missed && s->o.emit)
        s->o.emit(s->o.self, &m->events[m->n_events - 1]);
    s->missed = 0;
}

static void store_fail(struct store *s, const struct moment *m, int rc)
{
    char text[224];
    struct event e;
    if (s->error != rc) {
        snprintf(text, sizeof text, "samples are not kept until this is over: %s",
                 rc == -EDQUOT ? "the archive has reached its cap and nothing in it may go" : strerror(-rc));
        store_tell(s, EVENT_ARCHIVE, SEVERITY_CRITICAL, m->frame.wall_ms, m->frame.wall_ms, &e, text);
    }
    if (!s->missed++)
        s->missed_ms = m->frame.wall_ms;
    os_lock(s->lock);
    s->error = rc;
    s->dropped++;
    os_unlock(s->lock);
}

/* Instants that did not even get into the queue are missed as well. */
static void store_take_overrun(struct store *s)
{
    os_lock(s->lock);
    if (s->overrun && !s->missed)
        s->missed_ms = s->overrun_ms;
    s->missed += s->overrun;
    s->overrun = 0;
    os_unlock(s->lock);
}

static void store_write(struct store *s, struct queued *q)
{
    if (q->grown) {
        schema_free(s->schema);
        s->schema = q->grown;
        q->grown = NULL;
        tape_map_fit(&s->map, s->schema);
    }
    store_take_overrun(s);
    if (s->missed)
        store_add_gap(s, &q->m);
    int rc = store_write_once(s, &q->m);
    if (store_is_full(rc) && os_mono_ns() >= s->room_ns) {
        if (store_wait_room(s))
            rc = store_write_once(s, &q->m);
        s->room_ns = store_is_full(rc) ? os_mono_ns() + RETRY_NS : 0;
    }
    if (rc < 0) {
        store_fail(s, &q->m, rc);
        return;
    }
    store_end_gap(s, &q->m);
    os_lock(s->lock);
    s->error = 0;
    s->values += (uint64_t)s->map.columns;
    os_unlock(s->lock);
}

static void store_writer(void *arg)
{
    struct store *s = arg;
    os_lock(s->lock);
    while (s->count || !s->stopping) {
        if (!s->count) {
            os_wait(s->lock, INT64_MAX);
            continue;
        }
        struct queued *q = &s->queue[s->head];
        os_unlock(s->lock);
        store_write(s, q);
        os_lock(s->lock);
        s->head = (s->head + 1) % QUEUE;
        s->count--;
        s->written++;
        os_wake(s->lock);
    }
    os_unlock(s->lock);
    store_close_journal(s);
    os_lock(s->lock);
    s->writer_done = true;
    s->threads--;
    os_wake(s->lock);
    os_unlock(s->lock);
}

/* ---- the packer ---- */

static int store_sync_file(const char *path)
{
    int fd = os_disk_open(path, OS_DISK_WRITE);
    if (fd < 0)
        return fd; /* -ENOENT: somebody took the directory away */
    int rc = os_disk_sync(fd);
    os_close(fd);
    return rc;
}

static void store_tell_sync(struct store *s, int rc)
{
    char text[224];
    struct event e;
    int64_t now_ms = os_wall_ms();
    snprintf(text, sizeof text, "the disk does not confirm what was written: a loss of power may take it: %s",
             strerror(-rc));
    store_tell(s, EVENT_ARCHIVE, SEVERITY_CRITICAL, now_ms, now_ms, &e, text);
}

/* Syncs the journal that is written and those that are not packed yet. */
static void store_sync(struct store *s)
{
    char path[OS_PATH_MAX], dir[OS_PATH_MAX];
    os_lock(s->lock);
    uint64_t upto = s->written;
    bool names = s->new_names;
    size_t n = s->n_closed;
    memcpy(path, s->journal_path, sizeof path);
    os_unlock(s->lock);
    int rc = *path ? store_sync_file(path) : 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        os_lock(s->lock);
        struct names name = s->closed[i];
        os_unlock(s->lock);
        rc = names_path(s->dir, &name, path);
        rc = rc < 0 ? rc : store_sync_file(path);
    }
    if (rc == 0 && names) {
        snprintf(dir, sizeof dir, "%s/journal", s->dir);
        rc = os_disk_sync_dir(dir);
    }
    os_lock(s->lock);
    bool news = rc != s->sync_error;
    s->sync_error = rc;
    s->flush = s->flush && rc == 0 && s->flush_upto > upto;
    if (rc == 0) {
        s->synced = upto;
        s->new_names = s->new_names && !names;
    }
    os_wake(s->lock);
    os_unlock(s->lock);
    if (rc < 0 && news)
        store_tell_sync(s, rc);
}

static void store_tidy(struct store *s)
{
    if (s->o.tidy)
        s->o.tidy(s->o.self, s);
    s->tidy_ns = os_mono_ns() + TIDY_NS;
    os_lock(s->lock);
    s->need_room = false;
    os_wake(s->lock);
    os_unlock(s->lock);
}

/* The first of the closed journals becomes the last. */
static void store_postpone(struct store *s)
{
    os_lock(s->lock);
    struct names first = s->closed[0];
    memmove(s->closed, s->closed + 1, (s->n_closed - 1) * sizeof *s->closed);
    s->closed[s->n_closed - 1] = first;
    os_unlock(s->lock);
}

/* Packs the first of the closed journals. */
static void store_pack(struct store *s)
{
    os_lock(s->lock);
    struct names name = s->closed[0];
    os_unlock(s->lock);
    int rc = packer_pack(&s->packer, &name);
    if (store_is_full(rc)) {
        store_tidy(s);
        rc = packer_pack(&s->packer, &name);
    }
    if (rc < 0 && rc != -ENOENT) {
        log_warn(rc, "archive: %s.%d.%lld.jnl is not packed yet; trying again", name.session, name.part,
                 (long long)name.block);
        s->retry_ns = os_mono_ns() + RETRY_NS;
        store_postpone(s); /* the others must not wait for this one */
        return;
    }
    os_give_memory_back(); /* a block is megabytes for a moment */
    os_lock(s->lock);
    s->n_closed--;
    memmove(s->closed, s->closed + 1, s->n_closed * sizeof *s->closed);
    int64_t before = s->segment_bytes;
    s->segment_bytes = s->packer.written + (s->packer.writer ? segment_written(s->packer.writer) : 0);
    s->part_bytes += s->segment_bytes - before;
    os_unlock(s->lock);
}

/* One step of what earlier runs left: their journals, then their segments. False when all is done. */
static bool store_recover(struct store *s)
{
    int rc = 0;
    if (s->at_old < s->n_old)
        rc = packer_pack(&s->packer, &s->old[s->at_old++]);
    else if (s->at_old_segment < s->n_old_segments)
        rc = packer_repair(&s->packer, &s->old_segments[s->at_old_segment++]);
    else
        return false;
    if (rc < 0)
        log_warn(rc, "archive: something that an earlier run left in %s stays as it is", s->dir);
    if (s->at_old == s->n_old && s->at_old_segment == 0)
        packer_finish(&s->packer);
    return true;
}

/* What is to be done now; called without the lock. False when there is nothing. */
static bool store_work(struct store *s, bool closed, bool flush, bool need_room)
{
    int64_t now = os_mono_ns();
    if (flush || now >= s->sync_ns) {
        s->sync_ns = now + (int64_t)(s->o.sync_s * 1e9);
        store_sync(s);
        return true;
    }
    if (need_room || now >= s->tidy_ns) {
        store_tidy(s);
        return true;
    }
    if (closed && now >= s->retry_ns) {
        store_pack(s);
        return true;
    }
    return store_recover(s);
}

static void store_packer(void *arg)
{
    struct store *s = arg;
    os_lock(s->lock);
    while (!s->writer_done) {
        bool closed = s->n_closed > 0, flush = s->flush, need_room = s->need_room;
        os_unlock(s->lock);
        bool worked = store_work(s, closed, flush, need_room);
        os_lock(s->lock);
        int64_t due = s->sync_ns < s->tidy_ns ? s->sync_ns : s->tidy_ns;
        if (s->n_closed && s->retry_ns < due)
            due = s->retry_ns;
        if (!worked && !s->writer_done && !s->flush && !s->need_room && os_mono_ns() < due)
            os_wait(s->lock, due);
    }
    os_unlock(s->lock);
    store_sync(s);
    s->retry_ns = 0;
    for (size_t left = s->n_closed; left > 0; left--)
        store_pack(s);
    int rc = packer_finish(&s->packer);
    if (rc < 0)
        log_warn(rc, "archive: the last segment in %s is finished at the next start", s->dir);
    packer_done(&s->packer);
    os_lock(s->lock);
    s->threads--;
    os_wake(s->lock);
    os_unlock(s->lock);
}

/* ---- opening and closing ---- */

static int store_make_dirs(const char *dir)
{
    static const char *const sub[] = { "", "/segments", "/journal" };
    char path[OS_PATH_MAX];
    int rc = 0;
    for (size_t i = 0; i < sizeof sub / sizeof *sub && rc == 0; i++)
        rc = snprintf(path, sizeof path, "%s%s", dir, sub[i]) < OS_PATH_MAX ? os_make_dir(path) : -ENAMETOOLONG;
    return rc;
}

static bool store_knows(const struct names *list, int n, const char *session)
{
    for (int i = 0; i < n; i++)
        if (strcmp(list[i].session, session) == 0)
            return true;
    return false;
}

/* A name for this run: its start, with a number where there was another one in the same second. */
static void store_name_session(struct store *s)
{
    char stamp[TEXT_TIME_MAX];
    struct tape_about *a = &s->o.about;
    text_stamp(a->start_ms, stamp);
    for (int i = 1; !*a->session || store_knows(s->old, s->n_old, a->session) ||
                    store_knows(s->old_segments, s->n_old_segments, a->session); i++)
        snprintf(a->session, sizeof a->session, i > 1 ? "session_%.20s_%d" : "session_%.20s", stamp, i);
}

static int store_begin(struct store *s, int32_t *owner)
{
    char path[OS_PATH_MAX];
    int rc = store_make_dirs(s->dir);
    rc = rc < 0 ? rc : snprintf(path, sizeof path, "%s/lock", s->dir) < OS_PATH_MAX ? 0 : -ENAMETOOLONG;
    s->lock_fd = rc < 0 ? rc : os_disk_lock(path, owner);
    rc = s->lock_fd < 0 ? s->lock_fd : space_open(s->dir, s->o.cap_bytes, &s->space);
    if (rc < 0)
        return rc;
    s->n_old = names_list(s->dir, true, &s->old);
    s->n_old_segments = names_list(s->dir, false, &s->old_segments);
    if (s->n_old < 0 || s->n_old_segments < 0)
        return s->n_old < 0 ? s->n_old : s->n_old_segments;
    s->packer = (struct packer){ .dir = s->dir, .space = s->space };
    store_name_session(s);
    return 0;
}

static void store_free(struct store *s)
{
    for (unsigned i = 0; i < QUEUE; i++) {
        moment_done(&s->queue[i].m);
        schema_free(s->queue[i].grown);
    }
    journal_done(&s->journal);
    schema_free(s->schema);
    schema_free(s->known);
    tape_map_done(&s->map);
    mem_free(s->closed);
    mem_free(s->old);
    mem_free(s->old_segments);
    space_free(s->space);
    os_lock_free(s->lock);
    os_close(s->lock_fd);
    mem_free(s->dir);
    mem_free(s);
}

void store_finish(struct store *s)
{
    os_lock(s->lock);
    s->stopping = true;
    os_wake(s->lock);
    while (s->threads)
        os_wait(s->lock, INT64_MAX);
    os_unlock(s->lock);
}

static int store_start(struct store *s)
{
    int rc = os_thread(store_writer, s);
    if (rc < 0)
        return rc;
    s->threads = 1;
    rc = os_thread(store_packer, s);
    if (rc < 0) {
        store_finish(s);
        return rc;
    }
    os_lock(s->lock);
    s->threads++;
    os_unlock(s->lock);
    return 0;
}

int store_open(const struct store_options *o, struct store **out, int32_t *owner)
{
    struct store *s = mem_new(sizeof *s);
    s->o = *o;
    s->o.about.major = TAPE_MAJOR;
    s->o.about.minor = TAPE_MINOR;
    s->dir = mem_dup(o->dir);
    s->lock = os_lock_new();
    s->lock_fd = s->journal.fd = -1;
    s->known = schema_new();
    s->schema = schema_new();
    s->sync_ns = os_mono_ns() + (int64_t)(o->sync_s * 1e9);
    s->tidy_ns = os_mono_ns() + TIDY_NS;
    int rc = store_begin(s, owner);
    rc = rc < 0 ? rc : store_start(s);
    if (rc < 0) {
        store_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

int store_flush(struct store *s)
{
    os_lock(s->lock);
    uint64_t upto = s->appended;
    while (s->written < upto)
        os_wait(s->lock, INT64_MAX);
    s->flush = true;
    s->flush_upto = upto;
    os_wake(s->lock);
    while (s->flush)
        os_wait(s->lock, INT64_MAX);
    int rc = s->synced >= upto ? 0 : s->sync_error;
    os_unlock(s->lock);
    return rc;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    store_finish(s);
    store_free(s);
}

void store_state(struct store *s, struct store_state *out)
{
    os_lock(s->lock);
    *out = (struct store_state){
        .ticks = s->appended, .values = s->values, .dropped = s->dropped,
        .error = s->error ? s->error : s->sync_error,
        .written_bytes = s->journal_bytes + s->segment_bytes,
    };
    os_unlock(s->lock);
    out->used_bytes = space_used(s->space);
}

const struct tape_about *store_about(const struct store *s)
{
    return &s->o.about;
}

int store_part(struct store *s)
{
    os_lock(s->lock);
    int part = s->part;
    os_unlock(s->lock);
    return part;
}

const char *store_dir(const struct store *s)
{
    return s->dir;
}

struct space *store_space(struct store *s)
{
    return s->space;
}

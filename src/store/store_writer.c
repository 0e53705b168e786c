/*
 * store_writer.c - the thread that appends instants to journals.
 *
 * It does nothing but append to the page cache, so that an instant is safe from a crash within a fraction of a
 * millisecond. What the disk refuses is missed, and told beside the first instant that is kept again; that one
 * begins a journal, for the others would build on what is not there.
 */
#include "store/store_own.h"

#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ROOM_PATIENCE_NS 2000000000 /* for the packer to make room under the cap */
#define DAY_MS 86400000
#define PARTS 16               /* a segment holds at most this part of the cap: whole ones go when it is reached */

/* Hands the open journal to the packer. */
static void store_close_journal(struct store *s)
{
    if (s->journal.fd < 0)
        return;
    store_journal_close(&s->journal);
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
    const struct store_journal *j = &s->journal;
    return j->fd >= 0 &&
           (j->ticks >= segment_ticks(tape_width(&s->map, 0) + tape_width(&s->map, 1)) ||
            wall_ms < j->last_ms || wall_ms / DAY_MS != j->last_ms / DAY_MS);
}

/* Does a segment end before the journal that begins now? Then the next is written. */
static bool store_ends_part(struct store *s, int64_t wall_ms)
{
    os_lock(s->lock);
    int64_t cap = space_cap(s->space);
    bool large = cap > 0 && s->part_bytes > cap / PARTS;
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
    int rc = store_journal_open(&s->journal, s->dir, &name, &about, s->schema, s->space);
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
    rc = rc < 0 ? rc : store_journal_append(&s->journal, s->schema, m);
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

static const char *store_why(int error)
{
    return error == -EDQUOT ? "the archive has reached its cap and nothing in it may go" : strerror(-error);
}

/* What was missed until now, as an event on the tape beside the first instant that is kept again. */
static void store_add_gap(struct store *s, struct moment *m)
{
    struct event e = { .wall_ms = s->missed_ms, .end_ms = m->frame.wall_ms, .kind = EVENT_GAP,
                       .severity = SEVERITY_WARNING, .source = "archive" };
    snprintf(e.text, sizeof e.text, "%llu sample%s could not be kept: %s", (unsigned long long)s->missed,
             s->missed == 1 ? "" : "s", s->error ? store_why(s->error) : "the disk did not keep up");
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
        snprintf(text, sizeof text, "samples are not kept until this is over: %s", store_why(rc));
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
        s->room_ns = store_is_full(rc) ? os_mono_ns() + STORE_RETRY_NS : 0;
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

void store_writer(void *arg)
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
        s->head = (s->head + 1) % STORE_QUEUE;
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

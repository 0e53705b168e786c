/*
 * flight.c - the ring of the last minutes, what makes it be kept, and the thread that keeps it.
 *
 * The thread takes the reels one by one, by their numbers, so that saving ten minutes needs room for one reel
 * more and not for all twice. It holds the lock only while it copies one.
 */
#include "store/flight.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "store/flight_files.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REEL_TICKS 100   /* as TAPE_ALONE: only the first stands alone */
#define REEL_SHARE 8     /* a reel is full at this part of the ring, however few ticks it holds */
#define NOTES_MAX 64     /* lines that wait to be written */

/* A piece of tape that stands alone, but for the catalog. */
struct reel {
    struct buf bytes;
    int64_t first_ns, last_ns;
    int ticks;
};

enum stage {
    STAGE_WAITS,
    STAGE_BURST,  /* a file is being made, and its end is not there yet */
    STAGE_ENDS,   /* all that belongs to it is in reels that are closed */
};

struct flight {
    struct os_lock *lock;     /* guards all that follows */
    char dir[OS_PATH_MAX];    /* DIR/flight */
    struct flight_options o;

    struct reel *reel;        /* n_reels of them, the oldest first; the last one grows, if `open` */
    size_t n_reels, cap_reels;
    uint64_t first;           /* number of the oldest */
    bool open;
    int64_t bytes;            /* of all */
    struct tape_writer writer;
    int64_t table_ns;         /* when the table that was put last was read */

    enum stage stage;
    bool asked;               /* by a person */
    char why[224];            /* what they said */
    int64_t first_ns;         /* of the first instant; 0 = there was none */
    bool had_event;           /* a file was started by an event */
    int64_t event_ns;         /* when that was, on the monotonic clock */
    int64_t until_ns;         /* end of the burst */
    int64_t wall_ms;          /* of the instant that started the file */
    uint64_t from, to;        /* the reels of the file: to is known in STAGE_ENDS, the last one + 1 */
    struct buf head;          /* what its tape begins with */
    struct buf notes;         /* lines that are not in the note yet */
    struct buf late_notes;    /* the same of the file before */
    int n_notes;

    bool closing, running;    /* is the thread to end; is it there */
    struct flight_file file;  /* the thread's, no lock; its name stays when it is closed */
    char last[40];            /* that name, when it is whole */
    int files, error;
};

/* ---- the ring ---- */

static void flight_drop(struct flight *f)
{
    f->bytes -= (int64_t)f->reel[0].bytes.n;
    buf_done(&f->reel[0].bytes);
    memmove(f->reel, f->reel + 1, --f->n_reels * sizeof *f->reel);
    f->first++;
    f->open = f->open && f->n_reels > 0;
}

static void flight_shut(struct flight *f)
{
    if (!f->open)
        return;
    struct buf *b = &f->reel[f->n_reels - 1].bytes;
    b->p = mem_resize(b->p, b->n + 1); /* it grew by doubling */
    b->cap = b->n + 1;
    f->open = false;
    os_wake(f->lock);
}

static struct reel *flight_reel(struct flight *f, int64_t mono_ns)
{
    struct reel *r = f->n_reels ? &f->reel[f->n_reels - 1] : NULL;
    if (f->open && (r->ticks == REEL_TICKS || (int64_t)r->bytes.n > f->o.ring_bytes / REEL_SHARE))
        flight_shut(f);
    if (f->open)
        return r;
    f->reel = mem_grow(f->reel, f->n_reels, &f->cap_reels, sizeof *f->reel);
    r = &f->reel[f->n_reels++];
    *r = (struct reel){ .first_ns = mono_ns };
    f->open = true;
    f->writer.ticks = 0; /* the first tick and the first table stand alone */
    f->writer.table.n = 0;
    f->table_ns = 0;
    return r;
}

/* Old reels go, but for the one that grows. */
static void flight_limit(struct flight *f, int64_t mono_ns)
{
    while (f->n_reels > 1 && (f->bytes > f->o.ring_bytes ||
                              f->reel[0].last_ns < mono_ns - (int64_t)FLIGHT_KEEP_S * 1000000000))
        flight_drop(f);
}

static void flight_put(struct flight *f, const struct schema *s, const struct moment *m)
{
    struct moment only = *m; /* all processes say more than the busiest */
    struct reel *r = flight_reel(f, m->frame.mono_ns);
    size_t before = r->bytes.n;
    if (only.table.n && only.table.mono_ns != f->table_ns)
        only.n_procs = 0;
    else
        only.table.n = 0;
    f->table_ns = only.table.n ? only.table.mono_ns : f->table_ns;
    if (tape_put(&f->writer, &r->bytes, s, &only) == 0)
        r->ticks++;
    r->last_ns = m->frame.mono_ns;
    f->bytes += (int64_t)(r->bytes.n - before);
    flight_limit(f, m->frame.mono_ns);
}

/* ---- what starts a file ---- */

__attribute__((format(printf, 3, 4)))
static void flight_line(struct flight *f, int64_t wall_ms, const char *fmt, ...)
{
    char time[TEXT_TIME_MAX], text[320];
    if (f->n_notes == NOTES_MAX)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_printf(&f->notes, "%s %s\n", text_time(wall_ms, time), text);
    f->n_notes++;
    os_wake(f->lock);
}

/* Is it grave, and of a time that the ring may hold? What is told late, of a time before, it cannot show. */
static bool flight_counts(const struct flight *f, const struct moment *m, const struct event *e)
{
    int64_t seen_ms = (m->frame.mono_ns - f->first_ns) / 1000000, kept_ms = FLIGHT_KEEP_S * INT64_C(1000);
    int64_t back_ms = (seen_ms < kept_ms ? seen_ms : kept_ms) + 1000;
    return e->severity >= f->o.severity && e->end_ms >= m->frame.wall_ms - back_ms;
}

static void flight_note_events(struct flight *f, const struct moment *m)
{
    for (size_t i = 0; i < m->n_events; i++) {
        const struct event *e = &m->events[i];
        if (flight_counts(f, m, e))
            flight_line(f, e->wall_ms, "%s %s: %s", severity_name(e->severity), e->source, e->text);
    }
}

static bool flight_has_event(const struct flight *f, const struct moment *m)
{
    for (size_t i = 0; i < m->n_events; i++)
        if (flight_counts(f, m, &m->events[i]))
            return true;
    return false;
}

/* The file begins with all that the ring holds, and this instant begins the burst. */
static void flight_start(struct flight *f, const struct schema *s, const struct moment *m)
{
    struct catalog_mark none = { 0 };
    buf_clear(&f->head);
    if (tape_put_about(&f->head, &f->o.about) < 0 || catalog_put(&f->head, s, &none) < 0)
        return;
    f->stage = STAGE_BURST;
    f->wall_ms = m->frame.wall_ms;
    f->until_ns = m->frame.mono_ns + (int64_t)(f->o.burst_s * 1e9);
    f->from = f->first;
    os_wake(f->lock);
}

/* Does this instant start a file, or belong to the note of one? */
static void flight_judge(struct flight *f, const struct schema *s, const struct moment *m)
{
    bool event = flight_has_event(f, m), asked = f->asked;
    bool quiet = !f->had_event || m->frame.mono_ns - f->event_ns >= (int64_t)FLIGHT_GAP_S * 1000000000;
    bool starts = f->stage == STAGE_WAITS && (asked || (event && quiet));
    if (starts) {
        buf_put(&f->late_notes, f->notes.p, f->notes.n);
        buf_clear(&f->notes);
        f->n_notes = 0;
        flight_shut(f);
        flight_start(f, s, m);
    }
    if (asked)
        flight_line(f, m->frame.wall_ms, "asked for: %s", f->why);
    f->asked = false;
    if (event && (f->had_event || f->stage != STAGE_WAITS))
        flight_note_events(f, m);
    if (event && starts) {
        f->had_event = true;
        f->event_ns = m->frame.mono_ns;
    }
}

void flight_note(struct flight *f, const struct schema *s, const struct moment *m)
{
    os_lock(f->lock);
    f->first_ns = f->first_ns ? f->first_ns : m->frame.mono_ns;
    flight_judge(f, s, m);
    flight_put(f, s, m);
    if (f->stage == STAGE_BURST && m->frame.mono_ns >= f->until_ns) {
        flight_shut(f);
        f->stage = STAGE_ENDS;
        f->to = f->first + f->n_reels;
    }
    os_unlock(f->lock);
}

void flight_trigger(struct flight *f, const char *why)
{
    os_lock(f->lock);
    f->asked = true;
    text_copy(f->why, sizeof f->why, why);
    os_unlock(f->lock);
}

bool flight_wants_burst(struct flight *f)
{
    os_lock(f->lock);
    bool wants = f->stage == STAGE_BURST && f->o.burst_s > 0;
    os_unlock(f->lock);
    return wants;
}

void flight_state(struct flight *f, struct flight_state *out)
{
    os_lock(f->lock);
    *out = (struct flight_state){ .ring_bytes = f->bytes, .files = f->files, .error = f->error,
                                  .busy = f->stage != STAGE_WAITS };
    if (f->n_reels)
        out->ring_s = (double)(f->reel[f->n_reels - 1].last_ns - f->reel[0].first_ns) * 1e-9;
    memcpy(out->last, f->last, sizeof out->last);
    os_unlock(f->lock);
}

/* ---- the thread ---- */

/*
 * Copies the next reel of the file, waiting until it is closed. 1; 0 when there is none any more. Under the
 * lock.
 */
static int flight_next_reel(struct flight *f, uint64_t *number, struct buf *out)
{
    for (;;) {
        if (*number < f->first)
            *number = f->first; /* gone, before it could be saved */
        if (f->stage == STAGE_ENDS && *number >= f->to)
            return 0;
        uint64_t closed = f->first + f->n_reels - f->open;
        if (*number < closed)
            break;
        os_wait(f->lock, INT64_MAX);
    }
    const struct buf *from = &f->reel[*number - f->first].bytes;
    ++*number;
    buf_clear(out);
    if (buf_reserve(out, from->n) < 0)
        return -ENOMEM;
    buf_put(out, from->p, from->n);
    return 1;
}

/* Writes lines that wait to the note of the last file. Under the lock, which it lets go of meanwhile. */
static void flight_write_notes(struct flight *f, struct buf *waiting)
{
    struct buf lines = *waiting;
    *waiting = (struct buf){ 0 };
    if (waiting == &f->notes)
        f->n_notes = 0;
    os_unlock(f->lock);
    if (lines.n && *f->file.name)
        flight_file_note(&f->file, buf_text(&lines));
    buf_done(&lines);
    os_lock(f->lock);
}

/* Makes the file. Under the lock, which it lets go of for everything that takes time. */
static int flight_save(struct flight *f)
{
    auto_buf struct buf bytes = f->head;
    uint64_t number = f->from;
    f->head = (struct buf){ 0 };
    int more = 1, rc;
    os_unlock(f->lock);
    rc = flight_file_begin(&f->file, &f->o.about, f->wall_ms);
    bool begun = rc == 0;
    while (rc == 0 && more > 0) {
        rc = flight_file_put(&f->file, &bytes);
        os_lock(f->lock);
        more = rc == 0 ? flight_next_reel(f, &number, &bytes) : 0;
        rc = more < 0 ? more : rc;
        if (rc == 0 && f->notes.n)
            flight_write_notes(f, &f->notes);
        os_unlock(f->lock);
    }
    if (begun && rc == 0)
        rc = flight_file_finish(&f->file);
    flight_file_leave(&f->file);
    os_lock(f->lock);
    f->files += begun;
    if (begun)
        memcpy(f->last, f->file.name, sizeof f->last);
    return rc;
}

/* Waits until a file that could not be written is over, so that the next one can begin. Under the lock. */
static void flight_sit_out(struct flight *f)
{
    while (f->stage == STAGE_BURST)
        os_wait(f->lock, INT64_MAX);
}

static void flight_thread(void *self)
{
    struct flight *f = self;
    os_lock(f->lock);
    for (;;) {
        if (f->late_notes.n) {
            flight_write_notes(f, &f->late_notes);
        } else if (f->stage != STAGE_WAITS) {
            f->error = flight_save(f);
            flight_sit_out(f);
            f->stage = STAGE_WAITS;
        } else if (f->notes.n) {
            flight_write_notes(f, &f->notes);
        } else if (f->closing) {
            break;
        } else {
            os_wait(f->lock, INT64_MAX);
        }
    }
    f->running = false;
    os_wake(f->lock);
    os_unlock(f->lock);
}

int flight_open(const struct flight_options *o, struct flight **out)
{
    struct flight *f = mem_new(sizeof *f);
    f->o = *o;
    f->o.dir = f->file.dir = f->dir;
    f->file.space = o->space;
    f->file.files_bytes = o->files_bytes;
    f->lock = os_lock_new();
    int n = snprintf(f->dir, sizeof f->dir, "%s/flight", o->dir);
    bool is_new = !os_exists("", f->dir);
    int rc = n < 0 || (size_t)n >= sizeof f->dir ? -ENAMETOOLONG : os_make_dir(f->dir);
    if (rc == 0 && is_new)
        rc = space_resize(o->space, -1, SPACE_BLOCK);
    f->running = rc == 0;
    if (rc == 0)
        rc = os_thread(flight_thread, f);
    if (rc < 0) {
        f->running = false;
        flight_close(f);
        return rc;
    }
    *out = f;
    return 0;
}

void flight_close(struct flight *f)
{
    if (!f)
        return;
    os_lock(f->lock);
    f->closing = true;
    if (f->stage == STAGE_BURST) {
        flight_shut(f);
        f->stage = STAGE_ENDS;
        f->to = f->first + f->n_reels;
    }
    os_wake(f->lock);
    while (f->running)
        os_wait(f->lock, INT64_MAX);
    os_unlock(f->lock);
    while (f->n_reels)
        flight_drop(f);
    mem_free(f->reel);
    tape_writer_done(&f->writer);
    buf_done(&f->head);
    buf_done(&f->notes);
    buf_done(&f->late_notes);
    os_lock_free(f->lock);
    mem_free(f);
}

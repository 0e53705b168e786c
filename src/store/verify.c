/*
 * verify.c - one pass over a file, chunk by chunk.
 *
 * Chunks that hold are fed to a tape (store/tape.h), which decodes all that is in them and derives the rates;
 * what it plays is summed up again and compared with the summaries. Behind damage a group of blocks, and the
 * one after it, whose first rates build on it, are not compared: the damage has been told.
 */
#include "store/verify.h"

#include "base/auto.h"
#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/names.h"
#include "store/segment.h"
#include "store/segment_index.h"
#include "store/summary.h"
#include "store/tape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW (1 << 20) /* bytes that are searched at once */

struct verifier {
    const struct verify_watcher *w;
    struct verify_totals *t;
    const char *path, *name;
    int fd;
    int64_t size;
    bool open;                   /* it may grow under us */
    uint64_t looked;             /* see chunk_search() */
    uint8_t *window;             /* scratch of the search; NULL before the first */

    struct tape *tape;
    int64_t mono_ns;             /* of the instant before */
    struct segment seen;         /* entries only: what a scan finds */
    bool indexed, damaged;
    bool numbered;               /* are all blocks there, from 0 on? */
    int64_t next_block;

    struct summary *sum[2];      /* of minutes and tens, from what was played */
    uint64_t ticks[2];           /* in them */
    int unsure[2];               /* so many summaries cannot be compared */
    struct summary_view stored, again;
    struct buf chunk;
};

__attribute__((format(printf, 4, 5))) static void verify_say(struct verifier *v, int64_t offset, bool damage,
                                                             const char *fmt, ...)
{
    char what[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    v->t->damages += damage;
    v->t->notes += !damage;
    v->w->found(v->w->self, &(struct verify_finding){ v->name, offset, what, damage });
}

static bool verify_stops(const struct verifier *v)
{
    return v->w->stop && v->w->stop();
}

static void verify_unsure(struct verifier *v)
{
    v->damaged = true;
    v->unsure[0] = v->unsure[1] = 2;
}

/* ---- chunks ---- */

/* Reads the chunk at an offset: its length; -EBADMSG, and -EAGAIN where the file ends before it does. */
static int64_t verify_read(struct verifier *v, int64_t at, struct chunk *c)
{
    buf_clear(&v->chunk);
    if (buf_reserve(&v->chunk, CHUNK_HEAD) < 0)
        return -ENOMEM;
    int64_t got = os_disk_read(v->fd, v->chunk.p, CHUNK_HEAD, at);
    if (got != CHUNK_HEAD)
        return got < 0 ? got : -EAGAIN;
    int64_t length = chunk_length(v->chunk.p);
    if (length < 0 || at + length > v->size)
        return length < 0 ? length : -EAGAIN;
    if (buf_reserve(&v->chunk, (size_t)length) < 0)
        return -ENOMEM;
    got = os_disk_read(v->fd, v->chunk.p, (size_t)length, at);
    if (got < 0)
        return got;
    v->chunk.n = (size_t)got;
    int rc = chunk_take(v->chunk.p, v->chunk.n, c);
    return rc < 0 ? rc : length;
}

/* The next offset from `at` on where a whole chunk is; the end of the file when there is none. */
static int64_t verify_search(struct verifier *v, int64_t at)
{
    v->window = v->window ? v->window : mem_new(WINDOW);
    uint8_t *p = v->window;
    struct chunk c;
    size_t window = 4096; /* it is mostly near */
    for (; at < v->size && v->looked < CHUNK_SEARCH && !verify_stops(v); at += (int64_t)window - 8, window = WINDOW) {
        int64_t n = os_disk_read(v->fd, p, window, at);
        for (size_t i = 0; n > 0 && (i = chunk_seek(p, (size_t)n, i)) < (size_t)n; i += 8) {
            if (verify_read(v, at + (int64_t)i, &c) > 0)
                return at + (int64_t)i;
            if (i + CHUNK_HEAD <= (size_t)n)
                chunk_count(p + i, &v->looked);
            if (v->looked >= CHUNK_SEARCH || verify_stops(v))
                return v->size;
        }
    }
    return v->size;
}

/* ---- instants ---- */

static int verify_moment(struct verifier *v, int64_t at, const struct moment *m)
{
    const struct schema *s = tape_schema(v->tape);
    if (m->frame.mono_ns <= v->mono_ns) {
        verify_say(v, at, true, "time does not go on: an instant is not later than the one before");
        verify_unsure(v);
    }
    v->mono_ns = m->frame.mono_ns;
    v->t->ticks++;
    v->t->values += (uint64_t)m->frame.n;
    for (int i = 0; i < 2; i++) {
        int rc = summary_add(v->sum[i], s, m->frame.wall_ms, m->frame.v, m->frame.n);
        if (rc == -ENOMEM)
            return rc;
        v->ticks[i]++;
        v->unsure[i] = rc < 0 ? 2 : v->unsure[i];
    }
    return 0;
}

static int verify_play(struct verifier *v, int64_t at)
{
    const struct moment *m;
    int rc = tape_feed(v->tape, v->chunk.p, v->chunk.n);
    while (rc == 0 && (rc = tape_next(v->tape, &m)) != 0) {
        if (rc == -EBADMSG || rc == -ENOTSUP) {
            verify_say(v, at, true, rc == -EBADMSG ? "a chunk has the right checksum but cannot be decoded"
                                                   : "a chunk is of a newer format than this program knows");
            verify_unsure(v);
            rc = 0; /* the tape has passed over it */
        } else if (rc > 0) {
            rc = verify_moment(v, at, m);
        }
    }
    return rc;
}

/* ---- summaries ---- */

/* The same but for rounding of the mean; a derived slot may be known less often: rates begin anew when the
 * writer was started again. */
static bool rows_agree(const struct summary_row *a, const struct summary_row *b, enum kind kind)
{
    if (kind == KIND_RATIO && a->count < b->count)
        return true;
    if (a->count != b->count)
        return false;
    if (a->count == 0 || kind == KIND_COUNTER)
        return a->count == 0 || a->last == b->last;
    double slack = (fabs(b->mean) + b->max - b->min) / 1000;
    return a->min == b->min && a->max == b->max && a->last == b->last && fabs(a->mean - b->mean) <= slack;
}

static int verify_rows(struct verifier *v, int64_t at)
{
    const struct schema *s = tape_schema(v->tape);
    size_t rows = (size_t)v->stored.rows;
    auto_free struct summary_row *a = mem_try(2 * rows * sizeof *a + 1);
    if (!a)
        return -ENOMEM;
    for (int slot = 0; slot < schema_size(s); slot++) {
        if (summary_slot(&v->stored, slot, a) < 0) {
            verify_say(v, at, true, "a summary cannot be decoded: %s", schema_id(s, slot));
            return 0;
        }
        summary_slot(&v->again, slot, a + rows);
        for (size_t r = 0; r < rows; r++)
            if (a[r].start_ms != a[rows + r].start_ms || !rows_agree(&a[r], &a[rows + r], schema_at(s, slot)->kind)) {
                verify_say(v, at, true, "a summary is not that of its blocks: %s, row %zu", schema_id(s, slot), r);
                return 0;
            }
    }
    return 0;
}

static double view_ticks(const struct summary_view *v)
{
    double ticks = 0;
    for (int r = 0; r < v->rows; r++)
        ticks += v->ticks[r];
    return ticks;
}

/* Puts what was played as a summary, and looks whether the stored one says the same. */
static int verify_compare(struct verifier *v, int64_t at, int which, bool sure)
{
    const struct schema *s = tape_schema(v->tape);
    auto_buf struct buf b = { 0 };
    int rc = summary_put(v->sum[which], s, &b);
    if (rc < 0 || !sure || !v->ticks[which])
        return rc == -ENOMEM ? rc : 0;
    struct chunk c = { .bytes = (const uint8_t *)b.p, .n = b.n };
    rc = summary_open(&v->again, s, &c);
    if (rc < 0)
        return rc;
    if (view_ticks(&v->stored) == (double)v->ticks[which] && v->stored.rows == v->again.rows)
        return verify_rows(v, at);
    if (v->numbered && !v->damaged) /* else blocks were pruned */
        verify_say(v, at, true, "a summary is about %.0f instants, its blocks have %" PRIu64, view_ticks(&v->stored),
                   v->ticks[which]);
    return 0;
}

static int verify_summary(struct verifier *v, int64_t at, const struct chunk *c)
{
    int which = c->type == CHUNK_TENS;
    int rc = summary_open(&v->stored, tape_schema(v->tape), c);
    if (rc == -ENOMEM)
        return rc;
    if (rc < 0)
        verify_say(v, at, true, "a summary cannot be decoded");
    rc = verify_compare(v, at, which, rc == 0 && !v->unsure[which]);
    v->unsure[which] -= v->unsure[which] > 0;
    v->ticks[which] = 0;
    return rc;
}

/* ---- the index ---- */

static bool entries_agree(const struct segment_entry *a, const struct segment_entry *b)
{
    return a->type == b->type && a->at == b->at && a->n == b->n && a->rows == b->rows && a->first_ms == b->first_ms &&
           a->last_ms == b->last_ms && (a->type != CHUNK_BLOCK || a->block == b->block);
}

static void verify_index(struct verifier *v, int64_t at, const struct chunk *c)
{
    struct segment told = { .fd = -1 };
    const struct segment *seen = &v->seen;
    bool right = segment_index_take(&told, c, at) == 0 && (v->damaged || told.n == seen->n);
    for (size_t i = 0, k = 0; i < seen->n && right; i++) {
        while (k < told.n && told.entry[k].at < seen->entry[i].at) /* those are damaged */
            k++;
        right = k < told.n && entries_agree(&told.entry[k], &seen->entry[i]);
    }
    mem_free(told.entry);
    v->indexed = true;
    if (!right)
        verify_say(v, at, true, "the index does not say where the chunks of the file are");
}

/* ---- a file ---- */

static void verify_number(struct verifier *v, const struct segment_entry *e)
{
    v->numbered &= (int64_t)e->block == v->next_block;
    v->next_block = (int64_t)e->block + 1;
    v->t->blocks++;
}

static int verify_chunk(struct verifier *v, int64_t at, const struct chunk *c)
{
    struct segment_entry e = { .type = c->type, .at = at, .n = (uint32_t)c->whole };
    v->t->chunks++;
    if (c->type == CHUNK_INDEX) {
        verify_index(v, at, c);
        return 0;
    }
    segment_peek(&e, c->bytes, c->n);
    segment_put_entry(&v->seen, &e);
    if (c->type == CHUNK_BLOCK)
        verify_number(v, &e);
    if (c->type == CHUNK_MINUTES || c->type == CHUNK_TENS)
        return verify_summary(v, at, c);
    return verify_play(v, at);
}

static void verify_bad(struct verifier *v, int64_t at, int64_t next)
{
    if (next < v->size)
        verify_say(v, at, true, "%" PRId64 " bytes are damaged and passed over", next - at);
    else if (!v->open)
        verify_say(v, at, true, "the file ends in %" PRId64 " bytes that are no whole chunk", next - at);
    verify_unsure(v);
}

static int verify_chunks(struct verifier *v)
{
    int64_t at = 0, done = v->t->bytes;
    while (at < v->size) {
        struct chunk c;
        if (verify_stops(v))
            return -EINTR;
        int64_t length = verify_read(v, at, &c);
        if (length == -ENOMEM || (length < 0 && length != -EBADMSG && length != -EAGAIN && length != -EIO))
            return (int)length;
        if (length == -EBADMSG)
            chunk_count(v->chunk.p, &v->looked);
        int64_t next = length > 0 ? at + length : verify_search(v, at + 8);
        int rc = 0;
        if (length > 0)
            rc = verify_chunk(v, at, &c);
        else
            verify_bad(v, at, next);
        if (rc < 0 || verify_stops(v))
            return rc < 0 ? rc : -EINTR;
        at = next;
        v->t->bytes = done + at;
        if (v->w->progress)
            v->w->progress(v->w->self, 0);
    }
    return 0;
}

static void verify_ends(struct verifier *v)
{
    size_t length = strlen(v->path);
    bool segment = length > 4 && strcmp(v->path + length - 4, ".seg") == 0;
    const char *session = tape_about(v->tape)->session, *file = strrchr(v->name, '/');
    struct names named;
    if (*session && file && names_parse(file + 1, &named) && strcmp(named.session, session) != 0)
        verify_say(v, 0, true, "it says that it belongs to another session than its name does: no command reads it");
    if (v->looked >= CHUNK_SEARCH)
        verify_say(v, 0, true, "it holds so much that looks like chunks and is none that the rest was not searched");
    if (!v->seen.n || v->seen.entry[0].type != CHUNK_ABOUT || v->seen.entry[0].at != 0)
        verify_say(v, 0, true, "the file does not begin with what it is: nothing of it can be read");
    else if (segment && !v->indexed && !v->open)
        verify_say(v, v->size, false, "the file was not closed: it is complete as far as it goes, and the next "
                                      "recording closes it");
}

int verify_file(const char *path, const char *name, bool open, const struct verify_watcher *w,
                struct verify_totals *totals)
{
    struct verifier v = { .w = w, .t = totals, .path = path, .name = name, .open = open, .numbered = true,
                          .mono_ns = INT64_MIN };
    v.fd = os_disk_open(path, OS_DISK_READ);
    if (v.fd < 0)
        return v.fd;
    v.size = os_disk_size(v.fd);
    v.seen.fd = -1;
    v.tape = tape_new(true);
    v.sum[0] = summary_new(60);
    v.sum[1] = summary_new(600);
    int rc = v.size < 0 ? (int)v.size : verify_chunks(&v);
    if (rc == 0)
        verify_ends(&v);
    totals->files++;
    os_close(v.fd);
    tape_free(v.tape);
    mem_free(v.seen.entry);
    mem_free(v.window);
    summary_view_done(&v.stored);
    summary_view_done(&v.again);
    summary_free(v.sum[0]);
    summary_free(v.sum[1]);
    buf_done(&v.chunk);
    return rc;
}

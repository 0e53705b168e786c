/*
 * archive_play.c - plays the parts of an archive one behind the other, and says before what is in the way: sessions of
 * the same time, damage.
 *
 * Rates are made anew from the totals, so that playing begins far enough before the range that they are known at its
 * first instant.
 */
#include "store/archive.h"

#include "base/auto.h"
#include "base/mem.h"
#include "os/disk.h"
#include "store/tape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TOUCH_MS 60000 /* sessions may overlap by so much: one ends while the next begins, or the clock was set */
#define SELDOM_MS 65000 /* between two readings of a source: a minute for those read most seldom, and a late tick */

struct player {
    struct tape *tape;        /* of the session that plays: its rates go on from part to part */
    int64_t from_ms, to_ms;
    bool procs_only;
    int64_t busy_ms;          /* of procs_only: the busiest are wanted from then on */
    tape_each *each;
    void *self;
    struct buf buf;
    uint64_t lost;
};

/* Gives out what can be played by now. */
static int player_run(struct player *p)
{
    const struct moment *m;
    int rc;
    while ((rc = tape_next(p->tape, &m)) != 0) {
        if (rc == -EBADMSG)
            continue;
        if (rc < 0)
            return rc;
        if (m->frame.wall_ms < p->from_ms || m->frame.wall_ms > p->to_ms)
            continue;
        rc = p->each(p->self, tape_about(p->tape), tape_schema(p->tape), m);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* How long before the range the playing begins, so that the rates at its beginning are known. */
static double player_lead_ms(const struct segment *s)
{
    double interval_ms = s->about.interval_s * 1000;
    return 2 * (interval_ms > SELDOM_MS ? interval_ms : SELDOM_MS);
}

/* The first entry to play: that of the first group in the range, or of one before it for the sake of rates. */
static size_t player_first(const struct player *p, const struct segment *s)
{
    double from_ms = (double)p->from_ms - player_lead_ms(s);
    size_t begin = 0, first = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct segment_entry *e = &s->entry[i];
        if (e->type != CHUNK_BLOCK)
            continue;
        if (p->procs_only || (double)e->first_ms <= from_ms)
            first = begin;
        if (e->last_ms >= p->from_ms)
            return first;
        begin = i + 1;
    }
    return s->n;
}

/* Behind the last block in the range: one that lies after it may stand before it, where the clock was set back. */
static size_t player_end(const struct player *p, const struct segment *s)
{
    size_t end = s->n;
    while (end > 0 && (s->entry[end - 1].type != CHUNK_BLOCK || s->entry[end - 1].first_ms > p->to_ms))
        end--;
    return end;
}

/* Does the block that an entry stands before end before the busiest are wanted? */
static bool player_passes_busy(const struct player *p, const struct segment *s, size_t i)
{
    while (i < s->n && s->entry[i].type != CHUNK_BLOCK)
        i++;
    return p->procs_only && i < s->n && s->entry[i].last_ms < p->busy_ms;
}

static bool player_wants(const struct player *p, const struct segment *s, size_t i, bool in_range)
{
    const struct segment_entry *e = &s->entry[i];
    if (e->type == CHUNK_ABOUT || e->type == CHUNK_CATALOG)
        return true;
    if (e->type == CHUNK_PROCS && player_passes_busy(p, s, i))
        return false;
    return in_range && (e->type == CHUNK_EVENT || e->type == CHUNK_PROCS || e->type == CHUNK_TABLE ||
                        e->type == CHUNK_BLOCK);
}

static int player_segment(struct player *p, const struct segment *s)
{
    size_t first = player_first(p, s), end = player_end(p, s);
    for (size_t i = 0; i < s->n; i++) {
        const struct segment_entry *e = &s->entry[i];
        struct chunk c;
        if (!player_wants(p, s, i, i >= first && i < end))
            continue;
        int rc = segment_read(s, e, &p->buf, &c);
        if (rc == -EBADMSG || rc == -EIO) {
            p->lost++;
            tape_break(p->tape);
            continue;
        }
        rc = rc < 0 ? rc : tape_feed(p->tape, p->buf.p, p->buf.n);
        rc = rc < 0 ? rc : player_run(p);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int player_journal(struct player *p, int fd)
{
    int64_t size = os_disk_size(fd);
    auto_free char *bytes = mem_try((size_t)(size < 0 ? 0 : size) + 1);
    if (size >= 0)
        size = bytes ? os_disk_read(fd, bytes, (size_t)size, 0) : -ENOMEM;
    if (size < 0)
        return (int)size;
    int rc = tape_feed(p->tape, bytes, (size_t)size);
    tape_end(p->tape);
    return rc < 0 ? rc : player_run(p);
}

static int player_part(struct player *p, const struct archive_part *part)
{
    int rc = part->segment ? player_segment(p, part->segment) : 0;
    for (int i = 0; i < part->n_journals && rc == 0; i++)
        rc = player_journal(p, part->journal[i].fd);
    return rc;
}

static bool player_overlaps(const struct player *p, const struct archive_part *part)
{
    return part->ticks && part->first_ms <= p->to_ms && part->last_ms >= p->from_ms;
}

static int player_parts(struct player *p, struct archive *a, const char *session)
{
    int rc = 0;
    size_t n;
    const struct archive_part *part = archive_parts(a, &n);
    for (size_t i = 0; i < n && rc == 0; i++)
        if ((!session || strcmp(part[i].about.session, session) == 0) && player_overlaps(p, &part[i]))
            rc = player_part(p, &part[i]);
    return rc;
}

int archive_play_procs(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, int64_t busy_ms,
                       tape_each *each, void *self)
{
    struct player p = { .tape = tape_new(false), .from_ms = from_ms, .to_ms = to_ms, .procs_only = true,
                        .busy_ms = busy_ms, .each = each, .self = self };
    tape_pass_numbers(p.tape);
    int rc = player_parts(&p, a, session);
    tape_free(p.tape);
    buf_done(&p.buf);
    return rc;
}

int archive_play(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms,
                 tape_each *each, void *self, uint64_t *lost)
{
    return archive_play_some(a, session, from_ms, to_ms, NULL, each, self, lost);
}

int archive_play_some(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, tape_wants *wants,
                      tape_each *each, void *self, uint64_t *lost)
{
    struct player p = { .tape = tape_new(true), .from_ms = from_ms, .to_ms = to_ms, .each = each, .self = self };
    tape_want(p.tape, wants);
    int rc = player_parts(&p, a, session);
    if (lost)
        *lost = p.lost + tape_lost(p.tape);
    tape_free(p.tape);
    buf_done(&p.buf);
    return rc;
}

/* ---- before playing ---- */

struct span {
    const char *session;
    int64_t first_ms, last_ms;
};

static int span_order(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return (x->first_ms > y->first_ms) - (x->first_ms < y->first_ms);
}

/* What of each session is in the range; returns how many have something there. */
static size_t archive_spans(const struct archive *a, int64_t from_ms, int64_t to_ms, struct span *out)
{
    const struct player range = { .from_ms = from_ms, .to_ms = to_ms };
    size_t n = 0, all;
    const struct archive_part *part = archive_parts(a, &all);
    for (size_t i = 0; i < all; i++) {
        const struct archive_part *p = &part[i];
        if (!player_overlaps(&range, p))
            continue;
        int64_t first_ms = p->first_ms > from_ms ? p->first_ms : from_ms;
        int64_t last_ms = p->last_ms < to_ms ? p->last_ms : to_ms;
        if (!n || strcmp(out[n - 1].session, p->about.session) != 0)
            out[n++] = (struct span){ p->about.session, first_ms, last_ms };
        out[n - 1].first_ms = first_ms < out[n - 1].first_ms ? first_ms : out[n - 1].first_ms;
        out[n - 1].last_ms = last_ms > out[n - 1].last_ms ? last_ms : out[n - 1].last_ms;
    }
    return n;
}

bool archive_overlap(const struct archive *a, int64_t from_ms, int64_t to_ms, const char *pair[static 2])
{
    size_t n, furthest = 0;
    archive_parts(a, &n);
    struct span *span = mem_new((n + 1) * sizeof *span);
    n = archive_spans(a, from_ms, to_ms, span);
    bool found = false;
    qsort(span, n, sizeof *span, span_order);
    for (size_t i = 1; i < n && !found; i++) {
        int64_t end_ms = span[i].last_ms < span[furthest].last_ms ? span[i].last_ms : span[furthest].last_ms;
        found = end_ms - span[i].first_ms > TOUCH_MS;
        if (found) {
            pair[0] = span[furthest].session;
            pair[1] = span[i].session;
        }
        furthest = span[i].last_ms > span[furthest].last_ms ? i : furthest;
    }
    mem_free(span);
    return found;
}

static int archive_pass(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    (void)self;
    (void)about;
    (void)s;
    (void)m;
    return 0;
}

static bool archive_is_of(const struct archive_part *p, const char *session)
{
    struct names n;
    return names_parse(p->name, &n) && strcmp(n.session, session) == 0;
}

bool archive_is_damaged(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms)
{
    uint64_t lost = 0;
    size_t n;
    const struct archive_part *part = archive_parts(a, &n);
    for (size_t i = 0; i < n; i++) {
        const struct archive_part *p = &part[i];
        bool empty = p->unread || (p->segment && !p->last_ms && !p->n_journals); /* a segment is made for a block */
        if (empty && (!session || archive_is_of(p, session)))
            return true;
    }
    return archive_play(a, session, from_ms, to_ms, archive_pass, NULL, &lost) < 0 || lost;
}

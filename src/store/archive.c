/*
 * archive.c - reads a data directory while it is written.
 *
 * Journals are opened before segments are looked at: one that is packed in between is found in its segment,
 * whose blocks are numbered as the journals were, and one that is packed later is read all the same.
 */
#include "store/archive.h"

#include "base/auto.h"
#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/join.h"
#include "store/journal.h"
#include "store/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOUCH_MS 60000 /* sessions may overlap by so much: one ends while the next begins, or the clock was set */

struct archive {
    char *dir;
    struct archive_part *part;
    size_t n, cap;
};

static void archive_part_done(struct archive_part *p)
{
    segment_free(p->segment);
    for (int i = 0; i < p->n_journals; i++)
        os_close(p->journal[i].fd);
    mem_free(p->journal);
}

static void archive_clear(struct archive *a)
{
    for (size_t i = 0; i < a->n; i++)
        archive_part_done(&a->part[i]);
    a->n = 0;
}

void archive_free(struct archive *a)
{
    if (!a)
        return;
    archive_clear(a);
    mem_free(a->part);
    mem_free(a->dir);
    mem_free(a);
}

static void archive_reach(struct archive_part *p, int64_t first_ms, int64_t last_ms, uint64_t ticks)
{
    if (!p->last_ms || first_ms < p->first_ms)
        p->first_ms = first_ms;
    if (!p->last_ms || last_ms > p->last_ms)
        p->last_ms = last_ms;
    p->ticks += ticks;
}

static struct archive_part *archive_part_of(struct archive *a, const struct names *n)
{
    struct names segment = *n;
    char name[NAMES_MAX];
    segment.block = -1;
    names_file(&segment, name);
    if (a->n && strcmp(a->part[a->n - 1].name, name) == 0)
        return &a->part[a->n - 1];
    a->part = mem_grow(a->part, a->n, &a->cap, sizeof *a->part);
    struct archive_part *p = &a->part[a->n++];
    *p = (struct archive_part){ 0 };
    memcpy(p->name, name, sizeof p->name);
    return p;
}

/* What we lack, and not what is wrong with a file: it must not look as if there were less. */
static bool archive_is_ours(int rc)
{
    return rc == -EMFILE || rc == -ENFILE || rc == -ENOMEM;
}

/* One that is gone by now, damaged at its beginning or of another name than its own is passed over: `verify`
 * tells. An error where it is us who cannot read it. */
static int archive_add_segment(struct archive *a, const struct names *n)
{
    struct archive_part *p = archive_part_of(a, n);
    char path[OS_PATH_MAX];
    int rc = names_path(a->dir, n, path);
    rc = rc < 0 ? rc : segment_open(path, &p->segment);
    if (rc == 0 && strcmp(p->segment->about.session, n->session) != 0) {
        segment_free(p->segment);
        p->segment = NULL;
        rc = -EBADMSG;
    }
    p->unread = rc == -EBADMSG || rc == -EIO;
    if (rc < 0)
        return archive_is_ours(rc) ? rc : 0;
    p->about = p->segment->about;
    p->bytes += p->segment->size;
    for (size_t i = 0; i < p->segment->n; i++) {
        const struct segment_entry *e = &p->segment->entry[i];
        if (e->type == CHUNK_BLOCK || e->type == CHUNK_MINUTES || e->type == CHUNK_TENS)
            archive_reach(p, e->first_ms, e->last_ms, e->type == CHUNK_BLOCK ? e->rows : 0);
    }
    return 0;
}

static int archive_reach_tick(void *self, const struct tape_about *about, const struct schema *s,
                              const struct moment *m)
{
    struct archive_part *p = self;
    (void)s;
    p->about = *about;
    archive_reach(p, m->frame.wall_ms, m->frame.wall_ms, 1);
    return 0;
}

/* Does the segment have what is in the journal of this number? A torn block of it goes, for the journal has all. */
static bool archive_packed(struct archive_part *p, int64_t block)
{
    struct segment *s = p->segment;
    const struct segment_entry *torn = s ? segment_torn(s) : NULL;
    if (torn && torn->block == block) {
        p->ticks -= torn->rows;
        segment_drop_torn(s);
        return false;
    }
    for (size_t i = 0; s && i < s->n; i++)
        if (s->entry[i].type == CHUNK_BLOCK && s->entry[i].block == block)
            return true;
    return false;
}

/* 1 when it has instants that no segment has. */
static int archive_reads_journal(struct archive_part *p, const struct archive_journal *j)
{
    if (j->fd < 0 || archive_packed(p, j->name.block))
        return j->fd < 0 ? j->fd : 0;
    uint64_t before = p->ticks;
    int rc = journal_read(j->fd, archive_reach_tick, p, NULL);
    return rc < 0 ? rc : p->ticks > before;
}

/* Takes over its descriptor, or closes it. */
static int archive_add_journal(struct archive *a, const struct archive_journal *j)
{
    struct archive_part *p = archive_part_of(a, &j->name);
    int rc = archive_reads_journal(p, j);
    if (rc <= 0) {
        os_close(j->fd);
        return archive_is_ours(rc) ? rc : 0;
    }
    p->bytes += os_disk_size(j->fd);
    p->journal = mem_resize(p->journal, (size_t)(p->n_journals + 1) * sizeof *p->journal);
    p->journal[p->n_journals++] = *j;
    return 0;
}

/* Both lists, merged: a part's segment comes before its journals. */
static int archive_merge(struct archive *a, const struct names *segment, int n_segments,
                         const struct archive_journal *journal, int n_journals)
{
    int s = 0, j = 0, worst = 0;
    while (s < n_segments || j < n_journals) { /* to the end: descriptors of journals are taken over */
        struct names of = j < n_journals ? journal[j].name : (struct names){ 0 };
        of.block = -1;
        bool next = s < n_segments && (j == n_journals || names_order(&segment[s], &of) <= 0);
        int rc = next ? archive_add_segment(a, &segment[s++]) : archive_add_journal(a, &journal[j++]);
        worst = rc < 0 ? rc : worst;
    }
    return worst;
}

/* Opens all journals there are. Returns how many. */
static int archive_open_journals(const struct archive *a, struct archive_journal **out)
{
    struct names *names = NULL;
    char path[OS_PATH_MAX];
    int n = names_list(a->dir, true, &names);
    *out = mem_new(((size_t)(n > 0 ? n : 0) + 1) * sizeof **out);
    for (int i = 0; i < n; i++) {
        int rc = names_path(a->dir, &names[i], path);
        rc = rc < 0 ? rc : os_disk_open(path, OS_DISK_READ);
        (*out)[i] = (struct archive_journal){ .name = names[i], .fd = rc };
    }
    mem_free(names);
    return n;
}

int archive_refresh(struct archive *a)
{
    struct archive_journal *journals;
    struct names *segments = NULL;
    os_more_files(); /* each segment is one */
    int n_journals = archive_open_journals(a, &journals);
    int n_segments = names_list(a->dir, false, &segments);
    int rc = n_journals < 0 && n_segments < 0 ? n_segments : 0;
    archive_clear(a);
    if (rc == 0)
        rc = archive_merge(a, segments, n_segments < 0 ? 0 : n_segments, journals, n_journals < 0 ? 0 : n_journals);
    mem_free(journals);
    mem_free(segments);
    return rc;
}

int archive_open(const char *dir, struct archive **out)
{
    struct archive *a = mem_new(sizeof *a);
    a->dir = mem_dup(dir);
    int rc = archive_refresh(a);
    if (rc < 0) {
        archive_free(a);
        return rc;
    }
    *out = a;
    return 0;
}

bool archive_is_recorded(const char *dir)
{
    char path[OS_PATH_MAX];
    snprintf(path, sizeof path, "%.4000s/lock", dir);
    return os_disk_is_locked(path);
}

const struct archive_part *archive_parts(const struct archive *a, size_t *n)
{
    *n = a->n;
    return a->part;
}

static int archive_count_columns(void *self, const struct tape_about *about, const struct schema *s,
                                 const struct moment *m)
{
    struct tape_map *map = self;
    (void)about;
    (void)m;
    if (map->slots != schema_size(s))
        tape_map_fit(map, s);
    return 0;
}

int archive_columns(const struct archive_part *p)
{
    struct tape_map map = { 0 };
    if (p->segment) {
        int rc = segment_load(p->segment);
        return rc < 0 ? rc : p->segment->map.columns;
    }
    int rc = p->n_journals ? journal_read(p->journal[p->n_journals - 1].fd, archive_count_columns, &map, NULL) : 0;
    int n = map.columns;
    tape_map_done(&map);
    return rc < 0 ? rc : n;
}

/* ---- playing ---- */

#define SELDOM_MS 65000 /* between two readings of a source: a minute for those read most seldom, and a late tick */

struct player {
    struct tape *tape;        /* of the session that plays: its rates go on from part to part */
    int64_t from_ms, to_ms;
    bool procs_only;
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

static bool player_wants(const struct segment_entry *e, bool in_range)
{
    if (e->type == CHUNK_ABOUT || e->type == CHUNK_CATALOG)
        return true;
    return in_range && (e->type == CHUNK_EVENT || e->type == CHUNK_PROCS || e->type == CHUNK_TABLE ||
                        e->type == CHUNK_BLOCK);
}

static int player_segment(struct player *p, const struct segment *s)
{
    size_t first = player_first(p, s), end = player_end(p, s);
    for (size_t i = 0; i < s->n; i++) {
        const struct segment_entry *e = &s->entry[i];
        struct chunk c;
        if (!player_wants(e, i >= first && i < end))
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
    for (size_t i = 0; i < a->n && rc == 0; i++) {
        struct archive_part *part = &a->part[i];
        if ((!session || strcmp(part->about.session, session) == 0) && player_overlaps(p, part))
            rc = player_part(p, part);
    }
    return rc;
}

int archive_play_procs(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, tape_each *each,
                       void *self)
{
    struct player p = { .tape = tape_new(false), .from_ms = from_ms, .to_ms = to_ms, .procs_only = true, .each = each,
                        .self = self };
    tape_pass_numbers(p.tape);
    int rc = player_parts(&p, a, session);
    tape_free(p.tape);
    buf_done(&p.buf);
    return rc;
}

int archive_play(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms,
                 tape_each *each, void *self, uint64_t *lost)
{
    struct player p = { .tape = tape_new(true), .from_ms = from_ms, .to_ms = to_ms, .each = each, .self = self };
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
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct archive_part *p = &a->part[i];
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
    struct span *span = mem_new((a->n + 1) * sizeof *span);
    size_t n = archive_spans(a, from_ms, to_ms, span), furthest = 0;
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
    for (size_t i = 0; i < a->n; i++) {
        const struct archive_part *p = &a->part[i];
        bool empty = p->unread || (p->segment && !p->last_ms && !p->n_journals); /* a segment is made for a block */
        if (empty && (!session || archive_is_of(p, session)))
            return true;
    }
    return archive_play(a, session, from_ms, to_ms, archive_pass, NULL, &lost) < 0 || lost;
}

/* ---- as a recording ---- */

struct keeper {
    struct recording *r;
    struct join join;
};

static int archive_keep(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct keeper *k = self;
    struct recording *r = k->r;
    const struct moment *now = join_take(&k->join, about, s, m);
    r->interval_s = about->interval_s;
    int rc = recording_add(r, now->frame.wall_ms, now->frame.mono_ns, now->frame.v, now->frame.n);
    if (rc < 0)
        return rc;
    recording_add_uses(r, now->procs, now->n_procs);
    for (size_t i = 0; i < now->n_events; i++)
        recording_add_event(r, &now->events[i]);
    return 0;
}

int archive_recording(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, size_t max_bytes,
                      struct recording **out)
{
    struct keeper k = { .r = recording_new() };
    k.r->max_bytes = max_bytes;
    k.join.schema = k.r->schema;
    int rc = archive_play(a, session, from_ms, to_ms, archive_keep, &k, NULL);
    join_done(&k.join);
    if (rc == 0 && !k.r->n)
        rc = -ENODATA;
    if (rc < 0) {
        recording_free(k.r);
        return rc;
    }
    *out = k.r;
    return 0;
}

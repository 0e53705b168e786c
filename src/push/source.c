/*
 * source.c - plays journals and blocks from a place on.
 *
 * Journals are listed before segments are looked at: one that is packed in between is found there. One that is open
 * is read to its end, also when it was packed and removed meanwhile.
 */
#include "push/source.h"

#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES 16384

struct source {
    char *dir;
    struct place at;          /* of the next instant */
    struct tape *tape;        /* NULL: it begins anew */
    struct piece now;         /* what is read, if something is */
    bool reading;
    int64_t tick;             /* of the next instant that the tape gives, in it */
    bool lead;                /* it stands before the place: only rates need it */
    int fd;                   /* of a journal */
    int64_t offset;
    struct segment *segment;  /* kept from block to block */
    int segment_part;
    size_t fed;               /* entries of it whose catalogs the tape has */
    struct buf buf;
    bool hole;                /* behind the last instant something is missing */
};

/* ---- pieces ---- */

static int piece_order(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    int order = (x->part > y->part) - (x->part < y->part);
    order = order ? order : (x->block > y->block) - (x->block < y->block);
    return order ? order : (int)x->journal - (int)y->journal;
}

struct pieces {
    struct piece *p;
    size_t n, cap;
};

static void pieces_add(struct pieces *l, const struct piece *p)
{
    l->p = mem_grow(l->p, l->n, &l->cap, sizeof *l->p);
    l->p[l->n++] = *p;
}

static bool names_are_wanted(const struct names *n, const char *session, int from_part)
{
    return strcmp(n->session, session) == 0 && n->part >= from_part;
}

static void pieces_add_journal(struct pieces *l, const char *dir, const struct names *n)
{
    char path[OS_PATH_MAX];
    struct os_disk_entry e;
    if (names_path(dir, n, path) == 0 && os_disk_look(path, &e) == 0)
        pieces_add(l, &(struct piece){ .part = n->part, .block = n->block, .journal = true, .bytes = e.size });
}

static int pieces_add_segment(struct pieces *l, const char *dir, const struct names *n)
{
    char path[OS_PATH_MAX];
    struct segment *s;
    int rc = names_path(dir, n, path);
    rc = rc < 0 ? rc : segment_open(path, &s);
    if (rc < 0) /* gone, or damaged: `sonde verify` tells; else it is us who cannot read it */
        return rc == -ENOENT || rc == -EBADMSG || rc == -EIO || rc == -ENOTSUP ? 0 : rc;
    const struct segment_entry *torn = segment_torn(s);
    for (size_t i = 0; i < s->n; i++) {
        const struct segment_entry *e = &s->entry[i];
        if (e->type == CHUNK_BLOCK && e != torn)
            pieces_add(l, &(struct piece){ .part = n->part, .block = e->block, .bytes = e->n, .last_ms = e->last_ms,
                                           .rows = e->rows });
    }
    segment_free(s);
    return 0;
}

/* A block and its journal are the same: the block stays. */
static size_t pieces_unique(struct piece *p, size_t n)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        if (!used || p[used - 1].part != p[i].part || p[used - 1].block != p[i].block)
            p[used++] = p[i];
    return used;
}

int pieces_list(const char *dir, const char *session, int from_part, struct piece **out)
{
    struct pieces l = { 0 };
    struct names *journals = NULL, *segments = NULL;
    int n_journals = names_list(dir, true, &journals), n_segments = names_list(dir, false, &segments), rc = 0;
    for (int i = 0; i < n_journals; i++)
        if (names_are_wanted(&journals[i], session, from_part))
            pieces_add_journal(&l, dir, &journals[i]);
    for (int i = 0; i < n_segments && rc == 0; i++)
        if (names_are_wanted(&segments[i], session, from_part))
            rc = pieces_add_segment(&l, dir, &segments[i]);
    mem_free(journals);
    mem_free(segments);
    if (rc < 0) {
        mem_free(l.p);
        return rc;
    }
    if (l.n)
        qsort(l.p, l.n, sizeof *l.p, piece_order);
    *out = l.p;
    return (int)pieces_unique(l.p, l.n);
}

/* ---- opening ---- */

static void source_leave_piece(struct source *s)
{
    os_close(s->fd);
    s->fd = -1;
    s->reading = false;
}

static void source_leave_segment(struct source *s)
{
    segment_free(s->segment);
    s->segment = NULL;
}

static void source_names(const struct source *s, int part, int64_t block, struct names *out)
{
    *out = (struct names){ .part = part, .block = block };
    memcpy(out->session, s->at.session, sizeof out->session);
}

static int source_open_journal(struct source *s, const struct piece *p)
{
    char path[OS_PATH_MAX];
    struct names n;
    source_names(s, p->part, p->block, &n);
    int rc = names_path(s->dir, &n, path);
    s->fd = rc < 0 ? rc : os_disk_open(path, OS_DISK_READ);
    s->offset = 0;
    if (s->fd >= 0)
        return 0;
    rc = s->fd;
    s->fd = -1;
    return rc;
}

static int source_feed_entry(struct source *s, const struct segment_entry *e)
{
    struct chunk c;
    int rc = segment_read(s->segment, e, &s->buf, &c);
    if (rc == -EBADMSG || rc == -EIO) {
        tape_break(s->tape);
        return 0;
    }
    return rc < 0 ? rc : tape_feed(s->tape, s->buf.p, s->buf.n);
}

/* Feeds what the catalogs before a block say, and the block. -ENOENT: the file has it no more. */
static int source_feed_block(struct source *s, int64_t block)
{
    const struct segment *seg = s->segment;
    size_t end = 0;
    while (end < seg->n && !(seg->entry[end].type == CHUNK_BLOCK && seg->entry[end].block == block))
        end++;
    if (end == seg->n)
        return -ENOENT;
    int rc = 0;
    for (; s->fed < end && rc == 0; s->fed++)
        if (seg->entry[s->fed].type == CHUNK_ABOUT || seg->entry[s->fed].type == CHUNK_CATALOG)
            rc = source_feed_entry(s, &seg->entry[s->fed]);
    return rc < 0 ? rc : source_feed_entry(s, &seg->entry[end]);
}

static int source_open_segment(struct source *s, int part)
{
    char path[OS_PATH_MAX];
    struct names n;
    source_leave_segment(s);
    source_names(s, part, -1, &n);
    int rc = names_path(s->dir, &n, path);
    rc = rc < 0 ? rc : segment_open(path, &s->segment);
    if (rc < 0)
        s->segment = NULL;
    s->segment_part = part;
    s->fed = 0;
    return rc;
}

static int source_open_block(struct source *s, const struct piece *p)
{
    int rc = s->segment && s->segment_part == p->part ? source_feed_block(s, p->block) : -ENOENT;
    if (rc == -ENOENT) { /* the file may have grown */
        rc = source_open_segment(s, p->part);
        rc = rc < 0 ? rc : source_feed_block(s, p->block);
    }
    return rc;
}

static int source_open(struct source *s, const struct piece *p, bool lead)
{
    int rc = p->journal ? source_open_journal(s, p) : source_open_block(s, p);
    if (rc < 0)
        return rc;
    if (p->journal)
        source_leave_segment(s);
    s->now = *p;
    s->reading = true;
    s->lead = lead;
    s->tick = 0;
    return 0;
}

static bool piece_is_before(const struct piece *p, const struct place *at)
{
    return p->part < at->part || (p->part == at->part && p->block < at->block);
}

/*
 * Is this the piece where the place is, or the one that follows it without a hole?
 *
 *   before  the piece before it that is still kept, NULL: none
 */
static bool piece_follows(const struct piece *p, const struct piece *before, const struct place *at)
{
    if (p->part == at->part)
        return p->block == at->block;
    return p->part == at->part + 1 && p->block == 0 && before && before->part == at->part;
}

/* The place is in this piece; what would have stood between is missing. */
static void source_land(struct source *s, const struct piece *p, const struct piece *before)
{
    s->hole = !piece_follows(p, before, &s->at);
    if (p->part == s->at.part && p->block == s->at.block)
        return;
    s->at.part = p->part;
    s->at.block = p->block;
    s->at.tick = 0;
}

/* Opens the piece at the place, or behind it; of a tape that begins anew, the one before it for the sake of rates.
 * 1, 0: there is none. */
static int source_find(struct source *s)
{
    struct piece *list = NULL;
    int n = pieces_list(s->dir, s->at.session, s->at.part ? s->at.part - 1 : 0, &list), i = 0;
    if (n < 0)
        return n;
    while (i < n && piece_is_before(&list[i], &s->at))
        i++;
    bool any = i < n, anew = !s->tape, lead = any && anew && i > 0;
    if (anew)
        s->tape = tape_new(true);
    int rc = any ? source_open(s, &list[i - lead], lead) : 0;
    if (anew && !s->reading) { /* the next try begins with what stands before it, too */
        tape_free(s->tape);
        s->tape = NULL;
    }
    if (s->reading && !lead)
        source_land(s, &list[i], i ? &list[i - 1] : NULL);
    mem_free(list);
    return rc == -ENOENT ? 0 : rc < 0 ? rc : any;
}

/* ---- reading ---- */

/* Feeds what a journal has by now. 1; 0: nothing more. */
static int source_feed_journal(struct source *s)
{
    char bytes[READ_BYTES];
    if (s->fd < 0)
        return 0;
    int64_t got = os_disk_read(s->fd, bytes, sizeof bytes, s->offset);
    if (got <= 0)
        return (int)got;
    s->offset += got;
    int rc = tape_feed(s->tape, bytes, (size_t)got);
    return rc < 0 ? rc : 1;
}

/* The next instant of the piece, whichever it is. 1; 0: it has no more now. */
static int source_tape(struct source *s, const struct moment **m)
{
    for (;;) {
        int rc = tape_next(s->tape, m);
        if (rc == -EBADMSG)
            continue;
        rc = rc == 0 ? source_feed_journal(s) : rc < 0 ? rc : 2;
        if (rc <= 0)
            return rc;
        if (rc == 2)
            return 1;
    }
}

/* Does a journal follow the one that is read? Then no more comes. */
static int source_is_over(const struct source *s)
{
    struct names *list = NULL;
    int n = names_list(s->dir, true, &list);
    bool over = n < 0;
    bool still = false;
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i].session, s->at.session) != 0)
            continue;
        still |= list[i].part == s->now.part && list[i].block == s->now.block;
        over |= list[i].part > s->now.part || (list[i].part == s->now.part && list[i].block > s->now.block);
    }
    mem_free(list);
    return over || !still;
}

/* Leaves a piece that was read; the place is behind it. */
static void source_pass(struct source *s)
{
    if (s->now.journal)
        tape_end(s->tape);
    source_leave_piece(s);
    if (!s->lead) {
        s->at.block = s->now.block + 1;
        s->at.tick = 0;
    }
}

void source_seek(struct source *s, const struct place *at)
{
    source_leave_piece(s);
    source_leave_segment(s);
    tape_free(s->tape);
    s->tape = NULL;
    s->at = *at;
    s->hole = false;
}

/* The piece gives nothing more now: is it over? 1: the next may be read; 0: what comes is waited for. */
static int source_turn(struct source *s, const struct moment **m)
{
    bool over = !s->now.journal || source_is_over(s);
    int rc = over && s->now.journal ? source_tape(s, m) : 0; /* what came between the two looks */
    if (rc != 0)
        return rc < 0 ? rc : 2;
    if (over)
        source_pass(s);
    return over;
}

/* The next instant of any piece. 1, 0. */
static int source_any(struct source *s, const struct moment **m)
{
    for (;;) {
        int rc = s->reading ? 1 : source_find(s);
        if (rc <= 0)
            return rc;
        if (s->hole)
            return -EPIPE;
        rc = source_tape(s, m);
        if (rc != 0)
            return rc;
        rc = source_turn(s, m);
        if (rc != 1)
            return rc == 2 ? 1 : rc;
    }
}

int source_next(struct source *s, const struct moment **m, struct place *behind)
{
    int rc = source_any(s, m);
    while (rc == 1 && (s->lead || s->tick < s->at.tick)) { /* only rates needed it */
        s->tick++;
        rc = source_any(s, m);
    }
    if (rc == 1) {
        s->at.tick = ++s->tick;
        s->at.wall_ms = (*m)->frame.wall_ms;
    } else if (rc == -EPIPE && s->hole) {
        s->hole = false;
    }
    *behind = s->at;
    return rc;
}

struct source *source_new(const char *dir)
{
    struct source *s = mem_new(sizeof *s);
    s->dir = mem_dup(dir);
    s->fd = -1;
    return s;
}

void source_free(struct source *s)
{
    if (!s)
        return;
    source_leave_piece(s);
    source_leave_segment(s);
    tape_free(s->tape);
    buf_done(&s->buf);
    mem_free(s->dir);
    mem_free(s);
}

const struct schema *source_schema(const struct source *s)
{
    return tape_schema(s->tape);
}

const struct tape_about *source_about(const struct source *s)
{
    return tape_about(s->tape);
}

/*
 * query.c - picks what a question reads: which segments, and of each stretch of a segment which tier.
 *
 * A segment is read in stretches: the blocks that one pair of summaries is about, then those behind the last
 * summaries. Of each stretch the first tier is taken, in the order of what was asked for, that is there and
 * undamaged; where every instant was asked for and blocks are missing (pruned, damaged), the rows of a
 * summary stand in for their windows.
 */
#include "store/query.h"

#include "base/mem.h"
#include "store/store_journal.h"
#include "store/query_own.h"

#include <errno.h>
#include <string.h>

#define NONE SIZE_MAX
#define WINDOW_MS 600000 /* the longest */

struct stretch {
    size_t begin, end;         /* entries where its blocks are */
    size_t summary[2];         /* entries of minutes and tens, or NONE */
    int64_t first_ms, last_ms; /* that they are about */
};

/* Blocks of a stretch that were read, or need not be. */
struct spans {
    struct { int64_t first_ms, last_ms; } *p;
    size_t n, cap;
};

void query_free(struct query_result *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++) {
        struct query_series *s = &r->series[i];
        mem_free((char *)s->id);
        mem_free((char *)s->metric.name);
        mem_free((char *)s->metric.inst);
        mem_free((char *)s->metric.help);
        mem_free((char *)s->metric.rate);
        mem_free(s->point);
    }
    mem_free(r->series);
    mem_free(r);
}

static bool query_overlaps(const struct asking *q, int64_t first_ms, int64_t last_ms)
{
    return first_ms <= q->r->to_ms && last_ms >= q->r->from_ms;
}

/* Rows count by the middle of their window, which may lie beyond what is in it. */
static bool query_meets(const struct asking *q, int64_t first_ms, int64_t last_ms)
{
    return first_ms <= q->r->to_ms + WINDOW_MS && last_ms >= q->r->from_ms - WINDOW_MS;
}

static int query_tier(const struct asking *q)
{
    double point_s = (double)(q->r->to_ms - q->r->from_ms + 1) / 1000 / q->r->points;
    return point_s >= 600 ? 600 : point_s >= 60 ? 60 : 0;
}

static void query_used(struct asking *q, int tier_s)
{
    q->r->tier_s = tier_s > q->r->tier_s ? tier_s : q->r->tier_s;
}

/* What is damaged is counted and passed over. */
static int query_lost(struct asking *q, int rc)
{
    if (rc != -EBADMSG && rc != -EIO && rc != -ENOTSUP)
        return rc;
    q->r->lost++;
    return 0;
}

/* ---- blocks ---- */

static int query_read_block(struct asking *q, const struct segment *s, const struct segment_entry *e, bool only_states)
{
    struct chunk c;
    int rc = segment_read(s, e, &q->buf, &c);
    return rc < 0 ? rc : lanes_add_block(q, s, &c, only_states);
}

/* The block just before, where rates need to know it. */
static const struct segment_entry *query_before(const struct segment *s, size_t i)
{
    uint32_t number = s->entry[i].block;
    while (i-- > 0)
        if (s->entry[i].type == CHUNK_BLOCK)
            return number > 0 && s->entry[i].block == number - 1 ? &s->entry[i] : NULL;
    return NULL;
}

static int query_block(struct asking *q, const struct segment *s, size_t i, struct spans *read)
{
    const struct segment_entry *e = &s->entry[i];
    if (query_overlaps(q, e->first_ms, e->last_ms)) {
        const struct segment_entry *before = query_before(s, i);
        if (q->derived && before && q->next_block != (int64_t)e->block)
            query_read_block(q, s, before, true); /* if that fails, rates begin here */
        int rc = query_read_block(q, s, e, false);
        if (rc < 0)
            return query_lost(q, rc);
    }
    if (!read)
        return 0;
    read->p = mem_grow(read->p, read->n, &read->cap, sizeof *read->p);
    read->p[read->n].first_ms = e->first_ms;
    read->p[read->n++].last_ms = e->last_ms;
    return 0;
}

/* ---- stretches ---- */

static bool stretch_has(const struct stretch *t, const struct segment_entry *e)
{
    bool summed = t->summary[0] != NONE || t->summary[1] != NONE;
    return e->type == CHUNK_BLOCK && (!summed || (e->first_ms >= t->first_ms && e->last_ms <= t->last_ms));
}

static bool spans_meet(void *self, int64_t begin_ms, int64_t end_ms)
{
    const struct spans *s = self;
    for (size_t i = 0; i < s->n; i++)
        if (s->p[i].first_ms <= end_ms && s->p[i].last_ms >= begin_ms)
            return true;
    return false;
}

/* 1 when it was there. */
static int stretch_summary(struct asking *q, const struct segment *s, const struct stretch *t, int which,
                           struct spans *without)
{
    struct chunk c;
    if (t->summary[which] == NONE)
        return 0;
    int rc = segment_read(s, &s->entry[t->summary[which]], &q->buf, &c);
    rc = rc < 0 ? rc : lanes_add_summary(q, s, &c, without ? spans_meet : NULL, without);
    if (rc < 0)
        return query_lost(q, rc);
    query_used(q, which ? 600 : 60);
    return 1;
}

/* All its instants; 1 when there were some, or none is needed. */
static int stretch_blocks(struct asking *q, const struct segment *s, const struct stretch *t, struct spans *read)
{
    int found = 0;
    for (size_t i = t->begin; i < t->end; i++) {
        if (!stretch_has(t, &s->entry[i]))
            continue;
        int rc = query_block(q, s, i, read);
        if (rc < 0)
            return rc;
        found = 1;
    }
    return found;
}

/* Every instant, and rows of a summary where blocks are missing. */
static int stretch_instants(struct asking *q, const struct segment *s, const struct stretch *t)
{
    struct spans read = { 0 };
    int rc = stretch_blocks(q, s, t, &read);
    bool whole = read.n > 0 && read.p[0].first_ms == t->first_ms && read.p[read.n - 1].last_ms == t->last_ms;
    for (size_t i = 1; i < read.n && whole; i++)
        whole = read.p[i].first_ms - read.p[i - 1].last_ms < 60000; /* else a row of a minute may lie between */
    if (rc >= 0 && !whole)
        rc = stretch_summary(q, s, t, 0, &read);
    if (rc == 0 && !whole)
        rc = stretch_summary(q, s, t, 1, &read);
    mem_free(read.p);
    return rc < 0 ? rc : 0;
}

static int stretch_read(struct asking *q, const struct segment *s, const struct stretch *t)
{
    int tier = query_tier(q), rc = 0;
    if (t->summary[0] == NONE && t->summary[1] == NONE)
        rc = stretch_blocks(q, s, t, NULL);
    else if (!query_meets(q, t->first_ms, t->last_ms))
        return 0;
    else if (tier == 0)
        return stretch_instants(q, s, t);
    if (rc == 0 && tier == 600)
        rc = stretch_summary(q, s, t, 1, NULL);
    if (rc == 0)
        rc = stretch_summary(q, s, t, 0, NULL);
    if (rc == 0)
        rc = stretch_blocks(q, s, t, NULL);
    if (rc == 0 && tier == 60)
        rc = stretch_summary(q, s, t, 1, NULL);
    return rc < 0 ? rc : 0;
}

/* Blocks that lie between two summaries but that the second is not about: their own one was lost. */
static int stretch_strangers(struct asking *q, const struct segment *s, const struct stretch *t)
{
    int rc = 0;
    for (size_t i = t->begin; i < t->end && rc == 0; i++)
        if (s->entry[i].type == CHUNK_BLOCK && !stretch_has(t, &s->entry[i]))
            rc = query_block(q, s, i, NULL);
    return rc;
}

static int stretch_done(struct asking *q, const struct segment *s, const struct stretch *t)
{
    int rc = stretch_strangers(q, s, t);
    return rc < 0 ? rc : stretch_read(q, s, t);
}

static int query_segment(struct asking *q, const struct segment *s)
{
    struct stretch t = { .summary = { NONE, NONE } };
    int rc = 0;
    for (size_t i = 0; i < s->n && rc == 0; i++) {
        const struct segment_entry *e = &s->entry[i];
        bool summed = t.summary[0] != NONE || t.summary[1] != NONE;
        bool summary = e->type == CHUNK_MINUTES || e->type == CHUNK_TENS;
        int which = e->type == CHUNK_TENS;
        bool same = e->first_ms == t.first_ms && e->last_ms == t.last_ms;
        bool fits = summary && summed && same && t.summary[which] == NONE;
        if (summed && !fits) { /* the stretch before is complete */
            rc = stretch_done(q, s, &t);
            t = (struct stretch){ .begin = t.end, .summary = { NONE, NONE } };
        }
        t.end = summary ? t.end : i + 1;
        if (summary) {
            t.summary[which] = i;
            t.first_ms = e->first_ms;
            t.last_ms = e->last_ms;
        }
    }
    return rc < 0 ? rc : stretch_done(q, s, &t);
}

/* ---- parts ---- */

static int query_tick(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct asking *q = self;
    int rc = lanes_fit(q, about->session, s);
    return rc < 0 ? rc : lanes_add_frame(q, s, &m->frame);
}

/* The last block, so that rates of the journals are known from their first instant on. */
static void query_last_block(struct asking *q, const struct segment *s)
{
    for (size_t i = s->n; i-- > 0;)
        if (s->entry[i].type == CHUNK_BLOCK) {
            if (q->next_block != (int64_t)s->entry[i].block + 1)
                query_read_block(q, s, &s->entry[i], true);
            return;
        }
}

static int query_journals(struct asking *q, const struct archive_part *p)
{
    if (p->segment && q->derived && p->n_journals)
        query_last_block(q, p->segment);
    for (int i = 0; i < p->n_journals; i++) {
        const struct archive_journal *j = &p->journal[i];
        if (j->name.block != q->next_block)
            lanes_break(q);
        int rc = query_lost(q, store_journal_read(j->fd, query_tick, q, &q->r->lost));
        if (rc < 0)
            return rc;
        q->next_block = j->name.block + 1;
    }
    return 0;
}

static int query_part(struct asking *q, const struct archive_part *p)
{
    int rc = 0;
    lanes_break(q);
    if (p->segment) {
        rc = query_lost(q, segment_load(p->segment));
        rc = rc < 0 ? rc : lanes_fit(q, p->about.session, p->segment->schema);
        rc = rc < 0 ? rc : query_segment(q, p->segment);
    }
    return rc < 0 ? rc : query_journals(q, p);
}

static int query_parts(struct asking *q, const struct archive *a, const char *session)
{
    size_t n;
    const struct archive_part *p = archive_parts(a, &n);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        if (query_meets(q, p[i].first_ms, p[i].last_ms) && (!session || strcmp(session, p[i].about.session) == 0))
            rc = query_part(q, &p[i]);
    return rc;
}

/* ---- answers ---- */

static void query_finish(struct query_result *r)
{
    for (size_t i = 0; i < r->n; i++)
        for (int k = 0; k < r->points; k++) {
            struct query_point *p = &r->series[i].point[k];
            bool counter = r->series[i].metric.kind == KIND_COUNTER, none = p->count == 0;
            p->mean = none || counter ? (double)NAN : p->mean / p->count;
            p->min = none || counter ? (double)NAN : p->min;
            p->max = none || counter ? (double)NAN : p->max;
        }
}

static int query_begin(struct asking *q, int64_t from_ms, int64_t to_ms, int points)
{
    q->r = mem_new(sizeof *q->r);
    q->r->from_ms = from_ms;
    q->r->to_ms = to_ms;
    q->r->points = points;
    q->known = schema_new();
    q->derive = mem_new(BLOCK_MAX_ROWS * sizeof *q->derive);
    q->rows = mem_new(BLOCK_MAX_ROWS * sizeof *q->rows);
    q->edge = mem_try(((size_t)points + 1) * sizeof *q->edge);
    if (!q->edge)
        return -ENOMEM;
    int64_t span = to_ms - from_ms + 1, whole = span / points, rest = span % points;
    for (int64_t i = 0; i <= points; i++)
        q->edge[i] = from_ms + i * whole + i * rest / points;
    return 0;
}

int store_query(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, const char *globs, int points,
                struct query_result **out)
{
    if (points < 1 || points > QUERY_POINTS || from_ms > to_ms || from_ms < -QUERY_LATEST_MS || to_ms > QUERY_LATEST_MS)
        return -EINVAL;
    struct asking q = { .globs = globs };
    int rc = query_begin(&q, from_ms, to_ms, points);
    rc = rc < 0 ? rc : query_parts(&q, a, session);
    asking_done(&q);
    if (rc == 0 && (!q.r->n || !q.r->rows))
        rc = -ENODATA;
    if (rc < 0) {
        query_free(q.r);
        return rc;
    }
    query_finish(q.r);
    *out = q.r;
    return 0;
}

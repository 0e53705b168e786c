/*
 * segment_write.c - writes segments: gathers instants, packs them as a block, sums blocks up.
 *
 * Everything that a commit appends goes out in one write, and the file is cut back where that fails, so that
 * a segment ends behind a whole group. Summaries are made of what blocks hold and nothing else: after a
 * restart the writer plays the blocks since the last summary again and goes on as if it had never stopped.
 */
#include "store/segment.h"

#include "base/auto.h"
#include "base/mem.h"
#include "core/rate.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/codec/procs.h"
#include "store/pack.h"
#include "store/segment_index.h"
#include "store/summary.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct segment_writer {
    struct segment *s;        /* as a reader sees it; its descriptor writes, its schema is ours */
    struct space *space;
    struct catalog_mark known; /* what the catalogs in the file hold */
    int64_t written;

    struct tape_map map;      /* of the schema */
    double *part[2];          /* what was gathered: part[p][c * SEGMENT_TICKS + r] */
    int width[2], cap[2];
    double *row;              /* scratch */
    int ticks;
    int64_t first_ms, last_ms;
    struct proc_ticks procs;
    size_t n_procs, cap_procs;
    struct { int tick; struct proctab table; } *tables; /* whole ones; n_tables of them */
    size_t n_tables, cap_tables;
    struct event *events;
    size_t n_events, cap_events;
    size_t more_events;       /* than a reader takes */

    struct frame before, now; /* with derived slots */
    struct summary *minutes, *tens;
    uint32_t unsummed;        /* blocks since the last summaries */
};

static void segment_forget(struct segment_writer *w)
{
    for (size_t i = 0; i < w->n_tables; i++)
        proctab_done(&w->tables[i].table);
    for (int p = 0; p < 2; p++) { /* large, and not needed for another ten minutes */
        mem_free(w->part[p]);
        w->part[p] = NULL;
        w->width[p] = w->cap[p] = 0;
    }
    w->ticks = 0;
    w->n_tables = w->n_procs = w->n_events = w->more_events = 0;
}

void segment_leave(struct segment_writer *w)
{
    if (!w)
        return;
    segment_forget(w);
    tape_map_done(&w->map);
    mem_free(w->row);
    mem_free(w->procs.first);
    mem_free(w->procs.rows);
    mem_free(w->tables);
    mem_free(w->events);
    frame_done(&w->before);
    frame_done(&w->now);
    summary_free(w->minutes);
    summary_free(w->tens);
    segment_free(w->s);
    mem_free(w);
}

static struct segment_writer *segment_writer_new(struct segment *s, struct space *space)
{
    struct segment_writer *w = mem_new(sizeof *w);
    w->s = s;
    w->space = space;
    w->minutes = summary_new(60);
    w->tens = summary_new(600);
    return w;
}

/* Appends bytes, or leaves the file as it was. */
static int segment_write(struct segment_writer *w, const struct buf *b)
{
    int64_t size = w->s->size, after = size + (int64_t)b->n;
    int rc = space_resize(w->space, size, after);
    if (rc < 0)
        return rc;
    rc = os_disk_write(w->s->fd, b->p, b->n, size);
    if (rc == 0)
        rc = os_disk_sync(w->s->fd);
    if (rc < 0) {
        if (os_disk_cut(w->s->fd, size) == 0)
            space_resize(w->space, after, size);
        return rc;
    }
    w->s->size = after;
    w->written += (int64_t)b->n;
    return 0;
}

int segment_create(const char *path, const struct tape_about *about, struct space *space, struct segment_writer **out)
{
    auto_buf struct buf b = { 0 };
    int rc = tape_put_about(&b, about);
    if (rc < 0)
        return rc;
    if (strlen(path) >= sizeof ((struct segment *)0)->path)
        return -ENAMETOOLONG;
    int fd = os_disk_open(path, OS_DISK_CREATE);
    if (fd < 0)
        return fd;
    struct segment *s = mem_new(sizeof *s);
    s->fd = fd;
    s->about = *about;
    s->schema = schema_new();
    strcpy(s->path, path);
    struct segment_writer *w = segment_writer_new(s, space);
    rc = segment_write(w, &b);
    if (rc < 0) {
        segment_leave(w);
        os_disk_remove(path);
        return rc;
    }
    segment_put_entry(s, &(struct segment_entry){ .type = CHUNK_ABOUT, .n = (uint32_t)b.n });
    *out = w;
    return 0;
}

/* ---- going on with a file ---- */

/* Plays the blocks that no summary holds, and the one before them, whose last instant the rates go on from. */
static int segment_sum_again(struct segment_writer *w)
{
    const struct segment *s = w->s;
    size_t from = s->n, first_unsummed = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->entry[i].type == CHUNK_TENS)
            first_unsummed = i;
    for (size_t i = first_unsummed; i < s->n; i++)
        w->unsummed += s->entry[i].type == CHUNK_BLOCK;
    for (from = first_unsummed; from > 0 && s->entry[from].type != CHUNK_BLOCK;)
        from--;
    struct tape *t = tape_new(true);
    auto_buf struct buf b = { 0 };
    struct chunk c;
    const struct moment *m = NULL;
    int rc = 0;
    for (size_t i = 0; i < s->n && rc == 0; i++) {
        int type = s->entry[i].type;
        if (type != CHUNK_ABOUT && type != CHUNK_CATALOG && (type != CHUNK_BLOCK || i < from))
            continue;
        if (segment_read(s, &s->entry[i], &b, &c) < 0)
            continue; /* damaged: it is in no summary */
        rc = tape_feed(t, b.p, b.n);
        while (rc == 0 && tape_next(t, &m) > 0) {
            if (i >= first_unsummed) {
                rc = summary_add(w->minutes, tape_schema(t), m->frame.wall_ms, m->frame.v, m->frame.n);
                rc = rc < 0 ? rc : summary_add(w->tens, tape_schema(t), m->frame.wall_ms, m->frame.v, m->frame.n);
            }
            frame_copy(&w->before, &m->frame);
        }
    }
    tape_free(t);
    return rc;
}

/* Cuts off what is behind the last entry, and the index, which comes anew. */
static int segment_trim(struct segment_writer *w)
{
    struct segment *s = w->s;
    int64_t size = os_disk_size(s->fd);
    if (s->indexed) {
        const struct segment_entry *last = &s->entry[s->n - 1];
        s->size = last->at + last->n;
        s->indexed = false;
    }
    if (size < 0 || size == s->size)
        return size < 0 ? (int)size : 0;
    int rc = os_disk_cut(s->fd, s->size);
    return rc < 0 ? rc : space_resize(w->space, size, s->size);
}

int segment_resume(struct segment *s, struct space *space, struct segment_writer **out)
{
    os_close(s->fd);
    s->fd = os_disk_open(s->path, OS_DISK_WRITE);
    int rc = s->fd < 0 ? s->fd : segment_load(s);
    struct segment_writer *w = segment_writer_new(s, space);
    rc = rc < 0 ? rc : segment_trim(w);
    rc = rc < 0 ? rc : os_disk_sync(s->fd); /* what a kill left in memory only counts as kept from now on */
    rc = rc < 0 ? rc : segment_sum_again(w);
    if (rc < 0) {
        segment_leave(w);
        return rc;
    }
    w->known = (struct catalog_mark){ schema_size(s->schema), schema_sources(s->schema) };
    *out = w;
    return 0;
}

bool segment_has(const struct segment_writer *w, uint32_t number)
{
    for (size_t i = 0; i < w->s->n; i++)
        if (w->s->entry[i].type == CHUNK_BLOCK && w->s->entry[i].block == number)
            return true;
    return false;
}

/* ---- gathering ---- */

/* Makes a part as wide as the schema is; what is new was not known at the ticks before. */
static int segment_widen(struct segment_writer *w, int part)
{
    int want = tape_width(&w->map, part);
    if (want > w->cap[part]) {
        int cap = want + want / 8;
        double *p = mem_try_resize(w->part[part], (size_t)cap * SEGMENT_TICKS * sizeof *p);
        if (!p)
            return -ENOMEM;
        w->part[part] = p;
        w->cap[part] = cap;
    }
    for (; w->width[part] < want; w->width[part]++)
        for (int r = 0; r < w->ticks; r++)
            w->part[part][(size_t)w->width[part] * SEGMENT_TICKS + (size_t)r] = NAN;
    return 0;
}

static int segment_add_numbers(struct segment_writer *w, const struct frame *f)
{
    for (int part = 0; part < 2; part++) {
        int rc = segment_widen(w, part);
        if (rc < 0)
            return rc;
        w->row = mem_resize(w->row, (size_t)(w->width[part] + 1) * sizeof *w->row);
        tape_row(&w->map, part, f, w->row);
        for (int c = 0; c < w->width[part]; c++)
            w->part[part][(size_t)c * SEGMENT_TICKS + (size_t)w->ticks] = w->row[c];
    }
    return 0;
}

static void segment_add_rest(struct segment_writer *w, const struct moment *m)
{
    w->procs.first = w->procs.first ? w->procs.first : mem_new((SEGMENT_TICKS + 1) * sizeof *w->procs.first);
    w->procs.first[w->ticks] = w->n_procs;
    bool fits = m->n_procs <= PROCS_MAX_KEPT && w->n_procs + m->n_procs <= PROCS_MAX_ROWS; /* of a journal of ours */
    for (size_t i = 0; i < m->n_procs && fits; i++) {
        w->procs.rows = mem_grow(w->procs.rows, w->n_procs, &w->cap_procs, sizeof *w->procs.rows);
        w->procs.rows[w->n_procs++] = m->procs[i];
    }
    w->procs.first[w->ticks + 1] = w->n_procs;
    if (m->table.n) {
        w->tables = mem_grow(w->tables, w->n_tables, &w->cap_tables, sizeof *w->tables);
        w->tables[w->n_tables].table = (struct proctab){ 0 };
        proctab_copy(&w->tables[w->n_tables].table, &m->table);
        w->tables[w->n_tables++].tick = w->ticks;
    }
    for (size_t i = 0; i < m->n_events; i++) {
        if (w->n_events == TAPE_EVENTS) {
            w->more_events++;
            continue;
        }
        w->events = mem_grow(w->events, w->n_events, &w->cap_events, sizeof *w->events);
        w->events[w->n_events++] = m->events[i];
    }
}

static int segment_sum(struct segment_writer *w, const struct frame *f)
{
    frame_copy(&w->now, f);
    frame_fit(&w->now, w->s->schema);
    frame_fit(&w->before, w->s->schema);
    rate_derive(w->s->schema, &w->before, &w->now);
    int rc = summary_add(w->minutes, w->s->schema, f->wall_ms, w->now.v, w->now.n);
    rc = rc < 0 ? rc : summary_add(w->tens, w->s->schema, f->wall_ms, w->now.v, w->now.n);
    frame_copy(&w->before, &w->now);
    return rc;
}

int segment_ticks(int columns)
{
    int most = columns ? BLOCK_MAX_CELLS / columns : SEGMENT_TICKS;
    return most < SEGMENT_TICKS ? most : SEGMENT_TICKS;
}

bool segment_is_full(const struct segment_writer *w)
{
    return w->ticks >= segment_ticks(tape_width(&w->map, 0) + tape_width(&w->map, 1));
}

int segment_add(struct segment_writer *w, const struct schema *s, const struct moment *m)
{
    if (!tape_times_fit((double)m->frame.wall_ms, (double)(m->frame.mono_ns / 1000)))
        return -ERANGE;
    schema_extend(w->s->schema, s);
    tape_map_fit(&w->map, w->s->schema);
    if (segment_is_full(w))
        return -ENOSPC;
    int rc = segment_add_numbers(w, &m->frame);
    rc = rc < 0 ? rc : segment_sum(w, &m->frame);
    if (rc < 0)
        return rc;
    segment_add_rest(w, m);
    if (!w->ticks)
        w->first_ms = w->last_ms = m->frame.wall_ms;
    w->first_ms = m->frame.wall_ms < w->first_ms ? m->frame.wall_ms : w->first_ms;
    w->last_ms = m->frame.wall_ms > w->last_ms ? m->frame.wall_ms : w->last_ms;
    w->ticks++;
    return 0;
}

int segment_gathered(const struct segment_writer *w)
{
    return w->ticks;
}

/* ---- packing ---- */

/* Chunks that are about to be appended, and their entries. */
struct group {
    struct buf bytes;
    struct segment_entry *entry;
    size_t n, cap;
};

static void segment_group_done(struct group *g)
{
    buf_done(&g->bytes);
    mem_free(g->entry);
}

/* What a call put behind `before` is an entry of this type. */
static void segment_note(const struct segment_writer *w, struct group *g, size_t before, struct segment_entry e)
{
    if (g->bytes.n == before)
        return;
    e.at = w->s->size + (int64_t)before;
    e.n = (uint32_t)(g->bytes.n - before);
    g->entry = mem_grow(g->entry, g->n, &g->cap, sizeof *g->entry);
    g->entry[g->n++] = e;
}

static int segment_put_block(struct segment_writer *w, struct buf *out, uint32_t number)
{
    int cols = w->width[0] + w->width[1];
    auto_free const double **col = mem_try((size_t)cols * sizeof *col + 1);
    if (!col)
        return -ENOMEM;
    for (int c = 0; c < cols; c++) {
        int part = c >= w->width[0], at = part ? c - w->width[0] : c;
        col[c] = w->part[part] + (size_t)at * SEGMENT_TICKS;
    }
    auto_buf struct buf b = { 0 };
    pack_u64(&b, number);
    pack_u64(&b, (uint64_t)w->ticks);
    pack_i64(&b, w->first_ms);
    pack_i64(&b, w->last_ms - w->first_ms);
    pack_u64(&b, (uint64_t)w->width[0]);
    pack_u64(&b, (uint64_t)w->width[1]);
    int rc = block_encode(&b, col, cols, w->ticks);
    return rc < 0 ? rc : chunk_put(out, CHUNK_BLOCK, 0, b.p, b.n);
}

static int segment_put_processes(struct segment_writer *w, struct group *g, uint32_t blocks)
{
    size_t before = g->bytes.n;
    int rc = 0;
    if (w->n_procs) {
        auto_buf struct buf b = { 0 };
        w->procs.ticks = w->ticks;
        rc = procs_encode(&b, &w->procs);
        rc = rc < 0 ? rc : chunk_put(&g->bytes, CHUNK_PROCS, CHUNK_MAY_SKIP, b.p, b.n);
        segment_note(w, g, before, (struct segment_entry){ .type = CHUNK_PROCS, .block = blocks });
    }
    for (size_t i = 0; i < w->n_tables && rc == 0; i++) {
        before = g->bytes.n;
        rc = tape_put_table(&g->bytes, w->tables[i].tick, i ? &w->tables[i - 1].table : NULL, &w->tables[i].table);
        segment_note(w, g, before, (struct segment_entry){ .type = CHUNK_TABLE, .block = blocks });
    }
    return rc;
}

static int segment_put_summary(struct segment_writer *w, struct group *g, enum chunk_type type, struct summary *sum)
{
    size_t before = g->bytes.n;
    auto_buf struct buf b = { 0 };
    if (!summary_rows(sum))
        return 0;
    int rc = summary_put(sum, w->s->schema, &b);
    if (rc == -E2BIG)
        return 0; /* its instants are there all the same */
    rc = rc < 0 ? rc : chunk_put(&g->bytes, type, CHUNK_MAY_SKIP, b.p, b.n);
    if (rc < 0)
        return rc;
    struct segment_entry e = { .type = (int)type, .block = w->s->blocks + (w->ticks > 0) };
    segment_peek(&e, (const uint8_t *)b.p, b.n);
    segment_note(w, g, before, e);
    return 0;
}

static int segment_put_summaries(struct segment_writer *w, struct group *g)
{
    int rc = segment_put_summary(w, g, CHUNK_MINUTES, w->minutes);
    return rc < 0 ? rc : segment_put_summary(w, g, CHUNK_TENS, w->tens);
}

static int segment_put_events(struct segment_writer *w, struct group *g, uint32_t blocks)
{
    int rc = 0;
    if (w->more_events) {
        struct event *last = &w->events[w->n_events - 1];
        last->kind = EVENT_ARCHIVE;
        snprintf(last->text, sizeof last->text, "%zu events more than can be kept of ten minutes", w->more_events + 1);
    }
    for (size_t i = 0; i < w->n_events && rc == 0; i++) {
        size_t before = g->bytes.n;
        rc = tape_put_event(&g->bytes, &w->events[i]);
        segment_note(w, g, before, (struct segment_entry){ .type = CHUNK_EVENT, .block = blocks,
                                                           .first_ms = w->events[i].wall_ms,
                                                           .last_ms = w->events[i].end_ms });
    }
    return rc;
}

/* With the block that is packed now: is it time for summaries? */
static bool segment_sums_now(const struct segment_writer *w)
{
    return w->unsummed + 1 >= SEGMENT_SUMMED || summary_is_full(w->minutes, SEGMENT_TICKS);
}

static int segment_put_group(struct segment_writer *w, struct group *g, uint32_t number)
{
    uint32_t blocks = w->s->blocks;
    size_t before = 0;
    int rc = catalog_put(&g->bytes, w->s->schema, &w->known);
    segment_note(w, g, before, (struct segment_entry){ .type = CHUNK_CATALOG, .block = blocks });
    rc = rc < 0 ? rc : segment_put_events(w, g, blocks);
    rc = rc < 0 ? rc : segment_put_processes(w, g, blocks);
    before = g->bytes.n;
    rc = rc < 0 ? rc : segment_put_block(w, &g->bytes, number);
    segment_note(w, g, before, (struct segment_entry){ .type = CHUNK_BLOCK, .block = number, .rows = (uint32_t)w->ticks,
                                                       .first_ms = w->first_ms, .last_ms = w->last_ms });
    if (rc == 0 && segment_sums_now(w))
        rc = segment_put_summaries(w, g);
    return rc;
}

static int segment_put(struct segment_writer *w, const struct group *g)
{
    int rc = segment_write(w, &g->bytes);
    for (size_t i = 0; i < g->n && rc == 0; i++)
        segment_put_entry(w->s, &g->entry[i]);
    return rc;
}

int segment_commit(struct segment_writer *w, uint32_t number)
{
    struct group g = { 0 };
    if (!w->ticks)
        return 0;
    bool sums = segment_sums_now(w);
    int rc = segment_put_group(w, &g, number);
    rc = rc < 0 ? rc : segment_put(w, &g);
    segment_group_done(&g);
    if (rc < 0)
        return rc;
    w->unsummed = sums ? 0 : w->unsummed + 1;
    segment_forget(w);
    return 0;
}

int64_t segment_written(const struct segment_writer *w)
{
    return w->written;
}

int segment_finish(struct segment_writer *w)
{
    struct group g = { 0 };
    int rc = segment_put_summaries(w, &g);
    rc = rc < 0 ? rc : segment_put(w, &g);
    buf_clear(&g.bytes);
    rc = rc < 0 ? rc : segment_index_put(&g.bytes, w->s->entry, w->s->n, w->s->size);
    rc = rc < 0 ? rc : segment_write(w, &g.bytes);
    segment_group_done(&g);
    segment_leave(w);
    return rc;
}

/*
 * tape.c - plays tapes: chunks in, instants out.
 *
 * Chunks are taken from a buffer that is fed. What belongs to an instant (events, processes) is gathered
 * until its TICK or BLOCK comes; a block is unrolled and given out row by row. Behind damage the search goes
 * on for the next head whose checksum holds.
 */
#include "store/tape.h"

#include "base/mem.h"
#include "core/rate.h"
#include "store/chunk.h"
#include "store/codec/procs.h"
#include "store/pack.h"
#include "store/segment.h"

#include <errno.h>
#include <string.h>

#define TAPE_TABLES 4096

struct table_at {
    int tick;
    struct proctab table;
};

struct tape {
    bool times_only;          /* numbers of blocks are passed over */
    bool derive, ended;
    tape_wants *wants;        /* NULL: all */
    bool *wanted;             /* by slot; n_wanted of them are known */
    int n_wanted;
    struct buf in;
    size_t at;                /* of in: what was taken already */
    uint64_t lost;
    uint64_t looked;          /* see chunk_search() */

    struct tape_about about;
    struct schema *schema;
    struct tape_map map;
    struct tape_line line[2];
    uint64_t next_tick;       /* of the journal */
    bool based;               /* do the lines hold the tick before it? */

    struct event *events;     /* gathered for what comes */
    size_t n_events, cap_events;
    struct proc_ticks procs;  /* the same */
    struct table_at *tables;
    size_t n_tables, cap_tables;
    struct proctab table;     /* the last whole table */
    bool has_table;

    double *rows;             /* of a block, row by row: rows[r * width + c], part 0, then part 1 */
    int n_rows, row, width[2];

    struct frame before;      /* for rates */
    struct moment moment;
    size_t event_at;          /* events given out already */
};

struct tape *tape_new(bool derive)
{
    struct tape *t = mem_new(sizeof *t);
    t->derive = derive;
    t->schema = schema_new();
    return t;
}

/* Nothing is pending any more. */
static void tape_drop_pending(struct tape *t)
{
    procs_done(&t->procs);
    for (size_t i = 0; i < t->n_tables; i++)
        proctab_done(&t->tables[i].table);
    t->n_tables = t->n_events = t->event_at = 0;
}

static void tape_drop_rows(struct tape *t)
{
    mem_free(t->rows);
    t->rows = NULL;
    t->n_rows = t->row = 0;
}

void tape_pass_numbers(struct tape *t)
{
    t->times_only = true;
}

void tape_want(struct tape *t, tape_wants *wants)
{
    t->wants = wants;
}

void tape_free(struct tape *t)
{
    if (!t)
        return;
    mem_free(t->wanted);
    tape_drop_pending(t);
    tape_drop_rows(t);
    mem_free(t->events);
    mem_free(t->tables);
    proctab_done(&t->table);
    frame_done(&t->before);
    frame_done(&t->moment.frame);
    schema_free(t->schema);
    tape_map_done(&t->map);
    tape_line_done(&t->line[0]);
    tape_line_done(&t->line[1]);
    buf_done(&t->in);
    mem_free(t);
}

int tape_feed(struct tape *t, const void *bytes, size_t n)
{
    if (t->ended) {
        t->in.n = t->at = 0;
        t->ended = false;
    }
    if (t->at > t->in.n / 2) { /* at is a multiple of 8: so is where chunks begin, still */
        memmove(t->in.p, t->in.p + t->at, t->in.n - t->at);
        t->in.n -= t->at;
        t->at = 0;
    }
    if (buf_reserve(&t->in, n) < 0)
        return -ENOMEM;
    buf_put(&t->in, bytes, n);
    return 0;
}

void tape_end(struct tape *t)
{
    t->ended = true;
}

void tape_break(struct tape *t)
{
    tape_drop_pending(t);
    t->based = t->has_table = false;
    frame_done(&t->before);
}

/* ---- what stands before an instant ---- */

static int tape_take_about(struct tape *t, struct unpack in)
{
    struct tape_about a = { 0 };
    a.major = (int)unpack_upto(&in, 1000000);
    a.minor = (int)unpack_upto(&in, 1000000);
    if (!in.bad && a.major != TAPE_MAJOR)
        return -ENOTSUP;
    unpack_text(&in, a.session, sizeof a.session);
    a.part = (int)unpack_upto(&in, 1000000);
    a.start_ms = unpack_i64(&in);
    a.interval_s = unpack_double(&in);
    unpack_text(&in, a.hardware_id, sizeof a.hardware_id);
    unpack_text(&in, a.machine, sizeof a.machine);
    if (in.bad || !(a.interval_s >= 0))
        return -EBADMSG;
    if (strcmp(a.session, t->about.session) != 0) { /* another run: its slots are its own */
        schema_free(t->schema);
        t->schema = schema_new();
        t->n_wanted = 0;
        tape_map_done(&t->map);
        frame_done(&t->before);
        frame_done(&t->moment.frame);
    }
    t->about = a;
    t->based = false;
    t->line[0].n = t->line[1].n = 0;
    t->has_table = false;
    tape_drop_pending(t);
    return 0;
}

static int tape_take_catalog(struct tape *t, const struct chunk *c)
{
    int rc = catalog_take(t->schema, c->bytes, c->n);
    tape_map_fit(&t->map, t->schema);
    return rc;
}

int tape_event(const struct chunk *c, struct event *out)
{
    struct unpack in = { .p = c->bytes, .end = c->bytes + c->n };
    struct event e = { 0 };
    char kind[32], severity[32];
    e.wall_ms = unpack_i64(&in);
    int64_t length = unpack_i64(&in);
    unpack_text(&in, kind, sizeof kind);
    unpack_text(&in, severity, sizeof severity);
    unpack_text(&in, e.source, sizeof e.source);
    unpack_text(&in, e.text, sizeof e.text);
    int k = event_kind_of(kind), s = severity_of(severity);
    if (in.bad || __builtin_add_overflow(e.wall_ms, length, &e.end_ms))
        return -EBADMSG;
    if (k < 0 || s < 0)
        return 0;
    e.kind = (enum event_kind)k;
    e.severity = (enum severity)s;
    *out = e;
    return 1;
}

static int tape_take_event(struct tape *t, const struct chunk *c)
{
    struct event e;
    int rc = tape_event(c, &e);
    if (rc <= 0 || t->n_events == TAPE_EVENTS) /* no memory is given to more than a writer of ours puts */
        return rc < 0 ? rc : 0;
    t->events = mem_grow(t->events, t->n_events, &t->cap_events, sizeof *t->events);
    t->events[t->n_events++] = e;
    return 0;
}

static int tape_take_procs(struct tape *t, const struct chunk *c)
{
    procs_done(&t->procs);
    return procs_decode(c->bytes, c->n, &t->procs);
}

static int tape_take_table(struct tape *t, struct unpack in)
{
    struct table_at new = { .tick = (int)unpack_upto(&in, BLOCK_MAX_ROWS) };
    bool alone = unpack_upto(&in, 1);
    if (in.bad || t->n_tables == TAPE_TABLES)
        return -EBADMSG;
    if (!alone && !t->has_table)
        return 0; /* the one before it was lost */
    int rc = proctab_decode(in.p, unpack_left(&in), alone ? NULL : &t->table, &new.table);
    t->has_table = rc == 0;
    if (rc < 0) {
        proctab_done(&new.table);
        return rc;
    }
    proctab_copy(&t->table, &new.table);
    t->tables = mem_grow(t->tables, t->n_tables, &t->cap_tables, sizeof *t->tables);
    t->tables[t->n_tables++] = new;
    return 0;
}

/* ---- instants ---- */

static int tape_take_tick(struct tape *t, struct unpack in)
{
    uint64_t head = unpack_u64(&in), tick = head >> 1;
    bool alone = head & 1;
    if (!alone && (!t->based || tick != t->next_tick)) {
        tape_drop_pending(t);
        t->based = false;
        return 0; /* what it builds on was lost */
    }
    t->based = false;
    for (int part = 0; part < 2; part++) {
        if (alone)
            t->line[part].n = 0;
        int rc = tape_line_take(&t->line[part], &in, tape_width(&t->map, part));
        if (rc < 0)
            return rc;
    }
    t->based = true;
    t->next_tick = tick + 1;
    t->width[0] = t->line[0].n;
    t->width[1] = t->line[1].n;
    size_t width = (size_t)(t->line[0].n + t->line[1].n);
    t->rows = mem_new((width + 1) * sizeof *t->rows);
    if (t->line[0].n)
        memcpy(t->rows, t->line[0].v, (size_t)t->line[0].n * sizeof *t->rows);
    if (t->line[1].n)
        memcpy(t->rows + t->line[0].n, t->line[1].v, (size_t)t->line[1].n * sizeof *t->rows);
    t->n_rows = 1;
    return 0;
}

/* Notes which slots are to be read, as far as the schema has grown. */
static void tape_note_wanted(struct tape *t)
{
    int n = schema_size(t->schema), ratios;
    if (!t->wants || n == t->n_wanted)
        return;
    const struct schema_ratio *ratio = schema_ratios(t->schema, &ratios);
    t->wanted = mem_resize(t->wanted, (size_t)n * sizeof *t->wanted);
    for (int slot = 0; slot < n; slot++)
        t->wanted[slot] = t->wants(t->schema, slot);
    for (int i = 0; i < ratios; i++) {
        if (!t->wanted[ratio[i].slot])
            continue;
        t->wanted[ratio[i].num] = true;
        if (ratio[i].den != SCHEMA_TIME)
            t->wanted[ratio[i].den] = true;
    }
    t->n_wanted = n;
}

/* Columns become rows. */
static int tape_unroll(struct tape *t, const struct segment_block *b)
{
    int rows = b->table.rows, width = t->times_only ? b->columns[0] : b->table.cols;
    double *col = mem_try((size_t)rows * sizeof *col);
    t->rows = mem_try((size_t)rows * (size_t)width * sizeof *t->rows);
    int rc = col && t->rows ? 0 : -ENOMEM;
    tape_note_wanted(t);
    for (int c = 0; c < width && rc == 0; c++) {
        bool passed = t->wants && c >= b->columns[0] && !t->wanted[t->map.slot[c - b->columns[0]]];
        for (int r = 0; r < rows && passed; r++)
            t->rows[(size_t)r * (size_t)width + (size_t)c] = NAN;
        if (passed)
            continue;
        rc = block_column(&b->table, c, col);
        for (int r = 0; r < rows && rc == 0; r++)
            t->rows[(size_t)r * (size_t)width + (size_t)c] = col[r];
    }
    mem_free(col);
    if (rc == 0)
        t->n_rows = rows;
    else
        tape_drop_rows(t);
    return rc;
}

static int tape_take_block(struct tape *t, const struct chunk *c)
{
    struct segment_block b = { 0 };
    int rc = segment_block_open(&b, c);
    if (rc == 0 && (b.columns[0] > tape_width(&t->map, 0) || b.columns[1] > tape_width(&t->map, 1)))
        rc = -EBADMSG;
    if (rc == 0)
        rc = tape_unroll(t, &b);
    t->width[0] = b.columns[0];
    t->width[1] = t->times_only ? 0 : b.columns[1];
    t->based = t->has_table = false;
    block_done(&b.table);
    return rc;
}

static int tape_take(struct tape *t, const struct chunk *c)
{
    struct unpack in = { .p = c->bytes, .end = c->bytes + c->n };
    bool known = c->type < CHUNK_TYPES && c->version == CHUNK_VERSION;
    if (!known)
        return c->flags & CHUNK_MAY_SKIP ? 0 : -ENOTSUP;
    switch (c->type) {
    case CHUNK_ABOUT: return tape_take_about(t, in);
    case CHUNK_CATALOG: return tape_take_catalog(t, c);
    case CHUNK_EVENT: return tape_take_event(t, c);
    case CHUNK_PROCS: return tape_take_procs(t, c);
    case CHUNK_TABLE: return tape_take_table(t, in);
    case CHUNK_TICK: return tape_take_tick(t, in);
    case CHUNK_BLOCK: return tape_take_block(t, c);
    default: return 0;
    }
}

/* Passes over what is no chunk: to the next one that holds, or as far as there are bytes. */
static void tape_resync(struct tape *t)
{
    t->at = chunk_search(t->in.p, t->in.n, t->at + 8, !t->ended, &t->looked);
    if (t->at >= t->in.n)
        t->at = t->in.n & ~(size_t)7;
}

/* Is there a whole chunk behind what looks like the beginning of one? Then that one was damaged. */
static bool tape_goes_on(struct tape *t)
{
    return chunk_search(t->in.p, t->in.n, t->at + 8, false, &t->looked) < t->in.n;
}

static int tape_damage(struct tape *t)
{
    t->lost++;
    t->based = t->has_table = false;
    tape_drop_pending(t);
    return -EBADMSG;
}

/* Takes one chunk. 1, 0 when there is none, an error. */
static int tape_step(struct tape *t)
{
    struct chunk c;
    if (t->at >= t->in.n)
        return 0;
    int rc = chunk_take(t->in.p + t->at, t->in.n - t->at, &c);
    if (rc == -EAGAIN && !(t->ended && tape_goes_on(t)))
        return 0;
    if (rc < 0) {
        if (rc == -EBADMSG)
            chunk_count(t->in.p + t->at, &t->looked);
        tape_resync(t);
        return tape_damage(t);
    }
    rc = tape_take(t, &c);
    t->at += c.whole;
    return rc == -EBADMSG ? tape_damage(t) : rc < 0 ? rc : 1;
}

static void tape_give_procs(struct tape *t)
{
    struct moment *m = &t->moment;
    m->n_procs = 0;
    if (t->row < t->procs.ticks) {
        m->procs = t->procs.rows + t->procs.first[t->row];
        m->n_procs = t->procs.first[t->row + 1] - t->procs.first[t->row];
    }
    m->table = (struct proctab){ 0 };
    for (size_t i = 0; i < t->n_tables; i++)
        if (t->tables[i].tick == t->row) {
            m->table = t->tables[i].table;
            m->table.mono_ns = m->frame.mono_ns;
        }
}

/* Events up to the time of the instant, and all that are left with the last. */
static void tape_give_events(struct tape *t)
{
    struct moment *m = &t->moment;
    bool last = t->row + 1 == t->n_rows;
    m->events = t->events ? t->events + t->event_at : NULL;
    m->n_events = 0;
    for (; t->event_at < t->n_events && (last || t->events[t->event_at].wall_ms <= m->frame.wall_ms); t->event_at++)
        m->n_events++;
}

static int tape_give(struct tape *t)
{
    struct frame *f = &t->moment.frame;
    const double *row = t->rows + (size_t)t->row * (size_t)(t->width[0] + t->width[1]);
    frame_fit(f, t->schema);
    for (int slot = 0; slot < f->n; slot++)
        f->v[slot] = NAN;
    int rc = tape_unrow(&t->map, 0, row, t->width[0], f);
    if (rc < 0)
        return rc;
    tape_unrow(&t->map, 1, row + t->width[0], t->width[1], f);
    if (t->derive) {
        frame_fit(&t->before, t->schema);
        rate_derive(t->schema, &t->before, f);
        frame_copy(&t->before, f);
    }
    tape_give_procs(t);
    tape_give_events(t);
    t->row++;
    return 1;
}

int tape_next(struct tape *t, const struct moment **out)
{
    if (t->n_rows && t->row == t->n_rows) {
        tape_drop_rows(t);
        tape_drop_pending(t);
    }
    int rc = 1;
    while (!t->n_rows && rc > 0)
        rc = tape_step(t);
    if (rc <= 0)
        return rc;
    rc = tape_give(t);
    if (rc < 0) { /* a row without a time: none of the block can be trusted */
        tape_drop_rows(t);
        return tape_damage(t);
    }
    *out = &t->moment;
    return rc;
}

const struct schema *tape_schema(const struct tape *t)
{
    return t->schema;
}

const struct tape_about *tape_about(const struct tape *t)
{
    return &t->about;
}

uint64_t tape_lost(const struct tape *t)
{
    return t->lost;
}

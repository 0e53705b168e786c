/* tape_write.c - instants as chunks. */
#include "store/tape.h"

#include "base/auto.h"
#include "base/mem.h"
#include "store/chunk.h"
#include "store/codec/procs.h"
#include "store/pack.h"

#include <errno.h>

int tape_put_about(struct buf *out, const struct tape_about *a)
{
    auto_buf struct buf b = { 0 };
    pack_u64(&b, (uint64_t)a->major);
    pack_u64(&b, (uint64_t)a->minor);
    pack_text(&b, a->session);
    pack_u64(&b, (uint64_t)a->part);
    pack_i64(&b, a->start_ms);
    pack_double(&b, a->interval_s);
    pack_text(&b, a->hardware_id);
    pack_text(&b, a->machine);
    return chunk_put(out, CHUNK_ABOUT, 0, b.p, b.n);
}

int tape_put_event(struct buf *out, const struct event *e)
{
    auto_buf struct buf b = { 0 };
    pack_i64(&b, e->wall_ms);
    pack_i64(&b, e->end_ms - e->wall_ms);
    pack_text(&b, event_kind_name(e->kind));
    pack_text(&b, severity_name(e->severity));
    pack_text(&b, e->source);
    pack_text(&b, e->text);
    return chunk_put(out, CHUNK_EVENT, CHUNK_MAY_SKIP, b.p, b.n);
}

int tape_put_table(struct buf *out, int tick, const struct proctab *before, const struct proctab *now)
{
    auto_buf struct buf b = { 0 };
    pack_u64(&b, (uint64_t)tick);
    pack_u64(&b, before == NULL);
    int rc = proctab_encode(&b, before, now);
    return rc < 0 ? rc : chunk_put(out, CHUNK_TABLE, CHUNK_MAY_SKIP, b.p, b.n);
}

static int tape_put_procs(struct buf *out, const struct moment *m)
{
    size_t first[2] = { 0, m->n_procs };
    auto_buf struct buf b = { 0 };
    int rc = procs_encode(&b, &(struct proc_ticks){ .ticks = 1, .first = first, .rows = m->procs });
    return rc < 0 ? rc : chunk_put(out, CHUNK_PROCS, CHUNK_MAY_SKIP, b.p, b.n);
}

static int tape_put_tick(struct tape_writer *w, struct buf *out, const struct frame *f)
{
    auto_buf struct buf b = { 0 };
    bool alone = w->ticks % TAPE_ALONE == 0;
    pack_u64(&b, w->ticks << 1 | alone);
    for (int part = 0; part < 2; part++) {
        int n = tape_width(&w->map, part);
        if (n > w->cap) {
            w->row = mem_resize(w->row, (size_t)n * sizeof *w->row);
            w->cap = n;
        }
        tape_row(&w->map, part, f, w->row);
        if (alone)
            w->before[part].n = 0;
        tape_line_put(&w->before[part], &b, w->row, n);
    }
    w->ticks++;
    return chunk_put(out, CHUNK_TICK, 0, b.p, b.n);
}

static int tape_put_all(struct tape_writer *w, struct buf *out, const struct schema *s, const struct moment *m)
{
    int rc = catalog_put(out, s, &w->known);
    for (size_t i = 0; i < m->n_events && rc == 0; i++)
        rc = tape_put_event(out, &m->events[i]);
    if (rc == 0 && m->n_procs)
        rc = tape_put_procs(out, m);
    if (rc == 0 && m->table.n) {
        rc = tape_put_table(out, 0, w->table.n ? &w->table : NULL, &m->table);
        proctab_copy(&w->table, &m->table);
    }
    return rc < 0 ? rc : tape_put_tick(w, out, &m->frame);
}

int tape_put(struct tape_writer *w, struct buf *out, const struct schema *s, const struct moment *m)
{
    size_t before = out->n;
    if (!tape_times_fit((double)m->frame.wall_ms, (double)(m->frame.mono_ns / 1000)))
        return -ERANGE;
    tape_map_fit(&w->map, s);
    int rc = tape_put_all(w, out, s, m);
    if (rc < 0)
        out->n = before;
    return rc;
}

int tape_begin(struct tape_writer *w, struct buf *out, const struct tape_about *about, const struct schema *s)
{
    w->known = (struct catalog_mark){ 0 };
    w->table.n = 0;
    w->ticks = 0;
    int rc = tape_put_about(out, about);
    return rc < 0 ? rc : catalog_put(out, s, &w->known);
}

void tape_writer_done(struct tape_writer *w)
{
    tape_map_done(&w->map);
    tape_line_done(&w->before[0]);
    tape_line_done(&w->before[1]);
    proctab_done(&w->table);
    mem_free(w->row);
    *w = (struct tape_writer){ 0 };
}

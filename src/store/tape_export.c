/* tape_export.c - packs what comes for one file. */
#include "store/tape_export.h"

#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/segment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct tape_export {
    char path[512], session_path[512]; /* as long as those of segments */
    const char *globs;
    bool alone;                /* one session: the file is its segment */
    struct segment_writer *writer;
    uint32_t block;
    struct tape_about about;   /* of the session that is written; part 0 */
    struct schema *schema;     /* what is kept of its metrics */
    int *slot, slots;          /* in it, of a slot of the session; -1: is left out */
    struct frame frame;
};

int tape_export_open(const char *path, const char *globs, int sessions, struct tape_export **out)
{
    struct tape_export *e = mem_new(sizeof *e);
    int n = snprintf(e->session_path, sizeof e->session_path, "%s.session", path);
    if (n < 0 || (size_t)n >= sizeof e->session_path) {
        mem_free(e);
        return -ENAMETOOLONG;
    }
    strcpy(e->path, path);
    os_disk_remove(e->session_path); /* of an attempt that was killed */
    e->globs = globs;
    e->alone = sessions <= 1;
    int fd = e->alone ? 0 : os_disk_open(path, OS_DISK_CREATE);
    if (fd < 0) {
        mem_free(e);
        return fd;
    }
    if (!e->alone)
        os_close(fd);
    *out = e;
    return 0;
}

/* ---- which metrics ---- */

/* Adds a metric, and before it what it is derived from. */
static int tape_export_keep(struct tape_export *e, const struct schema *s, int slot)
{
    if (e->slot[slot] >= 0)
        return e->slot[slot];
    struct metric m = *schema_at(s, slot);
    if (m.kind == KIND_RATIO) {
        m.num = tape_export_keep(e, s, m.num);
        m.den = m.den == SCHEMA_TIME ? SCHEMA_TIME : tape_export_keep(e, s, m.den);
    }
    schema_set_source(e->schema, m.source);
    return e->slot[slot] = schema_add(e->schema, &m);
}

static void tape_export_fit(struct tape_export *e, const struct schema *s)
{
    int n = schema_size(s), known = e->slots;
    for (int i = schema_sources(e->schema); i < schema_sources(s); i++)
        schema_source(e->schema, schema_source_name(s, i));
    if (n > known) {
        e->slot = mem_resize(e->slot, (size_t)n * sizeof *e->slot);
        for (; e->slots < n; e->slots++)
            e->slot[e->slots] = -1;
    }
    for (int slot = known; slot < n; slot++)
        if (!e->globs || schema_match(s, slot, e->globs))
            tape_export_keep(e, s, slot);
    frame_fit(&e->frame, e->schema);
}

static void tape_export_frame(struct tape_export *e, const struct frame *f)
{
    struct frame *to = &e->frame;
    to->wall_ms = f->wall_ms;
    to->mono_ns = f->mono_ns;
    for (int slot = 0; slot < f->n && slot < e->slots; slot++)
        frame_set(to, e->slot[slot], f->v[slot]);
    for (int i = 0; i < to->n_sources; i++)
        to->read_ns[i] = i < f->n_sources ? f->read_ns[i] : 0;
}

/* ---- files ---- */

/* Puts the tape of a session behind those before it. */
static int tape_export_append(const struct tape_export *e)
{
    static const size_t piece = 1 << 16;
    int from = os_disk_open(e->session_path, OS_DISK_READ), to = os_disk_open(e->path, OS_DISK_WRITE);
    int64_t at = to < 0 ? to : os_disk_size(to), n = from < 0 ? from : 0;
    uint8_t *bytes = mem_new(piece);
    if (at < 0)
        n = at;
    for (int64_t read = 0; n >= 0 && (n = os_disk_read(from, bytes, piece, read)) > 0; read += n) {
        int rc = os_disk_write(to, bytes, (size_t)n, at + read);
        n = rc < 0 ? rc : n;
    }
    mem_free(bytes);
    os_close(from);
    os_close(to);
    os_disk_remove(e->session_path);
    return n < 0 ? (int)n : 0;
}

static int tape_export_end_session(struct tape_export *e)
{
    struct segment_writer *w = e->writer;
    e->writer = NULL;
    if (!w)
        return 0;
    int rc = segment_commit(w, e->block);
    if (rc == 0 && e->alone)
        return segment_finish(w);
    segment_leave(w);
    return rc < 0 ? rc : e->alone ? 0 : tape_export_append(e);
}

static int tape_export_begin_session(struct tape_export *e, const struct tape_about *about)
{
    e->about = *about;
    e->about.part = 0;
    e->block = 0;
    e->slots = 0;
    schema_free(e->schema);
    e->schema = schema_new();
    frame_done(&e->frame);
    return segment_create(e->alone ? e->path : e->session_path, &e->about, NULL, &e->writer);
}

int tape_export_take(struct tape_export *e, const struct tape_about *about, const struct schema *s,
                     const struct moment *m)
{
    int rc = 0;
    if (!e->writer || strcmp(about->session, e->about.session) != 0) {
        rc = tape_export_end_session(e);
        rc = rc < 0 ? rc : tape_export_begin_session(e, about);
    } else if (segment_is_full(e->writer)) {
        rc = segment_commit(e->writer, e->block++);
    }
    if (rc < 0)
        return rc;
    tape_export_fit(e, s);
    tape_export_frame(e, &m->frame);
    struct moment kept = *m;
    kept.frame = e->frame;
    return segment_add(e->writer, e->schema, &kept);
}

int tape_export_close(struct tape_export *e, int rc)
{
    rc = rc < 0 ? rc : tape_export_end_session(e);
    segment_leave(e->writer);
    if (rc < 0 && !e->alone)
        os_disk_remove(e->session_path);
    schema_free(e->schema);
    frame_done(&e->frame);
    mem_free(e->slot);
    mem_free(e);
    return rc;
}

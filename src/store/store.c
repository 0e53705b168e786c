/*
 * store.c - the recorder's side of the archive: its queue, its beginning and its end.
 *
 * Two threads work behind the queue: store_writer.c and store_packer.c.
 */
#include "store/store_own.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct schema *store_schema_copy(const struct schema *s)
{
    struct schema *copy = schema_new();
    schema_extend(copy, s);
    return copy;
}

static void store_count(struct store *s)
{
    os_lock(s->lock);
    s->appended++;
    s->written++;
    os_unlock(s->lock);
}

void store_append(struct store *s, const struct schema *schema, const struct moment *m)
{
    if (s->o.keeps_nothing) {
        store_count(s);
        return;
    }
    if (schema_size(schema) != schema_size(s->known) || schema_sources(schema) != schema_sources(s->known)) {
        schema_extend(s->known, schema);
        s->owed = true;
    }
    os_lock(s->lock);
    s->appended++;
    if (s->count == STORE_QUEUE) {
        s->dropped++;
        s->written++;
        if (!s->overrun++)
            s->overrun_ms = m->frame.wall_ms;
        os_unlock(s->lock);
        return;
    }
    struct queued *q = &s->queue[(s->head + s->count) % STORE_QUEUE];
    os_unlock(s->lock); /* nobody else looks at a place that is not counted */
    moment_copy(&q->m, m);
    q->grown = s->owed ? store_schema_copy(s->known) : NULL;
    s->owed = false;
    os_lock(s->lock);
    s->count++;
    os_wake(s->lock);
    os_unlock(s->lock);
}

void store_tell(struct store *s, enum event_kind kind, enum severity severity, int64_t from_ms, int64_t to_ms,
                struct event *e, const char *text)
{
    *e = (struct event){ .wall_ms = from_ms, .end_ms = to_ms, .kind = kind, .severity = severity, .source = "archive" };
    text_copy(e->text, sizeof e->text, text);
    if (s->o.emit)
        s->o.emit(s->o.self, e);
}

bool store_is_full(int rc)
{
    return rc == -EDQUOT || rc == -ENOSPC;
}

/* ---- opening and closing ---- */

static int store_make_dirs(const char *dir)
{
    static const char *const sub[] = { "", "/segments", "/journal" };
    char path[OS_PATH_MAX];
    int rc = 0;
    for (size_t i = 0; i < sizeof sub / sizeof *sub && rc == 0; i++)
        rc = snprintf(path, sizeof path, "%s%s", dir, sub[i]) < OS_PATH_MAX ? os_make_dir(path) : -ENAMETOOLONG;
    return rc;
}

static int store_begin(struct store *s, int32_t *owner)
{
    char path[OS_PATH_MAX];
    int rc = store_make_dirs(s->dir);
    rc = rc < 0 ? rc : names_lock_path(s->dir, path);
    s->lock_fd = rc < 0 ? rc : os_disk_lock(path, owner);
    rc = s->lock_fd < 0 ? s->lock_fd : space_open(s->dir, s->o.cap_bytes, &s->space);
    if (rc < 0)
        return rc;
    s->n_old = names_list(s->dir, true, &s->old);
    s->n_old_segments = names_list(s->dir, false, &s->old_segments);
    if (s->n_old < 0 || s->n_old_segments < 0)
        return s->n_old < 0 ? s->n_old : s->n_old_segments;
    s->packer = (struct packer){ .dir = s->dir, .space = s->space };
    return names_new_session(s->dir, s->o.about.start_ms, s->o.about.session);
}

static void store_free(struct store *s)
{
    for (unsigned i = 0; i < STORE_QUEUE; i++) {
        moment_done(&s->queue[i].m);
        schema_free(s->queue[i].grown);
    }
    store_journal_done(&s->journal);
    schema_free(s->schema);
    schema_free(s->known);
    tape_map_done(&s->map);
    mem_free(s->closed);
    mem_free(s->old);
    mem_free(s->old_segments);
    space_free(s->space);
    os_lock_free(s->lock);
    os_close(s->lock_fd);
    mem_free(s->dir);
    mem_free(s);
}

void store_finish(struct store *s)
{
    os_lock(s->lock);
    s->stopping = true;
    os_wake(s->lock);
    while (s->threads)
        os_wait(s->lock, INT64_MAX);
    os_unlock(s->lock);
}

static int store_start(struct store *s)
{
    int rc = os_thread(store_writer, s);
    if (rc < 0)
        return rc;
    s->threads = 1;
    rc = os_thread(store_packer, s);
    if (rc < 0) {
        store_finish(s);
        return rc;
    }
    os_lock(s->lock);
    s->threads++;
    os_unlock(s->lock);
    return 0;
}

int store_open(const struct store_options *o, struct store **out, int32_t *owner)
{
    struct store *s = mem_new(sizeof *s);
    s->o = *o;
    s->o.about.major = TAPE_MAJOR;
    s->o.about.minor = TAPE_MINOR;
    s->dir = mem_dup(o->dir);
    s->lock = os_lock_new();
    s->lock_fd = s->journal.fd = -1;
    s->known = schema_new();
    s->schema = schema_new();
    s->sync_ns = os_mono_ns() + (int64_t)(o->sync_s * 1e9);
    s->tidy_ns = os_mono_ns() + STORE_TIDY_NS;
    int rc = store_begin(s, owner);
    rc = rc < 0 ? rc : store_start(s);
    if (rc < 0) {
        store_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

int store_flush(struct store *s)
{
    os_lock(s->lock);
    uint64_t upto = s->appended;
    while (s->written < upto)
        os_wait(s->lock, INT64_MAX);
    s->flush = true;
    s->flush_upto = upto;
    os_wake(s->lock);
    while (s->flush)
        os_wait(s->lock, INT64_MAX);
    int rc = s->synced >= upto ? 0 : s->sync_error;
    os_unlock(s->lock);
    return rc;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    store_finish(s);
    store_free(s);
}

void store_state(struct store *s, struct store_state *out)
{
    os_lock(s->lock);
    *out = (struct store_state){
        .ticks = s->appended, .values = s->values, .dropped = s->dropped, .waiting = s->count,
        .error = s->error ? s->error : s->sync_error,
        .written_bytes = s->journal_bytes + s->segment_bytes,
    };
    os_unlock(s->lock);
    out->used_bytes = space_used(s->space);
}

const struct tape_about *store_about(const struct store *s)
{
    return &s->o.about;
}

int store_part(struct store *s)
{
    os_lock(s->lock);
    int part = s->part;
    os_unlock(s->lock);
    return part;
}

struct space *store_space(struct store *s)
{
    return s->space;
}

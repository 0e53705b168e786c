/* archive_put.c - a recording as segments. */
#include "store/archive_put.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/names.h"
#include "store/segment.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000
#define WALL_MAX 253402300799999 /* the last ms of the year 9999 */
#define SUFFIX ".new"

struct putting {
    struct archive_put *p;
    struct names name;       /* of the segment that is written */
    struct segment_writer *writer;
    uint32_t block;
    int64_t day;
    struct frame frame;
    size_t event;            /* the next one of the recording */
};

static int put_path(const struct putting *w, int part, const char *suffix, char out[static OS_PATH_MAX])
{
    struct names n = w->name;
    n.part = part;
    int rc = names_path(w->p->dir, &n, out);
    if (rc == 0 && strlen(out) + strlen(suffix) >= OS_PATH_MAX)
        return -ENAMETOOLONG;
    if (rc == 0)
        strcat(out, suffix);
    return rc;
}

static int put_remove(struct space *space, const char *path)
{
    struct os_disk_entry e;
    int rc = os_disk_look(path, &e);
    rc = rc < 0 ? rc : os_disk_remove(path);
    if (rc == 0)
        space_resize(space, e.size, -1);
    return rc == -ENOENT ? 0 : rc;
}

/* ---- names ---- */

static bool put_is_taken(const char *dir, const char *session)
{
    struct names *list = NULL;
    int n = names_of_session(dir, session, &list);
    mem_free(list);
    return n > 0;
}

static int put_name(struct archive_put *p)
{
    char stamp[TEXT_TIME_MAX];
    text_stamp(p->rec->wall_ms[0], stamp);
    for (int i = 1; i < 10000; i++) {
        snprintf(p->about.session, sizeof p->about.session, i == 1 ? "session_%.20s" : "session_%.20s_%d", stamp, i);
        if (!put_is_taken(p->dir, p->about.session))
            return 0;
    }
    return -EEXIST;
}

static int put_check(const struct recording *r)
{
    if (r->n && !schema_sources(r->schema))
        return -EINVAL;
    for (size_t i = 0; i < r->n; i++)
        if (r->wall_ms[i] < 0 || r->wall_ms[i] > WALL_MAX)
            return -ERANGE;
    return r->n ? 0 : -ENODATA;
}

/* ---- writing ---- */

static int put_close(struct putting *w)
{
    struct segment_writer *writer = w->writer;
    w->writer = NULL;
    if (!writer)
        return 0;
    int rc = segment_commit(writer, w->block);
    if (rc < 0) {
        segment_leave(writer);
        return rc;
    }
    return segment_finish(writer);
}

/* The segment of the next part. */
static int put_open(struct putting *w)
{
    char path[OS_PATH_MAX];
    int rc = put_path(w, ++w->name.part, SUFFIX, path);
    if (rc < 0)
        return rc;
    put_remove(w->p->space, path); /* of an attempt that was killed */
    w->block = 0;
    w->p->about.part = w->name.part;
    return segment_create(path, &w->p->about, w->p->space, &w->writer);
}

/* Tick i, with the events up to its time; the last tick has all that are left. */
static struct moment put_moment(struct putting *w, size_t i)
{
    const struct recording *r = w->p->rec;
    struct frame *f = &w->frame;
    frame_fit(f, r->schema);
    f->wall_ms = r->wall_ms[i];
    f->mono_ns = r->mono_ns[i];
    for (int slot = 0; slot < f->n; slot++)
        f->v[slot] = r->col[slot][i];
    for (int s = 0; s < f->n_sources; s++)
        f->read_ns[s] = f->mono_ns;
    struct moment m = { .frame = *f, .events = r->n_events ? r->events + w->event : NULL };
    m.procs = (struct proc_use *)recording_procs(r, i, &m.n_procs); /* only read */
    for (; w->event < r->n_events && (i + 1 == r->n || r->events[w->event].wall_ms <= f->wall_ms); w->event++)
        m.n_events++;
    return m;
}

static int put_tick(struct putting *w, size_t i)
{
    int64_t day = w->p->rec->wall_ms[i] / DAY_MS;
    int rc = 0;
    if (!w->writer || day != w->day) {
        rc = put_close(w);
        rc = rc < 0 ? rc : put_open(w);
        w->day = day;
    } else if (segment_is_full(w->writer)) {
        rc = segment_commit(w->writer, w->block++);
        if (rc == 0 && w->p->progress)
            w->p->progress(w->p->self, (double)i / (double)w->p->rec->n);
        rc = rc == 0 && os_stopping() ? -EINTR : rc;
    }
    if (rc < 0)
        return rc;
    struct moment m = put_moment(w, i);
    return segment_add(w->writer, w->p->rec->schema, &m);
}

/* All parts get their names, or lose them again. */
static int put_appear(struct putting *w)
{
    char from[OS_PATH_MAX], to[OS_PATH_MAX];
    int rc = 0;
    for (int part = 0; part <= w->name.part && rc == 0; part++) {
        put_path(w, part, SUFFIX, from);
        put_path(w, part, "", to);
        rc = os_rename(from, to);
    }
    snprintf(to, sizeof to, "%.4000s/segments", w->p->dir);
    return rc < 0 ? rc : os_disk_sync_dir(to);
}

static void put_undo(struct putting *w)
{
    char path[OS_PATH_MAX];
    segment_leave(w->writer);
    for (int part = 0; part <= w->name.part; part++)
        if (put_path(w, part, SUFFIX, path) == 0)
            put_remove(w->p->space, path);
    archive_drop(w->p->dir, w->p->space, w->p->about.session);
}

int archive_put(struct archive_put *p)
{
    struct putting w = { .p = p, .name = { .part = -1, .block = -1 } };
    int rc = put_check(p->rec);
    rc = rc < 0 ? rc : put_name(p);
    if (rc < 0)
        return rc;
    memcpy(w.name.session, p->about.session, sizeof w.name.session);
    p->about.major = TAPE_MAJOR;
    p->about.minor = TAPE_MINOR;
    p->about.start_ms = p->rec->wall_ms[0];
    for (size_t i = 0; i < p->rec->n && rc == 0; i++)
        rc = put_tick(&w, i);
    rc = rc < 0 ? rc : put_close(&w);
    rc = rc < 0 ? rc : put_appear(&w);
    if (rc < 0)
        put_undo(&w);
    frame_done(&w.frame);
    return rc;
}

int archive_drop(const char *dir, struct space *space, const char *session)
{
    struct names *list = NULL;
    char path[OS_PATH_MAX];
    int n = names_of_session(dir, session, &list), worst = n < 0 ? n : 0;
    for (int i = 0; i < n; i++) {
        int rc = names_path(dir, &list[i], path);
        rc = rc < 0 ? rc : put_remove(space, path);
        worst = rc < 0 ? rc : worst;
    }
    mem_free(list);
    return worst;
}

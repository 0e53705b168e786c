/* archive_put.c - a recording, or what a tape plays, as segments. */
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
    space_remove(w->p->space, path); /* of an attempt that was killed */
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
        f->read_ns[s] = f->mono_ns / 1000000 * 1000000; /* as it is stored: summaries are of what is read back */
    struct moment m = { .frame = *f, .events = r->n_events ? r->events + w->event : NULL };
    m.procs = (struct proc_use *)recording_procs(r, i, &m.n_procs); /* only read */
    for (; w->event < r->n_events && (i + 1 == r->n || r->events[w->event].wall_ms <= f->wall_ms); w->event++)
        m.n_events++;
    return m;
}

/* The name of the session, by the time of its first instant. */
static int put_begin(struct putting *w, int64_t wall_ms)
{
    struct archive_put *p = w->p;
    int rc = names_new_session(p->dir, wall_ms, p->about.session);
    if (rc < 0)
        return rc;
    memcpy(w->name.session, p->about.session, sizeof w->name.session);
    p->about.major = TAPE_MAJOR;
    p->about.minor = TAPE_MINOR;
    p->about.start_ms = wall_ms;
    return 0;
}

static int put_instant(struct putting *w, const struct schema *s, const struct moment *m, double share)
{
    int64_t day = m->frame.wall_ms / DAY_MS;
    int rc = 0;
    if (!w->writer || day != w->day) {
        rc = put_close(w);
        rc = rc < 0 ? rc : put_open(w);
        w->day = day;
    } else if (segment_is_full(w->writer)) {
        rc = segment_commit(w->writer, w->block++);
        if (rc == 0 && w->p->progress)
            w->p->progress(w->p->self, share);
        rc = rc == 0 && os_stopping() ? -EINTR : rc;
    }
    rc = rc < 0 ? rc : segment_add(w->writer, s, m);
    if (rc != -ENOSPC)
        return rc;
    rc = segment_commit(w->writer, w->block++); /* the schema grew: a block has room for fewer */
    return rc < 0 ? rc : segment_add(w->writer, s, m);
}

static int put_recording(struct putting *w)
{
    const struct recording *r = w->p->rec;
    int rc = put_check(r);
    rc = rc < 0 ? rc : put_begin(w, r->wall_ms[0]);
    for (size_t i = 0; i < r->n && rc == 0; i++) {
        struct moment m = put_moment(w, i);
        rc = put_instant(w, r->schema, &m, (double)i / (double)r->n);
    }
    return rc;
}

static int put_feed(struct putting *w)
{
    struct feed *f = w->p->feed;
    const struct moment *m;
    int rc;
    while ((rc = feed_next(f, &m)) == 0) {
        if (m->frame.wall_ms < 0 || m->frame.wall_ms > WALL_MAX)
            return -ERANGE;
        rc = *w->name.session ? 0 : put_begin(w, m->frame.wall_ms);
        rc = rc < 0 ? rc : put_instant(w, f->schema, m, f->share);
        if (rc < 0)
            return rc;
    }
    return rc == -ENODATA && *w->name.session ? 0 : rc;
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
            space_remove(w->p->space, path);
    archive_drop(w->p->dir, w->p->space, w->p->about.session);
}

int archive_put(struct archive_put *p)
{
    struct putting w = { .p = p, .name = { .part = -1, .block = -1 } };
    int rc = p->feed ? put_feed(&w) : put_recording(&w);
    rc = rc < 0 ? rc : put_close(&w);
    rc = rc < 0 ? rc : put_appear(&w);
    if (rc < 0 && *w.name.session)
        put_undo(&w);
    frame_done(&w.frame);
    return rc;
}

struct clean {
    struct names *name; /* of files under their first name */
    size_t n, cap;
};

static void clean_find(void *self, const char *file)
{
    struct clean *c = self;
    char stem[NAMES_MAX];
    struct names n;
    int length = (int)strlen(file) - (int)strlen(SUFFIX);
    if (length <= 0 || length >= NAMES_MAX || strcmp(file + length, SUFFIX) != 0)
        return;
    snprintf(stem, sizeof stem, "%.*s", length, file);
    if (!names_parse(stem, &n) || n.block >= 0)
        return;
    c->name = mem_grow(c->name, c->n, &c->cap, sizeof *c->name);
    c->name[c->n++] = n;
}

/* Parts appear only when all of them are whole: where one has, the others may. */
static int clean_one(const char *dir, struct space *space, const struct names *name)
{
    char to[OS_PATH_MAX], from[OS_PATH_MAX];
    struct names *list = NULL;
    int rc = names_path(dir, name, to);
    if (rc < 0 || snprintf(from, sizeof from, "%s" SUFFIX, to) >= OS_PATH_MAX)
        return -ENAMETOOLONG;
    int n = names_of_session(dir, name->session, &list);
    bool appears = n > 0;
    for (int i = 0; i < n; i++)
        appears = appears && (list[i].block >= 0 || list[i].part != name->part);
    mem_free(list);
    return n < 0 ? n : appears ? os_rename(from, to) : space_remove(space, from);
}

int archive_put_clean(const char *dir, struct space *space)
{
    char path[OS_PATH_MAX];
    struct clean c = { 0 };
    snprintf(path, sizeof path, "%.4000s/segments", dir);
    int rc = os_list("", path, clean_find, &c), worst = rc < 0 ? rc : 0;
    for (size_t i = 0; i < c.n; i++) {
        rc = clean_one(dir, space, &c.name[i]);
        worst = rc < 0 ? rc : worst;
    }
    mem_free(c.name);
    return worst;
}

int archive_drop(const char *dir, struct space *space, const char *session)
{
    struct names *list = NULL;
    char path[OS_PATH_MAX];
    int n = names_of_session(dir, session, &list), worst = n < 0 ? n : 0;
    for (int i = 0; i < n; i++) {
        int rc = names_path(dir, &list[i], path);
        rc = rc < 0 ? rc : space_remove(space, path);
        worst = rc < 0 ? rc : worst;
    }
    mem_free(list);
    return worst;
}

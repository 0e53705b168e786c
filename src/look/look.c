/*
 * look.c - opens what was recorded, and sees sessions as they are now.
 *
 * The files are what is true. Where index.db is lost or damaged, an index in memory is made of them, so that all
 * that reads works the same with it and without it.
 */
#include "look/look.h"

#include "base/mem.h"
#include "os/os.h"
#include "store/index_take.h"

#include <errno.h>
#include <string.h>

void look_close(struct look *l)
{
    index_close(l->index);
    archive_free(l->files);
    buf_done(&l->dir);
    *l = (struct look){ 0 };
}

int look_files(struct look *l)
{
    int rc = l->files ? 0 : archive_open(l->dir.p, &l->files);
    return rc == -ENOTDIR ? -ENOENT : rc;
}

static int look_fill(void *self, struct index *x)
{
    const struct look *l = self;
    return index_take_all(x, l->files);
}

int look_index_files(struct look *l)
{
    struct index *made;
    size_t n;
    int rc = look_files(l);
    if (rc == 0 && (archive_parts(l->files, &n), n == 0))
        rc = -ENOENT;
    rc = rc < 0 ? rc : index_open_memory(look_fill, l, &made);
    if (rc < 0)
        return rc;
    index_close(l->index);
    l->index = made;
    l->indexed = false;
    return 0;
}

int look_open(struct look *l, const char *dir, bool to_write)
{
    *l = (struct look){ 0 };
    buf_puts(&l->dir, dir);
    int rc = to_write ? index_open(dir, &(struct index_options){ 0 }, &l->index) : index_open_read(dir, &l->index);
    l->indexed = rc == 0;
    l->index_error = rc;
    if (rc == 0 || to_write)
        return rc == -ENOTDIR ? -ENOENT : rc;
    int made = look_index_files(l);
    if (made < 0)
        return rc == -ENOENT || rc == -ENOTDIR ? made : rc;
    return 0;
}

int look_refresh(struct look *l)
{
    return l->files ? archive_refresh(l->files) : look_files(l);
}

bool look_span(struct look *l, const char *session, int64_t *first_ms, int64_t *last_ms)
{
    return look_files(l) == 0 && archive_span(l->files, session, first_ms, last_ms);
}

/* ---- sessions as they are now ---- */

static int look_count_metrics(void *self, const struct tape_about *about, const struct schema *s,
                              const struct moment *m)
{
    int64_t *metrics = self;
    (void)about;
    (void)m;
    *metrics = schema_size(s) > *metrics ? schema_size(s) : *metrics;
    return 0;
}

static void look_reach(struct look *l, struct index_session *s)
{
    size_t n;
    int64_t samples = 0;
    const struct archive_part *p = archive_parts(l->files, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(p[i].about.session, s->id) != 0)
            continue;
        samples += (int64_t)p[i].ticks;
        s->end_ms = p[i].last_ms > s->end_ms ? p[i].last_ms : s->end_ms;
    }
    s->samples = samples > s->samples ? samples : s->samples; /* what is summed up by now was counted before */
    if (!s->metrics && samples)
        archive_play(l->files, s->id, s->end_ms, s->end_ms, look_count_metrics, &s->metrics, NULL);
}

static void look_catch_up(struct look *l, struct index_session *s)
{
    struct index_session again;
    if (s->state != INDEX_RUNNING)
        return;
    if (!archive_is_recorded(l->dir.p)) { /* unless it ended just now */
        bool ended = index_session(l->index, s->id, &again) == 0 && again.state != INDEX_RUNNING;
        if (ended)
            *s = again;
        else
            s->state = INDEX_CRASHED;
    }
    if (look_files(l) == 0)
        look_reach(l, s);
}

int look_session(struct look *l, const char *id, struct index_session *out)
{
    int rc = index_session(l->index, id, out);
    if (rc == 0)
        look_catch_up(l, out);
    return rc;
}

struct session_list {
    struct index_session *session;
    size_t n, cap;
};

static void look_note(void *self, const struct index_session *s)
{
    struct session_list *all = self;
    all->session = mem_grow(all->session, all->n, &all->cap, sizeof *all->session);
    all->session[all->n++] = *s;
}

/* One that runs goes on until now, though its last instant is older. */
static bool look_passes(const struct index_filter *f, const struct index_session *s)
{
    return !f->from_ms || s->end_ms >= f->from_ms || (s->state == INDEX_RUNNING && f->from_ms <= os_wall_ms());
}

int look_sessions(struct look *l, const struct index_filter *f,
                  void (*each)(void *self, const struct index_session *s), void *self)
{
    struct session_list all = { 0 };
    struct index_filter open = *f;
    int n = 0;
    open.from_ms = open.limit = 0; /* of those that run the index does not know yet how far they go */
    int rc = index_sessions(l->index, &open, look_note, &all);
    for (size_t i = 0; i < all.n && rc >= 0 && (!f->limit || n < f->limit); i++) {
        look_catch_up(l, &all.session[i]);
        if (!look_passes(f, &all.session[i]))
            continue;
        each(self, &all.session[i]);
        n++;
    }
    mem_free(all.session);
    return rc < 0 ? rc : n;
}

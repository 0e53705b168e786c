/* index_take.c - what segments say of themselves, as rows of the index. */
#include "store/index_take.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "store/store_journal.h"
#include "store/names.h"

#include <errno.h>
#include <string.h>

static void fill_about(struct index_session *s, const struct tape_about *a)
{
    s->start_ms = a->start_ms;
    s->interval_s = a->interval_s;
    text_copy(s->hardware_id, sizeof s->hardware_id, a->hardware_id);
    text_copy(s->os, sizeof s->os, a->machine);
}

/* How many metrics it has; an archive may be too large to be read for what only journals know. */
static int64_t fill_metrics(const struct archive_part *p)
{
    return p->segment && segment_load(p->segment) == 0 ? schema_size(p->segment->schema) : 0;
}

/* ---- events ---- */

struct taking {
    struct index *x;
    const char *session;
    struct event e[INDEX_BATCH];
    size_t n;
};

static int taking_flush(struct taking *t)
{
    int rc = t->n ? index_add_events(t->x, t->session, t->e, t->n) : 0;
    t->n = 0;
    return rc < 0 ? rc : 0;
}

static int taking_add(struct taking *t, const struct event *e)
{
    t->e[t->n++] = *e;
    return t->n == INDEX_BATCH ? taking_flush(t) : 0;
}

static int taking_instant(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    int rc = 0;
    (void)about;
    (void)s;
    for (size_t i = 0; i < m->n_events && rc == 0; i++)
        rc = taking_add(self, &m->events[i]);
    return rc;
}

/* No block is decoded for it. What is damaged is passed over. */
static int taking_part(struct taking *t, const struct archive_part *p)
{
    const struct segment *s = p->segment;
    auto_buf struct buf b = { 0 };
    struct chunk c;
    struct event e;
    int rc = 0;
    for (size_t i = 0; s && i < s->n && rc == 0; i++)
        if (s->entry[i].type == CHUNK_EVENT && segment_read(s, &s->entry[i], &b, &c) == 0 && tape_event(&c, &e) == 1)
            rc = taking_add(t, &e);
    for (int i = 0; i < p->n_journals && rc == 0; i++)
        rc = store_journal_read(p->journal[i].fd, taking_instant, t, NULL);
    return rc;
}

static int take_events(struct index *x, struct archive *a, const char *session)
{
    size_t n;
    int rc = 0;
    const struct archive_part *p = archive_parts(a, &n);
    struct taking *t = mem_new(sizeof *t);
    *t = (struct taking){ .x = x, .session = session };
    for (size_t i = 0; i < n && rc == 0; i++)
        if (strcmp(p[i].about.session, session) == 0)
            rc = taking_part(t, &p[i]);
    rc = rc < 0 ? rc : taking_flush(t);
    mem_free(t);
    return rc;
}

/* ---- sessions ---- */

int index_take_session(struct index *x, struct archive *a, struct index_session *s)
{
    size_t n;
    const struct archive_part *p = archive_parts(a, &n);
    bool known = false;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(p[i].about.session, s->id) != 0)
            continue;
        int64_t metrics = fill_metrics(&p[i]);
        fill_about(s, &p[i].about);
        s->metrics = metrics > s->metrics ? metrics : s->metrics;
        s->samples += (int64_t)p[i].ticks;
        s->end_ms = !known || p[i].last_ms > s->end_ms ? p[i].last_ms : s->end_ms;
        known = true;
    }
    if (!known)
        return -ENOENT;
    int rc = index_put_session(x, s);
    return rc < 0 ? rc : take_events(x, a, s->id);
}

static int take_sessions(struct index *x, struct archive *a, bool missing)
{
    size_t n;
    int rc = 0;
    const struct archive_part *p = archive_parts(a, &n);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        struct index_session s = { .state = INDEX_ENDED, .origin = "recorded" };
        if (i && strcmp(p[i].about.session, p[i - 1].about.session) == 0)
            continue;
        text_copy(s.id, sizeof s.id, p[i].about.session);
        if (missing && index_session(x, s.id, &(struct index_session){ 0 }) != -ENOENT)
            continue;
        rc = p[i].ticks ? index_take_session(x, a, &s) : 0;
        rc = rc == -EINVAL ? 0 : rc; /* one that says what no session can be hides nobody else */
    }
    return rc;
}

int index_take_all(struct index *x, struct archive *a)
{
    return take_sessions(x, a, false);
}

int index_take_segments(void *self, struct index *x)
{
    struct archive *a;
    int rc = archive_open(self, &a);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    rc = index_take_all(x, a);
    archive_free(a);
    return rc;
}

/* A session of which there are files and no row, by the names alone; false when all are known. */
static bool take_is_behind(struct index *x, const char *dir)
{
    struct names *list = NULL;
    struct index_session s;
    int n = names_list(dir, false, &list);
    bool behind = false;
    for (int i = 0; i < n && !behind; i++)
        if (!i || strcmp(list[i].session, list[i - 1].session) != 0)
            behind = index_session(x, list[i].session, &s) == -ENOENT;
    mem_free(list);
    return behind;
}

int index_take_missing(struct index *x, const char *dir)
{
    struct archive *a = NULL;
    if (!take_is_behind(x, dir))
        return 0;
    int rc = archive_open(dir, &a);
    rc = rc < 0 ? rc : take_sessions(x, a, true);
    archive_free(a);
    return rc;
}

/* index_take.c - what segments say of themselves, as rows of the index. */
#include "store/index_take.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

struct filling {
    struct index *index;
    struct index_session *s;
    struct event events[INDEX_BATCH];
    size_t n;
};

static int fill_flush(struct filling *f)
{
    int rc = f->n ? index_add_events(f->index, f->s->id, f->events, f->n) : 0;
    f->n = 0;
    return rc < 0 ? rc : 0;
}

/* An archive numbers metrics for itself: the derived ones count as well, as everywhere. */
static int fill_tick(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct filling *f = self;
    int rc = 0;
    (void)about;
    f->s->metrics = schema_size(s);
    for (size_t i = 0; i < m->n_events && rc == 0; i++) {
        f->events[f->n++] = m->events[i];
        rc = f->n == INDEX_BATCH ? fill_flush(f) : 0;
    }
    return rc;
}

static void fill_about(struct index_session *s, const struct tape_about *a)
{
    s->start_ms = a->start_ms;
    s->interval_s = a->interval_s;
    text_copy(s->hardware_id, sizeof s->hardware_id, a->hardware_id);
    text_copy(s->os, sizeof s->os, a->machine);
}

static int fill_segment(struct index *x, const struct archive_part *p)
{
    struct index_segment g = { .first_ms = p->first_ms, .last_ms = p->last_ms, .ticks = (int64_t)p->ticks,
                               .bytes = p->bytes };
    text_copy(g.name, sizeof g.name, p->name);
    text_copy(g.session, sizeof g.session, p->about.session);
    return p->segment ? index_put_segment(x, &g) : 0;
}

int index_take_session(struct index *x, struct archive *a, struct index_session *s)
{
    struct filling f = { .index = x, .s = s };
    size_t n;
    const struct archive_part *p = archive_parts(a, &n);
    bool known = false;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(p[i].about.session, s->id) != 0)
            continue;
        fill_about(s, &p[i].about);
        s->samples += (int64_t)p[i].ticks;
        s->end_ms = !known || p[i].last_ms > s->end_ms ? p[i].last_ms : s->end_ms;
        known = true;
    }
    if (!known)
        return -ENOENT;
    int rc = index_put_session(x, s);
    rc = rc < 0 ? rc : archive_play(a, s->id, INT64_MIN, INT64_MAX, fill_tick, &f, NULL);
    rc = rc < 0 ? rc : fill_flush(&f);
    rc = rc < 0 ? rc : index_put_session(x, s); /* by now with its metrics */
    for (size_t i = 0; i < n && rc >= 0; i++)
        if (strcmp(p[i].about.session, s->id) == 0)
            rc = fill_segment(x, &p[i]);
    return rc < 0 ? rc : 0;
}

int index_take_segments(void *self, struct index *x)
{
    struct archive *a;
    size_t n;
    int rc = archive_open(self, &a);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    const struct archive_part *p = archive_parts(a, &n);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        struct index_session s = { .state = INDEX_ENDED, .origin = "recorded" };
        if (i && strcmp(p[i].about.session, p[i - 1].about.session) == 0)
            continue;
        text_copy(s.id, sizeof s.id, p[i].about.session);
        rc = p[i].ticks ? index_take_session(x, a, &s) : 0;
    }
    archive_free(a);
    return rc;
}

/* index_take.c - what segments say of themselves, as rows of the index. */
#include "store/index_take.h"

#include "base/mem.h"
#include "base/text.h"
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
    return index_put_session(x, s);
}

int index_take_all(struct index *x, struct archive *a)
{
    size_t n;
    int rc = 0;
    const struct archive_part *p = archive_parts(a, &n);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        struct index_session s = { .state = INDEX_ENDED, .origin = "recorded" };
        text_copy(s.id, sizeof s.id, p[i].about.session);
        if (index_session(x, s.id, &(struct index_session){ 0 }) != -ENOENT)
            continue;
        rc = p[i].ticks ? index_take_session(x, a, &s) : 0;
        rc = rc == -EINVAL ? 0 : rc; /* one that says what no session can be hides nobody else */
    }
    return rc;
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
    rc = rc < 0 ? rc : index_take_all(x, a);
    archive_free(a);
    return rc;
}

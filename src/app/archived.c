/*
 * archived.c - opens an archive for a person, finds the session that is meant, says what is wrong.
 *
 * The files are what is true. Where index.db is lost or damaged, an index in memory is made of them, so that all
 * that reads works the same with it and without it.
 */
#include "app/archived.h"

#include "app/attach.h"
#include "app/datadir.h"
#include "app/sessions/sessions.h"
#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "store/index_take.h"

#include <errno.h>
#include <string.h>

void archived_close(struct archived *v)
{
    index_close(v->index);
    archive_free(v->files);
    buf_done(&v->dir);
}

int archived_files(struct archived *v)
{
    int rc = v->files ? 0 : archive_open(v->dir.p, &v->files);
    return rc == -ENOTDIR ? -ENOENT : rc;
}

static int archived_fill(void *self, struct index *x)
{
    const struct archived *v = self;
    return index_take_all(x, v->files);
}

/* Puts an index of the files in place of index.db. */
static int archived_make_index(struct archived *v)
{
    struct index *made;
    size_t n;
    int rc = archived_files(v);
    if (rc == 0 && (archive_parts(v->files, &n), n == 0))
        rc = -ENOENT;
    rc = rc < 0 ? rc : index_open_memory(archived_fill, v, &made);
    if (rc < 0)
        return rc;
    index_close(v->index);
    v->index = made;
    v->indexed = false;
    return 0;
}

static void archived_pass_name(void *self, const char *name)
{
    (void)self;
    (void)name;
}

int archived_put_dir(const struct args *a, struct buf *out)
{
    struct attach_state s;
    int rc = datadir_put(a, out);
    if (rc < 0 || args_given(a, "data") || attach_state(a, &s) < 0 || !*s.dir || strcmp(s.dir, out->p) == 0)
        return rc;
    bool readable = os_list(s.dir, "/segments", archived_pass_name, NULL) >= 0;
    if (!readable && os_exists("", out->p))
        return rc;
    log_info("process %d records in %s, and not in %s", (int)s.pid, s.dir, out->p);
    buf_clear(out);
    buf_puts(out, s.dir);
    return 0;
}

#define REMADE "the recorder makes it anew when it starts"

int archived_open(struct archived *v, const struct args *a, bool to_write)
{
    *v = (struct archived){ 0 };
    if (archived_put_dir(a, &v->dir) < 0)
        return -EINVAL;
    int rc = to_write ? index_open(v->dir.p, &(struct index_options){ 0 }, &v->index)
                      : index_open_read(v->dir.p, &v->index);
    v->indexed = rc == 0;
    if (rc == 0 || to_write)
        return rc == -ENOTDIR ? -ENOENT : rc;
    int made = archived_make_index(v);
    if (made < 0)
        return rc == -ENOENT || rc == -ENOTDIR ? made : rc;
    log_warn(0, "%s/index.db %s", v->dir.p,
             rc == -ENOTSUP ? "is of another version of Sonde: labels and anomalies are not known; the recorder brings "
                              "an older one up to date, a newer one needs the newer Sonde" :
             rc == -ENOENT ? "is not there: labels and anomalies are not known; " REMADE :
             rc == -EBADMSG ? "is damaged or not Sonde's: labels and anomalies are not known; " REMADE :
             "cannot be read: labels and anomalies are not known");
    return 0;
}

/* ---- sessions as they are now ---- */

static int archived_count_metrics(void *self, const struct tape_about *about, const struct schema *s,
                                  const struct moment *m)
{
    int64_t *metrics = self;
    (void)about;
    (void)m;
    *metrics = schema_size(s) > *metrics ? schema_size(s) : *metrics;
    return 0;
}

static void archived_reach(struct archived *v, struct index_session *s)
{
    size_t n;
    int64_t samples = 0;
    const struct archive_part *p = archive_parts(v->files, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(p[i].about.session, s->id) != 0)
            continue;
        samples += (int64_t)p[i].ticks;
        s->end_ms = p[i].last_ms > s->end_ms ? p[i].last_ms : s->end_ms;
    }
    s->samples = samples > s->samples ? samples : s->samples; /* what is summed up by now was counted before */
    if (!s->metrics && samples)
        archive_play(v->files, s->id, s->end_ms, s->end_ms, archived_count_metrics, &s->metrics, NULL);
}

static void archived_catch_up(struct archived *v, struct index_session *s)
{
    struct index_session again;
    if (s->state != INDEX_RUNNING)
        return;
    if (!archive_is_recorded(v->dir.p)) { /* unless it ended just now */
        bool ended = index_session(v->index, s->id, &again) == 0 && again.state != INDEX_RUNNING;
        if (ended)
            *s = again;
        else
            s->state = INDEX_CRASHED;
    }
    if (archived_files(v) == 0)
        archived_reach(v, s);
}

int archived_session(struct archived *v, const char *id, struct index_session *out)
{
    int rc = index_session(v->index, id, out);
    if (rc == 0)
        archived_catch_up(v, out);
    return rc;
}

struct session_list {
    struct index_session *session;
    size_t n, cap;
};

static void archived_note(void *self, const struct index_session *s)
{
    struct session_list *l = self;
    l->session = mem_grow(l->session, l->n, &l->cap, sizeof *l->session);
    l->session[l->n++] = *s;
}

/* One that runs goes on until now, though its last instant is older. */
static bool archived_passes(const struct index_filter *f, const struct index_session *s)
{
    return !f->from_ms || s->end_ms >= f->from_ms || (s->state == INDEX_RUNNING && f->from_ms <= os_wall_ms());
}

int archived_sessions(struct archived *v, const struct index_filter *f,
                      void (*each)(void *self, const struct index_session *s), void *self)
{
    struct session_list l = { 0 };
    struct index_filter all = *f;
    int n = 0;
    all.from_ms = all.limit = 0; /* of those that run the index does not know yet how far they go */
    int rc = index_sessions(v->index, &all, archived_note, &l);
    for (size_t i = 0; i < l.n && rc >= 0 && (!f->limit || n < f->limit); i++) {
        archived_catch_up(v, &l.session[i]);
        if (!archived_passes(f, &l.session[i]))
            continue;
        each(self, &l.session[i]);
        n++;
    }
    mem_free(l.session);
    return rc < 0 ? rc : n;
}

bool archived_would_mix(const struct archived *v, const char *command, int64_t from_ms, int64_t to_ms)
{
    const char *pair[2];
    if (!archive_overlap(v->files, from_ms, to_ms, pair))
        return false;
    log_error(0, "%s: %s and %s were recorded at the same time, and would be mixed; name one of them: `sonde %s %s`",
              command, sessions_short_id(pair[0]), sessions_short_id(pair[1]), command, sessions_short_id(pair[0]));
    return true;
}

bool archived_runs_backwards(const struct args *a, const char *command)
{
    char from[TEXT_TIME_MAX], to[TEXT_TIME_MAX];
    if (!args_given(a, "from") || !args_given(a, "to") || args_time(a, "from") <= args_time(a, "to"))
        return false;
    log_error(0, "%s: --from, %s, is later than --to, %s", command, text_time(args_time(a, "from"), from),
              text_time(args_time(a, "to"), to));
    return true;
}

void archived_say_damaged(const struct archived *v, const char *command)
{
    log_error(0, "%s: no sample of that can be read, and the archive is damaged; `sonde sessions verify --data %s` "
              "says where", command, v->dir.p);
}

int archived_say(const char *dir, int rc)
{
    if (rc >= 0)
        return EXIT_DONE;
    if (!*dir)
        return EXIT_FAILED;
    if (rc == -ENOENT)
        log_error(0, "nothing is recorded in %s yet; start with `sonde record` or `sonde import`, or name another "
                  "archive with --data DIR", dir);
    else if (rc == -EBADMSG)
        log_error(0, "the index %s/index.db is damaged or not Sonde's; the recorder makes it anew from the "
                  "segments when it starts", dir);
    else if (rc == -ENOTSUP)
        log_error(0, "the index %s/index.db is of another version of Sonde; a newer one needs that "
                  "Sonde, an older one is brought up to date by `sonde record`", dir);
    else if (rc == -EACCES)
        log_error(0, "the archive in %s may not be read by this user; try with the rights of who records, or "
                  "--data DIR", dir);
    else if (rc == -EROFS)
        log_error(0, "the archive in %s cannot be written; nothing was changed", dir);
    else if (rc == -EBUSY || rc == -EAGAIN)
        log_error(0, "the index of %s is held by another process; try again in a moment", dir);
    else if (rc == -EDQUOT)
        log_error(0, "the index of %s is full of labelled sessions; `sonde sessions prune` "
                  "makes room", dir);
    else
        log_error(rc, "the archive in %s cannot be used; nothing was changed", dir);
    return EXIT_FAILED;
}

/* ---- the session that is meant ---- */

struct nearest {
    const char *text;
    char id[INDEX_ID_MAX];
    int distance;
};

static void archived_hold_against(void *self, const struct index_session *s)
{
    struct nearest *n = self;
    int whole = text_distance(n->text, s->id), part = text_distance(n->text, sessions_short_id(s->id));
    int d = whole < part ? whole : part;
    if (d < n->distance) {
        n->distance = d;
        memcpy(n->id, s->id, sizeof n->id);
    }
}

static void archived_say_unknown(struct index *x, const char *text)
{
    struct nearest n = { .text = text, .distance = 4 }; /* three slips in 15 digits; more is another session */
    auto_buf struct buf message = { 0 };
    buf_puts(&message, "there is no session ");
    check_put_quoted(&message, text);
    buf_putc(&message, ':');
    if (index_sessions(x, &INDEX_ALL, archived_hold_against, &n) >= 0 && *n.id)
        buf_printf(&message, " did you mean %s?", sessions_short_id(n.id));
    log_error(0, "%s `sonde sessions list` has them all.", message.p);
}

int archived_find(struct archived *v, const char *text, char id[static INDEX_ID_MAX])
{
    int rc = index_resolve(v->index, text, id);
    if (rc == -ENOENT && v->indexed && archived_make_index(v) == 0)
        rc = index_resolve(v->index, text, id);
    if (rc == -ENOENT && strcmp(text, "last") == 0)
        log_error(0, "there is no last session: nothing is recorded yet; start with `sonde record`");
    else if (rc == -ENOENT)
        archived_say_unknown(v->index, text);
    else if (rc == -ENOTUNIQ)
        log_error(0, "several sessions begin with '%s'; give more of the id: `sonde sessions list` has them", text);
    else
        return archived_say(v->dir.p, rc);
    return EXIT_FAILED;
}

/* archived.c - opens an archive for a person, finds the session that is meant, says what is wrong. */
#include "app/archived.h"

#include "app/attach.h"
#include "app/datadir.h"
#include "app/sessions/sessions.h"
#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <string.h>

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

int archived_open(struct look *v, const struct args *a, bool to_write)
{
    auto_buf struct buf dir = { 0 };
    *v = (struct look){ 0 };
    if (archived_put_dir(a, &dir) < 0)
        return -EINVAL;
    int rc = look_open(v, dir.p, to_write);
    if (rc < 0 || v->indexed)
        return rc;
    int why = v->index_error;
    log_warn(0, "%s/index.db %s", v->dir.p,
             why == -ENOTSUP ? "is of another version of Sonde: labels and anomalies are not known; the recorder "
                               "brings an older one up to date, a newer one needs the newer Sonde" :
             why == -ENOENT ? "is not there: labels and anomalies are not known; " REMADE :
             why == -EBADMSG ? "is damaged or not Sonde's: labels and anomalies are not known; " REMADE :
             "cannot be read: labels and anomalies are not known");
    return 0;
}

bool archived_would_mix(const struct look *v, const char *command, int64_t from_ms, int64_t to_ms)
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

void archived_say_damaged(const struct look *v, const char *command)
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

int archived_find(struct look *v, const char *text, char id[static INDEX_ID_MAX])
{
    int rc = index_resolve(v->index, text, id);
    if (rc == -ENOENT && v->indexed && look_index_files(v) == 0)
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

/* sessions.c - opening the index for a person, and finding the session that is meant. */
#include "app/sessions/sessions.h"

#include "app/datadir.h"
#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int sessions_open(const struct args *a, bool to_write, struct index **out)
{
    auto_buf struct buf dir = { 0 };
    int rc = datadir_put(a, &dir);
    if (rc < 0)
        return -EINVAL;
    rc = to_write ? index_open(dir.p, &(struct index_options){ 0 }, out) : index_open_read(dir.p, out);
    if (rc == -ENOENT || rc == -ENOTDIR)
        return -ENOENT;
    if (rc < 0)
        sessions_status(a, rc);
    return rc;
}

int sessions_status(const struct args *a, int rc)
{
    auto_buf struct buf dir = { 0 };
    if (rc >= 0)
        return EXIT_DONE;
    if (datadir_put(a, &dir) < 0)
        return EXIT_FAILED;
    if (rc == -EBADMSG)
        log_error(0, "the index %s/index.db is damaged or not Sonde's; the recorder makes it anew from the "
                  "segments when it starts", dir.p);
    else if (rc == -ENOTSUP)
        log_error(0, "the index %s/index.db is of another version of Sonde; use that one, or start the "
                  "recorder of this one", dir.p);
    else if (rc == -EACCES)
        log_error(0, "the archive in %s may not be read by this user; try with the rights of who records, or "
                  "--data DIR", dir.p);
    else if (rc == -EROFS)
        log_error(0, "the archive in %s cannot be written; nothing was changed", dir.p);
    else if (rc == -EBUSY || rc == -EAGAIN)
        log_error(0, "the index of %s is held by another process; try again in a moment", dir.p);
    else if (rc == -EDQUOT)
        log_error(0, "the index of %s is full of sessions that are labelled or pinned; `sonde sessions prune` "
                  "makes room", dir.p);
    else
        log_error(rc, "the index of %s failed; nothing was changed", dir.p);
    return EXIT_FAILED;
}

void sessions_say_empty(const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    if (datadir_put(a, &dir) == 0)
        printf("Nothing is recorded in %s yet.\nStart the recorder with `sonde record`, or name another "
               "archive with --data DIR.\n", dir.p);
}

struct nearest {
    const char *text;
    char id[INDEX_ID_MAX];
    int distance;
};

static void sessions_hold_against(void *self, const struct index_session *s)
{
    struct nearest *n = self;
    int whole = text_distance(n->text, s->id), part = text_distance(n->text, sessions_short_id(s->id));
    int d = whole < part ? whole : part;
    if (d < n->distance) {
        n->distance = d;
        memcpy(n->id, s->id, sizeof n->id);
    }
}

static int sessions_not_found(struct index *x, const char *text)
{
    struct nearest n = { .text = text, .distance = 4 }; /* three slips in 15 digits; more is another session */
    auto_buf struct buf message = { 0 };
    buf_puts(&message, "there is no session ");
    check_put_quoted(&message, text);
    if (index_sessions(x, &INDEX_ALL, sessions_hold_against, &n) >= 0 && *n.id)
        buf_printf(&message, "; did you mean %s?", sessions_short_id(n.id));
    log_error(0, "%s `sonde sessions list` has them all.", message.p);
    return EXIT_FAILED;
}

int sessions_find(const struct args *a, struct index *x, const char *text, char id[static INDEX_ID_MAX])
{
    int rc = index_resolve(x, text, id);
    if (rc == -ENOENT && strcmp(text, "last") == 0)
        log_error(0, "there is no last session: nothing is recorded yet; start with `sonde record`");
    else if (rc == -ENOENT)
        return sessions_not_found(x, text);
    else if (rc == -ENOTUNIQ)
        log_error(0, "several sessions begin with '%s'; give more of the id: `sonde sessions list` has them", text);
    else
        return sessions_status(a, rc);
    return EXIT_FAILED;
}

const char *sessions_short_id(const char *id)
{
    static const char prefix[] = "session_";
    return strncmp(id, prefix, sizeof prefix - 1) == 0 ? id + sizeof prefix - 1 : id;
}

double sessions_length_s(const struct index_session *s)
{
    return s->end_ms > s->start_ms ? (double)(s->end_ms - s->start_ms) / 1000 : 0;
}

static void sessions_put_label(void *self, const struct index_label *l)
{
    struct json *j = self;
    json_object(j, NULL);
    json_string(j, "name", l->name);
    json_string(j, "note", *l->note ? l->note : NULL);
    json_time(j, "set", l->at_ms);
    json_end(j);
}

static const char *sessions_known(const char *text)
{
    return *text ? text : NULL;
}

void sessions_put_json(struct json *j, struct index *x, const struct index_session *s)
{
    json_string(j, "id", s->id);
    json_time(j, "start", s->start_ms);
    json_time(j, "end", s->end_ms);
    json_string(j, "state", index_state_name(s->state));
    json_string(j, "origin", sessions_known(s->origin));
    json_double(j, "interval_s", s->interval_s > 0 ? s->interval_s : NAN);
    json_int(j, "samples", s->samples);
    json_int(j, "metrics", s->metrics);
    json_int(j, "gaps", s->gaps);
    json_int(j, "anomalies", s->anomalies);
    json_int(j, "events", s->events);
    json_string(j, "workload", sessions_known(s->workload));
    json_string(j, "verdict", sessions_known(s->verdict));
    json_bool(j, "pinned", s->pinned);
    json_array(j, "labels");
    index_labels(x, s->id, sessions_put_label, j);
    json_end(j);
    json_object(j, "host");
    json_string(j, "hardware_id", sessions_known(s->hardware_id));
    json_string(j, "os", sessions_known(s->os));
    json_string(j, "cpu", sessions_known(s->cpu));
    json_double(j, "cores", s->cores ? s->cores : NAN);
    json_double(j, "memory_bytes", s->memory_bytes ? (double)s->memory_bytes : NAN);
    json_end(j);
}

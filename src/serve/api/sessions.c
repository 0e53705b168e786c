/* sessions.c - the list of sessions, their labels, and their numbers as files. */
#include "serve/api/api_own.h"

#include "base/auto.h"
#include "base/text.h"
#include "output/export_points.h"
#include "output/exporter.h"
#include "serve/api/body.h"
#include "store/query.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define SESSIONS 100
#define SESSIONS_MAX 10000

struct listing {
    struct json *j;
    struct index *index;
};

static void sessions_label(void *self, const struct index_label *l)
{
    struct json *j = self;
    json_object(j, NULL);
    json_string(j, "name", l->name);
    json_said(j, "note", l->note);
    json_int(j, "at_ms", l->at_ms);
    json_end(j);
}

static void sessions_one(void *self, const struct index_session *s)
{
    struct listing *l = self;
    struct json *j = l->j;
    json_object(j, NULL);
    json_string(j, "id", s->id);
    json_int(j, "start_ms", s->start_ms);
    json_int(j, "end_ms", s->end_ms);
    json_double(j, "interval_s", s->interval_s > 0 ? s->interval_s : NAN);
    json_int(j, "samples", s->samples);
    json_int(j, "metrics", s->metrics);
    json_int(j, "gaps", s->gaps);
    json_int(j, "anomalies", s->anomalies);
    json_int(j, "events", s->events);
    json_string(j, "state", index_state_name(s->state));
    json_said(j, "origin", s->origin);
    json_said(j, "workload", s->workload);
    json_said(j, "verdict", s->verdict);
    json_array(j, "labels");
    index_labels(l->index, s->id, sessions_label, j);
    json_end(j);
    json_end(j);
}

void api_sessions(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct index_filter f = INDEX_ALL;
    struct json j;
    f.newest_first = true;
    f.limit = SESSIONS;
    f.label = http_query(r, "label");
    f.workload = http_query(r, "workload");
    if (!api_look(a, out) || !api_time(a, r, "from", &f.from_ms, out) || !api_time(a, r, "to", &f.to_ms, out) ||
        !api_count(r, "limit", 1, SESSIONS_MAX, &f.limit, out))
        return;
    json_init(&j, &out->body);
    json_object(&j, NULL);
    json_array(&j, "sessions");
    int rc = look_sessions(&a->look, &f, sessions_one, &(struct listing){ &j, a->look.index });
    json_end(&j);
    json_end(&j);
    if (rc < 0)
        api_fail(out, rc);
}

/* ---- labels ---- */

static void label_fail(struct http_reply *out, int rc)
{
    if (rc == -ENOENT)
        http_fail(out, 404, "there is no such session", "/api/v1/sessions has them all");
    else if (rc == -ENODATA)
        http_fail(out, 404, "the session has no such label", NULL);
    else if (rc == -EINVAL)
        http_fail(out, 400, "a label is plain text of at most 63 bytes, its note of at most 511", NULL);
    else if (rc == -EBUSY || rc == -EAGAIN)
        http_fail(out, 503, "the index is held by another process", "try again in a moment");
    else if (rc == -EROFS || rc == -EACCES)
        http_fail(out, 403, "the archive may only be read by this user", "start `sonde serve` as the user who records");
    else
        api_fail(out, rc);
}

/* Changes the labels of a session, by an index that is opened to write for it. */
static int label_set(struct api *a, const char *id, const char *name, const char *note)
{
    struct index *x;
    int rc = index_open(a->dir, &(struct index_options){ 0 }, &x);
    if (rc < 0)
        return rc;
    rc = note ? index_label(x, id, name, note) : index_unlabel(x, id, name);
    index_close(x);
    return rc;
}

/* Nobody would find a blank again, nor what hides; and no address can name what wire.h refuses to go up by. */
static bool label_is_lost(const char *text)
{
    bool blank = true, hides = false;
    for (const char *p = text; *p;) {
        long c;
        p += text_utf8(p, &c);
        blank = blank && (c == ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200f) || c == 0x202f ||
                          c == 0x205f || c == 0x3000 || c == 0xfeff);
        hides = hides || text_hides(c);
    }
    return blank || hides || http_goes_up(text);
}

void api_label(void *self, const struct http_request *r, struct http_reply *out)
{
    auto_buf struct buf name = { 0 }, note = { 0 };
    if (!body_text(r, "name", &name)) {
        http_fail(out, 400, "the body is no JSON object with a \"name\"",
                  "send {\"name\": \"...\", \"note\": \"...\"}");
        return;
    }
    body_text(r, "note", &note);
    const char *text = buf_text(&name);
    bool lost = label_is_lost(text);
    int rc = lost ? -EINVAL : label_set(self, r->part[0], text, buf_text(&note));
    if (rc < 0)
        label_fail(out, rc);
    else
        out->status = 204;
}

void api_unlabel(void *self, const struct http_request *r, struct http_reply *out)
{
    int rc = label_set(self, r->part[0], r->part[1], NULL);
    if (rc < 0)
        label_fail(out, rc);
    else
        out->status = 204;
}

/* ---- export ---- */

static const struct { const char *name, *type; } formats[] = {
    { "csv", "text/csv; charset=utf-8" }, { "json", "application/json" }, { "jsonl", "application/x-ndjson" },
};

static void export_rows(const struct exporter *e, const struct query_result *q, struct buf *out)
{
    struct schema *s = points_schema(q);
    struct selection sel = selection_of(s, NULL);
    struct frame f = { 0 };
    size_t row = 0;
    if (e->head)
        e->head(out, &sel);
    for (int i = 0; i < q->points; i++)
        if (points_frame(q, i, s, &f))
            e->row(out, &sel, &f, row++);
    if (e->tail)
        e->tail(out);
    frame_done(&f);
    selection_done(&sel);
    schema_free(s);
}

static const char *export_type(const char *format)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, format) == 0)
            return formats[i].type;
    return NULL;
}

static void export_put(const struct exporter *e, const struct query_result *q, const char *type, int64_t from_ms,
                       struct http_reply *out)
{
    char stamp[TEXT_TIME_MAX];
    if (q->n * (size_t)q->points > API_NUMBERS_MAX) {
        http_fail(out, 413, "more than three million numbers",
                  "name fewer metrics, a longer step, or use `sonde sessions export`");
        return;
    }
    out->type = type;
    http_put(out, "Content-Disposition", "attachment; filename=\"sonde_%s.%s\"", text_stamp(from_ms, stamp),
             e->name);
    export_rows(e, q, &out->body);
}

void api_export(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct query_result *q = NULL;
    const char *format = http_query(r, "format") ? http_query(r, "format") : "csv", *globs;
    const char *type = export_type(format);
    int64_t step_ms = 1000;
    if (!type) {
        http_fail(out, 400, "format is csv, json or jsonl", NULL);
        return;
    }
    if (!api_look(a, out) || !api_range(a, r, &range, out) || !api_globs(r, &globs, out) ||
        !api_count(r, "step", 1, 86400000, &step_ms, out))
        return;
    int64_t first_ms = range.from_ms, last_ms = range.to_ms; /* where nothing is, there are no rows */
    look_span(&a->look, range.session, &first_ms, &last_ms);
    range.from_ms += range.from_ms < first_ms ? (first_ms - range.from_ms) / step_ms * step_ms : 0;
    range.to_ms = range.to_ms < last_ms ? range.to_ms : last_ms;
    int64_t rows = range.to_ms >= range.from_ms ? (range.to_ms - range.from_ms) / step_ms + 1 : 1;
    int rc = rows > QUERY_POINTS ? -E2BIG : 0;
    rc = rc < 0 ? rc : store_query(a->look.files, range.session, range.from_ms,
                                   range.from_ms + rows * step_ms - 1, globs, (int)rows, &q);
    if (rc < 0)
        api_fail(out, rc);
    else
        export_put(exporter_find(format), q, type, range.from_ms, out);
    query_free(q);
}

/* findings.c - what happened, and what was unusual. */
#include "serve/api/api_own.h"

#include "look/logs.h"
#include "look/machine_changes.h"
#include "output/logs_out.h"
#include "output/report_json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define LIMIT 500
#define LIMIT_MAX 10000

/* What an index gives by time, of which the newest are told. */
struct findings {
    struct json *j;              /* NULL: they are counted only */
    const char *kind, *severity; /* of events; NULL = any */
    int64_t passed, skip;
    const struct machine_changes *changes; /* of the range and the day before it */
    struct index *index;         /* of anomalies: what logs said then */
};

/* Is this one told? */
static bool findings_pass(struct findings *f)
{
    return f->passed++ >= f->skip && f->j;
}

/* Counts them, then tells the last `limit`. */
static int findings_tell(struct api *a, const struct api_range *range, struct findings *f, int64_t limit,
                         struct json *j, int (*walk)(struct api *, const struct api_range *, struct findings *))
{
    int rc = walk(a, range, f);
    f->skip = f->passed > limit ? f->passed - limit : 0;
    f->passed = 0;
    f->j = j;
    return rc < 0 ? rc : walk(a, range, f);
}

static void events_one(void *self, const struct index_event *e)
{
    struct findings *f = self;
    const char *severity = severity_name(e->severity);
    if ((f->kind && strcmp(f->kind, e->kind) != 0) || (f->severity && strcmp(f->severity, severity) != 0) ||
        !findings_pass(f))
        return;
    json_object(f->j, NULL);
    json_string(f->j, "session", e->session);
    json_int(f->j, "time_ms", e->time_ms);
    json_int(f->j, "end_ms", e->end_ms);
    json_string(f->j, "kind", e->kind);
    json_string(f->j, "severity", severity);
    json_string(f->j, "source", e->source);
    json_string(f->j, "text", e->text);
    json_end(f->j);
}

static int events_walk(struct api *a, const struct api_range *range, struct findings *f)
{
    return index_events(a->look.index, range->session, range->from_ms, range->to_ms, 0, events_one, f);
}

void api_events(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct json j;
    struct findings f = { .kind = http_query(r, "kind"), .severity = http_query(r, "severity") };
    int64_t limit = LIMIT;
    if (!api_look(a, out) || !api_range(a, r, &range, out) || !api_count(r, "limit", 1, LIMIT_MAX, &limit, out))
        return;
    json_init(&j, &out->body);
    json_object(&j, NULL);
    json_array(&j, "events");
    int rc = findings_tell(a, &range, &f, limit, &j, events_walk);
    json_end(&j);
    json_int(&j, "left_out", f.skip);
    json_end(&j);
    if (rc < 0)
        api_fail(out, rc);
}

static void anomalies_changes(struct findings *f, const struct index_anomaly *x)
{
    struct before_change best[BEFORE_MOST];
    struct before_episode of = { .start_ms = x->time_ms, .area = x->area, .words = x->summary };
    report_json_changes(f->j, best, before_rank(f->changes->event, f->changes->n, &of, best, 0), true);
}

static void anomalies_one(void *self, const struct index_anomaly *x)
{
    struct findings *f = self;
    struct anomaly_logs logs;
    if (!findings_pass(f))
        return;
    json_object(f->j, NULL);
    json_string(f->j, "session", x->session);
    json_int(f->j, "start_ms", x->time_ms);
    json_int(f->j, "end_ms", x->end_ms);
    json_int(f->j, "peak_ms", x->peak_ms);
    json_double(f->j, "score", x->score);
    json_double(f->j, "probability", x->probability);
    json_string(f->j, "severity", severity_name(x->severity));
    json_string(f->j, "area", x->area);
    json_string(f->j, "summary", x->summary);
    json_raw(f->j, "causes", *x->causes ? x->causes : "[]");
    anomalies_changes(f, x);
    logs_json(f->j, look_logs(f->index, x->session, x->time_ms, &logs) == 0 ? &logs : NULL, "", true);
    json_end(f->j);
}

static int anomalies_walk(struct api *a, const struct api_range *range, struct findings *f)
{
    f->index = a->look.index;
    return index_anomalies(a->look.index, range->session, range->from_ms, range->to_ms, 0, anomalies_one, f);
}

void api_anomalies(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct json j;
    struct machine_changes changes = { 0 };
    struct findings f = { .changes = &changes };
    int64_t limit = LIMIT;
    if (!api_look(a, out) || !api_range(a, r, &range, out) || !api_count(r, "limit", 1, LIMIT_MAX, &limit, out))
        return;
    machine_changes_read(a->look.index, range.from_ms - BEFORE_MS, range.to_ms, &changes);
    json_init(&j, &out->body);
    json_object(&j, NULL);
    json_array(&j, "anomalies");
    int rc = findings_tell(a, &range, &f, limit, &j, anomalies_walk);
    machine_changes_done(&changes);
    json_end(&j);
    json_int(&j, "left_out", f.skip);
    double days = (double)(range.to_ms - range.from_ms) / 86400e3;
    json_double(&j, "budget_per_day", config_number(a->s.config, "analysis.budget_per_day"));
    json_double(&j, "achieved_per_day", days >= 1 ? (double)f.passed / days : NAN); /* of less it would say too much */
    json_end(&j);
    if (rc < 0)
        api_fail(out, rc);
}

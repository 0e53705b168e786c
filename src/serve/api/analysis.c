/* analysis.c - the report of a range, and its parts that have views of their own. */
#include "serve/api/api_own.h"

#include "analyze/workload/workload.h"
#include "look/ahead.h"
#include "output/forecast_json.h"
#include "output/report_json.h"

#include <errno.h>
#include <math.h>

#define PREDICT_STEPS 60
#define HORIZON 60       /* minutes */
#define HORIZON_LEAST 15
#define METRICS 16       /* that are forecast */

void api_analysis(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    int64_t predict = 0;
    if (!api_look(a, out) || !api_range(a, r, &range, out) || !api_count(r, "predict", 0, 1, &predict, out))
        return;
    const struct judged *j = api_judge(a, &range, predict ? PREDICT_STEPS : 0, out);
    if (j)
        report_json(&out->body, j->report);
}

/* ---- states and kinds of work, in the order of time ---- */

static void states_stay(struct json *j, const struct recording *rec, const struct states *s, size_t from, size_t to)
{
    json_object(j, NULL);
    json_int(j, "from_ms", rec->wall_ms[from]);
    json_int(j, "to_ms", rec->wall_ms[to]);
    json_int(j, "state", s->items[s->of_tick[from]].id);
    json_end(j);
}

static void states_timeline(struct json *j, const struct recording *rec, const struct states *s)
{
    json_array(j, "timeline");
    for (size_t from = 0, to; s->of_tick && from < rec->n; from = to) {
        for (to = from + 1; to < rec->n && s->of_tick[to] == s->of_tick[from]; to++)
            continue;
        if (s->of_tick[from] >= 0)
            states_stay(j, rec, s, from, to < rec->n ? to : to - 1);
    }
    json_end(j);
}

static void states_items(struct json *j, const struct states *s)
{
    json_array(j, "states");
    for (int k = 0; k < s->k; k++) {
        json_object(j, NULL);
        json_int(j, "id", s->items[k].id);
        json_string(j, "name", s->items[k].name);
        json_double(j, "share", s->items[k].share);
        json_double(j, "dwell_s", s->items[k].dwell_s);
        json_end(j);
    }
    json_end(j);
    json_string(j, "reason", *s->reason ? s->reason : NULL);
}

struct workloads {
    struct json *j;
    const struct workload_set *set;
    int64_t from_ms, to_ms;    /* of the stay that goes on; from_ms 0: none does */
    int category;
    double confidence, answers;
};

static void workloads_end(struct workloads *w)
{
    if (!w->from_ms)
        return;
    json_object(w->j, NULL);
    json_int(w->j, "from_ms", w->from_ms);
    json_int(w->j, "to_ms", w->to_ms);
    json_string(w->j, "category", workload_name(w->set, w->category));
    json_double(w->j, "confidence", w->confidence / w->answers);
    json_end(w->j);
    w->from_ms = 0;
}

static void workloads_answer(void *self, const struct workload_answer *x, const struct workload *now)
{
    struct workloads *w = self;
    (void)now;
    if (w->from_ms && w->category != x->category)
        workloads_end(w);
    if (!w->from_ms) {
        w->from_ms = w->to_ms ? w->to_ms : x->wall_ms;
        w->category = x->category;
        w->confidence = w->answers = 0;
    }
    w->to_ms = x->wall_ms;
    w->confidence += x->confidence;
    w->answers++;
}

static void states_workloads(struct json *j, const struct api *a, const struct recording *rec)
{
    struct workload_summary sum;
    struct workloads w = { .j = j, .set = a->s.how.workloads };
    json_array(j, "workloads");
    if (w.set && rec->n) {
        struct workload_options o = { .threshold = a->s.how.workload_threshold, .update_s = a->s.how.workload_update_s,
                                      .step_s = recording_interval(rec) };
        workload_judge(rec, w.set, &o, workloads_answer, &w, &sum);
        workloads_end(&w);
        workload_summary_done(&sum);
    }
    json_end(j);
}

void api_states(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct json j;
    if (!api_look(a, out) || !api_range(a, r, &range, out))
        return;
    const struct judged *judged = api_judge(a, &range, 0, out);
    if (!judged)
        return;
    json_init(&j, &out->body);
    json_object(&j, NULL);
    states_items(&j, &judged->report->states);
    states_timeline(&j, judged->rec, &judged->report->states);
    states_workloads(&j, a, judged->rec);
    json_end(&j);
}

/* ---- forecasts ---- */

static void forecasts_grade(void *self, const struct index_grade *g)
{
    struct json *j = self;
    json_object(j, NULL);
    json_string(j, "metric", g->metric);
    json_int(j, "count", g->count);
    json_int(j, "steps", g->steps);
    json_int(j, "since_ms", g->since_ms);
    json_double(j, "error", g->error);
    json_double(j, "naive_error", g->naive_error);
    json_double(j, "covered", g->covered);
    json_end(j);
}

static void forecasts_made(struct json *j, const struct ahead *ahead, int rc)
{
    bool any = rc == 0 && ahead->all.n;
    if (any) {
        json_object(j, "forecast");
        forecast_json(j, ahead->rec->schema, &ahead->all, NULL, NULL);
        json_end(j);
        return;
    }
    json_null(j, "forecast");
    json_string(j, "forecast_reason", rc == 0 ? ahead->all.reason :
                "it needs at least as many recorded minutes as it looks ahead, and a quarter of an hour");
}

void api_forecasts(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct ahead ahead;
    struct json j;
    const char *globs;
    int64_t horizon = HORIZON;
    if (!api_look(a, out) || !api_range(a, r, &range, out) || !api_globs(r, &globs, out) ||
        !api_count(r, "horizon", 1, INDEX_FORECAST_STEPS, &horizon, out))
        return;
    /* An hour, or as far as there is to learn from. */
    int64_t least = http_query(r, "horizon") ? horizon : HORIZON_LEAST;
    int rc = -ENODATA;
    for (; rc == -ENODATA && horizon >= least; horizon /= 2)
        rc = ahead_make(a->look.files, range.session, range.to_ms, globs, (int)horizon, METRICS, &ahead);
    if (rc < 0 && rc != -ENODATA) {
        api_fail(out, rc);
        return;
    }
    json_init(&j, &out->body);
    json_object(&j, NULL);
    forecasts_made(&j, &ahead, rc);
    json_array(&j, "grades");
    index_grades(a->look.index, NULL, forecasts_grade, &j);
    json_end(&j);
    json_end(&j);
    ahead_done(&ahead);
}

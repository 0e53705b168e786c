/* analysis.c - the report of a range, and its parts that have views of their own. */
#include "serve/api/api_own.h"

#include "output/forecast_json.h"
#include "output/report_json.h"
#include "serve/api/stays.h"

#include <errno.h>
#include <math.h>

#define PREDICT_STEPS 60
#define HORIZON 60       /* minutes */
#define HORIZON_LEAST 15

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

static void states_stay(void *self, const struct stay *x)
{
    struct json *j = self;
    json_object(j, NULL);
    json_int(j, "from_ms", x->from_ms);
    json_int(j, "to_ms", x->to_ms);
    json_int(j, "state", x->state);
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

static void states_work(void *self, const struct stay *x)
{
    struct json *j = self;
    json_object(j, NULL);
    json_int(j, "from_ms", x->from_ms);
    json_int(j, "to_ms", x->to_ms);
    json_string(j, "category", x->category);
    json_double(j, "confidence", x->confidence);
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
    json_array(&j, "timeline");
    stays_of_states(judged->rec, &judged->report->states, states_stay, &j);
    json_end(&j);
    json_array(&j, "workloads");
    stays_of_work(judged->rec, &a->s.how, states_work, &j);
    json_end(&j);
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

int api_ahead(struct api *a, const struct api_range *range, const char *globs, int64_t horizon, int64_t least,
              struct ahead *out)
{
    int rc = -ENODATA;
    *out = (struct ahead){ 0 };
    for (; rc == -ENODATA && horizon >= least && horizon; horizon /= 2)
        rc = ahead_make(a->look.files, range->session, range->to_ms, globs, (int)horizon, API_FORECASTS, out);
    return rc;
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
    int rc = api_ahead(a, &range, globs, horizon, http_query(r, "horizon") ? horizon : HORIZON_LEAST, &ahead);
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

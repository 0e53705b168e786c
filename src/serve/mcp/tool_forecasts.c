/* tool_forecasts.c - what metrics will do, and whether to believe it. */
#include "serve/mcp/mcp_own.h"

#include "base/text.h"
#include "core/amount.h"

#include <errno.h>
#include <math.h>

#define HORIZON 60
#define HORIZON_LEAST 15
#define POINTS 6
#define METRICS_BYTES 1000

static void forecast_put_points(struct told *t, const struct forecasts *all, const struct forecast *f)
{
    json_array(&t->j, "points");
    for (int i = 1; i <= POINTS; i++) {
        int step = i * f->horizon / POINTS - 1;
        if (step < 0 || (i > 1 && step == (i - 1) * f->horizon / POINTS - 1))
            continue;
        json_object(&t->j, NULL);
        told_time(t, "time", all->last_ms + (int64_t)((step + 1) * all->step_s * 1000));
        told_number(t, "p10", f->p10[step]);
        told_number(t, "p50", f->p50[step]);
        told_number(t, "p90", f->p90[step]);
        json_end(&t->j);
    }
    json_end(&t->j);
}

static void forecast_put(struct told *t, const struct ahead *a, const struct metric_forecast *m)
{
    char words[160], p10[AMOUNT_MAX], p50[AMOUNT_MAX], p90[AMOUNT_MAX];
    const struct forecast *f = &m->f;
    const char *id = schema_id(a->rec->schema, m->slot);
    enum unit unit = schema_at(a->rec->schema, m->slot)->unit;
    int end = f->horizon - 1;
    forecasts_words(f, words, sizeof words);
    json_object(&t->j, NULL);
    told_text(t, "metric", id);
    json_string(&t->j, "unit", unit_code(unit));
    json_string(&t->j, "model", f->model);
    json_bool(&t->j, "has_skill", f->has_skill);
    told_number(t, "skill", f->skill);
    json_string(&t->j, "words", words);
    forecast_put_points(t, &a->all, f);
    json_end(&t->j);
    told_say(t, "%s: %s in %d min (8 of 10 times %s to %s); %s\n", id, amount_text(f->p50[end], unit, p50), f->horizon,
             amount_text(f->p10[end], unit, p10), amount_text(f->p90[end], unit, p90), words);
}

static void forecasts_put(struct told *t, const struct ahead *a, int rc)
{
    const char *why = rc < 0 ? "it needs as many recorded minutes as it looks ahead, and a quarter of an hour" :
                      *a->all.reason ? a->all.reason : a->all.made ? NULL : "none of these metrics can be forecast";
    told_time(t, "from", rc == 0 ? a->all.last_ms : 0);
    json_int(&t->j, "horizon_min", rc == 0 ? a->all.horizon : 0);
    json_array(&t->j, "metrics");
    for (size_t i = 0; rc == 0 && i < a->all.n; i++)
        if (!*a->all.item[i].reason)
            forecast_put(t, a, &a->all.item[i]);
    json_end(&t->j);
    json_string(&t->j, "reason", why);
    if (why)
        told_say(t, "There is no forecast: %s.\n", why);
}

static void forecasts_run(struct told *t, const struct http_request *r)
{
    struct api_range range;
    struct ahead a = { 0 };
    int horizon = told_count(t, r, "horizon_min", HORIZON);
    if (!told_range(t, r, 0, &range))
        return;
    int rc = api_ahead(t->api, &range, http_query(r, "metrics"), horizon,
                       http_query(r, "horizon_min") ? horizon : HORIZON_LEAST, &a);
    if (rc < 0 && rc != -ENODATA)
        api_fail(&t->refusal, rc);
    else
        forecasts_put(t, &a, rc);
    ahead_done(&a);
}

static const struct tool_arg forecasts_args[] = {
    { "metrics", TOOL_TEXT, .max = METRICS_BYTES,
      .help = "which: globs, separated by commas: fs.util,memory.util; at most 16; default: the main ones" },
    { "horizon_min", TOOL_COUNT, .min = 1, .max = INDEX_FORECAST_STEPS, .help = "minutes ahead; default 60, or as "
      "far as there is a past to learn from" },
    { "to", TOOL_TIME, .help = "the instant from which it looks ahead; default: the last that was recorded" },
    TOOL_SESSION, { 0 },
};

const struct tool tool_forecasts = {
    .name = "forecasts", .title = "What is coming",
    .help = "What metrics will do in the next minutes to hours, with a band (p10 to p90) and whether the forecast "
            "was better in the past than a naive one: without skill, do not build on it. For \"will it fill up\", "
            "\"will it get hotter\".",
    .args = forecasts_args,
    .shape = "from:T horizon_min:i metrics:[{metric:s unit:s model:s has_skill:b skill:n words:s "
             "points:[{time:t p10:n p50:n p90:n}]}] reason:S",
    .run = forecasts_run,
};

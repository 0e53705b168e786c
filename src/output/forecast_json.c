/* forecast_json.c - what is forecast, how well such forecasts were, and the steps themselves. */
#include "output/forecast_json.h"

static void json_against(struct json *j, const struct forecast *f)
{
    json_array(j, "against");
    for (int b = 0; b < FORECAST_BASELINES; b++) {
        json_object(j, NULL);
        json_string(j, "baseline", f->against[b].name);
        json_double(j, "error", f->against[b].error);
        json_double(j, "skill", f->against[b].skill);
        json_end(j);
    }
    json_end(j);
}

static void json_metric(struct json *j, const struct schema *s, const struct forecasts *all,
                        const struct metric_forecast *m)
{
    const struct forecast *f = &m->f;
    char words[160];
    json_string(j, "metric", schema_id(s, m->slot));
    json_string(j, "unit", unit_code(schema_at(s, m->slot)->unit));
    if (*m->reason) {
        json_null(j, "points");
        json_string(j, "points_reason", m->reason);
        return;
    }
    json_string(j, "model", f->model);
    json_double(j, "skill", f->skill);
    json_bool(j, "has_skill", f->has_skill);
    json_string(j, "baseline", f->baseline);
    json_string(j, "words", forecasts_words(f, words, sizeof words));
    json_double(j, "error", f->error);
    json_double(j, "coverage", f->coverage);
    json_int(j, "origins", f->origins);
    json_against(j, f);
    json_array(j, "points");
    for (int h = 0; h < f->horizon; h++) {
        json_object(j, NULL);
        json_time(j, "time", all->last_ms + (int64_t)(1000 * all->step_s * (h + 1)));
        json_double(j, "p10", f->p10[h]);
        json_double(j, "p50", f->p50[h]);
        json_double(j, "p90", f->p90[h]);
        json_end(j);
    }
    json_end(j);
}

void forecast_json(struct json *j, const struct schema *s, const struct forecasts *all,
                   void (*more)(void *self, struct json *j, const char *id), void *self)
{
    json_int(j, "horizon", all->horizon);
    json_double(j, "step_s", all->step_s);
    json_array(j, "metrics");
    for (size_t i = 0; i < all->n; i++) {
        json_object(j, NULL);
        json_metric(j, s, all, &all->item[i]);
        if (more)
            more(self, j, schema_id(s, all->item[i].slot));
        json_end(j);
    }
    json_end(j);
}

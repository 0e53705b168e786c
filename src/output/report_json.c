/* report_json.c - the report as one JSON object, part by part in the order of the document. */
#include "output/report_json.h"

#include "analyze/remedies.h"
#include "base/json.h"
#include "learn/forecast/risk.h"
#include "output/forecast_json.h"
#include "output/logs_out.h"
#include "output/report_now.h"
#include "output/report_verdict.h"

#include <stdio.h>

#define REPORT_SCHEMA 1 /* raised when a member changes its meaning; new members leave it */

/* The member as null, and why. */
static void json_absent(struct json *j, const char *part, const char *reason)
{
    char key[64];
    json_null(j, part);
    snprintf(key, sizeof key, "%s_reason", part);
    json_string(j, key, *reason ? reason : "not known");
}

static void json_known(struct json *j, const char *part, double v, const char *reason)
{
    if (isnan(v))
        json_absent(j, part, reason);
    else
        json_double(j, part, v);
}

static void json_text(struct json *j, const char *part, const char *text, const char *reason)
{
    if (*text)
        json_string(j, part, text);
    else
        json_absent(j, part, reason);
}

static void json_host(struct json *j, const struct report_host *h)
{
    static const char unsaid[] = "the recording does not say";
    json_object(j, "host");
    json_text(j, "hardware_id", h->hardware_id, h->hardware_id_reason);
    json_text(j, "os", h->os, unsaid);
    json_text(j, "cpu", h->cpu, unsaid);
    json_text(j, "board", h->board, unsaid);
    json_known(j, "cores", h->cores ? h->cores : NAN, unsaid);
    json_known(j, "threads", h->threads ? h->threads : NAN, unsaid);
    json_known(j, "memory_bytes", h->memory_bytes, unsaid);
    json_end(j);
}

static void json_adapters(struct json *j, const struct recording *rec)
{
    json_array(j, "adapters");
    for (int i = 0; i < rec->n_sources; i++) {
        const struct recording_source *s = &rec->sources[i];
        json_object(j, NULL);
        json_string(j, "name", s->name);
        json_string(j, "state", source_state_name(s->state));
        json_string(j, "reason", *s->reason ? s->reason : NULL);
        json_int(j, "metrics", s->metrics);
        json_int(j, "slowed", s->slowed);
        json_end(j);
    }
    json_end(j);
}

static void json_events(struct json *j, const struct recording *rec)
{
    json_array(j, "events");
    for (size_t i = 0; i < rec->n_events; i++) {
        const struct event *e = &rec->events[i];
        json_object(j, NULL);
        json_time(j, "time", e->wall_ms);
        json_time(j, "end", e->end_ms);
        json_string(j, "kind", event_kind_name(e->kind));
        json_string(j, "severity", severity_name(e->severity));
        json_string(j, "source", e->source);
        json_string(j, "text", e->text);
        json_end(j);
    }
    json_end(j);
}

static void json_session(struct json *j, const struct report *r)
{
    const struct recording *rec = r->rec;
    json_object(j, "session");
    json_string(j, "id", r->session);
    json_string(j, "origin", rec->origin);
    if (rec->n) {
        json_time(j, "start", rec->wall_ms[0]);
        json_time(j, "end", rec->wall_ms[rec->n - 1]);
    } else {
        json_absent(j, "start", "there are no samples");
        json_absent(j, "end", "there are no samples");
    }
    json_known(j, "interval_s", recording_interval(rec), "there are fewer than two samples");
    json_int(j, "samples", (int64_t)rec->n);
    json_int(j, "metrics", schema_size(rec->schema));
    json_int(j, "gaps", (int64_t)r->gaps);
    json_events(j, rec);
    json_adapters(j, rec);
    json_end(j);
}

/* Where it is known. */
static void json_band(struct json *j, const struct cause *c)
{
    if (isnan(c->low) || isnan(c->high))
        return;
    json_array(j, "usual");
    json_double(j, NULL, c->low);
    json_double(j, NULL, c->high);
    json_end(j);
}

void report_json_causes(struct json *j, const char *name, const struct schema *s, const struct anomaly *a)
{
    json_array(j, name);
    for (int i = 0; i < a->n_causes; i++) {
        const struct cause *c = &a->causes[i];
        json_object(j, NULL);
        json_string(j, "metric", schema_id(s, c->slot));
        json_string(j, "unit", unit_code(schema_at(s, c->slot)->unit));
        json_double(j, "value", c->value);
        json_double(j, "expected", c->expected);
        json_band(j, c);
        json_double(j, "contribution", c->contribution);
        json_end(j);
    }
    json_end(j);
}

void report_json_changes(struct json *j, const struct before_change *c, int n, bool times_ms)
{
    json_array(j, "changes");
    for (int i = 0; i < n; i++) {
        json_object(j, NULL);
        if (times_ms)
            json_int(j, "time_ms", c[i].time_ms);
        else
            json_time(j, "time", c[i].time_ms);
        json_string(j, "text", c[i].text);
        json_digits(j, "score", c[i].score, 3);
        json_end(j);
    }
    json_end(j);
}

static void json_suspects(struct json *j, const struct anomaly *a)
{
    json_array(j, "processes");
    for (int i = 0; i < a->n_suspects; i++) {
        const struct suspect *s = &a->suspects[i];
        json_object(j, NULL);
        json_int(j, "pid", s->pid);
        json_string(j, "name", s->name);
        json_double(j, "amount", s->amount);
        json_string(j, "unit", unit_code(s->unit));
        json_end(j);
    }
    json_end(j);
}

static void json_groups(struct json *j, const struct anomaly *a)
{
    json_array(j, "cgroups");
    for (int i = 0; i < a->n_groups; i++) {
        json_object(j, NULL);
        json_string(j, "name", a->groups[i].name);
        json_double(j, "amount", a->groups[i].amount);
        json_string(j, "unit", unit_code(a->groups[i].unit));
        json_end(j);
    }
    json_end(j);
}

/* "sonde fix NAME" */
static void json_remedy(struct json *j, const struct remedy_words *w)
{
    json_string(j, "remedy", w ? w->name : NULL);
}

static void json_anomaly(struct json *j, const struct report *r, const struct anomaly *a)
{
    json_object(j, NULL);
    json_time(j, "time", a->start_ms);
    json_time(j, "end", a->end_ms);
    json_time(j, "peak", a->peak_ms);
    json_double(j, "score", a->score);
    json_double(j, "probability", a->probability);
    json_string(j, "severity", severity_name(a->severity));
    json_string(j, "area", area_name(a->area));
    report_json_causes(j, "causes", r->rec->schema, a);
    json_suspects(j, a);
    json_groups(j, a);
    report_json_changes(j, a->changes, a->n_changes, false);
    logs_json(j, a->logs, r->logs_reason, false);
    json_string(j, "summary", a->summary);
    json_remedy(j, remedy_of_anomaly(r->rec->schema, a));
    json_end(j);
}

static void json_anomalies(struct json *j, const struct report *r)
{
    if (*r->anomalies_reason) {
        json_absent(j, "anomalies", r->anomalies_reason);
        return;
    }
    json_object(j, "anomalies");
    json_string(j, "method", r->method);
    json_double(j, "budget_per_day", r->budget_per_day);
    json_double(j, "budget_run", r->budget_run);
    json_known(j, "threshold", r->threshold, "the detector's level of an alarm moves with what it has seen");
    json_int(j, "count", (int64_t)r->n_anomalies);
    json_array(j, "items");
    for (size_t i = 0; i < r->n_anomalies; i++)
        json_anomaly(j, r, &r->anomalies[i]);
    json_end(j);
    json_end(j);
}

static void json_state(struct json *j, const struct schema *s, const struct states *st, int i)
{
    const struct state *item = &st->items[i];
    json_object(j, NULL);
    json_int(j, "id", item->id);
    json_string(j, "name", item->name);
    json_double(j, "share", item->share);
    json_double(j, "dwell_s", item->dwell_s);
    json_object(j, "centroid");
    for (int f = 0; f < st->n_features; f++)
        json_double(j, schema_id(s, st->feature[f]), item->centroid[f]);
    json_end(j);
    json_end(j);
}

static void json_states(struct json *j, const struct schema *s, const struct states *st)
{
    if (*st->reason) {
        json_absent(j, "states", st->reason);
        return;
    }
    json_object(j, "states");
    json_int(j, "k", st->k);
    json_known(j, "silhouette", st->silhouette, "one state has no neighbour to be compared with");
    json_array(j, "items");
    for (int i = 0; i < st->k; i++)
        json_state(j, s, st, i);
    json_end(j);
    json_array(j, "transitions");
    for (int from = 0; from < st->k; from++) {
        json_array(j, NULL);
        for (int to = 0; to < st->k; to++)
            json_double(j, NULL, st->transitions[from * st->k + to]);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void json_trend(struct json *j, const struct schema *s, const struct trend *t)
{
    json_object(j, NULL);
    json_string(j, "metric", schema_id(s, t->slot));
    json_string(j, "unit", unit_code(schema_at(s, t->slot)->unit));
    json_string(j, "direction", direction_name(t->direction));
    json_double(j, "slope_per_hour", t->slope_per_hour);
    json_double(j, "p_value", t->p_value);
    json_double(j, "first", t->first);
    json_double(j, "last", t->last);
    json_known(j, "limit", t->limit, "it moves towards no known limit");
    json_known(j, "reaches_limit_in_s", t->reaches_limit_s,
               "it does not reach a limit at this pace");
    if (isnan(t->reaches_limit_s)) {
        json_absent(j, "interval_s", "it does not reach a limit at this pace");
    } else {
        json_array(j, "interval_s");
        json_double(j, NULL, t->interval_s[0]);
        json_double(j, NULL, t->interval_s[1]);
        json_end(j);
    }
    json_end(j);
}

static void json_trends(struct json *j, const struct report *r)
{
    if (*r->trends_reason) {
        json_absent(j, "trends", r->trends_reason);
        return;
    }
    json_array(j, "trends");
    for (size_t i = 0; i < r->n_trends; i++)
        json_trend(j, r->rec->schema, &r->trends[i]);
    json_end(j);
}

void report_json_insight(struct json *j, const struct insight *f)
{
    json_string(j, "id", f->id);
    json_string(j, "severity", severity_name(f->severity));
    json_string(j, "area", area_name(f->area));
    json_string(j, "title", f->title);
    json_array(j, "evidence");
    for (int k = 0; k < f->n_evidence; k++)
        json_string(j, NULL, f->evidence[k]);
    json_end(j);
    json_string(j, "advice", f->advice);
    json_remedy(j, remedy_of_insight(f->id));
}

static void json_insights(struct json *j, const struct report *r)
{
    if (*r->insights_reason) {
        json_absent(j, "insights", r->insights_reason);
        return;
    }
    json_array(j, "insights");
    for (size_t i = 0; i < r->n_insights; i++) {
        const struct insight *f = &r->insights[i];
        json_object(j, NULL);
        report_json_insight(j, f);
        json_time(j, "since", f->since_ms);
        json_end(j);
    }
    json_end(j);
}

static void json_risk(struct json *j, const struct report_forecast *f)
{
    if (!f->risk) {
        json_absent(j, "risk", f->risk_reason);
        return;
    }
    json_array(j, "risk");
    for (int k = 0; k < f->all.horizon; k++) {
        json_object(j, NULL);
        json_time(j, "time", f->all.last_ms + (int64_t)(1000 * f->all.step_s * (k + 1)));
        json_double(j, "probability", f->risk[k]);
        json_string(j, "level", risk_level_name(risk_level_of(f->risk[k], f->all.step_s)));
        json_end(j);
    }
    json_end(j);
    json_object(j, "risk_learned_from");
    json_int(j, "episodes", (int64_t)f->risk_episodes);
    json_double(j, "days", f->risk_days);
    json_end(j);
}

static void json_course(struct json *j, const char *name, const double *mean, int n, double p, const char *needs)
{
    char key[32];
    if (isnan(p)) {
        json_absent(j, name, needs);
    } else {
        json_array(j, name);
        for (int k = 0; k < n; k++)
            json_double(j, NULL, mean[k]);
        json_end(j);
    }
    snprintf(key, sizeof key, "%s_p", name);
    json_double(j, key, p);
}

static void json_patterns(struct json *j, const struct report *r)
{
    const struct report_forecast *f = &r->forecast;
    const struct pattern *p = &f->pattern;
    if (f->pattern_slot < 0) {
        json_absent(j, "patterns", "the clock was set back in that time");
        return;
    }
    json_object(j, "patterns");
    json_string(j, "metric", schema_id(r->rec->schema, f->pattern_slot));
    json_course(j, "hour", p->hour, 24, p->hour_p, "needs three whole days");
    json_course(j, "weekday", p->weekday, 7, p->weekday_p, "needs four whole weeks");
    json_bool(j, "significant", p->has_hours || p->has_weekdays);
    json_end(j);
}

static void json_forecast(struct json *j, const struct report *r)
{
    if (*r->forecast.reason || !r->forecast.all.n) {
        json_absent(j, "forecast", r->forecast.reason);
        return;
    }
    json_object(j, "forecast");
    forecast_json(j, r->rec->schema, &r->forecast.all, NULL, NULL);
    json_risk(j, &r->forecast);
    json_patterns(j, r);
    json_end(j);
}

static void json_workload(struct json *j, const struct workload_found *w)
{
    if (*w->reason || !*w->category) {
        json_absent(j, "workload", w->reason);
        return;
    }
    json_object(j, "workload");
    json_string(j, "category", w->category);
    json_double(j, "confidence", w->confidence);
    json_object(j, "scores");
    for (int i = 0; i < w->n; i++)
        json_double(j, w->scores[i].name, w->scores[i].score);
    json_end(j);
    json_string(j, "unknown_reason", *w->unknown_reason ? w->unknown_reason : NULL);
    json_string(j, "why", *w->why ? w->why : NULL);
    json_end(j);
}

static void json_cost(struct json *j, const struct report *r)
{
    static const char elsewhere[] = "the samples were read from a file";
    json_object(j, "cost");
    json_known(j, "cpu_us_per_sample", r->cpu_us_per_sample, elsewhere);
    json_known(j, "rss_bytes", r->rss_bytes, elsewhere);
    json_known(j, "bytes_written", r->written_bytes, elsewhere);
    json_end(j);
}

static void json_verdict(struct json *j, const struct report *r)
{
    struct verdict v = report_judge(r);
    json_object(j, "verdict");
    json_string(j, "level", verdict_level_name(v.level));
    json_string(j, "text", v.text);
    json_end(j);
}

static void json_now(struct json *j, const struct recording *rec)
{
    struct now_row rows[NOW_ROWS];
    int n = report_now_rows(rec, rows);
    json_array(j, "now");
    for (int i = 0; i < n; i++) {
        json_object(j, NULL);
        json_string(j, "metric", rows[i].metric);
        json_string(j, "unit", unit_code(rows[i].unit));
        json_double(j, "value", rows[i].value);
        if (isnan(rows[i].usual[0])) {
            json_absent(j, "usual", "fewer than 10 values are known");
        } else {
            json_array(j, "usual");
            json_double(j, NULL, rows[i].usual[0]);
            json_double(j, NULL, rows[i].usual[1]);
            json_end(j);
        }
        json_end(j);
    }
    json_end(j);
    report_now_done(rows, n);
}

void report_json(struct buf *out, const struct report *r)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_int(&j, "schema", REPORT_SCHEMA);
    json_host(&j, &r->host);
    json_session(&j, r);
    json_verdict(&j, r);
    json_now(&j, r->rec);
    json_anomalies(&j, r);
    json_states(&j, r->rec->schema, &r->states);
    json_trends(&j, r);
    json_insights(&j, r);
    json_workload(&j, &r->workload);
    json_forecast(&j, r);
    json_cost(&j, r);
    json_end(&j);
    buf_putc(out, '\n');
}

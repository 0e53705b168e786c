/* report.c - one object from a recording: runs every part of the analysis. */
#include "analyze/report.h"

#include "analyze/ageing/ageing.h"
#include "analyze/anomaly/anomalies.h"
#include "analyze/forecast/foresight.h"
#include "analyze/forecast/trends.h"
#include "analyze/insights/insights.h"
#include "analyze/states/states.h"
#include "analyze/workload/workload_find.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>

const char *direction_name(enum direction d)
{
    static const char *const name[] = { "stable", "rising", "falling" };
    return name[d];
}

static void report_session(struct report *out)
{
    const struct recording *r = out->rec;
    char stamp[TEXT_TIME_MAX];
    if (*r->session)
        text_copy(out->session, sizeof out->session, r->session);
    else if (r->n)
        snprintf(out->session, sizeof out->session, "session_%s", text_stamp(r->wall_ms[0], stamp));
    for (size_t i = 0; i < r->n_events; i++)
        out->gaps += r->events[i].kind == EVENT_GAP;
}

/* Without a finding yet. */
static struct report *report_new(const struct recording *r)
{
    struct report *out = mem_new(sizeof *out);
    *out = (struct report){ .rec = r, .cpu_us_per_sample = NAN, .rss_bytes = NAN, .written_bytes = NAN,
                            .threshold = NAN };
    out->host.memory_bytes = NAN;
    report_session(out);
    return out;
}

struct report *analyze_states(const struct recording *r, const struct analyze_options *o)
{
    struct report *out = report_new(r);
    states_find(o->seed, out);
    return out;
}

struct report *analyze_insights(const struct recording *r)
{
    struct report *out = report_new(r);
    insights_find(out);
    return out;
}

/* Names of processes and groups, and the summary, in which changes may find themselves. */
static void report_words(const struct anomaly *a, char out[static 512])
{
    int n = 0;
    *out = '\0';
    for (int i = 0; i < a->n_suspects && n < 200; i++)
        n += snprintf(out + n, 512 - (size_t)n, "%s ", a->suspects[i].name);
    for (int i = 0; i < a->n_groups && n < 400; i++)
        n += snprintf(out + n, 512 - (size_t)n, "%.90s ", a->groups[i].name);
}

static void report_changes(struct report *out, const struct analyze_options *o)
{
    const struct recording *r = out->rec;
    for (size_t i = 0; i < out->n_anomalies; i++) {
        struct anomaly *a = &out->anomalies[i];
        char words[512];
        report_words(a, words);
        struct before_episode of = { .start_ms = a->start_ms, .area = area_name(a->area), .words = words };
        a->n_changes = before_rank(r->events, r->n_events, &of, a->changes, 0);
        a->n_changes = before_rank(o->changes, o->n_changes, &of, a->changes, a->n_changes);
    }
}

struct report *analyze_verdict(const struct recording *r, const struct analyze_options *o)
{
    struct report *out = report_new(r);
    struct features f;
    features_find(r, &f);
    anomalies_find(&f, o, out);
    features_done(&f);
    report_changes(out, o);
    insights_find(out);
    if (o->ageing)
        ageing_insights(o->ageing, out);
    return out;
}

struct report *analyze_run(const struct recording *r, const struct analyze_options *o)
{
    struct report *out = analyze_verdict(r, o);
    states_find(o->seed, out);
    trends_find(out);
    foresight_find(o, out);
    workload_find(o, out);
    return out;
}

void report_free(struct report *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n_anomalies; i++)
        mem_free(r->anomalies[i].logs);
    mem_free(r->anomalies);
    for (int i = 0; i < r->states.k; i++)
        mem_free(r->states.items[i].centroid);
    mem_free(r->states.items);
    mem_free(r->states.feature);
    mem_free(r->states.transitions);
    mem_free(r->states.of_tick);
    mem_free(r->trends);
    mem_free(r->insights);
    forecasts_done(&r->forecast.all);
    mem_free(r->forecast.risk);
    mem_free(r->workload.scores);
    mem_free(r);
}

/* report.c - one object from a recording: runs every part of the analysis. */
#include "analyze/report.h"

#include "analyze/anomalies.h"
#include "analyze/insights/insights.h"
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
    if (r->n)
        snprintf(out->session, sizeof out->session, "session_%s", text_stamp(r->wall_ms[0], stamp));
    for (size_t i = 0; i < r->n_events; i++)
        out->gaps += r->events[i].kind == EVENT_GAP;
}

struct report *analyze_run(const struct recording *r, const struct analyze_options *o)
{
    struct report *out = mem_new(sizeof *out);
    *out = (struct report){ .rec = r, .cpu_us_per_sample = NAN, .rss_bytes = NAN, .threshold = NAN };
    out->host.memory_bytes = NAN;
    report_session(out);
    struct features f;
    features_find(r, &f);
    anomalies_find(&f, o, out);
    features_done(&f);
    insights_find(out);
    const char *later = "not computed: this version does not look at it";
    text_copy(out->states.reason, sizeof out->states.reason, later);
    text_copy(out->trends_reason, sizeof out->trends_reason, later);
    text_copy(out->workload_reason, sizeof out->workload_reason, later);
    text_copy(out->forecast_reason, sizeof out->forecast_reason, later);
    return out;
}

void report_free(struct report *r)
{
    if (!r)
        return;
    mem_free(r->anomalies);
    for (int i = 0; i < r->states.k; i++)
        mem_free(r->states.items[i].centroid);
    mem_free(r->states.items);
    mem_free(r->states.feature);
    mem_free(r->states.transitions);
    mem_free(r->trends);
    mem_free(r->insights);
    mem_free(r);
}

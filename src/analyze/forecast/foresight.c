/*
 * foresight.c - what will come, of a recording.
 *
 * Steps are as long as its interval; of more than LONG_S they are a minute, since who recorded for hours does not ask
 * about the next seconds.
 */
#include "analyze/forecast/foresight.h"

#include "base/auto.h"
#include "base/text.h"
#include "learn/forecast/risk.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FORESIGHT_MIN_ROWS 20
#define LONG_S 7200.0
#define LONG_STEP_S 60.0
#define RISK_MIN_S 600.0 /* of looking for anomalies; less says nothing about how often they come */

static double foresight_step(const struct recording *r)
{
    auto_free double *t = recording_times(r);
    return -t[0] > LONG_S && recording_interval(r) < LONG_STEP_S ? LONG_STEP_S : 0;
}

/* Of all metrics that are forecast the first with a pattern, else the first of all. */
static void foresight_pattern(uint64_t seed, struct report *out)
{
    const struct recording *r = out->rec;
    struct report_forecast *f = &out->forecast;
    auto_free double *t = mem_new((r->n + 1) * sizeof *t);
    f->pattern_slot = -1;
    for (size_t i = 0; i < r->n; i++)
        t[i] = (double)r->wall_ms[i] / 1000;
    for (size_t i = 0; i < f->all.n; i++) {
        struct pattern p;
        int slot = f->all.item[i].slot;
        if (pattern_find(t, recording_col(r, slot), r->n, seed, &p) < 0)
            continue; /* the clock was set back */
        bool found = p.has_hours || p.has_weekdays;
        if (f->pattern_slot < 0 || found) {
            f->pattern_slot = slot;
            f->pattern = p;
        }
        if (found)
            break;
    }
}

static void foresight_risk(const struct report_history *before, struct report *out)
{
    const struct recording *r = out->rec;
    struct report_forecast *f = &out->forecast;
    double now = (double)r->wall_ms[r->n - 1] / 1000, from = (double)r->wall_ms[0] / 1000, begins = from;
    size_t n = 0, past = before ? before->n : 0;
    if (before && before->from_s < from)
        from = before->from_s;
    if (*out->anomalies_reason || now - from < RISK_MIN_S) {
        snprintf(f->risk_reason, sizeof f->risk_reason, "%s", *out->anomalies_reason ? out->anomalies_reason :
                 "needs ten minutes in which anomalies were looked for");
        return;
    }
    double *start = mem_new((past + out->n_anomalies + 1) * sizeof *start);
    for (size_t i = 0; i < past && before->start_s[i] < begins; i++)
        if (before->start_s[i] >= from)
            start[n++] = before->start_s[i];
    for (size_t i = 0; i < out->n_anomalies; i++)
        start[n++] = (double)out->anomalies[i].start_ms / 1000;
    f->risk = mem_new((size_t)f->all.horizon * sizeof *f->risk);
    struct risk_options o = { .step_s = f->all.step_s, .horizon = f->all.horizon, .per_day = out->budget_per_day };
    if (risk_make(start, n, from, now, &o, f->risk) < 0) {
        mem_free(f->risk);
        f->risk = NULL;
        text_copy(f->risk_reason, sizeof f->risk_reason, "the clock was set back in that time");
    }
    f->risk_episodes = n;
    f->risk_days = (now - from) / 86400;
    mem_free(start);
}

void foresight_find(const struct analyze_options *o, struct report *out)
{
    struct report_forecast *f = &out->forecast;
    if (!o->forecast_steps) {
        text_copy(f->reason, sizeof f->reason, "not asked for: add --predict");
        return;
    }
    if (out->rec->n < FORESIGHT_MIN_ROWS) {
        snprintf(f->reason, sizeof f->reason, "needs at least %d samples, has %zu", FORESIGHT_MIN_ROWS, out->rec->n);
        return;
    }
    struct forecasts_options options = { .horizon = o->forecast_steps, .step_s = foresight_step(out->rec),
                                         .seed = o->seed };
    forecasts_make(out->rec, &options, &f->all);
    if (!f->all.n) {
        text_copy(f->reason, sizeof f->reason, f->all.reason);
        return;
    }
    foresight_risk(o->history, out);
    foresight_pattern(o->seed, out);
}

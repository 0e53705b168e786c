/*
 * alerts_ahead.c - when will a level be reached? By the forecasts that `sonde forecast` makes, and by the trend of the
 * last hours: a forecast without skill is the last value, as it should be, but what fills steadily has a trend long
 * before there is a past to show skill on.
 */
#include "app/alerts_ahead.h"

#include "base/mem.h"
#include "learn/forecast/risk.h"
#include "learn/trend.h"
#include "look/ahead.h"
#include "look/history.h"
#include "look/minutes.h"
#include "os/os.h"
#include "store/archive.h"

#include <math.h>
#include <string.h>

#define MINUTES_MIN 10      /* of a past; less says nothing */
#define METRICS_MAX 32      /* of a rule */
#define REACHED 0.005       /* a forecast of a percentage comes near its bound, and never quite there */
#define RISK_MIN_S 600
#define TREND_P 0.001       /* looked for every ten minutes: chance comes up seldom enough */
#define TREND_FURTHER 3.0   /* times its own length that a trend is believed to go on */
#define TREND_HALF 0.5      /* share of the whole slope that each half must have */

typedef void each_fn(void *self, const struct rule *r, const char *metric, enum unit unit, double value);

static double ahead_last(const double *col, size_t n)
{
    while (n && !isfinite(col[n - 1]))
        n--;
    return n ? col[n - 1] : (double)NAN;
}

/* Did it come from the other side within these minutes? Then the level is reached, and stays so if it went beyond. */
static bool ahead_crossed(const double *x, size_t n, double now, double level)
{
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i]) && (x[i] < level) != (now < level))
            return true;
    return false;
}

/* Seconds until the level is reached from where it is now; INFINITY: not in this forecast. */
static double ahead_reached(const struct metric_forecast *f, double now, double level, double step_s)
{
    double near = REACHED * fabs(level);
    if (fabs(now - level) <= near)
        return 0;
    for (int k = 0; !*f->reason && k < f->f.horizon; k++)
        if (now < level ? f->f.p50[k] >= level - near : f->f.p50[k] <= level + near)
            return (k + 1) * step_s;
    return INFINITY;
}

/* n minutes, of which the last is now. */
static bool ahead_has_trend(const double *t, const double *x, size_t n, struct trend_fit *fit)
{
    struct trend_fit a, b;
    size_t half = n / 2;
    return trend_estimate(t, x, n, 0.9, fit) == 0 && fit->p < TREND_P &&
           trend_estimate(t, x, half, 0.9, &a) == 0 && trend_estimate(t + half, x + half, n - half, 0.9, &b) == 0 &&
           a.slope / fit->slope >= TREND_HALF && b.slope / fit->slope >= TREND_HALF;
}

/* Seconds until the trend of the last minutes reaches the level; INFINITY where there is none that does. */
static double ahead_trend(const double *x, size_t n, double now, double level)
{
    double *t = mem_new((n + 1) * sizeof *t);
    struct trend_fit fit;
    for (size_t i = 0; i < n; i++)
        t[i] = (double)i;
    bool has = n >= MINUTES_MIN && ahead_has_trend(t, x, n, &fit);
    double minutes = has ? (level - now) / fit.slope : -1;
    mem_free(t);
    return minutes >= 0 && minutes <= TREND_FURTHER * (double)n ? minutes * 60 : (double)INFINITY;
}

static double ahead_value(const struct ahead *a, const struct metric_forecast *f, const struct rule *r)
{
    const double *x = recording_col(a->rec, f->slot);
    size_t n = a->rec->n, last = (size_t)(r->within_s / AHEAD_STEP_S);
    last = last < n ? last : n; /* as far back as is looked ahead */
    double now = ahead_last(x, n);
    if (!isfinite(now))
        return NAN;
    if (ahead_crossed(x + n - last, last, now, r->level))
        return 0;
    double in_s = ahead_reached(f, now, r->level, a->all.step_s);
    if (isfinite(in_s))
        return in_s;
    return ahead_trend(x + n - last, last, now, r->level);
}

static void ahead_rule(struct archive *files, const struct rule *r, each_fn *each, void *self)
{
    struct ahead a;
    int64_t first_ms, end_ms;
    if (!minutes_span(files, NULL, AHEAD_STEP_S, INT64_MAX, &first_ms, &end_ms))
        return;
    int64_t past = (end_ms - first_ms) / 60000;
    int horizon = (int)(r->within_s / AHEAD_STEP_S);
    horizon = past < horizon ? (int)past : horizon; /* no further ahead than there is a past */
    if (horizon < MINUTES_MIN || ahead_make(files, NULL, INT64_MAX, r->metric, horizon, METRICS_MAX, &a) < 0)
        return;
    for (size_t i = 0; i < a.all.n; i++) {
        const struct metric_forecast *f = &a.all.item[i];
        each(self, r, schema_id(a.rec->schema, f->slot), schema_at(a.rec->schema, f->slot)->unit,
             ahead_value(&a, f, r));
    }
    ahead_done(&a);
}

/* How likely it is that something unusual begins within the hour, by when it did before. */
static void ahead_risk(const char *dir, const struct rule *r, each_fn *each, void *self)
{
    struct index *x;
    struct history h = { 0 };
    double now_s = (double)os_wall_ms() / 1000, p;
    if (index_open_read(dir, &x) < 0)
        return;
    const struct report_history *past = history_of(x, (int64_t)(now_s * 1000), &h);
    if (past && now_s - past->from_s >= RISK_MIN_S &&
        risk_make(past->start_s, past->n, past->from_s, now_s, &(struct risk_options){ .step_s = 3600, .horizon = 1 },
                  &p) == 0)
        each(self, r, "", UNIT_NONE, (double)risk_level_of(p, 3600));
    history_done(&h);
    index_close(x);
}

void alerts_ahead(const char *dir, const struct rule *rules, size_t n, each_fn *each, void *self)
{
    struct archive *files = NULL;
    for (size_t i = 0; i < n; i++) {
        if (rules[i].kind == RULE_RISK)
            ahead_risk(dir, &rules[i], each, self);
        if (rules[i].kind != RULE_FORECAST || (!files && archive_open(dir, &files) < 0))
            continue;
        ahead_rule(files, &rules[i], each, self);
    }
    archive_free(files);
}

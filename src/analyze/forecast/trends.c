/*
 * trends.c - Theil-Sen and Mann-Kendall (learn/trend) over the metrics of which a trend means
 * something: what fills up, wears, heats. Of a file with other names, every column.
 *
 * A direction needs three things: a p-value below 1 % over the number of metrics looked at
 * (Bonferroni), a change that a person would care about, and that both halves move the same way, so
 * that one step is not taken for a slope. A time to a limit is given only within HORIZON times the
 * span that was seen: a minute says nothing about next month.
 */
#include "analyze/forecast/trends.h"

#include "analyze/areas.h"
#include "base/mem.h"
#include "base/stats.h"
#include "learn/trend.h"

#include <stdio.h>
#include <string.h>

#define ALPHA 0.01
#define CONFIDENCE 0.9
#define HORIZON 30.0
#define HALF_SHARE 0.25 /* of the slope, in each half */
#define HOUR_S 3600.0

struct subject {
    const char *family;
    double change;        /* the smallest that matters, in its unit; or this share of `limit` */
    const char *limit;    /* family of the bound it rises to; "" = `bound` */
    double bound;         /* where a bound is a number; NaN = none */
    int sense;            /* 1: the bound is above, -1: below, 0: none */
};

static const struct subject subjects[] = {
    { "memory.used",      0.01, "memory.total", NAN, 1 },
    { "swap.used",        0.01, "swap.total",   NAN, 1 },
    { "fs.used",          0.001, "fs.total",    NAN, 1 },
    { "memory.util",      1,    "",             100, 1 },
    { "swap.util",        1,    "",             100, 1 },
    { "fs.util",          0.1,  "",             100, 1 },
    { "fs.inodes.util",   0.5,  "",             100, 1 },
    { "cgroup.memory.used", 0.01, "cgroup.memory.limit", NAN, 1 },
    { "gpu.vram.util",    2,    "",             100, 1 },
    { "battery.charge",   1,    "",             0,   -1 },
    { "cpu.util",         10,   "",             NAN, 0 },
    { "cpu.temp",         5,    "",             NAN, 0 },
    { "sensor.temp",      5,    "sensor.temp.critical", NAN, 1 },
    { "disk.util",        20,   "",             NAN, 0 },
    { "disk.write.rate",  10e6, "",             NAN, 0 },
    { "disk.read.rate",   10e6, "",             NAN, 0 },
    { "net.recv.rate",    5e6,  "",             NAN, 0 },
    { "net.send.rate",    5e6,  "",             NAN, 0 },
    { "process.count",    20,   "",             NAN, 0 },
    { "process.threads",  100,  "",             NAN, 0 },
    { "process.zombies",  10,   "",             NAN, 0 },
    { "net.connections",  50,   "",             NAN, 0 },
    { "pressure.memory.some", 5, "",            NAN, 0 },
    { "pressure.io.some", 10,   "",             NAN, 0 },
};

/* Shares count only where the bytes are not known: both would tell the same twice. */
static const struct {
    const char *share, *bytes;
} twins[] = { { "memory.util", "memory.used" }, { "swap.util", "swap.used" }, { "fs.util", "fs.used" } };

static const struct subject any_column = { "", 0, "", NAN, 0 };

static const struct subject *subject_of(const struct recording *r, int slot)
{
    const struct metric *m = schema_at(r->schema, slot);
    if (m->kind == KIND_COUNTER || schema_is_part(r->schema, slot))
        return NULL;
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
        if (!strcmp(twins[i].share, m->name) && schema_find(r->schema, twins[i].bytes, m->inst) >= 0)
            return NULL;
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        if (!strcmp(subjects[i].family, m->name))
            return &subjects[i];
    struct area_rule rule = area_of(r, slot);
    bool foreign = rule.area == AREA_OTHER && rule.use == AREA_DECIDES && rule.change == 0;
    return foreign ? &any_column : NULL;
}

static double first_known(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            return x[i];
    return NAN;
}

static double last_known(const double *x, size_t n)
{
    for (size_t i = n; i > 0; i--)
        if (!isnan(x[i - 1]))
            return x[i - 1];
    return NAN;
}

static double subject_limit(const struct recording *r, const struct subject *s, int slot)
{
    if (!*s->limit)
        return s->bound;
    const double *x = recording_find(r, s->limit, schema_at(r->schema, slot)->inst);
    return x ? last_known(x, r->n) : NAN;
}

/* Of a column that nobody knows: as much as it scatters around its line. */
static double scatter(const double *t, const double *x, size_t n, const struct trend_fit *fit)
{
    double *rest = mem_new((n + 1) * sizeof *rest);
    for (size_t i = 0; i < n; i++)
        rest[i] = x[i] - fit->slope * t[i];
    double spread = (stats_quantile(rest, n, 0.75) - stats_quantile(rest, n, 0.25)) / STATS_QUARTILES;
    mem_free(rest);
    return spread;
}

static bool halves_agree(const double *t, const double *x, size_t n, double slope)
{
    struct trend_fit a, b;
    size_t half = n / 2;
    if (trend_estimate(t, x, half, CONFIDENCE, &a) < 0 ||
        trend_estimate(t + half, x + half, n - half, CONFIDENCE, &b) < 0)
        return false;
    return a.slope / slope >= HALF_SHARE && b.slope / slope >= HALF_SHARE;
}

/* From the last tick; the interval comes from that of the slope, and is open where that may be flat. */
static void trend_limit(struct trend *to, const struct subject *s, const struct trend_fit *fit, double span_h)
{
    double left = to->limit - fit->last;
    if (!(fit->slope * s->sense > 0) || !(left * s->sense > 0))
        return;
    double hours = left / fit->slope;
    if (hours > HORIZON * span_h)
        return;
    double fast = s->sense > 0 ? fit->slope_hi : fit->slope_lo,
           slow = s->sense > 0 ? fit->slope_lo : fit->slope_hi;
    to->reaches_limit_s = hours * 3600;
    to->interval_s[0] = left / fast * 3600;
    to->interval_s[1] = slow * s->sense > 0 ? left / slow * 3600 : NAN;
}

static bool trend_of(const struct recording *r, const struct subject *s, int slot, const double *t,
                     double alpha, struct trend *to)
{
    struct trend_fit fit;
    const double *x = recording_col(r, slot);
    if (stats_known(x, r->n) < TRENDS_MIN_ROWS || trend_estimate(t, x, r->n, CONFIDENCE, &fit) < 0)
        return false;
    *to = (struct trend){
        .slot = slot, .slope_per_hour = fit.slope, .p_value = fit.p,
        .first = first_known(x, r->n), .last = last_known(x, r->n),
        .limit = subject_limit(r, s, slot), .reaches_limit_s = NAN, .interval_s = { NAN, NAN },
    };
    double change = s == &any_column             ? scatter(t, x, r->n, &fit)
                    : *s->limit && s->change < 1 ? s->change * to->limit
                                                 : s->change;
    bool moves = fabs(fit.last - fit.first) > change; /* false for an unknown limit */
    if (fit.p < alpha && moves && halves_agree(t, x, r->n, fit.slope))
        to->direction = fit.slope > 0 ? DIRECTION_RISING : DIRECTION_FALLING;
    if (to->direction != DIRECTION_STABLE)
        trend_limit(to, s, &fit, t[r->n - 1] - t[0]);
    return true;
}

void trends_find(struct report *out)
{
    const struct recording *r = out->rec;
    if (r->n < TRENDS_MIN_ROWS) {
        snprintf(out->trends_reason, sizeof out->trends_reason,
                 "needs at least %d samples, has %zu", TRENDS_MIN_ROWS, r->n);
        return;
    }
    int slots[TRENDS_MAX], n = 0;
    for (int slot = 0; slot < r->n_cols && n < TRENDS_MAX; slot++)
        if (subject_of(r, slot))
            slots[n++] = slot;
    double *t = recording_times(r);
    for (size_t i = r->n; i-- > 0;)
        t[i] = (t[i] - t[0]) / HOUR_S;
    out->trends = mem_new((size_t)(n + 1) * sizeof *out->trends);
    for (int k = 0; k < n; k++)
        out->n_trends += trend_of(r, subject_of(r, slots[k]), slots[k], t, ALPHA / n,
                                  &out->trends[out->n_trends]);
    mem_free(t);
}

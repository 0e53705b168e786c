/*
 * changed.c - effect sizes by quantiles, and a test by how many values lie beyond the middle of both.
 *
 * That test compares two shares after the arcsine transformation, which holds for shares near 0 as well: one outlier
 * of ten is none. Source: Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, chapter 6. A series
 * with lag-1 autocorrelation a counts as n (1 - a) / (1 + a) values, as an AR(1) would (Bayley and Hammersley 1946),
 * where what is measured of a is too small by (1 + 3 a) / n (Marriott and Pope, Biometrika 1954).
 */
#include "analyze/anomaly/changed.h"

#include "analyze/anomaly/suspects.h"
#include "analyze/features.h"
#include "base/mem.h"
#include "base/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANCE 0.02    /* that any metric is named without reason */
#define CLEARLY 1.5    /* further than the median has another quantile to move to be told instead */
#define BEFORE_LEAST_MS 600000
#define FEW 4.0        /* values that a series counts as at least: a ramp repeats itself, and is a change */

static const double quantiles[] = { 0.5, 0.9, 0.1 };
enum { QUANTILES = sizeof quantiles / sizeof *quantiles };

const char *process_change_name(enum process_change c)
{
    static const char *const name[] = { "came", "went", "more", "less" };
    return name[c];
}

/* One side of a metric. */
struct side {
    const double *x;
    size_t n;
    double known, lag1;
    double q[QUANTILES];
    double spread;        /* deviation, as a normal's deciles would give it */
};

static struct side side_of(const double *x, size_t n)
{
    struct side s = { .x = x, .n = n, .known = (double)stats_known(x, n), .lag1 = stats_lag1(x, n) };
    s.lag1 = fmin(fmax(s.lag1 + (1 + 3 * s.lag1) / fmax(s.known, 1), 0), 0.99);
    for (int k = 0; k < QUANTILES; k++)
        s.q[k] = stats_quantile(x, n, quantiles[k]);
    s.spread = (s.q[1] - s.q[2]) / 2.5631;
    return s;
}

/* The share of the values above a cut; those on it are half. */
static double side_above(const struct side *s, double cut)
{
    double above = 0;
    for (size_t i = 0; i < s->n; i++)
        above += s->x[i] > cut ? 1 : s->x[i] == cut ? 0.5 : 0;
    return above / s->known;
}

/* As how many independent values it counts. */
static double side_counts(const struct side *s, double lag1)
{
    return fmax(s->known * (1 - lag1) / (1 + lag1), fmin(s->known, FEW));
}

/* A window is short, and what is measured in it of how long the metric lasts is little: the time before knows, too. */
static double changed_chance(const struct side *before, const struct side *after, double cut)
{
    double h = 2 * asin(sqrt(side_above(after, cut))) - 2 * asin(sqrt(side_above(before, cut)));
    double lag1 = fmax(before->lag1, after->lag1);
    double z = fabs(h) / sqrt(1 / side_counts(before, before->lag1) + 1 / side_counts(after, lag1));
    return 2 * stats_normal_cdf(-z);
}

/* The quantile that moved furthest. False where that is nothing to speak of. */
static bool changed_metric(const struct feature *f, const struct side *before, const struct side *after, double chance,
                           struct changed_metric *out)
{
    double change = f->rule.change, middle = fmax(fabs(before->q[0]), fabs(after->q[0]));
    double least = change > 0 ? change / 10 : 1e-3 * middle;
    double spread = fmax(sqrt((before->spread * before->spread + after->spread * after->spread) / 2), least);
    *out = (struct changed_metric){ .slot = f->slot, .area = f->rule.area, .p_value = 1 };
    for (int k = 0; k < QUANTILES; k++) {
        double by = after->q[k] - before->q[k], effect = spread > 0 ? by / spread : 0;
        effect = fmin(fmax(effect, -CHANGED_EFFECT_MAX), CHANGED_EFFECT_MAX);
        if (!(fabs(effect) >= CHANGED_EFFECT) || fabs(by) < change || fabs(effect) <= CLEARLY * fabs(out->effect))
            continue;
        double p = changed_chance(before, after, (before->q[k] + after->q[k]) / 2);
        if (p > chance)
            continue;
        out->quantile = quantiles[k];
        out->before = before->q[k];
        out->after = after->q[k];
        out->effect = effect;
        out->p_value = p;
    }
    return out->effect != 0;
}

static double area_best(const struct changed *c, enum area area)
{
    double best = 0;
    for (size_t i = 0; i < c->n_metrics; i++)
        if (c->metrics[i].area == area)
            best = fmax(best, fabs(c->metrics[i].effect));
    return best;
}

struct ranked {
    struct changed_metric m;
    double area;      /* the largest effect in its area */
    bool decides;
    double matters;   /* changes that matter, where that is known */
};

static int ranked_order(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    double ex = fabs(x->m.effect), ey = fabs(y->m.effect);
    if (x->area != y->area)
        return x->area < y->area ? 1 : -1;
    if (x->m.area != y->m.area)
        return (int)x->m.area - (int)y->m.area;
    if (x->decides != y->decides)
        return x->decides ? -1 : 1;
    if (ex != ey)
        return ex < ey ? 1 : -1;
    return x->matters != y->matters ? (x->matters < y->matters ? 1 : -1) : x->m.slot - y->m.slot;
}

static void changed_rank(const struct recording *r, struct changed *c)
{
    struct ranked *all = mem_new((c->n_metrics + 1) * sizeof *all);
    for (size_t i = 0; i < c->n_metrics; i++) {
        const struct changed_metric *m = &c->metrics[i];
        struct area_rule rule = area_of(r, m->slot);
        all[i] = (struct ranked){ *m, area_best(c, m->area), rule.use == AREA_DECIDES,
                                  rule.change > 0 ? fabs(m->after - m->before) / rule.change : 0 };
    }
    qsort(all, c->n_metrics, sizeof *all, ranked_order);
    for (size_t i = 0; i < c->n_metrics; i++)
        c->metrics[i] = all[i].m;
    mem_free(all);
}

static bool changed_knows(const struct changed *c, const double *x)
{
    return stats_known(x + c->begin, c->from - c->begin) >= CHANGED_MIN_ROWS &&
           stats_known(x + c->from, c->to - c->from) >= CHANGED_MIN_ROWS;
}

static void changed_metrics(const struct recording *r, struct changed *c)
{
    struct features f;
    features_find(r, &f);
    c->metrics = mem_new((size_t)(f.n + 1) * sizeof *c->metrics);
    for (int j = 0; j < f.n; j++)
        c->compared += changed_knows(c, f.f[j].x);
    double chance = CHANCE / (QUANTILES * fmax(c->compared, 1));
    for (int j = 0; j < f.n; j++) {
        const double *x = f.f[j].x;
        if (!changed_knows(c, x))
            continue;
        struct side before = side_of(x + c->begin, c->from - c->begin), after = side_of(x + c->from, c->to - c->from);
        c->n_metrics += changed_metric(&f.f[j], &before, &after, chance, &c->metrics[c->n_metrics]);
    }
    features_done(&f);
    changed_rank(r, c);
}

static size_t changed_row(const struct recording *r, int64_t wall_ms)
{
    size_t i = 0;
    while (i < r->n && r->wall_ms[i] < wall_ms)
        i++;
    return i;
}

int64_t changed_begin(int64_t from_ms, int64_t to_ms)
{
    int64_t window_ms = to_ms - from_ms;
    return from_ms - (window_ms > BEFORE_LEAST_MS ? window_ms : BEFORE_LEAST_MS);
}

void changed_find(const struct recording *r, int64_t begin_ms, int64_t from_ms, int64_t to_ms, struct changed *out)
{
    *out = (struct changed){ .begin = changed_row(r, begin_ms), .from = changed_row(r, from_ms),
                             .to = changed_row(r, to_ms + 1) };
    size_t rows = out->to > out->from ? out->to - out->from : 0;
    size_t before = out->from > out->begin ? out->from - out->begin : 0;
    if (rows < CHANGED_MIN_ROWS)
        snprintf(out->reason, sizeof out->reason, "the window needs at least %d samples, has %zu", CHANGED_MIN_ROWS,
                 rows);
    else if (before < CHANGED_MIN_ROWS)
        snprintf(out->reason, sizeof out->reason, "the time before the window needs at least %d samples, has %zu",
                 CHANGED_MIN_ROWS, before);
    if (*out->reason)
        return;
    changed_metrics(r, out);
    out->n_processes = suspects_changes(r, out->begin, out->from, out->to, out->processes, CHANGED_PROCESSES);
}

void changed_done(struct changed *c)
{
    mem_free(c->metrics);
    *c = (struct changed){ 0 };
}

/* anomalies.c - runs a detector over a recording and gathers what it finds. */
#include "analyze/anomaly/anomalies.h"

#include "analyze/anomaly/causes.h"
#include "analyze/anomaly/shift.h"
#include "analyze/anomaly/woods.h"
#include "analyze/online/replayed.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUDGET_RUN 0.1     /* false alarms expected in a run, and in a long one ... */
#define BUDGET_DAY 1.0     /* ... so many a day, unless asked otherwise */
#define DAY_S 86400.0
#define SHIFT_SHARE 0.25   /* of the budget, beside the detector */

struct finder {
    const struct features *f;
    struct report *out;
    size_t cap;
    double step, trials;
};

static void finder_found(void *self, const struct episode *e)
{
    struct finder *a = self;
    struct report *out = a->out;
    out->anomalies = mem_grow(out->anomalies, out->n_anomalies, &a->cap, sizeof *out->anomalies);
    causes_explain(out->rec, a->f, e, &out->anomalies[out->n_anomalies++]);
}

static bool gap_before(const struct recording *r, size_t i, double step)
{
    double wall = (double)(r->wall_ms[i] - r->wall_ms[i - 1]) * 1e-3;
    double mono = (double)(r->mono_ns[i] - r->mono_ns[i - 1]) * 1e-9;
    return pace_is_outage(fmax(wall, mono), step);
}

static void finder_rows(struct finder *a, void (*row)(void *d, size_t i, struct reading *out),
                        void (*restart)(void *d), void *d)
{
    const struct recording *r = a->out->rec;
    struct reading *of = mem_new((size_t)(a->f->n + 1) * sizeof *of);
    struct episodes e;
    episodes_init(&e, a->f, finder_found, a);
    for (size_t i = 0; i < r->n; i++) {
        if (i && gap_before(r, i, a->step)) {
            episodes_break(&e);
            restart(d);
        }
        row(d, i, of);
        episodes_row(&e, i, of);
    }
    episodes_break(&e);
    episodes_done(&e);
    mem_free(of);
}

static void finder_shift(struct finder *a, double budget)
{
    a->out->threshold = shift_threshold(budget, a->trials);
    struct shift *s = shift_new(a->f, a->out->threshold, a->step);
    finder_rows(a, shift_row, shift_restart, s);
    shift_free(s);
    for (size_t i = 0; i < a->out->n_anomalies; i++)
        a->out->anomalies[i].probability = shift_probability(a->out->anomalies[i].score, a->trials);
}

static void finder_woods(struct finder *a, uint64_t seed)
{
    struct woods *w = woods_new(a->f, a->out->budget_run / a->trials, seed);
    finder_rows(a, woods_row, woods_restart, w);
    a->out->threshold = woods_threshold(w);
    woods_free(w);
}

static int finder_order(const void *a, const void *b)
{
    const struct anomaly *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

/* Is it one of the first n already? */
static bool finder_has(const struct report *out, size_t n, const struct anomaly *a)
{
    for (size_t i = 0; i < n; i++)
        if (a->start <= out->anomalies[i].end + EPISODE_QUIET && out->anomalies[i].start <= a->end + EPISODE_QUIET)
            return true;
    return false;
}

/*
 * Beside shift, which sees what is sudden from the first minutes on; each has its share of the budget. What both find
 * is told as shift saw it. Negative: the detector cannot judge this recording, and the report has the reason.
 */
static int finder_detector(struct finder *a)
{
    struct report *out = a->out;
    struct anomaly *more;
    double days = (double)out->rec->n * a->step / DAY_S, per_day = (1 - SHIFT_SHARE) * out->budget_run / days;
    size_t n_more;
    int rc = replayed_find(out->rec, a->f, per_day, &more, &n_more, out->anomalies_reason);
    if (rc < 0)
        return rc;
    finder_shift(a, SHIFT_SHARE * out->budget_run);
    size_t n = out->n_anomalies;
    for (size_t i = 0; i < n_more; i++) {
        if (finder_has(out, n, &more[i]))
            continue;
        out->anomalies = mem_grow(out->anomalies, out->n_anomalies, &a->cap, sizeof *out->anomalies);
        out->anomalies[out->n_anomalies++] = more[i];
    }
    if (out->n_anomalies)
        qsort(out->anomalies, out->n_anomalies, sizeof *out->anomalies, finder_order);
    mem_free(more);
    text_copy(out->method, sizeof out->method, "detector");
    out->threshold = NAN;
    return 0;
}

void anomalies_find(const struct features *f, const struct analyze_options *o, struct report *out)
{
    const struct recording *r = out->rec;
    double step = recording_interval(r), days = (double)r->n * step / DAY_S;
    out->budget_per_day = o->budget_per_day > 0 ? o->budget_per_day : BUDGET_DAY;
    out->budget_run = o->budget > 0 ? o->budget : fmax(BUDGET_RUN, days * out->budget_per_day);
    const char *method = o->method ? o->method : "auto";
    bool forest = !strcmp(method, "forest");
    text_copy(out->method, sizeof out->method, strcmp(method, "auto") ? method : "shift");
    int least = forest ? WOODS_MIN_ROWS : ANOMALIES_MIN_ROWS;
    if (r->n < (size_t)least) {
        snprintf(out->anomalies_reason, sizeof out->anomalies_reason,
                 "needs at least %d samples, has %zu", least, r->n);
        return;
    }
    if (f->n == 0) {
        snprintf(out->anomalies_reason, sizeof out->anomalies_reason, "nothing in it changes");
        return;
    }
    /* What is seen for EPISODE_HOLD rows is seen once. */
    struct finder a = { .f = f, .out = out, .step = step,
                        .trials = (double)r->n / EPISODE_HOLD * (forest ? 1 : f->groups) };
    if (forest) {
        finder_woods(&a, o->seed);
        return;
    }
    if (strcmp(method, "shift") && (finder_detector(&a) == 0 || !strcmp(method, "detector")))
        return;
    *out->anomalies_reason = '\0';
    finder_shift(&a, out->budget_run);
}

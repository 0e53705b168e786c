/* watch.c - a ring of rows over the metrics that somebody asked for. */
#include "analyze/workload/watch.h"

#include "base/mem.h"
#include "base/stats.h"
#include "base/text.h"
#include "core/pace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PEAK 0.95 /* one minute has its moments; what 5 % of it exceed is its peak */
#define GAP_S 10.0 /* a minute with a hole of more is no minute ... */
#define GAP_STEPS 5 /* ... unless ticks are far apart */
#define LARGEST 1e18 /* beyond it there is no hardware: 1e308 in a file would end in infinities */

struct watch_input {
    char metric[SCHEMA_MAX_NAME];
    int n;      /* slots */
    int *slot;
};

struct watch {
    int n;                   /* inputs */
    struct watch_input *in;
    int known_to;            /* of the schema, when slots were looked up */
    int cores;
    double window_s, step_s;
    struct pace pace;
    int64_t last_ns;         /* the tick before; valid while rows > 0 */
    size_t rows, next;       /* in the ring, and where the next one goes */
    int64_t *at_ns;          /* WATCH_ROWS */
    double *v;               /* WATCH_ROWS * n */
};

struct watch *watch_new(void)
{
    return mem_new(sizeof(struct watch));
}

void watch_free(struct watch *w)
{
    if (!w)
        return;
    for (int i = 0; i < w->n; i++)
        mem_free(w->in[i].slot);
    mem_free(w->in);
    mem_free(w->at_ns);
    mem_free(w->v);
    mem_free(w);
}

int watch_add(struct watch *w, const char *metric)
{
    for (int i = 0; i < w->n; i++)
        if (strcmp(w->in[i].metric, metric) == 0)
            return i;
    w->in = mem_resize(w->in, (size_t)(w->n + 1) * sizeof *w->in);
    w->in[w->n] = (struct watch_input){ 0 };
    text_copy(w->in[w->n].metric, sizeof w->in[w->n].metric, metric);
    return w->n++;
}

void watch_start(struct watch *w, double step_s)
{
    w->step_s = step_s > 0 && isfinite(step_s) ? step_s : 1;
    w->window_s = fmax(WATCH_WINDOW_S, WATCH_LEAST_ROWS * w->step_s);
    w->at_ns = mem_resize(w->at_ns, WATCH_ROWS * sizeof *w->at_ns);
    w->v = mem_resize(w->v, WATCH_ROWS * (size_t)(w->n + 1) * sizeof *w->v);
    w->rows = w->next = 0;
    w->known_to = -1;
}

/* ---- slots ---- */

static void watch_put_slot(const struct schema *s, struct watch_input *in, int slot)
{
    if (slot < 0 || schema_at(s, slot)->kind == KIND_COUNTER)
        return;
    in->slot = mem_resize(in->slot, (size_t)(in->n + 1) * sizeof *in->slot);
    in->slot[in->n++] = slot;
}

static void watch_find(const struct schema *s, struct watch_input *in)
{
    char family[SCHEMA_MAX_NAME], inst[SCHEMA_MAX_NAME];
    const char *brace = strchr(in->metric, '{');
    in->n = 0;
    if (brace) {
        snprintf(family, sizeof family, "%.*s", (int)(brace - in->metric), in->metric);
        snprintf(inst, sizeof inst, "%.*s", (int)strcspn(brace + 1, "}"), brace + 1);
        watch_put_slot(s, in, schema_find(s, family, inst));
        return;
    }
    int one = schema_find(s, in->metric, NULL);
    one = one < 0 ? schema_find(s, in->metric, "total") : one;
    if (one >= 0)
        watch_put_slot(s, in, one);
    else
        for (int slot = schema_next(s, in->metric, -1); slot >= 0; slot = schema_next(s, in->metric, slot))
            watch_put_slot(s, in, slot);
}

static void watch_resolve(struct watch *w, const struct schema *s)
{
    if (schema_size(s) == w->known_to)
        return;
    w->known_to = schema_size(s);
    w->cores = 0;
    for (int slot = schema_next(s, "cpu.core.util", -1); slot >= 0; slot = schema_next(s, "cpu.core.util", slot))
        w->cores++;
    for (int i = 0; i < w->n; i++)
        watch_find(s, &w->in[i]);
}

/* ---- rows ---- */

static double watch_value(const struct watch_input *in, const double *v, int n)
{
    double most = NAN;
    for (int i = 0; i < in->n; i++) {
        double x = in->slot[i] < n ? v[in->slot[i]] : (double)NAN;
        if (fabs(x) < LARGEST)
            most = fmax(most, x); /* which passes NaN over */
    }
    return most;
}

static size_t watch_row(const struct watch *w, size_t back) /* 0: the newest */
{
    return (w->next + WATCH_ROWS - 1 - back) % WATCH_ROWS;
}

static void watch_age(struct watch *w, int64_t now_ns)
{
    while (w->rows > 1 && (double)(now_ns - w->at_ns[watch_row(w, w->rows - 1)]) * 1e-9 >= w->window_s)
        w->rows--;
}

void watch_tick(struct watch *w, const struct schema *s, int64_t mono_ns, const double *v, int n)
{
    double gone_s = w->rows ? (double)(mono_ns - w->last_ns) * 1e-9 : 0;
    watch_resolve(w, s);
    if (gone_s < 0 || gone_s > fmax(GAP_S, GAP_STEPS * w->step_s))
        w->rows = 0;
    w->last_ns = mono_ns;
    if (pace_is_early(&w->pace, fmax(w->window_s / WATCH_ROWS, w->step_s), mono_ns))
        return;
    for (int i = 0; i < w->n; i++)
        w->v[w->next * (size_t)w->n + (size_t)i] = watch_value(&w->in[i], v, n);
    w->at_ns[w->next] = mono_ns;
    w->next = (w->next + 1) % WATCH_ROWS;
    w->rows += w->rows < WATCH_ROWS;
    watch_age(w, mono_ns);
}

double watch_window_s(const struct watch *w)
{
    return w->window_s;
}

double watch_needs_s(const struct watch *w)
{
    return fmax(WATCH_LEAST_S, WATCH_LEAST_ROWS * w->step_s);
}

bool watch_is_ready(const struct watch *w)
{
    if (w->rows < WATCH_LEAST_ROWS)
        return false;
    double span_s = (double)(w->at_ns[watch_row(w, 0)] - w->at_ns[watch_row(w, w->rows - 1)]) * 1e-9;
    return span_s + 1.01 * w->step_s >= watch_needs_s(w);
}

double watch_statistic(const struct watch *w, int input, enum statistic s)
{
    double x[WATCH_ROWS];
    size_t n = 0;
    for (size_t i = 0; i < w->rows; i++) {
        double v = w->v[watch_row(w, i) * (size_t)w->n + (size_t)input];
        if (!isnan(v))
            x[n++] = v;
    }
    if (!n || 2 * n < w->rows)
        return NAN;
    return s == STATISTIC_SPREAD ? stats_sd(x, n) :
           s == STATISTIC_PEAK ? stats_quantile_of(x, n, PEAK) : stats_mean(x, n);
}

void watch_copy(struct watch *w, const struct schema *s, double *const *col, size_t i, double *row)
{
    watch_resolve(w, s);
    for (int k = 0; k < w->n; k++)
        for (int j = 0; j < w->in[k].n; j++)
            row[w->in[k].slot[j]] = col[w->in[k].slot[j]][i];
}

enum unit watch_unit(const struct watch *w, const struct schema *s, int input)
{
    return w->in[input].n ? schema_at(s, w->in[input].slot[0])->unit : UNIT_NONE;
}

int watch_cores(const struct watch *w)
{
    return w->cores;
}

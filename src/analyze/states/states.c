/*
 * states.c - k-means over a few head metrics, each in units of the change that matters (areas.c),
 * so that noise below that is not split into states. k is chosen by the silhouette, and lowered
 * until any two states are apart: by such a change, and by more than their rows scatter. One state,
 * "steady", is an answer. Rates of bytes span decades, so they are compared by how often they
 * double. States of one name are one state to a person: they are merged, and named again.
 */
#include "analyze/states/states.h"

#include "analyze/areas.h"
#include "analyze/states/state_names.h"
#include "base/mem.h"
#include "base/stats.h"
#include "learn/kmeans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEATURES_MAX 8
#define KNOWN_SHARE 0.8    /* of the rows in which a feature must be known */
#define FIT_ROWS 1000      /* more rows than this are thinned for the fit; every row is labelled */
#define SMOOTH 5           /* rows: bursts of one or two are no state */
#define APART 4.0          /* Ashman's D: two normals halved from one have 2.7, above 4 they are two */

struct table {
    const struct recording *r;
    int d, slot[FEATURES_MAX];
    double scale[FEATURES_MAX];
    bool doubles[FEATURES_MAX]; /* compared by ratio: a scale up from nothing is 1, each doubling 1 more */
    size_t n;      /* rows in which all features are known */
    size_t *tick;  /* which ticks they are */
    double *x;     /* n rows of d, scaled */
};

static bool table_is_worth(const struct recording *r, int slot)
{
    const double *x = recording_col(r, slot);
    return x && (double)stats_known(x, r->n) >= KNOWN_SHARE * (double)r->n;
}

static void table_add(struct table *t, int slot, double scale)
{
    if (slot < 0 || t->d >= FEATURES_MAX || !(scale > 0) || !table_is_worth(t->r, slot))
        return;
    t->slot[t->d] = slot;
    t->scale[t->d++] = scale;
}

static double table_scaled(const struct table *t, int j, double v)
{
    double x = v / t->scale[j];
    return t->doubles[j] ? log2(1 + fmax(x, 0)) : x;
}

static double table_unscaled(const struct table *t, int j, double x)
{
    return t->scale[j] * (t->doubles[j] ? exp2(x) - 1 : x);
}

/* The head metrics; where none is there, the first columns of a file. */
static void table_features(struct table *t)
{
    static const struct { const char *name, *inst; } heads[] = {
        { "cpu.util", NULL }, { "memory.used", NULL }, { "disk.write.rate", "total" }, { "disk.read.rate", "total" },
        { "net.recv.rate", "total" }, { "net.send.rate", "total" }, { "process.forks.rate", NULL }, { "gpu.util", "0" },
    };
    const struct schema *s = t->r->schema;
    for (size_t k = 0; k < sizeof heads / sizeof *heads; k++) {
        int slot = schema_find(s, heads[k].name, heads[k].inst);
        if (slot < 0)
            slot = schema_find(s, heads[k].name, NULL);
        if (slot >= 0)
            table_add(t, slot, area_of(t->r, slot).change);
    }
    for (int j = 0; j < t->d; j++)
        t->doubles[j] = schema_at(s, t->slot[j])->unit == UNIT_BYTE_PER_S;
    bool foreign = t->d == 0;
    for (int slot = 0; foreign && slot < t->r->n_cols; slot++)
        if (schema_at(s, slot)->kind != KIND_COUNTER && area_of(t->r, slot).use == AREA_DECIDES)
            table_add(t, slot, stats_sd(recording_col(t->r, slot), t->r->n));
}

static void table_fill(struct table *t)
{
    t->tick = mem_new((t->r->n + 1) * sizeof *t->tick);
    t->x = mem_new((t->r->n + 1) * (size_t)(t->d + 1) * sizeof *t->x);
    for (size_t i = 0; i < t->r->n; i++) {
        bool known = true;
        double *row = t->x + t->n * (size_t)t->d;
        for (int j = 0; j < t->d; j++) {
            double v = recording_col(t->r, t->slot[j])[i];
            row[j] = table_scaled(t, j, v);
            known &= isfinite(v) != 0;
        }
        if (known)
            t->tick[t->n++] = i;
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* A state lasts: each value becomes the median of SMOOTH rows around it,
 * so that bursts are none. */
static void table_smooth(struct table *t)
{
    size_t d = (size_t)t->d, half = SMOOTH / 2;
    double *x = mem_new((t->n + 1) * d * sizeof *x);
    for (size_t i = 0; i < t->n; i++)
        for (size_t j = 0; j < d; j++) {
            size_t from = i < half ? 0 : i - half, to = i + half < t->n ? i + half : t->n - 1,
                   n = 0;
            double v[SMOOTH] = { 0 };
            for (size_t k = from; k <= to; k++)
                v[n++] = t->x[k * d + j];
            qsort(v, n, sizeof *v, compare_doubles);
            x[i * d + j] = v[n / 2];
        }
    mem_free(t->x);
    t->x = x;
}

static void table_done(struct table *t)
{
    mem_free(t->tick);
    mem_free(t->x);
}

/* How far the rows of a state scatter along one feature. */
static double state_sd(const struct table *t, const struct kmeans *m, const int *label, int k,
                       int j)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (label[i] == k) {
            double d = t->x[i * (size_t)t->d + (size_t)j] - m->center[k * m->d + j];
            sum += d * d;
            n++;
        }
    return n > 1 ? sqrt(sum / (n - 1)) : 0;
}

/* Are two states apart in some feature: by a change that matters and by more than they scatter? */
static bool states_apart(const struct table *t, const struct kmeans *m, const int *label, int a,
                         int b)
{
    for (int j = 0; j < t->d; j++) {
        double d = fabs(m->center[a * m->d + j] - m->center[b * m->d + j]);
        double sa = state_sd(t, m, label, a, j), sb = state_sd(t, m, label, b, j);
        if (d >= 1 && d * sqrt(2) >= APART * sqrt(sa * sa + sb * sb))
            return true;
    }
    return false;
}

static bool states_all_apart(const struct table *t, const struct kmeans *m, const int *label)
{
    for (int a = 0; a < m->k; a++)
        for (int b = 0; b < a; b++)
            if (!states_apart(t, m, label, a, b))
                return false;
    return true;
}

/* Every stride-th row. */
static double *table_thinned(const struct table *t, size_t *n)
{
    size_t stride = t->n / FIT_ROWS + 1, d = (size_t)t->d;
    *n = (t->n + stride - 1) / stride;
    double *x = mem_new((*n + 1) * d * sizeof *x);
    for (size_t i = 0; i < *n; i++)
        memcpy(x + i * d, t->x + i * stride * d, d * sizeof *x);
    return x;
}

/* The most states that are apart. */
static int states_fit(const struct table *t, uint64_t seed, struct kmeans *m, double *silhouette,
                      int *label)
{
    size_t n;
    double *x = table_thinned(t, &n);
    struct kmeans_options o = { .seed = seed, .restarts = 4 };
    int rc, k = STATES_MAX;
    for (;;) {
        rc = k > 1 ? kmeans_choose(x, n, t->d, k, &o, m, silhouette)
                   : kmeans_fit(x, n, t->d, 1, &o, m);
        if (rc < 0)
            break;
        kmeans_assign(m, t->x, t->n, label);
        if (m->k == 1 || states_all_apart(t, m, label))
            break;
        k = m->k - 1;
        kmeans_done(m);
    }
    if (rc == 0 && m->k == 1)
        *silhouette = NAN;
    mem_free(x);
    return rc;
}

struct ordered {
    int k;
    size_t rows;
};

static int ordered_compare(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    return x->rows < y->rows ? 1 : x->rows > y->rows ? -1 : x->k - y->k;
}

/* Renumbers the states by their share, the largest first. */
static void states_order(const struct table *t, int k, int *label, size_t *rows)
{
    struct ordered by[STATES_MAX] = { 0 };
    int rank[STATES_MAX] = { 0 };
    for (int j = 0; j < k; j++)
        by[j].k = j;
    for (size_t i = 0; i < t->n; i++)
        by[label[i]].rows++;
    qsort(by, (size_t)k, sizeof *by, ordered_compare);
    for (int j = 0; j < k; j++) {
        rank[by[j].k] = j;
        rows[j] = by[j].rows;
    }
    for (size_t i = 0; i < t->n; i++)
        label[i] = rank[label[i]];
}

/* The mean of the rows of each state, in the metrics' units. */
static void states_center(const struct table *t, const int *label, const size_t *rows,
                          struct states *s)
{
    for (int k = 0; k < s->k; k++)
        memset(s->items[k].centroid, 0, (size_t)t->d * sizeof(double));
    for (size_t i = 0; i < t->n; i++)
        for (int j = 0; j < t->d; j++)
            s->items[label[i]].centroid[j] += table_unscaled(t, j, t->x[i * (size_t)t->d + (size_t)j]) /
                                              (double)rows[label[i]];
}

/* Gives the rows of states with one name to the first of them. Returns how many are left. */
static int states_merge(const struct table *t, int *label, const struct states *s)
{
    int to[STATES_MAX] = { 0 }, left = 0;
    for (int k = 0; k < s->k; k++) {
        int same = 0;
        while (strcmp(s->items[same].name, s->items[k].name) != 0)
            same++;
        to[k] = same < k ? to[same] : left++;
    }
    for (size_t i = 0; i < t->n; i++)
        label[i] = to[label[i]];
    return left;
}

/* Stays and changes; a row that is not known ends neither. */
static void states_walk(const struct table *t, const int *label, double step, const size_t *rows,
                        struct states *out)
{
    double stays[STATES_MAX] = { 0 };
    for (size_t i = 0; i < t->n; i++) {
        if (i == 0 || label[i] != label[i - 1])
            stays[label[i]]++;
        if (i > 0 && label[i] != label[i - 1])
            out->transitions[label[i - 1] * out->k + label[i]]++;
    }
    for (int k = 0; k < out->k; k++) {
        out->items[k].share = (double)rows[k] / (double)t->n;
        out->items[k].dwell_s = stays[k] > 0 ? (double)rows[k] * step / stays[k] : 0;
    }
}

/* Orders and names k states, until no two are named alike. */
static void states_settle(const struct table *t, int k, int *label, size_t *rows, struct states *s)
{
    s->items = mem_new((size_t)k * sizeof *s->items);
    for (int j = 0; j < k; j++)
        s->items[j].centroid = mem_new((size_t)t->d * sizeof(double));
    s->k = k;
    do {
        while (s->k > k)
            mem_free(s->items[--s->k].centroid);
        states_order(t, k, label, rows);
        states_center(t, label, rows, s);
        states_name(t->r, s);
        k = states_merge(t, label, s);
    } while (k < s->k);
}

static void states_write(const struct table *t, const struct kmeans *m, int *label,
                         double silhouette, uint64_t seed, struct report *out)
{
    struct states *s = &out->states;
    size_t rows[STATES_MAX];
    s->n_features = t->d;
    s->feature = mem_new((size_t)t->d * sizeof *s->feature);
    memcpy(s->feature, t->slot, (size_t)t->d * sizeof *s->feature);
    states_settle(t, m->k, label, rows, s);
    for (int k = 0; k < s->k; k++)
        s->items[k].id = k;
    s->silhouette = s->k == m->k ? silhouette : kmeans_silhouette(t->x, t->n, t->d, label, s->k, seed);
    s->transitions = mem_new((size_t)(s->k * s->k) * sizeof *s->transitions);
    states_walk(t, label, recording_interval(t->r), rows, s);
    s->of_tick = mem_new(t->r->n * sizeof *s->of_tick);
    memset(s->of_tick, -1, t->r->n * sizeof *s->of_tick);
    for (size_t i = 0; i < t->n; i++)
        s->of_tick[t->tick[i]] = label[i];
}

void states_find(uint64_t seed, struct report *out)
{
    struct table t = { .r = out->rec };
    table_features(&t);
    if (t.d)
        table_fill(&t);
    if (t.d == 0 || t.n < STATES_MIN_ROWS) {
        snprintf(out->states.reason, sizeof out->states.reason, t.d || t.r->n < STATES_MIN_ROWS ?
                 "needs at least %d samples with all its metrics, has %zu" : "no metric in it that states could be told by",
                 STATES_MIN_ROWS, t.d ? t.n : t.r->n);
        table_done(&t);
        return;
    }
    table_smooth(&t);
    struct kmeans m;
    double silhouette = NAN;
    int *label = mem_new(t.n * sizeof *label), rc = states_fit(&t, seed, &m, &silhouette, label);
    if (rc < 0) {
        snprintf(out->states.reason, sizeof out->states.reason,
                 "its values are too far apart to compare");
    } else {
        states_write(&t, &m, label, silhouette, seed, out);
        kmeans_done(&m);
    }
    mem_free(label);
    table_done(&t);
}

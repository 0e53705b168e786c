/*
 * forecast.c - from a series to its forecast: prepares what the models see, has them tested, and says what they say
 * now, or what the best naive forecast says where they are no better.
 */
#include "learn/forecast/forecast_own.h"

#include "base/mem.h"
#include "base/stats.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>

#define SES_SHARE 0.3
#define SCRATCH_MIN 4096 /* of the search for a period */

const char *forecast_model_name(int i)
{
    return i < fc_n_models ? fc_models[i].name : NULL;
}

static int model_find(const char *name)
{
    for (int m = 0; m < fc_n_models; m++)
        if (!strcmp(fc_models[m].name, name))
            return m;
    return -1;
}

const char *forecast_model_words(const char *name)
{
    int m = model_find(name);
    return m >= 0 ? fc_models[m].words : "a mixture of models";
}

/* ---- what the models see ---- */

static void fc_done(struct fc *f)
{
    mem_free(f->z);
    mem_free(f->known);
    mem_free(f->sum);
    mem_free(f->ses);
    mem_free(f->low);
    mem_free(f->high);
    mem_free(f->scratch);
    trees_free(f->forest.trees);
}

/* Close together first, where errors change fast. */
static void fc_knots(struct fc *f)
{
    static const int first[] = { 1, 2, 3, 5, 8, 12, 18, 26, 36, 48, 60 };
    int n = sizeof first / sizeof *first;
    for (int k = 0; k < n && first[k] < f->horizon; k++)
        f->knot[f->knots++] = first[k];
    for (double at = 78; at < f->horizon && f->knots < FC_KNOTS - 1; at *= 1.3)
        f->knot[f->knots++] = (int)at;
    f->knot[f->knots++] = f->horizon;
}

static int fc_rows(double span_s, double step_s, size_t n, int least)
{
    double rows = round(span_s / step_s);
    return rows < least || rows > (double)n ? 0 : (int)rows;
}

/* x[i] becomes scale * z[i] + last. */
static int fc_see(struct fc *f, const double *x, size_t n, const struct forecast_options *o, double *scale,
                  double *last)
{
    while (n && !isfinite(*x)) {
        x++;
        n--;
    }
    if (n > FORECAST_ROWS) {
        x += n - FORECAST_ROWS;
        n = FORECAST_ROWS;
    }
    size_t room = n > SCRATCH_MIN ? n : SCRATCH_MIN, known = 0;
    *f = (struct fc){ .n = n, .horizon = o->horizon, .seed = o->seed };
    f->z = mem_try((n + 1) * sizeof *f->z);
    f->known = mem_try((n + 1) * sizeof *f->known);
    f->sum = mem_try((n + 1) * sizeof *f->sum);
    f->ses = mem_try((n + 1) * sizeof *f->ses);
    f->low = mem_try((n + 1) * sizeof *f->low);
    f->high = mem_try((n + 1) * sizeof *f->high);
    f->scratch = mem_try(room * sizeof *f->scratch);
    if (!f->z || !f->known || !f->sum || !f->ses || !f->low || !f->high || !f->scratch)
        return -ENOMEM;
    *scale = 0;
    *last = NAN;
    for (size_t i = 0; i < n; i++) {
        f->known[i] = isfinite(x[i]);
        known += f->known[i];
        if (f->known[i])
            *last = x[i];
        f->z[i] = *last;
        if (f->known[i])
            *scale = fmax(*scale, fabs(*last));
    }
    if (known < FORECAST_MIN)
        return -ENODATA;
    *scale = *scale > 0 ? *scale : 1;
    double base = *last / *scale, level = 0;
    for (size_t i = 0; i < n; i++) {
        double z = isnan(f->z[i]) ? 0 : f->z[i] / *scale - base; /* NaN: before the first, when the past was cut */
        f->z[i] = z;
        f->sum[i + 1] = f->sum[i] + z;
        level = i ? level + SES_SHARE * (z - level) : z;
        f->ses[i] = level;
        f->low[i] = i && f->low[i - 1] < z ? f->low[i - 1] : z;
        f->high[i] = i && f->high[i - 1] > z ? f->high[i - 1] : z;
    }
    double step_s = o->step_s > 0 ? o->step_s : 60;
    f->hour = fc_rows(3600, step_s, SIZE_MAX, 2);
    f->hour = f->hour ? f->hour : 2; /* a row an hour or less often: the last two */
    f->day = fc_rows(86400, step_s, n, 2);
    f->season = fc_season(f->z, n, f->scratch);
    if (f->season == f->day)
        f->season = 0;
    fc_knots(f);
    return 0;
}

/* ---- what is said now ---- */

/* Between the knots in a straight line, before the first from 0. */
static double between(const struct fc *f, const double *at, int step)
{
    int k = 0;
    while (f->knot[k] < step)
        k++;
    if (f->knot[k] == step || k == 0)
        return at[k];
    double share = (double)(step - f->knot[k - 1]) / (f->knot[k] - f->knot[k - 1]);
    return at[k - 1] + share * (at[k] - at[k - 1]);
}

/* All models at the last row, for every step: [model][step]. */
static void now_ask(struct fc *f, const struct fc_test *t, double *said)
{
    int *step = mem_new((size_t)f->horizon * sizeof *step);
    for (int h = 0; h < f->horizon; h++)
        step[h] = h + 1;
    for (int m = 0; m < t->models; m++) {
        double *out = said + (size_t)m * (size_t)f->horizon;
        if (!fc_models[t->model[m]].at(f, f->n - 1, step, f->horizon, out))
            memset(out, 0, (size_t)f->horizon * sizeof *out); /* z of the last value */
    }
    mem_free(step);
}

static void now_mix(struct fc *f, const struct fc_test *t, const double *said, double *p50)
{
    for (int h = 0; h < f->horizon; h++) {
        double v[FC_MODELS], w[FC_MODELS];
        for (int m = 0; m < t->models; m++) {
            v[m] = said[(size_t)m * (size_t)f->horizon + (size_t)h];
            w[m] = between(f, t->weight[m], h + 1);
        }
        p50[h] = fc_weighted_median(v, w, t->models);
    }
}

/* Where the past is too short for a backtest: as much as it changed from row to row, as a random walk. */
static void band_of_changes(const struct fc *f, double lo[FC_KNOTS], double hi[FC_KNOTS])
{
    double change = 0;
    for (size_t i = 1; i < f->n; i++)
        change = fmax(change, fabs(f->z[i] - f->z[i - 1]));
    for (int k = 0; k < f->knots; k++) {
        hi[k] = change * sqrt(f->knot[k]);
        lo[k] = -hi[k];
    }
}

/* Back to the values, within what they can be. */
static void put(const struct fc *f, const struct forecast_options *o, double scale, double last, const double *lo,
                const double *hi, struct forecast *out)
{
    double min = f->low[f->n - 1], max = f->high[f->n - 1], range = max - min,
           floor = (min - range) * scale + last, top = (max + range) * scale + last,
           low = isfinite(o->low) ? o->low : -DBL_MAX, high = isfinite(o->high) ? o->high : DBL_MAX;
    if (min * scale + last >= 0)
        low = fmax(low, 0);
    if (max * scale + last <= 0)
        high = fmin(high, 0);
    low = fmax(low, isfinite(floor) ? floor : -DBL_MAX);
    high = fmin(high, isfinite(top) ? top : DBL_MAX);
    for (int h = 0; h < f->horizon; h++) {
        double p = out->p50[h], v[3] = { p + between(f, lo, h + 1), p, p + between(f, hi, h + 1) };
        for (int q = 0; q < 3; q++) {
            v[q] = v[q] * scale + last; /* an infinity where only just beyond the largest double */
            v[q] = fmin(fmax(v[q], low), high);
        }
        out->p10[h] = v[0];
        out->p50[h] = v[1];
        out->p90[h] = v[2];
    }
}

/* ---- skill ---- */

/* Of `a` against `b`, by what they lost at the same rows; and its standard error, of means as long as the horizon,
 * since rows that lie close see the same future. */
static double skill_of(const struct fc *f, const struct fc_test *t, const double *a, const double *b, double *error)
{
    double block[FORECAST_ORIGINS], sum_b = 0, sum_d = 0;
    size_t blocks = 0, from = 0;
    double d = 0;
    int in = 0, n = 0;
    for (int j = t->warm; j < t->origins; j++) {
        if (isnan(a[j]) || isnan(b[j]))
            continue;
        if (in && t->origin[j] - from >= (size_t)f->horizon) {
            block[blocks++] = d / in;
            d = in = 0;
        }
        if (!in)
            from = t->origin[j];
        d += b[j] - a[j];
        in++;
        n++;
        sum_b += b[j];
        sum_d += b[j] - a[j];
    }
    if (in)
        block[blocks++] = d / in;
    *error = INFINITY;
    if (!n || !(sum_b > 0))
        return n ? 0 : NAN;
    if (blocks >= 3)
        *error = stats_sd(block, blocks) / sqrt((double)blocks) / (sum_b / n);
    return sum_d / sum_b;
}

/* The loss of what is given, held against the naive ones; the index of the best of those, or -1. */
static int judge(const struct fc *f, const struct fc_test *t, const double *loss, struct forecast *out)
{
    double naive[FORECAST_BASELINES][FORECAST_ORIGINS], error = NAN;
    int best = -1, best_b = -1;
    for (int m = 0; m < t->models; m++) {
        int b = fc_models[t->model[m]].baseline - 1, spoke = 0;
        if (b < 0)
            continue;
        struct forecast_baseline *to = &out->against[b];
        to->name = fc_models[t->model[m]].name;
        to->error = to->skill = NAN;
        for (int j = t->warm; j < t->origins; j++)
            spoke += t->spoke[m * t->origins + j];
        if (!spoke || 2 * spoke < t->origins - t->warm)
            continue;
        to->error = fc_test_loss(f, t, t->said + (size_t)m * (size_t)t->origins * (size_t)f->knots, naive[b]);
        to->skill = skill_of(f, t, loss, naive[b], &(double){ 0 });
        if (!isnan(to->error) && (best < 0 || to->error < out->against[best_b].error)) {
            best = m;
            best_b = b;
        }
    }
    out->skill = NAN;
    if (best < 0)
        return -1;
    out->baseline = out->against[best_b].name;
    out->skill = skill_of(f, t, loss, naive[best_b], &error);
    out->has_skill = out->skill >= FORECAST_SKILL_MIN && out->skill > error;
    return best;
}

/* How often what came lay in the band drawn of the half before. */
static double covered(const struct fc *f, const struct fc_test *t, const double *said)
{
    struct fc_test before = *t;
    double lo[FC_KNOTS], hi[FC_KNOTS];
    int half = t->warm + (t->origins - t->warm) / 2, in = 0, n = 0;
    double rounding = 1e-9 * (f->high[f->n - 1] - f->low[f->n - 1]);
    before.origins = half;
    if (!fc_test_band(f, &before, said, lo, hi))
        return NAN;
    for (int j = half; j < t->origins; j++)
        for (int k = 0; k < f->knots; k++) {
            double e = t->came[j * f->knots + k] - said[j * f->knots + k];
            if (isnan(e))
                continue;
            in += e >= lo[k] - rounding && e <= hi[k] + rounding;
            n++;
        }
    return n ? (double)in / n : NAN;
}

/* ---- the forecast ---- */

static int make(struct fc *f, const struct forecast_options *o, int only, double scale, double last,
                struct forecast *out)
{
    bool automatic = !o->model || !strcmp(o->model, "auto");
    struct fc_test t;
    int rc = fc_test_run(f, only, &t);
    double *said = rc < 0 ? NULL : mem_try((size_t)t.models * (size_t)f->horizon * sizeof *said);
    if (!said) {
        fc_test_done(&t);
        return -ENOMEM;
    }
    int pick = -1; /* of t.model; -1 = the mixture */
    for (int m = 0; m < t.models && only >= 0; m++)
        pick = t.model[m] == only ? m : pick;
    size_t cells = (size_t)t.origins * (size_t)f->knots;
    const double *tested = pick < 0 ? t.mixed : t.said + (size_t)pick * cells;
    double loss[FORECAST_ORIGINS], lo[FC_KNOTS], hi[FC_KNOTS];
    out->error = fc_test_loss(f, &t, tested, loss);
    int naive = judge(f, &t, loss, out);
    if (automatic && !out->has_skill) {
        pick = naive < 0 ? 0 : naive;
        tested = t.said + (size_t)pick * cells;
        out->error = fc_test_loss(f, &t, tested, loss);
    }
    out->error *= scale;
    for (int b = 0; b < FORECAST_BASELINES; b++)
        out->against[b].error *= scale;
    out->origins = t.origins;
    out->model = pick < 0 ? "blend" : fc_models[t.model[pick]].name;
    out->coverage = covered(f, &t, tested);
    now_ask(f, &t, said);
    if (pick < 0)
        now_mix(f, &t, said, out->p50);
    else
        memcpy(out->p50, said + (size_t)pick * (size_t)f->horizon, (size_t)f->horizon * sizeof *said);
    for (int h = 0; h < f->horizon; h++)
        out->naive[h] = fmin(fmax((naive < 0 ? 0 : said[(size_t)naive * (size_t)f->horizon + (size_t)h]) * scale + last,
                                  -DBL_MAX), DBL_MAX);
    if (!fc_test_band(f, &t, tested, lo, hi))
        band_of_changes(f, lo, hi);
    put(f, o, scale, last, lo, hi, out);
    mem_free(said);
    fc_test_done(&t);
    return 0;
}

int forecast_make(const double *x, size_t n, const struct forecast_options *o, struct forecast *out)
{
    bool mixed = !o->model || !strcmp(o->model, "auto") || !strcmp(o->model, "blend");
    int only = mixed ? -1 : model_find(o->model);
    if (o->horizon < 1 || o->horizon > FORECAST_MAX_HORIZON || (!mixed && only < 0) || o->step_s < 0)
        return -EINVAL;
    struct forecast r = { .horizon = o->horizon };
    struct fc f;
    double scale, last;
    int rc = fc_see(&f, x, n, o, &scale, &last);
    if (rc == 0) {
        size_t bytes = (size_t)o->horizon * sizeof(double);
        r.p10 = mem_try(bytes);
        r.p50 = mem_try(bytes);
        r.p90 = mem_try(bytes);
        r.naive = mem_try(bytes);
        rc = r.p10 && r.p50 && r.p90 && r.naive ? make(&f, o, only, scale, last, &r) : -ENOMEM;
    }
    fc_done(&f);
    if (rc < 0)
        forecast_done(&r);
    else
        *out = r;
    return rc;
}

void forecast_done(struct forecast *f)
{
    mem_free(f->p10);
    mem_free(f->p50);
    mem_free(f->p90);
    mem_free(f->naive);
    f->p10 = f->p50 = f->p90 = f->naive = NULL;
}

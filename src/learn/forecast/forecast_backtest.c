/*
 * forecast_backtest.c - the models at earlier rows, their weights, and what the mixture would have said.
 *
 * Prequential (Dawid 1984): the weights that a row is forecast with come from errors that were known at that row. So
 * the errors of the mixture, of which bands and skill are made, are out of sample.
 */
#include "learn/forecast/forecast_own.h"

#include "base/mem.h"
#include "base/stats.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define RECENT 3         /* errors at the end of the past count e^RECENT times those at its beginning: things change */
#define TEST_MIN 4       /* errors that a weight takes */
#define BAND_MIN 12      /* and a band */
#define WARM_SHARE 0.2   /* of the origins, whose weights know too little to be judged */
#define SPOKE_SHARE 0.25 /* of the origins at which a model must have had something to say */
#define KNOT_REACH 0.7   /* how far the errors of one step count for another: e-fold of the ratio's logarithm */

static double *said_at(const struct fc *f, const struct fc_test *t, int m, int j)
{
    return t->said + ((size_t)m * (size_t)t->origins + (size_t)j) * (size_t)f->knots;
}

double fc_weighted_median(double *v, double *w, int n)
{
    double all = 0, sum = 0;
    for (int i = 0; i < n; i++) {
        double x = v[i], y = w[i];
        int j = i;
        for (; j > 0 && v[j - 1] > x; j--) {
            v[j] = v[j - 1];
            w[j] = w[j - 1];
        }
        v[j] = x;
        w[j] = y;
        all += y;
    }
    for (int i = 0; i < n - 1; i++)
        if ((sum += w[i]) >= all / 2)
            return v[i];
    return v[n - 1];
}

/* Where it is asked: evenly, the last row of all last. Half as many rows again as the first third has. */
static void test_origins(const struct fc *f, struct fc_test *t)
{
    size_t start = f->n / 3, reach = 12 * 1440;
    if (f->n > reach && start < f->n - reach)
        start = f->n - reach;
    size_t span = f->n - 1 - start, step = span / FORECAST_ORIGINS + 1;
    for (size_t i = start + span % step; i < f->n - 1; i += step)
        t->origin[t->origins++] = i;
    t->warm = (int)(WARM_SHARE * t->origins);
}

static void test_refits(struct fc *f)
{
    size_t start = f->n / 3;
    f->refit[0] = start;
    f->refit[1] = start + (f->n - start) / 3;
    f->refit[2] = start + (f->n - start) * 2 / 3;
    f->refit[3] = f->n;
}

static void test_ask(struct fc *f, struct fc_test *t)
{
    for (int j = 0; j < t->origins; j++) {
        size_t i = t->origin[j];
        for (int m = 0; m < t->models; m++) {
            double *out = said_at(f, t, m, j);
            bool *spoke = &t->spoke[m * t->origins + j];
            *spoke = fc_models[t->model[m]].at(f, i, f->knot, f->knots, out);
            for (int k = 0; k < f->knots && !*spoke; k++)
                out[k] = f->z[i];
        }
        for (int k = 0; k < f->knots; k++) {
            size_t at = i + (size_t)f->knot[k];
            t->came[j * f->knots + k] = at < f->n && f->known[at] ? f->z[at] : NAN;
        }
    }
}

/* What is known so far: errors by model and knot. */
struct errors {
    double sum[FC_MODELS][FC_KNOTS], weight[FC_KNOTS];
    int count[FC_KNOTS], spoke[FC_MODELS];
};

/* The mean errors so far, of one step with those beside it, into weights. `near`: how much those count. */
static void test_weigh(const struct fc *f, const struct fc_test *t, const double near[FC_KNOTS][FC_KNOTS],
                       const struct errors *so_far, int seen, double weight[FC_MODELS][FC_KNOTS])
{
    double e[FC_MODELS][FC_KNOTS], share[FC_KNOTS], best[FC_KNOTS];
    for (int k = 0; k < f->knots; k++) {
        share[k] = so_far->count[k] >= TEST_MIN ? 1.0 / so_far->weight[k] : 0;
        best[k] = INFINITY;
    }
    for (int m = 0; m < t->models; m++) {
        double mean[FC_KNOTS];
        for (int l = 0; l < f->knots; l++)
            mean[l] = so_far->sum[m][l] * share[l];
        for (int k = 0; k < f->knots; k++) {
            e[m][k] = 0;
            for (int l = 0; l < f->knots; l++)
                e[m][k] += near[k][l] * mean[l];
            if (so_far->spoke[m] >= SPOKE_SHARE * seen && e[m][k] < best[k])
                best[k] = e[m][k];
        }
    }
    for (int m = 0; m < t->models; m++)
        for (int k = 0; k < f->knots; k++) {
            double ratio = best[k] > 0 ? fmin(e[m][k] / best[k], 1e4) : e[m][k] > 0 ? 1e4 : 1, square = ratio * ratio;
            bool counts = so_far->spoke[m] >= SPOKE_SHARE * seen;
            weight[m][k] = counts ? fc_models[t->model[m]].voice / (square * square) : 0;
        }
}

/* Takes over what came by row `now`. */
static void test_learn(const struct fc *f, const struct fc_test *t, size_t now, int upto, int next[FC_KNOTS],
                       struct errors *so_far)
{
    for (int k = 0; k < f->knots; k++)
        for (; next[k] < upto && t->origin[next[k]] + (size_t)f->knot[k] <= now; next[k]++) {
            double came = t->came[next[k] * f->knots + k];
            if (isnan(came))
                continue;
            so_far->count[k]++;
            double weight = exp(RECENT * (double)t->origin[next[k]] / (double)f->n);
            so_far->weight[k] += weight;
            for (int m = 0; m < t->models; m++)
                so_far->sum[m][k] += weight * fabs(said_at(f, t, m, next[k])[k] - came);
        }
}

static void test_mix(struct fc *f, struct fc_test *t)
{
    double near[FC_KNOTS][FC_KNOTS];
    struct errors so_far = { 0 };
    int next[FC_KNOTS] = { 0 };
    for (int k = 0; k < f->knots; k++)
        for (int l = 0; l < f->knots; l++)
            near[k][l] = exp(-fabs(log((double)f->knot[k] / f->knot[l])) / KNOT_REACH);
    for (int j = 0; j <= t->origins; j++) {
        test_learn(f, t, j < t->origins ? t->origin[j] : f->n - 1, j, next, &so_far);
        test_weigh(f, t, near, &so_far, j, t->weight);
        for (int k = 0; k < f->knots && j < t->origins; k++) {
            double v[FC_MODELS], w[FC_MODELS];
            for (int m = 0; m < t->models; m++) {
                v[m] = said_at(f, t, m, j)[k];
                w[m] = t->weight[m][k];
            }
            t->mixed[j * f->knots + k] = fc_weighted_median(v, w, t->models);
        }
        for (int m = 0; m < t->models && j < t->origins; m++)
            so_far.spoke[m] += t->spoke[m * t->origins + j];
    }
}

int fc_test_run(struct fc *f, int only, struct fc_test *t)
{
    *t = (struct fc_test){ 0 };
    for (int m = 0; m < fc_n_models; m++)
        if (only < 0 ? !fc_models[m].asked : m == only || fc_models[m].baseline)
            t->model[t->models++] = m;
    test_origins(f, t);
    size_t cells = (size_t)(t->origins + 1) * (size_t)f->knots;
    t->said = mem_try((size_t)t->models * cells * sizeof *t->said);
    t->spoke = mem_try((size_t)t->models * (size_t)(t->origins + 1) * sizeof *t->spoke);
    t->came = mem_try(cells * sizeof *t->came);
    t->mixed = mem_try(cells * sizeof *t->mixed);
    if (!t->said || !t->spoke || !t->came || !t->mixed) {
        fc_test_done(t);
        return -ENOMEM;
    }
    test_refits(f);
    test_ask(f, t);
    test_mix(f, t);
    return 0;
}

void fc_test_done(struct fc_test *t)
{
    mem_free(t->said);
    mem_free(t->spoke);
    mem_free(t->came);
    mem_free(t->mixed);
    *t = (struct fc_test){ 0 };
}

bool fc_test_band(const struct fc *f, const struct fc_test *t, const double *said, double lo[FC_KNOTS],
                  double hi[FC_KNOTS])
{
    double e[3 * FORECAST_ORIGINS];
    int known = -1; /* the last knot with a band of its own */
    for (int k = 0; k < f->knots; k++) {
        size_t n = 0;
        for (int l = k ? k - 1 : 0; l <= k + 1 && l < f->knots; l++)
            for (int j = t->warm; j < t->origins; j++) {
                double v = t->came[j * f->knots + l] - said[j * f->knots + l];
                if (!isnan(v))
                    e[n++] = v;
            }
        if (n >= BAND_MIN) {
            lo[k] = fmin(stats_quantile(e, n, 0.1), 0);
            hi[k] = fmax(stats_quantile(e, n, 0.9), 0);
            known = k;
        } else if (known >= 0) { /* farther than the past reaches: as a random walk widens */
            double wider = sqrt((double)f->knot[k] / f->knot[known]);
            lo[k] = lo[known] * wider;
            hi[k] = hi[known] * wider;
        } else {
            return false;
        }
    }
    return true;
}

double fc_test_loss(const struct fc *f, const struct fc_test *t, const double *said, double loss[FORECAST_ORIGINS])
{
    double all = 0, of = 0;
    for (int j = t->warm; j < t->origins; j++) {
        double sum = 0, weight = 0;
        for (int k = 0; k < f->knots; k++) {
            double e = fabs(t->came[j * f->knots + k] - said[j * f->knots + k]);
            int below = k ? f->knot[k - 1] : 0, above = k + 1 < f->knots ? f->knot[k + 1] : f->knot[k];
            double span = (above - below) / 2.0; /* the steps that it stands for */
            if (isnan(e))
                continue;
            sum += span * e;
            weight += span;
        }
        loss[j] = weight > 0 ? sum / weight : NAN;
        all += sum;
        of += weight;
    }
    return of > 0 ? all / of : NAN;
}

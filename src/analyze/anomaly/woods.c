/* woods.c - isolation forests over time: when to grow them, and what score is too high. */
#include "analyze/anomaly/woods.h"

#include "base/mem.h"
#include "base/stats.h"
#include "learn/forest.h"

#include <string.h>

#define SCORE_LEAST 0.5    /* 0.5 is a row of average depth (Liu et al. 2008, section 2) */
#define ROWS_MAX 2048      /* a forest looks back so far: half an hour at 1 Hz */
#define REGROW 0.5         /* new rows, as a share of those that the forest knows, until the next one */
#define STAY 90            /* rows departing until they are the usual ones */
#define TAIL_SHARE 0.1     /* of the scores make the tail ... */
#define TAIL_LEAST 5.0     /* ... and at least so many */
#define FAR 4.0            /* deviations that make a metric part of it */
#define FAR_MAX 1000.0     /* a constant that moves is infinitely far out */

struct usual {
    double median, deviation;
};

struct woods {
    const struct features *f;
    double p, threshold;
    uint64_t seed;
    struct forest *forest;
    size_t *row;           /* the last n rows that did not depart, oldest first */
    size_t n, fresh;       /* fresh: of them, since the forest was grown */
    size_t away[STAY];     /* rows that departed since the last forest ... */
    size_t n_away;         /* ... so many */
    struct usual *usual;   /* per feature, of the rows that the forest knows */
    double *x;             /* room for ROWS_MAX rows */
};

struct woods *woods_new(const struct features *f, double p, uint64_t seed)
{
    struct woods *w = mem_new(sizeof *w);
    *w = (struct woods){ .f = f, .p = p, .seed = seed, .threshold = NAN };
    w->row = mem_new(ROWS_MAX * sizeof *w->row);
    w->usual = mem_new((size_t)(f->n + 1) * sizeof *w->usual);
    w->x = mem_new(ROWS_MAX * (size_t)(f->n + 1) * sizeof *w->x);
    return w;
}

void woods_free(struct woods *w)
{
    if (!w)
        return;
    forest_free(w->forest);
    mem_free(w->row);
    mem_free(w->usual);
    mem_free(w->x);
    mem_free(w);
}

void woods_restart(void *woods)
{
    struct woods *w = woods;
    forest_free(w->forest);
    w->forest = NULL;
    w->n = w->fresh = w->n_away = 0;
}

double woods_threshold(const struct woods *w)
{
    return w->threshold;
}

/* One row, what is not known at its usual value: that isolates nothing. */
static void woods_values(const struct woods *w, size_t i, double *to)
{
    for (int j = 0; j < w->f->n; j++) {
        double v = w->f->f[j].x[i];
        to[j] = isfinite(v) ? v : w->usual[j].median;
    }
}

static void woods_usual(struct woods *w)
{
    double *v = mem_new(w->n * sizeof *v);
    for (int j = 0; j < w->f->n; j++) {
        for (size_t k = 0; k < w->n; k++) {
            double x = w->f->f[j].x[w->row[k]];
            v[k] = isfinite(x) ? x : NAN;
        }
        double median = stats_median(v, w->n), change = w->f->f[j].rule.change;
        double spread = (stats_quantile(v, w->n, 0.75) - stats_quantile(v, w->n, 0.25)) / STATS_QUARTILES;
        median = isnan(median) ? 0 : median;
        spread = isnan(spread) ? 0 : spread;
        w->usual[j] = (struct usual){ median, fmax(spread, change > 0 ? change / 10 : 1e-3 * fabs(median)) };
    }
    mem_free(v);
}

/* Where an exponential tail over the scores leaves the probability p. Its shape is not fitted as in method/pareto: some
 * hundred scores are too few for that, and quiet columns had alarms (25 in test_anomalies, where a few may come). */
static double woods_tail(const double *score, size_t n, double p, double lag1)
{
    double own = (1 - lag1) / (1 + lag1); /* of so much each score is its own, not the one before again */
    double share = fmin(fmax(TAIL_SHARE, TAIL_LEAST / (double)n), 0.5);
    double from = stats_quantile(score, n, 1 - share), sum = 0, count = 0;
    for (size_t k = 0; k < n; k++)
        if (score[k] > from) {
            sum += score[k] - from;
            count++;
        }
    double few = 1 + 4 / sqrt(count * own); /* few scores know little of the tail */
    return count > 0 ? from + few * sum / count * log(share / p) : from;
}

/* An episode takes EPISODE_HOLD rows in a row: each score becomes the lowest of so many. */
static size_t woods_lasting(double *score, size_t n)
{
    size_t lasting = n - (EPISODE_HOLD - 1);
    for (size_t k = 0; k < lasting; k++)
        for (size_t m = 1; m < EPISODE_HOLD; m++)
            score[k] = fmin(score[k], score[k + m]);
    return lasting;
}

static void woods_grow(struct woods *w)
{
    size_t known = w->n * 2 / 3, d = (size_t)w->f->n;
    woods_usual(w);
    for (size_t k = 0; k < w->n; k++)
        woods_values(w, w->row[k], w->x + k * d);
    struct forest *grown;
    if (forest_grow(w->x, known, w->f->n, &(struct forest_options){ .seed = w->seed }, &grown) < 0)
        return;
    forest_free(w->forest);
    w->forest = grown;
    double *score = mem_new((w->n - known) * sizeof *score);
    forest_score(grown, w->x + known * d, w->n - known, score);
    double lag1 = fmin(fmax(stats_lag1(score, w->n - known), 0), 0.95);
    size_t lasting = woods_lasting(score, w->n - known);
    w->threshold = fmin(fmax(woods_tail(score, lasting, w->p, lag1), SCORE_LEAST), 1);
    mem_free(score);
    w->fresh = w->n_away = 0;
}

static void woods_keep(struct woods *w, size_t i)
{
    if (w->n == ROWS_MAX) {
        memmove(w->row, w->row + 1, (ROWS_MAX - 1) * sizeof *w->row);
        w->n--;
    }
    w->row[w->n++] = i;
    w->fresh++;
}

/* The rows that departed are the usual ones from now on. */
static void woods_settle(struct woods *w)
{
    memcpy(w->row, w->away, sizeof w->away);
    w->n = STAY;
    woods_grow(w);
}

/* The metrics that make the row unusual. False where none of them matters. */
static bool woods_readings(const struct woods *w, size_t i, double score, struct reading *out)
{
    bool any = false;
    for (int j = 0; j < w->f->n; j++) {
        const struct feature *f = &w->f->f[j];
        double d = f->x[i] - w->usual[j].median;
        double far = d == 0 ? 0 : fmin(fabs(d) / w->usual[j].deviation, FAR_MAX);
        if (!isfinite(d) || !(far >= FAR) || fabs(d) < f->rule.change)
            continue;
        out[j] = (struct reading){
            .score = score, .weight = reading_weight(f, d, far / FAR),
            .expected = w->usual[j].median, .low = w->usual[j].median - STATS_NINE_OF_TEN * w->usual[j].deviation,
            .high = w->usual[j].median + STATS_NINE_OF_TEN * w->usual[j].deviation, .departs = true };
        any |= f->rule.use == AREA_DECIDES;
    }
    return any;
}

void woods_row(void *woods, size_t i, struct reading *out)
{
    struct woods *w = woods;
    memset(out, 0, (size_t)w->f->n * sizeof *out);
    double score = 0, *x = w->x;
    if (w->forest) {
        woods_values(w, i, x);
        forest_score(w->forest, x, 1, &score);
    }
    if (w->forest && score >= w->threshold && woods_readings(w, i, score, out)) {
        w->away[w->n_away++] = i;
        if (w->n_away < STAY)
            return;
        woods_settle(w);
        for (int j = 0; j < w->f->n; j++)
            out[j].settled = out[j].departs;
        return;
    }
    woods_keep(w, i);
    if (w->n >= WOODS_MIN_ROWS &&
        (!w->forest || (double)w->fresh >= REGROW * (double)(w->n - w->fresh)))
        woods_grow(w);
}

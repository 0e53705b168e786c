/* pareto.c - a generalised Pareto tail. */
#include "analyze/method/pareto.h"

#include "base/mem.h"
#include "base/stats.h"

#include <math.h>
#include <stdlib.h>

#define TAIL_SHARE 0.1  /* of the scores make the tail ... */
#define TAIL_LEAST 5.0  /* ... and at least so many */
#define SHAPE_MIN -0.25 /* the moments of few scores err: a tail of a plain shape is followed instead of a wild one */
#define SHAPE_MAX 0.5
#define SHAPE_NEEDS 10.0 /* scores of its own in the tail, to believe in half of the end that they seem to have: after
                          * 60 rows of noise forests flagged 30 rows of 30 days without it, and 12 with it */
#define SHAPE_NONE 1e-6 /* the limit of the formulas is the exponential */
#define ALIKE 1e-9      /* scores that differ by less of themselves are the same, but for rounding */

static int pareto_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct pareto pareto_fit(const double *score, size_t n, double lag1)
{
    double own = (1 - lag1) / (1 + lag1); /* of so much each score is its own, not the one before again */
    double share = fmin(fmax(TAIL_SHARE, TAIL_LEAST / (double)n), 0.5), mean = 0, weighted = 0;
    struct pareto t = { .from = stats_quantile(score, n, 1 - share), .share = share };
    double *excess = mem_new((n + 1) * sizeof *excess);
    size_t m = 0;
    for (size_t k = 0; k < n; k++)
        if (score[k] > t.from)
            excess[m++] = score[k] - t.from;
    qsort(excess, m, sizeof *excess, pareto_order);
    for (size_t k = 0; k < m; k++) {
        mean += excess[k] / (double)m;
        weighted += excess[k] / (double)m * (1 - ((double)k + 0.65) / (double)m);
    }
    mem_free(excess);
    double gap = mean - 2 * weighted, few = 1 + 2 / sqrt((double)m * own); /* 1.4 standard errors of the width more */
    t.width = ALIKE * fabs(t.from);
    if (m == 0)
        return t;
    t.shape = gap > 0 ? fmin(fmax(mean / gap - 2, SHAPE_MIN), SHAPE_MAX) : SHAPE_MAX;
    if (t.shape > 0) /* few scores always seem to end */
        t.shape *= (double)m * own / ((double)m * own + SHAPE_NEEDS);
    t.width = fmax(t.width, few * mean * (1 + t.shape));
    return t;
}

double pareto_score(const struct pareto *t, double p)
{
    double rarer = p < t->share ? p / t->share : 1;
    if (fabs(t->shape) < SHAPE_NONE)
        return t->from - t->width * log(rarer);
    return t->from + t->width * (1 - pow(rarer, t->shape)) / t->shape;
}

double pareto_probability(const struct pareto *t, double score)
{
    if (score <= t->from)
        return t->share;
    double beyond = t->width > 0 ? (score - t->from) / t->width : INFINITY;
    if (fabs(t->shape) < SHAPE_NONE)
        return t->share * exp(-beyond);
    return t->shape * beyond < 1 ? t->share * pow(1 - t->shape * beyond, 1 / t->shape) : 0;
}

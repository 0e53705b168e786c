/* tail.c - an exponential tail. */
#include "analyze/tail.h"

#include "base/stats.h"

#include <math.h>

#define TAIL_SHARE 0.1 /* of the scores make the tail ... */
#define TAIL_LEAST 5.0 /* ... and at least so many */

struct tail tail_fit(const double *score, size_t n, double lag1)
{
    double own = (1 - lag1) / (1 + lag1); /* of so much each score is its own, not the one before again */
    double share = fmin(fmax(TAIL_SHARE, TAIL_LEAST / (double)n), 0.5), sum = 0, count = 0;
    struct tail t = { .from = stats_quantile(score, n, 1 - share), .share = share };
    for (size_t k = 0; k < n; k++)
        if (score[k] > t.from) {
            sum += score[k] - t.from;
            count++;
        }
    double few = 1 + 4 / sqrt(count * own); /* few scores know little of the tail */
    t.excess = count > 0 ? few * (sum / count) : 0;
    return t;
}

double tail_score(const struct tail *t, double p)
{
    return p < t->share ? t->from + t->excess * log(t->share / p) : t->from;
}

double tail_probability(const struct tail *t, double score)
{
    if (score <= t->from)
        return t->share;
    return t->excess > 0 ? t->share * exp((t->from - score) / t->excess) : 0;
}

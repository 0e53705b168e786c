/* halving.c - rounds of trials with ever fewer arms. */
#include "learn/halving.h"

#include "base/stats.h"

#include <assert.h>
#include <math.h>

#define PRUNE 3.0
#define FINAL 8 /* repeats of the last round at most */

int halving_cost(const struct halving *h)
{
    int sum = 0;
    for (int r = 0; r < HALVING_ROUNDS; r++)
        sum += h->wide[r] * h->repeats[r];
    return sum;
}

/* A third goes on, one at least; then as many as the budget bears, and last the final round is repeated more often. */
static void halving_plan(struct halving *h, int arms, int budget)
{
    static const int repeats[HALVING_ROUNDS] = { 1, 2, 4 };
    for (int r = 0; r < HALVING_ROUNDS; r++)
        h->repeats[r] = repeats[r];
    for (int others = arms - 1;; others--) {
        int on = (others + 2) / 3;
        h->wide[0] = 1 + others;
        h->wide[1] = 1 + on;
        h->wide[2] = 1 + (on + 2) / 3;
        if (halving_cost(h) <= budget || others == 1)
            break;
    }
    for (bool more = true; more;) {
        more = false;
        for (int r = HALVING_ROUNDS - 1; r > 0 && !more; r--)
            if (h->wide[r] < h->wide[r - 1] && halving_cost(h) + h->repeats[r] <= budget) {
                h->wide[r]++;
                more = true;
            }
    }
    while (h->repeats[HALVING_ROUNDS - 1] < FINAL && halving_cost(h) + h->wide[HALVING_ROUNDS - 1] <= budget)
        h->repeats[HALVING_ROUNDS - 1]++;
}

/* A new order of the arms that are in, for one repeat. */
static void halving_shuffle(struct halving *h)
{
    h->turns = h->at = 0;
    for (int i = 0; i < h->arms; i++)
        if (h->arm[i].fate == HALVING_IN)
            h->order[h->turns++] = i;
    for (int i = h->turns - 1; i > 0; i--) {
        int j = (int)rng_below(&h->rng, (uint32_t)i + 1), t = h->order[i];
        h->order[i] = h->order[j];
        h->order[j] = t;
    }
}

void halving_init(struct halving *h, const struct halving_options *o)
{
    assert(o->arms >= 1 && o->arms <= HALVING_ARMS && o->budget >= HALVING_LEAST);
    *h = (struct halving){ .arms = o->arms, .prune = o->prune > 0 ? o->prune : PRUNE, .is_over = o->arms < 2 };
    rng_seed(&h->rng, o->seed);
    if (h->is_over)
        return;
    halving_plan(h, o->arms, o->budget);
    for (int i = h->wide[0]; i < h->arms; i++)
        h->arm[i].fate = HALVING_UNTRIED;
    halving_shuffle(h);
}

void halving_know(struct halving *h, double value)
{
    assert(value > 0 && isfinite(value));
    if (h->n_known < HALVING_VALUES)
        h->known[h->n_known++] = value;
}

/* Most ended: INFINITY. The quantiles of base/stats.h take no infinite ones. */
static double halving_middle(const double *value, int n)
{
    double a[2 * HALVING_VALUES];
    int ended = 0;
    for (int i = 0; i < n; i++) {
        a[i] = log(value[i]);
        ended += isinf(value[i]);
    }
    if (n == 0 || 2 * ended >= n)
        return n ? INFINITY : (double)NAN;
    double upper = stats_select(a, (size_t)n, (size_t)n / 2);
    return exp(n % 2 ? upper : (stats_select(a, (size_t)n, (size_t)n / 2 - 1) + upper) / 2);
}

double halving_median(const struct halving *h, int arm)
{
    return halving_middle(h->arm[arm].value, h->arm[arm].n);
}

/* Of default, with what was known before. */
static double halving_bound(const struct halving *h)
{
    double all[2 * HALVING_VALUES];
    int n = 0;
    for (int i = 0; i < h->n_known; i++)
        all[n++] = h->known[i];
    for (int i = 0; i < h->arm[0].n; i++)
        all[n++] = h->arm[0].value[i];
    return n ? h->prune * halving_middle(all, n) : INFINITY;
}

int halving_next(struct halving *h, double *bound)
{
    if (h->is_over)
        return -1;
    int arm = h->order[h->at];
    *bound = arm ? halving_bound(h) : INFINITY;
    return arm;
}

/* How many of the arms that are in are better; of equal ones the first is. */
static int halving_place(const struct halving *h, int arm)
{
    double own = halving_median(h, arm);
    int better = 0;
    for (int i = 1; i < h->arms; i++) {
        double m = halving_median(h, i);
        better += i != arm && h->arm[i].fate == HALVING_IN && (m < own || (m == own && i < arm));
    }
    return better;
}

/* Those beyond the width of the next round stay behind. All places first: each is among all that are in. */
static void halving_narrow(struct halving *h, int wide)
{
    int place[HALVING_ARMS];
    for (int i = 1; i < h->arms; i++)
        place[i] = halving_place(h, i);
    for (int i = 1; i < h->arms; i++)
        if (h->arm[i].fate == HALVING_IN && place[i] >= wide - 1)
            h->arm[i].fate = HALVING_BEHIND;
}

static void halving_turn(struct halving *h)
{
    while (++h->at < h->turns) /* an arm that went in this repeat has no turn any more */
        if (h->arm[h->order[h->at]].fate == HALVING_IN)
            return;
    if (++h->repeat == h->repeats[h->round]) {
        h->repeat = 0;
        if (++h->round < HALVING_ROUNDS)
            halving_narrow(h, h->wide[h->round]);
    }
    halving_shuffle(h);
    h->is_over |= h->round == HALVING_ROUNDS || h->turns < 2; /* default alone needs no more */
}

int halving_put(struct halving *h, double value)
{
    assert(!h->is_over && (isnan(value) || value > 0));
    int i = h->order[h->at];
    struct halving_arm *a = &h->arm[i];
    h->trials++;
    if (isnan(value)) {
        a->fate = HALVING_FAILED;
    } else {
        assert(a->n < HALVING_VALUES);
        a->value[a->n++] = value;
        if (i && halving_median(h, i) > halving_bound(h))
            a->fate = HALVING_SLOW;
    }
    if (i == 0 && (isnan(value) || isinf(value))) {
        h->is_over = true;
        return -1;
    }
    halving_turn(h);
    return 0;
}

void halving_stop(struct halving *h)
{
    h->is_over = true;
}

int halving_trials(const struct halving *h)
{
    return h->trials;
}

int halving_best(const struct halving *h)
{
    int best = 0;
    double least = halving_median(h, 0);
    for (int i = 1; i < h->arms; i++) {
        double m = halving_median(h, i);
        if (h->arm[i].fate == HALVING_IN && isfinite(m) && (m < least || isnan(least))) {
            best = i;
            least = m;
        }
    }
    return isnan(halving_median(h, 0)) ? 0 : best;
}

const char *halving_fate_name(enum halving_fate f)
{
    static const char *const name[] = { "in", "behind", "slow", "failed", "untried" };
    return name[f];
}

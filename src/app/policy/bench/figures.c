/* figures.c - from trials to medians, ratios and verdicts. */
#include "app/policy/bench/bench.h"

#include "base/auto.h"
#include "base/stats.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define RESAMPLES 2000
#define SEED 20260101 /* the same trials give the same interval */

int bench_arm_of(const struct bench_result *r, const char *name)
{
    for (int i = 0; i < r->arms; i++)
        if (strcmp(r->arm[i].name, name) == 0)
            return i;
    return -1;
}

int bench_metric_of(const struct bench_scenario *s, const char *name)
{
    for (int i = 0; i < BENCH_METRICS && s->workload->metric[i].name; i++)
        if (strcmp(s->workload->metric[i].name, name) == 0)
            return i;
    return -1;
}

/* What was learned is default itself where default was kept: no trials of its own, which would but differ by chance. */
bool bench_is_default(const struct bench_result *r, int arm)
{
    return r->arm[arm].kind == ARM_DEFAULT || (r->arm[arm].kind == ARM_LEARNED && !*r->arm[arm].words);
}

double *bench_values(const struct bench_result *r, int arm, int metric)
{
    if (bench_is_default(r, arm))
        arm = bench_arm_of(r, "default");
    double *x = mem_new(((size_t)r->rounds + 1) * sizeof *x);
    for (int i = 0; i < r->rounds; i++)
        x[i] = NAN;
    for (size_t i = 0; i < r->n; i++)
        if (r->trial[i].arm == arm && r->trial[i].ok)
            x[r->trial[i].round] = r->trial[i].value[metric];
    return x;
}

int bench_patterns(const struct bench_result *r, int arm)
{
    int patterns = 0;
    for (size_t i = 0; i < r->n; i++) {
        bool counts = r->trial[i].arm == arm && r->trial[i].ok && *r->trial[i].bits;
        for (size_t k = 0; counts && k < i; k++)
            counts = r->trial[k].arm != arm || !r->trial[k].ok || strcmp(r->trial[k].bits, r->trial[i].bits) != 0;
        patterns += counts;
    }
    return patterns;
}

void bench_summary(const struct bench_result *r, int arm, int metric, struct bench_summary *out)
{
    size_t n = (size_t)r->rounds;
    auto_free double *x = bench_values(r, arm, metric);
    *out = (struct bench_summary){ .n = (int)stats_known(x, n), .median = stats_median(x, n), .min = stats_min(x, n),
                                   .max = stats_max(x, n) };
    int standard = bench_arm_of(r, "default");
    if (standard < 0 || standard == arm)
        return;
    auto_free double *base = bench_values(r, standard, metric);
    paired_look(base, x, n, &out->gain);
}

/* ---- spread ---- */

/* Between the quartiles, as a share of the median. */
static double spread_of(double *x, size_t n)
{
    double low = stats_quantile_of(x, n, 0.25), high = stats_quantile_of(x, n, 0.75);
    return (high - low) / stats_quantile_of(x, n, 0.5);
}

static double spread_again(const double *x, size_t n, double *room, struct rng *rng)
{
    for (size_t i = 0; i < n; i++)
        room[i] = x[rng_below(rng, (uint32_t)n)];
    return spread_of(room, n);
}

static size_t spread_keep_known(double *x, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i]))
            x[kept++] = x[i];
    return kept;
}

/* The interval is that of the bootstrap (Efron and Tibshirani 1993, 13.3: percentiles): order statistics give none for
 * a ratio of spreads. */
static void spread_compare(const struct bench_result *r, int base, int arm, int metric, struct bench_verdict *out)
{
    auto_free double *a = bench_values(r, base, metric), *b = bench_values(r, arm, metric);
    auto_free double *room = mem_new((size_t)(r->rounds + 1) * sizeof *room);
    auto_free double *ratio = mem_new(RESAMPLES * sizeof *ratio);
    size_t n = spread_keep_known(a, (size_t)r->rounds), m = spread_keep_known(b, (size_t)r->rounds);
    out->pairs = (int)(n < m ? n : m);
    if (out->pairs < 2)
        return;
    struct rng rng;
    rng_seed(&rng, SEED);
    for (int i = 0; i < RESAMPLES; i++)
        ratio[i] = spread_again(a, n, room, &rng) / spread_again(b, m, room, &rng);
    out->got = spread_of(a, n) / spread_of(b, m);
    size_t known = spread_keep_known(ratio, RESAMPLES);
    out->lo = stats_quantile(ratio, known, 0.025);
    out->hi = stats_quantile(ratio, known, 0.975);
}

/* ---- verdicts ---- */

static void judge_gain(const struct bench_result *r, int base, int arm, int metric, struct bench_verdict *out)
{
    auto_free double *a = bench_values(r, base, metric), *b = bench_values(r, arm, metric);
    struct paired p;
    paired_look(a, b, (size_t)r->rounds, &p);
    out->got = p.ratio;
    out->lo = p.lo;
    out->hi = p.hi;
    out->pairs = p.pairs;
}

/* How many times longer; what was announced has to be right, and what was not has to be small. */
static void judge_cost(const struct bench_result *r, int base, int arm, int metric, struct bench_verdict *out)
{
    judge_gain(r, arm, base, metric, out);
    out->announced = r->announced[arm];
    double off = out->got / out->announced;
    out->met = out->announced > BENCH_COST ? off <= BENCH_COST_RIGHT && off >= 1 / BENCH_COST_RIGHT
                                           : out->got <= BENCH_COST;
}

static void judge_bits(const struct bench_result *r, int arm, int metric, const struct bench_bar *b,
                       struct bench_verdict *out)
{
    auto_free double *x = bench_values(r, arm, metric);
    out->pairs = (int)stats_known(x, (size_t)r->rounds);
    out->got = bench_patterns(r, arm);
    out->met = out->got <= b->wanted && out->got > 0;
}

int bench_judge(const struct bench_result *r, const struct bench_bar *b, struct bench_verdict *out)
{
    int arm = bench_arm_of(r, b->arm), base = bench_arm_of(r, b->against);
    int metric = bench_metric_of(r->scenario, b->metric);
    *out = (struct bench_verdict){ .got = NAN, .lo = NAN, .hi = NAN, .announced = 1 };
    if (arm < 0 || base < 0 || metric < 0)
        return -EINVAL;
    switch (b->kind) {
    case BAR_GAIN: judge_gain(r, base, arm, metric, out); break;
    case BAR_SPREAD: spread_compare(r, base, arm, metric, out); break;
    case BAR_BITS: judge_bits(r, arm, metric, b, out); break;
    case BAR_COST: judge_cost(r, base, arm, metric, out); break;
    }
    if (b->kind == BAR_GAIN || b->kind == BAR_SPREAD)
        out->met = out->got >= b->wanted;
    int least = b->kind == BAR_BITS ? r->scenario->rounds : BENCH_PAIRS;
    out->judged = out->pairs >= least && isfinite(out->got);
    out->met = out->met && out->judged;
    return 0;
}

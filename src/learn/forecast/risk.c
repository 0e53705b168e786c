/* risk.c - the likelihood of some self-exciting processes with an hourly base, and the mean of what they say. */
#include "learn/forecast/risk.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>

#define HOURS 24
#define DAY 86400.0

/* Share of the episodes that others brought, and for how long. */
static const double shares[] = { 0, 0.15, 0.3, 0.45, 0.6 };
static const double lasts[] = { 600, 3600, 21600 };

/* How many episodes it takes to believe an hour, and how much of one counts for each of the hours beside. */
static const struct belief {
    double doubt, spread;
} hours[] = { { INFINITY, 0 }, { 5, 0.15 }, { 1.5, 0.15 }, { 5, 0 }, { 1.5, 0 } };

#define SHARES ((int)(sizeof shares / sizeof *shares))
#define LASTS ((int)(sizeof lasts / sizeof *lasts))
#define BELIEFS ((int)(sizeof hours / sizeof *hours))
#define MODELS (BELIEFS * (1 + (SHARES - 1) * LASTS))

struct past {
    const double *start;
    size_t n;
    double from, now, rate;         /* of all, per second */
    double seen[HOURS];             /* seconds that were looked at */
    double count[HOURS];            /* episodes */
    double *stirred[LASTS];         /* n + 1: how much those before stir each, and the present; of a weight of 1 */
};

struct model {
    double share, last, hour[HOURS];
    double stirred_now, log_weight;
};

const char *risk_level_name(enum risk_level l)
{
    static const char *const name[] = { "low", "medium", "high" };
    return name[l];
}

enum risk_level risk_level_of(double probability, double step_s)
{
    double hourly = 1 - pow(1 - probability, 3600 / step_s);
    return hourly >= RISK_HIGH ? RISK_LEVEL_HIGH : hourly >= RISK_MEDIUM ? RISK_LEVEL_MEDIUM : RISK_LEVEL_LOW;
}

static int hour_of(double t)
{
    double in_day = fmod(t, DAY);
    return (int)((in_day < 0 ? in_day + DAY : in_day) / 3600) % HOURS;
}

static void past_hours(struct past *p)
{
    double whole = floor((p->now - p->from) / DAY);
    for (int h = 0; h < HOURS; h++)
        p->seen[h] = whole * 3600;
    for (double t = p->from + whole * DAY; t < p->now;) {
        double next = fmin((floor(t / 3600) + 1) * 3600, p->now);
        p->seen[hour_of(t)] += next - t;
        t = next;
    }
    for (size_t i = 0; i < p->n; i++)
        p->count[hour_of(p->start[i])]++;
}

static void past_stirred(struct past *p)
{
    for (int l = 0; l < LASTS; l++) {
        double sum = 0;
        for (size_t i = 0; i <= p->n; i++) {
            double at = i < p->n ? p->start[i] : p->now;
            if (i)
                sum = (sum + 1) * exp(-(at - p->start[i - 1]) / lasts[l]);
            p->stirred[l][i] = sum / lasts[l];
        }
    }
}

/* How many times the mean rate an hour has; `own`: an episode of it is left out, as if it had not been seen. */
static double hour_factor(const struct past *p, const struct belief *b, int h, bool own)
{
    double span = p->now - p->from, n = (double)p->n - own, core = 1 - 2 * b->spread;
    if (isinf(b->doubt) || !(span > 0))
        return 1;
    double beside = p->count[(h + 1) % HOURS] + p->count[(h + HOURS - 1) % HOURS];
    double count = core * (p->count[h] - own) + b->spread * beside;
    return (count + b->doubt) / (n * p->seen[h] / span + b->doubt);
}

static void model_weigh(const struct past *p, struct model *m, const struct belief *b, const double *stirred)
{
    double span = p->now - p->from, own = 0, likely = 0;
    for (int h = 0; h < HOURS; h++) {
        m->hour[h] = hour_factor(p, b, h, false);
        own += m->hour[h] * p->seen[h];
    }
    double level = own > 0 ? span / own : 1; /* so that the mean of all hours is the rate */
    for (int h = 0; h < HOURS; h++)
        m->hour[h] *= level;
    double expected = (1 - m->share) * p->rate * span;
    for (size_t i = 0; i < p->n; i++) {
        double base = (1 - m->share) * p->rate * hour_factor(p, b, hour_of(p->start[i]), true) * level;
        likely += log(base + m->share * stirred[i]);
        expected += m->share * (1 - exp(-(p->now - p->start[i]) / m->last));
    }
    double unseen = p->rate * exp(-(1 - m->share) * span / m->last); /* by those before anybody looked */
    m->stirred_now = m->share * (stirred[p->n] + unseen);
    m->log_weight += likely - expected;
}

/* Half of the belief is in "no", half is spread over the others. */
static double share_of_belief(int i, int n)
{
    return i == 0 ? 0.5 : 0.5 / (n - 1);
}

static void models_weigh(const struct past *p, struct model models[static MODELS])
{
    struct model *m = models;
    for (int d = 0; d < BELIEFS; d++)
        for (int s = 0; s < SHARES; s++)
            for (int l = 0; l < (s ? LASTS : 1); l++, m++) {
                double share = share_of_belief(d, BELIEFS) * share_of_belief(s, SHARES) / (s ? LASTS : 1);
                *m = (struct model){ .share = shares[s], .last = lasts[l], .log_weight = log(share) };
                model_weigh(p, m, &hours[d], p->stirred[l]);
            }
}

/*
 * That one begins in a step, given what stirs at its start: of the episodes that were seen, as it calms down; of those
 * that will come before the step, on average. These come in clusters, of which many in one step are no more than one.
 */
static double model_says(const struct past *p, const struct model *m, double step_s, int k)
{
    double ahead = step_s * k, calms = exp(-(1 - m->share) * ahead / m->last), reach = -expm1(-step_s / m->last);
    double cluster = m->share / (1 - m->share) * reach;
    double unseen = m->share * p->rate * (1 - calms) * m->last * reach;
    double expected = m->stirred_now * calms * m->last * reach;
    expected += cluster > 0 ? unseen * -expm1(-cluster) / cluster : 0;
    for (double t = p->now + ahead, end = t + step_s; t < end;) {
        double next = fmin((floor(t / 3600) + 1) * 3600, end);
        expected += (1 - m->share) * p->rate * m->hour[hour_of(t)] * (next - t);
        t = next;
    }
    return -expm1(-expected);
}

static bool risk_rises(const double *start, size_t n, double from, double now)
{
    for (size_t i = 0; i < n; i++)
        if (!(start[i] >= (i ? start[i - 1] : from)) || !(start[i] <= now))
            return false;
    return isfinite(from) && isfinite(now) && from <= now;
}

int risk_make(const double *start, size_t n, double from, double now, const struct risk_options *o,
              double *probability)
{
    if (!(o->step_s > 0) || o->step_s > 1e9 || o->horizon < 1 || o->per_day < 0 || !risk_rises(start, n, from, now))
        return -EINVAL;
    if (n > RISK_EPISODES) {
        start += n - RISK_EPISODES;
        n = RISK_EPISODES;
        from = start[0];
    }
    struct past p = { .start = start, .n = n, .from = from, .now = now };
    p.rate = ((double)n + 1) / (now - from + DAY / (o->per_day > 0 ? o->per_day : RISK_PER_DAY));
    for (int l = 0; l < LASTS; l++)
        p.stirred[l] = mem_new((n + 1) * sizeof **p.stirred);
    past_hours(&p);
    past_stirred(&p);
    struct model models[MODELS];
    models_weigh(&p, models);
    double best = -INFINITY, all = 0;
    for (int m = 0; m < MODELS; m++)
        best = fmax(best, models[m].log_weight);
    for (int m = 0; m < MODELS; m++)
        all += exp(models[m].log_weight - best);
    for (int k = 0; k < o->horizon; k++) {
        probability[k] = 0;
        for (int m = 0; m < MODELS; m++)
            probability[k] += exp(models[m].log_weight - best) / all * model_says(&p, &models[m], o->step_s, k);
    }
    for (int l = 0; l < LASTS; l++)
        mem_free(p.stirred[l]);
    return 0;
}

/* alarm.c - scores against the tail of those before them. */
#include "analyze/method/alarm.h"

#include "base/mem.h"
#include "base/stats.h"

#include <math.h>
#include <string.h>

#define LAG_MAX 0.95 /* autocorrelation beyond that cannot be told from a level that moves */

void alarm_init(struct alarm *a, double chance, int rows)
{
    *a = (struct alarm){ .chance = chance, .rows = rows, .threshold = INFINITY,
                         .score = mem_new(ALARM_KEPT * sizeof *a->score) };
}

void alarm_done(struct alarm *a)
{
    mem_free(a->score);
    a->score = NULL;
}

static void alarm_add(struct alarm *a, double score)
{
    a->score[a->next] = score;
    a->next = (a->next + 1) % ALARM_KEPT;
    a->n += a->n < ALARM_KEPT;
}

static void alarm_fit(struct alarm *a)
{
    double shared = 1 - 1.0 / a->rows; /* which few scores do not show */
    /* In a full ring one pair of neighbours is not one: no matter. */
    double lag = fmin(fmax(stats_lag1(a->score, a->n), shared), LAG_MAX);
    a->tail = pareto_fit(a->score, a->n, lag);
    a->threshold = pareto_score(&a->tail, a->chance);
    a->fresh = 0;
}

void alarm_learn(struct alarm *a, const double *score, size_t n)
{
    for (size_t i = 0; i < n; i++)
        alarm_add(a, score[i]);
    alarm_fit(a);
}

struct detector_verdict alarm_judge(struct alarm *a, double score, int cause)
{
    struct detector_verdict v = { .score = score, .probability = pareto_probability(&a->tail, score),
                                  .alarm = score > a->threshold, .cause = cause };
    alarm_add(a, score);
    if (++a->fresh == ALARM_EVERY)
        alarm_fit(a);
    return v;
}

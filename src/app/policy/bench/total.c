/*
 * total.c - what was learned, over all tasks together: against default, and against every arm that is the same
 * for all of them.
 *
 * Of a task counts the median of the ratios of its rounds, of all tasks their geometric mean. The interval is that of
 * the bootstrap over the rounds of each task (Efron and Tibshirani 1993, 13.3: percentiles).
 */
#include "app/policy/bench/bench.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/stats.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TASKS 16
#define RESAMPLES 2000
#define SEED 20260102 /* the same trials give the same interval */

/* The logarithms of the ratios of one task's pairs: how many times smaller the values of b are. */
struct task {
    double log[PAIRED_MAX];
    size_t n;
};

/* False: there is no such arm there, or too few pairs of it. */
static bool task_read(const struct bench_result *r, const char *base, const char *arm, struct task *t)
{
    int a = bench_arm_of(r, base), b = bench_arm_of(r, arm);
    t->n = 0;
    if (a < 0 || b < 0)
        return false;
    auto_free double *x = bench_values(r, a, 0), *y = bench_values(r, b, 0);
    for (int i = 0; i < r->rounds && t->n < PAIRED_MAX; i++)
        if (x[i] > 0 && y[i] > 0) /* NaN: no */
            t->log[t->n++] = log(x[i] / y[i]);
    return t->n > 0;
}

static double total_again(const struct task *t, int tasks, struct rng *rng)
{
    double sum = 0, again[PAIRED_MAX];
    for (int i = 0; i < tasks; i++) {
        for (size_t k = 0; k < t[i].n; k++)
            again[k] = t[i].log[rng_below(rng, (uint32_t)t[i].n)];
        sum += stats_median(again, t[i].n);
    }
    return exp(sum / tasks);
}

struct over {
    double ratio, lo, hi;
    int pairs; /* of the task with the fewest */
};

/* NaN where an arm lacks in a task. */
static struct over total_over(const struct bench_result *const *r, int tasks, const char *base, const char *arm)
{
    struct over out = { NAN, NAN, NAN, PAIRED_MAX };
    auto_free struct task *t = mem_new((size_t)tasks * sizeof *t);
    auto_free double *again = mem_new(RESAMPLES * sizeof *again);
    double sum = 0;
    for (int i = 0; i < tasks; i++) {
        if (!task_read(r[i], base, arm, &t[i]))
            return (struct over){ NAN, NAN, NAN, 0 };
        out.pairs = (int)t[i].n < out.pairs ? (int)t[i].n : out.pairs;
        sum += stats_median(t[i].log, t[i].n);
    }
    struct rng rng;
    rng_seed(&rng, SEED);
    for (int i = 0; i < RESAMPLES; i++)
        again[i] = total_again(t, tasks, &rng);
    out.ratio = exp(sum / tasks);
    out.lo = stats_quantile(again, RESAMPLES, 0.025);
    out.hi = stats_quantile(again, RESAMPLES, 0.975);
    return out;
}

static void total_find_best(const struct bench_result *const *r, struct bench_total *out)
{
    double best = 1;
    text_copy(out->best, sizeof out->best, "default");
    for (int i = 0; i < r[0]->arms; i++) {
        const struct bench_arm *a = &r[0]->arm[i];
        double gain = a->kind == ARM_LEARNED ? NAN : total_over(r, out->tasks, "default", a->name).ratio;
        if (gain > best) {
            best = gain;
            text_copy(out->best, sizeof out->best, a->name);
        }
    }
}

static void total_find_worst(const struct bench_result *const *r, struct bench_total *out)
{
    out->worst = INFINITY;
    for (int i = 0; i < out->tasks; i++) {
        double gain = total_over(&r[i], 1, "default", "learned").ratio;
        if (gain < out->worst) {
            out->worst = gain;
            out->worst_task = r[i]->scenario->doc;
        }
    }
}

void bench_total(const struct bench_result *r, size_t n, struct bench_total *out)
{
    const struct bench_result *task[TASKS];
    *out = (struct bench_total){ .worst_task = "" };
    for (size_t i = 0; i < n && out->tasks < TASKS; i++)
        if (r[i].scenario->goal && !*r[i].skipped)
            task[out->tasks++] = &r[i];
    if (!out->tasks)
        return;
    struct over gain = total_over(task, out->tasks, "default", "learned");
    out->gain = gain.ratio;
    out->lo = gain.lo;
    out->hi = gain.hi;
    total_find_best(task, out);
    struct over best = total_over(task, out->tasks, out->best, "learned");
    out->over_best = best.ratio;
    out->over_best_lo = best.lo;
    out->over_best_hi = best.hi;
    total_find_worst(task, out);
    out->judged = gain.pairs >= BENCH_PAIRS && best.pairs >= BENCH_PAIRS;
    out->met[0] = out->judged && out->gain >= BENCH_TOTAL_GAIN;
    out->met[1] = out->judged && out->over_best_lo >= BENCH_TOTAL_STATIC;
    out->met[2] = out->judged && out->worst >= BENCH_TOTAL_WORST;
}

/* ---- what is told ---- */

static void total_line(const struct bench_total *t, int bar, const char *what, double ratio, double lo, double hi,
                       struct buf *out)
{
    char a[TEXT_NUMBER_MAX], b[TEXT_NUMBER_MAX], c[TEXT_NUMBER_MAX];
    text_number(ratio, 3, a);
    text_number(lo, 3, b);
    text_number(hi, 3, c);
    buf_printf(out, "  %-10s  %s: %s", t->judged ? t->met[bar] ? "met" : "missed" : "not judged", what, a);
    if (isfinite(lo))
        buf_printf(out, " [%s .. %s]", b, c);
    buf_putc(out, '\n');
}

void bench_total_text(const struct bench_total *t, struct buf *out)
{
    char what[200];
    if (!t->tasks)
        return;
    buf_printf(out, "What was learned, over %d tasks (geometric mean)\n", t->tasks);
    total_line(t, 0, "better than default, 1.5 times at least", t->gain, t->lo, t->hi, out);
    snprintf(what, sizeof what, "against %s, the best that is the same for all, 0.95 of it at least (lower end)",
             t->best);
    total_line(t, 1, what, t->over_best, t->over_best_lo, t->over_best_hi, out);
    snprintf(what, sizeof what, "0.9 of default at least on every task; least on '%.90s'", t->worst_task);
    total_line(t, 2, what, t->worst, NAN, NAN, out);
    buf_putc(out, '\n');
}

static void total_json_bar(struct json *j, const struct bench_total *t, int bar, const char *key, double ratio,
                           double lo, double hi, double wanted)
{
    json_object(j, key);
    json_double(j, "wanted", wanted);
    json_double(j, "ratio", ratio);
    json_double(j, "lo", lo);
    json_double(j, "hi", hi);
    if (t->judged)
        json_bool(j, "met", t->met[bar]);
    else
        json_null(j, "met");
    json_end(j);
}

void bench_total_json(struct json *j, const struct bench_total *t)
{
    if (!t->tasks) {
        json_null(j, "total");
        return;
    }
    json_object(j, "total");
    json_int(j, "tasks", t->tasks);
    total_json_bar(j, t, 0, "over_default", t->gain, t->lo, t->hi, BENCH_TOTAL_GAIN);
    json_string(j, "best_static", t->best);
    total_json_bar(j, t, 1, "over_best_static", t->over_best, t->over_best_lo, t->over_best_hi, BENCH_TOTAL_STATIC);
    json_string(j, "worst_task", t->worst_task);
    total_json_bar(j, t, 2, "worst", t->worst, NAN, NAN, BENCH_TOTAL_WORST);
    json_end(j);
}

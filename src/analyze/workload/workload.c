/*
 * workload.c - one machine's kind of work over time.
 *
 * Odds against "none of them" are what is multiplied and added: of a learnt category those of its prototypes
 * (learn/classes) times what its evidence says, from EVIDENCE_LEAST to 1; of one without prototypes those of its
 * evidence alone, even where EVIDENCE_EVEN of it holds.
 */
#include "analyze/workload/workload_own.h"

#include "analyze/workload/workload_features.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/amount.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EVIDENCE_LEAST 0.5  /* what a file says may be wrong for a machine: it does not outvote what was seen */
#define EVIDENCE_MOST 0.95
#define EVIDENCE_EVEN 0.7
#define EVIDENCE_KNOWN 0.5  /* weight of the evidence that must be known */
#define MIXED_TOGETHER 0.8  /* of two that are mixed */
#define MIXED_EACH 0.25
#define LASTS 30.0         /* windows that a kind of work lasts: so much likelier must another be to be the answer */
#define DOUBT_LASTS 10.0   /* windows that "unknown" and "mixed" last: they are no kinds of work */
#define LEAST 2e-3         /* probability: one window in 500 is something else than it looks */
#define REASONS 3

static void workload_say_none(struct workload *w, const char *reason)
{
    w->now = (struct workload_answer){ .category = WORKLOAD_UNKNOWN, .scores = w->scores };
    text_copy(w->now.reason, sizeof w->now.reason, reason);
}

struct workload *workload_new(const struct workload_set *s, const struct workload_options *o)
{
    struct workload *w = mem_new(sizeof *w);
    size_t n = (size_t)s->n + 1;
    *w = (struct workload){ .set = s, .o = *o, .watch = watch_new() };
    w->evidence = mem_new(n * CATEGORY_EVIDENCE * sizeof *w->evidence);
    w->degree = mem_new(n * CATEGORY_EVIDENCE * sizeof *w->degree);
    w->feature = mem_new(2 * (size_t)workload_features() * sizeof *w->feature);
    w->scores = mem_new(n * sizeof *w->scores);
    w->fresh = mem_new(n * sizeof *w->fresh);
    w->against = mem_new(n * sizeof *w->against);
    for (int k = 0; k < s->n; k++)
        for (int i = 0; i < s->category[k].n; i++)
            w->evidence[k * CATEGORY_EVIDENCE + i] = watch_add(w->watch, s->category[k].evidence[i].metric);
    workload_features_watch(w->watch, w->feature);
    watch_start(w->watch, o->step_s);
    w->o.update_s = fmax(o->update_s, o->step_s > 0 ? o->step_s : 1e-3);
    char reason[WORKLOAD_REASON], span[32];
    snprintf(reason, sizeof reason, "needs at least %s of samples",
             text_span(watch_needs_s(w->watch), span, sizeof span));
    workload_say_none(w, reason);
    return w;
}

void workload_free(struct workload *w)
{
    if (!w)
        return;
    watch_free(w->watch);
    mem_free(w->evidence);
    mem_free(w->degree);
    mem_free(w->feature);
    mem_free(w->scores);
    mem_free(w->fresh);
    mem_free(w->against);
    mem_free(w);
}

/* ---- one update ---- */

/* How far the evidence of a category holds, 0..1; NaN where too little of it is measured to say anything. What is not
 * there is not above anything: it does not forbid what is to be below. */
static double workload_evidence(struct workload *w, int k)
{
    const struct category *c = &w->set->category[k];
    double sum = 0, known = 0, all = 0, least = 1;
    for (int i = 0; i < c->n; i++) {
        const struct evidence *e = &c->evidence[i];
        int at = k * CATEGORY_EVIDENCE + i;
        double degree = evidence_degree(e, watch_statistic(w->watch, w->evidence[at], e->statistic));
        w->degree[at] = degree;
        all += e->weight;
        if (!isnan(degree)) {
            sum += e->weight * degree;
            known += e->weight;
        }
        if (e->required)
            least = fmin(least, !isnan(degree) ? degree : e->sense == SENSE_BELOW);
    }
    return known >= EVIDENCE_KNOWN * all ? fmin(sum / known, least) : (double)NAN;
}

/* Of a category that nobody showed it. */
static double workload_odds(double holds)
{
    double p = isnan(holds) ? 0 : fmin(holds, EVIDENCE_MOST), odds = p / (1 - p) * (1 - EVIDENCE_EVEN) / EVIDENCE_EVEN;
    return odds * odds;
}

/* Probabilities of this update into fresh[] and fresh_none. What was learnt, none among it, is one against what files
 * say of categories that were not. */
static void workload_update(struct workload *w)
{
    const struct workload_set *s = w->set;
    double x[CLASSES_MAX_DIM], learnt = 0, total = 1;
    workload_features_take(w->watch, w->feature, x);
    double others = classes_weigh(s->learnt, x, s->n, w->fresh);
    bool blind = isnan(others); /* too few features: evidence is all there is */
    double none = 1 + (blind ? 0 : others);
    w->sees = !blind;
    for (int k = 0; k < s->n; k++) {
        double holds = workload_evidence(w, k);
        bool known = !blind && workload_set_is_learnt(s, k);
        w->sees |= !isnan(holds);
        w->fresh[k] = !known ? workload_odds(holds) :
                      w->fresh[k] * (isnan(holds) ? 1 : EVIDENCE_LEAST + (1 - EVIDENCE_LEAST) * holds);
        *(known ? &learnt : &total) += w->fresh[k];
    }
    for (int k = 0; k < s->n; k++)
        w->fresh[k] /= !blind && workload_set_is_learnt(s, k) ? (learnt + none) * total : total;
    w->fresh_none = none / ((learnt + none) * total);
}

/* a: weight of this update */
static void workload_smooth(struct workload *w, double a)
{
    for (int k = 0; k < w->set->n; k++)
        w->scores[k] += a * (w->fresh[k] - w->scores[k]);
    w->none += a * (w->fresh_none - w->none);
}

/* ---- the answer, in words ---- */

/* Of probabilities p[set->n], the highest but one. */
static int workload_highest(const struct workload *w, const double *p, int but)
{
    int best = -1;
    for (int k = 0; k < w->set->n; k++)
        if (k != but && (best < 0 || p[k] > p[best]))
            best = k;
    return best;
}

static int workload_best(const struct workload *w, int but)
{
    return workload_highest(w, w->scores, but);
}

/* The evidence of a category that holds and weighs most: "cpu.util 45 %, process.forks.rate 12 /s". */
static void workload_explain(const struct workload *w, int k, char *out, size_t cap)
{
    const struct category *c = &w->set->category[k];
    bool told[CATEGORY_EVIDENCE] = { false };
    size_t n = 0;
    out[0] = '\0';
    for (int r = 0; r < REASONS && n < cap; r++) {
        int best = -1;
        for (int i = 0; i < c->n; i++)
            if (!told[i] && w->degree[k * CATEGORY_EVIDENCE + i] > 0.5 &&
                (best < 0 || c->evidence[i].weight > c->evidence[best].weight))
                best = i;
        if (best < 0)
            break;
        told[best] = true;
        const struct evidence *e = &c->evidence[best];
        char amount[AMOUNT_MAX];
        double v = watch_statistic(w->watch, w->evidence[k * CATEGORY_EVIDENCE + best], e->statistic);
        n += (size_t)snprintf(out + n, cap - n, "%s%s %s%s%s", n ? ", " : "", e->metric,
                              amount_text(v, watch_unit(w->watch, w->schema, w->evidence[k * CATEGORY_EVIDENCE + best]),
                                          amount),
                              e->statistic == STATISTIC_MEAN ? "" : " ",
                              e->statistic == STATISTIC_MEAN ? "" : statistic_name(e->statistic));
    }
}

/* What is answered by probabilities p[set->n], and `none` of none. */
static int workload_verdict(const struct workload *w, const double *p, double none)
{
    int best = workload_highest(w, p, -1), next = workload_highest(w, p, best);
    if (best < 0)
        return WORKLOAD_UNKNOWN;
    if (p[best] >= w->o.threshold && p[best] > none)
        return best;
    if (next >= 0 && p[next] >= MIXED_EACH && p[best] + p[next] >= MIXED_TOGETHER)
        return WORKLOAD_MIXED;
    return WORKLOAD_UNKNOWN;
}

static double workload_confidence(const struct workload *w, int verdict)
{
    if (verdict >= 0)
        return w->scores[verdict];
    int best = workload_best(w, -1), next = workload_best(w, best);
    if (verdict == WORKLOAD_MIXED)
        return fmin(w->scores[best] + w->scores[next], 1);
    return best < 0 ? 1 : w->sees ? 1 - w->scores[best] : 0;
}

static void workload_doubt(const struct workload *w, int verdict, char *out, size_t cap)
{
    int best = workload_best(w, -1), next = workload_best(w, best);
    const struct category *c = w->set->category;
    out[0] = '\0';
    if (best < 0)
        text_copy(out, cap, "there are no categories");
    else if (verdict == WORKLOAD_MIXED)
        snprintf(out, cap, "%s (%.0f %%) and %s (%.0f %%) at the same time, or hard to tell apart", c[best].name,
                 100 * w->scores[best], c[next].name, 100 * w->scores[next]);
    else if (!w->sees)
        text_copy(out, cap, "none of the metrics by which kinds of work are told is known");
    else if (verdict == WORKLOAD_UNKNOWN && w->scores[best] < 0.05)
        text_copy(out, cap, "it is like none of the categories");
    else if (verdict == WORKLOAD_UNKNOWN)
        snprintf(out, cap, "most likely %s, but only to %.0f %%, and %.0f %% are asked for "
                 "(session_classification.confidence_threshold)", c[best].name, 100 * w->scores[best],
                 100 * w->o.threshold);
}

static void workload_give(struct workload *w, int verdict)
{
    w->now.category = verdict;
    w->now.confidence = workload_confidence(w, verdict);
    workload_doubt(w, verdict, w->now.reason, sizeof w->now.reason);
    w->now.why[0] = '\0';
    if (verdict >= 0)
        workload_explain(w, verdict, w->now.why, sizeof w->now.why);
}

/* What this window says for an answer, k = n for doubt: its probability as a share of what is asked. */
static double workload_speaks(const struct workload *w, int k)
{
    if (k < w->set->n)
        return log(fmax(w->fresh[k], LEAST) / fmax(w->o.threshold, LEAST));
    int best = workload_highest(w, w->fresh, -1);
    return log(fmax(best < 0 ? 1 : 1 - w->fresh[best], LEAST) / fmax(1 - w->o.threshold, LEAST));
}

/* The answer, n = doubt, that has outweighed the one that stands in all that was new since; that one where there is
 * none. share: of the window is new. */
static int workload_outweighs(struct workload *w, int stands, double share)
{
    double for_it = workload_speaks(w, stands);
    int n = w->set->n, best = stands;
    for (int k = 0; k <= n; k++) {
        w->against[k] = fmax(w->against[k] + share * (workload_speaks(w, k) - for_it), 0);
        best = w->against[k] > w->against[best] ? k : best;
    }
    return w->against[best] > log(stands < n ? LASTS : DOUBT_LASTS) ? best : stands;
}

/* Another answer, where this window is of it too: what was before says nothing about it. */
static void workload_change(struct workload *w, int to)
{
    int verdict = workload_verdict(w, w->fresh, w->fresh_none);
    if (to == w->set->n ? verdict >= 0 : verdict != to)
        return;
    memset(w->against, 0, ((size_t)w->set->n + 1) * sizeof *w->against);
    workload_smooth(w, 1);
    workload_give(w, verdict);
}

/* The old answer stands until another has outweighed it; meanwhile it is as sure as it was the last time. */
static void workload_answer(struct workload *w)
{
    double share = fmin((double)(w->mono_ns - w->answered_ns) * 1e-9 / watch_window_s(w->watch), 1);
    int stands = w->now.category < 0 ? w->set->n : w->now.category, best = stands;
    workload_smooth(w, w->answered ? 1 - exp(-share) : 1);
    if (w->answered)
        best = workload_outweighs(w, stands, share);
    int verdict = workload_verdict(w, w->scores, w->none);
    if (best != stands)
        workload_change(w, best);
    else if (!w->answered || verdict == w->now.category)
        workload_give(w, verdict);
    w->now.wall_ms = w->wall_ms;
    w->now.update_s = w->o.update_s;
    w->answered = true;
    w->answered_ns = w->mono_ns;
}

static bool workload_ask(struct workload *w)
{
    if (!watch_is_ready(w->watch)) {
        if (w->answered) { /* a gap: what was before it says nothing about now */
            w->answered = false;
            memset(w->scores, 0, (size_t)w->set->n * sizeof *w->scores);
            memset(w->against, 0, ((size_t)w->set->n + 1) * sizeof *w->against);
            w->none = 0;
            workload_say_none(w, "there was a gap; needs a while of samples again");
            w->now.wall_ms = w->wall_ms;
        }
        return false;
    }
    workload_update(w);
    workload_answer(w);
    return true;
}

bool workload_tick(struct workload *w, const struct schema *s, int64_t wall_ms, int64_t mono_ns, const double *v,
                   int n)
{
    int64_t step_ns = (int64_t)(w->o.update_s * 1e9);
    w->schema = s;
    w->wall_ms = wall_ms;
    w->mono_ns = mono_ns;
    watch_tick(w->watch, s, mono_ns, v, n);
    if (!w->begun || mono_ns < w->due_ns - 2 * step_ns) {
        w->begun = true;
        w->due_ns = mono_ns + step_ns;
        w->answered_ns = mono_ns;
    }
    if (mono_ns + (int64_t)(w->o.step_s > 0 ? 0.5e9 * w->o.step_s : 0) < w->due_ns)
        return false;
    w->due_ns += step_ns;
    if (w->due_ns <= mono_ns)
        w->due_ns = mono_ns + step_ns;
    return workload_ask(w);
}

bool workload_end(struct workload *w)
{
    if (!w->begun || (w->answered && (double)(w->mono_ns - w->answered_ns) * 1e-9 < w->o.update_s / 2))
        return false;
    return workload_ask(w);
}

const struct workload_answer *workload_now(const struct workload *w)
{
    return &w->now;
}

bool workload_seen(const struct workload *w, double *features)
{
    if (!watch_is_ready(w->watch))
        return false;
    workload_features_take(w->watch, w->feature, features);
    return true;
}

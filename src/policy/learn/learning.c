/* learning.c - default against itself, the search, the pairs; and the sentence that says what came of it. */
#include "policy/learn/learning.h"

#include "base/stats.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define KNOWN 3   /* trials of an arm, from which on it may be taken for the best */
#define PRUNE 3.0 /* an arm's trial is ended after so many times default's median */

struct run {
    const struct learning_options *o;
    struct learning *l;
    struct rng rng;
    double worst_s, worst; /* of default: time and value */
    bool noisy;            /* its runs differ so much that an arm must stand out */
};

const char *learning_phase_name(enum learning_phase p)
{
    static const char *const name[] = { "same", "search", "pairs" };
    return name[p];
}

const char *learning_verdict_name(enum learning_verdict v)
{
    static const char *const name[] = { "accepted", "default", "noisy", "stopped", "failed" };
    return name[v];
}

int learning_trials(const struct learning_options *o, int budget)
{
    int search = budget ? budget : o->budget ? o->budget : LEARNING_BUDGET_NOISY;
    return LEARNING_SAME + (o->arms > 1 ? search + 2 * o->pairs : 0);
}

__attribute__((format(printf, 3, 4)))
static void run_decide(struct run *r, enum learning_verdict v, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->l->reason, sizeof r->l->reason, fmt, ap);
    va_end(ap);
    r->l->verdict = v;
}

/* ---- one trial ---- */

/* Default's median time, and what slower arms have cost beyond it. */
static void run_account(struct run *r)
{
    struct learning *l = r->l;
    double wall[LEARNING_TRIALS];
    size_t n = 0;
    for (int i = 0; i < l->trials; i++)
        if (l->trial[i].arm == 0)
            wall[n++] = l->trial[i].wall_s;
    l->wall_s = stats_median(wall, n);
    l->allowed_s = fmax(r->o->max_regret * learning_trials(r->o, l->budget) * l->wall_s, LEARNING_SPARE_S);
    l->regret_s = 0;
    for (int i = 0; i < l->trials; i++)
        if (l->trial[i].arm != 0)
            l->regret_s += l->trial[i].wall_s - l->wall_s;
}

static bool run_is_too_dear(const struct run *r)
{
    return r->l->regret_s >= r->l->allowed_s;
}

/* Longer an arm may not take. In pairs default's worst counts, too: with long tails it is above the bound. */
static double run_bound(const struct run *r, enum learning_phase phase, int arm)
{
    const struct learning *l = r->l;
    if (arm == 0)
        return INFINITY;
    double bound = fmax(PRUNE * l->wall_s, LEARNING_ENOUGH_S);
    if (phase == PHASE_PAIRS)
        bound = fmax(bound, l->rule.worst * r->worst_s);
    return fmin(bound, l->wall_s + l->allowed_s - l->regret_s);
}

/* Returns what trial() did; the value is INFINITY or NaN where there is none. */
static int run_try(struct run *r, enum learning_phase phase, int arm, double *value)
{
    struct learning *l = r->l;
    struct learning_trial *t = &l->trial[l->trials];
    *t = (struct learning_trial){ .phase = phase, .arm = arm, .value = NAN, .wall_s = 0,
                                  .bound_s = run_bound(r, phase, arm), .at_ms = os_wall_ms() };
    int rc = r->o->trial(r->o->self, &r->o->arm[arm], t->bound_s, &t->value, &t->wall_s);
    if (rc == -EINTR)
        return rc;
    if (rc < 0)
        t->value = rc == -ETIMEDOUT ? INFINITY : (double)NAN;
    l->trials++;
    if (arm == 0) {
        r->worst_s = fmax(r->worst_s, t->wall_s);
        r->worst = fmax(r->worst, t->value); /* the other where it is NaN */
    }
    run_account(r);
    *value = t->value;
    return rc;
}

static void run_tell(const struct run *r)
{
    if (r->o->told)
        r->o->told(r->o->self, r->l);
}

/* A default that fails cannot be compared with; nor can what a person ended. True: go on. */
static bool run_goes_on(struct run *r, int arm, int rc)
{
    if (rc == -EINTR)
        run_decide(r, LEARNING_STOPPED, "it was stopped after %d runs; what was measured is kept, nothing is used",
                   r->l->trials);
    else if (rc < 0 && arm == 0)
        run_decide(r, LEARNING_FAILED, "%s without any change, so there is nothing to compare with",
                   rc == -ENODATA ? "no number is found in what it says" : "the command fails");
    return rc != -EINTR && (rc == 0 || arm != 0);
}

/* ---- the phases ---- */

/* The batches take turns: what changes meanwhile changes both. */
static bool run_same(struct run *r)
{
    double batch[2][LEARNING_SAME / 2];
    for (int i = 0; i < LEARNING_SAME; i++) {
        double *value = &batch[i % 2][i / 2];
        if (!run_goes_on(r, 0, run_try(r, PHASE_SAME, 0, value)))
            return false;
        run_tell(r);
    }
    struct paired_noise *n = &r->l->noise;
    paired_noise(batch[0], batch[1], LEARNING_SAME / 2, &r->l->rule, n);
    r->noisy = n->visible > LEARNING_VISIBLE_MAX;
    if (!r->noisy)
        r->l->rule.gain = fmax(r->l->rule.gain, n->differ);
    return true;
}

/* The error of a median shrinks with the root of the trials; that of a noise twice as large is not paid in full. An arm
 * that stands out does so soon. */
static int run_budget(const struct run *r)
{
    double times = r->noisy ? 1 : log(r->l->noise.visible) / log(LEARNING_CALM);
    return (int)fmin(LEARNING_BUDGET * fmax(times, 1), LEARNING_BUDGET_NOISY);
}

static bool run_search(struct run *r)
{
    struct learning *l = r->l;
    struct halving *h = &l->search;
    double bound, value;
    int arm;
    l->budget = r->o->budget ? r->o->budget : run_budget(r);
    halving_init(h, &(struct halving_options){ .arms = r->o->arms, .budget = l->budget, .prune = PRUNE,
                                               .seed = r->o->seed });
    for (int i = 0; i < l->trials; i++)
        halving_know(h, l->trial[i].value);
    while ((arm = halving_next(h, &bound)) >= 0) {
        if (!run_goes_on(r, arm, run_try(r, PHASE_SEARCH, arm, &value)))
            return false;
        halving_put(h, value);
        run_tell(r);
        if (run_is_too_dear(r))
            halving_stop(h);
    }
    return true;
}

/* Is every run of an arm better than three quarters of all that default had so far? */
static bool run_stands_out(const struct run *r, int arm)
{
    const struct halving_arm *a = &r->l->search.arm[arm];
    double all[LEARNING_TRIALS];
    size_t n = 0;
    for (int i = 0; i < r->l->trials; i++)
        if (r->l->trial[i].arm == 0)
            all[n++] = r->l->trial[i].value;
    double quartile = stats_quantile_of(all, n, 0.25);
    for (int i = 0; i < a->n; i++)
        if (!(a->value[i] < quartile))
            return false;
    return a->n >= KNOWN;
}

/* Of those that are as good as the best, but for less than what matters, the one that touches least; also of those that
 * stayed behind after some trials: the pairs will tell. */
static int run_choose(const struct run *r)
{
    const struct halving *h = &r->l->search;
    int best = halving_best(h);
    double least = halving_median(h, best);
    for (int i = 1; best && i < r->o->arms; i++) {
        const struct learning_arm *a = &r->o->arm[i], *b = &r->o->arm[best];
        bool less = a->cost < b->cost || (a->cost == b->cost && a->risk < b->risk);
        bool known = h->arm[i].fate <= HALVING_BEHIND && h->arm[i].n >= KNOWN;
        if (known && less && halving_median(h, i) <= least * r->o->gain)
            best = i;
    }
    bool matters = best && halving_median(h, 0) > halving_median(h, best) * r->o->gain;
    return matters && (!r->noisy || run_stands_out(r, best)) ? best : 0;
}

/* Both of a pair at once, in an order that is drawn; until the rule can no longer be met. */
static bool run_pairs(struct run *r, int arm)
{
    double value[2][LEARNING_PAIRS_MAX];
    for (int i = 0; i < r->o->pairs; i++) {
        int first = (int)rng_below(&r->rng, 2);
        for (int k = 0; k < 2; k++) {
            int is_arm = k ^ first;
            if (!run_goes_on(r, is_arm ? arm : 0, run_try(r, PHASE_PAIRS, is_arm ? arm : 0, &value[is_arm][i])))
                return false;
            if (k == 0)
                run_tell(r);
        }
        if (isnan(value[1][i]))
            value[1][i] = INFINITY; /* an arm that fails has lost the pair */
        paired_look(value[0], value[1], (size_t)i + 1, &r->l->pairs);
        r->l->pairs.worst_standard = r->worst; /* of all its runs: how bad default can be is known by more than these */
        run_tell(r);
        if (paired_is_lost(&r->l->pairs, &r->l->rule) || run_is_too_dear(r))
            break;
    }
    return true;
}

/* ---- what came of it ---- */

static void run_judge_pairs(struct run *r)
{
    const struct paired *p = &r->l->pairs;
    const struct paired_rule *rule = &r->l->rule;
    switch (paired_judge(p, rule)) {
    case PAIRED_ACCEPTED:
        run_decide(r, LEARNING_ACCEPTED, "%d of %d pairs won, %.2f times better (%.2f to %.2f), the worst run not "
                   "worse than %g times default's worst", p->won, p->pairs, p->ratio, p->lo, p->hi, rule->worst);
        break;
    case PAIRED_FEW:
    case PAIRED_LOST:
        if (run_is_too_dear(r) && !paired_is_lost(p, rule))
            run_decide(r, LEARNING_KEPT, "its runs took so much longer that the limit for lost time was reached "
                       "after %d pairs; default is kept", p->pairs);
        else
            run_decide(r, LEARNING_KEPT, "it won %d of %d fresh pairs, and %d of %d must be won; default is kept",
                       p->won, p->pairs, rule->won, rule->pairs);
        break;
    case PAIRED_SMALL:
        run_decide(r, LEARNING_KEPT, "it is %.2f times better, and less than %.2f does not count here; default is kept",
                   p->ratio, rule->gain);
        break;
    case PAIRED_WORST:
        run_decide(r, LEARNING_KEPT, "it is better in the middle, but its worst run is more than %g times worse than "
                   "default's worst; default is kept", rule->worst);
        break;
    }
}

/* What of the arms the budget was too small for, as a part of a sentence. */
static const char *run_left(const struct run *r, char out[static 64])
{
    int tried = 0, arms = r->o->arms - 1;
    for (int i = 1; i <= arms; i++)
        tried += r->l->search.arm[i].n > 0;
    *out = '\0';
    if (tried < arms)
        snprintf(out, 64, ", in which %d of %d were tried", tried, arms);
    return out;
}

/* None of the arms came to the pairs. */
static void run_judge_search(struct run *r)
{
    char left[64];
    if (r->noisy)
        run_decide(r, LEARNING_NOISY, "too noisy: runs without any change differ so much that %d pairs would show only "
                   "gains above %.1f times, and no arm stood out from them; default is kept", r->o->pairs,
                   r->l->noise.visible);
    else if (run_is_too_dear(r))
        run_decide(r, LEARNING_KEPT, "the limit for lost time was reached before any arm was better; default is kept");
    else
        run_decide(r, LEARNING_KEPT, "no arm was more than %.0f %% better than default in the search%s; default is "
                   "kept", 100 * (r->o->gain - 1), run_left(r, left));
}

void learning_run(const struct learning_options *o, struct learning *out)
{
    *out = (struct learning){ .rule = PAIRED_RULE, .search.arms = o->arms };
    out->rule.pairs = o->pairs;
    out->rule.won = paired_won_of(o->pairs);
    out->rule.gain = o->gain;
    paired_look(NULL, NULL, 0, &out->pairs);
    struct run r = { .o = o, .l = out };
    rng_seed(&r.rng, o->seed ^ 0x9e3779b97f4a7c15u); /* another row of numbers than that of the search */
    if (o->arms < 2)
        run_decide(&r, LEARNING_KEPT, "there is nothing to try here: no knob can be set, or all are so already");
    if (o->arms < 2 || !run_same(&r) || !run_search(&r))
        return;
    out->best = run_choose(&r);
    if (!out->best)
        run_judge_search(&r);
    else if (run_pairs(&r, out->best))
        run_judge_pairs(&r);
}

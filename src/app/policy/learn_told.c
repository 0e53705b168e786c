/* learn_told.c - trials, decisions and the outcome, for people and programs. */
#include "app/policy/learn.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ARM_WIDTH 42

static const char *told_arm(const struct learn *k, int arm)
{
    return arm == 0 ? "default" : k->arm[arm].text;
}

/* The same in a column: what is too long for it is cut. */
static char *told_cell(const struct learn *k, int arm, char out[static ARM_WIDTH + 1])
{
    const char *text = told_arm(k, arm);
    bool cut = strlen(text) > ARM_WIDTH;
    snprintf(out, ARM_WIDTH + 1, "%-*.*s%s", cut ? ARM_WIDTH - 3 : ARM_WIDTH, cut ? ARM_WIDTH - 3 : ARM_WIDTH, text,
             cut ? "..." : "");
    return out;
}

/* A value as its metric has it: "0.412 s", "1830". */
static char *told_value(const struct learn *k, double value, char out[static 40])
{
    char number[TEXT_NUMBER_MAX];
    if (isnan(value) || isinf(value)) {
        snprintf(out, 40, "-");
        return out;
    }
    text_number(measure_shown(&k->measure, value), 4, number);
    snprintf(out, 40, "%s%s", number, k->measure.kind <= MEASURE_CPU ? " s" : "");
    return out;
}

/* Of the search, as far as it is known before the first run. */
static int told_budget(const struct learning_options *o)
{
    return o->budget ? o->budget : LEARNING_BUDGET;
}

void learn_tell_begin(const struct learn *k)
{
    const struct learning_options *o = &k->options;
    char more[40] = "";
    if (!o->budget)
        snprintf(more, sizeof more, " (up to %d where runs differ)", LEARNING_BUDGET_NOISY);
    printf("Which knobs serve %s best for %s, by %s?\n\n", k->trial.argv[0], goal_name(k->key.goal), k->measure.text);
    for (int i = 0; i < o->arms; i++)
        printf("  %-*s  %s\n", ARM_WIDTH, told_arm(k, i), k->arm[i].what);
    if (o->arms > 1)
        printf("\nIt runs the program up to %d times: %d without any change, %d%s in the search, %d in pairs. Some of "
               "these runs will be slower;\nall together take at most %.0f %% longer than as many without any change. Ctrl-C "
               "ends it and keeps what was measured.\n\n", learning_trials(o, 0), LEARNING_SAME,
               told_budget(o), more, 2 * o->pairs, 100 * o->max_regret);
    fflush(stdout);
}

/* ---- a trial ---- */

/* Were the last two trials a pair? Its first comes after an even number of those before. */
static bool told_ends_pair(const struct learning *l)
{
    int n = 0;
    for (int i = 0; i < l->trials; i++)
        n += l->trial[i].phase == PHASE_PAIRS;
    return n % 2 == 0;
}

static void told_outcome(const struct learn *k, const struct learning *l, const struct learning_trial *t,
                         char out[static 300])
{
    static const char *const why[] = { "", "behind the others: out", "its median is above 3 times default's: out",
                                       "out", "" };
    enum halving_fate fate = l->search.arm[t->arm].fate;
    *out = '\0';
    if (isnan(t->value))
        snprintf(out, 300, "failed: %s", k->trial.why);
    else if (isinf(t->value))
        snprintf(out, 300, "ended after %.3g s", t->wall_s);
    if (t->phase == PHASE_SEARCH && t->arm && *why[fate])
        snprintf(out + strlen(out), 300 - strlen(out), "%s%s", *out ? "; " : "", why[fate]);
    if (t->phase == PHASE_PAIRS && told_ends_pair(l))
        snprintf(out + strlen(out), 300 - strlen(out), "%swon %d of %d", *out ? "; " : "", l->pairs.won,
                 l->pairs.pairs);
}

static void told_noise(const struct learning *l)
{
    const struct paired_noise *n = &l->noise;
    if (n->visible > l->rule.gain)
        printf("     Two batches of the same differ by %.1f %%; a gain of %.0f %% is seen in half of all cases.\n",
               100 * (n->differ - 1), 100 * (n->visible - 1));
    else
        printf("     Two batches of the same differ by %.1f %%.\n", 100 * (n->differ - 1));
}

void learn_tell_trial(void *self, const struct learning *l)
{
    const struct learn *k = self;
    const struct learning_trial *t = &l->trial[l->trials - 1];
    char value[40], outcome[300], arm[ARM_WIDTH + 1];
    if (k->quiet)
        return;
    told_outcome(k, l, t, outcome);
    if (t->phase == PHASE_SEARCH && l->trials == LEARNING_SAME + 1)
        told_noise(l);
    printf("%3d  %-6s  %s %10s%s%s\n", l->trials, learning_phase_name(t->phase), told_cell(k, t->arm, arm),
           told_value(k, t->value, value), *outcome ? "  " : "", outcome);
    if (l->trials == 1) {
        char span[32], most[32];
        const struct learning_options *o = &k->options;
        int likely = learning_trials(o, told_budget(o)), n = learning_trials(o, 0);
        printf("     So it takes about %s, and at most %s.\n", text_span(likely * t->wall_s, span, sizeof span),
               text_span(n * t->wall_s * (1 + o->max_regret), most, sizeof most));
    }
    fflush(stdout);
}

/* ---- the end ---- */

static int told_runs(const struct learning *l, int arm)
{
    int n = 0;
    for (int i = 0; i < l->trials; i++)
        n += l->trial[i].arm == arm && l->trial[i].phase == PHASE_SEARCH;
    return n;
}

/* The arms by their medians, default among them. */
static void told_order(const struct learn *k, int order[static HALVING_ARMS])
{
    double median[HALVING_ARMS];
    for (int i = 0; i < k->options.arms; i++) {
        double m = halving_median(&k->outcome->search, i);
        int j = i;
        for (; j > 0 && (m < median[j - 1] || (isnan(median[j - 1]) && !isnan(m))); j--) {
            median[j] = median[j - 1];
            order[j] = order[j - 1];
        }
        median[j] = m;
        order[j] = i;
    }
}

static void told_table(const struct learn *k)
{
    const struct halving *h = &k->outcome->search;
    double standard = halving_median(h, 0);
    int order[HALVING_ARMS];
    char value[40], gain[24], arm[ARM_WIDTH + 1];
    told_order(k, order);
    printf("\n  %-*s %5s %10s %9s\n", ARM_WIDTH, "arm", "runs", "median", "gain");
    for (int i = 0; i < k->options.arms; i++) {
        double m = halving_median(h, order[i]);
        snprintf(gain, sizeof gain, "%.2f x", standard / m);
        bool out = h->arm[order[i]].fate != HALVING_IN;
        printf("  %s %5d %10s %9s%s%s\n", told_cell(k, order[i], arm), told_runs(k->outcome, order[i]),
               told_value(k, m, value), isfinite(standard / m) && isfinite(m) ? gain : "-", out ? "  " : "",
               out ? halving_fate_name(h->arm[order[i]].fate) : "");
    }
}

void learn_tell_end(const struct learn *k)
{
    const struct learning *l = k->outcome;
    if (!k->quiet && halving_trials(&l->search))
        told_table(k);
    bool accepted = l->verdict == LEARNING_ACCEPTED;
    printf("%s%s%s%s: %s.\n", k->quiet ? "" : "\n", accepted ? "Accepted: " : "",
           accepted ? told_arm(k, l->best) : l->best ? told_arm(k, l->best) : "Default",
           accepted || !l->best ? "" : " is not accepted", l->reason);
    if (accepted && k->kept && !k->quiet)
        printf("`sonde run --intent %s` uses it for this program here, when the machine is as %s as now; `sonde policy "
               "learn --forget %lld` ends that.\n", goal_name(k->key.goal), k->key.contention, (long long)k->kept);
}

/* ---- for programs ---- */

static void told_json_arm(struct json *j, const struct learn *k, int i)
{
    json_object(j, NULL);
    json_string(j, "arm", k->arm[i].text);
    json_string(j, "what", k->arm[i].what);
    json_int(j, "cost", k->arm[i].cost);
    if (k->outcome && halving_trials(&k->outcome->search)) {
        const struct halving *h = &k->outcome->search;
        json_string(j, "fate", halving_fate_name(h->arm[i].fate));
        json_int(j, "runs", told_runs(k->outcome, i));
        json_digits(j, "median", measure_shown(&k->measure, halving_median(h, i)), 6);
    }
    json_end(j);
}

static void told_json_trials(struct json *j, const struct learn *k)
{
    json_array(j, "trials");
    for (int i = 0; i < k->outcome->trials; i++) {
        const struct learning_trial *t = &k->outcome->trial[i];
        json_object(j, NULL);
        json_string(j, "phase", learning_phase_name(t->phase));
        json_string(j, "arm", k->arm[t->arm].text);
        json_digits(j, "value", isinf(t->value) ? (double)NAN : measure_shown(&k->measure, t->value), 6);
        json_string(j, "state", isnan(t->value) ? "failed" : isinf(t->value) ? "ended" : "measured");
        json_digits(j, "wall_s", t->wall_s, 6);
        json_end(j);
    }
    json_end(j);
}

static void told_json_outcome(struct json *j, const struct learn *k)
{
    const struct learning *l = k->outcome;
    json_string(j, "verdict", learning_verdict_name(l->verdict));
    json_string(j, "arm", l->verdict == LEARNING_ACCEPTED ? k->arm[l->best].text : "");
    json_string(j, "reason", l->reason);
    json_said(j, "candidate", l->best ? k->arm[l->best].text : "");
    json_digits(j, "ratio", l->pairs.ratio, 6);
    json_digits(j, "lo", l->pairs.lo, 6);
    json_digits(j, "hi", l->pairs.hi, 6);
    json_digits(j, "p", l->pairs.p, 6);
    json_int(j, "pairs", l->pairs.pairs);
    json_int(j, "won", l->pairs.won);
    json_digits(j, "visible_gain", l->noise.visible ? l->noise.visible : (double)NAN, 6);
    json_digits(j, "lost_s", l->regret_s, 6);
    json_int(j, "number", k->kept);
}

void learn_tell_json(const struct learn *k)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    json_object(&j, NULL);
    json_string(&j, "goal", goal_name(k->key.goal));
    json_string(&j, "metric", k->measure.text);
    json_string(&j, "machine", k->key.machine);
    json_string(&j, "workload", k->key.work.hash);
    json_string(&j, "class", k->key.work.class);
    json_string(&j, "contention", k->key.contention);
    json_int(&j, "runs_at_most", learning_trials(&k->options, 0));
    json_array(&j, "arms");
    for (int i = 0; i < k->options.arms; i++)
        told_json_arm(&j, k, i);
    json_end(&j);
    if (k->outcome) {
        told_json_outcome(&j, k);
        told_json_trials(&j, k);
    }
    json_end(&j);
    puts(buf_text(&out));
}

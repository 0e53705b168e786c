/* tell.c - what came of a scenario, for people and as JSON. */
#include "app/policy/bench/bench.h"

#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIGITS 4 /* of what was measured so few times */

static const char *tell_number(double v, char out[static TEXT_NUMBER_MAX])
{
    if (text_number(v, v >= 1000 ? DIGITS : 3, out) == 0)
        snprintf(out, TEXT_NUMBER_MAX, "-");
    return out;
}

/* ---- verdicts ---- */

static const char *tell_state(const struct bench_verdict *v)
{
    return !v->judged ? "not judged" : v->met ? "met" : "missed";
}

static void tell_wanted(const struct bench_bar *b, const struct bench_verdict *v, struct buf *out)
{
    char n[TEXT_NUMBER_MAX];
    switch (b->kind) {
    case BAR_GAIN:
        buf_printf(out, "%s is better than with %s, %s times at least", b->metric, b->against,
                   tell_number(b->wanted, n));
        break;
    case BAR_SPREAD:
        buf_printf(out, "spread of %s is smaller than with %s, %s times at least", b->metric, b->against,
                   tell_number(b->wanted, n));
        break;
    case BAR_BITS: buf_puts(out, "one result in all runs"); break;
    case BAR_COST:
        if (v->announced > BENCH_COST)
            buf_printf(out, "%s takes %s times as long, as announced", b->metric, tell_number(v->announced, n));
        else
            buf_printf(out, "%s takes %s times as long at most", b->metric, tell_number(b->wanted, n));
        break;
    }
}

static void tell_bar(const struct bench_result *r, const struct bench_bar *b, struct buf *out)
{
    struct bench_verdict v;
    char got[TEXT_NUMBER_MAX], lo[TEXT_NUMBER_MAX], hi[TEXT_NUMBER_MAX];
    if (bench_judge(r, b, &v) < 0)
        return;
    buf_printf(out, "  %-10s  %s: ", tell_state(&v), b->arm);
    tell_wanted(b, &v, out);
    buf_printf(out, ": %s", tell_number(v.got, got));
    if (isfinite(v.lo))
        buf_printf(out, " [%s .. %s]", tell_number(v.lo, lo), tell_number(v.hi, hi));
    buf_printf(out, ", n = %d\n", v.pairs);
}

/* ---- the table ---- */

static void tell_row(const struct bench_result *r, int arm, int metric, struct buf *out)
{
    struct bench_summary s;
    char a[TEXT_NUMBER_MAX], b[TEXT_NUMBER_MAX], c[TEXT_NUMBER_MAX], span[80];
    bench_summary(r, arm, metric, &s);
    snprintf(span, sizeof span, "[%s .. %s]", tell_number(s.min, b), tell_number(s.max, c));
    buf_printf(out, "  %-12.12s %-20.20s %10s %-6s %-22s", arm ? "" : r->scenario->workload->metric[metric].name,
               r->arm[arm].name, tell_number(s.median, a), r->scenario->workload->metric[metric].unit, span);
    if (s.gain.pairs && *r->scenario->workload->metric[metric].unit) /* a count has no ratio */
        buf_printf(out, " %7s x [%s .. %s]", tell_number(s.gain.ratio, a), tell_number(s.gain.lo, b),
                   tell_number(s.gain.hi, c));
    buf_putc(out, '\n');
}

static void tell_patterns(const struct bench_result *r, struct buf *out)
{
    for (int i = 0; i < r->arms; i++)
        if (bench_patterns(r, i))
            buf_printf(out, "  %-12s %-20.20s %10d different in %d runs\n", i ? "" : "results", r->arm[i].name,
                       bench_patterns(r, i), r->rounds);
}

/* Each reason once: an arm that cannot be started fails in every round. */
static void tell_failures(const struct bench_result *r, struct buf *out)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct bench_trial *t = &r->trial[i];
        int times = 0;
        bool told = t->ok;
        for (size_t k = 0; k < r->n; k++) {
            bool same = !r->trial[k].ok && r->trial[k].arm == t->arm && strcmp(r->trial[k].why, t->why) == 0;
            told = told || (same && k < i);
            times += same;
        }
        if (!told)
            buf_printf(out, "  failed      %s, %d times: %s\n", r->arm[t->arm].name, times, t->why);
    }
}

void bench_text(const struct bench_result *r, struct buf *out)
{
    buf_printf(out, "%s: %s", r->scenario->name, r->scenario->doc);
    if (*r->skipped) {
        buf_printf(out, "\n  skipped: %s\n\n", r->skipped);
        return;
    }
    buf_printf(out, " (%d rounds)\n  %-12s %-20s %10s %-6s %-22s %s\n", r->rounds, "", "", "median", "",
               "[least .. most]", "better than default [95 %]");
    for (int m = 0; m < r->metrics; m++)
        for (int i = 0; i < r->arms; i++)
            tell_row(r, i, m, out);
    tell_patterns(r, out);
    if (*r->verdict)
        buf_printf(out, "  %-12s %s%s%s (%s)\n", "learned", r->verdict, *r->learned ? ": " : "", r->learned, r->reason);
    for (int i = 0; i < BENCH_BARS && r->scenario->bar[i].arm; i++)
        tell_bar(r, &r->scenario->bar[i], out);
    tell_failures(r, out);
    buf_putc(out, '\n');
}

/* ---- JSON ---- */

static void tell_json_metric(struct json *j, const struct bench_result *r, int arm, int metric)
{
    struct bench_summary s;
    bench_summary(r, arm, metric, &s);
    json_object(j, NULL);
    json_string(j, "name", r->scenario->workload->metric[metric].name);
    json_said(j, "unit", r->scenario->workload->metric[metric].unit);
    json_int(j, "n", s.n);
    json_double(j, "median", s.median);
    json_double(j, "min", s.min);
    json_double(j, "max", s.max);
    if (s.gain.pairs && *r->scenario->workload->metric[metric].unit) {
        json_object(j, "gain");
        json_int(j, "pairs", s.gain.pairs);
        json_int(j, "won", s.gain.won);
        json_double(j, "ratio", s.gain.ratio);
        json_double(j, "lo", s.gain.lo);
        json_double(j, "hi", s.gain.hi);
        json_double(j, "confidence", s.gain.confidence);
        json_end(j);
    }
    json_end(j);
}

static void tell_json_arm(struct json *j, const struct bench_result *r, int arm)
{
    static const char *const kinds[] = { "default", "nice", "intent", "knobs", "learned", "words" };
    json_object(j, NULL);
    json_string(j, "name", r->arm[arm].name);
    json_string(j, "kind", kinds[r->arm[arm].kind]);
    json_double(j, "announced_cost", r->announced[arm]);
    if (bench_patterns(r, arm))
        json_int(j, "results", bench_patterns(r, arm));
    json_array(j, "metrics");
    for (int m = 0; m < r->metrics; m++)
        tell_json_metric(j, r, arm, m);
    json_end(j);
    json_end(j);
}

static void tell_json_bar(struct json *j, const struct bench_result *r, const struct bench_bar *b)
{
    static const char *const kinds[] = { "gain", "spread", "results", "cost" };
    struct bench_verdict v;
    if (bench_judge(r, b, &v) < 0)
        return;
    json_object(j, NULL);
    json_string(j, "kind", kinds[b->kind]);
    json_string(j, "arm", b->arm);
    json_string(j, "against", b->against);
    json_string(j, "metric", b->metric);
    json_double(j, "wanted", b->wanted);
    json_double(j, "got", v.got);
    json_double(j, "lo", v.lo);
    json_double(j, "hi", v.hi);
    json_int(j, "pairs", v.pairs);
    if (v.judged)
        json_bool(j, "met", v.met);
    else
        json_null(j, "met");
    json_end(j);
}

static void tell_json_trial(struct json *j, const struct bench_result *r, const struct bench_trial *t)
{
    json_object(j, NULL);
    json_int(j, "round", t->round);
    json_string(j, "arm", r->arm[t->arm].name);
    json_said(j, "failed", t->ok ? "" : t->why);
    for (int m = 0; m < r->metrics; m++)
        json_digits(j, r->scenario->workload->metric[m].name, t->value[m], 6);
    json_said(j, "bits", t->bits);
    json_end(j);
}

void bench_json(struct json *j, const struct bench_result *r)
{
    json_object(j, NULL);
    json_string(j, "scenario", r->scenario->name);
    json_string(j, "about", r->scenario->doc);
    json_string(j, "workload", r->scenario->workload->name);
    json_said(j, "skipped", r->skipped);
    json_int(j, "rounds", r->rounds);
    if (*r->verdict) {
        json_object(j, "learned");
        json_string(j, "verdict", r->verdict);
        json_string(j, "arm", r->learned);
        json_string(j, "reason", r->reason);
        json_end(j);
    }
    json_array(j, "arms");
    for (int i = 0; i < r->arms; i++)
        tell_json_arm(j, r, i);
    json_end(j);
    json_array(j, "bars");
    for (int i = 0; i < BENCH_BARS && r->scenario->bar[i].arm; i++)
        tell_json_bar(j, r, &r->scenario->bar[i]);
    json_end(j);
    json_array(j, "trials");
    for (size_t i = 0; i < r->n; i++)
        tell_json_trial(j, r, &r->trial[i]);
    json_end(j);
    json_end(j);
}

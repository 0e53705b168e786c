/* rule.c - conditions that last, and the sentences about them. */
#include "analyze/insights/rule.h"

#include "analyze/anomaly/suspects.h"
#include "base/mem.h"
#include "base/stats.h"
#include "base/text.h"
#include "core/amount.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MEND_ROWS 2 /* interruptions of a stretch that do not end it */
#define ROUNDING 1.05 /* an amount that passes the possible by more is wrong, and not told */

bool rule_lasts(size_t rows, double step)
{
    return rows >= RULE_ROWS && ((double)rows + 0.5) * step >= RULE_SECONDS;
}

/* Rows that met a condition: `first` and `last` of them, and how many. */
struct run {
    size_t first, last, rows;
};

static void run_add(struct run *t, size_t row)
{
    if (t->rows++ == 0)
        t->first = row;
    t->last = row;
}

static bool run_is_long(const struct inspection *in, const struct run *t, size_t known)
{
    return rule_lasts(t->rows, in->step) && (double)t->rows >= RULE_SHARE * (double)known;
}

/* What is said of a run: every number is of the same rows. */
static struct held run_held(const struct inspection *in, const struct run *t, const double *x, double sign)
{
    struct held h = { .since = t->first, .until = t->last, .seconds = (double)t->rows * in->step,
                      .mean = stats_mean(x + t->first, t->last - t->first + 1), .extreme = x[t->first] };
    for (size_t i = t->first; i <= t->last; i++)
        if (sign * x[i] > sign * h.extreme)
            h.extreme = x[i];
    return h;
}

/* The last stretch, or the longest, if it is long enough alone; all of them together otherwise. */
static bool held(const struct inspection *in, const double *x, double limit, double sign,
                 struct held *h)
{
    struct run all = { 0 }, now = { 0 }, longest = { 0 };
    size_t known = 0, met = 0; /* rows with a value; those up to the last that met the limit */
    for (size_t i = in->from; x && i < in->n; i++) {
        if (isnan(x[i]))
            continue;
        known++;
        if (sign * x[i] < sign * limit)
            continue;
        if (known - met > MEND_ROWS + 1)
            now = (struct run){ 0 };
        met = known;
        run_add(&now, i);
        run_add(&all, i);
        if (now.rows >= longest.rows)
            longest = now;
    }
    if (!run_is_long(in, &all, known))
        return false;
    const struct run *said = run_is_long(in, &now, known)       ? &now
                             : run_is_long(in, &longest, known) ? &longest
                                                                : &all;
    *h = run_held(in, said, x, sign);
    h->on_and_off = said == &all;
    h->is_over = known - met > MEND_ROWS || said->last != all.last;
    return true;
}

bool held_above(const struct inspection *in, const double *x, double limit, struct held *h)
{
    return held(in, x, limit, 1, h);
}

bool held_below(const struct inspection *in, const double *x, double limit, struct held *h)
{
    return held(in, x, limit, -1, h);
}

static bool stands(const struct inspection *in, const double *x, double limit, double sign, struct held *h)
{
    struct run t = { 0 };
    for (size_t i = in->n; x && i > in->from; i--) {
        if (isnan(x[i - 1]))
            continue;
        if (sign * x[i - 1] < sign * limit)
            break;
        t.last = t.rows++ ? t.last : i - 1;
        t.first = i - 1;
    }
    if (t.rows == 0)
        return false;
    *h = run_held(in, &t, x, sign);
    return true;
}

bool stands_above(const struct inspection *in, const double *x, double limit, struct held *h)
{
    return stands(in, x, limit, 1, h);
}

bool stands_below(const struct inspection *in, const double *x, double limit, struct held *h)
{
    return stands(in, x, limit, -1, h);
}

const double *column(const struct inspection *in, const char *name, const char *inst)
{
    return recording_find(in->r, name, inst);
}

int next_instance(const struct inspection *in, const char *family, int slot)
{
    slot = schema_next(in->r->schema, family, slot);
    return slot < in->r->n_cols ? slot : -1; /* a device may come after the last row */
}

const char *instance_of(const struct inspection *in, int slot)
{
    const char *inst = schema_at(in->r->schema, slot)->inst;
    return inst ? inst : "";
}

double last_value(const struct inspection *in, const double *x)
{
    for (size_t i = in->n; x && i > in->from; i--)
        if (!isnan(x[i - 1]))
            return x[i - 1];
    return NAN;
}

double mean_value(const struct inspection *in, const double *x)
{
    return x ? stats_mean(x + in->from, in->n - in->from) : NAN;
}

double mean_during(const double *x, const struct held *h)
{
    return x ? stats_mean(x + h->since, h->until - h->since + 1) : NAN;
}

int cores_of(const struct inspection *in)
{
    int cores = 0;
    for (int slot = -1; (slot = next_instance(in, "cpu.core.util", slot)) >= 0;)
        cores += stats_known(recording_col(in->r, slot) + in->from, in->n - in->from) > 0;
    return cores;
}

struct insight *insight_new(struct inspection *in, const char *id, const char *inst, enum severity severity,
                            enum area area, size_t since)
{
    struct report *out = in->out;
    out->insights = mem_grow(out->insights, out->n_insights, &in->cap, sizeof *out->insights);
    struct insight *i = &out->insights[out->n_insights++];
    *i = (struct insight){ .severity = severity, .area = area, .since_ms = in->r->wall_ms[since] };
    snprintf(i->id, sizeof i->id, inst && *inst ? "%s:%s" : "%s", id, inst);
    return i;
}

void insight_title(struct insight *i, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(i->title, sizeof i->title, fmt, ap);
    va_end(ap);
}

void insight_evidence(struct insight *i, const char *fmt, ...)
{
    if (i->n_evidence >= (int)(sizeof i->evidence / sizeof *i->evidence))
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(i->evidence[i->n_evidence++], sizeof *i->evidence, fmt, ap);
    va_end(ap);
}

void insight_advice(struct insight *i, const char *fmt, ...)
{
    va_list ap;
    int n = i->until_ms ? snprintf(i->advice, sizeof i->advice, "if it comes back: ") : 0;
    va_start(ap, fmt);
    vsnprintf(i->advice + n, sizeof i->advice - (size_t)n, fmt, ap);
    va_end(ap);
    if (!n)
        return;
    i->advice[0] = 'I';
    i->advice[n] = (char)tolower((unsigned char)i->advice[n]);
}

void insight_held(struct inspection *in, struct insight *i, const char *what, const struct held *h)
{
    char held_for[32], of[32], since[TEXT_TIME_MAX], until[TEXT_TIME_MAX];
    text_span(h->seconds, held_for, sizeof held_for);
    text_span((double)(in->n - in->from) * in->step, of, sizeof of);
    text_clock(in->r->wall_ms[h->since], since);
    text_clock(in->r->wall_ms[h->until], until);
    if (h->is_over)
        i->until_ms = in->r->wall_ms[h->until];
    if (h->on_and_off)
        insight_evidence(i, "%s on and off, %s of the last %s, first at %s, last at %s UTC", what,
                         held_for, of, since, until);
    else if (h->is_over)
        insight_evidence(i, "%s for %s of the last %s, from %s to %s UTC", what, held_for, of,
                         since, until);
    else
        insight_evidence(i, "%s for %s of the last %s, since %s UTC", what, held_for, of, since);
}

void insight_stands(struct inspection *in, struct insight *i, const char *what, const struct held *h)
{
    char since[TEXT_TIME_MAX];
    insight_evidence(i, "%s %s %s UTC", what, h->since == h->until ? "at" : "since",
                     text_clock(in->r->wall_ms[h->since], since));
}

/* What the whole machine can do at most; sums of rounded ticks may pass it by a little. */
static double insight_most(const struct inspection *in, const struct suspect *s)
{
    int cores = cores_of(in);
    double total = last_value(in, column(in, "memory.total", NULL));
    return s->unit == UNIT_PERCENT && cores > 0   ? 100.0 * cores
           : s->unit == UNIT_BYTE && !isnan(total) ? total
                                                   : INFINITY;
}

void insight_most_by(struct inspection *in, struct insight *i, const struct suspect *s, const char *how)
{
    char amount[AMOUNT_MAX];
    double most = insight_most(in, s);
    if (s->amount > ROUNDING * most)
        return;
    insight_evidence(i, "most by %s (pid %d): %s%s", s->name, (int)s->pid,
                     amount_text(fmin(s->amount, most), s->unit, amount), how);
}

void insight_culprit(struct inspection *in, struct insight *i, enum area measure, const struct held *h)
{
    struct suspect s;
    if (suspects_most(in->r, measure, h->since, h->until, &s))
        insight_most_by(in, i, &s, s.unit == UNIT_PERCENT ? " of a core" : "");
}

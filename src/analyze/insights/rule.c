/* rule.c - conditions that last, and the sentences about them. */
#include "analyze/insights/rule.h"

#include "analyze/suspects.h"
#include "base/mem.h"
#include "base/stats.h"
#include "base/text.h"
#include "core/amount.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MEND_ROWS 2 /* interruptions of a stretch that do not end it */

static bool held(const struct inspection *in, const double *x, double limit, double sign,
                 struct held *h)
{
    size_t known = 0, rows = 0, last = 0;
    struct held found = { .extreme = NAN };
    for (size_t i = in->from; x && i < in->n; i++) {
        if (isnan(x[i]))
            continue;
        known++;
        if (sign * x[i] < sign * limit)
            continue;
        if (rows == 0 || i - last > MEND_ROWS + 1)
            found.since = i;
        last = i;
        found.mean += x[i];
        if (rows++ == 0 || sign * x[i] > sign * found.extreme)
            found.extreme = x[i];
    }
    if (rows < RULE_ROWS)
        return false;
    found.share = (double)rows / (double)known;
    found.seconds = (double)rows * in->step;
    found.mean /= (double)rows;
    if (found.share < RULE_SHARE || found.seconds < RULE_SECONDS)
        return false;
    *h = found;
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
    va_start(ap, fmt);
    vsnprintf(i->advice, sizeof i->advice, fmt, ap);
    va_end(ap);
}

void insight_held(struct inspection *in, struct insight *i, const char *what, const struct held *h)
{
    char held_for[32], of[32], since[TEXT_TIME_MAX];
    text_span(h->seconds, held_for, sizeof held_for);
    text_span((double)(in->n - in->from) * in->step, of, sizeof of);
    insight_evidence(i, "%s for %s of the last %s, since %s UTC", what, held_for, of,
                     text_clock(in->r->wall_ms[h->since], since));
}

void insight_culprit(struct inspection *in, struct insight *i, enum area measure, const struct held *h)
{
    struct suspect s;
    char amount[AMOUNT_MAX];
    if (!suspects_most(in->r, measure, h->since, in->n - 1, &s))
        return;
    insight_evidence(i, "most by %s (pid %d): %s%s", s.name, (int)s.pid,
                     amount_text(s.amount, s.unit, amount),
                     s.unit == UNIT_PERCENT ? " of a core" : "");
}

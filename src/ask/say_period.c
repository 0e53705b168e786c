/* say_period.c - the highest, the lowest, the average and the sum of a period, and when they were. */
#include "ask/say.h"

#include "ask/calendar.h"
#include "core/amount.h"

#include <math.h>
#include <stdio.h>

static void period_average(struct asked *q, const struct subject *u, const struct figure *f, const struct span *s)
{
    say_name(q, u, f, true);
    answer_say(q->out, " was on average ");
    answer_amount(q->out, "average", f->mean, f->unit, f->id, 0);
    say_when(q, s);
    answer_say(q->out, ". Highest ");
    answer_amount(q->out, "highest", f->max, f->unit, f->id, f->max_ms);
    answer_say(q->out, " at ");
    say_time(q, f->max_ms);
    answer_say(q->out, ", lowest ");
    answer_amount(q->out, "lowest", f->min, f->unit, f->id, f->min_ms);
    answer_say(q->out, ".");
}

static void period_extreme(struct asked *q, const struct subject *u, struct figure *f, const struct span *s,
                           bool highest)
{
    figures_refine(q, f, highest);
    int64_t at = highest ? f->max_ms : f->min_ms;
    say_name(q, u, f, true);
    answer_say(q->out, highest ? " was highest at " : " was lowest at ");
    say_time(q, at);
    answer_say(q->out, ": ");
    answer_amount(q->out, highest ? "highest" : "lowest", highest ? f->max : f->min, f->unit, f->id, at);
    answer_say(q->out, ",");
    say_when(q, s);
    answer_say(q->out, ". On average it was ");
    answer_amount(q->out, "average", f->mean, f->unit, f->id, 0);
    answer_say(q->out, ".");
    if (highest)
        say_top(q, u, at, " Then most of it was used by ", 1);
}

/* What flows by the second, added up; of power energy. */
static bool period_total(struct asked *q, const struct subject *u, const struct figure *f, const struct span *s)
{
    enum unit of = f->unit;
    if (f->unit == UNIT_BYTE_PER_S)
        of = UNIT_BYTE;
    else if (f->unit == UNIT_PER_S)
        of = UNIT_NONE;
    else if (f->unit == UNIT_WATT)
        of = UNIT_JOULE;
    if (of == f->unit)
        return false;
    double sum = f->mean * f->known_s;
    say_name(q, u, f, true);
    answer_say(q->out, ": ");
    answer_amount(q->out, "total", of == UNIT_NONE ? round(sum) : sum, of, f->id, 0);
    answer_say(q->out, " in all,");
    say_when(q, s);
    if (of == UNIT_JOULE) {
        answer_say(q->out, ", which is ");
        answer_amount(q->out, "total in kWh", sum / 3.6e6, UNIT_NONE, f->id, 0);
        answer_say(q->out, " kWh");
    }
    answer_say(q->out, ". On average ");
    answer_amount(q->out, "average", f->mean, f->unit, f->id, 0);
    answer_say(q->out, ", highest ");
    answer_amount(q->out, "highest", f->max, f->unit, f->id, f->max_ms);
    answer_say(q->out, " at ");
    say_time(q, f->max_ms);
    answer_say(q->out, ".");
    return true;
}

/* A share of a second cannot be added up. */
static void period_of(struct asked *q, const struct subject *u, struct figure *f, const struct span *s)
{
    switch (q->m.intent) {
    case INTENT_HIGHEST: case INTENT_WHEN_HIGHEST: period_extreme(q, u, f, s, true); return;
    case INTENT_LOWEST: case INTENT_WHEN_LOWEST: period_extreme(q, u, f, s, false); return;
    default:
        if (q->m.intent != INTENT_TOTAL || !period_total(q, u, f, s))
            period_average(q, u, f, s);
    }
}

/* Of a device it is the extreme itself that decides which one is told. */
static struct figure *period_pick(struct asked *q, struct figure *f, int n)
{
    struct figure *best = f;
    bool low = q->m.intent == INTENT_LOWEST || q->m.intent == INTENT_WHEN_LOWEST;
    bool high = q->m.intent == INTENT_HIGHEST || q->m.intent == INTENT_WHEN_HIGHEST;
    for (int i = 1; i < n; i++)
        if ((high && f[i].max > best->max) || (low && f[i].min < best->min))
            best = &f[i];
    return best;
}

void say_period(struct asked *q)
{
    struct span s = say_span(q, DAY_MS);
    bool any = false;
    for (int i = 0; i < q->m.n_subjects; i++) {
        struct figure f[FIGURES_MAX];
        if (q->out->text.n)
            answer_say(q->out, " ");
        int n = say_figures(q, &q->m.subject[i], &s, true, f);
        if (!n)
            continue;
        any = true;
        struct figure *of = period_pick(q, f, n);
        period_of(q, &q->m.subject[i], of, &s);
        say_chart(q, of, &s);
        say_within(q, &s);
    }
    if (any)
        q->out->status = ANSWER_ANSWERED;
    answer_suggest(q->out, "why?");
    answer_suggest(q->out, "which process?");
    answer_suggest(q->out, "and the day before yesterday?");
}

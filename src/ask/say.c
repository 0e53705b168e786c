/* say.c - what several answers share: periods, names, reasons, links. */
#include "ask/say.h"

#include "base/text.h"
#include "base/when.h"
#include "core/amount.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define STALE_MS 15000 /* a recorder writes every instant at once */

bool say_is_stale(const struct asked *q)
{
    int64_t late = (int64_t)(q->interval_s * 10000);
    return !q->w->replay && q->here.now_ms - q->last_ms > (late > STALE_MS ? late : STALE_MS);
}

/* Now, or the last instant of a recording that is over. */
static int64_t say_end(const struct asked *q)
{
    return q->here.now_ms < q->last_ms || !say_is_stale(q) ? q->here.now_ms : q->last_ms;
}

struct span say_span(const struct asked *q, int64_t default_ms)
{
    const struct span *asked = q->m.n_spans ? &q->m.span[0] : NULL;
    if (asked && asked->kind != SPAN_NOW && asked->kind != SPAN_AHEAD)
        return *asked;
    int64_t end = say_end(q), from = end - (default_ms ? default_ms : NOW_MS);
    if (asked && asked->kind == SPAN_NOW)
        from = end - NOW_MS;
    bool now = !default_ms || (asked && asked->kind == SPAN_NOW);
    if (!now && from < q->first_ms)
        from = q->first_ms;
    return (struct span){ now ? SPAN_NOW : SPAN_RANGE, from, end };
}

void say_within(struct asked *q, const struct span *s)
{
    q->out->from_ms = s->from_ms;
    q->out->to_ms = s->to_ms;
}

void say_name(struct asked *q, const struct subject *u, const struct figure *f, bool first)
{
    const char *label = u->label;
    char shown[320];
    if (f && !*f->which) /* there is only one */
        label = subject_plain(label);
    bool which = f && *f->which && !*u->inst;
    snprintf(shown, sizeof shown, "%s%s%s", label, which ? " " : "", which ? f->which : "");
    if (first)
        shown[0] = (char)toupper((unsigned char)shown[0]);
    answer_say(q->out, "%s", shown);
}

void say_time(struct asked *q, int64_t ms)
{
    char text[48];
    answer_note(q->out, "time", (double)ms / 1000, UNIT_SECOND, NULL, ms);
    answer_say(q->out, "%s", times_text(&q->here, ms, text, sizeof text));
}

void say_when(struct asked *q, const struct span *s)
{
    char text[128];
    answer_say(q->out, " %s", times_span_text(&q->here, s, text, sizeof text));
}

/* As a part of an address: ids of sensors have blanks. */
static void say_address(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++)
        if (isalnum((unsigned char)*p) || strchr("._-,{}/:", *p))
            buf_putc(out, *p);
        else
            buf_printf(out, "%%%02X", (unsigned char)*p);
}

void say_link(struct asked *q, const char *view, const char *ids, const struct span *s)
{
    struct buf *out = &q->out->link;
    buf_clear(out);
    buf_printf(out, "#/%s?%s", view, *ids ? "m=" : "");
    say_address(out, ids);
    buf_printf(out, "%sfrom=%" PRId64 "&to=%" PRId64, *ids ? "&" : "", s->from_ms, s->to_ms);
}

/* A single value needs what is around it to be seen. */
static struct span say_chart_span(const struct span *s)
{
    struct span wide = *s;
    if (s->kind == SPAN_AT) {
        wide.from_ms -= NOW_MS / 2;
        wide.to_ms += NOW_MS / 2;
    }
    return wide;
}

void say_chart(struct asked *q, const struct figure *f, const struct span *s)
{
    struct answer *a = q->out;
    struct span wide = say_chart_span(s);
    if (a->chart_metrics.n) {
        buf_printf(&a->chart_metrics, ",%s", f->id);
    } else {
        buf_puts(&a->chart_metrics, f->id);
        memcpy(a->chart, f->chart, sizeof a->chart);
        a->n_chart = f->n_chart;
        a->chart_unit = f->unit;
        a->chart_low = f->unit == UNIT_CELSIUS ? f->min : 0;
        a->chart_high = f->unit == UNIT_PERCENT ? 100 : f->max;
    }
    say_link(q, "explore", a->chart_metrics.p, &wide);
}

struct subject say_topic(const struct asked *q, const char *key)
{
    return subject_of(topics_find(key), &q->scope, "");
}

void say_not_measured(struct asked *q, const struct subject *u)
{
    struct answer *a = q->out;
    const char *why = q->w->missing && !q->w->replay ? q->w->missing(q->w->self, u->globs) : NULL;
    a->status = ANSWER_NO_DATA;
    say_name(q, u, NULL, true);
    answer_say(a, q->w->replay ? " is not in this recording" : " is not measured on this machine");
    if (why && *why) {
        answer_say(a, ": ");
        answer_quote(a, "reason", why);
        answer_say(a, ".");
    } else if (u->topic && *u->topic->missing && !q->w->replay) {
        answer_say(a, ". It needs %s.", u->topic->missing);
    } else {
        answer_say(a, ".");
    }
    if (!q->w->replay)
        answer_say(a, " `sonde doctor` says what is missing here and why.");
}

void say_not_recorded(struct asked *q, const struct span *s)
{
    struct answer *a = q->out;
    char from[48], to[48], zone[WHEN_ZONE_MAX];
    a->status = ANSWER_NO_DATA;
    if (!q->last_ms) {
        answer_say(a, "Nothing is recorded yet. `sonde record` starts recording.");
        return;
    }
    say_within(q, s);
    answer_say(a, "Nothing of that was recorded");
    say_when(q, s);
    answer_note(a, "first instant", (double)q->first_ms / 1000, UNIT_SECOND, NULL, q->first_ms);
    answer_note(a, "last instant", (double)q->last_ms / 1000, UNIT_SECOND, NULL, q->last_ms);
    answer_say(a, ". The recording goes from %s to %s %s.", times_text(&q->here, q->first_ms, from, sizeof from),
               times_text(&q->here, q->last_ms, to, sizeof to), when_zone_text(q->here.offset_s, zone));
}

bool say_lacks(struct asked *q, const struct span *s)
{
    bool lacks = !q->last_ms || s->from_ms > q->last_ms || s->to_ms < q->first_ms;
    if (lacks)
        say_not_recorded(q, s);
    return lacks;
}

int say_figures(struct asked *q, const struct subject *u, const struct span *s, bool whole,
                struct figure out[static FIGURES_MAX])
{
    int n = figures_read(q, u, s, whole, out);
    if (n)
        return n;
    struct span all = { SPAN_RANGE, q->first_ms, q->last_ms };
    if (!figures_read(q, u, &all, whole, out))
        say_not_measured(q, u); /* a slot that was never known is no measurement */
    else
        say_not_recorded(q, s);
    return 0;
}

/* What an amount would be that was asked about: "is 90 % normal?" */
static void usual_amount(struct asked *q, const struct figure *f, double low, double high)
{
    if (!q->m.has_amount || q->m.unit != f->unit)
        return;
    answer_say(q->out, " ");
    answer_amount(q->out, "amount asked about", q->m.amount, f->unit, NULL, 0);
    answer_say(q->out, q->m.amount > high ? " would be higher than usual." :
                       q->m.amount < low ? " would be lower than usual." : " would be as usual.");
}

void say_usual(struct asked *q, const struct figure *f, double value, double highest, int64_t before_ms)
{
    double usual[2];
    struct answer *a = q->out;
    char lo[AMOUNT_MAX], hi[AMOUNT_MAX];
    if (!figures_usual(q, f->id, before_ms, usual)) {
        if (words_find(&q->m.words, 0, "normal|high|low|fine|problem|unusual") >= 0)
            answer_say(a, " What is usual is not known yet: too little was recorded before.");
        return;
    }
    answer_note(a, "usual, low", usual[0], f->unit, f->id, 0);
    answer_note(a, "usual, high", usual[1], f->unit, f->id, 0);
    amount_text(usual[0], f->unit, lo);
    amount_text(usual[1], f->unit, hi);
    if (strcmp(lo, hi) == 0)
        answer_say(a, " Usually it is %s", lo);
    else
        answer_say(a, " Usually it is between %s and %s", lo, hi);
    double slack = 0.05 * fmax(fabs(usual[0]), fabs(usual[1])) + (f->unit == UNIT_PERCENT ? 2 : 0);
    bool above = value > usual[1] + slack, below = value < usual[0] - slack;
    if (!above && !below && highest > usual[1] + slack + 0.2 * fabs(usual[1]))
        answer_say(a, ": on average as usual, at its highest not.");
    else
        answer_say(a, above ? ": higher than usual." : below ? ": lower than usual." :
                      value > usual[1] || value < usual[0] ? ": about as usual." : ": as usual.");
    usual_amount(q, f, usual[0] - slack, usual[1] + slack);
}

void say_sessions(struct asked *q, const struct index_filter *f,
                  void (*each)(void *self, const struct index_session *s), void *self)
{
    if (q->look->index)
        look_sessions(q->look, f, each, self);
}

void say_events(struct asked *q, const struct span *s, void (*each)(void *self, const struct index_event *e),
                void *self)
{
    if (q->look->index)
        index_events(q->look->index, NULL, s->from_ms, s->to_ms, 0, each, self);
}

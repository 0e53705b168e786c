/* say_beyond.c - when, how often and for how long something was above or below an amount. */
#include "ask/say.h"

#include "ask/calendar.h"
#include "core/amount.h"

#include <math.h>
#include <string.h>

#define SHOWN_DIGITS 5e-4 /* of an amount: what is reached by the digits that are shown */

bool say_in_unit(struct asked *q, struct subject *u)
{
    struct meaning *m = &q->m;
    int slot = subject_slot(u, &q->scope);
    enum unit unit = slot >= 0 ? scope_at(&q->scope, slot)->unit : UNIT_NONE;
    if (slot < 0 || m->unit == unit)
        return true;
    if (m->unit == UNIT_NONE) {
        m->unit = unit;
        if (unit == UNIT_HERTZ && m->amount < 100)
            m->amount *= 1e9;
        return true;
    }
    if (m->unit == UNIT_BYTE && unit == UNIT_BYTE_PER_S) { /* "above 100 MB" of what flows: in a second */
        m->unit = unit;
        return true;
    }
    const struct topic *other = u->topic ? topics_in_unit(u->topic, m->unit) : NULL;
    struct subject v = other ? subject_of(other, &q->scope, u->inst) : *u;
    slot = other ? subject_slot(&v, &q->scope) : -1;
    if (slot < 0 || scope_at(&q->scope, slot)->unit != m->unit)
        return false;
    *u = v;
    return true;
}

static void beyond_stretches(struct asked *q, const struct figure *f, const struct beyond *b)
{
    enum { SHOWN = 3 };
    struct answer *a = q->out;
    for (int i = 0; i < b->n && i < SHOWN; i++) {
        const struct stretch_beyond *s = &b->stretch[i];
        answer_say(a, i ? "; from " : " From ");
        say_time(q, s->from_ms);
        answer_say(a, " to ");
        say_time(q, s->to_ms);
        answer_say(a, q->m.below ? ", lowest " : ", highest ");
        answer_amount(a, q->m.below ? "lowest" : "highest", s->extreme, f->unit, f->id, 0);
    }
    answer_say(a, b->n > SHOWN ? "; and more." : ".");
}

/* "is it above 90 %?" is about now, and is told first. */
static void beyond_now(struct asked *q, const struct subject *u, const struct figure *of)
{
    struct figure f[FIGURES_MAX];
    struct span now = say_span(q, 0);
    bool asked = q->m.words.n && words_listed("is|are", q->m.words.w[0].text);
    int n = asked && !q->m.n_spans ? figures_read(q, u, &now, false, f) : 0;
    for (int i = 0; i < n; i++)
        if (strcmp(f[i].id, of->id) == 0) {
            say_name(q, u, &f[i], true);
            answer_say(q->out, ": ");
            answer_amount(q->out, "last", f[i].last, f[i].unit, f[i].id, f[i].last_ms);
            answer_say(q->out, " at ");
            say_time(q, f[i].last_ms);
            answer_say(q->out, ". ");
        }
}

static const char *beyond_verb(const struct meaning *m, bool ever)
{
    if (m->reach)
        return m->below ? ever ? " fell to " : " never fell to " : ever ? " reached " : " never reached ";
    return m->below ? ever ? " was below " : " was never below " : ever ? " was above " : " was never above ";
}

static void beyond_tell(struct asked *q, const struct subject *u, struct figure *f, const struct span *s)
{
    struct answer *a = q->out;
    struct beyond b;
    double slack = q->m.reach ? SHOWN_DIGITS * fabs(q->m.amount) : 0;
    figures_beyond(q, f->id, s, q->m.amount + (q->m.below ? slack : -slack), q->m.below, &b);
    beyond_now(q, u, f);
    say_name(q, u, f, true);
    answer_say(a, "%s", beyond_verb(&q->m, b.n > 0));
    answer_amount(a, "amount asked about", q->m.amount, f->unit, NULL, 0);
    say_when(q, s);
    if (!b.n) {
        figures_refine(q, f, !q->m.below);
        answer_say(a, q->m.below ? ". The lowest was " : ". The highest was ");
        answer_amount(a, q->m.below ? "lowest" : "highest", q->m.below ? f->min : f->max, f->unit, f->id,
                      q->m.below ? f->min_ms : f->max_ms);
        answer_say(a, " at ");
        say_time(q, q->m.below ? f->min_ms : f->max_ms);
        answer_say(a, ".");
        return;
    }
    answer_say(a, " ");
    answer_count(a, "how often", b.n, "time");
    answer_say(a, ", ");
    answer_length(a, "how long", b.seconds);
    answer_say(a, b.n > 1 ? " altogether." : ".");
    beyond_stretches(q, f, &b);
}

/* The device that went furthest. */
static struct figure *beyond_pick(struct figure *f, int n, bool below)
{
    struct figure *best = f;
    for (int i = 1; i < n; i++)
        if (below ? f[i].min < best->min : f[i].max > best->max)
            best = &f[i];
    return best;
}

void say_beyond(struct asked *q)
{
    struct span s = say_span(q, WEEK_MS);
    struct figure f[FIGURES_MAX];
    struct subject *u = &q->m.subject[0];
    if (!say_in_unit(q, u)) {
        char asked[AMOUNT_MAX];
        q->out->status = ANSWER_NOT_UNDERSTOOD;
        answer_note(q->out, "amount asked about", q->m.amount, q->m.unit, NULL, 0);
        say_name(q, u, NULL, true);
        answer_say(q->out, " is not measured in the unit of %s.", amount_text(q->m.amount, q->m.unit, asked));
        return;
    }
    int n = say_figures(q, u, &s, true, f);
    if (!n)
        return;
    struct figure *of = beyond_pick(f, n, q->m.below);
    beyond_tell(q, u, of, &s);
    say_chart(q, of, &s);
    say_within(q, &s);
    answer_suggest(q->out, "why?");
    answer_suggest(q->out, "when was it highest?");
}

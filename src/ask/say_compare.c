/* say_compare.c - one time against another, and what changed. */
#include "ask/say.h"

#include "ask/calendar.h"
#include "base/auto.h"
#include "base/text.h"
#include "core/amount.h"
#include "look/instant.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const main_topics[] = {
    "cpu", "memory", "swap", "disk", "disk.read", "disk.write", "download", "upload", "gpu", "temperature", "power", "space", "pressure",
    NULL
};

struct pair {
    struct subject u;
    struct figure a, b; /* of the same metric */
};

/* The figure of the same metric among others. */
static bool pair_read(struct asked *q, const struct subject *u, const struct span *a, const struct span *b,
                      struct pair *out)
{
    struct figure fa[FIGURES_MAX], fb[FIGURES_MAX];
    int n = figures_read(q, u, a, true, fa);
    int m = n ? figures_read(q, u, b, true, fb) : 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < m; k++)
            if (strcmp(fa[i].id, fb[k].id) == 0) {
                *out = (struct pair){ *u, fa[i], fb[k] };
                return true;
            }
    return false;
}

/* Is the difference more than a person would call the same? */
static bool pair_differs(const struct pair *p)
{
    double d = fabs(p->a.mean - p->b.mean), scale = fmax(fabs(p->a.mean), fabs(p->b.mean));
    double least = p->a.unit == UNIT_PERCENT ? 2 : p->a.unit == UNIT_CELSIUS ? 2 : 0;
    return d > 0.1 * scale && d > least;
}

static void pair_say(struct asked *q, const struct pair *p, const char *from, const char *to)
{
    struct answer *a = q->out;
    double d = p->b.mean - p->a.mean;
    answer_say(a, "%s", a->text.n ? " " : "");
    say_name(q, &p->u, &p->b, true);
    answer_say(a, ": ");
    answer_amount(a, from, p->a.mean, p->a.unit, p->a.id, 0);
    answer_say(a, " %s, ", from);
    answer_amount(a, to, p->b.mean, p->b.unit, p->b.id, 0);
    answer_say(a, " %s", to);
    if (!pair_differs(p)) {
        answer_say(a, ", about the same.");
        return;
    }
    answer_say(a, ", ");
    answer_amount(a, "difference", fabs(d), p->a.unit, p->a.id, 0);
    answer_say(a, d > 0 ? " more." : " less.");
}

/* The two periods, the earlier first: of one that was named the other is now, or the same length before it. */
static void compare_spans(struct asked *q, struct span *a, struct span *b)
{
    struct span today = { SPAN_RANGE, 0, 0 };
    int64_t end = q->here.now_ms < q->last_ms ? q->here.now_ms : q->last_ms, offset = q->here.offset_s * INT64_C(1000);
    today.from_ms = calendar_day(end + offset) - offset;
    today.to_ms = end;
    if (q->m.n_spans == 2) {
        *a = q->m.span[0];
        *b = q->m.span[1];
        if (a->kind == SPAN_NOW || b->kind == SPAN_NOW) {
            struct span *which = a->kind == SPAN_NOW ? a : b;
            *which = (struct span){ SPAN_RANGE, end - NOW_MS + 1, end };
        }
        if (a->from_ms > b->from_ms) {
            struct span t = *a;
            *a = *b;
            *b = t;
        }
    } else if (q->m.n_spans == 1 && q->m.span[0].kind == SPAN_AT) { /* "than an hour ago": now is held against it */
        *a = (struct span){ SPAN_RANGE, q->m.span[0].from_ms - NOW_MS / 2, q->m.span[0].to_ms + NOW_MS / 2 };
        *b = (struct span){ SPAN_RANGE, end - NOW_MS + 1, end };
    } else if (q->m.n_spans == 1 && q->m.span[0].kind != SPAN_NOW) {
        *a = q->m.span[0];
        *b = today;
        if (a->to_ms >= b->from_ms) { /* it is today already: the day before */
            *b = *a;
            a->from_ms -= DAY_MS;
            a->to_ms -= DAY_MS;
        }
    } else {
        *b = today;
        *a = (struct span){ SPAN_RANGE, today.from_ms - DAY_MS, today.from_ms - 1 };
    }
}

static void compare_head(struct asked *q, const struct span *a, const struct span *b)
{
    char from[128], to[128];
    answer_say(q->out, " Before is %s, after is %s.", times_span_text(&q->here, a, from, sizeof from),
               times_span_text(&q->here, b, to, sizeof to));
    answer_note(q->out, "before, from", (double)a->from_ms / 1000, UNIT_SECOND, NULL, a->from_ms);
    answer_note(q->out, "before, to", (double)(a->to_ms + 1) / 1000, UNIT_SECOND, NULL, a->to_ms + 1);
    answer_note(q->out, "after, from", (double)b->from_ms / 1000, UNIT_SECOND, NULL, b->from_ms);
    answer_note(q->out, "after, to", (double)(b->to_ms + 1) / 1000, UNIT_SECOND, NULL, b->to_ms + 1);
}

static void compare_link(struct asked *q, const struct span *a, const struct span *b)
{
    buf_clear(&q->out->link);
    buf_printf(&q->out->link, "#/compare?from=%lld&to=%lld&with_from=%lld&with_to=%lld", (long long)b->from_ms,
               (long long)b->to_ms, (long long)a->from_ms, (long long)a->to_ms);
}

static int compare_all(struct asked *q, const struct span *a, const struct span *b, bool differing)
{
    int n = 0, same = 0;
    auto_buf struct buf alike = { 0 };
    figures_gather(q, main_topics, a);
    figures_gather(q, main_topics, b);
    for (size_t i = 0; main_topics[i]; i++) {
        struct subject u = say_topic(q, main_topics[i]);
        struct pair p;
        if (!pair_read(q, &u, a, b, &p))
            continue;
        if (pair_differs(&p)) {
            pair_say(q, &p, "before", "after");
            n++;
            continue;
        }
        answer_note(q->out, "before", p.a.mean, p.a.unit, p.a.id, 0);
        answer_note(q->out, "after", p.b.mean, p.b.unit, p.b.id, 0);
        buf_printf(&alike, "%s%s", same++ ? ", " : "", u.label);
    }
    if (same && !differing)
        answer_say(q->out, "%sAbout the same: %s.", n ? " " : "", alike.p);
    return differing ? n : n + same;
}

void say_compare(struct asked *q)
{
    struct span a, b;
    struct answer *out = q->out;
    int n = 0;
    if (q->m.n_subjects > 1 && q->m.n_spans < 2) { /* one thing against another */
        say_value(q);
        return;
    }
    compare_spans(q, &a, &b);
    for (int i = 0; i < q->m.n_subjects; i++) {
        struct pair p;
        struct figure f[FIGURES_MAX];
        if (pair_read(q, &q->m.subject[i], &a, &b, &p)) {
            pair_say(q, &p, "before", "after");
            say_chart(q, &p.b, &b);
            n++;
        } else if (say_figures(q, &q->m.subject[i], &a, true, f)) {
            say_not_recorded(q, &b);
        }
    }
    if (!q->m.n_subjects)
        n = compare_all(q, &a, &b, false);
    if (!n && !q->m.n_subjects)
        say_not_recorded(q, &a);
    if (n) {
        out->status = ANSWER_ANSWERED;
        compare_head(q, &a, &b);
        compare_link(q, &a, &b);
        out->from_ms = a.from_ms;
        out->to_ms = b.to_ms;
    }
    answer_suggest(out, "what changed?");
    answer_suggest(out, "why?");
}

/* ---- what changed ---- */

/* Names of one instant that the other lacks: the largest of them. */
static void changed_names(struct asked *q, const struct instant_procs *now, const struct instant_procs *than,
                          const char *lead)
{
    enum { SHOWN = 3 };
    char said[SHOWN][PROC_NAME_MAX];
    int n = 0;
    for (size_t i = 0; i < now->n && n < SHOWN; i++) {
        bool there = false;
        for (size_t k = 0; k < than->n && !there; k++)
            there = strncmp(now->p[i].p.name, than->p[k].p.name, PROC_NAME_MAX) == 0;
        for (int k = 0; k < n && !there; k++)
            there = strncmp(said[k], now->p[i].p.name, PROC_NAME_MAX) == 0;
        if (there || (isnan(now->p[i].use.cpu_percent) && now->p[i].p.rss_bytes < 20e6) ||
            (now->p[i].use.cpu_percent < 1 && now->p[i].p.rss_bytes < 20e6))
            continue;
        text_copy(said[n], sizeof said[n], now->p[i].p.name);
        answer_say(q->out, "%s%s", n ? ", " : lead, said[n]);
        n++;
    }
    if (n)
        answer_say(q->out, ".");
}

static void changed_processes(struct asked *q, int64_t before_ms, int64_t after_ms)
{
    struct instant_procs a, b;
    if (instant_procs(q->look, NULL, before_ms, &a) < 0)
        return;
    if (instant_procs(q->look, NULL, after_ms, &b) == 0) {
        changed_names(q, &b, &a, " Processes that came: ");
        changed_names(q, &a, &b, " Processes that went: ");
        instant_done(&b);
    }
    instant_done(&a);
}

void say_changed(struct asked *q)
{
    struct answer *out = q->out;
    struct span a, b;
    bool than = words_find(&q->m.words, 0, "than|from|different|difference") >= 0; /* "different from an hour ago" */
    if (q->m.n_spans == 2 || (than && q->m.n_spans == 1 && q->m.span[0].kind == SPAN_AT)) {
        compare_spans(q, &a, &b);
    } else {
        b = say_span(q, HOUR_MS);
        if (b.kind != SPAN_RANGE) {
            b.kind = SPAN_RANGE;
            b.from_ms = b.to_ms - HOUR_MS;
        }
        a = (struct span){ SPAN_RANGE, b.from_ms - (b.to_ms - b.from_ms), b.from_ms - 1 };
    }
    if (say_lacks(q, &b))
        return;
    if (a.to_ms < q->first_ms) {
        out->status = say_machine_changes(q, &b) ? ANSWER_ANSWERED : ANSWER_NO_DATA;
        answer_say(out, "%sNothing was recorded before", out->text.n ? " " : "");
        say_when(q, &b);
        answer_say(out, ", so there is nothing to hold it against.");
        say_within(q, &b);
        return;
    }
    if (!compare_all(q, &a, &b, true))
        answer_say(out, "None of the main numbers changed by more than a tenth.");
    changed_processes(q, a.to_ms, b.to_ms);
    say_machine_changes(q, &b);
    compare_head(q, &a, &b);
    compare_link(q, &a, &b);
    say_within(q, &b);
    answer_suggest(out, "any anomalies?");
    answer_suggest(out, "compare today with yesterday");
}

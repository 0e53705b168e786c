/*
 * say_noted.c - answers made of events: whom the kernel ended for lack of memory, alerts, packages; and the events of a
 * period in the order of what they weigh.
 *
 * What was said several times is told once, with how often. Texts of others stand in quotes and with a form without
 * names beside them (answer_event()); lines of logs stand beside the answer.
 */
#include "ask/say.h"

#include "analyze/changes/nameless.h"
#include "ask/calendar.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTED_MAX 512 /* different events of a period; of further ones it is known how many */
#define NOTED_SAID 5

struct noted {
    int64_t time_ms; /* of the last */
    enum severity severity;
    int count;
    char kind[16], text[224];
};

struct notes {
    struct asked *q;
    bool (*wants)(const struct notes *n, const struct index_event *e);
    const char *name; /* only of what names it; NULL: all */
    struct noted *p;
    size_t n, cap;
    int all;
};

/* Of Sonde itself: told last. */
static bool noted_is_own(const char *kind)
{
    return words_listed("gap|clock|adapter|budget|archive", kind);
}

static int noted_order(const void *a, const void *b)
{
    const struct noted *x = a, *y = b;
    if (noted_is_own(x->kind) != noted_is_own(y->kind))
        return noted_is_own(x->kind) - noted_is_own(y->kind);
    if (x->severity != y->severity)
        return x->severity < y->severity ? 1 : -1;
    return (x->time_ms < y->time_ms) - (x->time_ms > y->time_ms);
}

static void notes_take(struct notes *n, int64_t time_ms, enum severity severity, const char *kind, const char *text)
{
    char cut[sizeof n->p->text];
    text_copy(cut, sizeof cut, text);
    n->all++;
    for (size_t i = 0; i < n->n; i++) {
        struct noted *p = &n->p[i];
        if (strcmp(p->text, cut) != 0 || strcmp(p->kind, kind) != 0)
            continue;
        p->count++;
        p->severity = severity > p->severity ? severity : p->severity;
        p->time_ms = time_ms > p->time_ms ? time_ms : p->time_ms;
        return;
    }
    if (n->n == NOTED_MAX)
        return;
    n->p = mem_grow(n->p, n->n, &n->cap, sizeof *n->p);
    n->p[n->n] = (struct noted){ .time_ms = time_ms, .severity = severity, .count = 1 };
    text_copy(n->p[n->n].kind, sizeof n->p->kind, kind);
    text_copy(n->p[n->n++].text, sizeof n->p->text, cut);
}

static void notes_event(void *self, const struct index_event *e)
{
    struct notes *n = self;
    if (n->wants(n, e))
        notes_take(n, e->time_ms, e->severity, e->kind, e->text);
}

static void notes_read(struct notes *n, const struct span *s)
{
    say_events(n->q, s, notes_event, n);
    if (n->n)
        qsort(n->p, n->n, sizeof *n->p, noted_order);
}

static void noted_say_count(struct asked *q, const struct noted *p)
{
    if (p->count < 2)
        return;
    answer_say(q->out, ", ");
    answer_count(q->out, "times", p->count, "time");
}

/* "TEXT" (14:05, 3 times); "TEXT" (14:05). */
static void notes_say(const struct notes *n, size_t most)
{
    struct answer *a = n->q->out;
    for (size_t i = 0; i < n->n && i < most; i++) {
        answer_say(a, i ? "; \"" : ": \"");
        answer_event(a, n->p[i].text, event_nameless(n->p[i].kind, n->p[i].text));
        answer_say(a, "\" (");
        say_time(n->q, n->p[i].time_ms);
        noted_say_count(n->q, &n->p[i]);
        answer_say(a, ")");
    }
    if (n->n > most) {
        answer_say(a, "; and ");
        answer_count(a, "more", (double)(n->n - most), "other");
    }
    answer_say(a, ".");
}

/* ---- what happened ---- */

static bool wants_happened(const struct notes *n, const struct index_event *e)
{
    (void)n;
    return (e->severity >= SEVERITY_NOTICE || strcmp(e->kind, "workload") == 0) && strcmp(e->kind, "anomaly") != 0;
}

/* Never into the text, which an endpoint may get. */
static void noted_log(struct asked *q, const struct noted *p)
{
    char text[sizeof p->text + 32];
    snprintf(text, sizeof text, p->count > 1 ? "%s (%d times)" : "%s", p->text, p->count);
    say_log_line(q, p->time_ms, "", text);
}

void say_happened_events(struct asked *q, const struct span *s)
{
    enum { SHOWN = 4 };
    struct notes n = { .q = q, .wants = wants_happened };
    struct answer *a = q->out;
    int said = 0, others = 0;
    notes_read(&n, s);
    for (size_t i = 0; i < n.n; i++) {
        const struct noted *p = &n.p[i];
        const char *plain = event_nameless(p->kind, p->text);
        if (strcmp(p->kind, "log") == 0) {
            noted_log(q, p);
            continue;
        }
        others += p->count;
        if (said == SHOWN)
            continue;
        said++;
        answer_say(a, " ");
        say_time(q, p->time_ms);
        noted_say_count(q, p);
        answer_say(a, ", %s: ", p->kind);
        if (!plain) {
            answer_quote_sentence(a, "event", p->text);
            continue;
        }
        answer_say(a, "\"");
        answer_event(a, p->text, plain);
        answer_say(a, "\".");
    }
    if (others > said) {
        answer_say(a, " In all ");
        answer_count(a, "events", others, "event");
        answer_say(a, ".");
    }
    mem_free(n.p);
}

static bool wants_log(const struct notes *n, const struct index_event *e)
{
    (void)n;
    return strcmp(e->kind, "log") == 0;
}

int say_noted_logs(struct asked *q, const struct span *s)
{
    struct notes n = { .q = q, .wants = wants_log };
    notes_read(&n, s);
    for (size_t i = 0; i < n.n; i++)
        noted_log(q, &n.p[i]);
    mem_free(n.p);
    return n.all;
}

/* ---- questions of their own ---- */

/* What is asked about: a period with an end that was recorded. False: that is said. */
static bool noted_begin(struct asked *q, int64_t default_ms, struct span *s)
{
    *s = q->m.n_spans ? say_around(q) : say_span(q, default_ms);
    say_within(q, s);
    return !say_lacks(q, s);
}

static bool wants_ran_out(const struct notes *n, const struct index_event *e)
{
    bool memory = strcmp(e->source, "memory") == 0 || strstr(e->text, " ran out of memory");
    return strcmp(e->kind, "change") == 0 && memory && (!n->name || strcasestr(e->text, n->name));
}

void say_ran_out(struct asked *q)
{
    struct span s;
    struct answer *a = q->out;
    struct notes n = { .q = q, .wants = wants_ran_out, .name = q->m.n_unknown ? q->m.unknown[0] : NULL };
    if (!noted_begin(q, WEEK_MS, &s))
        return;
    notes_read(&n, &s);
    if (n.n) {
        answer_count(a, "ends for lack of memory", n.all, "time");
        answer_say(a, " something ran out of memory");
        say_when(q, &s);
        notes_say(&n, NOTED_SAID);
        answer_suggest(a, "what was using memory?");
    } else {
        answer_note(a, "ends for lack of memory", 0, UNIT_NONE, NULL, 0);
        answer_say(a, "Nothing is on record that the kernel ended for lack of memory");
        say_when(q, &s);
        answer_say(a, n.name ? ", of that name." : ".");
    }
    say_link(q, "events", "", &s);
    answer_suggest(a, "is memory growing?");
    mem_free(n.p);
}

static bool wants_packages(const struct notes *n, const struct index_event *e)
{
    (void)n;
    return strcmp(e->kind, "change") == 0 && strcmp(e->source, "packages") == 0;
}

void say_installed(struct asked *q)
{
    struct span s;
    struct answer *a = q->out;
    struct notes n = { .q = q, .wants = wants_packages };
    if (!noted_begin(q, DAY_MS, &s))
        return;
    notes_read(&n, &s);
    answer_note(a, "runs of a package manager", n.all, UNIT_NONE, NULL, 0);
    answer_say(a, n.n ? "Packages changed" : "No package was installed, upgraded or removed");
    say_when(q, &s);
    if (n.n)
        notes_say(&n, NOTED_SAID);
    else
        answer_say(a, ", as far as was recorded.");
    say_link(q, "events", "", &s);
    answer_suggest(a, "what changed?");
    mem_free(n.p);
}

static void alerts_note(void *self, const struct index_alert *x)
{
    char text[sizeof ((struct noted *)0)->text];
    snprintf(text, sizeof text, "%.60s: %.150s", x->rule, x->text);
    notes_take(self, x->since_ms, x->severity, "alert", text_clean(text));
}

static void alerts_note_past(void *self, const struct index_alert *x)
{
    const struct notes *n = self;
    if (x->since_ms <= n->q->out->to_ms)
        alerts_note(self, x);
}

void say_alerts(struct asked *q)
{
    struct span s;
    struct answer *a = q->out;
    struct notes held = { .q = q }, past = { .q = q };
    if (!noted_begin(q, DAY_MS, &s))
        return;
    a->to_ms = s.to_ms;
    if (q->look->index) {
        index_alerts(q->look->index, INDEX_ALERTS_RAISED, 0, NOTED_MAX, alerts_note, &held);
        index_alerts(q->look->index, INDEX_ALERTS_PAST, s.from_ms, NOTED_MAX, alerts_note_past, &past);
    }
    if (held.n)
        qsort(held.p, held.n, sizeof *held.p, noted_order);
    if (past.n)
        qsort(past.p, past.n, sizeof *past.p, noted_order);
    answer_note(a, "alerts, raised", held.all, UNIT_NONE, NULL, 0);
    answer_note(a, "alerts, over", past.all, UNIT_NONE, NULL, 0);
    if (held.n) {
        answer_say(a, held.all == 1 ? "An alert is raised" : "Alerts are raised");
        notes_say(&held, NOTED_SAID);
    } else {
        answer_say(a, "No alert is raised.");
    }
    answer_say(a, past.n ? " Over by now, of those raised" : " None that is over was raised");
    say_when(q, &s);
    if (past.n)
        notes_say(&past, NOTED_SAID);
    else
        answer_say(a, ".");
    say_link(q, "events", "", &s);
    answer_suggest(a, "any anomalies?");
    mem_free(held.p);
    mem_free(past.p);
}

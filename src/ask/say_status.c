/*
 * say_status.c - is it well, what to do, what kind of work.
 *
 * The last minutes are analysed for that as `sonde check` does it: rules over sustained conditions. What was unusual in
 * the day before is in the index.
 */
#include "ask/say.h"

#include "ask/calendar.h"
#include "analyze/insights/insights.h"
#include "base/auto.h"
#include "base/text.h"
#include "look/judged.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LOOKED_MS INT64_C(300000)

/* What rules find at the end of a period; false where nothing can be said. */
static bool status_judge(struct asked *q, int64_t to_ms, struct judged *out)
{
    int64_t to = to_ms < q->last_ms ? to_ms : q->last_ms;
    *out = (struct judged){ 0 };
    if (!q->last_ms || judged_recording(q->look, NULL, to - LOOKED_MS + 1, to, JUDGED_BYTES, insights_want,
                                           &out->rec) < 0)
        return false;
    out->report = analyze_insights(out->rec);
    return true;
}

/* "processor 23.1 %, memory in use 61.0 % ..." */
static void status_numbers(struct asked *q, const struct span *s)
{
    static const char *const keys[] = { "cpu", "memory", "space", "disk", "temperature", "gpu", "battery", "pressure",
                                        NULL };
    int said = 0;
    figures_gather(q, keys, s);
    for (size_t i = 0; keys[i]; i++) {
        struct subject u = say_topic(q, keys[i]);
        struct figure f[FIGURES_MAX];
        if (!figures_read(q, &u, s, s->kind != SPAN_NOW, f))
            continue;
        answer_say(q->out, said ? ", " : " ");
        say_name(q, &u, f, !said);
        answer_say(q->out, " ");
        answer_amount(q->out, u.label, s->kind == SPAN_NOW ? f->last : f->mean, f->unit, f->id,
                      s->kind == SPAN_NOW ? f->last_ms : 0);
        if (said++ < 2)
            say_chart(q, f, s);
    }
    if (said)
        answer_say(q->out, ".");
}

static size_t status_insights(struct asked *q, const struct report *r, bool advice, size_t most)
{
    struct answer *a = q->out;
    for (size_t i = 0; i < r->n_insights && i < most; i++) {
        const struct insight *x = &r->insights[i];
        answer_say(a, "%s", a->text.n ? " " : "");
        answer_quote_sentence(a, "finding", x->title);
        if (advice && x->n_evidence) {
            answer_say(a, " ");
            answer_quote_sentence(a, "evidence", x->evidence[0]);
        }
        if (advice) {
            answer_say(a, " ");
            answer_quote_sentence(a, "advice", x->advice);
        }
    }
    return r->n_insights;
}

int say_findings(struct asked *q, int64_t to_ms, int most)
{
    struct judged j;
    if (!status_judge(q, to_ms, &j))
        return 0;
    size_t n = status_insights(q, j.report, false, (size_t)most);
    judged_done(&j);
    return (int)n;
}

void say_status(struct asked *q)
{
    struct span s = say_span(q, 0), day = s;
    struct answer *a = q->out;
    struct judged j;
    int anomalies = 0;
    bool now = s.kind == SPAN_NOW;
    if (say_lacks(q, &s))
        return;
    if (now)
        day.from_ms = s.to_ms - DAY_MS > q->first_ms ? s.to_ms - DAY_MS : q->first_ms;
    day.kind = SPAN_RANGE;
    bool judged = now && status_judge(q, s.to_ms, &j);
    size_t warnings = 0;
    for (size_t i = 0; judged && i < j.report->n_insights; i++)
        warnings += j.report->insights[i].severity >= SEVERITY_WARNING;
    struct answer head = *a; /* the verdict stands first, and follows from what is found */
    a->text = (struct buf){ 0 };
    anomalies = say_worst(q, &day);
    if (!anomalies) {
        answer_note(a, "anomalies", 0, UNIT_NONE, NULL, 0);
        answer_say(a, "No anomaly");
        say_when(q, &day);
        answer_say(a, ".");
    }
    auto_buf struct buf found = a->text;
    a->text = head.text;
    answer_say(a, anomalies || warnings ? "There is something to look at." : now ? "It is well." : "It was well.");
    if (now && say_is_stale(q)) {
        answer_say(a, " This is how it was at ");
        say_time(q, q->last_ms);
        answer_say(a, ", the last that was recorded.");
    }
    answer_say(a, " %s", buf_text(&found));
    if (judged)
        status_insights(q, j.report, false, 2);
    if (judged)
        judged_done(&j);
    status_numbers(q, &s);
    say_link(q, "overview", "", &day);
    say_within(q, &day);
    answer_suggest(a, "any anomalies?");
    answer_suggest(a, "any recommendations?");
    answer_suggest(a, "what is using the cpu?");
}

void say_advice(struct asked *q)
{
    struct span s = say_span(q, 0);
    struct answer *a = q->out;
    struct judged j;
    if (s.kind == SPAN_RANGE || s.kind == SPAN_AT)
        s.from_ms = s.to_ms - LOOKED_MS + 1;
    if (!status_judge(q, s.to_ms, &j)) {
        say_not_recorded(q, &s);
        return;
    }
    size_t told = status_insights(q, j.report, true, 4);
    if (s.to_ms >= q->last_ms) {
        told += (size_t)say_filling(q);
        s.to_ms = q->last_ms;
    }
    if (!told) {
        answer_note(a, "findings", 0, UNIT_NONE, NULL, 0);
        if (*j.report->insights_reason)
            answer_say(a, "Too little was recorded to recommend anything.");
        else
            answer_say(a, "There is nothing to do: no rule found a lasting trouble in");
        if (!*j.report->insights_reason) {
            answer_say(a, " ");
            answer_length(a, "looked at", (double)LOOKED_MS / 1000);
            answer_say(a, " up to ");
            say_time(q, s.to_ms < q->last_ms ? s.to_ms : q->last_ms);
            answer_say(a, ".");
        }
    }
    judged_done(&j);
    say_link(q, "anomalies", "", &s);
    say_within(q, &s);
    answer_suggest(a, "any anomalies?");
    answer_suggest(a, "what is coming?");
}

/* ---- the kind of work ---- */

struct work {
    struct asked *q;
    int n, said;
    char first[INDEX_WORKLOAD_MAX];
};

static void work_session(void *self, const struct index_session *s)
{
    struct work *w = self;
    if (!*s->workload)
        return;
    if (w->n++ == 0)
        text_copy(w->first, sizeof w->first, s->workload);
}

static void work_event(void *self, const struct index_event *e)
{
    enum { SHOWN = 4 };
    struct work *w = self;
    if (strcmp(e->kind, "workload") != 0 || w->said == SHOWN)
        return;
    answer_say(w->q->out, "%s", w->q->out->text.n ? " " : "");
    say_time(w->q, e->time_ms);
    answer_say(w->q->out, ": ");
    answer_quote_sentence(w->q->out, "kind of work", e->text);
    w->said++;
}

void say_workload(struct asked *q)
{
    struct span s = say_span(q, DAY_MS);
    struct work w = { .q = q };
    struct index_filter f = INDEX_ALL;
    struct answer *a = q->out;
    f.from_ms = s.from_ms;
    f.to_ms = s.to_ms;
    f.newest_first = true;
    say_sessions(q, &f, work_session, &w);
    if (w.n) {
        for (char *p = w.first; *p; p++)
            *p = *p == '_' ? ' ' : *p;
        answer_say(a, "The kind of work of the last session%s", w.n > 1 ? " then" : "");
        say_when(q, &s);
        answer_say(a, " was %s.", w.first);
    }
    say_events(q, &s, work_event, &w);
    if (!w.n && !w.said) {
        a->status = ANSWER_NO_DATA;
        answer_say(a, "No kind of work was told");
        say_when(q, &s);
        answer_say(a, ". `sonde classify` tells it of what was recorded.");
    }
    say_link(q, "states", "", &s);
    say_within(q, &s);
    answer_suggest(a, "what used the cpu?");
}

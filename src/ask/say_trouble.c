/*
 * say_trouble.c - what was unusual in a period, why, and what happened.
 *
 * The episodes are those of the index: found by the recorder as they came, or by an analysis later. Where nobody
 * looked, that is said, and numbers that are out of their usual range are named instead.
 */
#include "ask/say.h"

#include "ask/calendar.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"
#include "look/instant.h"
#include "look/logs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN_MS INT64_C(120000)

struct episode {
    int64_t from_ms, to_ms, peak_ms;
    enum severity severity;
    double score;
    char area[16];
    char summary[400];
};

struct episodes {
    struct episode *p;
    size_t n, cap;
    const char *area; /* only of this one; NULL: all */
};

/* " at 14:05:00" in a summary is in UTC, and said before it in local time. */
static void episode_untime(char *text)
{
    for (char *p = text; (p = strstr(p, " at "));) {
        size_t n = 4 + strspn(p + 4, "0123456789-: ");
        while (n > 4 && p[n - 1] == ' ')
            n--;
        if (n < 4 + 8) {
            p += 4;
            continue;
        }
        n += strncmp(p + n, " UTC", 4) == 0 ? 4 : 0;
        memmove(p, p + n, strlen(p + n) + 1);
    }
}

static void episodes_note(void *self, const struct index_anomaly *x)
{
    struct episodes *e = self;
    if (e->area && strcmp(e->area, x->area) != 0)
        return;
    e->p = mem_grow(e->p, e->n, &e->cap, sizeof *e->p);
    struct episode *p = &e->p[e->n++];
    *p = (struct episode){ .from_ms = x->time_ms, .to_ms = x->end_ms, .peak_ms = x->peak_ms,
                           .severity = x->severity, .score = x->score };
    text_copy(p->area, sizeof p->area, x->area);
    text_copy(p->summary, sizeof p->summary, x->summary);
    episode_untime(p->summary);
}

/* The most severe first, of those the highest. */
static int episode_order(const void *a, const void *b)
{
    const struct episode *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity < y->severity ? 1 : -1;
    return x->score != y->score ?
        (x->score < y->score) - (x->score > y->score) : (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

/* The area of a subject; NULL where it has none of its own. */
static const char *area_of_subject(const struct subject *u)
{
    static const struct { const char *begins, *area; } rows[] = {
        { "cpu.temperature", "thermal" }, { "disk.temperature", "thermal" }, { "gpu.temperature", "thermal" }, { "temperature", "thermal" },
        { "fan", "thermal" }, { "gpu.fan", "thermal" }, { "cpu.power", "power" }, { "power", "power" }, { "battery", "power" },
        { "gpu.power", "power" }, { "cpu", "cpu" }, { "load", "cpu" }, { "memory", "memory" }, { "swap", "memory" }, { "disk", "disk" },
        { "space", "disk" }, { "network", "network" }, { "download", "network" }, { "upload", "network" },
        { "connections", "network" }, { "processes", "processes" },
    };
    for (size_t i = 0; u->topic && i < sizeof rows / sizeof *rows; i++)
        if (strncmp(u->topic->key, rows[i].begins, strlen(rows[i].begins)) == 0)
            return rows[i].area;
    return NULL;
}

static void episodes_read(struct asked *q, const struct span *s, const char *area, struct episodes *out)
{
    *out = (struct episodes){ .area = area };
    if (q->look->index)
        index_anomalies(q->look->index, NULL, s->from_ms, s->to_ms, 0, episodes_note, out);
    if (out->n)
        qsort(out->p, out->n, sizeof *out->p, episode_order);
}

struct judged_by {
    int sessions, judged;
};

static void judged_note(void *self, const struct index_session *s)
{
    struct judged_by *j = self;
    j->sessions++;
    j->judged += s->anomalies || s->state == INDEX_RUNNING || (*s->verdict && strncmp(s->verdict, "unknown", 7) != 0);
}

/* Did anybody look for anomalies in the sessions of that time? */
static bool trouble_is_judged(struct asked *q, const struct span *s)
{
    struct judged_by j = { 0 };
    struct index_filter f = INDEX_ALL;
    f.from_ms = s->from_ms;
    f.to_ms = s->to_ms;
    say_sessions(q, &f, judged_note, &j);
    return j.judged > 0 || j.sessions == 0;
}

/* The best line of a log, beside the text: an endpoint gets that. */
static void episode_log(struct asked *q, const struct episode *e)
{
    struct anomaly_logs logs;
    if (!q->look->index || look_logs(q->look->index, NULL, e->from_ms, &logs) < 0 || !logs.n)
        return;
    const struct log_line *l = &logs.match[0].line;
    say_log_line(q, l->wall_ms, l->ident, l->text);
}

static void episode_say(struct asked *q, const struct episode *e)
{
    struct answer *a = q->out;
    say_time(q, e->from_ms);
    answer_say(a, " to ");
    say_time(q, e->to_ms);
    answer_say(a, ", %s: ", severity_name(e->severity));
    answer_quote_sentence(a, "episode", e->summary);
    episode_log(q, e);
}

static void episodes_say(struct asked *q, const struct episodes *e, const struct span *s, size_t most)
{
    struct answer *a = q->out;
    for (size_t i = 0; i < e->n && i < most; i++) {
        answer_say(a, i ? " " : "");
        episode_say(q, &e->p[i]);
    }
    if (e->n > most) {
        answer_say(a, " And ");
        answer_count(a, "more", (double)(e->n - most), "other");
        answer_say(a, ".");
    }
    say_link(q, "anomalies", "", s);
}

static void trouble_zone(struct asked *q)
{
    char zone[WHEN_ZONE_MAX];
    answer_say(q->out, " Times are %s.", when_zone_text(q->here.offset_s, zone));
}

static void trouble_unjudged(struct asked *q)
{
    answer_say(q->out, " Nobody looked for anomalies in it: `sonde analyze last` does.");
}

void say_anomalies(struct asked *q)
{
    struct span s = say_span(q, DAY_MS);
    struct episodes e;
    struct answer *a = q->out;
    const char *area = q->m.n_subjects ? area_of_subject(&q->m.subject[0]) : NULL;
    say_within(q, &s);
    if (say_lacks(q, &s))
        return;
    episodes_read(q, &s, area, &e);
    if (e.n) {
        answer_count(a, "anomalies", (double)e.n, "anomaly");
        answer_say(a, "%s%s", area ? " of the area " : "", area ? area : "");
        say_when(q, &s);
        answer_say(a, ". ");
        episodes_say(q, &e, &s, 3);
        trouble_zone(q);
    } else {
        answer_note(a, "anomalies", 0, UNIT_NONE, NULL, 0);
        answer_say(a, "No anomaly%s%s", area ? " of the area " : "", area ? area : "");
        say_when(q, &s);
        answer_say(a, ".");
        say_link(q, "anomalies", "", &s);
        if (!trouble_is_judged(q, &s))
            trouble_unjudged(q);
    }
    mem_free(e.p);
    answer_suggest(a, "why?");
    answer_suggest(a, "what happened last night?");
}

int say_worst(struct asked *q, const struct span *s)
{
    struct episodes e;
    episodes_read(q, s, NULL, &e);
    if (e.n) {
        answer_count(q->out, "anomalies", (double)e.n, "anomaly");
        say_when(q, s);
        answer_say(q->out, e.n == 1 ? ": " : ", the worst: ");
        episode_say(q, &e.p[0]);
    }
    int n = (int)e.n;
    mem_free(e.p);
    return n;
}

bool say_knows_episode(struct asked *q, const char *process)
{
    struct episodes e;
    struct span week = { SPAN_RANGE, q->last_ms - WEEK_MS, q->last_ms };
    bool named = false;
    episodes_read(q, &week, NULL, &e);
    for (size_t i = 0; i < e.n && !named; i++)
        named = strcasestr(e.p[i].summary, process) != NULL;
    mem_free(e.p);
    return named;
}

int say_episodes_of(struct asked *q, const char *process)
{
    struct episodes e;
    struct span week = { SPAN_RANGE, q->last_ms - WEEK_MS, q->last_ms };
    int n = 0;
    episodes_read(q, &week, NULL, &e);
    for (size_t i = 0; i < e.n && n < 3; i++) {
        if (!strcasestr(e.p[i].summary, process))
            continue;
        answer_say(q->out, n++ ? " " : " It is named in what was unusual: ");
        episode_say(q, &e.p[i]);
    }
    mem_free(e.p);
    return n;
}

/* ---- why ---- */

/* What a person means by slow, and what else stands out: looked at where no episode explains it. */
static const char *const signs[] = { "cpu", "pressure", "memory", "swap", "disk", "temperature", "gpu", "network",
                                     NULL };

struct sign {
    struct figure f;
    struct subject u;
    double usual[2], excess;
};

/* How far above what is usual it was: of its own scale, so that signs can be held against each other. */
static bool sign_read(struct asked *q, const char *key, const struct span *s, struct sign *out)
{
    struct figure f[FIGURES_MAX];
    struct sign *g = out;
    g->u = say_topic(q, key);
    if (!figures_read(q, &g->u, s, true, f))
        return false;
    g->f = f[0];
    if (!figures_usual(q, f->id, s->from_ms, g->usual))
        return false;
    double scale = g->f.unit == UNIT_PERCENT ? 100 : g->f.unit == UNIT_CELSIUS ? 60 : fmax(4 * fabs(g->usual[1]), 1);
    g->excess = (g->f.max - g->usual[1]) / scale;
    return g->excess > 0.1;
}

static void sign_say(struct asked *q, const struct sign *g)
{
    struct answer *a = q->out;
    say_name(q, &g->u, &g->f, true);
    answer_say(a, " rose to ");
    answer_amount(a, "highest", g->f.max, g->f.unit, g->f.id, g->f.max_ms);
    answer_say(a, " at ");
    say_time(q, g->f.max_ms);
    answer_say(a, ", usually at most ");
    answer_amount(a, "usual, high", g->usual[1], g->f.unit, g->f.id, 0);
    answer_say(a, ".");
    say_top(q, &g->u, g->f.max_ms, " Then most of it was used by ", 2);
}

/* The two signs that stand out most; false where none does. */
static bool why_signs(struct asked *q, const struct span *s)
{
    struct sign best[2] = { 0 };
    int n = 0;
    figures_gather(q, signs, s);
    for (size_t i = 0; signs[i]; i++) {
        struct sign g = { 0 };
        if (!sign_read(q, signs[i], s, &g))
            continue;
        if (n < 2)
            best[n++] = g;
        else if (g.excess > best[best[0].excess < best[1].excess ? 0 : 1].excess)
            best[best[0].excess < best[1].excess ? 0 : 1] = g;
    }
    if (n == 2 && best[1].excess > best[0].excess) {
        struct sign t = best[0];
        best[0] = best[1];
        best[1] = t;
    }
    for (int i = 0; i < n; i++) {
        answer_say(q->out, i ? " " : "");
        sign_say(q, &best[i]);
    }
    if (n)
        say_chart(q, &best[0].f, s);
    return n > 0;
}

static void why_subject(struct asked *q, const struct subject *u, const struct span *s)
{
    struct figure f[FIGURES_MAX];
    struct answer *a = q->out;
    if (!say_figures(q, u, s, true, f))
        return;
    figures_refine(q, f, true);
    say_name(q, u, f, true);
    answer_say(a, " was highest at ");
    say_time(q, f->max_ms);
    answer_say(a, ": ");
    answer_amount(a, "highest", f->max, f->unit, f->id, f->max_ms);
    answer_say(a, ".");
    say_usual(q, f, f->max, f->max, s->from_ms);
    say_top(q, u, f->max_ms, " Then most of it was used by ", 3);
    say_chart(q, f, s);
}

struct span say_around(const struct asked *q)
{
    struct span s = say_span(q, q->m.n_spans ? 0 : DAY_MS);
    if (s.kind == SPAN_AT || s.kind == SPAN_NOW) { /* a cause lies a little before */
        bool hour = s.kind == SPAN_AT && (s.from_ms + q->here.offset_s * SECOND_MS) % HOUR_MS == 0; /* "at 2" */
        s.from_ms -= hour ? HOUR_MS / 2 : 10 * MARGIN_MS / 2;
        s.to_ms += hour ? HOUR_MS / 2 : s.kind == SPAN_AT ? MARGIN_MS : 0;
        s.kind = SPAN_RANGE;
    }
    return s;
}

/* "why is it slow": now, not some time. */
static bool why_is_present(const struct asked *q)
{
    bool is = false, was = false;
    for (int i = 0; i < q->m.words.n; i++) {
        is = is || words_listed("is|are", q->m.words.w[i].text);
        was = was || words_listed("was|were|did", q->m.words.w[i].text);
    }
    return q->m.n_spans ? q->m.span[0].kind == SPAN_NOW : is && !was;
}

/* What a subject is now, and who uses it. False where nothing of it is known. */
static bool why_subject_now(struct asked *q, const struct subject *u, const struct span *now)
{
    struct figure f[FIGURES_MAX];
    if (!say_figures(q, u, now, true, f))
        return false;
    figures_refine(q, f, true);
    say_name(q, u, f, true);
    answer_say(q->out, ": ");
    answer_amount(q->out, "last", f->last, f->unit, f->id, f->last_ms);
    answer_say(q->out, ", at most ");
    answer_amount(q->out, "highest", f->max, f->unit, f->id, f->max_ms);
    say_when(q, now);
    answer_say(q->out, ".");
    say_usual(q, f, f->last, f->max, now->from_ms);
    say_top(q, u, f->last_ms, " Most of it is used by ", 3);
    say_chart(q, f, now);
    return true;
}

/* The last minutes first: what rules find, episodes, signs. What was before is told as such. */
static void why_now(struct asked *q, const struct subject *u)
{
    struct span now = { SPAN_RANGE, 0, q->last_ms }, day;
    struct episodes e;
    struct answer *a = q->out;
    now.from_ms = now.to_ms - NOW_MS / 2 > q->first_ms ? now.to_ms - NOW_MS / 2 : q->first_ms;
    day = (struct span){ SPAN_RANGE, now.to_ms - DAY_MS, now.from_ms - 1 };
    bool told = u ? why_subject_now(q, u, &now) : say_findings(q, now.to_ms, 3) > 0;
    episodes_read(q, &now, u ? area_of_subject(u) : NULL, &e);
    if (e.n) {
        answer_say(a, told ? " " : "");
        episodes_say(q, &e, &now, 1);
        trouble_zone(q);
        told = true;
    }
    mem_free(e.p);
    if (!told && !why_signs(q, &now)) {
        answer_say(a, "Nothing stands out");
        say_when(q, &now);
        answer_say(a, ".");
    }
    say_within(q, &now);
    episodes_read(q, &day, u ? area_of_subject(u) : NULL, &e);
    if (!told && e.n) {
        answer_say(a, " The worst before that: ");
        episode_say(q, &e.p[0]);
        trouble_zone(q);
        say_link(q, "anomalies", "", &day);
    }
    mem_free(e.p);
}

void say_why(struct asked *q)
{
    struct span s = say_around(q);
    struct episodes e;
    struct answer *a = q->out;
    const struct subject *u = q->m.n_subjects ? &q->m.subject[0] : NULL;
    say_within(q, &s);
    if (u && subject_slot(u, &q->scope) < 0) {
        say_not_measured(q, u);
        return;
    }
    if (say_lacks(q, &s))
        return;
    answer_suggest(a, "which process?");
    answer_suggest(a, "what changed?");
    answer_suggest(a, "any recommendations?");
    if (why_is_present(q)) {
        why_now(q, u);
        return;
    }
    episodes_read(q, &s, u ? area_of_subject(u) : NULL, &e);
    if (!e.n && u) {
        mem_free(e.p);
        episodes_read(q, &s, NULL, &e);
        e.n = 0; /* of other areas: no explanation by itself */
    }
    if (e.n) {
        episodes_say(q, &e, &s, 2);
        struct subject of = u ? *u : say_topic(q, strcmp(e.p->area, "memory") == 0 ? "memory" :
                                               strcmp(e.p->area, "disk") == 0 ? "disk" : "cpu");
        say_top(q, &of, e.p->peak_ms, " At its peak most of it was used by ", 3);
        trouble_zone(q);
    } else if (u) {
        why_subject(q, u, &s);
    } else if (!why_signs(q, &s) && !say_findings(q, s.to_ms, 3)) {
        answer_say(a, "Nothing stands out");
        say_when(q, &s);
        answer_say(a, ": no anomaly was found, and load, pressure, memory, disks and temperatures were as usual.");
    }
    mem_free(e.p);
}

/* ---- what happened ---- */

static void happened_peaks(struct asked *q, const struct span *s)
{
    static const char *const keys[] = { "cpu", "memory", "disk.write", NULL };
    figures_gather(q, keys, s);
    for (size_t i = 0; keys[i]; i++) {
        struct figure f[FIGURES_MAX];
        struct subject u = say_topic(q, keys[i]);
        if (!figures_read(q, &u, s, true, f))
            continue;
        answer_say(q->out, " ");
        say_name(q, &u, f, true);
        answer_say(q->out, " was highest at ");
        say_time(q, f->max_ms);
        answer_say(q->out, ": ");
        answer_amount(q->out, "highest", f->max, f->unit, f->id, f->max_ms);
        answer_say(q->out, ".");
        say_chart(q, f, s);
    }
}

void say_happened(struct asked *q)
{
    struct span s = say_around(q);
    struct episodes e;
    struct answer *a = q->out;
    if (q->m.n_spans && q->m.span[0].kind == SPAN_AT)
        s.to_ms += 8 * MARGIN_MS - MARGIN_MS; /* what came of it */
    say_within(q, &s);
    if (say_lacks(q, &s))
        return;
    episodes_read(q, &s, NULL, &e);
    if (e.n) {
        answer_count(a, "anomalies", (double)e.n, "anomaly");
        say_when(q, &s);
        answer_say(a, ". ");
        episodes_say(q, &e, &s, 3);
    } else {
        answer_note(a, "anomalies", 0, UNIT_NONE, NULL, 0);
        answer_say(a, "No anomaly");
        say_when(q, &s);
        answer_say(a, ".");
        if (!trouble_is_judged(q, &s))
            trouble_unjudged(q);
    }
    say_happened_events(q, &s);
    happened_peaks(q, &s);
    trouble_zone(q);
    say_link(q, e.n ? "anomalies" : "events", "", &s);
    mem_free(e.p);
    answer_suggest(a, "why?");
    answer_suggest(a, "what changed?");
}

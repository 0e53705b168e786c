/*
 * say_coming.c - does it rise or fall, and when will it be full.
 *
 * By the trend of the past (learn/trend.h: a slope that a quarter of wild values does not move, and a test whether
 * chance could have done it). Without a trend there is no time to be told, and that is said.
 */
#include "ask/say.h"

#include "ask/calendar.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/amount.h"
#include "learn/trend.h"
#include "look/instant.h"
#include "store/query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTS 300
#define SURE 0.01       /* of no trend: less than this by chance */
#define SEEN 0.005      /* of the scale: a smaller change is none */
#define FARTHEST_S (366.0 * 86400)

struct course {
    struct figure f;        /* over its period */
    struct trend_fit fit;   /* by the hour; at the end of the period t = 0 */
    bool moves;             /* chance would not have done it, and it is enough to be seen */
    double low, high;       /* what it cannot pass; NaN = not known */
};

static void course_bounds(struct asked *q, struct course *c)
{
    int slot = scope_match(&q->scope, c->f.id, -1);
    const struct metric *m = slot >= 0 ? scope_at(&q->scope, slot) : NULL;
    bool known = m && (m->min != 0 || m->max != 0);
    c->low = known || c->f.unit == UNIT_PERCENT ? (known ? m->min : 0) : (double)NAN;
    c->high = c->f.unit == UNIT_PERCENT ? 100 : (double)NAN;
}

/* The smallest change that is seen. */
static double course_least(const struct figure *f)
{
    return SEEN * (f->unit == UNIT_PERCENT ? 100 : fmax(fabs(f->max), 1e-9));
}

/* False where less than three values are known. */
static bool course_read(struct asked *q, const struct figure *f, const struct span *s, struct course *out)
{
    struct query_result *r;
    double t[POINTS], y[POINTS];
    int64_t from = s->from_ms > q->first_ms ? s->from_ms : q->first_ms;
    double span_s = (double)(s->to_ms - from + 1) / 1000, step = fmax(q->interval_s, span_s >= 3600 ? 60 : 1);
    int n = (int)fmin(POINTS, span_s / step);
    *out = (struct course){ .f = *f };
    if (n < 3 || store_query(q->look->files, NULL, from, s->to_ms, f->id, n, &r) < 0)
        return false;
    for (int i = 0; i < n; i++) {
        const struct query_point *p = &r->series[0].point[i];
        t[i] = (double)(p->start_ms - s->to_ms) / 3.6e6;
        y[i] = p->count > 0 ? p->mean : (double)NAN;
    }
    query_free(r);
    if (trend_estimate(t, y, (size_t)n, 0.9, &out->fit) < 0 || out->fit.points < 3)
        return false;
    course_bounds(q, out);
    out->moves = out->fit.p < SURE && fabs(out->fit.last - out->fit.first) > course_least(f);
    return true;
}

/*
 * Of several periods up to the end the one that the line fits best, the longer where two are alike: what began an hour
 * ago is not seen in a week, and what took a week not in an hour. Of a period that was named, that one.
 */
static bool course_best(struct asked *q, const struct figure *f, const struct span *s, bool named, struct course *out,
                        struct span *over)
{
    static const double hours[] = { 24, 6, 3, 1 };
    *over = *s;
    bool found = course_read(q, f, s, out);
    double best = found && out->moves ? fabs(out->fit.tau) : 0;
    for (size_t i = 0; i < sizeof hours / sizeof *hours && !named && best < 0.95; i++) {
        struct course c;
        struct span shorter = *s;
        shorter.from_ms = s->to_ms - (int64_t)(hours[i] * 3.6e6);
        if (shorter.from_ms <= s->from_ms || !course_read(q, f, &shorter, &c) || !c.moves ||
            fabs(c.fit.tau) < best + 0.05)
            continue;
        c.f.first_ms = shorter.from_ms;
        best = fabs(c.fit.tau);
        *out = c;
        *over = shorter;
        found = true;
    }
    return found;
}

/* "0.52 %/h" would be no unit: "0.52 % an hour", or a day where that is too little. */
static void course_pace(struct asked *q, const struct course *c)
{
    double slope = fabs(c->fit.slope);
    bool day = c->f.unit == UNIT_PERCENT ? slope < 0.5 : slope < 0.01 * fabs(c->f.max);
    answer_amount(q->out, day ? "change in a day" : "change in an hour", day ? 24 * slope : slope, c->f.unit, c->f.id,
                  0);
    answer_say(q->out, day ? " a day" : " an hour");
}

static void course_say(struct asked *q, const struct subject *u, const struct course *c, const struct span *s)
{
    struct answer *a = q->out;
    say_name(q, u, &c->f, true);
    if (c->moves) {
        answer_say(a, c->fit.slope > 0 ? " rises by " : " falls by ");
        course_pace(q, c);
        answer_say(a, ": from ");
        answer_amount(a, "at the beginning", c->fit.first, c->f.unit, c->f.id, c->f.first_ms);
        answer_say(a, " to ");
        answer_amount(a, "at the end", c->fit.last, c->f.unit, c->f.id, c->f.last_ms);
        answer_say(a, ",");
    } else {
        answer_say(a, " neither rises nor falls beyond what chance does: it is ");
        answer_amount(a, "last", c->f.last, c->f.unit, c->f.id, c->f.last_ms);
        answer_say(a, ", on average ");
        answer_amount(a, "average", c->f.mean, c->f.unit, c->f.id, 0);
    }
    say_when(q, s);
    answer_say(a, ".");
}

/* ---- who grew ---- */

struct growth {
    char name[PROC_NAME_MAX];
    int32_t pid;
    double before, after;
};

/* The process whose memory grew most between two instants. */
static bool growth_find(struct asked *q, int64_t from_ms, int64_t to_ms, struct growth *out)
{
    struct instant_procs a, b;
    double most = 0;
    if (instant_procs(q->look, NULL, from_ms, &a) < 0)
        return false;
    if (instant_procs(q->look, NULL, to_ms, &b) < 0) {
        instant_done(&a);
        return false;
    }
    for (size_t i = 0; i < b.n; i++) {
        double before = 0;
        for (size_t k = 0; k < a.n; k++)
            if (a.p[k].p.pid == b.p[i].p.pid && strncmp(a.p[k].p.name, b.p[i].p.name, PROC_NAME_MAX) == 0)
                before = a.p[k].p.rss_bytes;
        if (b.p[i].p.rss_bytes - before > most) {
            most = b.p[i].p.rss_bytes - before;
            *out = (struct growth){ .pid = b.p[i].p.pid, .before = before, .after = b.p[i].p.rss_bytes };
            text_copy(out->name, sizeof out->name, b.p[i].p.name);
        }
    }
    instant_done(&a);
    instant_done(&b);
    return most > 0;
}

static void trend_who(struct asked *q, const struct course *c)
{
    struct growth g;
    struct answer *a = q->out;
    char label[64];
    if (!growth_find(q, c->f.first_ms + 120000, c->f.last_ms, &g))
        return;
    snprintf(label, sizeof label, "%s (pid %d)", g.name, (int)g.pid);
    answer_say(a, " Of the processes %s grew most: from ", label);
    answer_amount(a, label, g.before, UNIT_BYTE, NULL, c->f.first_ms);
    answer_say(a, " to ");
    answer_amount(a, label, g.after, UNIT_BYTE, NULL, c->f.last_ms);
    answer_say(a, ".");
}

void say_trend(struct asked *q)
{
    struct span s = say_span(q, DAY_MS);
    struct subject memory = say_topic(q, words_find(&q->m.words, 0, "slow|faster|worse") >= 0 ? "cpu" : "memory");
    const struct subject *u = q->m.n_subjects ? &q->m.subject[0] : &memory;
    struct figure f[FIGURES_MAX];
    struct course c;
    if (s.kind != SPAN_RANGE) /* a moment has no trend: what led to it has */
        s = (struct span){ SPAN_RANGE, s.to_ms - DAY_MS + 1, s.to_ms };
    if (s.from_ms < q->first_ms)
        s.from_ms = q->first_ms;
    if (!say_figures(q, u, &s, true, f))
        return;
    if (!course_best(q, f, &s, q->m.n_spans > 0, &c, &s)) {
        q->out->status = ANSWER_NO_DATA;
        answer_say(q->out, "Too little was recorded of that to tell a trend");
        say_when(q, &s);
        answer_say(q->out, ".");
        return;
    }
    course_say(q, u, &c, &s);
    bool who = words_find(&q->m.words, 0, "process|leak") >= 0;
    if ((who || (c.moves && c.fit.slope > 0)) && u->topic && strncmp(u->topic->key, "memory", 6) == 0)
        trend_who(q, &c);
    say_chart(q, f, &s);
    say_within(q, &s);
    answer_suggest(q->out, "when will it be full?");
    answer_suggest(q->out, "which process?");
}

/* ---- when ---- */

static void forecast_date(struct asked *q, double in_s)
{
    int64_t at = q->last_ms + (int64_t)(in_s * 1000);
    char text[48];
    at -= in_s > 3600 ? at % 60000 : 0;
    answer_note(q->out, "time", (double)at / 1000, UNIT_SECOND, NULL, at);
    times_text(&q->here, at, text, sizeof text);
    if (in_s > 3 * 86400) /* the hour would claim too much */
        *strrchr(text, ' ') = '\0';
    answer_say(q->out, "%s", text);
}

/* Hours until the line reaches a limit, at a slope; negative: it does not. */
static double forecast_hours(const struct course *c, double limit, double slope)
{
    double gap = limit - c->fit.last;
    return slope == 0 || (gap > 0) != (slope > 0) ? -1 : gap / slope;
}

static bool forecast_reach(struct asked *q, const struct course *c, double limit, const char *limit_words)
{
    struct answer *a = q->out;
    double in_s = 3600 * forecast_hours(c, limit, c->fit.slope);
    double lo = 3600 * forecast_hours(c, limit, c->fit.slope > 0 ? c->fit.slope_hi : c->fit.slope_lo);
    double hi = 3600 * forecast_hours(c, limit, c->fit.slope > 0 ? c->fit.slope_lo : c->fit.slope_hi);
    if (!c->moves || in_s < 0 || in_s > FARTHEST_S)
        return false;
    answer_say(a, " At this pace it is %s in ", limit_words);
    answer_length(a, "until then", in_s);
    answer_say(a, ", about ");
    forecast_date(q, in_s);
    if (lo > 0 && isfinite(lo) && isfinite(hi) && hi < FARTHEST_S && hi - lo > (in_s > 3 * 86400 ? 2 * 86400 : 3600)) {
        answer_say(a, " (between ");
        forecast_date(q, lo);
        answer_say(a, " and ");
        forecast_date(q, hi);
        answer_say(a, ", nine times of ten)");
        answer_note(a, "of ten", 9, UNIT_NONE, NULL, 0);
    }
    answer_say(a, ".");
    return true;
}

static void forecast_limit(struct asked *q, const struct subject *u, const struct course *c)
{
    struct answer *a = q->out;
    bool amount = q->m.has_amount && (q->m.unit == c->f.unit || q->m.unit == UNIT_NONE);
    bool empties = u->topic && (strncmp(u->topic->key, "battery", 7) == 0 || strstr(u->topic->key, ".free"));
    double limit = amount ? q->m.amount : empties || c->fit.slope < 0 ? 0 : c->high;
    char words[AMOUNT_MAX + 16];
    if (amount) {
        char text[AMOUNT_MAX];
        answer_note(a, "amount asked about", limit, c->f.unit, NULL, 0);
        snprintf(words, sizeof words, "at %s", amount_text(limit, c->f.unit, text));
    } else {
        snprintf(words, sizeof words, "%s", empties ? "used up" : limit == 100 ? "full" : "at zero");
    }
    if (isnan(limit) || (!amount && !empties && c->fit.slope < 0))
        answer_say(a, !c->moves ? "" : c->fit.slope < 0 ? " It does not fill up." :
                   " What it can reach at most is not known.");
    else if (!forecast_reach(q, c, limit, words))
        answer_say(a, c->moves && (limit > c->fit.last) == (c->fit.slope > 0) ?
                   " At this pace that takes more than a year." :
                   c->moves ? " It moves away from that." : " So there is no time to be told.");
}

/* "in 2 hours": the line, where there is one. */
static void forecast_at(struct asked *q, const struct course *c, const struct span *ahead)
{
    double hours = (double)(ahead->to_ms - q->last_ms) / 3.6e6, v = c->fit.last + hours * c->fit.slope;
    v = v < c->low ? c->low : v > c->high ? c->high : v;
    answer_say(q->out, " By its trend it will be ");
    answer_amount(q->out, "by the trend", c->moves ? v : c->f.mean, c->f.unit, c->f.id, ahead->to_ms);
    answer_say(q->out, " at ");
    say_time(q, ahead->to_ms);
    answer_say(q->out, c->moves ? ", if it goes on so." : ", its average: nothing better is known.");
}

/* What lies further ahead than twice what is known of the past is not told. */
static bool forecast_is_too_far(struct asked *q, const struct span *ahead)
{
    if (!ahead || ahead->to_ms - q->last_ms <= 2 * (q->last_ms - q->first_ms))
        return false;
    q->out->status = ANSWER_NO_DATA;
    answer_say(q->out, "That is too far ahead: ");
    answer_length(q->out, "recorded", (double)(q->last_ms - q->first_ms) / 1000);
    answer_say(q->out, " are recorded, and no trend is worth believing beyond twice that.");
    return true;
}

static const struct span *forecast_ahead(const struct asked *q)
{
    for (int i = 0; i < q->m.n_spans; i++)
        if (q->m.span[i].kind == SPAN_AHEAD)
            return &q->m.span[i];
    return NULL;
}

static struct span forecast_past(const struct asked *q)
{
    int64_t from = q->last_ms - WEEK_MS + 1;
    return (struct span){ SPAN_RANGE, from > q->first_ms ? from : q->first_ms, q->last_ms };
}

static void forecast_of(struct asked *q, const struct subject *u)
{
    struct span s = forecast_past(q);
    struct figure f[FIGURES_MAX];
    struct course c;
    const struct span *ahead = forecast_ahead(q);
    if (forecast_is_too_far(q, ahead))
        return;
    int n = say_figures(q, u, &s, false, f);
    if (!n)
        return;
    if (!course_best(q, f, &s, false, &c, &s)) {
        q->out->status = ANSWER_NO_DATA;
        answer_say(q->out, "Too little was recorded of that to tell what is coming.");
        return;
    }
    say_name(q, u, f, true);
    answer_say(q->out, ": ");
    answer_amount(q->out, "last", f->last, f->unit, f->id, f->last_ms);
    answer_say(q->out, " now. ");
    course_say(q, u, &c, &s);
    if (ahead && !q->m.has_amount)
        forecast_at(q, &c, ahead);
    else
        forecast_limit(q, u, &c);
    say_chart(q, f, &s);
    say_within(q, &s);
}

int say_filling(struct asked *q)
{
    static const char *const keys[] = { "space", "memory", "swap", "battery" };
    struct span s = forecast_past(q);
    struct answer *a = q->out;
    int said = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct subject u = say_topic(q, keys[i]);
        struct figure f[FIGURES_MAX];
        int n = figures_read(q, &u, &s, false, f);
        for (int k = 0; k < n; k++) {
            struct course c;
            struct span over;
            double limit = strcmp(keys[i], "battery") == 0 ? 0 : 100;
            if (f[k].max - f[k].min <= course_least(&f[k]) || /* then no part of it moves either */
                !course_best(q, &f[k], &s, false, &c, &over) || !c.moves ||
                forecast_hours(&c, limit, c.fit.slope) < 0 ||
                forecast_hours(&c, limit, c.fit.slope) > 24 * 30)
                continue;
            answer_say(a, a->text.n ? " " : "");
            course_say(q, &u, &c, &over);
            forecast_reach(q, &c, limit, limit > 0 ? "full" : "used up");
            if (strcmp(keys[i], "memory") == 0)
                trend_who(q, &c);
            say_chart(q, &f[k], &s);
            said++;
        }
    }
    return said;
}

/* "what is coming". */
static void forecast_all(struct asked *q)
{
    struct span s = forecast_past(q);
    struct answer *a = q->out;
    if (!say_filling(q)) {
        answer_say(a, "Nothing that was recorded");
        say_when(q, &s);
        answer_say(a, " fills up within a month by its trend: file systems, memory and swap do not rise enough.");
    }
    answer_say(a, " `sonde forecast` gives bands for the next hour.");
    say_within(q, &s);
}

/* What it says itself. */
static void forecast_battery(struct asked *q)
{
    struct subject left = say_topic(q, "battery.time");
    struct figure f[FIGURES_MAX];
    struct span now = { SPAN_NOW, q->last_ms - NOW_MS, q->last_ms };
    if (!figures_read(q, &left, &now, false, f))
        return;
    answer_say(q->out, " By the power that it gives now it lasts ");
    answer_length(q->out, "time left", f->last);
    answer_say(q->out, ".");
}

void say_forecast(struct asked *q)
{
    struct subject *u = q->m.n_subjects ? &q->m.subject[0] : NULL;
    if (!q->last_ms) {
        struct span s = say_span(q, DAY_MS);
        say_not_recorded(q, &s);
        return;
    }
    if (words_find(&q->m.words, 0, "problem") >= 0) {
        q->out->status = ANSWER_NO_DATA;
        answer_say(q->out, "Whether something will fail is not told by what is recorded.");
    } else if (!u) {
        forecast_all(q);
    } else {
        if (u->topic && strcmp(u->topic->key, "disk") == 0 && !forecast_ahead(q))
            *u = subject_of(topics_find("space"), &q->scope, "");
        if (u->topic && words_listed("space.free|space.used|space.total", u->topic->key))
            *u = subject_of(topics_find("space"), &q->scope, u->inst);
        if (u->topic && words_listed("memory.free", u->topic->key))
            *u = say_topic(q, "memory");
        bool battery = u->topic && strncmp(u->topic->key, "battery", 7) == 0;
        if (battery)
            *u = say_topic(q, "battery");
        forecast_of(q, u);
        if (battery && q->out->status == ANSWER_ANSWERED)
            forecast_battery(q);
    }
    answer_suggest(q->out, "is it rising?");
    answer_suggest(q->out, "which process grows?");
}

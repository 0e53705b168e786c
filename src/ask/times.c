/*
 * times.c - reads periods by descent: a moment, two moments with a word between, or a span of time before or after
 * now.
 *
 * All is reckoned in local milliseconds, which are those of UTC and the offset.
 */
#include "ask/times.h"

#include "ask/calendar.h"
#include "ask/moments.h"

#include <string.h>

#define AROUND_MS (10 * MINUTE_MS)

struct found {
    int64_t from, to; /* local, to is not in it */
    enum span_kind kind;
};

static struct found times_found(const struct times *t, int64_t from, int64_t to, bool brief)
{
    struct found f = { from, to, from > t->now ? SPAN_AHEAD : brief ? SPAN_AT : SPAN_RANGE };
    if (f.kind != SPAN_AHEAD && f.to > t->now + 1)
        f.to = t->now + 1;
    return f;
}

/* "between 1 and 2 hours ago", "5 to 10 minutes ago". */
static int times_between_ago(const struct times *t, int i, struct found *out)
{
    double n;
    int64_t far, unit;
    int next = moment_number(t, i + words_is(t->q, i, "between|from"), &n);
    if (!next || !words_is(t->q, next, words_is(t->q, i, "between") ? "and|to" : "to|or"))
        return 0;
    int end = moment_length(t, next + 1, &far, &unit);
    int64_t near = end ? (int64_t)(n * (double)unit) : 0;
    if (!end || !words_is(t->q, end, "ago|back") || near == far)
        return 0;
    *out = times_found(t, t->now - (near > far ? near : far), t->now - (near > far ? far : near), false);
    return end + 1;
}

/* What only one side of a range says holds for the other: the day, the afternoon, UTC. */
static void times_share(const struct moment_words *day, struct moment_words *a, struct moment_words *b)
{
    if (day && !a->day && !a->period) {
        a->day = b->day = true, a->day_ms = b->day_ms = day->day_ms;
        if (day->part && !b->part) {
            a->part = b->part = true;
            a->part_from = b->part_from = day->part_from;
            a->part_to = b->part_to = day->part_to;
        }
    } else if (!a->day && b->day && a->clock) {
        a->day = true, a->day_ms = b->day_ms, a->guessed = b->guessed;
        if (b->part && !a->part && a->clock_ms < b->clock_ms) {
            a->part = true;
            a->part_from = b->part_from;
            a->part_to = b->part_to;
        }
    } else if (a->day && !b->day && b->clock) {
        b->day = true, b->day_ms = a->day_ms;
    }
    a->utc = a->utc || (a->clock && b->utc);
}

/* "14-15 yesterday", "yesterday, 2 to 3 o'clock": numbers that are hours, as a day stands beside them. */
static bool times_is_hours(const struct times *t, int i, const struct moment_words *day)
{
    const struct words *q = t->q;
    struct moment_words b;
    if (i + 2 >= q->n || !q->w[i].number || !words_is(q, i + 1, "to|until") || !q->w[i + 2].number)
        return false;
    return moment_read(t, i + 2, true, &b) && b.clock && (day || (b.day && !b.guessed));
}

/* "between 9 and 11", "from monday to wednesday", "9 to 11": the second lies behind the first. */
static int times_between(const struct times *t, int i, const struct moment_words *day, struct found *out)
{
    struct moment_words a, b;
    bool between = words_is(t->q, i, "between"), said = between || words_is(t->q, i, "from");
    int next = moment_read(t, i + said, said || times_is_hours(t, i, day), &a);
    if (!next || !words_is(t->q, next, between ? "and|to" : "to|until") || (t->two && (!a.clock || t->apart)))
        return 0;
    int end = moment_read(t, next + 1, a.clock, &b);
    if (!end)
        return 0;
    times_share(day, &a, &b);
    int64_t from[2], to[2];
    bool brief;
    moment_resolve(t, &a, &from[0], &to[0], &brief);
    moment_resolve(t, &b, &from[1], &to[1], &brief);
    int64_t last = b.clock ? from[1] : to[1]; /* up to 11:00, but to the end of wednesday */
    if (last <= from[0] && !a.day && b.clock)
        from[0] -= DAY_MS;
    else if (last <= from[0] && b.clock)
        last += DAY_MS;
    if (last <= from[0])
        return 0;
    *out = times_found(t, from[0], last, false);
    return end;
}

/* "the hour before the boot", "10 minutes after 2 pm": a length up to there or from there on, or its other end. */
static int times_beside(const struct times *t, int i, struct found *out)
{
    struct moment_words m;
    int64_t ms, unit, from, to;
    bool brief, whole = moment_behind(t, i, "for|during|in|within|first|last") ||
        (i < t->q->n && words_listed("the|for|first|last", t->q->w[i].text));
    int first = i + (i < t->q->n && words_listed("the|for|first|last", t->q->w[i].text));
    int next = moment_length(t, first, &ms, &unit);
    if (!next && whole && (unit = ms = moment_unit(t, first)))
        next = first + 1;
    bool after = words_is(t->q, next, "after|from"), before = words_is(t->q, next, "before");
    int end = next && (after || before) ? moment_read(t, next + 1, true, &m) : 0;
    if (!end)
        return 0;
    moment_resolve(t, &m, &from, &to, &brief);
    if (!brief) /* "2 days before monday": a day */
        return 0;
    bool range = whole || words_is(t->q, next, "from");
    int64_t at = after ? from + ms : from - ms;
    *out = !range ? times_found(t, at, at + MINUTE_MS, true) :
        times_found(t, after ? from : at, after ? at : from, false);
    return end;
}

/* "before and after the boot": as long on both sides, as far as there is now and a beginning. */
static int times_both_sides(const struct times *t, int i, struct found out[static 2])
{
    struct moment_words m;
    int64_t from, to;
    bool brief, first = words_is(t->q, i, "before") && words_is(t->q, i + 2, "after");
    bool second = words_is(t->q, i, "after") && words_is(t->q, i + 2, "before");
    int end = (first || second) && words_is(t->q, i + 1, "and|to|with|or") ? moment_read(t, i + 3, true, &m) : 0;
    if (!end)
        return 0;
    moment_resolve(t, &m, &from, &to, &brief);
    to = brief ? from : to;
    int64_t after = t->now - to, before = from - t->first, side = before > 0 && before < after ? before : after;
    if (side <= 0)
        return 0;
    out[second] = times_found(t, from - side, from, false);
    out[first] = times_found(t, to, to + side + (side == after), false);
    return end;
}

/* "the last hour with the hour before", "and the day before": the period before, moved back so far. */
static int times_moved(const struct times *t, int i, const struct found *than, struct found *out)
{
    int64_t ms, unit;
    struct moment_words m;
    int word = moment_skip(t, i), next = moment_length(t, i, &ms, &unit);
    if (!next) {
        ms = unit = words_is(t->q, word, "night|morning|afternoon|evening") ? DAY_MS : moment_unit(t, word);
        next = ms ? word + 1 : 0;
    }
    if (!next || !words_is(t->q, next, "before") || moment_read(t, next + 1, true, &m))
        return 0;
    if (than->kind == SPAN_NOW || (than->kind == SPAN_AT && ms > MINUTE_MS))
        *out = times_found(t, than->from - ms, than->from, false);
    else if (words_is(t->q, word, "month") && calendar_month(than->from, 0) == than->from)
        *out = times_found(t, calendar_month(than->from, 1), than->from, false);
    else
        *out = times_found(t, than->from - ms, (than->to > t->now ? t->now : than->to) - ms, than->kind == SPAN_AT);
    return next + 1;
}

/* "from 2 pm for an hour": its end, behind which it was read. */
static int times_for(const struct times *t, int i, int64_t from, struct found *out)
{
    int64_t ms, unit;
    int end = i < t->q->n && words_listed("for", t->q->w[i].text) ? moment_length(t, i + 1, &ms, &unit) : 0;
    if (end)
        *out = times_found(t, from, from + ms, false);
    return end;
}

/* "since 9", "after the boot", "until noon", "before 14:05". */
static int times_open(const struct times *t, int i, struct found *out)
{
    struct moment_words m;
    bool since = words_is(t->q, i, "since|after|from"), until = words_is(t->q, i, "until|before");
    int64_t from, to;
    bool brief;
    /* "different from an hour ago" is no time since then */
    bool other = i > 0 && words_listed("different|difference|differ", t->q->w[i - 1].text);
    if ((!since && !until) || other)
        return 0;
    int next = moment_read(t, i + 1, !words_is(t->q, i, "from"), &m);
    if (!next)
        return 0;
    moment_resolve(t, &m, &from, &to, &brief);
    if (until && t->ahead && from > t->now) { /* what lasts till then is told by when it ends */
        *out = (struct found){ t->now, t->now + 1, SPAN_NOW };
        return next;
    }
    if (from > t->now || (words_is(t->q, i, "from") && !brief)) /* "from yesterday" is yesterday's */
        return 0;
    int end = since && brief ? times_for(t, next, from, out) : 0;
    if (end)
        return end;
    if (words_is(t->q, i, "after") && !brief)
        from = to;
    int64_t first = t->first < from ? t->first : from;
    *out = since ? times_found(t, from, t->now + 1, false) : times_found(t, first, from, false);
    return out->to > out->from ? next : 0;
}

/* "the last 2 hours", "in 3 days", "the next week", "within an hour". */
static int times_near(const struct times *t, int i, struct found *out)
{
    int64_t ms, unit;
    bool last = words_is(t->q, i, "last|previous"), next_one = words_is(t->q, i, "next");
    bool in = !strcmp(t->q->w[i].text, "in") || !strcmp(t->q->w[i].text, "within");
    int end = last || next_one || in ? moment_length(t, i + 1, &ms, &unit) : 0;
    if (!end && next_one && (unit = moment_unit(t, i + 1))) {
        ms = unit;
        end = i + 2;
    }
    if (!end || words_is(t->q, end, "ago"))
        return 0;
    if (!strcmp(t->q->w[i].text, "within") || last)
        *out = times_found(t, t->now - ms, t->now + 1, false);
    else
        *out = (struct found){ t->now, t->now + ms, SPAN_AHEAD };
    return end;
}

/* "now", "at the moment", "ever", "all the time", "so far", and a moment with a word before it. */
static int times_plain(const struct times *t, int i, struct found *out)
{
    const struct words *q = t->q;
    struct moment_words m;
    int64_t from, to;
    bool brief, about = words_is(q, i, "about");
    int moment = words_is(q, i, "at") ? moment_skip(t, i + 1) : i;
    if (words_is(q, i, "now") || words_is(q, moment, "moment")) {
        *out = (struct found){ t->now, t->now + 1, SPAN_NOW };
        return moment + 1;
    }
    int time = words_is(q, i, "all") ? moment_skip(t, i + 1) : -1;
    if (words_is(q, i, "ever|24/7") || words_is(q, time, "time|recorded")) {
        *out = times_found(t, t->first, t->now + 1, false);
        return words_is(q, i, "ever|24/7") ? i + 1 : time + 1;
    }
    int next = moment_read(t, i, false, &m);
    if (!next)
        return 0;
    int range = m.day && !m.clock ? times_between(t, moment_skip(t, next), &m, out) : 0;
    if (range)
        return range;
    moment_resolve(t, &m, &from, &to, &brief);
    int end = brief ? times_for(t, next, from, out) : 0;
    if (end)
        return end;
    *out = about && brief ? times_found(t, from - AROUND_MS, to + AROUND_MS, false) : times_found(t, from, to, brief);
    return next;
}

static int times_try(const struct times *t, int i, struct found *out)
{
    if (words_is(t->q, i, "about") &&
        words_is(t->q, i - 1, "what|how")) /* "how about tuesday" is no matter of minutes */
        return 0;
    int next = times_between_ago(t, i, out);
    next = next ? next : times_between(t, i, NULL, out);
    next = next ? next : times_beside(t, i, out);
    next = next ? next : times_open(t, i, out);
    next = next ? next : times_near(t, i, out);
    return next ? next : times_plain(t, i, out);
}

/* ---- what cannot be read ---- */

/* "25:00", "31/11/2026", "2026-02-30": digits and marks of a clock or a date. */
static bool times_is_shaped(const char *text)
{
    size_t n = strlen(text), year = strspn(text, "0123456789");
    if (strspn(text, "0123456789:") == n || strspn(text, "0123456789/") == n || strspn(text, "0123456789-") == n)
        return n > year && year > 0;
    const char *last = strrchr(text, '.');
    return strspn(text, "0123456789.") == n && last && strchr(text, '.') != last && (year == 4 || strlen(last) == 5);
}

/* Does a word tell a time that no period was made of? */
static bool times_is_lost(const struct words *q, int i)
{
    const struct word *w = &q->w[i];
    bool zone = words_is_zone(w->text) && i && q->w[i - 1].use == USE_TIME;
    bool date = strlen(w->text) > 10 && strncmp(w->text + 4, "-", 1) == 0 && strspn(w->text, "0123456789-") >= 10;
    if (zone || date || times_is_shaped(w->text))
        return true;
    const struct word *next = i + 1 < q->n ? &q->w[i + 1] : NULL;
    if (words_listed("quarter|half", w->text) && next && words_listed("past", next->text))
        return true;
    return w->number && next && !next->use && words_listed("am|pm|a.m|p.m|oclock|o'clock|st|nd|rd|th", next->text);
}

/* "on 24", "past 25", "since 13": behind such a word a number that nothing follows is a time. */
static bool times_is_lost_number(const struct words *q, int i)
{
    if (!q->w[i].number || !i || !words_listed("on|in|past|since|until|till|by", q->w[i - 1].text))
        return false;
    return i + 1 == q->n || q->w[i + 1].use == USE_TIME || q->w[i + 1].pause;
}

static void times_lose(struct words *q)
{
    for (int i = 0; i < q->n; i++)
        if (!q->w[i].use && (times_is_lost(q, i) || times_is_lost_number(q, i)))
            q->w[i].use = USE_LOST;
}

/* Is it about what will be? Who asks what was until friday means the last one. */
static bool times_is_ahead(const struct words *q)
{
    bool past = words_find(q, 0, "was|were|did|had|has|have|been") >= 0;
    for (int i = 0; i < q->n; i++)
        if (strcmp(q->w[i].is, "will") == 0 || (!past && strcmp(q->w[i].text, "be") == 0) ||
            (!past && words_is(q, i, "going") && words_is(q, i + 1, "to")))
            return true;
    return false;
}

int times_read(struct words *q, const struct times_here *here, struct span out[static 2])
{
    int64_t offset = here->offset_s * SECOND_MS;
    struct times t = { .q = q, .now = here->now_ms + offset, .first = here->first_ms + offset,
                       .boot = here->boot_ms ? here->boot_ms + offset : 0, .offset = offset,
                       .two = words_find(q, 0, "compare|difference") >= 0,
                       .apart = words_find(q, 0, "difference") >= 0, .ahead = times_is_ahead(q) };
    struct found f[3];
    int n = 0;
    for (int i = 0; i < q->n && n < 2; i++) {
        int sides = q->w[i].use || n ? 0 : times_both_sides(&t, i, f);
        int next = sides;
        if (!next && !q->w[i].use && n)
            next = times_moved(&t, i, &f[n - 1], &f[n]);
        if (!next && !q->w[i].use)
            next = times_try(&t, i, &f[n]);
        if (next <= i)
            continue;
        words_take(q, i, next, USE_TIME);
        n += sides ? 2 : 1;
        i = next - 1;
    }
    for (int k = 0; k < n; k++)
        out[k] = (struct span){ f[k].kind, f[k].from - offset, f[k].to - 1 - offset };
    times_lose(q);
    return n;
}

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

/* "between 9 and 11", "from monday to wednesday", "9 to 11": the second lies behind the first. */
static int times_between(const struct times *t, int i, const struct moment_words *day, struct found *out)
{
    struct moment_words a, b;
    bool between = words_is(t->q, i, "between"), said = between || words_is(t->q, i, "from");
    int next = moment_read(t, i + said, said, &a);
    if (!next || !words_is(t->q, next, between ? "and|to" : "to|until") || (t->two && (!a.clock || t->apart)))
        return 0;
    int end = moment_read(t, next + 1, a.clock, &b);
    if (!end)
        return 0;
    if (day && !a.day && !a.period)
        a.day = b.day = true, a.day_ms = b.day_ms = day->day_ms;
    else if (!a.day && b.day && a.clock)
        a.day = true, a.day_ms = b.day_ms;
    else if (a.day && !b.day && b.clock)
        b.day = true, b.day_ms = a.day_ms;
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

/* "since 9", "after the boot", "until noon", "before 14:05". */
static int times_open(const struct times *t, int i, struct found *out)
{
    struct moment_words m;
    bool since = words_is(t->q, i, "since|after|from"), until = words_is(t->q, i, "until|before");
    int64_t from, to;
    bool brief;
    if (!since && !until)
        return 0;
    int next = moment_read(t, i + 1, !words_is(t->q, i, "from"), &m);
    if (!next)
        return 0;
    moment_resolve(t, &m, &from, &to, &brief);
    if (from > t->now || (words_is(t->q, i, "from") && !brief)) /* "from yesterday" is yesterday's */
        return 0;
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
    if (words_is(q, i, "ever") || words_is(q, time, "time|recorded")) {
        *out = times_found(t, t->first, t->now + 1, false);
        return words_is(q, i, "ever") ? i + 1 : time + 1;
    }
    int day = words_is(q, i, "time") && words_is(q, i + 1, "yesterday") ? i + 1 : 0;
    if (day) {
        int64_t at = t->now - DAY_MS;
        *out = times_found(t, at - at % MINUTE_MS, at - at % MINUTE_MS + MINUTE_MS, true);
        return day + 1;
    }
    int next = moment_read(t, i, false, &m);
    if (!next)
        return 0;
    int range = m.day && !m.clock && !m.part ? times_between(t, moment_skip(t, next), &m, out) : 0;
    if (range)
        return range;
    moment_resolve(t, &m, &from, &to, &brief);
    *out = about && brief ? times_found(t, from - AROUND_MS, to + AROUND_MS, false) : times_found(t, from, to, brief);
    return next;
}

static int times_try(const struct times *t, int i, struct found *out)
{
    if (words_is(t->q, i, "about") &&
        words_is(t->q, i - 1, "what|how")) /* "how about tuesday" is no matter of minutes */
        return 0;
    int next = times_between(t, i, NULL, out);
    next = next ? next : times_open(t, i, out);
    next = next ? next : times_near(t, i, out);
    return next ? next : times_plain(t, i, out);
}

int times_read(struct words *q, const struct times_here *here, struct span out[static 2])
{
    int64_t offset = here->offset_s * SECOND_MS;
    struct times t = { q, here->now_ms + offset, here->first_ms + offset, here->boot_ms ? here->boot_ms + offset : 0,
                       words_find(q, 0, "compare|difference") >= 0, words_find(q, 0, "difference") >= 0 };
    int n = 0;
    for (int i = 0; i < q->n && n < 2; i++) {
        struct found f;
        int next = q->w[i].use ? 0 : times_try(&t, i, &f);
        if (next <= i)
            continue;
        words_take(q, i, next, USE_TIME);
        out[n++] = (struct span){ f.kind, f.from - offset, f.to - 1 - offset };
        i = next - 1;
    }
    return n;
}

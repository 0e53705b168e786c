/*
 * times.c - reads periods by descent: a moment is a day, a part of one, a clock, or some of these together; a period is
 * a moment, two moments with a word between, or a span of time before or after now.
 *
 * All is reckoned in local milliseconds, which are those of UTC and the offset.
 */
#include "ask/times.h"

#include "base/text.h"
#include "base/when.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define LONGEST_MS (INT64_C(100) * 366 * DAY_MS)
#define AROUND_MS (10 * MINUTE_MS)

struct times {
    struct words *q;
    int64_t now, first, boot; /* local ms */
    bool two, apart;          /* times are to be compared: "between monday and tuesday" are two; 7 and 9, too */
};

/* What is known of a moment. */
struct moment_words {
    bool day, part, clock, period;
    bool guessed;           /* the day follows from the part */
    int64_t day_ms;         /* where its day begins */
    int part_from, part_to; /* hours of the day; beyond 24: of the next */
    int64_t clock_ms;       /* of the day */
    int64_t clock_long;     /* a minute, or a second */
    int64_t from, to;       /* of a whole period: an hour ago, this week; to is not in it */
    bool brief;             /* of a period: it is an instant */
};

static int64_t times_day(int64_t ms)
{
    int64_t rest = ms % DAY_MS;
    return ms - (rest < 0 ? rest + DAY_MS : rest);
}

/* 0 = Monday; 1970 began with a Thursday. */
static int times_weekday(int64_t ms)
{
    int64_t days = times_day(ms) / DAY_MS + 3;
    return (int)(days % 7 + 7) % 7;
}

static int64_t times_week(int64_t ms)
{
    return times_day(ms) - times_weekday(ms) * DAY_MS;
}

/* The civil date of a day. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static void times_civil(int64_t ms, int *year, int *month, int *day)
{
    int64_t z = times_day(ms) / DAY_MS + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

/* Where a date begins; false where there is none such. */
static bool times_date(int year, int month, int day, int64_t *out)
{
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    return year >= 1970 && year < 9999 && month >= 1 && month <= 12 && day >= 1 && when_parse(text, 0, out);
}

static int64_t times_month(int64_t ms, int back)
{
    int year, month, day;
    int64_t begin = times_day(ms);
    times_civil(ms, &year, &month, &day);
    month -= back;
    if (month < 1) {
        month += 12;
        year--;
    }
    times_date(year, month, 1, &begin);
    return begin;
}

/* ---- numbers and units ---- */

static bool times_number(const struct times *t, int i, double *out)
{
    static const struct { const char *word; double v; } names[] = {
        { "one", 1 }, { "couple", 2 }, { "two", 2 }, { "few", 3 }, { "three", 3 }, { "four", 4 }, { "five", 5 },
        { "six", 6 }, { "seven", 7 }, { "eight", 8 }, { "nine", 9 }, { "ten", 10 }, { "eleven", 11 }, { "twelve", 12 },
        { "fifteen", 15 }, { "twenty", 20 }, { "thirty", 30 }, { "forty", 40 }, { "fifty", 50 }, { "sixty", 60 },
        { "ninety", 90 }, { "hundred", 100 },
    };
    if (i >= t->q->n || t->q->w[i].use)
        return false;
    if (t->q->w[i].number) {
        *out = t->q->w[i].value;
        return *out >= 0 && *out < 1e6;
    }
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (words_is(t->q, i, names[k].word)) {
            *out = names[k].v;
            return true;
        }
    return false;
}

static int64_t times_unit(const struct times *t, int i)
{
    static const struct { const char *word; int64_t ms; } units[] = {
        { "second", SECOND_MS }, { "minute|min", MINUTE_MS }, { "hour", HOUR_MS }, { "day", DAY_MS }, { "week", 7 * DAY_MS },
        { "month", 30 * DAY_MS }, { "year", 365 * DAY_MS },
    };
    for (size_t k = 0; k < sizeof units / sizeof *units; k++)
        if (words_is(t->q, i, units[k].word))
            return units[k].ms;
    return 0;
}

/* Passes over "the", "in", "of" and the like. */
static int times_skip(const struct times *t, int i)
{
    while (i < t->q->n && t->q->w[i].kind == WORD_STOP && *t->q->w[i].is && !t->q->w[i].use)
        i++;
    return i;
}

/* "2 hours", "half an hour", "an hour", "1 h 30 m": behind it; 0 where there is none. */
static int times_length(const struct times *t, int i, int64_t *out_ms, int64_t *unit_ms)
{
    double n = 1;
    int next = times_skip(t, i);
    if (words_is(t->q, next, "half")) {
        next = times_skip(t, next + 1);
        *unit_ms = times_unit(t, next);
        *out_ms = *unit_ms / 2;
        return *unit_ms ? next + 1 : 0;
    }
    bool article = next && next < t->q->n && words_listed("a|an", t->q->w[next - 1].text);
    if (times_number(t, next, &n))
        next = times_skip(t, next + 1);
    else if (!article)
        return 0;
    *unit_ms = times_unit(t, next);
    *out_ms = (int64_t)(n * (double)*unit_ms);
    if (!*unit_ms || *out_ms > LONGEST_MS)
        return 0;
    int64_t more, smaller;
    int end = next + 1;
    if (times_number(t, end, &n) && (next = times_length(t, end, &more, &smaller)) && smaller < *unit_ms) {
        *out_ms += more;
        return next;
    }
    return end;
}

/* ---- moments ---- */

/* Is a clock without "pm" followed by one with it: "between 2 and 3 pm"? */
static bool times_shares_pm(const struct words *q, int i)
{
    return words_is(q, i, "and|to|until") && i + 2 < q->n && q->w[i + 1].number &&
        words_listed("pm|p.m", q->w[i + 2].text);
}

static int times_clock(const struct times *t, int i, bool bare, struct moment_words *m)
{
    const struct words *q = t->q;
    int64_t ms;
    double spoken;
    int end = i + 1;
    if (i >= q->n || q->w[i].use)
        return 0;
    m->clock_long = MINUTE_MS;
    if (words_is(q, i, "noon|midnight")) {
        ms = words_is(q, i, "noon") ? 12 * HOUR_MS : 0;
    } else if (strchr(q->w[i].text, ':') && when_parse(q->w[i].text, 2 * DAY_MS - 1, &ms)) {
        ms %= DAY_MS;
        if (strchr(strchr(q->w[i].text, ':') + 1, ':'))
            m->clock_long = SECOND_MS;
    } else if (bare && !q->w[i].number && times_number(t, i, &spoken) && spoken >= 1 && spoken <= 12 &&
               !words_is(q, i, "couple|few")) {
        ms = (int64_t)spoken * HOUR_MS; /* "at two" */
        if (times_unit(t, end) || words_is(q, end, "percent|degree|gb|mb|kb|tb"))
            return 0;
    } else if (q->w[i].number && q->w[i].value >= 0 && q->w[i].value < 24 && q->w[i].value == floor(q->w[i].value)) {
        bool said = end < q->n && words_listed("am|pm|oclock|a.m|p.m|o'clock", q->w[end].text);
        if (!said && !bare)
            return 0;
        if (!said && (times_unit(t, end) || words_is(q, end, "percent|degree|gb|mb|kb|tb|watt|mhz|ghz|byte|mb/s")))
            return 0;
        ms = (int64_t)q->w[i].value * HOUR_MS;
    } else {
        return 0;
    }
    if (end < q->n && words_listed("pm|p.m|am|a.m|oclock|o'clock", q->w[end].text)) {
        bool pm = *q->w[end].text == 'p', am = *q->w[end].text == 'a';
        ms += pm && ms < 12 * HOUR_MS ? 12 * HOUR_MS : am && ms >= 12 * HOUR_MS ? -12 * HOUR_MS : 0;
        end++;
    }
    if (times_shares_pm(q, end) && ms < 12 * HOUR_MS && q->w[end + 1].value < 12 &&
        q->w[end + 1].value * HOUR_MS > (double)ms)
        ms += 12 * HOUR_MS;
    m->clock = true;
    m->clock_ms = ms;
    return end;
}

static bool times_part(const struct times *t, int i, struct moment_words *m)
{
    static const struct { const char *word; int from, to; } parts[] = {
        { "morning", 6, 12 }, { "lunch", 12, 14 }, { "afternoon", 12, 18 }, { "evening", 18, 24 }, { "night", 22, 30 },
    };
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        if (words_is(t->q, i, parts[k].word)) {
            m->part = true;
            m->part_from = parts[k].from;
            m->part_to = parts[k].to;
            return true;
        }
    return false;
}

static int times_weekday_of(const struct times *t, int i)
{
    static const char *const names[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };
    for (int k = 0; k < 7; k++)
        if (words_is(t->q, i, names[k]))
            return k;
    return -1;
}

static int times_month_of(const struct times *t, int i)
{
    static const char *const names[] = { "january", "february", "march", "april", "may", "june", "july", "august",
                                         "september", "october", "november", "december" };
    for (int k = 0; k < 12; k++)
        if (words_is(t->q, i, names[k]))
            return k + 1;
    return 0;
}

/* A month and a day of it, in the last year: true, and where it begins. */
static bool times_of_year(const struct times *t, int month, double day, int64_t *out)
{
    int year, m, d;
    times_civil(t->now, &year, &m, &d);
    return day == floor(day) && (times_date(year, month, (int)day, out) && *out <= t->now ? true :
                                 times_date(year - 1, month, (int)day, out));
}

/* "2026-11-22", "2026-11-22T14:05", whose T was folded. */
static bool times_iso(const struct times *t, const char *text, int64_t *out)
{
    char upper[WORDS_TEXT];
    if (!strchr(text, '-'))
        return false;
    snprintf(upper, sizeof upper, "%s", text);
    for (char *p = upper; *p; p++)
        *p = *p == 't' ? 'T' : *p == 'z' ? 'Z' : *p;
    return when_parse(upper, t->now, out);
}

/* "24.11.2026", "24/11/2026": the day first. */
static bool times_dotted(const char *text, int64_t *out)
{
    int day, month, year, used = 0;
    if (sscanf(text, "%2d%*1[./]%2d%*1[./]%4d%n", &day, &month, &year, &used) == 3 && used && !text[used])
        return times_date(year < 100 ? 2000 + year : year, month, day, out);
    return false;
}

/* "22 november", "november 22", "the 22nd of november", with a year perhaps. */
static int times_calendar(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    double day;
    int month = times_month_of(t, i), next = i + 1;
    if (month) {
        if (!times_number(t, next, &day) || day < 1 || day > 31)
            return 0;
        next = times_skip(t, next + 1);
    } else {
        if (!times_number(t, i, &day) || day < 1 || day > 31)
            return 0;
        next = times_skip(t, next);
        month = times_month_of(t, next);
        if (!month)
            return 0;
        next++;
    }
    if (!times_of_year(t, month, day, &m->day_ms))
        return 0;
    if (next < q->n && q->w[next].number && q->w[next].value >= 1970 && q->w[next].value < 9999 &&
        times_date((int)q->w[next].value, month, (int)day, &m->day_ms))
        next++;
    m->day = true;
    return next;
}

/* A day by its name or date; behind it, or 0. */
static int times_day_words(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    int64_t today = times_day(t->now), ms;
    if (i >= q->n || q->w[i].use)
        return 0;
    m->day_ms = today;
    int weekday = times_weekday_of(t, i);
    if (words_is(q, i, "last|previous") && times_weekday_of(t, i + 1) >= 0) {
        weekday = times_weekday_of(t, i + 1);
        int back = (times_weekday(today) - weekday + 7) % 7;
        m->day_ms = today - (back ? back : 7) * DAY_MS;
        m->day = true;
        return i + 2;
    }
    if (words_is(q, i, "day") && words_is(q, i + 1, "before") && words_is(q, i + 2, "yesterday")) {
        m->day_ms = today - 2 * DAY_MS;
        m->day = true;
        return i + 3;
    }
    if (weekday >= 0)
        m->day_ms = today - (times_weekday(today) - weekday + 7) % 7 * DAY_MS;
    else if (words_is(q, i, "yesterday"))
        m->day_ms = today - DAY_MS;
    else if (words_is(q, i, "tomorrow"))
        m->day_ms = today + DAY_MS;
    else if (times_iso(t, q->w[i].text, &ms)) {
        m->day_ms = times_day(ms);
        if (strlen(q->w[i].text) > 10) {
            m->clock = true;
            m->clock_ms = ms - m->day_ms;
            m->clock_long = strlen(q->w[i].text) > 16 ? SECOND_MS : MINUTE_MS;
        }
    } else if (times_dotted(q->w[i].text, &ms)) {
        m->day_ms = ms;
    } else if (!words_is(q, i, "today"))
        return times_calendar(t, i, m);
    m->day = true;
    return i + 1;
}

/* "last night", "tonight", "overnight", "this morning" (whose "this" is passed over), "in the night". */
static int times_part_words(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    bool last = words_is(q, i, "last|previous");
    int64_t today = times_day(t->now);
    if (words_is(q, i, "night|evening|morning|afternoon") && words_is(q, i + 1, "before") && times_part(t, i, m)) {
        m->day = true; /* the one before the last */
        m->day_ms = today - (m->part_to > 24 ? 2 : 1) * DAY_MS;
        return i + 2;
    }
    if (words_is(q, i, "overnight") || (last && words_is(q, i + 1, "night|evening"))) {
        m->part = words_is(q, i, "overnight") || times_part(t, i + 1, m);
        if (words_is(q, i, "overnight"))
            m->part_from = 22, m->part_to = 30;
        m->day = true;
        m->day_ms = today - DAY_MS;
        return i + 1 + last;
    }
    if (words_is(q, i, "tonight")) {
        *m = (struct moment_words){ .day = true, .part = true, .day_ms = today, .part_from = 18, .part_to = 24 };
        return i + 1;
    }
    if (!times_part(t, i, m))
        return 0;
    if (!m->day) { /* the last one that has begun; the night that we are in began yesterday */
        m->day = m->guessed = true;
        m->day_ms = today + m->part_from * HOUR_MS <= t->now ? today : today - DAY_MS;
    }
    return i + 1;
}

static int times_whole(struct moment_words *m, int next, int64_t from, int64_t to, bool brief)
{
    m->period = true;
    m->from = from;
    m->to = to;
    m->brief = brief;
    return next;
}

/* "2 hours ago": the minute it was then; "3 days ago": that day. */
static int times_ago(const struct times *t, int i, struct moment_words *m)
{
    int64_t ms, unit;
    int next = times_length(t, i, &ms, &unit);
    if (!next || !words_is(t->q, next, "ago|before|back"))
        return 0;
    int64_t at = t->now - ms;
    if (unit >= DAY_MS)
        return times_whole(m, next + 1, times_day(at), times_day(at) + DAY_MS, false);
    int64_t step = unit < MINUTE_MS ? SECOND_MS : MINUTE_MS;
    return times_whole(m, next + 1, at - (at % step), at - at % step + step, true);
}

/* What is named after the calendar: this week, last month, the weekend, the boot, the beginning. */
static int times_named(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    if (i >= q->n)
        return 0;
    bool last = words_is(q, i, "last|previous"), self = i && !strcmp(q->w[i - 1].text, "this");
    int k = i + last;
    if (words_is(q, k, "weekend")) {
        int64_t saturday = times_week(t->now) + 5 * DAY_MS;
        saturday -= saturday > t->now ? 7 * DAY_MS : 0;
        return times_whole(m, k + 1, saturday, saturday + 2 * DAY_MS, false);
    }
    int64_t year[2];
    if (q->w[i].number && !q->w[i].use && i && !strcmp(q->w[i - 1].text, "in") && q->w[i].value >= 1970 &&
        q->w[i].value < 2200 &&
        times_date((int)q->w[i].value, 1, 1, &year[0]) && times_date((int)q->w[i].value + 1, 1, 1, &year[1]))
        return times_whole(m, i + 1, year[0], year[1], false);
    if (last && words_is(q, k, "week"))
        return times_whole(m, k + 1, times_week(t->now) - 7 * DAY_MS, times_week(t->now), false);
    if (last && words_is(q, k, "month"))
        return times_whole(m, k + 1, times_month(t->now, 1), times_month(t->now, 0), false);
    if (last && words_is(q, k, "second|minute|hour|day|year"))
        return times_whole(m, k + 1, t->now - times_unit(t, k), t->now + 1, false);
    if (self && words_is(q, k, "week|month|hour|minute|year|day")) {
        int64_t unit = times_unit(t, k), from = t->now - t->now % unit;
        from = words_is(q, k, "week") ? times_week(t->now) : words_is(q, k, "month") ? times_month(t->now, 0) : from;
        return times_whole(m, k + 1, words_is(q, k, "year|day") ? times_day(t->now) : from, t->now + 1, false);
    }
    if (words_is(q, i, "boot") || (last && words_is(q, k, "boot")) ||
        (words_is(q, i, "start") && i && words_is(q, i - 1, "since"))) {
        int64_t at = words_is(q, k, "boot") && t->boot ? t->boot : t->first;
        return times_whole(m, k + 1, at, at + MINUTE_MS, true);
    }
    return 0;
}

/* A moment in all its forms; behind it, or 0. `bare`: a number alone is an hour. */
static int times_moment(const struct times *t, int i, bool bare, struct moment_words *m)
{
    *m = (struct moment_words){ 0 };
    i = times_skip(t, i);
    if (words_is(t->q, i, "at|about")) {
        i = times_skip(t, i + 1);
        bare = true;
    }
    bare = bare || (t->apart && words_is(t->q, i - 1, "between|and|with|to")); /* "the difference between 7 and 9" */
    int next = times_ago(t, i, m);
    next = next ? next : times_named(t, i, m);
    if (next)
        return next;
    int end = times_part_words(t, i, m), more;
    end = end ? end : times_day_words(t, i, m);
    if (!end) {
        end = times_clock(t, i, bare, m);
        if (!end)
            return 0;
    }
    /* what else is said of it, in any order: "yesterday morning", "at 9 on monday", "14:05 today" */
    for (int rounds = 0; rounds < 3; rounds++) {
        int from = times_skip(t, end);
        bool at = words_is(t->q, from, "at|about");
        from = at ? times_skip(t, from + 1) : from;
        struct moment_words day = *m;
        if ((!m->day || m->guessed) && (more = times_day_words(t, from, &day))) {
            *m = day;
            m->guessed = false;
            end = more;
        }
        else if (!m->part && (more = times_part_words(t, from, m)))
            end = more;
        else if (!m->clock && (more = times_clock(t, from, at, m)))
            end = more;
    }
    return end;
}

/* Where it begins and, not in it, ends. A clock without a day is the last one that was; with a night it lies in it. */
static void times_resolve(const struct times *t, const struct moment_words *m, int64_t *from, int64_t *to, bool *brief)
{
    *brief = m->clock || (m->period && m->brief);
    if (m->period) {
        *from = m->from;
        *to = m->to;
        return;
    }
    int64_t day = m->day ? m->day_ms : times_day(t->now);
    if (m->clock) {
        *from = day + m->clock_ms;
        if (m->part && m->part_to > 24 && m->clock_ms < 12 * HOUR_MS)
            *from += DAY_MS;
        if (m->part && m->part_from >= 12 && m->part_to <= 24 && m->clock_ms < 12 * HOUR_MS)
            *from += 12 * HOUR_MS; /* "at 3 in the afternoon" */
        if (!m->day && *from > t->now)
            *from -= DAY_MS;
        *to = *from + m->clock_long;
        return;
    }
    *from = day + (m->part ? m->part_from : 0) * HOUR_MS;
    *to = day + (m->part ? m->part_to : 24) * HOUR_MS;
}

/* ---- periods ---- */

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
    int next = times_moment(t, i + said, said, &a);
    if (!next || !words_is(t->q, next, between ? "and|to" : "to|until") || (t->two && (!a.clock || t->apart)))
        return 0;
    int end = times_moment(t, next + 1, a.clock, &b);
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
    times_resolve(t, &a, &from[0], &to[0], &brief);
    times_resolve(t, &b, &from[1], &to[1], &brief);
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
    int next = times_moment(t, i + 1, !words_is(t->q, i, "from"), &m);
    if (!next)
        return 0;
    times_resolve(t, &m, &from, &to, &brief);
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
    int end = last || next_one || in ? times_length(t, i + 1, &ms, &unit) : 0;
    if (!end && next_one && (unit = times_unit(t, i + 1))) {
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
    int moment = words_is(q, i, "at") ? times_skip(t, i + 1) : i;
    if (words_is(q, i, "now") || words_is(q, moment, "moment")) {
        *out = (struct found){ t->now, t->now + 1, SPAN_NOW };
        return moment + 1;
    }
    int time = words_is(q, i, "all") ? times_skip(t, i + 1) : -1;
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
    int next = times_moment(t, i, false, &m);
    if (!next)
        return 0;
    int range = m.day && !m.clock && !m.part ? times_between(t, times_skip(t, next), &m, out) : 0;
    if (range)
        return range;
    times_resolve(t, &m, &from, &to, &brief);
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

/* ---- told ---- */

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                                      "Dec" };

static int64_t times_local(const struct times_here *here, int64_t ms)
{
    return ms + here->offset_s * SECOND_MS;
}

static int times_clock_text(int64_t local, char *out, size_t cap)
{
    int64_t of_day = local - times_day(local);
    int s = (int)(of_day / SECOND_MS % 60), m = (int)(of_day / MINUTE_MS % 60), h = (int)(of_day / HOUR_MS);
    return s ? snprintf(out, cap, "%02d:%02d:%02d", h, m, s) : snprintf(out, cap, "%02d:%02d", h, m);
}

/* "Nov 25", with the year where it is another one. */
static int times_day_text(const struct times_here *here, int64_t local, char *out, size_t cap)
{
    int year, month, day, this_year, m, d;
    times_civil(local, &year, &month, &day);
    times_civil(times_local(here, here->now_ms), &this_year, &m, &d);
    return year == this_year ? snprintf(out, cap, "%s %d", months[month - 1], day)
                             : snprintf(out, cap, "%s %d %d", months[month - 1], day, year);
}

char *times_text(const struct times_here *here, int64_t ms, char *out, size_t cap)
{
    char day[32] = "", clock[16];
    int64_t local = times_local(here, ms);
    times_clock_text(local, clock, sizeof clock);
    if (times_day(local) != times_day(times_local(here, here->now_ms)))
        times_day_text(here, local, day, sizeof day);
    snprintf(out, cap, "%s%s%s", day, *day ? " " : "", clock);
    return out;
}

char *times_zone(const struct times_here *here, char *out, size_t cap)
{
    int minutes = here->offset_s / 60, size = minutes < 0 ? -minutes : minutes;
    if (minutes)
        snprintf(out, cap, "UTC%c%02d:%02d", minutes < 0 ? '-' : '+', size / 60 % 24, size % 60);
    else
        snprintf(out, cap, "UTC");
    return out;
}

char *times_span_text(const struct times_here *here, const struct span *s, char *out, size_t cap)
{
    char from[48], to[48], zone[16];
    int64_t a = times_local(here, s->from_ms), b = times_local(here, s->to_ms + 1);
    times_zone(here, zone, sizeof zone);
    times_text(here, s->from_ms, from, sizeof from);
    if (s->kind == SPAN_AT) {
        snprintf(out, cap, "at %s %s", from, zone);
    } else if (a == times_day(a) && b - a == DAY_MS) {
        times_day_text(here, a, from, sizeof from);
        snprintf(out, cap, "on %s", from);
    } else {
        times_text(here, s->to_ms + 1, to, sizeof to);
        if (times_day(a) == times_day(b) && times_day(a) != times_day(times_local(here, here->now_ms)))
            times_clock_text(b, to, sizeof to);
        bool today = times_day(b) == times_day(times_local(here, here->now_ms)) && times_day(a) != times_day(b);
        snprintf(out, cap, "from %s to %s%s %s", from, today && s->to_ms < here->now_ms ? "today " : "",
                 s->to_ms >= here->now_ms ? "now" : to, zone);
    }
    return out;
}

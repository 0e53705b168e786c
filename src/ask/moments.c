/* moments.c - reads moments by descent: a day, a part of one, a clock, some of these together, or a whole period. */
#include "ask/moments.h"

#include "ask/calendar.h"
#include "base/when.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_MS (100 * 366 * DAY_MS)

/* ---- numbers and units ---- */

static bool moment_number(const struct times *t, int i, double *out)
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

int64_t moment_unit(const struct times *t, int i)
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

int moment_skip(const struct times *t, int i)
{
    while (i < t->q->n && t->q->w[i].kind == WORD_STOP && *t->q->w[i].is && !t->q->w[i].use)
        i++;
    return i;
}

int moment_length(const struct times *t, int i, int64_t *out_ms, int64_t *unit_ms)
{
    double n = 1;
    int next = moment_skip(t, i);
    if (words_is(t->q, next, "half")) {
        next = moment_skip(t, next + 1);
        *unit_ms = moment_unit(t, next);
        *out_ms = *unit_ms / 2;
        return *unit_ms ? next + 1 : 0;
    }
    bool article = next && next < t->q->n && words_listed("a|an", t->q->w[next - 1].text);
    if (moment_number(t, next, &n))
        next = moment_skip(t, next + 1);
    else if (!article)
        return 0;
    *unit_ms = moment_unit(t, next);
    *out_ms = (int64_t)(n * (double)*unit_ms);
    if (!*unit_ms || *out_ms > LONGEST_MS)
        return 0;
    int64_t more, smaller;
    int end = next + 1;
    if (moment_number(t, end, &n) && (next = moment_length(t, end, &more, &smaller)) && smaller < *unit_ms) {
        *out_ms += more;
        return next;
    }
    return end;
}

/* ---- clocks, days and parts of them ---- */

/* Is a clock without "pm" followed by one with it: "between 2 and 3 pm"? */
static bool moment_shares_pm(const struct words *q, int i)
{
    return words_is(q, i, "and|to|until") && i + 2 < q->n && q->w[i + 1].number &&
        words_listed("pm|p.m", q->w[i + 2].text);
}

static int moment_clock(const struct times *t, int i, bool bare, struct moment_words *m)
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
    } else if (bare && !q->w[i].number && moment_number(t, i, &spoken) && spoken >= 1 && spoken <= 12 &&
               !words_is(q, i, "couple|few")) {
        ms = (int64_t)spoken * HOUR_MS; /* "at two" */
        if (moment_unit(t, end) || words_is(q, end, "percent|degree|gb|mb|kb|tb"))
            return 0;
    } else if (q->w[i].number && q->w[i].value >= 0 && q->w[i].value < 24 && q->w[i].value == floor(q->w[i].value)) {
        bool said = end < q->n && words_listed("am|pm|oclock|a.m|p.m|o'clock", q->w[end].text);
        if (!said && !bare)
            return 0;
        if (!said && (moment_unit(t, end) || words_is(q, end, "percent|degree|gb|mb|kb|tb|watt|mhz|ghz|byte|mb/s")))
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
    if (moment_shares_pm(q, end) && ms < 12 * HOUR_MS && q->w[end + 1].value < 12 &&
        q->w[end + 1].value * HOUR_MS > (double)ms)
        ms += 12 * HOUR_MS;
    m->clock = true;
    m->clock_ms = ms;
    return end;
}

static bool moment_part(const struct times *t, int i, struct moment_words *m)
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

static int moment_weekday_of(const struct times *t, int i)
{
    static const char *const names[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };
    for (int k = 0; k < 7; k++)
        if (words_is(t->q, i, names[k]))
            return k;
    return -1;
}

static int moment_month_of(const struct times *t, int i)
{
    static const char *const names[] = { "january", "february", "march", "april", "may", "june", "july", "august",
                                         "september", "october", "november", "december" };
    for (int k = 0; k < 12; k++)
        if (words_is(t->q, i, names[k]))
            return k + 1;
    return 0;
}

/* A month and a day of it, in the last year: true, and where it begins. */
static bool moment_of_year(const struct times *t, int month, double day, int64_t *out)
{
    int year, m, d;
    calendar_civil(t->now, &year, &m, &d);
    return day == floor(day) && (calendar_date(year, month, (int)day, out) && *out <= t->now ? true :
                                 calendar_date(year - 1, month, (int)day, out));
}

/* "2026-11-22", "2026-11-22T14:05", whose T was folded. */
static bool moment_iso(const struct times *t, const char *text, int64_t *out)
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
static bool moment_dotted(const char *text, int64_t *out)
{
    int day, month, year, used = 0;
    if (sscanf(text, "%2d%*1[./]%2d%*1[./]%4d%n", &day, &month, &year, &used) == 3 && used && !text[used])
        return calendar_date(year < 100 ? 2000 + year : year, month, day, out);
    return false;
}

/* "22 november", "november 22", "the 22nd of november", with a year perhaps. */
static int moment_calendar(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    double day;
    int month = moment_month_of(t, i), next = i + 1;
    if (month) {
        if (!moment_number(t, next, &day) || day < 1 || day > 31)
            return 0;
        next = moment_skip(t, next + 1);
    } else {
        if (!moment_number(t, i, &day) || day < 1 || day > 31)
            return 0;
        next = moment_skip(t, next);
        month = moment_month_of(t, next);
        if (!month)
            return 0;
        next++;
    }
    if (!moment_of_year(t, month, day, &m->day_ms))
        return 0;
    if (next < q->n && q->w[next].number && q->w[next].value >= 1970 && q->w[next].value < 9999 &&
        calendar_date((int)q->w[next].value, month, (int)day, &m->day_ms))
        next++;
    m->day = true;
    return next;
}

/* A day by its name or date; behind it, or 0. */
static int moment_day_words(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    int64_t today = calendar_day(t->now), ms;
    if (i >= q->n || q->w[i].use)
        return 0;
    m->day_ms = today;
    int weekday = moment_weekday_of(t, i);
    if (words_is(q, i, "last|previous") && moment_weekday_of(t, i + 1) >= 0) {
        weekday = moment_weekday_of(t, i + 1);
        int back = (calendar_weekday(today) - weekday + 7) % 7;
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
        m->day_ms = today - (calendar_weekday(today) - weekday + 7) % 7 * DAY_MS;
    else if (words_is(q, i, "yesterday"))
        m->day_ms = today - DAY_MS;
    else if (words_is(q, i, "tomorrow"))
        m->day_ms = today + DAY_MS;
    else if (moment_iso(t, q->w[i].text, &ms)) {
        m->day_ms = calendar_day(ms);
        if (strlen(q->w[i].text) > 10) {
            m->clock = true;
            m->clock_ms = ms - m->day_ms;
            m->clock_long = strlen(q->w[i].text) > 16 ? SECOND_MS : MINUTE_MS;
        }
    } else if (moment_dotted(q->w[i].text, &ms)) {
        m->day_ms = ms;
    } else if (!words_is(q, i, "today"))
        return moment_calendar(t, i, m);
    m->day = true;
    return i + 1;
}

/* "last night", "tonight", "overnight", "this morning" (whose "this" is passed over), "in the night". */
static int moment_part_words(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    bool last = words_is(q, i, "last|previous");
    int64_t today = calendar_day(t->now);
    if (words_is(q, i, "night|evening|morning|afternoon") && words_is(q, i + 1, "before") && moment_part(t, i, m)) {
        m->day = true; /* the one before the last */
        m->day_ms = today - (m->part_to > 24 ? 2 : 1) * DAY_MS;
        return i + 2;
    }
    if (words_is(q, i, "overnight") || (last && words_is(q, i + 1, "night|evening"))) {
        m->part = words_is(q, i, "overnight") || moment_part(t, i + 1, m);
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
    if (!moment_part(t, i, m))
        return 0;
    if (!m->day) { /* the last one that has begun; the night that we are in began yesterday */
        m->day = m->guessed = true;
        m->day_ms = today + m->part_from * HOUR_MS <= t->now ? today : today - DAY_MS;
    }
    return i + 1;
}

static int moment_whole(struct moment_words *m, int next, int64_t from, int64_t to, bool brief)
{
    m->period = true;
    m->from = from;
    m->to = to;
    m->brief = brief;
    return next;
}

/* "2 hours ago": the minute it was then; "3 days ago": that day. */
static int moment_ago(const struct times *t, int i, struct moment_words *m)
{
    int64_t ms, unit;
    int next = moment_length(t, i, &ms, &unit);
    if (!next || !words_is(t->q, next, "ago|before|back"))
        return 0;
    int64_t at = t->now - ms;
    if (unit >= DAY_MS)
        return moment_whole(m, next + 1, calendar_day(at), calendar_day(at) + DAY_MS, false);
    int64_t step = unit < MINUTE_MS ? SECOND_MS : MINUTE_MS;
    return moment_whole(m, next + 1, at - (at % step), at - at % step + step, true);
}

/* Where the unit of time that we are in began: "this week". */
static int64_t moment_this(const struct times *t, int i)
{
    int64_t unit = moment_unit(t, i), year = t->now;
    int y, month, day;
    calendar_civil(t->now, &y, &month, &day);
    calendar_date(y, 1, 1, &year);
    return words_is(t->q, i, "week") ? calendar_week(t->now) : words_is(t->q, i, "month") ? calendar_month(t->now, 0) :
        words_is(t->q, i, "year") ? year : words_is(t->q, i, "day") ? calendar_day(t->now) : t->now - t->now % unit;
}

/* What is named after the calendar: this week, last month, the weekend, the boot, the beginning. */
static int moment_named(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    if (i >= q->n)
        return 0;
    bool last = words_is(q, i, "last|previous"), self = i && !strcmp(q->w[i - 1].text, "this");
    int k = i + last;
    if (words_is(q, k, "weekend")) {
        int64_t saturday = calendar_week(t->now) + 5 * DAY_MS;
        saturday -= saturday > t->now ? 7 * DAY_MS : 0;
        return moment_whole(m, k + 1, saturday, saturday + 2 * DAY_MS, false);
    }
    int64_t year[2];
    if (q->w[i].number && !q->w[i].use && i && !strcmp(q->w[i - 1].text, "in") && q->w[i].value >= 1970 &&
        q->w[i].value < 2200 &&
        calendar_date((int)q->w[i].value, 1, 1, &year[0]) && calendar_date((int)q->w[i].value + 1, 1, 1, &year[1]))
        return moment_whole(m, i + 1, year[0], year[1], false);
    if (last && words_is(q, k, "week"))
        return moment_whole(m, k + 1, calendar_week(t->now) - 7 * DAY_MS, calendar_week(t->now), false);
    if (last && words_is(q, k, "month"))
        return moment_whole(m, k + 1, calendar_month(t->now, 1), calendar_month(t->now, 0), false);
    if (last && words_is(q, k, "second|minute|hour|day|year"))
        return moment_whole(m, k + 1, t->now - moment_unit(t, k), t->now + 1, false);
    if (self && words_is(q, k, "week|month|hour|minute|year|day")) {
        return moment_whole(m, k + 1, moment_this(t, k), t->now + 1, false);
    }
    if (words_is(q, i, "boot") || (last && words_is(q, k, "boot")) ||
        (words_is(q, i, "start") && i && words_is(q, i - 1, "since"))) {
        int64_t at = words_is(q, k, "boot") && t->boot ? t->boot : t->first;
        return moment_whole(m, k + 1, at, at + MINUTE_MS, true);
    }
    return 0;
}

int moment_read(const struct times *t, int i, bool bare, struct moment_words *m)
{
    *m = (struct moment_words){ 0 };
    i = moment_skip(t, i);
    if (words_is(t->q, i, "at|about")) {
        i = moment_skip(t, i + 1);
        bare = true;
    }
    bare = bare || (t->apart && words_is(t->q, i - 1, "between|and|with|to")); /* "the difference between 7 and 9" */
    int next = moment_ago(t, i, m);
    next = next ? next : moment_named(t, i, m);
    if (next)
        return next;
    int end = moment_part_words(t, i, m), more;
    end = end ? end : moment_day_words(t, i, m);
    if (!end) {
        end = moment_clock(t, i, bare, m);
        if (!end)
            return 0;
    }
    /* what else is said of it, in any order: "yesterday morning", "at 9 on monday", "14:05 today" */
    for (int rounds = 0; rounds < 3; rounds++) {
        int from = moment_skip(t, end);
        bool at = words_is(t->q, from, "at|about");
        from = at ? moment_skip(t, from + 1) : from;
        struct moment_words day = *m;
        if ((!m->day || m->guessed) && (more = moment_day_words(t, from, &day))) {
            *m = day;
            m->guessed = false;
            end = more;
        }
        else if (!m->part && (more = moment_part_words(t, from, m)))
            end = more;
        else if (!m->clock && (more = moment_clock(t, from, at, m)))
            end = more;
    }
    return end;
}

void moment_resolve(const struct times *t, const struct moment_words *m, int64_t *from, int64_t *to, bool *brief)
{
    *brief = m->clock || (m->period && m->brief);
    if (m->period) {
        *from = m->from;
        *to = m->to;
        return;
    }
    int64_t day = m->day ? m->day_ms : calendar_day(t->now);
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

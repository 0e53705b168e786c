/* dates.c - reads days by their names, by how far they are away, by their dates, and whole months. */
#include "ask/dates.h"

#include "ask/calendar.h"
#include "base/when.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *date_text(const struct times *t, int i)
{
    return i >= 0 && i < t->q->n && !t->q->w[i].use ? t->q->w[i].text : "";
}

/* ---- names ---- */

static int date_weekday_of(const struct times *t, int i)
{
    static const char *const names[] = { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" };
    for (int k = 0; k < 7; k++)
        if (words_is(t->q, i, names[k]))
            return k;
    return words_listed("sun", date_text(t, i)) && moment_behind(t, i, "on|last|next|since|this") ? 6 : -1;
}

static int date_month_of(const struct times *t, int i)
{
    static const char *const names[] = { "january", "february", "march", "april", "may", "june", "july", "august",
                                         "september", "october", "november", "december" };
    for (int k = 0; k < 12; k++)
        if (words_is(t->q, i, names[k]))
            return k + 1;
    return moment_is_may(t, i) ? 5 : 0;
}

/* "friday": the last one, today's, or the coming one; "next friday", "last friday", "this friday" of this week. */
static int date_weekday(const struct times *t, int i, struct moment_words *m)
{
    bool last = words_is(t->q, i, "last|previous") && !words_listed("past", date_text(t, i));
    bool next = words_is(t->q, i, "next") || words_listed("coming", date_text(t, i));
    int weekday = date_weekday_of(t, i + (last || next));
    if (weekday < 0)
        return 0;
    int64_t today = calendar_day(t->now);
    int end = i + 1 + (last || next), week = moment_skip(t, end); /* "tuesday last week" */
    int weeks = words_is(t->q, week, "next") ? 1 : words_is(t->q, week, "last|previous") ? -1 : 0;
    int back = (calendar_weekday(today) - weekday + 7) % 7, on = (7 - back) % 7;
    if (weeks && words_is(t->q, week + 1, "week")) {
        m->day_ms = calendar_week(t->now) + weeks * WEEK_MS + weekday * DAY_MS;
        end = week + 2;
    } else if (last)
        m->day_ms = today - (back ? back : 7) * DAY_MS;
    else if (next)
        m->day_ms = today + (on ? on : 7) * DAY_MS;
    else if (i && words_listed("this", t->q->w[i - 1].text))
        m->day_ms = calendar_week(t->now) + weekday * DAY_MS;
    else
        m->day_ms = m->ahead ? today + on * DAY_MS : today - back * DAY_MS;
    m->day = true;
    return end;
}

/* "today", "yesterday", "the day after tomorrow". */
static int date_named(const struct times *t, int i, struct moment_words *m)
{
    static const struct { const char *word; int days; } names[] = {
        { "today", 0 }, { "yesterday", -1 }, { "tomorrow", 1 },
    };
    int64_t today = calendar_day(t->now);
    bool day = words_is(t->q, i, "day");
    int far = day && words_is(t->q, i + 1, "before") && words_is(t->q, i + 2, "yesterday") ? -1 :
        day && words_is(t->q, i + 1, "after") && words_is(t->q, i + 2, "tomorrow") ? 1 : 0;
    int word = i + (far ? 2 : 0);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (words_is(t->q, word, names[k].word)) {
            m->day_ms = today + (names[k].days + far) * DAY_MS;
            m->day = true;
            return word + 1;
        }
    return 0;
}

/* "3 days ago", "a week ago". */
static int date_ago(const struct times *t, int i, struct moment_words *m)
{
    int64_t ms, unit;
    int next = moment_length(t, i, &ms, &unit);
    if (!next || !words_is(t->q, next, "ago|before|back") || ms % DAY_MS != 0)
        return 0;
    m->day_ms = calendar_day(t->now - ms);
    m->day = true;
    return next + 1 + words_is(t->q, next + 1, "today");
}

/* ---- dates ---- */

/* A day of a month of the last year in which it has begun, or of the next where it comes. */
static bool date_of_year(const struct times *t, int month, double day, bool ahead, int64_t *out)
{
    enum { YEARS = 8 }; /* from one 29th of February to another */
    int year, m, d;
    calendar_civil(t->now, &year, &m, &d);
    for (int k = 0; k <= YEARS && day == floor(day); k++)
        if (calendar_date(ahead ? year + k : year - k, month, (int)day, out) &&
            (ahead ? *out >= calendar_day(t->now) : *out <= t->now))
            return true;
    return false;
}

/* "2026-11-22", "2026-11-22T14:05", whose T was folded; where its zone is said, it is not local. */
static bool date_iso(const struct times *t, const char *text, int64_t *out)
{
    char upper[WORDS_TEXT];
    if (!strchr(text, '-'))
        return false;
    snprintf(upper, sizeof upper, "%s", text);
    for (char *p = upper; *p; p++)
        *p = *p == 't' ? 'T' : *p == 'z' ? 'Z' : *p;
    if (!when_parse(upper, t->now, out))
        return false;
    *out += strlen(upper) > 16 && strpbrk(upper + 16, "Z+-") ? t->offset : 0;
    return true;
}

/* "24.11.2026", "24/11/2026", "24-11-2026": the day first, unless there is no such month; "2026/11/24". */
static bool date_marked(const char *text, int64_t *out)
{
    int v[3], used = 0;
    char a, b;
    if (sscanf(text, "%4d%c%2d%c%4d%n", &v[0], &a, &v[1], &b, &v[2], &used) != 5 || text[used] || a != b ||
        !strchr("./-", a) || v[0] < 0 || v[1] < 0 || v[2] < 0)
        return false;
    if (v[0] > 31)
        return calendar_date(v[0], v[1], v[2], out);
    if (v[2] < 100 && used < 8 && a != '/') /* "6.1.10" is a version */
        return false;
    int year = v[2] < 100 ? 2000 + v[2] : v[2];
    bool swap = v[1] > 12 && v[0] <= 12;
    return calendar_date(year, swap ? v[0] : v[1], swap ? v[1] : v[0], out);
}

/* "24/11", and "24.11" behind "on". */
static bool date_short(const struct times *t, int i, bool ahead, int64_t *out)
{
    int day, month, used = 0;
    char mark;
    const char *text = date_text(t, i);
    if (sscanf(text, "%2d%c%2d%n", &day, &mark, &month, &used) != 3 || text[used] || day < 0 || month < 0 ||
        !(mark == '/' || (mark == '.' && moment_behind(t, i, "on"))))
        return false;
    bool swap = month > 12 && day <= 12;
    double n = swap ? month : day;
    return !moment_unit(t, i + 1) && !words_is(t->q, i + 1, "percent") &&
        date_of_year(t, swap ? day : month, n, ahead, out);
}

static bool date_is_year(const struct times *t, int i)
{
    return i < t->q->n && t->q->w[i].number && !t->q->w[i].use && t->q->w[i].value >= 1970 && t->q->w[i].value < 9999 &&
        t->q->w[i].value == floor(t->q->w[i].value);
}

/* The day of a month at i: "22", "22nd", "first". */
static int date_day_of(const struct times *t, int i, double *day)
{
    int next = i + 1;
    if (words_listed("first", date_text(t, i)))
        *day = 1;
    else
        next = moment_number(t, i, day);
    return next && *day >= 1 && *day <= 31 ? next : 0;
}

/* "22 november", "november 22", "the 22nd of november", with a year perhaps. */
static int date_calendar(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    double day;
    int month = date_month_of(t, i), next = date_day_of(t, i + (month > 0), &day);
    if (!next)
        return 0;
    if (month) {
        next += words_listed("st|nd|rd|th", date_text(t, next));
    } else {
        next = moment_skip(t, next);
        month = date_month_of(t, next);
        if (!month)
            return 0;
        next++;
    }
    int year = moment_skip(t, next);
    bool told = date_is_year(t, year);
    if (!(told ? calendar_date((int)q->w[year].value, month, (int)day, &m->day_ms) :
                 date_of_year(t, month, day, m->ahead, &m->day_ms)))
        return 0;
    m->day = true;
    return told ? year + 1 : next;
}

/* "the 24th": of this month, or of the last that has one and in which it has come. */
static int date_ordinal(const struct times *t, int i, struct moment_words *m)
{
    enum { MONTHS = 3 };
    const struct word *w = &t->q->w[i];
    if (!w->number || w->value < 1 || w->value > 31 || w->value != floor(w->value) ||
        !words_listed("st|nd|rd|th", date_text(t, i + 1)))
        return 0;
    for (int k = 0; k < MONTHS; k++) {
        int64_t begin = calendar_month(t->now, m->ahead ? -k : k), next = calendar_month(begin, -1);
        int64_t day = begin + ((int64_t)w->value - 1) * DAY_MS;
        if (day < next && (m->ahead ? day >= calendar_day(t->now) : day <= t->now)) {
            m->day_ms = day;
            m->day = true;
            return i + 2;
        }
    }
    return 0;
}

int date_read(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    int64_t ms;
    if (i >= q->n || q->w[i].use)
        return 0;
    int next = date_weekday(t, i, m);
    next = next ? next : date_named(t, i, m);
    next = next ? next : date_ago(t, i, m);
    next = next ? next : date_calendar(t, i, m);
    next = next ? next : date_ordinal(t, i, m);
    if (next)
        return next;
    if (date_iso(t, q->w[i].text, &ms)) {
        m->day_ms = calendar_day(ms);
        if (strlen(q->w[i].text) > 10) {
            m->clock = true;
            m->clock_ms = ms - m->day_ms;
            m->clock_long = q->w[i].text[16] == ':' ? SECOND_MS : MINUTE_MS;
        }
    } else if (date_marked(q->w[i].text, &ms) || date_short(t, i, m->ahead, &ms)) {
        m->day_ms = ms;
    } else {
        return 0;
    }
    m->day = true;
    return i + 1;
}

/* ---- months ---- */

/* Is there a word before a month that narrows it, and was not read: "the 32nd of november", "the first week of"? */
static bool date_is_narrowed(const struct times *t, int i)
{
    const struct words *q = t->q;
    int k = i - 1;
    while (k >= 0 && q->w[k].kind == WORD_STOP && *q->w[k].is && !q->w[k].use)
        k--;
    bool of = k + 1 < i && words_listed("of|st|nd|rd|th", q->w[i - 1].text);
    return k >= 0 && !q->w[k].use && (q->w[k].number || (of && (!*q->w[k].is || moment_unit(t, k))));
}

int date_month(const struct times *t, int i, struct moment_words *m)
{
    double n;
    bool last = words_is(t->q, i, "last|previous"), coming = words_is(t->q, i, "next");
    int k = i + (last || coming), month = date_month_of(t, k), year, now_month, d, end = k + 1;
    if (!month || date_is_narrowed(t, i))
        return 0;
    calendar_civil(t->now, &year, &now_month, &d);
    int of = moment_skip(t, end);
    if (date_is_year(t, of)) {
        year = (int)t->q->w[of].value;
        end = of + 1;
    } else if (moment_number(t, end, &n)) {
        return 0; /* "february 30" */
    } else if (coming || m->ahead) {
        year += month < now_month || (coming && month == now_month);
    } else {
        year -= month > now_month || (last && month == now_month);
    }
    if (!calendar_date(year, month, 1, &m->from))
        return 0;
    m->to = calendar_month(m->from, -1);
    m->period = true;
    return end;
}

/* moments.c - reads moments by descent: a day, a part of one, a clock, some of these together, or a whole period. */
#include "ask/moments.h"

#include "ask/calendar.h"
#include "ask/clocks.h"
#include "ask/dates.h"

#include <string.h>

#define LONGEST_MS (100 * 366 * DAY_MS)

/* ---- words ---- */

bool moment_is_may(const struct times *t, int i)
{
    double n;
    return i >= 0 && i < t->q->n && !t->q->w[i].use && words_listed("may", t->q->w[i].text) &&
        (moment_number(t, i + 1, &n) || (i > 0 && moment_number(t, i - 1, &n)) ||
         moment_behind(t, i, "in|on|since|last|until|during|by|of|st|nd|rd|th"));
}

int moment_skip(const struct times *t, int i)
{
    while (i < t->q->n && t->q->w[i].kind == WORD_STOP && *t->q->w[i].is && !t->q->w[i].use && !moment_is_may(t, i))
        i++;
    return i;
}

bool moment_behind(const struct times *t, int i, const char *list)
{
    int k = i - 1;
    while (k >= 0 && words_listed("the|a|an", t->q->w[k].text))
        k--;
    return k >= 0 && words_listed(list, t->q->w[k].text);
}

/* ---- numbers and units ---- */

/* Of a word: 0 for none. */
static double moment_number_word(const struct times *t, int i)
{
    static const struct { const char *word; double v; } names[] = {
        { "one", 1 }, { "couple", 2 }, { "two", 2 }, { "few", 3 }, { "three", 3 }, { "four", 4 }, { "five", 5 },
        { "six", 6 }, { "seven", 7 }, { "eight", 8 }, { "nine", 9 }, { "ten", 10 }, { "eleven", 11 }, { "twelve", 12 },
        { "fifteen", 15 }, { "twenty", 20 }, { "thirty", 30 }, { "forty", 40 }, { "fifty", 50 }, { "sixty", 60 },
        { "seventy", 70 }, { "eighty", 80 }, { "ninety", 90 }, { "hundred", 100 },
    };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (words_is(t->q, i, names[k].word))
            return names[k].v;
    return 0;
}

int moment_number(const struct times *t, int i, double *out)
{
    if (i < 0 || i >= t->q->n || t->q->w[i].use)
        return 0;
    if (t->q->w[i].number) {
        *out = t->q->w[i].value;
        return *out >= 0 && *out < 1e6 ? i + 1 : 0;
    }
    double v = moment_number_word(t, i), more = moment_number_word(t, i + 1);
    if (v == 0)
        return 0;
    bool ones = more >= 1 && more <= 9 && !words_is(t->q, i + 1, "couple|few");
    bool both = (v >= 20 && v < 100 && ones) || (v < 10 && more == 100); /* "forty five", "two hundred" */
    *out = !both ? v : more == 100 ? v * more : v + more;
    return i + 1 + both;
}

int64_t moment_unit(const struct times *t, int i)
{
    static const struct { const char *word; int64_t ms; } units[] = {
        { "second", SECOND_MS }, { "minute|min", MINUTE_MS }, { "hour", HOUR_MS }, { "day", DAY_MS }, { "week", WEEK_MS },
        { "fortnight|fortnights", 2 * WEEK_MS }, { "month", 30 * DAY_MS }, { "year", 365 * DAY_MS },
    };
    for (size_t k = 0; k < sizeof units / sizeof *units; k++)
        if (words_is(t->q, i, units[k].word))
            return units[k].ms;
    return 0;
}

/* "and a half": behind it, or 0. */
static int moment_and_half(const struct times *t, int i)
{
    bool said = words_is(t->q, i, "and") && i + 2 < t->q->n && words_listed("a", t->q->w[i + 1].text) &&
        words_is(t->q, i + 2, "half");
    return said ? i + 3 : 0;
}

/* "half an hour", "a quarter of an hour". */
static int moment_fraction(const struct times *t, int i, int64_t *out_ms, int64_t *unit_ms)
{
    int parts = words_is(t->q, i, "half") ? 2 : words_is(t->q, i, "quarter") ? 4 : 0;
    int next = parts ? moment_skip(t, i + 1) : i;
    *unit_ms = parts ? moment_unit(t, next) : 0;
    *out_ms = parts ? *unit_ms / parts : 0;
    return *unit_ms ? next + 1 : 0;
}

int moment_length(const struct times *t, int i, int64_t *out_ms, int64_t *unit_ms)
{
    double n = 1;
    int next = moment_skip(t, i), end = moment_fraction(t, next, out_ms, unit_ms), half;
    if (end)
        return end;
    bool article = next && next < t->q->n && words_listed("a|an", t->q->w[next - 1].text);
    if ((end = moment_number(t, next, &n))) {
        if ((half = moment_and_half(t, end))) {
            n += 0.5;
            end = half;
        }
        next = moment_skip(t, end);
    } else if (!article) {
        return 0;
    }
    *unit_ms = moment_unit(t, next);
    if (!*unit_ms || n * (double)*unit_ms > (double)LONGEST_MS)
        return 0;
    *out_ms = (int64_t)(n * (double)*unit_ms);
    end = next + 1;
    if ((half = moment_and_half(t, end))) {
        *out_ms += *unit_ms / 2;
        return half;
    }
    int64_t more, smaller;
    if (moment_number(t, end, &n) && (next = moment_length(t, end, &more, &smaller)) && smaller < *unit_ms) {
        *out_ms += more;
        return next;
    }
    return end;
}

/* ---- parts of days ---- */

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

/* "last night", "tonight", "overnight", "this morning" (whose "this" is passed over), "in the night". */
static int moment_part_words(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    bool last = words_is(q, i, "last|previous");
    int64_t today = calendar_day(t->now);
    if (words_is(q, i, "night|evening|morning|afternoon") && words_is(q, i + 1, "before") && moment_part(t, i, m)) {
        m->day = true; /* the one before the last */
        m->day_ms = today - (m->part_to > 24 ? 2 : 1) * DAY_MS;
        return i + 2 + words_is(q, i + 2, "last");
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
        m->day = m->part = true;
        m->day_ms = today;
        m->part_from = 18;
        m->part_to = 24;
        return i + 1;
    }
    if (!moment_part(t, i, m))
        return 0;
    if (!m->day && m->part_to <= 24 && i && words_listed("this", q->w[i - 1].text)) {
        m->day = true;
        m->day_ms = today;
    } else if (!m->day) { /* the last one that has begun; the night that we are in began yesterday */
        bool begun = today + m->part_from * HOUR_MS <= t->now, over = today + m->part_to * HOUR_MS <= t->now;
        m->day = m->guessed = true;
        m->day_ms = today + (m->ahead ? over : begun - 1) * DAY_MS;
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

/* "2 hours ago": the minute it was then. */
static int moment_ago(const struct times *t, int i, struct moment_words *m)
{
    int64_t ms, unit;
    int next = moment_length(t, i, &ms, &unit);
    if (!next || !words_is(t->q, next, "ago|before|back") || ms % DAY_MS == 0)
        return 0;
    int64_t at = t->now - ms, step = unit < MINUTE_MS ? SECOND_MS : MINUTE_MS;
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

/* "last weekend", "the coming weekend". */
static int moment_weekend(const struct times *t, int i, struct moment_words *m)
{
    bool last = words_is(t->q, i, "last|previous"), next = words_is(t->q, i, "next");
    int64_t saturday = calendar_week(t->now) + 5 * DAY_MS;
    if (!words_is(t->q, i + (last || next), "weekend"))
        return 0;
    saturday -= saturday > t->now && !next && !m->ahead ? WEEK_MS : 0;
    return moment_whole(m, i + 1 + (last || next), saturday, saturday + 2 * DAY_MS, false);
}

/* "in 2025". */
static int moment_year(const struct times *t, int i, struct moment_words *m)
{
    const struct word *w = &t->q->w[i];
    int64_t from, to;
    return w->number && !w->use && w->value >= 1970 && w->value < 2200 && strlen(w->text) == 4 &&
        moment_behind(t, i, "in|since|until|before|after|of|during") && calendar_date((int)w->value, 1, 1, &from) &&
        calendar_date((int)w->value + 1, 1, 1, &to) ? moment_whole(m, i + 1, from, to, false) : 0;
}

/* "last week", "the week before last", "last month", "the last hour". */
static int moment_last(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    bool twice = words_is(q, i, "week|month") && words_is(q, i + 1, "before") && words_is(q, i + 2, "last");
    int k = twice ? i : i + 1, end = twice ? i + 3 : i + 2;
    if (!twice && !words_is(q, i, "last|previous"))
        return 0;
    if (words_is(q, k, "week"))
        return moment_whole(m, end, calendar_week(t->now) - (1 + twice) * WEEK_MS,
                            calendar_week(t->now) - twice * WEEK_MS, false);
    if (words_is(q, k, "month"))
        return moment_whole(m, end, calendar_month(t->now, 1 + twice), calendar_month(t->now, twice), false);
    if (words_is(q, k, "second|minute|hour|day|fortnight|year"))
        return moment_whole(m, end, t->now - moment_unit(t, k), t->now + 1, false);
    return 0;
}

/* What is named after the calendar: this week, last month, the weekend, the boot, the beginning. */
static int moment_named(const struct times *t, int i, struct moment_words *m)
{
    const struct words *q = t->q;
    if (i >= q->n)
        return 0;
    bool last = words_is(q, i, "last|previous"), self = i && !strcmp(q->w[i - 1].text, "this");
    int k = i + last, next = moment_weekend(t, i, m);
    next = next ? next : moment_year(t, i, m);
    next = next ? next : moment_last(t, i, m);
    if (next)
        return next;
    if (self && words_is(q, k, "week|month|hour|minute|year|day"))
        return moment_whole(m, k + 1, moment_this(t, k), t->now + 1, false);
    if (words_is(q, k, "boot") || (words_is(q, i, "start") && i && words_is(q, i - 1, "since"))) {
        int64_t at = words_is(q, k, "boot") && t->boot ? t->boot : t->first;
        return moment_whole(m, k + 1, at, at + MINUTE_MS, true);
    }
    return 0;
}

/* What else is said of a moment, in any order: "yesterday morning", "at 9 on monday", "14:05 today". */
static int moment_more(const struct times *t, int end, struct moment_words *m)
{
    for (int rounds = 0, more; rounds < 3; rounds++) {
        int from = moment_skip(t, end);
        bool at = words_is(t->q, from, "at|about");
        from = at ? moment_skip(t, from + 1) : from;
        struct moment_words day = *m;
        if ((!m->day || m->guessed) && (more = date_read(t, from, &day))) {
            *m = day;
            m->guessed = false;
            end = more;
        } else if (!m->part && (more = moment_part_words(t, from, m))) {
            end = more;
        } else if (!m->clock && (more = clock_read(t, from, at, m))) {
            end = more;
        } else if (m->so_late && !m->day && words_is(t->q, from, "last|previous") && words_is(t->q, from + 1, "week")) {
            m->day = true; /* "this time last week" */
            m->day_ms = calendar_day(t->now) - WEEK_MS;
            end = from + 2;
        }
    }
    return end;
}

int moment_read(const struct times *t, int i, bool bare, struct moment_words *m)
{
    *m = (struct moment_words){ .ahead = t->ahead };
    i = moment_skip(t, i);
    m->ahead = m->ahead || (moment_behind(t, i, "by") && words_find(t->q, 0, "was|were|did|had|has|been") < 0);
    if (words_is(t->q, i, "at|about")) {
        i = moment_skip(t, i + 1);
        bare = true;
    }
    bare = bare || (t->apart && words_is(t->q, i - 1, "between|and|with|to")); /* "the difference between 7 and 9" */
    int end = moment_ago(t, i, m);
    end = end ? end : moment_named(t, i, m);
    if (end)
        return end;
    end = moment_part_words(t, i, m);
    end = end ? end : date_read(t, i, m);
    end = end ? end : clock_read(t, i, bare, m);
    if (!end)
        return date_month(t, i, m);
    end = moment_more(t, end, m);
    return m->so_late && !m->day ? 0 : end;
}

/* Where a clock begins in the day, or beyond it: in a night it is one of the evening or of the morning after. */
static int64_t moment_clock_of(const struct moment_words *m)
{
    int64_t ms = m->clock_ms;
    if (!m->part || ms > 12 * HOUR_MS)
        return ms;
    if (m->part_to > 24)
        return ms < 6 * HOUR_MS ? ms + DAY_MS : ms + 12 * HOUR_MS; /* "last night at 3", "at 10" */
    return m->part_from >= 12 && ms < 12 * HOUR_MS ? ms + 12 * HOUR_MS : ms; /* "at 3 in the afternoon" */
}

void moment_resolve(const struct times *t, const struct moment_words *m, int64_t *from, int64_t *to, bool *brief)
{
    *brief = m->clock || (m->period && m->brief);
    if (m->period) {
        *from = m->from;
        *to = m->to;
        return;
    }
    int64_t day = m->day && !(m->guessed && m->clock) ? m->day_ms : calendar_day(t->now);
    if (m->clock) {
        *from = day + moment_clock_of(m) + (m->utc ? t->offset : 0);
        for (int k = 0; k < 2 && (!m->day || m->guessed); k++) { /* the last one, or the coming */
            bool late = *from > t->now, early = *from + DAY_MS <= t->now;
            *from += m->ahead ? (*from < t->now) * DAY_MS : (early - late) * DAY_MS;
        }
        *to = *from + m->clock_long;
        return;
    }
    *from = day + (m->part ? m->part_from : 0) * HOUR_MS;
    *to = day + (m->part ? m->part_to : 24) * HOUR_MS;
}

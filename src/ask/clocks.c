/* clocks.c - reads clocks: as they are spoken first, as "10 to 3" is no range then, and as they are written. */
#include "ask/clocks.h"

#include "ask/calendar.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *clock_text(const struct times *t, int i)
{
    return i >= 0 && i < t->q->n && !t->q->w[i].use ? t->q->w[i].text : "";
}

/* Is what a number stands before a unit, so that it is no hour: "at 14.1 %"? */
static bool clock_is_amount(const struct times *t, int i)
{
    return moment_unit(t, i) || words_listed("rpm", clock_text(t, i)) ||
        words_is(t->q, i, "percent|degree|gb|mb|kb|tb|byte|kb/s|mb/s|gb/s|mbit|gbit|watt|mhz|ghz|ms|process|core|"
                          "threads");
}

/* "pm", "a.m", "o'clock" behind an hour: the hour as it is meant. */
static int clock_half(const struct times *t, int i, int64_t *ms)
{
    const char *text = clock_text(t, i);
    if (!words_listed("pm|p.m|am|a.m|oclock|o'clock", text))
        return i;
    if (*text == 'p' && *ms < 12 * HOUR_MS)
        *ms += 12 * HOUR_MS;
    else if (*text == 'a' && *ms >= 12 * HOUR_MS)
        *ms -= 12 * HOUR_MS;
    return i + 1;
}

static bool clock_has_half(const struct times *t, int i)
{
    return words_listed("pm|p.m|am|a.m|oclock|o'clock", clock_text(t, i));
}

/* ---- spoken ---- */

/* The hour of "half past two pm": one of twelve or of the day, noon, midnight. */
static int clock_hour(const struct times *t, int i, int64_t *ms)
{
    double h;
    int next = i + 1;
    if (words_is(t->q, i, "noon|midnight")) {
        *ms = words_is(t->q, i, "noon") ? 12 * HOUR_MS : 0;
        return next;
    }
    if (!(next = moment_number(t, i, &h)) || h != floor(h) || h > 23 || words_is(t->q, i, "few|couple") ||
        clock_is_amount(t, next))
        return 0;
    *ms = (int64_t)h * HOUR_MS;
    return clock_half(t, next, ms);
}

/* Is "10 to 3" a time, and not one to another? "9 to 11" and "from 10 to 3" are no times. */
static bool clock_is_before(const struct times *t, int i, double n, bool minutes, int hour)
{
    double h = 0;
    bool at = moment_behind(t, i, "at|@|about|around|since|until|till|til|before|after|by");
    if (t->q->w[hour - 1].dash || moment_behind(t, i, "from|between"))
        return false;
    moment_number(t, hour, &h);
    return minutes || words_listed("quarter", clock_text(t, i)) || (fmod(n, 5) == 0 && n < 30 && (at || h <= n));
}

/* "half past 9", "a quarter to three", "8 minutes past 2 pm", "ten past two". */
static int clock_spoken(const struct times *t, int i, bool bare, int64_t *ms)
{
    double n = words_is(t->q, i, "half") ? 30 : 15;
    int next = i + 1;
    bool minutes = false;
    if (n < 30 && !words_listed("quarter", clock_text(t, i))) {
        next = moment_number(t, i, &n);
        if (!next || n < 1 || n > 59 || n != floor(n))
            return 0;
        minutes = words_is(t->q, next, "minute");
        next += minutes;
    }
    const char *way = clock_text(t, next);
    bool past = words_listed("past", way), before = words_listed("to|till|til", way) && n < 60;
    int end = past || before ? clock_hour(t, next + 1, ms) : 0;
    if (end && (past || clock_is_before(t, i, n, minutes, next + 1))) {
        *ms += (past ? 1 : -1) * (int64_t)n * MINUTE_MS;
        *ms += *ms < 0 ? DAY_MS : 0;
        return end;
    }
    if (words_is(t->q, i, "half") && bare && (end = clock_hour(t, i + 1, ms))) { /* "half nine" */
        *ms += 30 * MINUTE_MS;
        return end;
    }
    return 0;
}

/* "two thirty pm", "nine forty five", "two oh five": hours and minutes in words. */
static int clock_in_words(const struct times *t, int i, bool bare, int64_t *ms)
{
    double h, m = 0;
    int next;
    if (i >= t->q->n || t->q->w[i].number || !(next = moment_number(t, i, &h)) || next != i + 1 || h < 1 || h > 12 ||
        words_is(t->q, i, "few|couple"))
        return 0;
    bool oh = words_listed("oh|o", clock_text(t, next));
    int end = next + oh < t->q->n && !t->q->w[next + oh].number ? moment_number(t, next + oh, &m) : 0;
    if (!end || (oh ? m >= 10 : m < 10) || m > 59 || clock_is_amount(t, end) || !(bare || clock_has_half(t, end)))
        return 0;
    *ms = (int64_t)h * HOUR_MS + (int64_t)m * MINUTE_MS;
    return clock_half(t, end, ms);
}

/* "this time", "the same time": as late as it is now. */
static int clock_now(const struct times *t, int i, int64_t *ms, bool *so_late)
{
    int time = i + words_listed("same", clock_text(t, i));
    if (!words_listed("time", clock_text(t, time)) ||
        (time == i && (!i || !words_listed("this|same", t->q->w[i - 1].text))))
        return 0;
    *so_late = true;
    *ms = t->now - calendar_day(t->now);
    *ms -= *ms % MINUTE_MS;
    return time + 1;
}

/* ---- written ---- */

/* "14:05", "9:15:30", "24:00"; with `dot` in place of ':' "14.05". */
static bool clock_digits(const char *text, char mark, int64_t *ms, bool *seconds)
{
    int h, m, s = 0, used = 0;
    char one, two = mark;
    *seconds = false;
    if (!isdigit((unsigned char)*text) || strspn(text, "0123456789:.") != strlen(text))
        return false;
    if (sscanf(text, "%2d%c%2d%n", &h, &one, &m, &used) != 3 || one != mark || text[used - 3] != mark)
        return false;
    if (mark == ':' && text[used] == ':') {
        const char *rest = text + used;
        if (sscanf(rest, "%c%2d%n", &two, &s, &used) != 2 || used != 3 || rest[used])
            return false;
        *seconds = true;
    } else if (text[used]) {
        return false;
    }
    *ms = ((h * 60 + m) * 60 + s) * SECOND_MS;
    return h >= 0 && m >= 0 && m < 60 && s >= 0 && s < 60 && (h < 24 || *ms == DAY_MS);
}

/* "14.05" and "2.06 pm" where they can be times: not the share of something, and behind "on" it is a date. */
static int clock_dotted(const struct times *t, int i, bool bare, int64_t *ms)
{
    bool seconds;
    if (!clock_digits(t->q->w[i].text, '.', ms, &seconds) || !(bare || clock_has_half(t, i + 1)) ||
        moment_behind(t, i, "on") || clock_is_amount(t, i + 1))
        return 0;
    return clock_half(t, i + 1, ms);
}

/* "1405" right behind "at", "1405 hours". */
static int clock_four(const struct times *t, int i, int64_t *ms)
{
    const struct word *w = &t->q->w[i];
    if (strlen(w->text) != 4 || strspn(w->text, "0123456789") != 4)
        return 0;
    int v = (int)w->value, next = i + 1;
    bool hours = words_is(t->q, next, "hour");
    if (!(hours || words_is(t->q, i - 1, "at|about")) || v / 100 > 24 || v % 100 > 59 || v > 2400)
        return 0;
    if (!hours && clock_is_amount(t, next))
        return 0;
    *ms = (v / 100 * 60 + v % 100) * MINUTE_MS;
    return next + hours;
}

/* "14h05", which was cut. */
static int clock_french(const struct times *t, int i, int64_t *ms)
{
    const char *minutes = clock_text(t, i + 2);
    if (!words_listed("h", clock_text(t, i + 1)) || strlen(minutes) != 2 || !t->q->w[i + 2].number ||
        t->q->w[i + 2].value > 59 || t->q->w[i].value > 23 || clock_is_amount(t, i + 3))
        return 0;
    *ms = (int64_t)t->q->w[i].value * HOUR_MS + (int64_t)t->q->w[i + 2].value * MINUTE_MS;
    return i + 3;
}

/* Is a clock without "pm" followed by one with it: "between 2 and 3 pm"? */
static void clock_share_half(const struct times *t, int i, int64_t *ms)
{
    const struct words *q = t->q;
    if (words_is(q, i, "and|to|until") && i + 2 < q->n && q->w[i + 1].number &&
        words_listed("pm|p.m", q->w[i + 2].text) && *ms < 12 * HOUR_MS &&
        q->w[i + 1].value < 12 && q->w[i + 1].value * HOUR_MS > (double)*ms)
        *ms += 12 * HOUR_MS;
}

/* A number alone, in digits or words: an hour where that is known, or said. */
static int clock_alone(const struct times *t, int i, bool bare, int64_t *ms)
{
    double h, more;
    int next = moment_number(t, i, &h);
    bool digits = t->q->w[i].number;
    if (next && !digits && moment_number(t, next, &more)) /* "two fifty percent" */
        return 0;
    if (!next || h != floor(h) || h > (digits ? 23 : 12) || (!digits && h < 1) || words_is(t->q, i, "few|couple") ||
        !(bare || clock_has_half(t, next)) || clock_is_amount(t, next))
        return 0;
    *ms = (int64_t)h * HOUR_MS;
    return clock_half(t, next, ms);
}

static int clock_written(const struct times *t, int i, bool bare, struct moment_words *m, int64_t *ms)
{
    const struct word *w = &t->q->w[i];
    bool seconds = false;
    int end = 0;
    if (words_is(t->q, i, "noon|midnight")) {
        *ms = words_is(t->q, i, "noon") ? 12 * HOUR_MS : 0;
        return clock_half(t, i + 1, ms);
    }
    if (clock_digits(w->text, ':', ms, &seconds)) {
        m->clock_long = seconds ? SECOND_MS : MINUTE_MS;
        return clock_half(t, i + 1, ms);
    }
    if (w->number) {
        end = clock_dotted(t, i, bare, ms);
        end = end ? end : clock_four(t, i, ms);
        end = end ? end : clock_french(t, i, ms);
    }
    return end ? end : clock_alone(t, i, bare, ms);
}

int clock_read(const struct times *t, int i, bool bare, struct moment_words *m)
{
    int64_t ms = 0;
    bool so_late = false;
    if (i >= t->q->n || t->q->w[i].use)
        return 0;
    m->clock_long = MINUTE_MS;
    int end = clock_spoken(t, i, bare, &ms);
    end = end ? end : clock_in_words(t, i, bare, &ms);
    end = end ? end : clock_now(t, i, &ms, &so_late);
    end = end ? end : clock_written(t, i, bare, m, &ms);
    if (!end)
        return 0;
    clock_share_half(t, end, &ms);
    if (words_listed("utc|gmt|z|zulu", clock_text(t, end))) {
        m->utc = true;
        end++;
    }
    m->clock = true;
    m->so_late = so_late;
    m->clock_ms = ms;
    return end;
}

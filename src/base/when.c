/* when.c - times as a person types them: a cursor over the text, one function for each part. */
#include "base/when.h"

#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DAY_MS 86400000LL
#define LONGEST_MS (10000LL * 366 * DAY_MS) /* back to the year 0 is far enough */

static void when_blanks(const char **p)
{
    *p += strspn(*p, " ");
}

/* One or two digits, at most `max`. */
static bool when_number(const char **p, int max, int *out)
{
    int n = 0, v = 0;
    for (; n < 2 && isdigit((unsigned char)(*p)[n]); n++)
        v = v * 10 + ((*p)[n] - '0');
    *p += n;
    *out = v;
    return n > 0 && v <= max;
}

/* "14:05" or "14:05:30", to the end of the text. */
static bool when_clock(const char *p, int64_t *out_ms)
{
    int h, m, s = 0;
    if (!when_number(&p, 23, &h) || *p++ != ':' || !isdigit((unsigned char)p[0]) || !isdigit((unsigned char)p[1]) ||
        !when_number(&p, 59, &m))
        return false;
    if (*p == ':' && (p++, !when_number(&p, 59, &s)))
        return false;
    when_blanks(&p);
    *out_ms = ((h * 60 + m) * 60 + s) * 1000LL;
    return !*p;
}

static int64_t when_day(int64_t ms)
{
    int64_t rest = ms % DAY_MS;
    return ms - (rest < 0 ? rest + DAY_MS : rest);
}

/* "today", "yesterday", each perhaps with a time of the day. */
static bool when_named(const char *p, int64_t now_ms, int64_t *out_ms)
{
    static const struct { const char *word; int days; } names[] = { { "today", 0 }, { "yesterday", 1 } };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i].word);
        if (strncasecmp(p, names[i].word, n) != 0 || (p[n] && p[n] != ' '))
            continue;
        const char *rest = p + n;
        int64_t clock = 0;
        when_blanks(&rest);
        if (*rest && !when_clock(rest, &clock))
            return false;
        *out_ms = when_day(now_ms) - names[i].days * DAY_MS + clock;
        return true;
    }
    return false;
}

/* "m", "min", "minute", "minutes": milliseconds, and the cursor behind it; 0 for no unit. */
static int64_t when_unit(const char **p)
{
    static const struct { const char *names; int64_t ms; } units[] = {
        { "s sec secs second seconds", 1000 }, { "m min mins minute minutes", 60000 },
        { "h hr hrs hour hours", 3600000 }, { "d day days", DAY_MS }, { "w week weeks", 7 * DAY_MS },
    };
    size_t n = 0;
    while (isalpha((unsigned char)(*p)[n]))
        n++;
    for (size_t i = 0; n && i < sizeof units / sizeof *units; i++)
        for (const char *name = units[i].names; *name; name += strspn(name, " ")) {
            size_t length = strcspn(name, " ");
            if (length == n && strncasecmp(name, *p, n) == 0) {
                *p += n;
                return units[i].ms;
            }
            name += length;
        }
    return 0;
}

/* "1h30m", "90 min", "1.5 h": at least one, moved behind. */
static bool when_span(const char **p, int64_t *out_ms)
{
    double sum = 0;
    do {
        size_t n = strspn(*p, "0123456789.");
        char *end;
        double v = strtod(*p, &end); /* of what may be "1e9h" or "infd", only digits are wanted */
        if (n == 0 || n > 15 || end != *p + n)
            return false;
        *p = end;
        when_blanks(p);
        int64_t unit = when_unit(p);
        sum += v * (double)unit;
        if (!unit || sum > (double)LONGEST_MS)
            return false;
        when_blanks(p);
    } while (isdigit((unsigned char)**p));
    *out_ms = (int64_t)floor(sum + 0.5);
    return true;
}

/* "-90m" and "2h ago"; a span alone would not say whether it lies before or behind. */
static bool when_before(const char *p, int64_t now_ms, int64_t *out_ms)
{
    int64_t span;
    bool minus = *p == '-';
    if (!when_span((p += minus, &p), &span) || (minus ? *p : strcasecmp(p, "ago") != 0))
        return false;
    *out_ms = now_ms - span;
    return true;
}

/* A day that is none (the 30th of February) would be taken for one of the next month. */
static bool when_is_date(const char *text)
{
    char noon[32], back[TEXT_TIME_MAX];
    int64_t ms;
    if (strspn(text, "0123456789-") != 10)
        return false;
    snprintf(noon, sizeof noon, "%.10sT12:00:00", text);
    return text_parse_time(noon, &ms) && strncmp(text_time(ms, back), text, 10) == 0;
}

/* What text_parse_time() reads, and the same without seconds or without a time. */
static bool when_date(const char *text, int64_t *out_ms)
{
    char full[64];
    int h, m, used = 0;
    if (strlen(text) > 40 || !when_is_date(text))
        return false;
    if (!text[10])
        snprintf(full, sizeof full, "%.10sT00:00:00", text);
    else if (sscanf(text + 10, "%*1[T ]%2d:%2d%n", &h, &m, &used) == 2 && used == 6 && text[16] != ':')
        snprintf(full, sizeof full, "%.16s:00%s", text, text + 16);
    else
        snprintf(full, sizeof full, "%s", text);
    return text_parse_time(full, out_ms);
}

static bool when_read(const char *text, int64_t now_ms, int64_t *out_ms)
{
    int64_t clock;
    when_blanks(&text);
    if (strcasecmp(text, "now") == 0)
        *out_ms = now_ms;
    else if (when_clock(text, &clock))
        *out_ms = when_day(now_ms) + clock <= now_ms ? when_day(now_ms) + clock : when_day(now_ms) - DAY_MS + clock;
    else
        return when_named(text, now_ms, out_ms) || when_before(text, now_ms, out_ms) || when_date(text, out_ms);
    return true;
}

bool when_fits(int64_t ms)
{
    return ms >= INT64_C(-62135596800000) && ms < INT64_C(253402300800000);
}

bool when_parse(const char *text, int64_t now_ms, int64_t *out_ms)
{
    int64_t ms;
    if (!when_read(text, now_ms, &ms) || !when_fits(ms))
        return false;
    *out_ms = ms;
    return true;
}

const char *when_month_name(int month)
{
    static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                                         "Dec" };
    return month >= 1 && month <= 12 ? names[month - 1] : "?";
}

char *when_zone_text(int zone_s, char out[static WHEN_ZONE_MAX])
{
    int minutes = abs(zone_s) / 60;
    if (minutes)
        snprintf(out, WHEN_ZONE_MAX, "UTC%c%02d:%02d", zone_s < 0 ? '-' : '+', minutes / 60 % 24, minutes % 60);
    else
        strcpy(out, "UTC");
    return out;
}

/* syslog_line.c - stamps and tags, by RFC 3164 section 4.1 and RFC 3339; nothing behind the n bytes is looked at. */
#include "analyze/logs/syslog_line.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define STAMP_MAX 40 /* bytes of a stamp */
#define HOST_MAX 256
#define TAG_MAX 96   /* of an ident: behind that a colon belongs to the text */

/* What is left to read. */
struct rest {
    const char *p;
    size_t n;
};

static bool rest_digits(struct rest *r, size_t count, int *out)
{
    int v = 0;
    if (r->n < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)r->p[i]))
            return false;
        v = 10 * v + (r->p[i] - '0');
    }
    r->p += count;
    r->n -= count;
    *out = v;
    return true;
}

static bool rest_char(struct rest *r, char c)
{
    if (!r->n || *r->p != c)
        return false;
    r->p++;
    r->n--;
    return true;
}

/* Bytes up to a blank, without it; at most max. */
static size_t rest_word(const struct rest *r, size_t max)
{
    size_t n = 0;
    while (n < r->n && n < max && r->p[n] != ' ' && r->p[n] != '\t')
        n++;
    return n;
}

static void rest_skip(struct rest *r, size_t n)
{
    r->p += n;
    r->n -= n;
}

/* Of a file that was not written to its end before power went. */
static void rest_skip_nuls(struct rest *r)
{
    while (r->n && *r->p == '\0')
        rest_skip(r, 1);
}

/* ---- stamps ---- */

/* Days since 1970 of a date; Howard Hinnant's algorithm, which holds for all years. */
static int64_t stamp_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400, of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool stamp_day_is(int year, int month, int day)
{
    return day >= 1 && day <= 31 &&
           stamp_days(year, month, day) < stamp_days(month == 12 ? year + 1 : year, month % 12 + 1, 1);
}

static int stamp_year(int64_t wall_ms)
{
    char text[TEXT_TIME_MAX];
    int year = 0;
    text_time(wall_ms, text);
    for (const char *p = text; isdigit((unsigned char)*p); p++)
        year = 10 * year + (*p - '0');
    return year;
}

static int stamp_month(struct rest *r)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int m = 0; r->n >= 3 && m < 12; m++)
        if (memcmp(r->p, names + 3 * m, 3) == 0) {
            rest_skip(r, 3);
            return m + 1;
        }
    return 0;
}

static bool stamp_clock(struct rest *r, int64_t *out_ms)
{
    int h, m, s;
    if (!rest_digits(r, 2, &h) || !rest_char(r, ':') || !rest_digits(r, 2, &m) || !rest_char(r, ':') ||
        !rest_digits(r, 2, &s) || h > 23 || m > 59 || s > 60)
        return false;
    *out_ms = h * HOUR_MS + m * INT64_C(60000) + s * INT64_C(1000);
    return true;
}

/* The milliseconds of a fraction behind the seconds, where there is one. */
static int64_t stamp_fraction(struct rest *r)
{
    int64_t ms = 0, digits = 0;
    if (r->n < 2 || (*r->p != '.' && *r->p != ',') || !isdigit((unsigned char)r->p[1]))
        return 0;
    rest_skip(r, 1);
    for (; r->n && isdigit((unsigned char)*r->p); rest_skip(r, 1), digits++)
        ms = digits < 3 ? 10 * ms + (*r->p - '0') : ms;
    for (; digits < 3; digits++)
        ms *= 10;
    return ms;
}

/* A local time in UTC, by the zone of then: asked twice, as the zone may change within the hours between both. */
static int64_t stamp_utc(const struct syslog_clock *c, int64_t local_ms)
{
    int64_t about_ms = local_ms - 1000 * (int64_t)(c->zone_s ? c->zone_s(local_ms) : 0);
    return local_ms - 1000 * (int64_t)(c->zone_s ? c->zone_s(about_ms) : 0);
}

/* The latest year in which it is not after all: the log of December is read in January. */
static int64_t stamp_in_year(const struct syslog_clock *c, int month, int day, int64_t clock_ms)
{
    int year = stamp_year(c->not_after_ms) + 1;
    for (int tries = 0; tries < 9; tries++, year--) { /* 9: the 29th of February around 1900 */
        if (!stamp_day_is(year, month, day))
            continue;
        int64_t ms = stamp_utc(c, stamp_days(year, month, day) * DAY_MS + clock_ms);
        if (ms <= c->not_after_ms + DAY_MS)
            return ms;
    }
    return INT64_MIN;
}

/* "Nov 27 02:45:57", "Nov  7 ...", of some programs with a year behind the day or a fraction behind the seconds. */
static bool stamp_old(struct rest *r, const struct syslog_clock *c, int64_t *out_ms)
{
    int day, year = 0, month = stamp_month(r);
    int64_t clock_ms;
    if (!month || !rest_char(r, ' '))
        return false;
    bool blank = rest_char(r, ' ');
    if (!rest_digits(r, blank ? 1 : 2, &day) && !rest_digits(r, 1, &day))
        return false;
    if (!rest_char(r, ' '))
        return false;
    if (r->n > 4 && r->p[4] == ' ' && rest_digits(r, 4, &year) && !rest_char(r, ' '))
        return false;
    if (!stamp_clock(r, &clock_ms))
        return false;
    clock_ms += stamp_fraction(r);
    struct syslog_clock of = *c;
    if (year && stamp_day_is(year, month, day)) /* the day after it, less a day */
        of.not_after_ms = stamp_days(year, month, day) * DAY_MS + DAY_MS / 2;
    *out_ms = stamp_in_year(&of, month, day, clock_ms);
    return *out_ms != INT64_MIN;
}

/* "2026-11-27T02:45:57.123+01:00"; without a zone, local time. */
static bool stamp_iso(struct rest *r, const struct syslog_clock *c, int64_t *out_ms)
{
    int year, month, day, h, m;
    int64_t clock_ms;
    if (!rest_digits(r, 4, &year) || !rest_char(r, '-') || !rest_digits(r, 2, &month) || !rest_char(r, '-') ||
        !rest_digits(r, 2, &day) || month < 1 || month > 12 || year < 1970 || !stamp_day_is(year, month, day) ||
        !(rest_char(r, 'T') || rest_char(r, ' ')) || !stamp_clock(r, &clock_ms))
        return false;
    clock_ms += stamp_fraction(r);
    int64_t local_ms = stamp_days(year, month, day) * DAY_MS + clock_ms;
    int sign = rest_char(r, 'Z') ? 0 : rest_char(r, '+') ? 1 : rest_char(r, '-') ? -1 : 2;
    if (sign == 2) {
        *out_ms = stamp_utc(c, local_ms);
        return true;
    }
    if (sign && (!rest_digits(r, 2, &h) || h > 23 || (rest_char(r, ':'), !rest_digits(r, 2, &m)) || m > 59))
        return false;
    *out_ms = sign ? local_ms - sign * (h * HOUR_MS + m * INT64_C(60000)) : local_ms;
    return true;
}

/* "<13>": the priority is the number modulo 8. */
static int stamp_priority(struct rest *r)
{
    int v = 0;
    size_t n = 1;
    if (!r->n || *r->p != '<')
        return -1;
    while (n < r->n && n < 4 && isdigit((unsigned char)r->p[n]))
        v = 10 * v + (r->p[n++] - '0');
    if (n == 1 || n >= r->n || r->p[n] != '>' || v > 191)
        return -1;
    rest_skip(r, n + 1);
    return v % 8;
}

static bool stamp_take(struct rest *r, const struct syslog_clock *c, int *priority, int64_t *out_ms)
{
    rest_skip_nuls(r);
    *priority = stamp_priority(r);
    struct rest old = *r;
    if (stamp_iso(r, c, out_ms))
        return true;
    *r = old;
    return stamp_old(r, c, out_ms);
}

/* ---- who and what ---- */

/* "sshd[812]:", "kernel:"; false where no tag stands there. */
static bool tag_take(struct rest *r, char *out, size_t cap)
{
    size_t word = rest_word(r, TAG_MAX), n = 0;
    if (!word || r->p[word - 1] != ':')
        return false;
    while (n < word && r->p[n] != '[' && r->p[n] != ':')
        n++;
    log_line_take(out, cap, r->p, n);
    rest_skip(r, word);
    return n > 0;
}

/* "[12345.678901]", which the kernel puts before its text. */
static void tag_skip_uptime(struct rest *r)
{
    size_t n = 1;
    if (!r->n || *r->p != '[')
        return;
    while (n < r->n && n < 24 && (isdigit((unsigned char)r->p[n]) || r->p[n] == '.' || r->p[n] == ' '))
        n++;
    if (n > 2 && n < r->n && r->p[n] == ']')
        rest_skip(r, n + 1);
}

bool syslog_line(const char *bytes, size_t n, const struct syslog_clock *c, struct log_line *out)
{
    struct rest r = { bytes, n };
    *out->ident = *out->unit = *out->message_id = '\0';
    out->claimed = false; /* nobody can tell */
    if (!stamp_take(&r, c, &out->priority, &out->wall_ms) || !rest_char(&r, ' '))
        return false;
    if (!tag_take(&r, out->ident, sizeof out->ident)) { /* "Nov 27 02:45:57 ident: text", as some daemons write it */
        rest_skip(&r, rest_word(&r, HOST_MAX));
        rest_char(&r, ' ');
        tag_take(&r, out->ident, sizeof out->ident);
    }
    while (rest_char(&r, ' '))
        ;
    if (strcmp(out->ident, "kernel") == 0)
        tag_skip_uptime(&r);
    log_line_take(out->text, sizeof out->text, r.p, r.n);
    return *out->text != '\0';
}

bool syslog_line_time(const char *bytes, size_t n, const struct syslog_clock *c, int64_t *out_ms)
{
    struct rest r = { bytes, n };
    int priority;
    rest_skip_nuls(&r);
    r.n = r.n < STAMP_MAX ? r.n : STAMP_MAX;
    return stamp_take(&r, c, &priority, out_ms);
}

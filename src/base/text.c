/* text.c - numbers, times, globs and near spellings. */
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool text_u64(const char **p, uint64_t *out)
{
    const char *s = *p;
    while (*s == ' ' || *s == '\t')
        s++;
    if (*s < '0' || *s > '9')
        return false;
    uint64_t v = 0;
    for (; *s >= '0' && *s <= '9'; s++)
        v = v * 10 + (uint64_t)(*s - '0');
    *p = s;
    *out = v;
    return true;
}

int text_cpu_number(const char *name)
{
    uint64_t v;
    if (strncmp(name, "cpu", 3) != 0 || name[3] == ' ' || name[3] == '\t')
        return -1;
    name += 3;
    return text_u64(&name, &v) && !*name && v < TEXT_CPUS ? (int)v : -1;
}

int text_list_count(const char *list)
{
    int n = 0;
    for (const char *p = list; ; p++) {
        uint64_t first, last;
        if (!text_u64(&p, &first))
            return -1;
        last = first;
        if (*p == '-' && (p++, !text_u64(&p, &last)))
            return -1;
        if (last < first || last >= TEXT_CPUS || n > TEXT_CPUS)
            return -1;
        n += (int)(last - first) + 1;
        if (*p != ',')
            return *p == '\0' || (*p == '\n' && !p[1]) ? n : -1;
    }
}

bool text_double(const char *text, double *out)
{
    char *end;
    double v = strtod(text, &end);
    if (end == text || !isfinite(v))
        return false;
    while (isspace((unsigned char)*end))
        end++;
    if (*end)
        return false;
    *out = v;
    return true;
}

bool text_duration(const char *text, double *out_s)
{
    static const struct { const char *unit; double s; } units[] = {
        { "", 1 }, { "s", 1 }, { "m", 60 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 }, { "ms", 0.001 },
    };
    char *end;
    double v = strtod(text, &end);
    if (end == text || !isfinite(v))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].unit) == 0) {
            v *= units[i].s;
            if (isfinite(v))
                *out_s = v;
            return isfinite(v);
        }
    return false;
}

/* Days since 1970-01-01 of a civil date and back: Howard Hinnant's algorithms for the proleptic
 * Gregorian calendar, which need no time zone data and no thread-unsafe gmtime(). */
static int64_t text_days(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct civil {
    int year, month, day, hour, minute, second, ms;
};

static struct civil text_civil(int64_t wall_ms)
{
    int64_t days = wall_ms / 86400000, rest = wall_ms % 86400000;
    if (rest < 0) {
        rest += 86400000;
        days--;
    }
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){
        .year = (int)(yoe + era * 400 + (month <= 2)), .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int)(rest / 3600000), .minute = (int)(rest / 60000 % 60),
        .second = (int)(rest / 1000 % 60), .ms = (int)(rest % 1000),
    };
}

char *text_time(int64_t wall_ms, char out[static TEXT_TIME_MAX])
{
    struct civil c = text_civil(wall_ms);
    snprintf(out, TEXT_TIME_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
             c.year % 10000, c.month, c.day, c.hour, c.minute, c.second, c.ms);
    return out;
}

char *text_stamp(int64_t wall_ms, char out[static TEXT_TIME_MAX])
{
    struct civil c = text_civil(wall_ms);
    snprintf(out, TEXT_TIME_MAX, "%04d%02d%02d_%02d%02d%02d",
             c.year % 10000, c.month, c.day, c.hour, c.minute, c.second);
    return out;
}

char *text_clock(int64_t wall_ms, char out[static TEXT_TIME_MAX])
{
    struct civil c = text_civil(wall_ms);
    snprintf(out, TEXT_TIME_MAX, "%02d:%02d:%02d", c.hour, c.minute, c.second);
    return out;
}

/* Minutes east of UTC from "", "Z", "+02:00", "+0200"; false for anything else. */
static bool text_zone(const char *s, int *minutes)
{
    int sign = *s == '-' ? -1 : 1, h = 0, m = 0, used = 0;
    *minutes = 0;
    if (*s == '\0' || strcmp(s, "Z") == 0 || strcmp(s, "z") == 0)
        return true;
    if (*s != '+' && *s != '-')
        return false;
    if ((sscanf(s + 1, "%2d:%2d%n", &h, &m, &used) != 2 &&
         sscanf(s + 1, "%2d%2d%n", &h, &m, &used) != 2) || s[1 + used])
        return false;
    *minutes = sign * (h * 60 + m);
    return h < 24 && m >= 0 && m < 60;
}

bool text_parse_time(const char *text, int64_t *out_ms)
{
    int y, mo, d, h, mi, s, used = 0;
    if (sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6 ||
        !used)
        return false;
    if (mo < 1 || mo > 12 || d < 1 || d > 31 || h < 0 || h > 24 || mi < 0 || mi > 59 || s < 0 ||
        s > 60)
        return false;
    const char *p = text + used;
    double fraction = 0;
    if (*p == '.' || *p == ',') {
        double place = 0.1;
        for (p++; *p >= '0' && *p <= '9'; p++, place /= 10)
            fraction += (*p - '0') * place;
    }
    int zone;
    if (!text_zone(p, &zone))
        return false;
    int64_t sec = text_days(y, mo, d) * 86400 + h * 3600 + (mi - zone) * 60 + s;
    *out_ms = sec * 1000 + (int64_t)floor(fraction * 1000 + 0.5);
    return true;
}

bool text_glob_n(const char *glob, size_t n, const char *text)
{
    const char *star = NULL, *mark = NULL, *end = glob + n;
    while (*text) {
        if (glob < end && *glob == '*') {
            star = glob++;
            mark = text;
        } else if (glob < end && (*glob == '?' || *glob == *text)) {
            glob++;
            text++;
        } else if (star) {
            glob = star + 1;
            text = ++mark;
        } else {
            return false;
        }
    }
    while (glob < end && *glob == '*')
        glob++;
    return glob == end;
}

bool text_glob(const char *glob, const char *text)
{
    return text_glob_n(glob, strlen(glob), text);
}

bool text_lists(const char *list, const char *separators, const char *word)
{
    size_t n = strlen(word);
    for (const char *w = list + strspn(list, separators); *w; w += strcspn(w, separators), w += strspn(w, separators))
        if (strcspn(w, separators) == n && memcmp(w, word, n) == 0)
            return true;
    return false;
}

int text_distance(const char *a, const char *b)
{
    enum { MAX = 63 };
    size_t na = strlen(a), nb = strlen(b);
    if (na > MAX || nb > MAX)
        return MAX + 1;
    unsigned char d[MAX + 1][MAX + 1];
    for (size_t i = 0; i <= na; i++)
        d[i][0] = (unsigned char)i;
    for (size_t j = 0; j <= nb; j++)
        d[0][j] = (unsigned char)j;
    for (size_t i = 1; i <= na; i++)
        for (size_t j = 1; j <= nb; j++) {
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = (unsigned char)best;
        }
    return d[na][nb];
}

const char *text_nearest(const char *wrong, const void *names, size_t n, size_t stride)
{
    const char *best = NULL;
    int length = (int)strlen(wrong), best_d = length < 4 ? 1 : 1 + length / 3; /* more is another word */
    for (size_t i = 0; i < n; i++) {
        const char *name = *(const char *const *)((const char *)names + i * stride);
        int d = name ? text_distance(wrong, name) : best_d + 1;
        if (d <= best_d) {
            best_d = d - 1;
            best = name;
        }
    }
    return best;
}

#define TEXT_POWERS 20 /* 10^5 (the smallest number) and 10^14 (15 digits) need 1e19 */

static const double text_power[TEXT_POWERS] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                                1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19 };

/* At least `least` digits, zeros in front. */
static char *text_put_digits(char *out, uint64_t v, int least)
{
    char reversed[24];
    int n = 0;
    for (; v || n < least; v /= 10)
        reversed[n++] = (char)('0' + v % 10);
    while (n)
        *out++ = reversed[--n];
    return out;
}

/* How many digits behind the point leave `digits` significant ones. 0 and 1e-5 .. 1e15. */
static int text_decimals(double v, int digits)
{
    int exponent = 0;
    if (v >= 1)
        while (exponent < 15 && v >= text_power[exponent + 1])
            exponent++;
    else
        while (v > 0 && v * text_power[-exponent] < 1)
            exponent--;
    return digits - 1 > exponent ? digits - 1 - exponent : 0;
}

size_t text_number(double v, int digits, char out[static TEXT_NUMBER_MAX])
{
    char *p = out;
    double size = fabs(v);
    out[0] = '\0';
    if (!isfinite(v))
        return 0;
    if (size >= 1e15 || (size < 1e-5 && size > 0))
        return (size_t)snprintf(out, TEXT_NUMBER_MAX, "%.*g", digits, v);
    int decimals = text_decimals(size, digits);
    uint64_t whole = (uint64_t)size;
    uint64_t part = (uint64_t)((size - (double)whole) * text_power[decimals] + 0.5);
    if ((double)part == text_power[decimals]) { /* rounded up to the next whole one */
        whole++;
        part = 0;
    }
    for (; part && part % 10 == 0; decimals--)
        part /= 10;
    if (v < 0 && (whole || part))
        *p++ = '-';
    p = text_put_digits(p, whole, 1);
    if (part) {
        *p++ = '.';
        p = text_put_digits(p, part, decimals);
    }
    *p = '\0';
    return (size_t)(p - out);
}

char *text_bytes(double bytes, char *out, size_t cap)
{
    static const char *const unit[] = { "B", "kB", "MB", "GB", "TB", "PB" };
    int i = 0;
    double v = bytes;
    while (fabs(v) >= 999.5 && i < 5) {
        v /= 1000;
        i++;
    }
    int digits = i == 0 || fabs(v) >= 99.95 ? 0 : fabs(v) >= 9.995 ? 1 : 2;
    snprintf(out, cap, "%.*f %s", digits, v, unit[i]);
    return out;
}

char *text_span(double seconds, char *out, size_t cap)
{
    double s = fabs(seconds);
    if (s < 9.95)
        snprintf(out, cap, "%.1f s", seconds);
    else if (s < 120)
        snprintf(out, cap, "%.0f s", seconds);
    else if (s < 7200)
        snprintf(out, cap, "%.0f min", seconds / 60);
    else if (s < 172800)
        snprintf(out, cap, "%.1f h", seconds / 3600);
    else
        snprintf(out, cap, "%.0f days", seconds / 86400);
    return out;
}

size_t text_utf8(const char *s, long *c)
{
    static const long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *u = (const unsigned char *)s;
    size_t n = u[0] < 0x80 ? 1 : u[0] >> 5 == 6 ? 2 : u[0] >> 4 == 14 ? 3 : u[0] >> 3 == 30 ? 4 : 0;
    *c = n == 1 ? u[0] : n ? u[0] & (0x7f >> n) : -1;
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xc0) != 0x80) {
            *c = -1;
            return i;
        }
        *c = *c << 6 | (u[i] & 0x3f);
    }
    if (n && (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff)))
        *c = -1;
    return n ? n : 1;
}

bool text_hides(long c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

char *text_clean(char *text)
{
    char *out = text;
    for (const char *p = text; *p;) {
        long c;
        size_t n = text_utf8(p, &c);
        bool hides = text_hides(c);
        memmove(out, hides ? "?" : p, hides ? 1 : n);
        out += hides ? 1 : n;
        p += n;
    }
    *out = '\0';
    return text;
}

bool text_is_plain(const char *text)
{
    for (long c; *text; ) {
        text += text_utf8(text, &c);
        if (c < 0x20 || (c >= 0x7f && c < 0xa0))
            return false;
    }
    return true;
}

bool text_is_blank(const char *text)
{
    return text[strspn(text, " ")] == '\0';
}

void text_copy(char *out, size_t cap, const char *from)
{
    size_t i = 0;
    for (; i + 1 < cap && from[i]; i++)
        out[i] = iscntrl((unsigned char)from[i]) ? '?' : from[i];
    if (cap)
        out[i] = '\0';
}

void text_unescape(char *text)
{
    char *out = text;
    for (const char *p = text; *p; out++) {
        if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
            p[3] >= '0' && p[3] <= '7') {
            *out = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + p[3] - '0');
            p += 4;
        } else {
            *out = *p++;
        }
    }
    *out = '\0';
}

/*
 * import_number.c - number cells, fast and exact.
 *
 * Up to 19 digits fit into 64 bits; a mantissa below 2^53 times or over a power of ten up to 1e22
 * is one exactly rounded operation on doubles (Clinger, "How to read floating point numbers
 * accurately", 1990). Everything else goes to strtod().
 */
#include "analyze/import/import_reader.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Years 1843 to 2096: differences of such times fit into 64 bits of nanoseconds. */
#define TIME_MAX_MS 4000000000000

static const double power[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* The common forms: sign, digits, point, digits. False where there is more to it. */
static bool number_fast(const char *p, const char *end, double *out)
{
    bool minus = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    uint64_t m = 0;
    int digits = 0, places = 0;
    for (; p < end && (unsigned)(*p - '0') < 10; p++, digits++)
        m = m * 10 + (unsigned)(*p - '0');
    if (p < end && *p == '.')
        for (p++; p < end && (unsigned)(*p - '0') < 10; p++, digits++, places++)
            m = m * 10 + (unsigned)(*p - '0');
    if (p != end || digits == 0 || digits > 19 || m > (UINT64_C(1) << 53))
        return false;
    double v = (double)m / power[places];
    *out = minus ? -v : v;
    return true;
}

static bool number_absent(const char *text)
{
    static const char *const words[] = { "nan", "na", "n/a", "null", "none", "-",
                                         "inf", "-inf", "+inf", "infinity", "-infinity" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(words[i], text))
            return true;
    return false;
}

int import_number(const char *p, size_t n, double *out)
{
    while (n && (*p == ' ' || *p == '\t'))
        p++, n--;
    while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
        n--;
    *out = NAN;
    if (n == 0)
        return 0;
    if (number_fast(p, p + n, out))
        return 1;
    char text[64];
    if (n >= sizeof text || memchr(p, '\0', n))
        return -1;
    memcpy(text, p, n);
    text[n] = '\0';
    if (number_absent(text))
        return 0;
    if (strpbrk(text, "xX")) /* strtod() reads hexadecimal; in a table of numbers it is a mistake */
        return -1;
    return text_double(text, out) ? 1 : -1;
}

enum stamp import_stamp(double v)
{
    return fabs(v) < 1e11 ? STAMP_SECONDS : STAMP_MILLISECONDS;
}

bool import_time_number(double v, int64_t *out_ms)
{
    double ms = import_stamp(v) == STAMP_SECONDS ? v * 1e3 : v;
    if (!(fabs(ms) < TIME_MAX_MS)) /* NaN too */
        return false;
    *out_ms = llround(ms);
    return true;
}

bool import_time(const char *text, int64_t *out_ms)
{
    double v;
    if (text_double(text, &v))
        return import_time_number(v, out_ms);
    while (*text == ' ')
        text++;
    int64_t ms;
    if (!text_parse_time(text, &ms) || llabs(ms) >= TIME_MAX_MS)
        return false;
    *out_ms = ms;
    return true;
}

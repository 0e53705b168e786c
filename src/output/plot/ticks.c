/* ticks.c - round numbers and round times. */
#include "output/plot/ticks.h"

#include "base/text.h"
#include "base/when.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TICKS_SAME 1e-9 /* what differs by less of itself is one number */

/* The least of 1, 2, 5 times a power of ten that is not below v. */
static double ticks_round(double v, int *exponent)
{
    *exponent = (int)floor(log10(v));
    double p = pow(10, *exponent), m = v / p;
    if (m > 5.0000001) {
        ++*exponent;
        return 10 * p;
    }
    return (m > 2.0000001 ? 5 : m > 1.0000001 ? 2 : 1) * p;
}

struct ticks ticks_of(double low, double high, int wanted)
{
    double far = fmax(fabs(low), fabs(high));
    if (!(high - low > far * TICKS_SAME)) {
        low -= far * 0.1;
        high += far > 0 ? far * 0.1 : 1;
    }
    int exponent, most = wanted < 2 ? 2 : wanted > TICKS_MAX - 2 ? TICKS_MAX - 2 : wanted;
    double step = ticks_round((high - low) / (most - 1), &exponent);
    double first = floor(low / step + 1e-9), last = ceil(high / step - 1e-9);
    return (struct ticks){
        .low = first * step, .step = step, .n = (int)(last - first) + 1, .places = exponent < 0 ? -exponent : 0,
    };
}

/* The least step of a clock that is not below ms; of days any number. */
static int64_t ticks_time_step(double ms)
{
    static const int seconds[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
                                   86400, 172800, 604800, 1209600 };
    static const int parts[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500 };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i] >= ms)
            return parts[i];
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        if (seconds[i] * 1000.0 >= ms)
            return seconds[i] * INT64_C(1000);
    return (int64_t)ceil(ms / (28 * 86400e3)) * 28 * INT64_C(86400000);
}

struct time_ticks ticks_times(int64_t from_ms, int64_t to_ms, int zone_s, int most)
{
    if (most < 1 || to_ms <= from_ms)
        return (struct time_ticks){ from_ms, 1, 0 };
    int64_t step = ticks_time_step((double)(to_ms - from_ms) / most), local = from_ms + zone_s * INT64_C(1000);
    int64_t past = ((local % step) + step) % step, first = past ? from_ms + step - past : from_ms;
    return (struct time_ticks){ first, step, first > to_ms ? 0 : (int)((to_ms - first) / step) + 1 };
}

char *ticks_day(int64_t at_ms, int zone_s, char out[static TICKS_TEXT])
{
    char text[TEXT_TIME_MAX];
    text_time(at_ms + zone_s * INT64_C(1000), text);
    int month = (text[5] - '0') * 10 + text[6] - '0', day = (text[8] - '0') * 10 + text[9] - '0';
    snprintf(out, TICKS_TEXT, "%d %s %.4s", day, when_month_name(month), text);
    return out;
}

char *ticks_clock(int64_t at_ms, int zone_s, char out[static TICKS_TEXT])
{
    char text[TEXT_TIME_MAX];
    snprintf(out, TICKS_TEXT, "%s", text_clock(at_ms + zone_s * INT64_C(1000), text));
    return out;
}

char *ticks_time_text(int64_t at_ms, int64_t step_ms, int zone_s, char out[static TICKS_TEXT])
{
    int64_t local = at_ms + zone_s * INT64_C(1000), of_day = ((local % 86400000) + 86400000) % 86400000;
    if (of_day == 0) {
        ticks_day(at_ms, zone_s, out);
        out[strlen(out) - 5] = '\0'; /* the year stands above */
        return out;
    }
    ticks_clock(at_ms, zone_s, out);
    if (step_ms % 60000 == 0)
        out[5] = '\0';
    else if (step_ms % 1000 != 0)
        snprintf(out + 8, TICKS_TEXT - 8, ".%0*d", step_ms % 100 ? 3 : 1,
                 (int)(of_day % 1000) / (step_ms % 100 ? 1 : 100));
    return out;
}

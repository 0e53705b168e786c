/* calendar.c - civil dates of days that are counted from 1970. */
#include "ask/calendar.h"

#include "base/when.h"

#include <stdio.h>

int64_t calendar_day(int64_t ms)
{
    int64_t rest = ms % DAY_MS;
    return ms - (rest < 0 ? rest + DAY_MS : rest);
}

int calendar_weekday(int64_t ms)
{
    int64_t days = calendar_day(ms) / DAY_MS + 3;
    return (int)(days % 7 + 7) % 7;
}

int64_t calendar_week(int64_t ms)
{
    return calendar_day(ms) - calendar_weekday(ms) * DAY_MS;
}

/* Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
void calendar_civil(int64_t ms, int *year, int *month, int *day)
{
    int64_t z = calendar_day(ms) / DAY_MS + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

bool calendar_date(int year, int month, int day, int64_t *out)
{
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    return year >= 1970 && year < 9999 && month >= 1 && month <= 12 && day >= 1 && when_parse(text, 0, out);
}

int64_t calendar_month(int64_t ms, int back)
{
    int year, month, day;
    int64_t begin = calendar_day(ms);
    calendar_civil(ms, &year, &month, &day);
    month -= back;
    for (; month < 1; year--)
        month += 12;
    for (; month > 12; year++)
        month -= 12;
    calendar_date(year, month, 1, &begin);
    return begin;
}

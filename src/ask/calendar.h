/* Days, weeks and months of local time, which is told in ms as that of UTC is: UTC and the offset of the place. */
#ifndef ASK_CALENDAR_H
#define ASK_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define WEEK_MS (7 * DAY_MS)

/* Where the day of a time begins, its week (with Monday), the month so many months before its own;
 * below 0: after it. */
int64_t calendar_day(int64_t ms);
int64_t calendar_week(int64_t ms);
int64_t calendar_month(int64_t ms, int back);

/* 0 = Monday. */
int calendar_weekday(int64_t ms);

/* The civil date of a time: a month of 1 to 12, a day of 1 to 31. */
void calendar_civil(int64_t ms, int *year, int *month, int *day);

/* Where a date begins; false where there is none such, or it is not between 1970 and 9998. */
bool calendar_date(int year, int month, int day, int64_t *out);

#endif

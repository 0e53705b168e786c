/* times_text.c - periods told: as short as they can be understood at `now`. */
#include "ask/times.h"

#include "ask/calendar.h"
#include "base/when.h"

#include <stdio.h>

static int64_t times_local(const struct times_here *here, int64_t ms)
{
    return ms + here->offset_s * SECOND_MS;
}

static int times_clock_text(int64_t local, char *out, size_t cap)
{
    int64_t of_day = local - calendar_day(local);
    int s = (int)(of_day / SECOND_MS % 60), m = (int)(of_day / MINUTE_MS % 60), h = (int)(of_day / HOUR_MS);
    return s ? snprintf(out, cap, "%02d:%02d:%02d", h, m, s) : snprintf(out, cap, "%02d:%02d", h, m);
}

/* "Nov 25", with the year where it is another one. */
static int times_day_text(const struct times_here *here, int64_t local, char *out, size_t cap)
{
    int year, month, day, this_year, m, d;
    calendar_civil(local, &year, &month, &day);
    calendar_civil(times_local(here, here->now_ms), &this_year, &m, &d);
    return year == this_year ? snprintf(out, cap, "%s %d", when_month_name(month), day)
                             : snprintf(out, cap, "%s %d %d", when_month_name(month), day, year);
}

char *times_text(const struct times_here *here, int64_t ms, char *out, size_t cap)
{
    char day[32] = "", clock[16];
    int64_t local = times_local(here, ms);
    times_clock_text(local, clock, sizeof clock);
    if (calendar_day(local) != calendar_day(times_local(here, here->now_ms)))
        times_day_text(here, local, day, sizeof day);
    snprintf(out, cap, "%s%s%s", day, *day ? " " : "", clock);
    return out;
}

char *times_span_text(const struct times_here *here, const struct span *s, char *out, size_t cap)
{
    char from[48], to[48], zone[WHEN_ZONE_MAX];
    int64_t a = times_local(here, s->from_ms), b = times_local(here, s->to_ms + 1);
    when_zone_text(here->offset_s, zone);
    times_text(here, s->from_ms, from, sizeof from);
    if (s->kind == SPAN_AT) {
        snprintf(out, cap, "at %s %s", from, zone);
    } else if (a == calendar_day(a) && b - a == DAY_MS) {
        times_day_text(here, a, from, sizeof from);
        snprintf(out, cap, "on %s", from);
    } else {
        times_text(here, s->to_ms + 1, to, sizeof to);
        int64_t today = calendar_day(times_local(here, here->now_ms));
        bool one_day = calendar_day(a) == calendar_day(b), ends_today = calendar_day(b) == today;
        bool later_today = ends_today && !one_day && s->to_ms < here->now_ms;
        if (one_day && !ends_today)
            times_clock_text(b, to, sizeof to);
        snprintf(out, cap, "from %s to %s%s %s", from, later_today ? "today " : "",
                 s->to_ms < here->now_ms ? to : here->over ? "the end" : "now", zone);
    }
    return out;
}

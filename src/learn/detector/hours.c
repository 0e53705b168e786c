/* hours.c - peaks by the hour of the day. */
#include "learn/detector/hours.h"

#include "base/stats.h"

#include <math.h>
#include <string.h>

#define DAY_S 86400.0
#define LEAST_DAYS 2
#define MARGIN 0.5 /* what differs less from the other hours is chance */

void hours_init(struct hours *h)
{
    *h = (struct hours){ .day = NAN };
    for (int i = 0; i < HOURS; i++)
        h->now[i] = NAN;
}

static void hours_learn(struct hours *h)
{
    double usual[HOURS], days[HOURS_DAYS];
    for (int i = 0; i < HOURS; i++) {
        for (int k = 0; k < h->n; k++) {
            const double *peak = h->peak[k];
            days[k] = fmax(peak[i], fmax(peak[(i + 1) % HOURS], peak[(i + HOURS - 1) % HOURS]));
        }
        usual[i] = stats_median(days, (size_t)h->n);
    }
    double middle = stats_median(usual, HOURS);
    for (int i = 0; i < HOURS; i++)
        h->excess[i] = isnan(usual[i]) ? 0 : fmax(0, usual[i] - middle - MARGIN);
}

static void hours_turn(struct hours *h, double day)
{
    if (!isnan(h->day)) {
        memcpy(h->peak[h->next], h->now, sizeof h->now);
        h->next = (h->next + 1) % HOURS_DAYS;
        h->n += h->n < HOURS_DAYS;
        if (h->n >= LEAST_DAYS)
            hours_learn(h);
    }
    for (int i = 0; i < HOURS; i++)
        h->now[i] = NAN;
    h->day = day;
}

double hours_next(struct hours *h, double t_s, double v)
{
    double day = floor(t_s / DAY_S), at = (t_s - day * DAY_S) / (DAY_S / HOURS);
    int hour = at >= HOURS ? HOURS - 1 : at >= 0 ? (int)at : 0; /* rounding, and times without an hour */
    if (day != h->day)
        hours_turn(h, day);
    h->now[hour] = fmax(h->now[hour], v);
    return h->excess[hour];
}

void hours_pack(struct hours *h, struct pack *p)
{
    pack_doubles(p, &h->day, 1);
    pack_int(p, &h->n, HOURS_DAYS);
    pack_int(p, &h->next, HOURS_DAYS - 1);
    pack_doubles(p, h->now, HOURS);
    pack_doubles(p, h->peak[0], HOURS_DAYS * HOURS);
    pack_doubles(p, h->excess, HOURS);
}

/* season.c - means by the hour of the day. */
#include "learn/detector/season.h"

#include "base/mem.h"
#include "learn/detector/mean.h"
#include "learn/lanes.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define HOUR_S 3600.0
#define DAYS 7.0           /* that means reach back */
#define LEAST_VISITS 2.0   /* days until an hour is known */
#define WARM_ROWS 512.0
#define FAR 10.0           /* deviations: what is further counts as so far */

#define ARRAYS (4 + SEASON_HOURS)

int season_init(struct season *m, int d, double memory)
{
    *m = (struct season){ .d = d, .memory = memory, .hour = NAN };
    m->away = mem_try(ARRAYS * (size_t)d * sizeof *m->away);
    if (!m->away)
        return -ENOMEM;
    m->sum = m->away + d;
    m->spread = m->sum + d;
    m->judged = m->spread + d;
    m->mean = m->judged + d;
    for (int i = 0; i < SEASON_HOURS * d; i++)
        m->mean[i] = NAN;
    return 0;
}

void season_done(struct season *m)
{
    mem_free(m->away);
    *m = (struct season){ 0 };
}

static int hour_of_day(double hour)
{
    int h = isfinite(hour) ? (int)fmod(hour, SEASON_HOURS) : 0;
    return h < 0 ? h + SEASON_HOURS : h;
}

/* The hour that was becomes part of its means. */
static void season_turn(struct season *m, double hour)
{
    if (!isnan(m->hour) && m->rows > 0) {
        int h = hour_of_day(m->hour);
        double share = mean_most(1 / ++m->visits[h], 1 / DAYS), *mean = m->mean + h * m->d;
        for (int j = 0; j < m->d; j++) {
            double now = m->sum[j] / m->rows;
            if (isnan(mean[j]))
                mean[j] = now;
            else if (!isnan(now))
                mean_next(&mean[j], now, share);
        }
    }
    memset(m->sum, 0, (size_t)m->d * sizeof *m->sum);
    m->rows = 0;
    m->hour = hour;
}

/* Without a branch, so that columns go side by side. What is not known has a share of 0 in the spread. */
LANES_WIDE static void season_judge(struct season *m, const double *restrict x, const double *restrict before,
                                    const double *restrict after, double part)
{
    double oldest = 1 / m->memory;
    for (int j = 0; j < m->d; j++) {
        double distance = x[j] - (before[j] + (after[j] - before[j]) * part);
        bool known = distance == distance;
        double square = known ? distance * distance : 0, judged = m->judged[j] + (known ? 1 : 0);
        double share = known ? mean_most(1 / judged, oldest) : 0, tell = known && judged > WARM_ROWS ? 1 : 0;
        double var = m->spread[j], away = var > 0 ? mean_least(square / var, FAR * FAR) : 0;
        m->away[j] = away * tell;
        mean_next(&m->spread[j], tell * var > 0 ? away * var : square, share);
        m->judged[j] = judged;
    }
}

void season_row(struct season *m, double t_s, const double *x, const double *known)
{
    double hours = t_s / HOUR_S, hour = floor(hours);
    if (hour != m->hour)
        season_turn(m, hour);
    for (int j = 0; j < m->d; j++)
        m->sum[j] += known[j] > 0 ? x[j] : NAN;
    m->rows++;
    /* A mean stands for the middle of its hour. */
    double at = hours - 0.5, from = floor(at);
    int before = hour_of_day(from), after = hour_of_day(from + 1);
    if (m->visits[before] < LEAST_VISITS || m->visits[after] < LEAST_VISITS) {
        memset(m->away, 0, (size_t)m->d * sizeof *m->away);
        return;
    }
    season_judge(m, x, m->mean + before * m->d, m->mean + after * m->d, at - from);
}

void season_like(struct season *m, const struct season *of)
{
    m->hour = of->hour;
    m->rows = of->rows;
    memcpy(m->visits, of->visits, sizeof m->visits);
    for (int j = 0; j < m->d; j++)
        m->sum[j] = NAN; /* the hour has begun already */
}

void season_take(struct season *m, int to, const struct season *of, int from)
{
    for (int i = 0; i < ARRAYS; i++)
        m->away[i * m->d + to] = of->away[i * of->d + from];
}

size_t season_bytes(const struct season *m)
{
    return sizeof *m + ARRAYS * (size_t)m->d * sizeof *m->away;
}

void season_pack(struct season *m, struct pack *p)
{
    pack_doubles(p, &m->hour, 1);
    pack_doubles(p, &m->rows, 1);
    pack_doubles(p, m->visits, SEASON_HOURS);
    pack_doubles(p, m->away, ARRAYS * (size_t)m->d);
}

/* season.c - means by the hour of the day. */
#include "learn/season.h"

#include "base/mem.h"
#include "learn/lanes.h"
#include "learn/mean.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define HOUR_S 3600.0
#define DAYS 7.0           /* that means reach back */
#define LEAST_VISITS 2.0   /* days until an hour is known */
#define WARM_ROWS 512.0
#define FAR 10.0           /* deviations: what is further counts as so far */

#define ARRAYS (3 + SEASON_HOURS)

int season_init(struct season *m, int d, double memory)
{
    *m = (struct season){ .d = d, .memory = memory, .hour = -1 };
    m->away = mem_try(ARRAYS * (size_t)d * sizeof *m->away);
    if (!m->away)
        return -ENOMEM;
    m->sum = m->away + d;
    m->spread = m->sum + d;
    m->mean = m->spread + d;
    return 0;
}

void season_done(struct season *m)
{
    mem_free(m->away);
    *m = (struct season){ 0 };
}

static int hour_of_day(double hour)
{
    int h = (int)fmod(hour, SEASON_HOURS);
    return h < 0 ? h + SEASON_HOURS : h;
}

/* The hour that was becomes part of its means. */
static void season_turn(struct season *m, double hour)
{
    if (m->hour >= 0 && m->rows > 0) {
        int h = hour_of_day(m->hour);
        double share = mean_most(1 / ++m->visits[h], 1 / DAYS);
        for (int j = 0; j < m->d; j++)
            mean_next(&m->mean[h * m->d + j], m->sum[j] / m->rows, share);
    }
    memset(m->sum, 0, (size_t)m->d * sizeof *m->sum);
    m->rows = 0;
    m->hour = hour;
}

/* `share`: of the row's distance in the spread; `tell`: whether the spread is known well enough. */
LANES_WIDE static void season_judge(struct season *m, const double *restrict x, const double *restrict before,
                                    const double *restrict after, double part, double share, double tell)
{
    for (int j = 0; j < m->d; j++) {
        double distance = x[j] - (before[j] + (after[j] - before[j]) * part), square = distance * distance;
        double var = m->spread[j], away = var > 0 ? mean_least(square / var, FAR * FAR) : 0;
        m->away[j] = away * tell;
        mean_next(&m->spread[j], tell * var > 0 ? away * var : square, share);
    }
}

void season_row(struct season *m, double t_s, const double *x)
{
    double hours = t_s / HOUR_S, hour = floor(hours);
    if (hour != m->hour)
        season_turn(m, hour);
    for (int j = 0; j < m->d; j++)
        m->sum[j] += x[j];
    m->rows++;
    /* A mean stands for the middle of its hour. */
    double at = hours - 0.5, from = floor(at);
    int before = hour_of_day(from), after = hour_of_day(from + 1);
    if (m->visits[before] < LEAST_VISITS || m->visits[after] < LEAST_VISITS) {
        memset(m->away, 0, (size_t)m->d * sizeof *m->away);
        return;
    }
    m->judged++;
    season_judge(m, x, m->mean + before * m->d, m->mean + after * m->d, at - from,
                 mean_most(1 / m->judged, 1 / m->memory), m->judged > WARM_ROWS ? 1 : 0);
}

void season_like(struct season *m, const struct season *of)
{
    m->hour = of->hour;
    m->rows = of->rows;
    m->judged = of->judged;
    memcpy(m->visits, of->visits, sizeof m->visits);
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
    pack_doubles(p, &m->judged, 1);
    pack_doubles(p, m->visits, SEASON_HOURS);
    pack_doubles(p, m->away, ARRAYS * (size_t)m->d);
}

/* level.c - means of several spans for each column, and how far they usually are apart. */
#include "learn/level.h"

#include "base/mem.h"
#include "learn/lanes.h"
#include "learn/mean.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#define FAST_ROWS 3.0
#define SLOW_ROWS 300.0
#define STEADY_ROWS 30.0
#define SLOWER_ROWS 3000.0
#define MOTION_ROWS 64.0
#define WARM_ROWS 64.0     /* until anything is told */
#define FAR 10.0           /* deviations: what is further counts as so far */
#define CALM_EVERY 16      /* rows: motion changes slowly, and logarithms are dear */
#define CALM_WARM 512.0    /* rows */
#define CALM_FROM 4.0      /* deviations below the usual log motion */
#define RUN_TIMES 2.0      /* a value that stays must stay so much longer than any before ... */
#define RUN_ROWS 8.0       /* ... and so many rows more */
#define MAX_INPUT 1e100

#define KEPT 17            /* arrays that are kept, from `first` on */

int level_init(struct level *m, int d, double memory)
{
    size_t n = (size_t)d;
    *m = (struct level){ .d = d, .memory = memory };
    m->level = mem_try((3 + KEPT) * n * sizeof *m->level);
    if (!m->level)
        return -ENOMEM;
    double **const array[3 + KEPT] = {
        &m->level, &m->drift, &m->calm, &m->first, &m->last, &m->n, &m->fast, &m->slow, &m->spread, &m->steady,
        &m->slower, &m->far, &m->moved, &m->near, &m->motion, &m->usual, &m->usual_spread, &m->run, &m->longest,
        &m->same,
    };
    for (int i = 1; i < 3 + KEPT; i++)
        *array[i] = m->level + (size_t)i * n;
    return 0;
}

void level_done(struct level *m)
{
    mem_free(m->level);
    *m = (struct level){ 0 };
}

/* Squared difference in variances of it so far, which it then joins. */
static inline double level_apart(double difference, double *var, double n, double share)
{
    double square = difference * difference;
    double apart = *var > 0 ? mean_least(square / *var, FAR * FAR) : 0;
    bool warm = n > WARM_ROWS;
    mean_next(var, warm && *var > 0 ? apart * *var : square, share);
    return warm ? apart : 0;
}

/* Without a branch, so that columns go side by side. What is not known has a share of 0 in every mean. */
LANES_WIDE static void level_means(struct level *m, const double *restrict x)
{
    double oldest = 1 / m->memory;
    for (int j = 0; j < m->d; j++) {
        bool known = x[j] - x[j] == 0;
        double v = known ? mean_least(mean_most(x[j], -MAX_INPUT), MAX_INPUT) : m->last[j];
        m->first[j] = m->n[j] == 0 ? v : m->first[j];
        double n = m->n[j] + (known ? 1 : 0), one = known ? 1 / n : 0, u = v - m->first[j];
        double some = known ? 1 : 0;
        mean_next(&m->fast[j], u, mean_most(one, some / FAST_ROWS));
        mean_next(&m->slow[j], u, mean_most(one, some / SLOW_ROWS));
        mean_next(&m->steady[j], u, mean_most(one, some / STEADY_ROWS));
        mean_next(&m->slower[j], u, mean_most(one, some / SLOWER_ROWS));
        double share = mean_most(one, some * oldest);
        double level = level_apart(m->fast[j] - m->slow[j], &m->spread[j], n, share);
        double drift = level_apart(m->steady[j] - m->slower[j], &m->far[j], n, share);
        double moved = level_apart(m->steady[j] - m->slow[j], &m->moved[j], n, share);
        m->level[j] = known ? level : 0;
        m->drift[j] = known ? mean_most(drift, moved) : 0;
        double moving = mean_most(one, some / MOTION_ROWS);
        mean_next(&m->near[j], u, moving);
        mean_next(&m->motion[j], (u - m->near[j]) * (u - m->near[j]), moving);
        m->n[j] = n;
    }
}

/* How much less a column moves than usual, as a squared deviation. */
static double level_quiet(struct level *m, int j)
{
    double looks = (m->n[j] - 2 * MOTION_ROWS) / CALM_EVERY;
    if (looks < 1)
        return 0;
    double log_motion = log(m->motion[j] + DBL_MIN);
    if (m->usual[j] == 0 && m->usual_spread[j] == 0)
        m->usual[j] = log_motion; /* its first look: else the unit that it is in would be in the spread */
    double below = m->usual[j] - log_motion;
    double sd = sqrt(m->usual_spread[j]), quiet = 0;
    if (m->n[j] > CALM_WARM && sd > 0)
        quiet = mean_most(0, mean_least(below / sd, FAR + CALM_FROM) - CALM_FROM);
    double share = mean_most(1 / looks, CALM_EVERY / m->memory);
    mean_next(&m->usual[j], log_motion, share);
    mean_next(&m->usual_spread[j], below * below, share);
    return quiet * quiet;
}

/*
 * How surprising it is that the value is still the same: the rows since it moved, each weighted by how
 * seldom it repeats. Zero is rest, for whatever is a rate or a share, and no surprise.
 */
static double level_still(struct level *m, int j, double v)
{
    if (m->n[j] > 1 && v == m->last[j]) {
        m->run[j]++;
        m->same[j]++;
    } else {
        m->longest[j] = mean_most(m->longest[j], m->run[j]);
        m->run[j] = 0;
    }
    m->last[j] = v;
    if (v == 0 || m->n[j] < WARM_ROWS || m->run[j] <= RUN_TIMES * m->longest[j] + RUN_ROWS)
        return 0;
    return mean_least(-m->run[j] * log((m->same[j] + 1) / (m->n[j] + 2)), FAR * FAR);
}

void level_row(struct level *m, const double *x)
{
    level_means(m, x);
    bool look = fmod(m->rows++, CALM_EVERY) == 0;
    for (int j = 0; j < m->d; j++) {
        if (!isfinite(x[j])) {
            m->calm[j] = 0;
            continue;
        }
        double still = level_still(m, j, mean_least(mean_most(x[j], -MAX_INPUT), MAX_INPUT));
        if (look)
            m->calm[j] = level_quiet(m, j);
        m->calm[j] = mean_most(m->calm[j], still);
    }
}

void level_gap(struct level *m)
{
    for (int j = 0; j < m->d; j++) {
        m->slow[j] = m->fast[j] = m->steady[j] = m->near[j] = m->slower[j];
        m->run[j] = 0;
    }
}

void level_take(struct level *m, int to, const struct level *of, int from)
{
    for (int i = 3; i < 3 + KEPT; i++)
        m->level[i * m->d + to] = of->level[i * of->d + from];
}

size_t level_bytes(const struct level *m)
{
    return sizeof *m + (size_t)m->d * (3 + KEPT) * sizeof *m->level;
}

void level_pack(struct level *m, struct pack *p)
{
    pack_doubles(p, &m->rows, 1);
    pack_doubles(p, m->level, (size_t)m->d * (3 + KEPT));
}

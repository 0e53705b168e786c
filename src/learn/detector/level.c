/* level.c - means of several spans for each column, and how far they usually are apart. */
#include "learn/detector/level.h"

#include "base/mem.h"
#include "learn/detector/mean.h"
#include "learn/lanes.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>

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

#define OF_ROW 6           /* arrays of the last row */
#define KEPT 17            /* arrays that are kept, from `first` on */

int level_init(struct level *m, int d, double memory)
{
    size_t n = (size_t)d;
    *m = (struct level){ .d = d, .memory = memory };
    m->level = mem_try((OF_ROW + KEPT) * n * sizeof *m->level);
    if (!m->level)
        return -ENOMEM;
    double **const array[OF_ROW + KEPT] = {
        &m->level, &m->drift, &m->calm, &m->u, &m->all, &m->some, &m->first, &m->last, &m->n, &m->fast, &m->slow,
        &m->spread, &m->steady, &m->slower, &m->far, &m->moved, &m->near, &m->motion, &m->usual, &m->usual_spread,
        &m->run, &m->longest, &m->same,
    };
    for (int i = 1; i < OF_ROW + KEPT; i++)
        *array[i] = m->level + (size_t)i * n;
    return 0;
}

void level_done(struct level *m)
{
    mem_free(m->level);
    *m = (struct level){ 0 };
}

/*
 * The loops below have no branch and look at few arrays each, so that the compiler does many columns at once. What is
 * not known has a share of 0 in every mean.
 */

/* Values from the first one of their column on, and the shares that they have in means of all, and of many, rows. */
LANES_WIDE static void level_values(struct level *m, const double *restrict x, double *restrict u,
                                    double *restrict all, double *restrict some)
{
    double *restrict n = m->n, *restrict first = m->first;
    const double *restrict last = m->last;
    for (int j = 0; j < m->d; j++) {
        double v = x[j], before = last[j], begin = first[j], known = v - v == 0 ? 1 : 0, rows = n[j] + known;
        v = v - v == 0 ? v : before;
        v = mean_least(mean_most(v, -MAX_INPUT), MAX_INPUT);
        begin = rows > known ? begin : v;
        first[j] = begin;
        n[j] = rows;
        u[j] = v - begin;
        some[j] = known;
        all[j] = known / (rows > 0 ? rows : 1);
    }
}

LANES_WIDE static void level_mean(double *restrict mean, const double *restrict v, const double *restrict all,
                                  const double *restrict some, double share, int d)
{
    for (int j = 0; j < d; j++)
        mean[j] += (v[j] - mean[j]) * mean_most(all[j], some[j] * share);
}

LANES_WIDE static void level_squares(double *restrict out, const double *restrict v, const double *restrict mean, int d)
{
    for (int j = 0; j < d; j++)
        out[j] = (v[j] - mean[j]) * (v[j] - mean[j]);
}

/* Squared difference of two means in variances of it so far, which it then joins; out[] keeps the larger. */
LANES_WIDE static void level_apart(struct level *m, const double *restrict a, const double *restrict b,
                                   double *restrict var, double *restrict out)
{
    const double *restrict all = m->all, *restrict some = m->some, *restrict n = m->n;
    double oldest = 1 / m->memory;
    for (int j = 0; j < m->d; j++) {
        double square = (a[j] - b[j]) * (a[j] - b[j]), is = var[j], warm = n[j] > WARM_ROWS ? 1 : 0;
        double judged = warm * (is > 0 ? 1 : 0), apart = mean_least(square / (is > 0 ? is : 1), FAR * FAR) * judged;
        double joins = judged > 0 ? apart * is : square;
        var[j] = is + (joins - is) * mean_most(all[j], some[j] * oldest);
        out[j] = mean_most(out[j], apart * some[j]);
    }
}

static void level_means(struct level *m, const double *x)
{
    int d = m->d;
    level_values(m, x, m->u, m->all, m->some);
    level_mean(m->fast, m->u, m->all, m->some, 1 / FAST_ROWS, d);
    level_mean(m->slow, m->u, m->all, m->some, 1 / SLOW_ROWS, d);
    level_mean(m->steady, m->u, m->all, m->some, 1 / STEADY_ROWS, d);
    level_mean(m->slower, m->u, m->all, m->some, 1 / SLOWER_ROWS, d);
    level_mean(m->near, m->u, m->all, m->some, 1 / MOTION_ROWS, d);
    level_squares(m->level, m->u, m->near, d);
    level_mean(m->motion, m->level, m->all, m->some, 1 / MOTION_ROWS, d);
    memset(m->level, 0, 2 * (size_t)d * sizeof *m->level); /* and drift, behind it */
    level_apart(m, m->fast, m->slow, m->spread, m->level);
    level_apart(m, m->steady, m->slower, m->far, m->drift);
    level_apart(m, m->steady, m->slow, m->moved, m->drift);
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
    for (int i = OF_ROW; i < OF_ROW + KEPT; i++)
        m->level[i * m->d + to] = of->level[i * of->d + from];
}

size_t level_bytes(const struct level *m)
{
    return sizeof *m + (size_t)m->d * (OF_ROW + KEPT) * sizeof *m->level;
}

void level_pack(struct level *m, struct pack *p)
{
    pack_doubles(p, &m->rows, 1);
    pack_doubles(p, m->level, (size_t)m->d * (OF_ROW + KEPT));
}

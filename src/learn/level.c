/* level.c - means of several spans for each column, and how far they usually are apart. */
#include "learn/level.h"

#include "base/mem.h"

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
#define CALM_FROM 4.0      /* deviations below the usual log motion */
#define RUN_TIMES 2.0      /* a value that stays must stay so much longer than any before ... */
#define RUN_ROWS 8.0       /* ... and so many rows more */
#define MAX_INPUT 1e100

int level_init(struct level *m, int d, double memory)
{
    size_t n = (size_t)d;
    *m = (struct level){ .d = d, .memory = memory };
    m->column = mem_try(n * sizeof *m->column);
    m->level = mem_try(3 * n * sizeof *m->level);
    if (!m->column || !m->level) {
        level_done(m);
        return -ENOMEM;
    }
    m->drift = m->level + n;
    m->calm = m->drift + n;
    return 0;
}

void level_done(struct level *m)
{
    mem_free(m->column);
    mem_free(m->level);
    *m = (struct level){ 0 };
}

/* Moves a mean towards v: the mean of all values until `rows` of them came. */
static void mean_next(double *mean, double v, double n, double rows)
{
    *mean += (v - *mean) / fmin(n, rows);
}

/* Squared difference in variances of it so far, which it then joins. */
static double level_apart(double difference, double *var, double n, double memory)
{
    double square = difference * difference, apart = 0;
    if (n > WARM_ROWS && *var > 0) {
        apart = fmin(square / *var, FAR * FAR);
        square = apart * *var;
    }
    mean_next(var, square, n, memory);
    return apart;
}

/* How much less it moves than usual, as a squared deviation. */
static double level_quiet(struct level_column *c, double v, double memory)
{
    mean_next(&c->near, v, c->n, MOTION_ROWS);
    mean_next(&c->motion, (v - c->near) * (v - c->near), c->n, MOTION_ROWS);
    double known = c->n - 2 * MOTION_ROWS;
    if (known < 1)
        return 0;
    double log_motion = log(c->motion + DBL_MIN);
    double below = c->usual - log_motion, sd = sqrt(c->usual_spread), quiet = 0;
    if (known > 4 * MOTION_ROWS && sd > 0)
        quiet = fmax(0, fmin(below / sd, FAR + CALM_FROM) - CALM_FROM);
    mean_next(&c->usual, log_motion, known, memory);
    mean_next(&c->usual_spread, below * below, known, memory);
    return quiet * quiet;
}

/*
 * How surprising it is that the value is still the same: the rows since it moved, each weighted by how
 * seldom it repeats. Zero is rest, for whatever is a rate or a share, and no surprise.
 */
static double level_still(struct level_column *c, double v)
{
    if (c->n > 1 && v == c->last) {
        c->run++;
        c->same++;
    } else {
        c->longest = fmax(c->longest, c->run);
        c->run = 0;
    }
    if (v == 0 || c->n < WARM_ROWS || c->run <= RUN_TIMES * c->longest + RUN_ROWS)
        return 0;
    return fmin(-c->run * log((c->same + 1) / (c->n + 2)), FAR * FAR);
}

void level_row(struct level *m, const double *x)
{
    for (int j = 0; j < m->d; j++) {
        struct level_column *c = &m->column[j];
        m->level[j] = m->drift[j] = m->calm[j] = 0;
        if (!isfinite(x[j]))
            continue;
        double v = fmin(fmax(x[j], -MAX_INPUT), MAX_INPUT);
        if (c->n++ == 0)
            c->first = v;
        double u = v - c->first;
        mean_next(&c->fast, u, c->n, FAST_ROWS);
        mean_next(&c->slow, u, c->n, SLOW_ROWS);
        mean_next(&c->steady, u, c->n, STEADY_ROWS);
        mean_next(&c->slower, u, c->n, SLOWER_ROWS);
        m->level[j] = level_apart(c->fast - c->slow, &c->spread, c->n, m->memory);
        m->drift[j] = level_apart(c->steady - c->slower, &c->far, c->n, m->memory);
        m->calm[j] = fmax(level_quiet(c, u, m->memory), level_still(c, v));
        c->last = v;
    }
}

void level_gap(struct level *m)
{
    for (int j = 0; j < m->d; j++) {
        struct level_column *c = &m->column[j];
        c->slow = c->fast = c->steady = c->near = c->slower;
        c->run = 0;
    }
}

size_t level_bytes(const struct level *m)
{
    return sizeof *m + (size_t)m->d * (sizeof *m->column + 3 * sizeof *m->level);
}

void level_pack(struct level *m, struct pack *p)
{
    pack_bytes(p, m->column, (size_t)m->d * sizeof *m->column);
}

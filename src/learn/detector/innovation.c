/*
 * innovation.c - an online ridge vector autoregression on last values and slow means.
 *
 * Moments are added sixteen rows at a time, so that each is fetched once for all of them; models are
 * solved anew when enough rows came that it can matter. Constants were fixed by what they are for, and
 * looked at on the public series of the benchmark: with and without slow means, VUS-PR on SMD 0.482
 * and 0.492, on NAB 0.350 and 0.425; ridge 0.001 to 0.1 and slow means of 10 to 100 rows differ by less
 * than 0.02.
 */
#include "learn/detector/innovation.h"

#include "base/mem.h"
#include "learn/detector/mean.h"
#include "learn/lanes.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define BATCH 16        /* rows */
#define SLOW_ROWS 30.0
#define MANY 4096.0     /* rows from which on every second batch is enough */
#define RIDGE 0.01      /* of the rows, on columns of deviation 1 */
#define BLEND 0.02      /* of errors' correlation towards none, and more while there are few rows for each column */
#define MAX_INPUT 1e100 /* squares and their sums stay finite */
#define TINY 1e-24      /* of a column's largest square: a variance below is rounding */
#define SETTLED 256.0   /* rows until the deviation of a column that came later is known well enough */
#define FIRST_MOVE 3.0  /* deviations that the first move of a constant column counts */

struct innovation_group {
    int from, d;          /* its columns */
    int batched;          /* rows that wait in x, y and r */
    int skips;            /* whether the last ones were left out */
    double weight, due;   /* rows in the moments; when they are to be solved next */
    double *x;            /* BATCH rows of 2 d inputs: last values, slow means */
    double *y, *r;        /* BATCH rows of d values, and of their errors */
    double *xx, *xy, *rr; /* sums of products: lower triangle of 2 d, 2 d times d, lower triangle of d */
    double *sx, *sy;      /* sums */
    double *w, *base;     /* the model: 2 d times d, and d */
    double *inverse;      /* d times d: of the errors' correlation, rows divided by the root of the diagonal */
};

static size_t group_doubles(int d)
{
    size_t n = (size_t)d, m = 2 * n;
    return BATCH * (m + 2 * n) + m * m + m * n + n * n + m + n + m * n + n + n * n;
}

static int group_init(struct innovation_group *g, int from, int d)
{
    size_t n = (size_t)d, m = 2 * n;
    *g = (struct innovation_group){ .from = from, .d = d, .due = INNOVATION_WARM };
    double *at = g->x = mem_try(group_doubles(d) * sizeof *at);
    if (!at)
        return -ENOMEM;
    g->y = at += BATCH * m;
    g->r = at += BATCH * n;
    g->xx = at += BATCH * n;
    g->xy = at += m * m;
    g->rr = at += m * n;
    g->sx = at += n * n;
    g->sy = at += m;
    g->w = at += n;
    g->base = at += m * n;
    g->inverse = at + n;
    return 0;
}

#define COLUMN_ARRAYS 12

int innovation_init(struct innovation *m, int d, double memory)
{
    size_t n = (size_t)d;
    *m = (struct innovation){ .d = d, .n_groups = (d + INNOVATION_GROUP - 1) / INNOVATION_GROUP, .memory = memory };
    m->group = mem_try((size_t)m->n_groups * sizeof *m->group);
    m->u = mem_try(COLUMN_ARRAYS * n * sizeof *m->u);
    if (!m->group || !m->u)
        goto fail;
    double **const array[] = { &m->ref, &m->unit, &m->prev, &m->slow, &m->low, &m->high, &m->known, &m->expected,
                               &m->var, &m->error, &m->apart };
    for (size_t i = 0; i < sizeof array / sizeof *array; i++)
        *array[i] = m->u + (i + 1) * n;
    /* Groups of equal size, within one column. */
    for (int i = 0, from = 0; i < m->n_groups; i++) {
        int left = m->n_groups - i, width = (d - from + left - 1) / left;
        if (group_init(&m->group[i], from, width) < 0)
            goto fail;
        from += width;
    }
    return 0;
fail:
    innovation_done(m);
    return -ENOMEM;
}

void innovation_done(struct innovation *m)
{
    for (int i = 0; m->group && i < m->n_groups; i++)
        mem_free(m->group[i].x);
    mem_free(m->group);
    mem_free(m->u);
    *m = (struct innovation){ 0 };
}

/* a[i * ny + j] += sum over BATCH rows of x[i] * y[j], for j up to i or all of them. */
LANES_WIDE static void sums_add(double *restrict a, const double *restrict x, int nx, const double *restrict y, int ny,
                                bool triangle)
{
    for (int k = 0; k < BATCH; k += 8) {
        const double *xk = x + k * nx, *y0 = y + k * ny, *y1 = y0 + ny, *y2 = y1 + ny, *y3 = y2 + ny, *y4 = y3 + ny,
                     *y5 = y4 + ny, *y6 = y5 + ny, *y7 = y6 + ny;
        for (int i = 0; i < nx; i++) {
            double x0 = xk[i], x1 = xk[nx + i], x2 = xk[2 * nx + i], x3 = xk[3 * nx + i], x4 = xk[4 * nx + i],
                   x5 = xk[5 * nx + i], x6 = xk[6 * nx + i], x7 = xk[7 * nx + i];
            double *to = a + i * ny;
            int last = triangle ? i + 1 : ny;
            for (int j = 0; j < last; j++)
                to[j] += ((x0 * y0[j] + x1 * y1[j]) + (x2 * y2[j] + x3 * y3[j])) +
                         ((x4 * y4[j] + x5 * y5[j]) + (x6 * y6[j] + x7 * y7[j]));
        }
    }
}

/* to[j] += sum over i of x[i] * w[i * n + j] */
LANES_WIDE static void product_add(double *restrict to, const double *x, int nx, const double *restrict w, int n)
{
    int i = 0;
    for (; i + 4 <= nx; i += 4) {
        const double *w0 = w + (size_t)i * (size_t)n, *w1 = w0 + n, *w2 = w1 + n, *w3 = w2 + n;
        for (int j = 0; j < n; j++)
            to[j] += (x[i] * w0[j] + x[i + 1] * w1[j]) + (x[i + 2] * w2[j] + x[i + 3] * w3[j]);
    }
    for (; i < nx; i++)
        for (int j = 0; j < n; j++)
            to[j] += x[i] * w[(size_t)i * (size_t)n + (size_t)j];
}

/* In place, lower triangle of n times n; what is not positive becomes a row of its own. */
LANES_WIDE static void cholesky(double *a, int n)
{
    for (int i = 0; i < n; i++) {
        double *row = a + (size_t)i * (size_t)n;
        for (int j = 0; j <= i; j++) {
            const double *other = a + (size_t)j * (size_t)n;
            double part[4] = { 0 }, sum;
            int k = 0;
            for (; k + 4 <= j; k += 4)
                for (int l = 0; l < 4; l++)
                    part[l] += row[k + l] * other[k + l];
            sum = row[j] - ((part[0] + part[1]) + (part[2] + part[3]));
            for (; k < j; k++)
                sum -= row[k] * other[k];
            row[j] = i == j ? sqrt(sum > 1e-12 ? sum : 1) : sum / other[j];
        }
    }
}

/* b, n rows of k values, becomes the solution of L L' x = b. */
LANES_WIDE static void cholesky_solve(const double *l, int n, double *b, int k)
{
    for (int i = 0; i < n; i++) {
        double *restrict to = b + (size_t)i * (size_t)k;
        for (int j = 0; j < i; j++) {
            double f = l[(size_t)i * (size_t)n + (size_t)j];
            const double *from = b + (size_t)j * (size_t)k;
            for (int c = 0; c < k; c++)
                to[c] -= f * from[c];
        }
        for (int c = 0; c < k; c++)
            to[c] /= l[(size_t)i * (size_t)n + (size_t)i];
    }
    for (int i = n - 1; i >= 0; i--) {
        double *restrict to = b + (size_t)i * (size_t)k;
        for (int j = i + 1; j < n; j++) {
            double f = l[(size_t)j * (size_t)n + (size_t)i];
            const double *from = b + (size_t)j * (size_t)k;
            for (int c = 0; c < k; c++)
                to[c] -= f * from[c];
        }
        for (int c = 0; c < k; c++)
            to[c] /= l[(size_t)i * (size_t)n + (size_t)i];
    }
}

/* Mean and deviation of input i; a deviation of 0 = it is constant. */
static double group_spread(const struct innovation_group *g, int i, double *mean)
{
    size_t m = 2 * (size_t)g->d;
    double square = g->xx[(size_t)i * m + (size_t)i] / g->weight;
    *mean = g->sx[i] / g->weight;
    double var = square - *mean * *mean;
    return var > TINY * square ? sqrt(var) : 0;
}

/*
 * The model, from the moments: ridge on standardized columns. A slow mean is scaled as its column,
 * so that it is held more tightly the less it moves.
 */
static void group_solve(struct innovation_group *g, double *room)
{
    int n = g->d, m = 2 * n;
    double *a = room, *b = a + m * m, *mean = b + m * n, *spread = mean + m;
    for (int i = 0; i < m; i++)
        spread[i] = group_spread(g, i, &mean[i]);
    for (int i = n; i < m; i++)
        spread[i] = spread[i - n];
    for (int i = 0; i < m; i++) {
        for (int j = 0; j <= i; j++) {
            bool both = spread[i] > 0 && spread[j] > 0;
            double v = g->xx[i * m + j] / g->weight - mean[i] * mean[j];
            a[i * m + j] = both ? v / (spread[i] * spread[j]) : 0;
        }
        a[i * m + i] += spread[i] > 0 ? RIDGE : 1;
        for (int j = 0; j < n; j++) {
            double v = g->xy[i * n + j] / g->weight - mean[i] * (g->sy[j] / g->weight);
            b[i * n + j] = spread[i] > 0 ? v / spread[i] : 0;
        }
    }
    cholesky(a, m);
    cholesky_solve(a, m, b, n);
    for (int j = 0; j < n; j++)
        g->base[j] = g->sy[j] / g->weight;
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double w = spread[i] > 0 ? b[i * n + j] / spread[i] : 0;
            g->w[i * n + j] = w;
            g->base[j] -= w * mean[i];
        }
}

/* Of the errors' correlation, blended; each row divided so that its product with errors has deviation 1. */
static void group_invert(struct innovation_group *g, double *room)
{
    int n = g->d;
    double *a = room, keep = 1 - fmin(1, BLEND + n / g->weight);
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double scale = sqrt(g->rr[i * n + i] * g->rr[j * n + j]);
            double c = scale > 0 ? g->rr[i * n + j] / scale : 0;
            a[i * n + j] = i == j ? 1 : keep * c;
        }
    cholesky(a, n);
    memset(g->inverse, 0, (size_t)n * (size_t)n * sizeof *g->inverse);
    for (int i = 0; i < n; i++)
        g->inverse[i * n + i] = 1;
    cholesky_solve(a, n, g->inverse, n);
    for (int j = 0; j < n; j++)
        room[j] = 1 / sqrt(g->inverse[j * n + j]);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            g->inverse[i * n + j] *= room[j];
}

/* How often a model is worth its price: so often that solving costs about as much as the rows do. */
static double group_interval(const struct innovation_group *g)
{
    return mean_most(INNOVATION_WARM, 8.0 * g->d);
}

static void group_add(struct innovation_group *g, double memory)
{
    int n = g->d, m = 2 * n;
    if (g->weight + g->batched > memory) {
        double keep = fmax(0, 1 - g->batched / memory);
        for (double *p = g->xx; p < g->w; p++) /* all sums lie together */
            *p *= keep;
        g->weight *= keep;
    }
    sums_add(g->xx, g->x, m, g->x, m, true);
    sums_add(g->xy, g->x, m, g->y, n, false);
    sums_add(g->rr, g->r, n, g->r, n, true);
    for (int k = 0; k < g->batched; k++) {
        for (int i = 0; i < m; i++)
            g->sx[i] += g->x[k * m + i];
        for (int j = 0; j < n; j++)
            g->sy[j] += g->y[k * n + j];
    }
    g->weight += g->batched;
}

static void group_flush(struct innovation_group *g, double memory)
{
    g->skips = g->weight > MANY && !g->skips;
    if (!g->skips)
        group_add(g, memory);
    g->due -= g->batched;
    g->batched = 0;
    if (g->due > 0)
        return;
    size_t n = (size_t)g->d, m = 2 * n, room = m * m + m * n + 2 * m;
    double *work = mem_new(room * sizeof *work);
    group_solve(g, work);
    group_invert(g, work);
    mem_free(work);
    g->due = group_interval(g);
}

static inline double bounded(double x, double least, double most)
{
    return mean_least(mean_most(x, least), most);
}

/* The first known value of a column is the zero of its scale. */
static void columns_begin(struct innovation *m, const double *x)
{
    for (int j = 0; j < m->d; j++)
        if (m->known[j] == 0 && isfinite(x[j])) {
            m->ref[j] = bounded(x[j], -MAX_INPUT, MAX_INPUT);
            m->unit[j] = fabs(m->ref[j]) > 1e-100 ? fabs(m->ref[j]) : 1;
            m->begun++;
        }
}

/*
 * The two loops below have no branch, and get their arrays one by one, so that the compiler does many columns at once.
 *
 * What is not known is as expected, within what the column was so far: expectations feed themselves, and a column
 * that grew and then is gone would go on growing.
 */
LANES_WIDE static void columns_values(int n, const double *restrict x, const double *restrict ref,
                                      const double *restrict unit, double *restrict expected, double *restrict low,
                                      double *restrict high, double *restrict known, double *restrict is,
                                      double *restrict u)
{
    for (int j = 0; j < n; j++) {
        double v = x[j], there = v - v == 0 ? 1 : 0, zero = ref[j], one = unit[j], least = low[j], most = high[j];
        double to = bounded(expected[j], -MAX_INPUT, MAX_INPUT);
        v = v - v == 0 ? v : zero;
        double scaled = bounded((bounded(v, -MAX_INPUT, MAX_INPUT) - zero) / one, -MAX_INPUT, MAX_INPUT);
        double gone = bounded(to, least, most), now = there > 0 ? scaled : gone;
        known[j] += there;
        is[j] = there;
        expected[j] = to;
        u[j] = now;
        low[j] = mean_least(least, now);
        high[j] = mean_most(most, now);
    }
}

/*
 * Errors in deviations; learns those, later rows more than the first ones. While all columns are new, so is whoever
 * judges them; one that comes later is not told until its deviation is known as well as theirs.
 *
 *   told     1, or 0 where there is no model
 *   settled  known rows from which on it is told
 */
LANES_WIDE static void columns_errors(int n, const double *restrict u, const double *restrict expected,
                                      const double *restrict known, const double *restrict is,
                                      double *restrict var, double *restrict slow, double *restrict r, double told,
                                      double settled, double oldest)
{
    for (int j = 0; j < n; j++) {
        double e = u[j] - expected[j], spread = var[j], rows = known[j], before = slow[j], tells = is[j] * told;
        double sd = sqrt(spread), clipped = bounded(e / (sd > 0 ? sd : 1), -INNOVATION_FAR, INNOVATION_FAR);
        double joins = clipped * sd, first = (e > 0 ? FIRST_MOVE : 0) - (e < 0 ? FIRST_MOVE : 0);
        clipped = sd > 0 ? clipped : first;
        joins = sd > 0 ? joins : e;
        tells = rows > INNOVATION_WARM ? tells : 0;
        r[j] = clipped * (rows > settled ? tells : 0);
        var[j] = spread + (joins * joins - spread) * mean_most(2 / (rows + 2), oldest) * tells;
        slow[j] = before + (u[j] - before) * (1 / SLOW_ROWS);
    }
}

static void group_row(struct innovation *m, struct innovation_group *g, const double *x, bool model)
{
    int n = g->d, from = g->from;
    size_t row = (size_t)n * sizeof(double);
    double *in = g->x + g->batched * 2 * n, *out = g->y + g->batched * n, *r = g->r + g->batched * n;
    double *expected = m->expected + from;
    double *is = m->apart + from; /* whose place is not needed yet */
    memcpy(in, m->prev + from, row);
    memcpy(in + n, m->slow + from, row);
    memcpy(expected, model ? g->base : in, row);
    if (model)
        product_add(expected, in, 2 * n, g->w, n);
    columns_values(n, x + from, m->ref + from, m->unit + from, expected, m->low + from, m->high + from,
                   m->known + from, is, out);
    columns_errors(n, out, expected, m->known + from, is, m->var + from, m->slow + from, r, model,
                   m->n > SETTLED ? SETTLED : 0, 1 / m->memory);
    memcpy(m->u + from, out, row);
    memcpy(m->prev + from, out, row);
    memcpy(m->error + from, r, row);
    memset(m->apart + from, 0, row);
    if (model)
        product_add(m->apart + from, r, n, g->inverse, n);
    if (++g->batched == BATCH)
        group_flush(g, m->memory);
}

bool innovation_row(struct innovation *m, const double *x)
{
    bool model = m->n >= INNOVATION_WARM;
    if (m->begun < m->d)
        columns_begin(m, x);
    for (int i = 0; i < m->n_groups; i++)
        group_row(m, &m->group[i], x, model);
    m->n++;
    return model;
}

void innovation_gap(struct innovation *m)
{
    memcpy(m->prev, m->slow, (size_t)m->d * sizeof *m->prev);
}

double innovation_value(const struct innovation *m, int j)
{
    return m->known[j] > 0 ? m->ref[j] + m->u[j] * m->unit[j] : NAN;
}

double innovation_expected(const struct innovation *m, int j)
{
    return m->known[j] > 0 ? m->ref[j] + m->expected[j] * m->unit[j] : NAN;
}

double innovation_deviation(const struct innovation *m, int j)
{
    return sqrt(m->var[j]) * m->unit[j];
}

size_t innovation_bytes(const struct innovation *m)
{
    size_t n = sizeof *m + COLUMN_ARRAYS * (size_t)m->d * sizeof *m->u;
    for (int i = 0; i < m->n_groups; i++)
        n += sizeof *m->group + group_doubles(m->group[i].d) * sizeof(double);
    return n;
}

void innovation_pack(struct innovation *m, struct pack *p)
{
    pack_doubles(p, &m->n, 1);
    pack_int(p, &m->begun, m->d);
    pack_doubles(p, m->u, COLUMN_ARRAYS * (size_t)m->d);
    for (int i = 0; i < m->n_groups; i++) {
        struct innovation_group *g = &m->group[i];
        pack_int(p, &g->batched, BATCH - 1);
        pack_int(p, &g->skips, 1);
        pack_doubles(p, &g->weight, 1);
        pack_doubles(p, &g->due, 1);
        pack_doubles(p, g->x, group_doubles(g->d));
    }
}

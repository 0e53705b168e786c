/*
 * innovation.c - an online ridge vector autoregression on last values and slow means.
 *
 * Moments are added sixteen rows at a time, so that each is fetched once for all of them; models are
 * solved anew when enough rows came that it can matter. Constants were fixed by what they are for, and
 * looked at on the public series of the benchmark: with and without slow means, VUS-PR on SMD 0.482
 * and 0.492, on NAB 0.350 and 0.425; ridge 0.001 to 0.1 and slow means of 10 to 100 rows differ by less
 * than 0.02.
 */
#include "learn/innovation.h"

#include "base/mem.h"
#include "learn/lanes.h"
#include "learn/mean.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define BATCH 16        /* rows */
#define SLOW_ROWS 30.0
#define RIDGE 0.01      /* of the rows, on columns of deviation 1 */
#define BLEND 0.02      /* of errors' correlation towards none, and more while there are few rows for each column */
#define MAX_INPUT 1e100 /* squares and their sums stay finite */
#define TINY 1e-24      /* of a column's largest square: a variance below is rounding */
#define SETTLED 256.0   /* rows until the deviation of a column that came later is known well enough */
#define FIRST_MOVE 3.0  /* deviations that the first move of a constant column counts */

struct innovation_group {
    int from, d;          /* its columns */
    int batched;          /* rows that wait in x, y and r */
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

/* a[i * stride + j] += sum over `rows` of x[i] * y[j], for j up to i or all of them. */
LANES_WIDE static void sums_add(double *a, int rows, const double *x, int nx, const double *y, int ny, bool triangle)
{
    int k = 0;
    for (; k + 4 <= rows; k += 4) {
        const double *x0 = x + k * nx, *x1 = x0 + nx, *x2 = x1 + nx, *x3 = x2 + nx;
        const double *y0 = y + k * ny, *y1 = y0 + ny, *y2 = y1 + ny, *y3 = y2 + ny;
        for (int i = 0; i < nx; i++) {
            double *restrict to = a + (size_t)i * (size_t)ny;
            int last = triangle ? i + 1 : ny;
            for (int j = 0; j < last; j++)
                to[j] += (x0[i] * y0[j] + x1[i] * y1[j]) + (x2[i] * y2[j] + x3[i] * y3[j]);
        }
    }
    for (; k < rows; k++)
        for (int i = 0; i < nx; i++)
            for (int j = 0; j < (triangle ? i + 1 : ny); j++)
                a[(size_t)i * (size_t)ny + (size_t)j] += x[k * nx + i] * y[k * ny + j];
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

static void group_flush(struct innovation_group *g, double memory)
{
    int n = g->d, m = 2 * n;
    if (g->weight + g->batched > memory) {
        double keep = fmax(0, 1 - g->batched / memory);
        for (double *p = g->xx; p < g->w; p++) /* all sums lie together */
            *p *= keep;
        g->weight *= keep;
    }
    sums_add(g->xx, g->batched, g->x, m, g->x, m, true);
    sums_add(g->xy, g->batched, g->x, m, g->y, n, false);
    sums_add(g->rr, g->batched, g->r, n, g->r, n, true);
    for (int k = 0; k < g->batched; k++) {
        for (int i = 0; i < m; i++)
            g->sx[i] += g->x[k * m + i];
        for (int j = 0; j < n; j++)
            g->sy[j] += g->y[k * n + j];
    }
    g->weight += g->batched;
    g->due -= g->batched;
    g->batched = 0;
    if (g->due > 0)
        return;
    size_t room = (size_t)(m * m + m * n + 2 * m);
    double *work = mem_new(room * sizeof *work);
    group_solve(g, work);
    group_invert(g, work);
    mem_free(work);
    g->due = group_interval(g);
}

static inline double bounded(double x)
{
    return mean_least(mean_most(x, -MAX_INPUT), MAX_INPUT);
}

/* Within bounds, and in units near 1. The first known value is the zero of the scale. */
static double column_scaled(struct innovation *m, int j, double x)
{
    x = bounded(x);
    if (m->known[j]++ == 0) {
        m->ref[j] = x;
        m->unit[j] = fabs(x) > 1e-100 ? fabs(x) : 1;
        m->slow[j] = m->prev[j] = 0;
    }
    double u = bounded((x - m->ref[j]) / m->unit[j]);
    m->low[j] = mean_least(m->low[j], u);
    m->high[j] = mean_most(m->high[j], u);
    return u;
}

/*
 * What stands for a value that is not known: what is expected, within what the column was so far. Without the bounds
 * a column that grew and then is gone would go on growing, for its expectations feed themselves.
 */
static double column_assumed(const struct innovation *m, int j)
{
    return mean_least(mean_most(m->expected[j], m->low[j]), m->high[j]);
}

/*
 * Error of a column in deviations; learns the deviation, later rows more than the first ones. While all columns are
 * new, so is whoever judges them; one that comes later is not told until it is judged as well as the others.
 */
static double column_error(struct innovation *m, int j, bool model)
{
    double e = m->u[j] - m->expected[j], sd = sqrt(m->var[j]), r = 0;
    if (!model)
        return 0;
    if (sd > 0) {
        r = e / sd;
        if (fabs(r) > INNOVATION_FAR) {
            r = copysign(INNOVATION_FAR, r);
            e = r * sd;
        }
    } else if (e != 0) {
        r = copysign(FIRST_MOVE, e);
    }
    mean_next(&m->var[j], e * e, mean_most(2 / (m->known[j] + 2), 1 / m->memory));
    return m->known[j] <= SETTLED && m->n > SETTLED ? 0 : r;
}

static void group_row(struct innovation *m, struct innovation_group *g, const double *x, bool model)
{
    int n = g->d, from = g->from;
    double *in = g->x + g->batched * 2 * n, *out = g->y + g->batched * n, *r = g->r + g->batched * n;
    memcpy(in, m->prev + from, (size_t)n * sizeof *in);
    memcpy(in + n, m->slow + from, (size_t)n * sizeof *in);
    double *expected = m->expected + from;
    if (model) {
        memcpy(expected, g->base, (size_t)n * sizeof *expected);
        product_add(expected, in, 2 * n, g->w, n);
    } else {
        memcpy(expected, in, (size_t)n * sizeof *expected);
    }
    for (int c = 0; c < n; c++) {
        int j = from + c;
        bool known = isfinite(x[j]);
        expected[c] = bounded(expected[c]);
        m->u[j] = out[c] = m->prev[j] = known ? column_scaled(m, j, x[j]) : column_assumed(m, j);
        m->error[j] = r[c] = known && m->known[j] > INNOVATION_WARM ? column_error(m, j, model) : 0;
        mean_next(&m->slow[j], m->u[j], 1 / SLOW_ROWS);
        m->apart[j] = 0;
    }
    if (model)
        product_add(m->apart + from, r, n, g->inverse, n);
    if (++g->batched == BATCH)
        group_flush(g, m->memory);
}

bool innovation_row(struct innovation *m, const double *x)
{
    bool model = m->n >= INNOVATION_WARM;
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
    pack_doubles(p, m->u, COLUMN_ARRAYS * (size_t)m->d);
    for (int i = 0; i < m->n_groups; i++) {
        struct innovation_group *g = &m->group[i];
        pack_int(p, &g->batched, BATCH - 1);
        pack_doubles(p, &g->weight, 1);
        pack_doubles(p, &g->due, 1);
        pack_doubles(p, g->x, group_doubles(g->d));
    }
}

/*
 * method_kmeans.c - k-means on short windows: how far are the last rows from anything that was usual?
 *
 * Ten rows side by side are one point, as in KMeansAD (Yairi et al. 2001; Schmidl et al., VLDB 2022, name it so), its
 * score the distance to the nearest of 20 centers. Columns are standardised, and what is beyond ten deviations counts
 * as ten, so that one column cannot outweigh all others. Centers are of the older two thirds of what there is to learn
 * from, the threshold is of the newer third.
 */
#include "analyze/method/alarm.h"
#include "analyze/method/method.h"

#include "base/mem.h"
#include "learn/kmeans.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define WINDOW 10
#define CENTERS 20
#define RESTARTS 3        /* with 380 numbers a point, starts differ by less than 1 % */
#define POINTS_MAX 5000     /* windows overlap: more of them give the same centers */
#define FAR 10.0          /* deviations */
#define BLOCK 64          /* points measured at a time */

struct cells {
    struct kmeans centers;
    struct method_usual *usual; /* means and deviations here */
    struct alarm alarm;
    size_t d, width;      /* columns; rows of a window */
    double *window;       /* the last rows, standardised, oldest first */
    bool filled;          /* there was a row */
    double *points;       /* BLOCK windows */
    int nearest[BLOCK];
    double square[BLOCK]; /* of the distance */
};

/* Mean and deviation of the values that are known, without overflow. */
static struct method_usual cells_usual(const struct columns *c, int j)
{
    double most = 0, mean = 0, square = 0, n = 0;
    for (size_t i = 0; i < c->n; i++)
        most = fmax(most, fabs(columns_at(c, j, i))); /* which leaves out NaN */
    most = most > 0 ? most : 1;
    for (size_t i = 0; i < c->n; i++) {
        double v = columns_at(c, j, i) / most, off = v - mean;
        if (isnan(v))
            continue;
        mean += off / ++n;
        square += off * (v - mean);
    }
    double spread = n > 0 ? fmax(sqrt(square / n), METHOD_SPREAD_LEAST * fabs(mean)) * most : 0;
    return n == 0 ? METHOD_UNKNOWN : (struct method_usual){ mean * most, spread > 0 ? spread : METHOD_NO_SPREAD };
}

/*
 * The row as the newest one of the window; what is not known is as usual. Before there are enough, the first one stands
 * for those before it.
 */
static void cells_push(struct cells *m, const struct columns *c, size_t i)
{
    double *newest = m->window + (m->width - 1) * m->d;
    memmove(m->window, m->window + m->d, (m->width - 1) * m->d * sizeof *m->window);
    for (size_t j = 0; j < m->d; j++) {
        double v = columns_at(c, (int)j, i), spread = m->usual[j].spread;
        newest[j] = isnan(v) ? 0 : fmin(fmax(v / spread - m->usual[j].center / spread, -FAR), FAR);
    }
    for (size_t k = 0; !m->filled && k + 1 < m->width; k++)
        memcpy(m->window + k * m->d, newest, m->d * sizeof *newest);
    m->filled = true;
}

static size_t cells_point(const struct cells *m)
{
    return m->width * m->d;
}

/* The column that puts the window furthest from a center. */
static int cells_cause(const struct cells *m, const double *point, const double *center)
{
    int which = -1;
    double most = 0;
    for (size_t j = 0; j < m->d; j++) {
        double square = 0;
        for (size_t k = j; k < cells_point(m); k += m->d)
            square += (point[k] - center[k]) * (point[k] - center[k]);
        if (square > most) {
            most = square;
            which = (int)j;
        }
    }
    return which;
}

/* Distances of all rows of c, those that come next; and of each what moved furthest, where `cause` is given. */
static void cells_measure(struct cells *m, const struct columns *c, double *score, int *cause)
{
    size_t point = cells_point(m);
    for (size_t from = 0; from < c->n; from += BLOCK) {
        size_t n = c->n - from < BLOCK ? c->n - from : BLOCK;
        for (size_t i = 0; i < n; i++) {
            cells_push(m, c, from + i);
            memcpy(m->points + i * point, m->window, point * sizeof *m->points);
        }
        kmeans_measure(&m->centers, m->points, n, m->nearest, m->square);
        for (size_t i = 0; i < n; i++) {
            const double *center = m->centers.center + (size_t)m->nearest[i] * point;
            score[from + i] = sqrt(m->square[i] / (double)point);
            if (cause)
                cause[from + i] = cells_cause(m, m->points + i * point, center);
        }
    }
}

static void cells_judge(void *self, const struct columns *c, struct detector_verdict *out)
{
    struct cells *m = self;
    double *score = mem_new((c->n + 1) * sizeof *score);
    int *cause = mem_new((c->n + 1) * sizeof *cause);
    cells_measure(m, c, score, cause);
    for (size_t i = 0; i < c->n; i++)
        out[i] = alarm_judge(&m->alarm, score[i], cause[i]);
    mem_free(score);
    mem_free(cause);
}

static void cells_free(void *self)
{
    struct cells *m = self;
    kmeans_done(&m->centers);
    alarm_done(&m->alarm);
    mem_free(m->usual);
    mem_free(m->window);
    mem_free(m->points);
    mem_free(m);
}

static int cells_fit(struct cells *m, const struct columns *known, uint64_t seed)
{
    size_t point = cells_point(m), stride = method_stride(known->n, point), n = 0;
    stride = known->n / stride > POINTS_MAX ? (known->n + POINTS_MAX - 1) / POINTS_MAX : stride;
    double *x = mem_try((known->n / stride + 1) * point * sizeof *x);
    if (!x)
        return -ENOMEM;
    for (size_t i = 0; i < known->n; i++) {
        cells_push(m, known, i);
        if (i % stride == 0)
            memcpy(x + n++ * point, m->window, point * sizeof *x);
    }
    int rc = kmeans_fit(x, n, (int)point, CENTERS, &(struct kmeans_options){ .restarts = RESTARTS, .seed = seed },
                        &m->centers);
    mem_free(x);
    return rc;
}

static void cells_calibrate(struct cells *m, const struct columns *fresh)
{
    double *score = mem_new(fresh->n * sizeof *score);
    cells_measure(m, fresh, score, NULL);
    alarm_learn(&m->alarm, score, fresh->n);
    mem_free(score);
}

static int cells_learn(const struct columns *train, double step_s, const struct method_options *o, void **self)
{
    struct cells *m = mem_new(sizeof *m);
    m->d = (size_t)train->d;
    m->width = m->d * WINDOW <= KMEANS_MAX_DIM ? WINDOW : KMEANS_MAX_DIM / m->d;
    m->usual = mem_new(m->d * sizeof *m->usual);
    m->window = mem_new(cells_point(m) * sizeof *m->window);
    alarm_init(&m->alarm, method_chance(o, step_s), (int)m->width);
    m->points = mem_new(BLOCK * cells_point(m) * sizeof *m->points);
    size_t known = train->n - train->n / 3;
    struct columns older = columns_part(train, 0, known), newer = columns_part(train, known, train->n - known);
    for (int j = 0; j < train->d; j++)
        m->usual[j] = cells_usual(&older, j);
    int rc = cells_fit(m, &older, o->seed);
    if (rc < 0) {
        cells_free(m);
        return rc;
    }
    cells_calibrate(m, &newer);
    *self = m;
    return 0;
}

const struct method method_kmeans = {
    .name = "kmeans", .doc = "k-means on windows of ten rows, of 20 centers",
    .max_dim = KMEANS_MAX_DIM, .learn = cells_learn, .judge = cells_judge, .free = cells_free,
};

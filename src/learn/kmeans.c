/*
 * kmeans.c - Lloyd's iteration from greedy k-means++ starts, for many rows.
 *
 * A distance is a few operations, so the time goes into feeding them: rows are laid out in lanes
 * (lanes.h) and compared with one center at a time. All restarts run a few rounds, and only those that
 * are ahead run to the end: 20 that all ran to the end took twice as long and missed more often.
 *
 * Where there are many rows the restarts run on a weighted sample, and only the best of them is carried
 * on with all rows. Rows far out are drawn more often and weigh less (the lightweight coreset of Bachem,
 * Lucic and Krause, KDD 2018): in a plain sample of heavy-tailed rows they are missing, and the inertia
 * was up to 1.17 of scikit-learn's best.
 */
#include "learn/kmeans.h"

#include "base/mem.h"
#include "base/rng.h"
#include "learn/lanes.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define SAMPLE_ROWS 3072           /* the restarts see so many rows ... */
#define SAMPLE_ROWS_PER_CENTER 128 /* ... and so many more for each center */
#define TOLERANCE 1e-4             /* of the mean variance: centers that moved less stand still, as in scikit-learn */
#define HEAT_ROUNDS 5              /* of each restart, ... */
#define FINALISTS 5                /* ... of which so many are carried on */
#define SAME_PLACE 1e-6            /* of the inertia */
#define MAX_TRIALS 8               /* candidates for one start center: 2 + ln k */

/* Rows and what an iteration needs for each. */
struct rows {
    const double *x; /* n rows of d values */
    size_t n, groups;
    size_t d;
    double *lanes;   /* the same in lanes */
    double *weight;  /* how many rows each stands for; one per lane, as those below, and 0 for lanes left over */
    double *dist;    /* squared, to the nearest center */
    double *trial;   /* that, if one more center were taken */
    double *part;    /* sum of weight * dist over a group */
    int *label;
};

/* weight: one for each row; NULL = 1 */
static void rows_init(struct rows *r, const double *x, const double *weight, size_t n, size_t d)
{
    size_t groups = lanes_groups(n), lanes = groups * LANES;
    *r = (struct rows){ .x = x, .n = n, .d = d, .groups = groups };
    r->lanes = mem_new(lanes * d * sizeof *r->lanes);
    r->weight = mem_new(lanes * sizeof *r->weight);
    r->dist = mem_new(lanes * sizeof *r->dist);
    r->trial = mem_new(lanes * sizeof *r->trial);
    r->part = mem_new(groups * sizeof *r->part);
    r->label = mem_new(lanes * sizeof *r->label);
    for (size_t g = 0; g < groups; g++)
        lanes_group(x + g * LANES * d, n - g * LANES, d, r->lanes + g * LANES * d);
    for (size_t i = 0; i < n; i++)
        r->weight[i] = weight ? weight[i] : 1;
}

static void rows_done(struct rows *r)
{
    mem_free(r->lanes);
    mem_free(r->weight);
    mem_free(r->dist);
    mem_free(r->trial);
    mem_free(r->part);
    mem_free(r->label);
}

/* For each row the nearest of k centers and the squared distance to it; label 0 where there is NaN. */
LANES_WIDE static void kmeans_nearest(const double *lanes, size_t groups, size_t d,
                                      const double *center, int k, double *dist,
                                      int *label)
{
    const lanes_four zero = { 0 };
    for (size_t g = 0; g < groups; g++, lanes += LANES * d) {
        lanes_four best[LANES_FOURS], which[LANES_FOURS], sum[LANES_FOURS];
        for (int v = 0; v < LANES_FOURS; v++) {
            best[v] = zero + INFINITY;
            which[v] = zero;
        }
        for (int c = 0; c < k; c++) {
            lanes_distance(lanes, d, center + (size_t)c * d, sum);
            for (int v = 0; v < LANES_FOURS; v++) {
                const lanes_mask less = sum[v] < best[v];
                const lanes_four me = zero + c;
                lanes_take(&less, &me, &which[v]);
                lanes_take(&less, &sum[v], &best[v]);
            }
        }
        for (int v = 0; v < LANES_FOURS; v++)
            for (int l = 0; l < 4; l++) {
                *dist++ = best[v][l];
                *label++ = (int)which[v][l];
            }
    }
}

/*
 * What the distances would be with `at` as one more center. Returns their weighted sum; part gets each
 * group's.
 */
LANES_WIDE static double kmeans_try(const double *lanes, size_t groups, size_t d, const double *at,
                                    const double *dist, const double *weight, double *trial, double *part)
{
    double total = 0;
    for (size_t g = 0; g < groups; g++, lanes += LANES * d) {
        lanes_four sum[LANES_FOURS], all = { 0 };
        lanes_distance(lanes, d, at, sum);
        for (int v = 0; v < LANES_FOURS; v++, dist += 4, trial += 4, weight += 4) {
            lanes_four least = *(const lanes_four *)dist;
            const lanes_mask less = sum[v] < least;
            lanes_take(&less, &sum[v], &least);
            *(lanes_four *)trial = least;
            all += least * *(const lanes_four *)weight;
        }
        part[g] = (all[0] + all[1]) + (all[2] + all[3]);
        total += part[g];
    }
    return total;
}

/* A row drawn with a probability proportional to its squared distance. */
static size_t kmeans_draw(const struct rows *r, double total, struct rng *rng)
{
    double rest = rng_unit(rng) * total;
    size_t g = 0, last = 0;
    for (; g + 1 < r->groups && rest >= r->part[g]; g++)
        rest -= r->part[g];
    for (size_t i = g * LANES; i < r->n && i < (g + 1) * LANES; i++)
        if (r->dist[i] > 0) {
            last = i;
            rest -= r->dist[i] * r->weight[i];
            if (rest < 0)
                return i;
        }
    return last; /* rounding ran past the end of the group */
}

static void kmeans_swap(double **a, double **b)
{
    double *t = *a;
    *a = *b;
    *b = t;
}

/*
 * Greedy k-means++: of a few rows drawn by distance the one that helps most becomes the next center.
 * Returns how many centers were found: fewer than k where the rows have fewer distinct values.
 */
static int kmeans_start(struct rows *r, int k, struct rng *rng, double *center, double *spare)
{
    size_t row = rng_below(rng, (uint32_t)r->n), bytes = r->d * sizeof *center;
    int trials = 2 + (int)log(k), found = 1;
    trials = trials < MAX_TRIALS ? trials : MAX_TRIALS;
    for (size_t i = 0; i < r->groups * LANES; i++)
        r->dist[i] = DBL_MAX; /* times a weight of 0 this is 0 */
    memcpy(center, r->x + row * r->d, bytes);
    double total = kmeans_try(r->lanes, r->groups, r->d, center, r->dist, r->weight, r->trial, r->part);
    kmeans_swap(&r->dist, &r->trial);
    for (; found < k && total > 0; found++) {
        size_t best = 0;
        double least = INFINITY;
        for (int t = 0; t < trials; t++) {
            row = kmeans_draw(r, total, rng);
            double sum = kmeans_try(r->lanes, r->groups, r->d, r->x + row * r->d, r->dist, r->weight, r->trial, spare);
            if (sum < least) {
                least = sum;
                best = row;
            }
        }
        memcpy(center + (size_t)found * r->d, r->x + best * r->d, bytes);
        total = kmeans_try(r->lanes, r->groups, r->d, r->x + best * r->d, r->dist, r->weight, r->trial, r->part);
        kmeans_swap(&r->dist, &r->trial);
    }
    return found;
}

/* Gives each center without rows the row that is furthest from its own. */
static void kmeans_fill(struct rows *r, int k, size_t *size)
{
    for (int c = 0; c < k; c++) {
        if (size[c])
            continue;
        size_t far = 0;
        for (size_t i = 1; i < r->n; i++)
            if (r->dist[i] > r->dist[far])
                far = i;
        size[r->label[far]]--;
        size[c] = 1;
        r->label[far] = c;
        r->dist[far] = 0;
    }
}

static void kmeans_count(const struct rows *r, int k, size_t *size)
{
    memset(size, 0, (size_t)k * sizeof *size);
    for (size_t i = 0; i < r->n; i++)
        size[r->label[i]]++;
}

/* Moves the centers to the means of their rows. Returns the sum of the squared ways. */
static double kmeans_update(const struct rows *r, int k, double *center, double *sum)
{
    size_t d = r->d;
    double moved = 0, mass[KMEANS_MAX_K] = { 0 };
    memset(sum, 0, (size_t)k * d * sizeof *sum);
    for (size_t i = 0; i < r->n; i++) {
        double *to = sum + (size_t)r->label[i] * d, weight = r->weight[i];
        mass[r->label[i]] += weight;
        for (size_t j = 0; j < d; j++)
            to[j] += weight * r->x[i * d + j];
    }
    for (size_t c = 0; c < (size_t)k; c++)
        for (size_t j = 0; j < d && mass[c] > 0; j++) {
            double mean = sum[c * d + j] / mass[c], way = mean - center[c * d + j];
            center[c * d + j] = mean;
            moved += way * way;
        }
    return moved;
}

static double kmeans_inertia(const struct rows *r)
{
    double sum = 0;
    for (size_t i = 0; i < r->n; i++)
        sum += r->dist[i] * r->weight[i];
    return sum;
}

/* Iterates until the centers stand still. Labels and distances are those of the final centers. */
static double kmeans_lloyd(struct rows *r, int k, int max_rounds, double tolerance, double *center,
                           double *sum, size_t *size)
{
    for (int round = 0; round < max_rounds; round++) {
        kmeans_nearest(r->lanes, r->groups, r->d, center, k, r->dist, r->label);
        kmeans_count(r, k, size);
        kmeans_fill(r, k, size);
        if (kmeans_update(r, k, center, sum) <= tolerance)
            break;
    }
    kmeans_nearest(r->lanes, r->groups, r->d, center, k, r->dist, r->label);
    kmeans_count(r, k, size);
    return kmeans_inertia(r);
}

/* A restart: its centers, and where it is so far. */
struct runner {
    double *center;
    int k;
    double inertia;
};

/* Do they all end in the same place? Then more will, too. */
static bool kmeans_agree(const struct runner best[static FINALISTS])
{
    return best[FINALISTS - 1].k && best[FINALISTS - 1].inertia <= best[0].inertia * (1 + SAME_PLACE);
}

/* Puts it among the best n so far, which are in order; the worst of them leaves, its room goes to *now. */
static void kmeans_rank(struct runner *now, struct runner best[static FINALISTS], int n)
{
    for (int i = 0; i < n; i++)
        if (now->inertia < best[i].inertia) {
            struct runner next = best[i];
            best[i] = *now;
            *now = next;
        }
}

/*
 * The best of the restarts, into m->center, m->k and m->inertia. All run a few rounds, those that are ahead then run to
 * the end.
 */
static void kmeans_restarts(struct rows *r, int k, double tolerance, const struct kmeans_options *o,
                            struct rng *rng, struct kmeans *m)
{
    size_t values = (size_t)k * r->d;
    int heat = o->max_rounds < HEAT_ROUNDS ? o->max_rounds : HEAT_ROUNDS;
    double *sum = mem_new(values * sizeof *sum), *spare = mem_new(r->groups * sizeof *spare);
    struct runner now = { .center = mem_new(values * sizeof *now.center) }, best[FINALISTS];
    for (int i = 0; i < FINALISTS; i++)
        best[i] = (struct runner){ .center = mem_new(values * sizeof *now.center), .inertia = INFINITY };
    for (int i = 0; i < o->restarts && !kmeans_agree(best); i++) {
        now.k = kmeans_start(r, k, rng, now.center, spare);
        now.inertia = kmeans_lloyd(r, now.k, heat, tolerance, now.center, sum, m->size);
        kmeans_rank(&now, best, FINALISTS);
    }
    m->inertia = INFINITY;
    for (int i = 0; i < FINALISTS && best[i].k && (i == 0 || !kmeans_agree(best)); i++) {
        double inertia = kmeans_lloyd(r, best[i].k, o->max_rounds, tolerance, best[i].center, sum, m->size);
        if (inertia < m->inertia) {
            m->inertia = inertia;
            m->k = best[i].k;
            memcpy(m->center, best[i].center, values * sizeof *m->center);
        }
    }
    for (int i = 0; i < FINALISTS; i++)
        mem_free(best[i].center);
    mem_free(now.center);
    mem_free(sum);
    mem_free(spare);
}

/* The columns' means; returns the sum of their variances. */
static double kmeans_moments(const double *x, size_t n, size_t d, double *mean)
{
    double variance = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            mean[j] += x[i * d + j];
    for (size_t j = 0; j < d; j++)
        mean[j] /= (double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            variance += (x[i * d + j] - mean[j]) * (x[i * d + j] - mean[j]);
    return variance / (double)n;
}

/*
 * Draws about `want` rows, one with a chance of half 1 / n and half its share of the variance, by one
 * pass with equal steps. Returns how many; a row drawn more than once is there once.
 *
 *   some    want * d values
 *   weight  want: how many rows each stands for
 */
static size_t kmeans_sample(const double *x, size_t n, size_t d, size_t want, const double *mean,
                            double variance, struct rng *rng, double *some, double *weight)
{
    double reached = rng_unit(rng), taken = 0;
    size_t m = 0;
    for (size_t i = 0; i < n && m < want; i++) {
        double square = 0;
        for (size_t j = 0; j < d; j++)
            square += (x[i * d + j] - mean[j]) * (x[i * d + j] - mean[j]);
        double expected = (double)want / 2 * (1 + (variance > 0 ? square / variance : 1)) / (double)n;
        reached += expected;
        double times = floor(reached) - taken;
        if (times < 1)
            continue;
        taken += times;
        weight[m] = times / expected;
        memcpy(some + m++ * d, x + i * d, d * sizeof *some);
    }
    return m;
}

/* Restarts on a sample of the n rows. True if it found all k centers. */
static bool kmeans_sampled(const double *x, size_t n, int k, size_t want, const double *mean, double variance,
                           const struct kmeans_options *o, struct rng *rng, struct kmeans *m)
{
    size_t d = (size_t)m->d;
    double *some = mem_new(want * d * sizeof *some), *weight = mem_new(want * sizeof *weight);
    size_t drawn = kmeans_sample(x, n, d, want, mean, variance, rng, some, weight);
    struct rows r;
    rows_init(&r, some, weight, drawn, d);
    kmeans_restarts(&r, k, TOLERANCE * variance / (double)d, o, rng, m);
    rows_done(&r);
    mem_free(some);
    mem_free(weight);
    return m->k == k;
}

/* Centers that ended without rows are left out. */
static void kmeans_compact(struct kmeans *m, size_t n)
{
    int to[KMEANS_MAX_K], k = 0;
    size_t d = (size_t)m->d;
    for (int c = 0; c < m->k; c++) {
        to[c] = k;
        if (!m->size[c])
            continue;
        memmove(m->center + (size_t)k * d, m->center + (size_t)c * d, d * sizeof *m->center);
        m->size[k++] = m->size[c];
    }
    for (size_t i = 0; i < n && k < m->k; i++)
        m->label[i] = to[m->label[i]];
    m->k = k;
}

static bool kmeans_usable(const double *x, size_t n)
{
    bool all = true;
    for (size_t i = 0; i < n; i++)
        all &= fabs(x[i]) <= KMEANS_MAX_VALUE; /* false for NaN */
    return all;
}

static void kmeans_search(const double *x, size_t n, int k, const struct kmeans_options *o,
                          struct kmeans *m)
{
    size_t d = (size_t)m->d, sample = SAMPLE_ROWS + SAMPLE_ROWS_PER_CENTER * (size_t)k;
    double *mean = mem_new(d * sizeof *mean), *sum = mem_new((size_t)k * d * sizeof *sum);
    double variance = kmeans_moments(x, n, d, mean), tolerance = TOLERANCE * variance / (double)d;
    struct rng rng;
    struct rows r;
    rng_seed(&rng, o->seed);
    bool started = n > 2 * sample && kmeans_sampled(x, n, k, sample, mean, variance, o, &rng, m);
    rows_init(&r, x, NULL, n, d);
    if (!started)
        kmeans_restarts(&r, k, tolerance, o, &rng, m);
    m->inertia = kmeans_lloyd(&r, m->k, o->max_rounds, tolerance, m->center, sum, m->size);
    memcpy(m->label, r.label, n * sizeof *m->label);
    rows_done(&r);
    mem_free(mean);
    mem_free(sum);
    kmeans_compact(m, n);
}

int kmeans_fit(const double *x, size_t n, int d, int k, const struct kmeans_options *o,
               struct kmeans *out)
{
    struct kmeans_options use = { .restarts = KMEANS_RESTARTS, .max_rounds = 300, .seed = o ? o->seed : 0 };
    if (o && o->restarts)
        use.restarts = o->restarts;
    if (o && o->max_rounds)
        use.max_rounds = o->max_rounds;
    if (n < 1 || n > UINT32_MAX || d < 1 || d > KMEANS_MAX_DIM || k < 1 || k > KMEANS_MAX_K ||
        use.restarts < 1 || use.max_rounds < 1 || !kmeans_usable(x, n * (size_t)d))
        return -EINVAL;
    struct kmeans m = { .k = k, .d = d };
    m.center = mem_new((size_t)k * (size_t)d * sizeof *m.center);
    m.label = mem_new(n * sizeof *m.label);
    m.size = mem_new((size_t)k * sizeof *m.size);
    kmeans_search(x, n, k, &use, &m);
    *out = m;
    return 0;
}

void kmeans_done(struct kmeans *m)
{
    if (!m)
        return;
    mem_free(m->center);
    mem_free(m->label);
    mem_free(m->size);
    *m = (struct kmeans){ 0 };
}

void kmeans_measure(const struct kmeans *m, const double *x, size_t n, int *label, double *square)
{
    size_t d = (size_t)m->d;
    double *lanes = mem_new(LANES * d * sizeof *lanes), dist[LANES];
    for (size_t at = 0; at < n; at += LANES) {
        size_t rows = n - at < LANES ? n - at : LANES;
        int some[LANES];
        lanes_group(x + at * d, rows, d, lanes);
        kmeans_nearest(lanes, 1, d, m->center, m->k, dist, some);
        memcpy(label + at, some, rows * sizeof *label);
        if (square)
            memcpy(square + at, dist, rows * sizeof *square);
    }
    mem_free(lanes);
}

void kmeans_assign(const struct kmeans *m, const double *x, size_t n, int *label)
{
    kmeans_measure(m, x, n, label, NULL);
}

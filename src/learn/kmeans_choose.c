/*
 * kmeans_choose.c - the silhouette, and the number of clusters that it supports.
 *
 * A cloud without any groups has a silhouette, too, when it is cut: 0.07 for 12 independent
 * columns, but 0.6 for a single one, or for 12 that move together. So a fixed level would see
 * groups in one and miss them in the other. The level asked for is what normal clouds of the same
 * covariance reach, cut the same way, and a margin (the idea of SigClust: Liu, Hayes, Nobel and
 * Marron, JASA 2008).
 */
#include "learn/kmeans.h"

#include "base/mem.h"
#include "base/rng.h"
#include "learn/draw.h"
#include "learn/lanes.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define CLOUDS 3
#define CLOUD_ROWS 256

/* Distances of all rows to one point; not squared. */
LANES_WIDE static void silhouette_distances(const double *lanes, size_t groups, size_t d,
                                            const double *at, double *out)
{
    for (size_t g = 0; g < groups; g++, lanes += LANES * d)
        lanes_distance(lanes, d, at, (lanes_four *)(out + g * LANES));
    for (size_t i = 0; i < groups * LANES; i++)
        out[i] = sqrt(out[i]);
}

/* The width of one row, from its sums of distances to the rows of each cluster. */
static double silhouette_width(const double *sum, const size_t *size, int k, int own)
{
    double other = INFINITY;
    for (int c = 0; c < k; c++)
        if (c != own && size[c] && sum[c] / (double)size[c] < other)
            other = sum[c] / (double)size[c];
    double within = size[own] > 1 ? sum[own] / (double)(size[own] - 1) : 0;
    double larger = fmax(within, other);
    return size[own] > 1 && larger > 0 ? (other - within) / larger : 0;
}

static double silhouette_exact(const double *x, size_t n, size_t d, const int *label, int k)
{
    size_t groups = lanes_groups(n), clusters = 0;
    size_t size[KMEANS_MAX_K] = { 0 };
    for (size_t i = 0; i < n; i++)
        clusters += size[label[i]]++ == 0;
    if (clusters < 2)
        return NAN;
    double *lanes = mem_new(groups * LANES * d * sizeof *lanes);
    double *dist = mem_new(groups * LANES * sizeof *dist), total = 0;
    for (size_t g = 0; g < groups; g++)
        lanes_group(x + g * LANES * d, n - g * LANES, d, lanes + g * LANES * d);
    for (size_t i = 0; i < n; i++) {
        double sum[KMEANS_MAX_K] = { 0 };
        silhouette_distances(lanes, groups, d, x + i * d, dist);
        for (size_t j = 0; j < n; j++)
            sum[label[j]] += dist[j];
        total += silhouette_width(sum, size, k, label[i]);
    }
    mem_free(lanes);
    mem_free(dist);
    return total / (double)n;
}

double kmeans_silhouette(const double *x, size_t n, int d, const int *label, int k, uint64_t seed)
{
    if (n <= KMEANS_SILHOUETTE_ROWS)
        return silhouette_exact(x, n, (size_t)d, label, k);
    struct rng rng;
    size_t row[KMEANS_SILHOUETTE_ROWS];
    int some_label[KMEANS_SILHOUETTE_ROWS];
    double *some = mem_new((size_t)d * sizeof row / sizeof *row * sizeof *some);
    rng_seed(&rng, seed);
    draw_rows(&rng, x, n, d, KMEANS_SILHOUETTE_ROWS, some, row);
    for (size_t i = 0; i < KMEANS_SILHOUETTE_ROWS; i++)
        some_label[i] = label[row[i]];
    double mean = silhouette_exact(some, KMEANS_SILHOUETTE_ROWS, (size_t)d, some_label, k);
    mem_free(some);
    return mean;
}

/* The best silhouette of k = 2 .. k_max. *best is the fit, the caller's to release;
 * k = 0 if none has one. */
static double choose_best(const double *x, size_t n, int d, int k_max,
                          const struct kmeans_options *o, struct kmeans *best)
{
    double highest = -INFINITY;
    *best = (struct kmeans){ 0 };
    for (int k = 2; k <= k_max && (size_t)k < n; k++) {
        struct kmeans m;
        if (kmeans_fit(x, n, d, k, o, &m) < 0)
            break;
        double silhouette = kmeans_silhouette(x, n, d, m.label, m.k, o->seed);
        if (silhouette > highest) { /* not for NaN */
            struct kmeans t = *best;
            *best = m;
            m = t;
            highest = silhouette;
        }
        kmeans_done(&m);
    }
    return highest;
}

/*
 * Rows of a normal cloud with the covariance of the n rows at x: each is a sum of them around their
 * mean, with normal weights.
 */
static void choose_cloud(const double *x, size_t n, size_t d, struct rng *rng, size_t rows,
                         double *cloud)
{
    memset(cloud, 0, rows * d * sizeof *cloud);
    for (size_t i = 0; i < rows; i++) {
        double *to = cloud + i * d;
        for (size_t from = 0; from < n; from++) {
            double weight = rng_normal(rng) / sqrt((double)n);
            for (size_t j = 0; j < d; j++)
                to[j] += weight * x[from * d + j];
        }
    }
}

/* Takes the columns' means away. */
static void choose_center(double *x, size_t n, size_t d)
{
    for (size_t j = 0; j < d; j++) {
        double mean = 0;
        for (size_t i = 0; i < n; i++)
            mean += x[i * d + j] / (double)n;
        for (size_t i = 0; i < n; i++)
            x[i * d + j] -= mean;
    }
}

/* The silhouette that has to be reached: more than clouds without groups have. */
static double choose_level(const double *x, size_t n, int d, int k_max,
                           const struct kmeans_options *o)
{
    struct rng rng;
    struct kmeans_options quick = { .restarts = 3, .seed = o->seed };
    size_t rows = n < CLOUD_ROWS ? n : CLOUD_ROWS, values = rows * (size_t)d;
    double *some = mem_new(values * sizeof *some), *cloud = mem_new(values * sizeof *cloud);
    double level = KMEANS_SILHOUETTE_FLOOR;
    rng_seed(&rng, o->seed);
    draw_rows(&rng, x, n, d, rows, some, NULL);
    choose_center(some, rows, (size_t)d);
    for (int i = 0; i < CLOUDS; i++) {
        struct kmeans m;
        choose_cloud(some, rows, (size_t)d, &rng, rows, cloud);
        level = fmax(level,
                     choose_best(cloud, rows, d, k_max, &quick, &m) + KMEANS_SILHOUETTE_MARGIN);
        kmeans_done(&m);
    }
    mem_free(some);
    mem_free(cloud);
    return level;
}

int kmeans_choose(const double *x, size_t n, int d, int k_max, const struct kmeans_options *o,
                  struct kmeans *out, double *silhouette)
{
    const struct kmeans_options defaults = { 0 };
    struct kmeans best, one;
    o = o ? o : &defaults;
    if (k_max < 1 || k_max > KMEANS_MAX_K)
        return -EINVAL;
    int rc = kmeans_fit(x, n, d, 1, o, &one); /* and so everything else is in range, too */
    if (rc < 0)
        return rc;
    double highest = choose_best(x, n, d, k_max, o, &best);
    if (highest >= KMEANS_SILHOUETTE_FLOOR && highest >= choose_level(x, n, d, k_max, o)) {
        kmeans_done(&one);
        *out = best;
        *silhouette = highest;
    } else {
        kmeans_done(&best);
        *out = one;
        *silhouette = NAN;
    }
    return 0;
}

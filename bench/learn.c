/*
 * learn.c - runs one learner on rows from a file, for bench/learn.py.
 *
 *   learn forest ROWS D TREES SEED SCORES    fits and scores, writes the scores
 *   learn extended ROWS D TREES SEED SCORES  the same, of cuts across all columns
 *   learn kmeans ROWS D K SEED               fits with the default options
 *   learn trees ROWS D FIT SEED VALUES       fits to the first FIT rows, writes what is expected for all
 *
 * ROWS holds rows of D doubles as the machine writes them, SCORES gets one double a row; of trees the last
 * column is the target. Prints one JSON line; times are of this process's CPU and of the learner only.
 */
#include "base/auto.h"
#include "base/log.h"
#include "learn/forest.h"
#include "learn/kmeans.h"
#include "learn/trees.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double *read_rows(const char *path, int d, size_t *n)
{
    auto_fclose FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) < 0)
        return NULL;
    size_t values = (size_t)ftell(f) / sizeof(double);
    rewind(f);
    double *x = mem_try(values * sizeof *x);
    if (x && fread(x, sizeof *x, values, f) == values) {
        *n = values / (size_t)d;
        return x;
    }
    mem_free(x);
    return NULL;
}

static int write_values(const char *path, const double *v, size_t n)
{
    auto_fclose FILE *f = fopen(path, "wb");
    return f && fwrite(v, sizeof *v, n, f) == n ? 0 : -EIO;
}

static int bench_forest(const double *x, size_t n, int d, const struct forest_options *o, const char *path)
{
    struct forest *forest;
    auto_free double *score = mem_new(n * sizeof *score);
    double start = cpu_s();
    int rc = forest_grow(x, n, d, o, &forest);
    if (rc < 0)
        return rc;
    double grown = cpu_s();
    forest_score(forest, x, n, score);
    double end = cpu_s();
    forest_free(forest);
    printf("{\"fit_s\": %.6f, \"score_s\": %.6f}\n", grown - start, end - grown);
    return write_values(path, score, n);
}

static int bench_trees(const double *rows, size_t n, int d, size_t fit, uint64_t seed, const char *path)
{
    struct trees *f;
    size_t inputs = (size_t)d - 1;
    auto_free double *x = mem_new((n * inputs + 1) * sizeof *x), *y = mem_new(n * sizeof *y);
    for (size_t i = 0; i < n; i++) {
        memcpy(x + i * inputs, rows + i * (size_t)d, inputs * sizeof *x);
        y[i] = rows[i * (size_t)d + inputs];
    }
    double start = cpu_s();
    int rc = trees_grow(x, y, fit < n ? fit : n, d - 1, &(struct trees_options){ .seed = seed }, &f);
    if (rc < 0)
        return rc;
    double grown = cpu_s();
    trees_predict(f, x, n, y);
    double end = cpu_s();
    trees_free(f);
    printf("{\"fit_s\": %.6f, \"score_s\": %.6f}\n", grown - start, end - grown);
    return write_values(path, y, n);
}

static int bench_kmeans(const double *x, size_t n, int d, int k, uint64_t seed)
{
    struct kmeans m;
    double start = cpu_s();
    int rc = kmeans_fit(x, n, d, k, &(struct kmeans_options){ .seed = seed }, &m);
    if (rc < 0)
        return rc;
    printf("{\"s\": %.6f, \"inertia\": %.17g}\n", cpu_s() - start, m.inertia);
    kmeans_done(&m);
    return 0;
}

static int bench(char **argv, int d, const double *x, size_t n)
{
    int size = atoi(argv[4]);
    uint64_t seed = strtoull(argv[5], NULL, 10);
    if (strcmp(argv[1], "kmeans") == 0)
        return bench_kmeans(x, n, d, size, seed);
    if (strcmp(argv[1], "trees") == 0)
        return bench_trees(x, n, d, (size_t)size, seed, argv[6]);
    int extension = strcmp(argv[1], "extended") == 0 ? FOREST_MAX_EXTENSION : 0;
    return bench_forest(x, n, d, &(struct forest_options){ size, .extension = extension, .seed = seed }, argv[6]);
}

int main(int argc, char **argv)
{
    static const char *const learners[] = { "forest", "extended", "trees", "kmeans" };
    size_t which = 0, n = 0;
    while (argc > 1 && which < 4 && strcmp(learners[which], argv[1]) != 0)
        which++;
    if (argc != (which < 3 ? 7 : which == 3 ? 6 : -1)) {
        fprintf(stderr, "usage: learn forest|extended ROWS D TREES SEED SCORES | learn trees ROWS D FIT SEED VALUES | "
                        "learn kmeans ROWS D K SEED\n");
        return 2;
    }
    int d = atoi(argv[3]);
    auto_free double *x = d > 0 ? read_rows(argv[2], d, &n) : NULL;
    int rc = x ? bench(argv, d, x, n) : -EIO;
    if (rc < 0)
        log_error(rc, "%s of %s: no figures", argv[1], argv[2]);
    return rc < 0;
}

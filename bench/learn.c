/*
 * learn.c - runs one learner on rows from a file, for bench/learn.py.
 *
 *   learn forest ROWS D TREES SEED SCORES    fits and scores, writes the scores
 *   learn kmeans ROWS D K SEED               fits with the default options
 *
 * ROWS holds rows of D doubles as the machine writes them, SCORES gets one double a row. Prints one
 * JSON line; times are of this process's CPU and of the learner only.
 */
#include "base/auto.h"
#include "base/log.h"
#include "learn/forest.h"
#include "learn/kmeans.h"

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

static int bench_forest(const double *x, size_t n, int d, int trees, uint64_t seed, const char *path)
{
    struct forest *forest;
    auto_free double *score = mem_new(n * sizeof *score);
    double start = cpu_s();
    int rc = forest_grow(x, n, d, &(struct forest_options){ .trees = trees, .seed = seed }, &forest);
    if (rc < 0)
        return rc;
    double grown = cpu_s();
    forest_score(forest, x, n, score);
    double end = cpu_s();
    forest_free(forest);
    printf("{\"fit_s\": %.6f, \"score_s\": %.6f}\n", grown - start, end - grown);
    auto_fclose FILE *f = fopen(path, "wb");
    return f && fwrite(score, sizeof *score, n, f) == n ? 0 : -EIO;
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

int main(int argc, char **argv)
{
    bool forest = argc == 7 && strcmp(argv[1], "forest") == 0;
    if (!forest && !(argc == 6 && strcmp(argv[1], "kmeans") == 0)) {
        fprintf(stderr, "usage: learn forest ROWS D TREES SEED SCORES | learn kmeans ROWS D K SEED\n");
        return 2;
    }
    size_t n = 0;
    int d = atoi(argv[3]), size = atoi(argv[4]);
    uint64_t seed = strtoull(argv[5], NULL, 10);
    auto_free double *x = d > 0 ? read_rows(argv[2], d, &n) : NULL;
    int rc = !x ? -EIO : forest ? bench_forest(x, n, d, size, seed, argv[6]) : bench_kmeans(x, n, d, size, seed);
    if (rc < 0)
        log_error(rc, "%s of %s: no figures", argv[1], argv[2]);
    return rc < 0;
}

/*
 * reduce.c - an OpenMP sum of doubles, whose last bits depend on the order in which it was added.
 *
 * Which thread takes which block is decided while it runs (schedule(runtime), which libgomp takes for dynamic,1 unless
 * OMP_SCHEDULE says otherwise), and partial sums are added in the order in which threads end.
 */
#include "load.h"
#include "os/os.h"

#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 1000
#define THREADS 4 /* at least, where nobody says it: with two the order of two sums does not matter */

static double reduce_block(long block)
{
    double sum = 0;
    for (long i = block * BLOCK; i < (block + 1) * BLOCK; i++)
        sum += sqrt((double)i + 0.5) / ((double)(i % 977) + 1);
    return sum;
}

static double reduce_sum(long blocks)
{
    double sum = 0;
#pragma omp parallel for schedule(runtime) reduction(+ : sum)
    for (long i = 0; i < blocks; i++)
        sum += reduce_block(i);
    return sum;
}

static int reduce_run(const struct load_args *args, struct load_result *r)
{
    if (!getenv("OMP_NUM_THREADS") && omp_get_max_threads() < THREADS)
        omp_set_num_threads(THREADS);
    int64_t begin = os_mono_ns();
    double sum = reduce_sum((long)(load_number(args, "terms") / BLOCK));
    double wall_s = (double)(os_mono_ns() - begin) / 1e9;
    uint64_t bits;
    char text[20];
    memcpy(&bits, &sum, sizeof bits);
    snprintf(text, sizeof text, "%016" PRIx64, bits);
    struct load_used used = load_used();
    load_put_text(r, "bits", text);
    load_put(r, "threads", omp_get_max_threads());
    load_put(r, "wall_s", wall_s);
    load_put(r, "cpu_s", used.user_s + used.system_s);
    return 0;
}

static const struct load_option options[] = {
    { "terms", LOAD_NUMBER, 6e7, BLOCK, 1e11, "numbers to be added" },
    { 0 },
};

const struct load load_reduce = {
    .name = "reduce", .doc = "OpenMP, a sum of doubles and its bits; threads by OMP_NUM_THREADS, else at least 4",
    .options = options, .run = reduce_run,
};

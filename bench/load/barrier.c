/*
 * barrier.c - a stencil over an array with two barriers a step, the shape of most numerical OpenMP programs.
 *
 * Between two barriers every thread works for some ten microseconds: on a machine that is shared, a thread that was
 * preempted lets all others wait, and libgomp lets them wait spinning.
 */
#include "load.h"
#include "os/os.h"

#include <errno.h>
#include <omp.h>
#include <stdlib.h>

static double barrier_value(const double *x, long i)
{
    return 0.25 * x[i - 1] + 0.5 * x[i] + 0.25 * x[i + 1];
}

static void barrier_steps(double *a, double *b, long cells, long steps)
{
#pragma omp parallel
    for (long s = 0; s < steps; s++) {
#pragma omp for schedule(static)
        for (long i = 1; i < cells - 1; i++)
            b[i] = barrier_value(a, i);
#pragma omp for schedule(static)
        for (long i = 1; i < cells - 1; i++)
            a[i] = barrier_value(b, i);
    }
}

static int barrier_run(const struct load_args *args, struct load_result *r)
{
    long cells = (long)load_number(args, "cells"), steps = (long)load_number(args, "steps");
    double *a = calloc((size_t)cells, sizeof *a), *b = calloc((size_t)cells, sizeof *b);
    if (!a || !b) {
        free(a);
        free(b);
        load_complain(-ENOMEM, "an array of --cells");
        return -ENOMEM;
    }
    a[cells / 2] = 1;
    int64_t begin = os_mono_ns();
    barrier_steps(a, b, cells, steps);
    double wall_s = (double)(os_mono_ns() - begin) / 1e9;
    struct load_used used = load_used();
    load_put(r, "steps", (double)steps);
    load_put(r, "threads", omp_get_max_threads());
    load_put(r, "wall_s", wall_s);
    load_put(r, "cpu_s", used.user_s + used.system_s);
    load_put(r, "middle", a[cells / 2]); /* also so that nothing of it can be left out */
    free(a);
    free(b);
    return 0;
}

static const struct load_option options[] = {
    { "steps", LOAD_NUMBER, 5000, 1, 1e9, "steps of two barriers each" },
    { "cells", LOAD_NUMBER, 16384, 8, 1e8, "numbers in the array" },
    { 0 },
};

const struct load load_barrier = {
    .name = "barrier", .doc = "OpenMP, two barriers a step; threads by OMP_NUM_THREADS", .options = options,
    .run = barrier_run,
};

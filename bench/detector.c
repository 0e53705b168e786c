/*
 * detector.c - the default detector on machines of which is known what is wrong: see detector.sh.
 *
 *   detector quiet STEP_S SEEDS DAYS    alarms on quiet machines, pooled, against the budget
 *   detector faults STEP_S SEEDS        planted faults that are found
 *   detector cost COLUMNS ROWS          CPU time of a row, memory
 *
 * JSON lines; the exit status is 1 where a bar is missed.
 */
#include "simulated.h"

#include "learn/detector/detector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400.0

static struct detector *fresh(int d, double step_s)
{
    struct detector *m = NULL;
    if (detector_new(d, &(struct detector_options){ .step_s = step_s }, &m) < 0)
        exit(1);
    return m;
}

/* The most events that a rate allows, 95 of 100 times. */
static int poisson_bound(double mean)
{
    double p = exp(-mean), sum = p;
    int k = 0;
    while (sum < 0.95)
        sum += p *= mean / ++k;
    return k;
}

/* Counts the beginnings of alarms among the rows of [from_s, to_s), and when the first was; -1 = none. */
static int alarms(struct detector *m, struct simulated *s, double from_s, double to_s, double *first_s)
{
    double x[SIMULATED_COLUMNS];
    bool before = false;
    int n = 0;
    *first_s = -1;
    for (double t = from_s; t < to_s; t += s->step_s) {
        struct detector_verdict v;
        simulated_row(s, t, x);
        detector_row(m, t, x, &v);
        if (v.alarm && !before && n++ == 0)
            *first_s = t;
        before = v.alarm;
    }
    return n;
}

static int quiet(double step_s, int seeds, double days)
{
    int missed = 0, bound = poisson_bound(seeds * days * DETECTOR_BUDGET);
    for (enum simulated_kind k = 0; k < MACHINE; k++) {
        int n = 0;
        for (int seed = 1; seed <= seeds; seed++) {
            struct simulated s;
            struct detector *m = fresh(SIMULATED_COLUMNS, step_s);
            double first;
            simulated_init(&s, k, step_s, (uint64_t)seed * KINDS + k);
            n += alarms(m, &s, 0, days * DAY_S, &first);
            detector_free(m);
        }
        missed += n > bound;
        printf("{\"bench\":\"quiet\",\"kind\":\"%s\",\"step_s\":%g,\"days\":%g,\"alarms\":%d,\"bound\":%d,"
               "\"met\":%s}\n", simulated_name(k), step_s, seeds * days, n, bound, n > bound ? "false" : "true");
        fflush(stdout);
    }
    return missed;
}

static int faults(double step_s, int seeds)
{
    static const double hours[FAULTS] = { 1, 1, 1, 8, 1, 2, 2 };
    static const double bar[FAULTS] = { 0, 0.9, 0.9, 0.7, 0.9, 0.7, 0.7 };
    int missed = 0;
    for (enum simulated_fault f = FAULT_NONE; f < FAULTS; f++) {
        int found = 0, before = 0;
        double delay = 0, at = 3 * DAY_S;
        for (int seed = 1; seed <= seeds; seed++) {
            struct simulated s;
            struct detector *m = fresh(SIMULATED_COLUMNS, step_s);
            double first;
            simulated_init(&s, MACHINE, step_s, (uint64_t)seed * FAULTS + f);
            simulated_plant(&s, f, at, seed);
            before += alarms(m, &s, 0, at, &first);
            if (alarms(m, &s, at, at + hours[f] * 3600, &first) > 0) {
                found++;
                delay += first - at;
            }
            detector_free(m);
        }
        bool met = found >= bar[f] * seeds;
        missed += !met;
        printf("{\"bench\":\"faults\",\"fault\":\"%s\",\"step_s\":%g,\"found\":%d,\"of\":%d,\"bar\":%g,"
               "\"mean_delay_s\":%.0f,\"false_per_day_before\":%.2f,\"met\":%s}\n",
               simulated_fault_name(f), step_s, found, seeds, bar[f], found ? delay / found : 0, before / (3.0 * seeds),
               met ? "true" : "false");
        fflush(stdout);
    }
    return missed;
}

static int cost(int d, int rows)
{
    struct detector *m = fresh(d, 1);
    struct rng r;
    struct timespec from, to;
    double *x = malloc((size_t)d * (size_t)rows * sizeof *x);
    if (!x)
        return 1;
    rng_seed(&r, 1);
    for (int i = 0; i < d * rows; i++)
        x[i] = rng_normal(&r);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (int i = 0; i < rows; i++) {
        struct detector_verdict v;
        detector_row(m, i, x + (size_t)i * (size_t)d, &v);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double s = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
    printf("{\"bench\":\"cost\",\"columns\":%d,\"us_per_row\":%.2f,\"bytes\":%zu}\n", d, s * 1e6 / rows,
           detector_bytes(m));
    free(x);
    detector_free(m);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && !strcmp(argv[1], "quiet"))
        return quiet(atof(argv[2]), atoi(argv[3]), atof(argv[4])) > 0;
    if (argc == 4 && !strcmp(argv[1], "faults"))
        return faults(atof(argv[2]), atoi(argv[3])) > 0;
    if (argc == 4 && !strcmp(argv[1], "cost"))
        return cost(atoi(argv[2]), atoi(argv[3]));
    fputs("usage: detector quiet STEP_S SEEDS DAYS | faults STEP_S SEEDS | cost COLUMNS ROWS\n", stderr);
    return 2;
}

/*
 * workload_features.c - the table of features.
 *
 * Amounts of work, how it is spread over time, and ratios that say what kind of work a second of processor time was:
 * faults, switches and kernel time of it, the size of a write.
 */
#include "analyze/workload/workload_features.h"

#include <math.h>
#include <string.h>

#define FLOOR 0.25 /* in asinh and logarithms: a quarter more or less is nothing */

enum shape {
    AMOUNT,   /* asinh(value / unit) */
    PER_CORE, /* the same of value / cores */
    RATIO,    /* log((value + unit) / (value of `other` + other_unit)) */
};

static const struct feature_row {
    const char *name, *metric;
    enum statistic statistic;
    enum shape shape;
    double unit;
    const char *other;
    double other_unit;
    bool graphics; /* 0 where there is no such metric; hard */
} rows[] = {
    { "cpu", "cpu.util", STATISTIC_MEAN, AMOUNT, .unit = 0.3 },
    { "cpu.spread", "cpu.util", STATISTIC_SPREAD, AMOUNT, .unit = 0.3 },
    { "cpu.peak", "cpu.util", STATISTIC_PEAK, AMOUNT, .unit = 1 },
    { "system.share", "cpu.system", STATISTIC_MEAN, RATIO, .unit = 0.05, .other = "cpu.util", .other_unit = 0.1 },
    { "iowait", "cpu.iowait", STATISTIC_MEAN, AMOUNT, .unit = 0.2 },
    { "forks.peak", "process.forks.rate", STATISTIC_PEAK, AMOUNT, .unit = 0.5 },
    { "switches", "cpu.context_switches.rate", STATISTIC_MEAN, PER_CORE, .unit = 20 },
    { "switches.spread", "cpu.context_switches.rate", STATISTIC_SPREAD, PER_CORE, .unit = 20 },
    { "switches.work", "cpu.context_switches.rate", STATISTIC_MEAN, RATIO, .unit = 10, .other = "cpu.util", .other_unit = 0.2 },
    { "interrupts", "cpu.interrupts.rate", STATISTIC_MEAN, PER_CORE, .unit = 20 },
    { "faults.work", "memory.faults.rate", STATISTIC_MEAN, RATIO, .unit = 10, .other = "cpu.util", .other_unit = 0.2 },
    { "faults.major", "memory.faults.major.rate", STATISTIC_MEAN, AMOUNT, .unit = 1 },
    { "memory.moved", "memory.util", STATISTIC_SPREAD, AMOUNT, .unit = 0.05 },
    { "cache.moved", "memory.cached", STATISTIC_SPREAD, AMOUNT, .unit = 1e6 },
    { "read", "disk.read.rate{total}", STATISTIC_MEAN, AMOUNT, .unit = 1e4 },
    { "reads", "disk.reads.rate{total}", STATISTIC_MEAN, AMOUNT, .unit = 0.5 },
    { "written", "disk.write.rate{total}", STATISTIC_MEAN, AMOUNT, .unit = 1e4 },
    { "writes", "disk.writes.rate{total}", STATISTIC_MEAN, AMOUNT, .unit = 0.5 },
    { "write.size", "disk.write.rate{total}", STATISTIC_MEAN, RATIO, .unit = 1e4, .other = "disk.writes.rate{total}", .other_unit = 1 },
    { "disk", "disk.util{total}", STATISTIC_MEAN, AMOUNT, .unit = 0.3 },
    { "wait.cpu", "pressure.cpu.some", STATISTIC_MEAN, AMOUNT, .unit = 0.2 },
    { "wait.io", "pressure.io.some", STATISTIC_MEAN, AMOUNT, .unit = 0.2 },
    { "graphics", "gpu.util", STATISTIC_MEAN, AMOUNT, .unit = 5, .graphics = true },
    { "encoder", "gpu.encoder.util", STATISTIC_MEAN, AMOUNT, .unit = 5, .graphics = true },
};

int workload_features(void)
{
    return sizeof rows / sizeof *rows;
}

const char *workload_feature_name(int feature)
{
    return rows[feature].name;
}

const char *workload_feature_metric(int feature)
{
    return rows[feature].metric;
}

bool workload_feature_is_hard(int feature)
{
    return rows[feature].graphics;
}

double workload_feature_floor(int feature)
{
    return rows[feature].graphics ? 1 : FLOOR;
}

int workload_feature_find(const char *name)
{
    for (int i = 0; i < workload_features(); i++)
        if (strcmp(rows[i].name, name) == 0)
            return i;
    return -1;
}

void workload_features_watch(struct watch *w, int *input)
{
    for (int i = 0; i < workload_features(); i++) {
        input[2 * i] = watch_add(w, rows[i].metric);
        input[2 * i + 1] = rows[i].other ? watch_add(w, rows[i].other) : -1;
    }
}

static double feature_value(const struct feature_row *f, const struct watch *w, const int *input)
{
    double v = watch_statistic(w, input[0], f->statistic);
    int cores = watch_cores(w);
    if (f->graphics && isnan(v))
        return 0;
    if (f->shape == RATIO) {
        double of = watch_statistic(w, input[1], STATISTIC_MEAN), ratio = (v + f->unit) / (of + f->other_unit);
        return ratio > 0 ? log(ratio) : (double)NAN; /* a file may have anything */
    }
    if (f->shape == PER_CORE)
        v = cores ? v / cores : (double)NAN;
    return asinh(v / f->unit);
}

void workload_features_take(const struct watch *w, const int *input, double *out)
{
    for (int i = 0; i < workload_features(); i++)
        out[i] = feature_value(&rows[i], w, input + 2 * i);
}

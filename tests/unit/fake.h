/*
 * A recording made up in memory: metrics, then rows, then values.
 *
 *     struct recording *r = fake_new(1);
 *     fake_metric(r, "cpu.util", NULL, UNIT_PERCENT);
 *     fake_rows(r, 60);
 *     fake_set(r, "cpu.util", 0, 60, 3);
 *     recording_free(r);
 */
#ifndef TESTS_UNIT_FAKE_H
#define TESTS_UNIT_FAKE_H

#include "base/rng.h"
#include "core/recording.h"

struct recording *fake_new(double step_s);

/* A gauge. Returns its slot. */
int fake_metric(struct recording *r, const char *name, const char *inst, enum unit unit);

/* Adds n rows of NaN, one step apart, from 2026-01-05T10:00:00Z on. No metric after this. */
void fake_rows(struct recording *r, size_t n);

/* The column of a metric, to be written to. */
double *fake_col(struct recording *r, const char *name, const char *inst);

/* One value for the rows from..to-1. */
void fake_set(struct recording *r, const char *name, size_t from, size_t to, double v);

/* Adds normal noise to the rows from..to-1. */
void fake_noise(struct recording *r, const char *name, size_t from, size_t to, double sd, struct rng *g);

/* A process in the tables of the rows from..to-1; rows must come in order. */
void fake_procs(struct recording *r, size_t row, const struct proc_use *u, size_t n);

/* A machine of two cores and 8 GB at rest for n rows at 1 Hz:
 * cpu, memory, disk, network, forks, pressure. */
struct recording *fake_machine(size_t n, uint64_t seed);

#endif

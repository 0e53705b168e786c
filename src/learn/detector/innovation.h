/*
 * What is new in a row: how far each column is from what the row before and the usual level say.
 *
 * Every column is predicted by ridge regression on all columns' last values and slow means (a vector
 * autoregression of order one with a moving average), from moments that are kept up to date, so the
 * model follows the machine. Columns that come together are predicted together, at most
 * INNOVATION_GROUP at a time: memory and time grow with the columns, not with their square.
 *
 * The error is told twice: against the past alone, and against the past and the errors of the other
 * columns at the same instant. The second sees when columns that always moved together no longer do.
 */
#ifndef LEARN_INNOVATION_H
#define LEARN_INNOVATION_H

#include "learn/detector/pack.h"

#define INNOVATION_GROUP 64 /* columns */
#define INNOVATION_WARM 64  /* rows until the first model; no errors before */
#define INNOVATION_FAR 30.0 /* deviations: what is further counts as so far */

struct innovation_group;

struct innovation {
    int d, n_groups, begun; /* columns that were known once */
    struct innovation_group *group;
    double memory;    /* rows that moments reach back */
    double n;         /* rows learned */
    double *u;        /* of the last row, in units of the model: (x - ref) / unit */
    double *ref, *unit;
    double *prev, *slow; /* the row before, and slow means, likewise */
    double *low, *high;  /* of what was known, likewise: what is not known stays within */
    double *known;    /* rows in which the column was known */
    double *expected; /* of the last row, in units of the model */
    double *var;      /* of the errors, likewise */
    double *error;    /* of the last row, in deviations; 0 = not known, or not for long enough */
    double *apart;    /* given the other columns' errors; 0 likewise */
};

/* memory: rows, >= 1000. Errors: -ENOMEM. */
int innovation_init(struct innovation *m, int d, double memory);
void innovation_done(struct innovation *m);

/* The next row: fills error and apart, then learns. A NaN is not known. Returns whether there was a model. */
bool innovation_row(struct innovation *m, const double *x);

/* The row that comes is not the one after the last: predicts from slow means. */
void innovation_gap(struct innovation *m);

/* In the column's unit: the last row, what was expected of it, and the deviation of errors. */
double innovation_value(const struct innovation *m, int j);
double innovation_expected(const struct innovation *m, int j);
double innovation_deviation(const struct innovation *m, int j);

size_t innovation_bytes(const struct innovation *m);
void innovation_pack(struct innovation *m, struct pack *p);

#endif

/*
 * What the learnt part of the workload classifier sees of a minute: some two dozen numbers of the hardware, made alike
 * for machines of all sizes. Amounts are asinh(value / unit): as a logarithm where they are large, linear near 0, so
 * that "twice as much" counts the same everywhere; what every core adds to is divided by the cores.
 */
#ifndef ANALYZE_WORKLOAD_FEATURES_H
#define ANALYZE_WORKLOAD_FEATURES_H

#include "analyze/workload/watch.h"

#include <stdbool.h>

int workload_features(void); /* how many, at most CLASSES_MAX_DIM */
const char *workload_feature_name(int feature);      /* "forks.peak" */
const char *workload_feature_metric(int feature);    /* the one it is made of, or the first of two */
bool workload_feature_is_hard(int feature);          /* learn/classes.h: a large difference is never passed over */
double workload_feature_floor(int feature);          /* the smallest scale that makes sense */
int workload_feature_find(const char *name);         /* -1: there is none */

/* Adds its metrics to a watch; input[] has room for two for each feature. */
void workload_features_watch(struct watch *w, int *input);

/* The features of the window now, NaN where not known. A machine without graphics has 0 of those. */
void workload_features_take(const struct watch *w, const int *input, double *out);

#endif

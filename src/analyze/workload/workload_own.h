/* What workload.c, workload_set.c and workload_summary.c share; others see workload.h. */
#ifndef ANALYZE_WORKLOAD_OWN_H
#define ANALYZE_WORKLOAD_OWN_H

#include "analyze/workload/watch.h"
#include "analyze/workload/workload.h"
#include "analyze/workload/workload_model.h"

struct workload_set {
    int n;
    struct category category[WORKLOAD_CATEGORIES];
    int from[WORKLOAD_CATEGORIES]; /* who added it: 0 the program, else a folder of a person */
    struct classes *learnt;        /* labels are categories; n = 0 where nothing was learnt */
    char (*of)[WORKLOAD_OF_MAX];   /* what each prototype of `learnt` was made of: a program, a session */
    size_t cap_of;
};

struct workload {
    const struct workload_set *set;
    struct workload_options o;
    struct watch *watch;
    int *evidence;          /* inputs: evidence[k * CATEGORY_EVIDENCE + i] */
    int *feature;           /* inputs, two for each feature */
    const struct schema *schema; /* of the last tick; for units in words */
    bool begun;
    int64_t due_ns, wall_ms, mono_ns, answered_ns;
    bool answered, sees;    /* sees: some of the metrics that it goes by are known */
    double *scores, none;   /* smoothed */
    double *fresh, fresh_none; /* of this update */
    double *degree;         /* of each evidence at this update, as `evidence` */
    double *against;        /* what speaks for each answer, and as the last for none, against the one that stands */
    struct workload_answer now;
};

#endif

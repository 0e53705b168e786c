/* What workload.c and workload_set.c share; others see workload.h. */
#ifndef ANALYZE_WORKLOAD_SET_H
#define ANALYZE_WORKLOAD_SET_H

#include "analyze/workload.h"
#include "analyze/workload_model.h"

struct workload_set {
    int n;
    struct category category[WORKLOAD_CATEGORIES];
    bool own[WORKLOAD_CATEGORIES]; /* was added by a person */
    struct classes *learnt;        /* labels are categories; n = 0 where nothing was learnt */
};

/* Puts a model in place of all that was learnt: for the bench that makes it. */
void workload_set_model(struct workload_set *s, const struct workload_model *m);

#endif

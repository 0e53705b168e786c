/* Which state a machine was in, and which kind of work it did, as stretches in the order of time. */
#ifndef SERVE_STAYS_H
#define SERVE_STAYS_H

#include "analyze/report.h"

struct stay {
    int64_t from_ms, to_ms;
    int state;             /* its id; of states */
    const char *category;  /* of kinds of work; borrowed */
    double confidence;     /* 0..1, the mean over the stay; of kinds of work */
};

void stays_of_states(const struct recording *rec, const struct states *s,
                     void (*each)(void *self, const struct stay *x), void *self);

/* Of the kinds of work that `how` has; without any there are none. */
void stays_of_work(const struct recording *rec, const struct analyze_options *how,
                   void (*each)(void *self, const struct stay *x), void *self);

#endif

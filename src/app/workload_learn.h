/*
 * The classifier learns from the sessions that a person labelled with the name of a category: of each, a few minutes
 * spread over its length become prototypes, in DATA/models/workload. Nothing of it leaves the machine, and no
 * sample is in it.
 */
#ifndef APP_WORKLOAD_LEARN_H
#define APP_WORKLOAD_LEARN_H

#include "analyze/workload/workload.h"
#include "app/archived.h"

#define WORKLOAD_LEARNT "workload" /* the name of the model: app/models.h */
#define WORKLOAD_LEARN_SLICES 8   /* of a session, at most */
#define WORKLOAD_LEARN_SLICE_S 120
#define WORKLOAD_LEARN_SESSIONS 256 /* at most: what they give fits into one model (workload_model.h) */

struct workload_learnt {
    int sessions, prototypes;
    int too_short;               /* sessions that are labelled, but hold too little */
    int left_out;                /* sessions beyond WORKLOAD_LEARN_SESSIONS, the oldest */
    int of_session;              /* prototypes of the one that was asked for */
};

/*
 * Learns anew from all that is labelled. The file is written whole or not at all; without a labelled session it has no
 * prototypes. `session`: whose prototypes are counted apart, NULL = of none. 0, or a silent error, and the file is as
 * it was: -ENODATA where labels are not known, or of the index, of the files, of writing (app/models.h).
 */
int workload_learn(struct look *v, const struct workload_set *s, const char *session, struct workload_learnt *out);

/* Says why nothing was learnt; `dir` is the archive's. */
void workload_say_unlearnt(const char *dir, int rc);

/* A warning about sessions that were left out, if there are any. */
void workload_say_left_out(const struct workload_learnt *l);

#endif

/*
 * Rights that are borrowed: steps of a plan that nothing keeps from being set but a right, set through the helper where
 * it runs. Where it does not run, or ends meanwhile, they are left with a sentence, and the program runs all the same.
 */
#ifndef APP_POLICY_BORROWED_H
#define APP_POLICY_BORROWED_H

#include "policy/helper/helper.h"

struct borrowed { /* begins as { 0 } */
    struct helper *helper;  /* NULL: none */
    bool asked;             /* for a helper, once */
    bool lost;              /* it ended meanwhile, and had set something */
    int set;                /* steps that it set */
    char why[KNOB_WHY];     /* there is none: why not */
};

/*
 * Tries those steps of the machine and of GPUs, or with n > 0 those of processes, of each of these: what became of the
 * first is in the step. The first call that has any connects, for `about`.
 */
void borrowed_apply(struct borrowed *b, const struct transaction_about *about, struct plan *p, const int32_t *pid,
                    size_t n);

/* Lets the helper undo them, and adds how that went. */
void borrowed_end(struct borrowed *b, struct undone *out);

#endif

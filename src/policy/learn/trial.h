/* One run of a command under an arm, measured: what learning.h is given to try arms with. */
#ifndef POLICY_TRIAL_H
#define POLICY_TRIAL_H

#include "policy/learn/measure.h"
#include "policy/plan.h"
#include "policy/undo/journal.h"

#define TRIAL_OUTPUT_MAX (4 << 20) /* bytes at the end of the standard output that a number is sought in */

struct trial {
    const struct machine *machine;
    const struct measure *measure;
    const char *const *argv;       /* to a NULL */
    struct journal *journal;       /* for knobs of groups and the system; NULL: arms with such fail */
    bool system, rt;
    uint64_t since;          /* of tasks_now(), when the first run began: older children are somebody else's */
    int status;              /* of the last run, as a shell has it */
    double wall_s, cpu_s;
    char why[KNOB_WHY];      /* why it failed: its last words on standard error, or what is wrong with its number */
};

/*
 * Runs it. Its standard input is empty; what it prints is read and not shown. After bound_s seconds it is ended with
 * all that it started. 0; -ETIMEDOUT it was ended; -EINTR a person ended it by a signal; -ECHILD its status is not 0;
 * -ENODATA the metric is not in what it printed; -ECANCELED a step of the arm did not take; errors of launch_start().
 */
int trial_run(struct trial *t, const char *arm, double bound_s, double *value, double *wall_s);

#endif

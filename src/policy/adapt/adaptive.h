/*
 * The adaptive runtime: looks at the programs that a person named at the end of each window, asks adapt.h what is to be
 * done, does it through the journal, and says so. Everything that it set is set back when it is freed, and by whoever
 * opens the journal next where it was killed.
 *
 * It runs on one thread and reads no clock.
 */
#ifndef POLICY_ADAPTIVE_H
#define POLICY_ADAPTIVE_H

#include "core/event.h"
#include "policy/adapt/adapt.h"
#include "policy/machine.h"
#include "policy/plan.h"
#include "policy/undo/journal.h"

/* How it makes plans and carries them out: plan.h and journal.h, but in tests. */
struct adaptive_hands {
    int (*plan)(const struct plan_options *o, struct plan *out, char why[static KNOB_WHY]);
    int (*begin)(struct journal *j, const struct transaction_about *a, struct transaction **out);
    int (*apply)(struct transaction *t, struct step *s);
    int (*end)(struct transaction *t, struct undone *out);
    int (*tell)(struct transaction *t, const char *text); /* NULL: nobody keeps it */
};

/* What trials of a program found on this machine. */
enum adaptive_recalled { ADAPTIVE_UNKNOWN, ADAPTIVE_DEFAULT, ADAPTIVE_ARM };

struct adaptive_options {
    const char *root;             /* of the machine */
    uint32_t uid;                 /* for whom: as of guarded_is() */
    struct adapt_wishes wishes;
    struct adapt_limits limits;
    const char *const *trees;     /* n_trees globs of names of processes; copied */
    size_t n_trees;
    bool system;                  /* may knobs of the whole machine be set? Under a thermal guard only with a sensor */
    bool hides_names;             /* of programs, in what is said */
    struct adaptive_hands hands;
    struct journal *journal;      /* borrowed */
    /* Has it been tried? An arm that won is taken in place of what the goal asks for; where default won, nothing is.
     * NULL: nobody knows. */
    enum adaptive_recalled (*recall)(void *self, const struct machine *m, enum goal goal, int32_t pid,
                                     char arm[static PLAN_ARM_MAX]);
    void (*say)(void *self, enum severity severity, const char *text); /* one sentence */
    void *self;
};

struct adaptive;

struct adaptive *adaptive_new(const struct adaptive_options *o);
void adaptive_free(struct adaptive *x); /* undoes everything, and says it */

/* What somebody else changed in this boot, as the journal knows it: it is not touched. */
void adaptive_release(struct adaptive *x, const char *knob, const char *inst, int32_t pid);

/*
 * A window is over.
 *
 *   at_ms    its end, by a clock that never goes back
 *   class    the kind of work by the classifier, "" not known
 *   stopped  as in struct adapt_window
 *   m        the machine now
 */
void adaptive_window(struct adaptive *x, int64_t at_ms, const char *class, double stopped, const struct machine *m);

struct adaptive_state {
    int goal;                     /* that is wanted now; -1 none */
    int trees, followed;          /* programs that were found, and of them those for which something is set */
    int changes;                  /* in the last hour */
    const char *held_by;          /* "heat", ...; NULL nothing */
};
void adaptive_state(const struct adaptive *x, struct adaptive_state *out);

#endif

/*
 * Successive halving: which of some arms is the best, in a given number of trials.
 *
 * Three rounds. All arms are tried once, the better ones twice more, the best of those four times more; values are
 * compared by their medians on the log scale, of all rounds. Arm 0 is default: it is in every round. A round goes
 * through its arms once for each repeat, each time in another random order, so that what comes and goes on the machine
 * meets all of them alike.
 *
 * It holds no clock and runs nothing: halving_next() says which arm is to be tried, the caller tries it and says by
 * halving_put() what came of it.
 *
 * Source: Karnin, Koren and Somekh, "Almost optimal exploration in multi-armed bandits", ICML 2013, with repeats that
 * grow and medians in place of means, which one long run would decide.
 */
#ifndef LEARN_HALVING_H
#define LEARN_HALVING_H

#include "base/rng.h"

#include <stdbool.h>
#include <stddef.h>

#define HALVING_ARMS 32   /* default counted */
#define HALVING_VALUES 32 /* of an arm at most */
#define HALVING_ROUNDS 3

enum halving_fate {
    HALVING_IN,
    HALVING_BEHIND, /* others were better when a round ended */
    HALVING_SLOW,   /* its median is above the bound */
    HALVING_FAILED, /* a trial of it failed */
    HALVING_UNTRIED,/* the budget has no trial for it */
};

struct halving_arm {
    enum halving_fate fate;
    int n;                        /* values */
    double value[HALVING_VALUES]; /* INFINITY: ended at the bound */
};

struct halving {
    struct halving_arm arm[HALVING_ARMS];
    int arms;                     /* default counted */
    int repeats[HALVING_ROUNDS], wide[HALVING_ROUNDS]; /* arms in each round, default counted */
    double prune;
    /* ---- its own ---- */
    struct rng rng;
    int round, repeat, at, turns; /* at: of the order */
    int order[HALVING_ARMS];
    double known[HALVING_VALUES]; /* of default from before the search */
    int n_known, trials;
    bool is_over;
};

struct halving_options {
    int arms;       /* 1 .. HALVING_ARMS, default counted; the more promising first: where the budget is small the
                     * last are not tried */
    int budget;     /* trials, at least HALVING_LEAST */
    double prune;   /* an arm goes when its median is above so many times default's; 0 = 3 */
    uint64_t seed;
};

#define HALVING_LEAST 14 /* trials: one arm and default through all rounds */

/* Plans the rounds. h is the caller's and holds nothing that is to be released. */
void halving_init(struct halving *h, const struct halving_options *o);

/* A value of default from before, for the bound alone. Positive and finite. */
void halving_know(struct halving *h, double value);

/*
 * The arm to be tried now, or -1: it is over. *bound: above it the trial may be ended and put as INFINITY; INFINITY
 * itself as long as nothing is known of default. For default there is none. The same again until halving_put().
 */
int halving_next(struct halving *h, double *bound);

/* What came of it: positive; INFINITY it was ended at the bound; NaN it failed. Default must not fail: -1 then, and it
 * is over. */
int halving_put(struct halving *h, double value);

/* Ends it early: what is known now decides. */
void halving_stop(struct halving *h);

/* How many trials were made; never above the budget. How many it takes if no arm goes early. */
int halving_trials(const struct halving *h);
int halving_cost(const struct halving *h);

/* The median of an arm on the log scale; NaN without a value, INFINITY where most were ended. */
double halving_median(const struct halving *h, int arm);

/* The arm with the least median among those that came furthest, default too; 0 where none is better. Those of equal
 * median: the first. */
int halving_best(const struct halving *h);

const char *halving_fate_name(enum halving_fate f); /* "in", "behind", "slow", "failed", "untried" */

#endif

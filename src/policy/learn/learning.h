/*
 * Finds out by trials which knobs serve a command best on this machine: which arm is better than default, or none.
 *
 * Three phases. Default against itself shows how much two batches of the same differ, and so what can be seen at all.
 * A search by halving picks the arm that looks best; where default's runs differ so much that hardly a gain could be
 * seen, one whose own runs do not, and are better than most of default's (what waits at a barrier for a thread that
 * does not run takes ten times as long, or not). Fresh pairs of that arm and default decide (learn/paired.h): what
 * was picked among many looks better than it is. When unsure default is kept.
 *
 * It runs nothing itself: trial() does, which a test can stand in for.
 */
#ifndef POLICY_LEARNING_H
#define POLICY_LEARNING_H

#include "learn/halving.h"
#include "learn/paired.h"
#include "policy/plan.h"

#define LEARNING_SAME 6          /* trials of default against itself, in two batches */
#define LEARNING_BUDGET 24       /* of the search, where runs are alike */
#define LEARNING_BUDGET_NOISY 72 /* where they differ much */
#define LEARNING_BUDGET_MAX 120
#define LEARNING_PAIRS 10
#define LEARNING_PAIRS_MIN 7
#define LEARNING_PAIRS_MAX 40
#define LEARNING_TRIALS (LEARNING_SAME + LEARNING_BUDGET_MAX + 2 * LEARNING_PAIRS_MAX)
#define LEARNING_GAIN 1.05       /* what is less does not matter */
#define LEARNING_CALM 1.2        /* a gain that can be seen, up to which the search takes no more trials */
#define LEARNING_VISIBLE_MAX 4.0 /* where a gain below it cannot be seen, an arm must stand out from default's runs */
#define LEARNING_SPARE_S 2.0     /* of a short program so much may be lost in all, whatever share that is */
#define LEARNING_ENOUGH_S 1.0    /* and no run is ended before */
#define LEARNING_WHY 300

struct learning_arm {
    char text[PLAN_ARM_MAX]; /* "": default, as arm 0 always is */
    char what[48];           /* "the latency preset", "one knob" */
    int cost;                /* sum of enum knob_cost */
    enum knob_risk risk;     /* the largest */
    bool shared;             /* has knobs that do not end with the program: of groups, the system, GPUs */
};

enum learning_phase { PHASE_SAME, PHASE_SEARCH, PHASE_PAIRS };

struct learning_trial {
    enum learning_phase phase;
    int arm;
    double value;   /* smaller is better; INFINITY: ended at the bound; NaN: it failed */
    double wall_s;
    double bound_s; /* INFINITY: none */
    int64_t at_ms;
};

struct learning;

struct learning_options {
    const struct learning_arm *arm; /* the more promising first, after default; borrowed */
    int arms;                       /* 1 .. HALVING_ARMS */
    int budget;                     /* trials of the search; 0: as many as the noise asks for */
    int pairs;
    double gain;                    /* the least that counts, 1.05 */
    double max_regret;              /* above 0; 0.2: all trials together take at most 20 % longer than all of default */
    uint64_t seed;

    /*
     * Tries an arm and measures: *value positive, smaller is better, and how long it took. It may be ended after
     * bound_s seconds. 0; -ETIMEDOUT it was ended, of which *wall_s is set; -EINTR a person ended it all; another
     * error: it failed.
     */
    int (*trial)(void *self, const struct learning_arm *arm, double bound_s, double *value, double *wall_s);

    /* Tells of the last trial after it was taken into account; NULL for nobody. */
    void (*told)(void *self, const struct learning *l);
    void *self;
};

enum learning_verdict {
    LEARNING_ACCEPTED,
    LEARNING_KEPT,    /* default: `reason` says why */
    LEARNING_NOISY,   /* default, without pairs */
    LEARNING_STOPPED, /* by a person */
    LEARNING_FAILED,  /* default itself failed: nothing was learned */
};

struct learning {
    enum learning_verdict verdict;
    int best;                   /* the arm that pairs were made of; 0: none came so far */
    struct paired_noise noise;  /* of default; zeros where it did not come so far */
    struct paired_rule rule;    /* that decided */
    struct paired pairs;
    struct halving search;
    int budget;                 /* of the search; 0 before the noise is known */
    struct learning_trial trial[LEARNING_TRIALS];
    int trials;
    double wall_s;              /* default's median */
    double regret_s, allowed_s; /* time lost to slower arms, and how much may be */
    char reason[LEARNING_WHY];  /* a sentence */
};

/* How many trials it takes in all with a budget of the search; at most, where `budget` is 0. */
int learning_trials(const struct learning_options *o, int budget);

/* Does it all. *out is the caller's and holds nothing that is to be released; about 100 KB. */
void learning_run(const struct learning_options *o, struct learning *out);

const char *learning_phase_name(enum learning_phase p); /* "same", "search", "pairs" */
const char *learning_verdict_name(enum learning_verdict v); /* "accepted", "default", "noisy", "stopped", "failed" */

/*
 * The arms for a goal: default, the presets of all goals, that of this goal first, each of their knobs alone, and those
 * that help some programs and harm others. Only what can be set here and is not so already, each once.
 *
 *   o    machine, system and rt count
 *   out  cap of them
 *
 * For precision the preset is the least that is asked: it is default, and in every arm. Returns the count.
 */
int learning_arms(enum goal goal, const struct plan_options *o, struct learning_arm *out, int cap);

#endif

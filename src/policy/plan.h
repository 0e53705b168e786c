/*
 * A plan: which knobs are to be set, where, to what, and why. Making one reads and never writes.
 *
 * An arm is a plan as text, "session=own autogroup=-10 omp.wait=passive": how a person names knobs, how the learner
 * counts them and how a result is kept.
 */
#ifndef POLICY_PLAN_H
#define POLICY_PLAN_H

#include "policy/goal.h"
#include "policy/knob.h"
#include "policy/machine.h"

#define PLAN_ARM_MAX 512

enum evidence {
    EVIDENCE_PRINCIPLE, /* documents of the kernel or the library say so */
    EVIDENCE_MEASURED,  /* measured by us on other machines: docs/POLICY.md */
    EVIDENCE_LEARNED,   /* measured on this machine, for work of this kind */
    EVIDENCE_ASKED,     /* a person named it */
};

enum step_state {
    STEP_PLANNED,
    STEP_DONE,
    STEP_SAME,    /* it was so already */
    STEP_LEFT,    /* not tried: `note` says why (no right, no such thing, somebody else's) */
    STEP_REFUSED, /* the kernel refused it */
};

struct step {
    const struct knob *knob;
    struct place place;          /* pid 0 of KNOB_PROCESS: the program that is about to start */
    char value[KNOB_VALUE_MAX];  /* what it shall be */
    char old[KNOB_VALUE_MAX];    /* what it was; "" not known */
    char now[KNOB_VALUE_MAX];    /* what was read back; "" before */
    char why[KNOB_WHY];          /* one sentence */
    char note[KNOB_WHY];         /* of STEP_LEFT and STEP_REFUSED */
    enum evidence evidence;
    enum step_state state;
    bool is_spare;               /* of STEP_LEFT: there is no such thing here, or it is of the machine and --system was
                                  * not given; --strict goes on without it, unless a person named it */
    bool lacks_right;            /* of STEP_LEFT and STEP_REFUSED: nothing is in the way but a right that we have not */
};

struct plan {
    const char *root;            /* of the machine; borrowed */
    enum goal goal;
    bool has_goal;               /* false: only knobs that a person named */
    char group[KNOB_INST_MAX];   /* of a control group that it makes for the program; "" none */
    struct step *step;           /* n, in the order in which they are to be set */
    size_t n, cap;
    struct buf notes;            /* one line each: what more there would be, and what it takes */
    double cost_factor;          /* how much longer the work is expected to take on a machine at rest; 1 = not */
    char cost[KNOB_WHY];         /* that in words, said before the start; "" */
};

struct plan_options {
    const struct machine *machine;
    int goal;                    /* enum goal, or -1: none */
    const char *arm;             /* knobs that a person named, over those of the goal, or that were learned, in their
                                  * place; NULL none */
    enum evidence arm_evidence;
    const char *work;            /* class of the program, as struct signature has it; NULL: not known */
    bool system;                 /* may knobs of groups, the system and GPUs be set? */
    bool rt;                     /* may a real-time class be set? */
    int32_t pid;                 /* of a running tree; 0: of a program that is about to start */
};

/*
 * Makes one. *out is the caller's, to be released with plan_done(), also after an error. -EINVAL and why: the arm names
 * an unknown knob, or a value that cannot be.
 */
int plan_make(const struct plan_options *o, struct plan *out, char why[static KNOB_WHY]);
void plan_done(struct plan *p);

/* Adds a step, of the instance "". The texts are copied. Returns it, valid until the next is added. */
struct step *plan_add(struct plan *p, const struct knob *k, const char *value, enum evidence e, const char *why);

/*
 * The same for a knob of a control group that is made for the program, below ours, and goes with it: the first adds the
 * steps that make the group and put the program into it.
 */
struct step *plan_add_grouped(struct plan *p, const struct machine *m, const struct knob *k, const char *value,
                              enum evidence e, const char *why);

struct step *plan_find(struct plan *p, const char *knob, const char *inst); /* NULL */

/* Was it left or refused? */
bool step_is_left(const struct step *s);
/* Is it to be set, and does it not end with the program: of a group, the system, a GPU? It takes a journal. */
bool step_is_shared(const struct step *s);

/* The plan as an arm: every step but those that were left or refused; and a single one, behind others. */
void plan_put_arm(const struct plan *p, struct buf *out);
void plan_put_step(const struct plan *p, const struct step *s, struct buf *out);

const char *step_state_name(enum step_state s); /* "planned", "done", "same", "left", "refused" */
const char *evidence_name(enum evidence e);     /* "principle", "measured", "learned", "asked" */

#endif

/*
 * Remedies: what can be set for a known trouble, on whom, and by which number one sees whether it helped. All of them
 * can be undone; analyze/remedies.h says which finding has which.
 *
 * A remedy looks twice at the machine (a point each), finds at whom it is aimed, and makes a plan. Nothing here writes.
 */
#ifndef POLICY_REMEDY_H
#define POLICY_REMEDY_H

#include "core/amount.h"
#include "policy/plan.h"
#include "policy/remedies/doings.h"
#include "policy/remedies/limited.h"

#define REMEDY_TOPS 64       /* processes that are aimed at with all below them */
#define REMEDY_PROCESSES 256 /* whose knobs are set at most */

/* At whom or what a remedy is aimed. */
struct remedy_target {
    char name[KNOB_WHY];        /* "spin (pid 4711) and 3 more", "the group /jobs", "all processors" */
    char does[KNOB_WHY];        /* "took 1.9 processors while others waited": why it is the one */
    int32_t top[REMEDY_TOPS];   /* n processes: they and all below them; 0: none is meant */
    uint64_t start[REMEDY_TOPS]; /* of each, ticks since boot */
    size_t n;
    char group[KNOB_INST_MAX];  /* a control group that holds them and nobody else; "" */
};

/* What is known at one instant. */
struct remedy_point {
    int64_t mono_ns;
    struct doings doings;
    struct limited limited;
    double number;      /* a counter or a level of the machine: which one is the remedy's affair; NaN */
    double pressure[3]; /* seconds in which some task waited for a processor, memory, storage, so far; NaN */
};

struct remedy_scene {
    const char *root;
    const struct machine *machine;
    uint32_t uid;       /* who asks */
    int32_t self;       /* this process, never its own target; 0 none */
    int32_t pid;        /* whom a person named; 0: whoever is found */
    struct remedy_point before, after;
};

struct remedy {
    const char *name;      /* that of analyze/remedies.h */
    const char *how;       /* what is set, one sentence */
    const char *risk;      /* what can go wrong, one sentence */
    const char *measure;   /* "time that others wait for a processor, of that in which they want one" */
    enum unit unit;
    bool higher;           /* more of it is better */
    bool wants_doings;     /* a point needs the table of processes */
    int weighs;            /* the pressure that it deals in itself, 0..2: its rise there is no harm; -1 none */

    /* Fills the number or the groups of a point. NULL: it needs none. */
    void (*read)(const char *root, struct remedy_point *p);
    /* The measure between two points; NaN: not known. */
    double (*value)(const struct remedy_target *t, const struct remedy_point *a, const struct remedy_point *b);
    /* Finds the target and adds the steps: 0, or -ENODATA (no such trouble), -EPERM (guarded), -ESRCH, and why. */
    int (*aim)(const struct remedy_scene *s, struct remedy_target *t, struct plan *p, char why[static KNOB_WHY]);
};

const struct remedy *remedy_at(size_t i); /* NULL past the end */
const struct remedy *remedy_find(const char *name); /* NULL */

/* Reads a point, in place of what was in it. */
void remedy_look(const struct remedy *r, const char *root, struct remedy_point *p);
void remedy_point_done(struct remedy_point *p);

/* A pressure that rises by so much of the time is harm, whatever the measure says. */
#define REMEDY_HARM 0.20

/* In which share of the time between two points some task waited for a processor, memory, storage; NaN: not known. */
void remedy_pressures(const struct remedy_point *a, const struct remedy_point *b, double out[3]);

/*
 * Makes the plan. *t and *p are filled; *p is to be released with plan_done(), also after an error: those of aim(), or
 * -EACCES and why: no step of it may be taken by this user.
 */
int remedy_plan(const struct remedy *r, const struct remedy_scene *s, struct remedy_target *t, struct plan *p,
                char why[static KNOB_WHY]);

#endif

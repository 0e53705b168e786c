/*
 * What the adaptive runtime does next: window by window, from what is known of the machine and of the programs that it
 * may touch. It decides and touches nothing; times are passed in.
 *
 * A window is ten seconds at least. In each at most one thing is changed, and:
 *
 *   - a goal is followed when two windows in a row ask for it, and a change stays for the dwell time;
 *   - of changes there are at most so many in an hour, and one is begun only where what it takes to undo everything
 *     still fits: the limit holds with all ways back counted;
 *   - what makes the program wait, or all tasks stop, more than 20 % longer than before for two windows is undone, and
 *     rests for an hour, the next time for two, eight at most;
 *   - a program that starves the others has its weight halved, and loses it in the next window if that is not enough;
 *   - guards undo everything and hold until it is over, with a margin: heat, a battery that runs out, tasks that all
 *     stand still;
 *   - what somebody else wrote meanwhile is released, and not set again until the next boot.
 */
#ifndef POLICY_ADAPT_H
#define POLICY_ADAPT_H

#include "policy/goal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADAPT_TREES 16
#define ADAPT_WINDOW_MS 10000      /* no window is shorter */
#define ADAPT_DWELL_LEAST_S 60.0
#define ADAPT_CHANGES_MOST 6       /* an hour */
#define ADAPT_CHANGES_LEAST 2      /* a change, and its undoing */
#define ADAPT_CLASSES 32
#define ADAPT_CLASS_MAX 32         /* bytes of the name of a kind of work, NUL included */

/* ---- what a person wants ---- */

#define ADAPT_SAME (-2)            /* on battery as on mains */

struct adapt_wishes {
    int goal, goal_on_battery;     /* enum goal, or -1: none; of the second ADAPT_SAME, too */
    struct { char name[ADAPT_CLASS_MAX]; int goal; } class[ADAPT_CLASSES];
    size_t n_classes;
};

/* Reads "gaming=latency" as one more; known() says whether there is such a kind of work. 0, or -EINVAL, -E2BIG, and
 * why. */
int adapt_wish(struct adapt_wishes *w, const char *text, bool (*known)(void *self, const char *name), void *self,
               char *why, size_t cap);

/* What a goal of the configuration says: "none" -1, "same" ADAPT_SAME, a goal. */
int adapt_goal_of(const char *word);

/* The goal for this kind of work ("" not known) and source of power; -1 none. That for the battery is for all work. */
int adapt_goal(const struct adapt_wishes *w, const char *class, bool on_battery);

/* ---- a window ---- */

struct adapt_tree {                /* a program that may be touched, and all that it started */
    int32_t pid;
    uint64_t start;                /* with pid it is the same one */
    double waits;                  /* share of its time in which it waited for a processor, percent; NAN not known */
    double others_wait;            /* seconds that all others waited for each second that they ran; NAN not known */
    bool weighted;                 /* what was set has a weight that can be halved */
    bool foreign;                  /* somebody else has changed what was set */
};

struct adapt_window {
    int64_t at_ms;                 /* its end, by a clock that never goes back */
    int goal;                      /* that adapt_goal() says; -1 none */
    double stopped;                /* share of it in which all tasks stood still for want of processor or memory,
                                    * percent: the "full" of pressure; NAN not known */
    double hottest;                /* celsius; NAN not known */
    double hot;                    /* from how many on it is too hot to be made hotter */
    bool on_battery;
    double battery;                /* percent; NAN not known */
    const struct adapt_tree *tree; /* n of them; one that is left out is gone */
    size_t n;
};

enum adapt_do {
    ADAPT_NOTHING,
    ADAPT_APPLY,                   /* of one tree */
    ADAPT_KEPT,                    /* changes nothing: it was in force for the dwell time, and these are the figures */
    ADAPT_HALVE,
    ADAPT_ROLL_BACK,
    ADAPT_PAUSE,                   /* all of all trees back */
    ADAPT_RESUME,                  /* changes nothing: the guard is over */
};

enum adapt_why {
    ADAPT_WANTED,                  /* the work, or the source of power, asks for it */
    ADAPT_UNWANTED,                /* it no longer does */
    ADAPT_WAITS,                   /* worse: the program waits longer */
    ADAPT_STOPPED,                 /* worse, or a guard: all tasks stand still for longer */
    ADAPT_STARVES,                 /* the others wait too long */
    ADAPT_FOREIGN,
    ADAPT_HOT,
    ADAPT_BATTERY,
};

struct adapt_decision {
    enum adapt_do what;
    enum adapt_why why;
    int32_t pid;                   /* of the tree; 0 of PAUSE and RESUME */
    uint64_t start;
    int goal;                      /* that is, or was, followed */
    double before, after;          /* the figure that `why` is about: without and with the change, of a guard its limit
                                    * and what was measured; NAN not known */
};

struct adapt_limits {
    double dwell_s;                /* ADAPT_DWELL_LEAST_S at least */
    int changes_per_hour;          /* ADAPT_CHANGES_LEAST .. ADAPT_CHANGES_MOST */
    bool thermal_guard;
};

struct adapt;

struct adapt *adapt_new(const struct adapt_limits *l);
void adapt_free(struct adapt *a);

/* Judges a window. Whoever gets a decision carries it out, or says adapt_failed() before the next one. One that comes
 * too soon after the one before is passed over. */
void adapt_window(struct adapt *a, const struct adapt_window *w, struct adapt_decision *out);

/* Of the last decision ADAPT_APPLY nothing took: it rests, as what was undone does. */
void adapt_failed(struct adapt *a);

/* What is followed of a tree; -1 nothing. */
int adapt_follows(const struct adapt *a, int32_t pid, uint64_t start);

/* Changes in the hour up to a time. */
int adapt_changes(const struct adapt *a, int64_t now_ms);

/* What holds everything back now ("heat", "the battery", "pressure"); NULL nothing. */
const char *adapt_held_by(const struct adapt *a);

/* ---- what is somebody else's ---- */

/* A knob at a place is released; of a task with its pid, else 0. Kept while this runs: afterwards the journal knows. */
void adapt_release(struct adapt *a, const char *knob, const char *inst, int32_t pid);
bool adapt_is_released(const struct adapt *a, const char *knob, const char *inst, int32_t pid);

#endif

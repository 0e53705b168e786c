/*
 * A knob: something that can be set so that work goes differently, and set back.
 *
 * A value is a short text in one canonical form ("-10", "passive", "0-3"), so that a journal, a person and a
 * comparison all see the same thing. A file in knobs/ defines an array of them, a family; its name stands in the
 * list of this folder's meson.build, which feeds both the compiler and the generated registry.
 *
 * Where a value is set is a place: nothing more for the environment of a program that is about to start, a task, a
 * control group, a device, or the whole system.
 */
#ifndef POLICY_KNOB_H
#define POLICY_KNOB_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KNOB_VALUE_MAX 128 /* bytes of a value, NUL included */
#define KNOB_INST_MAX 256  /* of the name of an instance */
#define KNOB_WHY 200       /* of a sentence about it */

enum knob_class {
    KNOB_ENV,     /* a variable of a program that is about to start: ends with it */
    KNOB_PROCESS, /* an attribute of a task, which those that it starts inherit: ends with them */
    KNOB_GROUP,   /* of a control group */
    KNOB_SYSTEM,  /* of the whole system, or of one of its devices */
    KNOB_GPU,
};

enum knob_type {
    KNOB_WHOLE, /* a whole number within min..max */
    KNOB_CHOICE,/* one of `choices` */
    KNOB_CPUS,  /* a list of processors, "0-3,8" */
    KNOB_TEXT,  /* another form, which its own check() knows */
};

/* How wide the harm of a wrong value is. */
enum knob_risk { RISK_NONE, RISK_SELF, RISK_OTHERS, RISK_MACHINE };

/* What applying it takes, as the learner counts it. */
enum knob_cost { COST_LAUNCH = 0, COST_PROCESS = 1, COST_GROUP = 3, COST_SYSTEM = 10 };

struct place {
    const char *root;          /* "" is the running machine; borrowed */
    char inst[KNOB_INST_MAX];  /* of KNOB_GROUP the path of the group below its hierarchy ("/jobs"), of KNOB_SYSTEM and
                                * KNOB_GPU the device ("policy0", "vda", "gpu0"); "" where there is but one */
    int32_t pid;               /* of KNOB_PROCESS the task; 0 for others */
    uint64_t start;            /* when that task started, in ticks since boot (proc(5), field 22); 0 = not asked */
};

struct knob {
    const char *name;    /* "autogroup", "cpu.weight", "omp.wait": what people, plans and the journal call it */
    const char *doc;     /* one line: what it does */
    const char *needs;   /* what it takes beyond an ordinary user's rights, "" for nothing: "CAP_SYS_NICE below 0" */
    const char *reverts; /* one line: how it is undone: "ends with the process" */
    const char *caution; /* one line: what can go wrong; "" */
    enum knob_class class;
    enum knob_type type;
    enum knob_risk risk;
    double min, max;     /* of KNOB_WHOLE: hard limits of Sonde, which may be narrower than the kernel's */
    const char *choices; /* of KNOB_CHOICE, separated by blanks */
    const char *unit;    /* "ns"; NULL for none */
    const char *pair;    /* another knob that a write here changes, too (vm.dirty_bytes zeroes vm.dirty_ratio); NULL */
    const char *owner;   /* what may hold it instead of us: "cpufreq", "power", "irq"; see owners.h; NULL for nobody */
    const char *back;    /* a value that is only gone back to, as it could not be undone itself; NULL: none */
    const char *anew;    /* what a program that is about to start has, whatever we have ourselves; NULL: the same */
    bool self_only;      /* a task can set it of itself only: at a launch */
    bool held;           /* a hold of this process, which ends with it: another can neither see it nor let go of it */
    bool opt_in;         /* never set unless a person named it (real-time classes) */
    const char *arg;     /* for its functions: of KNOB_ENV the variable, of others a path or a field */

    /* Is there such a thing here? 0, or -ENODEV and why not. NULL: where read() works, or of KNOB_ENV always. */
    int (*probe)(const struct knob *k, const struct place *p, char why[static KNOB_WHY]);

    /* Calls each() for every instance there is; NULL: one, of the name "". */
    void (*list)(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self);

    /* What it is now, in canonical form. -ENODEV there is none, -ENODATA it has no value yet, -ESRCH the task is gone,
     * -EACCES ... */
    int (*read)(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX]);

    /* Beyond its type and range: 0, or -EINVAL or -ERANGE and why. NULL: nothing more. */
    int (*check)(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY]);

    /* May we write it now? 0, or -EACCES, -EPERM, -EROFS. NULL: yes. */
    int (*writable)(const struct knob *k, const struct place *p);

    /* Some values take more rights than others: may we write this one? 0, or -EPERM. NULL: as writable() says. */
    int (*allowed)(const struct knob *k, const struct place *p, const char *value);

    /* Sets it. The kernel may clamp it: read() says what it has become. */
    int (*write)(const struct knob *k, const struct place *p, const char *value);
};

/* The i-th of this system, in the order of the list; NULL past the end. */
const struct knob *knob_at(size_t i);
const struct knob *knob_find(const char *name); /* NULL */
const struct knob *knob_nearest(const char *wrong); /* the one that was meant; NULL */

const char *knob_class_name(enum knob_class c); /* "environment", "process", "group", "system", "gpu" */
const char *knob_risk_name(enum knob_risk r);   /* "none", "self", "others", "machine" */
enum knob_cost knob_cost(const struct knob *k);

/*
 * Is it a value that may be written there? Type and hard limits, then the knob's own check(). Writes its canonical
 * form to `out` (" +5" is "5"). 0, or -EINVAL, -ERANGE and why, naming the knob and what it may be.
 */
int knob_check(const struct knob *k, const struct place *p, const char *value, char out[static KNOB_VALUE_MAX],
               char why[static KNOB_WHY]);

/* What there is of it at a place. */
struct knob_probe {
    bool exists, readable, writable; /* writable by us, now */
    char value[KNOB_VALUE_MAX];      /* current; "" not known, or none yet */
    bool lacks_right;                /* it could be written with more rights, those that knob.needs names */
    char why[KNOB_WHY];              /* why it is not there, or cannot be written; "" */
};
void knob_probe(const struct knob *k, const struct place *p, struct knob_probe *out);

/* When a task started, for place.start; 0 where there is no such task. */
uint64_t knob_task_start(const char *root, int32_t pid);

/* Is the task of a place still the one that was meant? */
bool knob_task_is(const struct place *p);

#endif

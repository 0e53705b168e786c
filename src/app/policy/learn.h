/* What the files of `sonde policy learn` share. */
#ifndef APP_POLICY_LEARN_H
#define APP_POLICY_LEARN_H

#include "app/command.h"
#include "policy/learn/learned.h"
#include "policy/learn/trial.h"

struct learn {
    const struct args *args;
    struct machine machine;
    struct measure measure;
    struct learned_key key;
    struct learning_arm arm[HALVING_ARMS];
    struct learning_options options;
    struct learning *outcome; /* NULL before there is one */
    struct trial trial;
    int64_t kept;             /* its number in the index; 0: it was not kept */
    bool quiet;               /* nothing is told before the end */
};

/* ---- what is said (learn_told.c) ---- */

/* What will be done, how often the command runs, and what that takes. */
void learn_tell_begin(const struct learn *k);

/* A trial and what was decided by it; for learning_options.told. */
void learn_tell_trial(void *self, const struct learning *l);

/* The table of arms and the verdict. */
void learn_tell_end(const struct learn *k);

/* All of it as one object of JSON; without an outcome only what would be done. */
void learn_tell_json(const struct learn *k);

/* ---- what was learned before (learn_kept.c): exit statuses ---- */

int learn_list(const struct args *a);
int learn_forget(const struct args *a);
int learn_export(const struct args *a);

#endif

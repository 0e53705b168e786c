/*
 * What was learned, by what it holds for: this machine's shape, the work, the goal, and beside how much other work.
 * Kept in index.db (store/index.h), found again by `sonde run`, and told to others without a name in it.
 */
#ifndef POLICY_LEARNED_H
#define POLICY_LEARNED_H

#include "policy/learn/learning.h"
#include "policy/learn/measure.h"
#include "policy/learn/signature.h"
#include "store/index.h"

#define LEARNED_MACHINE_MAX 160
#define LEARNED_SCHEMA 1 /* of learned_export(): only ever added to; a change of meaning is another number */

struct learned_key {
    char machine[LEARNED_MACHINE_MAX];
    struct signature work;
    enum goal goal;
    const char *contention;
};

/*
 * "AuthenticAMD/25/1 cpus=2 smt=1 llcs=1 nodes=1 vm ac": the model of the processor and how many may be used, no name,
 * number or address of this machine. Returns out.
 */
char *learned_machine(const struct machine *m, char out[static LEARNED_MACHINE_MAX]);

/* "quiet", "shared" or "crowded", by how much waits for a processor, before the work itself begins. */
const char *learned_contention(const struct machine *m);

/* The key of a program, which signature_of() read. */
void learned_key(const struct machine *m, enum goal goal, const struct signature *work, struct learned_key *out);

struct learned {
    int64_t n, at_ms;              /* its number in the index */
    enum index_policy_state state;
    char arm[PLAN_ARM_MAX];        /* "" where default is best */
    char metric[MEASURE_MAX], reason[INDEX_NOTE_MAX];
    double ratio, lo, hi;
    int pairs, won;
};

/* The newest for a key, by a metric, or with NULL by any. -ENODATA: nothing was learned. */
int learned_find(struct index *x, const struct learned_key *k, const char *metric, struct learned *out);

/* Keeps the outcome of trials. Returns its number; errors of index_add_policy(). */
int64_t learned_keep(struct index *x, const struct learned_key *k, const struct measure *m,
                     const struct learning_options *o, const struct learning *l, const char *version);

/*
 * One policy as one line of JSON, as a database of many machines may collect it: schema, hardware, work as hash and
 * class, goal, knobs, effect, contention, version. The metric without what a person wrote behind it; the day, not the
 * time; no name, path or argument.
 */
void learned_export(const struct index_policy *p, struct buf *out);

#endif

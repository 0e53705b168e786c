/*
 * A made-up machine whose knobs are files, for the tests of the journal: processes that own transactions, a kernel that
 * clamps and refuses, and a process of ours that dies at any change it makes to the world, or whose disk is full.
 *
 * Knobs: "a", "b", "c" take any word; "clamp" a whole number, of which the kernel makes 1000 at most; "bytes" and
 * "ratio" zero each other, and bytes take no 0; "stubborn" refuses everything, "deaf" stays as it is; "task" is of a
 * task; "hold" is what each process holds for itself.
 *
 * The program is linked so that what it does to files of ours goes through here (unit_wrap in meson.build).
 */
#ifndef TESTS_UNIT_UNDO_WORLD_H
#define TESTS_UNIT_UNDO_WORLD_H

#include "policy/undo/journal_own.h"
#include "policy/tasks.h"

struct world {
    char root[64], dir[96];
};

void world_init(struct world *w);
void world_done(struct world *w);

/* ---- the machine ---- */

void world_boot(struct world *w, int number); /* another boot id; the knobs stand at their first values */
void world_task(struct world *w, int pid, int parent, int start); /* a task, "task" of it as its parent's, or "0" */
void world_ends(struct world *w, int pid);
void world_set(struct world *w, const char *knob, int pid, const char *value); /* as the kernel does it */
const char *world_get(struct world *w, const char *knob, int pid); /* in a static buffer, of two */

const struct knob *world_knob(const char *name);

/* ---- a process of ours ---- */

struct journal *world_open(struct world *w); /* its journal, with the knobs of this world */
struct journal *world_of_two(struct world *w); /* a new one with processes 10 and 11, and its journal */
struct transaction *world_begin(struct journal *j, int owner, int goal, const char *command);
/* out NULL: not asked for */
int world_apply(struct transaction *t, const char *knob, int pid, const char *value, struct step *out);

/* Whose journal it is, and whose holds are seen from now on. */
void world_is(struct journal *j, int pid);

/* ---- accidents ---- */

void world_dies_after(long changes); /* of the world: the next one is torn, and no other happens */
bool world_is_dead(void);
long world_changes(void);            /* since world_lives() */
void world_lives(void);              /* no accidents */
void world_fills_after(long writes, bool for_good); /* writes to files of ours until the disk is full */

#endif

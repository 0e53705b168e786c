/*
 * What was changed, on disk before it was changed: DIR/policy/journal, and how it is undone whatever happens.
 *
 * A transaction is what one process (its owner) set together. Each line of the journal is a CRC-32C and a JSON object;
 * a line that was torn by a crash is passed over. Before a knob is written, its line with the old and the new value is
 * synced; what the knob reads afterwards follows. When the owner ends, the transaction is undone, newest first; when it
 * was killed, whoever opens the journal next does it (journal_recover()).
 *
 * Undoing compares three ways. The knob stands at what we set: the old value is written. It stands at the old one:
 * nothing. It stands at anything else: somebody changed it since; it is left, and that is said.
 *
 * Transactions of another boot are closed, not undone: what they set went with that boot. A task counts as itself only
 * with its start time. Processes that share a journal take turns by a lock on it, held only while a line is put or a
 * transaction is undone.
 *
 * Errors: negative errno values; -EROFS, -EACCES, -ENOSPC: nothing can be kept, so nothing may be changed.
 */
#ifndef POLICY_JOURNAL_H
#define POLICY_JOURNAL_H

#include "policy/plan.h"

#define JOURNAL_ID_MAX 40
#define JOURNAL_EFFECT_MAX 160

struct journal;

/* Opens, and makes where there is none, the journal of a data directory. `root` is that of the machine it speaks of. */
int journal_open(const char *data_dir, const char *root, struct journal **out);
/* To look at it only; writes nothing. -ENOENT: there is none, so nothing was ever changed. */
int journal_open_read(const char *data_dir, const char *root, struct journal **out);
void journal_close(struct journal *j);

/* ---- what an owner does ---- */

struct transaction_about {
    const char *command;   /* who does it: "run", "apply", "fix", "adapt", "learn", "gamemode" */
    const char *what;      /* the program or the finding it is for, for people: no arguments of processes */
    int goal;              /* -1: none */
    int32_t owner;         /* whose end undoes it; 0: this process */
    int64_t until_ms;      /* wall clock at which it is undone in any case; 0: none */
};

struct transaction;

/* Begins one; nothing is synced until the first step. */
int transaction_begin(struct journal *j, const struct transaction_about *a, struct transaction **out);
const char *transaction_id(const struct transaction *t); /* "p20261127_091756_4711_3fa2" */

/*
 * Sets the knob of a step, with its old value on disk before. Fills old, now, state and note of the step. 0 also where
 * the kernel refused it (STEP_REFUSED); an error only where the journal cannot be written: then nothing was set.
 */
int transaction_apply(struct transaction *t, struct step *s);

/* Does it stand? False after somebody reverted it, or its time was over. */
bool transaction_stands(struct transaction *t);

/* Undoes all of it, and frees it. Fills `out` where it is not NULL. */
struct undone {
    int restored, same, kept, gone; /* kept: somebody else's value; gone: the task or device is no more */
    int passed;                     /* another transaction stands on it, and goes back to what was before this one */
    int failed;                     /* it could not be written: the transaction stays open, the next to come tries */
    struct buf lines;               /* one for each that is not back: what, and why */
};
int transaction_end(struct transaction *t, struct undone *out);
void undone_done(struct undone *u);

/* ---- what anybody does ---- */

/* Is there no journal, or nothing open in it? Reads its last line only: 7 us, and 2.5 where there is none. */
bool journal_is_idle(const char *data_dir);

/* Undoes what the owners that are gone, or whose time is over, left behind. Quick where there is none. */
int journal_recover(struct journal *j, struct undone *out);

/* Undoes one by its id, or all (NULL), also of owners that live. -ENOENT: no such transaction is open; -EPERM: some of
 * it is another user's, and we are not root. */
int journal_revert(struct journal *j, const char *id, struct undone *out);

/* What came of one, in words ("p99 5.2 ms before, 0.3 ms after"), in place of what was told of it before. -ENOENT. */
int journal_tell(struct journal *j, const char *id, const char *text);
int transaction_tell(struct transaction *t, const char *text); /* the same of one's own */

struct journal_step {
    const char *knob, *inst, *old, *set, *now; /* borrowed, in the call only; now "": not read back */
    int32_t pid;
    uint64_t start;     /* of the task */
    const char *undone; /* "" while it stands; "restored", "same", "kept", "gone", "passed", "failed", "refused" */
};

struct journal_transaction {
    const char *id, *command, *what;      /* borrowed, in the call only */
    const char *effect;                   /* what came of it, in words; "" not known */
    int goal;                             /* -1: none */
    int32_t owner;
    int64_t begun_ms, until_ms, ended_ms; /* ended 0: it is open */
    bool owner_lives, this_boot;
    const struct journal_step *step;
    size_t n;
};

/* Those that are open and, with `ended`, those that are over and still in the file, oldest first. Returns the count. */
int journal_each(struct journal *j, bool ended, void (*each)(void *self, const struct journal_transaction *t),
                 void *self);

/* ---- for programs: members of an object that is open ---- */

struct json;
void journal_json_about(struct json *j, const struct journal_transaction *t); /* all but times and steps */
void journal_json_step(struct json *j, const struct journal_step *s);
void undone_json(struct json *j, const struct undone *u, const char *lines); /* lines: those of u, as many as fit */

#endif

/*
 * What the files of the journal share: the transactions as they stand in the file, and how lines come to it.
 *
 * A line is eight hexadecimal digits, the CRC-32C of what follows the blank, and a JSON object: "do", "id" and
 *
 *   begin  boot, user, owner, start, command, what, goal, until, time
 *   write  n, knob, inst, pid, start, old, set, pair: synced before the knob is written; n counts from 0
 *   now    n, now: what it read then; or n, refused: 1
 *   ask    n, found: synced before it is asked whose that value is (undo.c)
 *   old    n, old, pair: what to go back to is another value now; synced
 *   undo   n, how, found
 *   tell   text: what came of it
 *   end    why ("boot": it was of another one), time, open: how many others are open
 *
 * What is in memory comes from lines only: a line that is put is read like one that was there.
 */
#ifndef POLICY_JOURNAL_OWN_H
#define POLICY_JOURNAL_OWN_H

#include "policy/undo/journal.h"

#include "os/disk.h"
#include "os/os.h"

#define JOURNAL_LINE_MAX 4096
#define JOURNAL_NAME_MAX 64
#define JOURNAL_OPEN_MAX 1024   /* transactions that are open at once */
#define JOURNAL_STEPS_MAX 4096  /* of one transaction */
#define JOURNAL_PAST 64         /* transactions that are over and still known */
#define JOURNAL_BIG (256 * 1024)
#define JOURNAL_HUGE (64 << 20) /* nobody reads one beyond that */
#define JOURNAL_WAIT_MS 10000   /* for another process to let go of the journal */

enum undone_how { HOW_STANDS, HOW_FAILED, HOW_RESTORED, HOW_SAME, HOW_KEPT, HOW_GONE, HOW_PASSED, HOW_REFUSED };

struct entry {
    uint64_t seq;    /* order of the steps over all transactions */
    char knob[JOURNAL_NAME_MAX], inst[KNOB_INST_MAX];
    int32_t pid;
    uint64_t start;
    char old[KNOB_VALUE_MAX], set[KNOB_VALUE_MAX], pair[KNOB_VALUE_MAX];
    char now[KNOB_VALUE_MAX];
    bool has_now;    /* false: whether and as what it was set is not known */
    char ask[2][KNOB_VALUE_MAX]; /* the last values that were found when it was asked whose they are, newest first */
    int asks;
    enum undone_how how;
    bool tried;      /* in this round */
};

struct deed {        /* a transaction */
    char effect[JOURNAL_EFFECT_MAX];
    char id[JOURNAL_ID_MAX], boot[40], command[16], what[128], why[16];
    int goal;
    uint32_t user;   /* with whose rights it was made */
    int32_t owner;
    uint64_t start;  /* of the owner */
    int64_t begun_ms, until_ms, ended_ms;
    bool ended;
    bool marked;     /* it is to be undone in this round */
    struct entry *entry;
    size_t n, cap;
};

struct journal {
    char dir[OS_PATH_MAX - 16], path[OS_PATH_MAX];
    const char *root; /* a copy */
    int fd;           /* -1: there is no file now (of one that only reads) */
    bool reads;       /* only */
    bool foreign;     /* we are root and it is the service's: what it has us write is held against the knobs' limits */
    int32_t self;     /* this process as an owner, for tests of several; 0: os_pid() */
    int64_t offset;   /* up to which the file is read: the end of its last whole line */
    int64_t shortest; /* what it was shortened to last */
    char boot[40];
    uint64_t seq;
    struct deed *deed; /* in the order in which they began */
    size_t n, cap;
    struct buf out;    /* lines to be put */
    struct buf late;   /* those that the disk did not take, to be put before the next */
    const struct knob *(*find)(const char *name);
};

/* ---- journal_read.c ---- */

/* Takes what n bytes say, up to the last line end; returns how many bytes that were. */
size_t journal_feed(struct journal *j, const char *bytes, size_t n);
void journal_forget(struct journal *j); /* all that was read */
void journal_prune(struct journal *j, size_t past); /* of those that are over, all but the last */
const char *journal_how_name(enum undone_how h);

/* ---- journal.c ---- */

/* Waits for the lock, and reads what others put. After it, pointers to deeds and entries of before are void. */
int journal_hold(struct journal *j);
void journal_let_go(struct journal *j);

struct deed *journal_find(struct journal *j, const char *id); /* NULL */
size_t journal_count_open(const struct journal *j);
bool journal_stands(const struct deed *d, const struct entry *e); /* is it set, as far as the journal knows? */
bool journal_is_past(const struct journal *j, const struct deed *d); /* of another boot, as far as we can read which */
const char *journal_standing(const struct entry *e);              /* the value at which it stands */

/* Each writes a line to j->out. */
void journal_say_begin(struct journal *j, const struct deed *d);
void journal_say_write(struct journal *j, const char *id, size_t n, const struct entry *e);
void journal_say_now(struct journal *j, const char *id, size_t n, const char *now);
void journal_say_refused(struct journal *j, const char *id, size_t n);
void journal_say_ask(struct journal *j, const char *id, size_t n, const char *found);
void journal_say_old(struct journal *j, const char *id, size_t n, const char *old, const char *pair);
void journal_say_undo(struct journal *j, const char *id, size_t n, enum undone_how how, const char *found);
void journal_say_end(struct journal *j, const char *id, const char *why);

/*
 * Puts them into the file. synced: after an error none of them is there, and nothing of them counts. Else they count
 * in this process also when the disk did not take them, and are put with the next.
 */
int journal_put(struct journal *j, bool synced);

void journal_shorten(struct journal *j); /* where it has become big */

/* ---- undo.c ---- */

/* Undoes what is marked, newest step first, and unmarks it. An error: that it was done could not be put. */
int undo_marked(struct journal *j, struct undone *out);

/* The same for those whose owner is gone, whose time is over, which failed before or are of another boot. Both with the
 * journal held. */
int undo_due(struct journal *j, struct undone *out);

/*
 * May a journal have this written? One of a service root does not trust with what a person must name, with groups but
 * to remove them, nor with values beyond the limits. `why` is a sentence where not.
 */
bool undo_may_write(const struct journal *j, const struct knob *k, const struct place *p, const char *value,
                    char why[static KNOB_WHY]);

/* Sets a knob back, if the journal may ask for it; -EPERM. */
int undo_write(const struct journal *j, const struct knob *k, const struct place *p, const char *value);

/* ---- undo_tasks.c ---- */

/* What tasks have from those of a transaction, whom they were started by, goes back as well. */
void undo_tasks(struct journal *j, struct deed *d, struct undone *out);

#endif

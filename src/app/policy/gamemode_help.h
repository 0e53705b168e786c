/*
 * What a game gets from `sonde policy gamemode`: the goal latency for one process, in the journal of changes; what
 * takes more rights through the helper, where it runs.
 */
#ifndef APP_POLICY_GAMEMODE_HELP_H
#define APP_POLICY_GAMEMODE_HELP_H

#include "app/policy/borrowed.h"

#include "app/command.h"
#include "policy/undo/journal.h"

struct helping {
    struct journal *journal; /* NULL: nothing can be kept, so nothing is set */
    const char *set;         /* knobs that a person named; NULL */
};

/* Opens the journal. What is wrong was said; games are served all the same. */
void helping_open(struct helping *h, const struct args *a);
void helping_close(struct helping *h);

struct help { /* { 0 }: nothing was set */
    struct transaction *transaction;
    struct borrowed borrowed;
};

/* Sets what there is for a process and puts it in one line, "" for nothing. For helping_end(). */
struct help helping_begin(struct helping *h, int32_t pid, const char *program, struct buf *line);

/* Sets it back; what could not be is said. */
void helping_end(struct help *p);

#endif

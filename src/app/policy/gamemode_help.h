/* What a game gets from `sonde policy gamemode`: the goal latency for one process, in the journal of changes. */
#ifndef APP_POLICY_GAMEMODE_HELP_H
#define APP_POLICY_GAMEMODE_HELP_H

#include "app/command.h"
#include "policy/journal.h"

struct helping {
    struct journal *journal; /* NULL: nothing can be kept, so nothing is set */
    const char *set;         /* knobs that a person named; NULL */
};

/* Opens the journal. What is wrong was said; games are served all the same. */
void helping_open(struct helping *h, const struct args *a);
void helping_close(struct helping *h);

/* Sets what there is for a process and puts it in one line, "" for nothing. The transaction, for helping_end(); NULL
 * where nothing was set. */
struct transaction *helping_begin(struct helping *h, int32_t pid, const char *program, struct buf *line);

/* Sets it back; what could not be is said. NULL is fine. */
void helping_end(struct transaction *t);

#endif

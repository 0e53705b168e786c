/* What a command does first: sets back what a process that was killed left set. */
#ifndef APP_POLICY_RECOVERY_H
#define APP_POLICY_RECOVERY_H

#include "app/command.h"
#include "policy/undo/journal.h"

/*
 * Of the data directory that the command speaks of, or would. One line on stderr where there was something. Not for
 * commands that write nothing (help, explain, --dry-run), that look at another machine, or that do it themselves.
 */
void recovery_run(const struct command *c, const struct args *a);

/* "2 set back, 1 left as somebody else set it since": what became of steps, in words. */
void recovery_put(const struct undone *u, struct buf *out);

#endif

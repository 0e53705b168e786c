/*
 * The helper as its client has it: what is set through a connection stands as long as that is open. When it closes,
 * however that comes about, the helper sets everything back.
 *
 * Errors: -ENOENT, -ECONNREFUSED: there is no helper; -EACCES: it is not for this user; -EPIPE, -ETIMEDOUT, -EBADMSG:
 * it ended, or answers no more: what it had set goes back when it is started again.
 */
#ifndef POLICY_HELPER_H
#define POLICY_HELPER_H

#include "policy/undo/journal.h"

#define HELPER_SOCKET "/run/sonde-policy/sock"
#define HELPER_GROUP "sonde" /* whose members it serves */

struct helper;

/* Connects, to $SONDE_POLICY_SOCKET where that is set (empty: to none), and begins. -EREMOTEIO and why: it refused. */
int helper_open(const struct transaction_about *about, struct helper **out, char why[static KNOB_WHY]);

/*
 * Lets it set the knob of a step, of the task of `pid` (0: none), and fills state, old, now and note. An error only
 * where there is no helper any more; the step is as it was then.
 */
int helper_set(struct helper *h, struct step *s, int32_t pid);

/* Lets it undo all of it, adds how that went to *out, and frees it. An error: there is no helper any more. */
int helper_end(struct helper *h, struct undone *out);

#endif

/* What was learned of a command on this machine, for those who are about to run it. */
#ifndef APP_POLICY_RECALL_H
#define APP_POLICY_RECALL_H

#include "app/command.h"
#include "policy/learn/learned.h"

/*
 * Looks it up in the archive (--data), by the program, the goal, how busy the machine is, and --metric where
 * it is given. False: nothing was learned, or it cannot be read. Writes nothing.
 */
bool recall_learned(const struct args *a, const struct machine *m, enum goal goal, const struct signature *work,
                    struct learned *out);

#endif

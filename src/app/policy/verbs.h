/* The verbs of `sonde policy`, and what they share. */
#ifndef APP_POLICY_VERBS_H
#define APP_POLICY_VERBS_H

#include "app/command.h"

extern const struct command policy_explain;
extern const struct command policy_apply;
extern const struct command policy_status;
extern const struct command policy_revert;
extern const struct command policy_probe;
extern const struct command policy_gamemode;
extern const struct command policy_profile;
extern const struct command policy_helper;
extern const struct command policy_learn;
extern const struct command policy_bench;

#endif

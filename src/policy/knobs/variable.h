/* Knobs that are a variable of the environment: knob.arg is its name. */
#ifndef POLICY_KNOBS_VARIABLE_H
#define POLICY_KNOBS_VARIABLE_H

#include "policy/knob.h"

/* What it is in the environment of this process; "" where it is not set. Of a recorded machine it is never set. */
int variable_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX]);

/* Sets it in the environment of this process, "" takes it away: for the child of a launch, before it executes. */
int variable_write(const struct knob *k, const struct place *p, const char *value);

#define VARIABLE_ONLY .class = KNOB_ENV, .risk = RISK_SELF, .needs = "", .reverts = "ends with the program"
#define VARIABLE VARIABLE_ONLY, .read = variable_read, .write = variable_write

#endif

/* What each goal asks for, before it is held against the machine: the learner's first arms, too. */
#ifndef POLICY_PRESETS_H
#define POLICY_PRESETS_H

#include "policy/plan.h"

/* Adds the steps of o->goal, and what it costs, to a plan. */
void presets_add(struct plan *p, const struct plan_options *o);

#endif

/* What makes a machine hotter, and whether it may become so now. */
#ifndef POLICY_HEAT_H
#define POLICY_HEAT_H

#include "policy/knob.h"

/* Would a knob of the machine or of a GPU, that stands at `now` ("": not known), raise what it may burn at `value`? */
bool heat_raises(const struct knob *k, const char *now, const char *value);

/* Is it too hot for that, or is it not known how hot it is? `why` is a sentence then. */
bool heat_forbids(const char *root, char why[static KNOB_WHY]);

#endif

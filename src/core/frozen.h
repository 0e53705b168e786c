/*
 * Sensors that hang: a temperature, a power or a fan that has moved, and then stands at exactly the
 * same value for hours. One that never moved is not told: a limit, a zone without a sensor behind it.
 */
#ifndef CORE_FROZEN_H
#define CORE_FROZEN_H

#include "core/frame.h"
#include "core/schema.h"

#define FROZEN_AFTER_H 6
#define FROZEN_MOVED 10 /* changes that were seen before */

struct frozen;

struct frozen *frozen_new(void);
void frozen_free(struct frozen *z);

/*
 * Looks at a frame; the slot of a sensor that became frozen, each once until it moves again, and for
 * how long; -1 when there is no further one. Looks about once a minute only: it may cost nothing.
 */
int frozen_look(struct frozen *z, const struct schema *s, const struct frame *f, double *hours);

#endif

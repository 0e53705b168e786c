/*
 * Events on their way from whoever says them (any thread) to the one who takes them.
 *
 * Bounded: when it is full the oldest of the least severe is dropped, the new one where all are graver, because a flood
 * of events must neither stop the sampler nor hide what is grave. The lock inside guards everything.
 */
#ifndef CORE_RING_H
#define CORE_RING_H

#include "core/event.h"

#include <stdbool.h>

#define RING_EVENTS 256

struct ring;

struct ring *ring_new(void);
void ring_free(struct ring *r);

void ring_put(struct ring *r, const struct event *e); /* copies */

/* Takes the oldest. False when there is none. */
bool ring_take(struct ring *r, struct event *out);

#endif

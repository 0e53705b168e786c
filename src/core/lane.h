/*
 * The lane: a thread on which adapters that are kept apart are opened, read and closed in turn.
 *
 * When one of them holds the thread up for longer than anybody cares to wait, the thread is left
 * behind with it and another one serves the rest; it comes back when it can. In the ordinary case
 * there is one thread and one wake-up per tick, however many guests there are.
 */
#ifndef CORE_LANE_H
#define CORE_LANE_H

#include "core/guest.h"

struct lane;

struct lane *lane_new(void);

/* Closes and frees all guests, those that hang when they come back, if ever. */
void lane_free(struct lane *l);

/* Takes over a guest. */
void lane_add(struct lane *l, struct guest *g);

/* Puts it to work, see guest_work(). False, and nothing is done, while it still is. */
bool lane_ask(struct lane *l, struct guest *g);

/*
 * Waits until it is back. False when it is not after so long: it then goes on by itself. Whoever
 * was served before it and held it up is left behind, and it gets its own time.
 */
bool lane_wait(struct lane *l, struct guest *g, int64_t patience_ns);

/* Is it back, and may be looked at? */
bool lane_is_back(struct lane *l, const struct guest *g);

#endif

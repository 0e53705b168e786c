/*
 * Ticks of one pace: a recorder takes ten a second around an event, and what counts rows must not count those as much.
 *
 * Ticks are due on a grid, from which one may be late: the next is not early for that.
 */
#ifndef CORE_PACE_H
#define CORE_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    int64_t due_ns; /* of the next tick; 0 = there was none yet */
};

/*
 * Does a tick come by more than a quarter of a step before one is due? Else it is the one that was due. A clock that
 * goes back, and a pause, begin a new grid. A step of 0 makes no tick early.
 */
bool pace_is_early(struct pace *p, double step_s, int64_t mono_ns);

/* Is a time without ticks, in seconds, so long that nothing says that the machine is as it was before? Beyond half a
 * minute, and ten steps of step_s. */
bool pace_is_outage(double gone_s, double step_s);

#endif

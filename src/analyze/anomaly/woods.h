/*
 * The detector "forest": isolation forests (learn/forest) that are grown again as rows come.
 *
 * A forest knows the rows before it, outside of departures: it is grown on the older two thirds of
 * them, and the newer third, which it has not seen, says how high scores usually are. The threshold
 * is where an exponential tail fitted to the highest of those leaves the probability asked for:
 * there is no quota, and on stationary noise the budget holds. Which metrics make a row unusual is
 * told by their distance from the median of the same rows.
 */
#ifndef ANALYZE_WOODS_H
#define ANALYZE_WOODS_H

#include "analyze/anomaly/episodes.h"

#define WOODS_MIN_ROWS 120 /* for the first forest; with 60, heavy-tailed noise broke the budget six times */

struct woods;

/* p: the chance that a row of no interest departs. */
struct woods *woods_new(const struct features *f, double p, uint64_t seed);
void woods_free(struct woods *w);

/* Row i, in order; one reading per feature. `woods` is what woods_new() gave. */
void woods_row(void *woods, size_t i, struct reading *out);

/* Forgets everything: after a gap nothing says that the machine is as it was. */
void woods_restart(void *woods);

/* Of the last forest; NaN before the first. */
double woods_threshold(const struct woods *w);

#endif

/*
 * Who stands in while a detector is young: it raises no alarm before it has seen what its news look like.
 *
 * shift.h, which needs ten rows, over the metrics that decide; the time in which it stands in may have as many false
 * alarms as a day otherwise. Memory is 10 KB a metric.
 */
#ifndef ANALYZE_YOUNG_H
#define ANALYZE_YOUNG_H

#include "analyze/anomaly/episodes.h"
#include "analyze/features.h"

#define YOUNG_S 3600.0 /* how long it stands in */

struct young;

/*
 *   f       all features, borrowed, whose columns may move from row to row
 *   budget  false alarms in YOUNG_S
 */
struct young *young_new(const struct features *f, double step_s, double budget);
void young_free(struct young *y);

/*
 * Row i of the columns, in order; rows before it may have been forgotten, but not the last SHIFT_STAY.
 *
 *   reading  set to one reading for each feature, 0 for those that do not decide; borrowed until the next call
 *
 * Returns whether there is reason to open an episode.
 */
bool young_row(struct young *y, size_t i, const struct reading **reading);

void young_restart(struct young *y); /* after an outage */

#endif

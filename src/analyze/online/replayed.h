/*
 * What a recorder would have told of a recording: the default detector over its ticks, one after the other (online.h).
 *
 * It finds what shift.h cannot, as a level that creeps away or a sensor that is stuck, but has to see what is usual
 * first; in the first hour shift stands in for it, as it does in a recorder. Same recording, same findings.
 */
#ifndef ANALYZE_REPLAYED_H
#define ANALYZE_REPLAYED_H

#include "analyze/features.h"

#define REPLAYED_MIN_S 7200.0 /* of shorter ones shift would judge most, ... */
#define REPLAYED_MIN_ROWS 720 /* ... and of those with few rows, too */

/*
 * Finds the anomalies of a recording.
 *
 *   budget_per_day  false alarms tolerated
 *   out             *n anomalies by start, in the recording's slots and ticks; the caller's, also after an error
 *   reason          room for REPORT_TEXT bytes: why it cannot judge this one
 *
 * Errors, with a reason and no anomalies: -ENODATA too short a recording, -E2BIG more features than are learned.
 */
int replayed_find(const struct recording *r, const struct features *f, double budget_per_day,
                  struct anomaly **out, size_t *n, char *reason);

#endif

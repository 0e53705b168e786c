/* The part of the report that says what was unusual: detector, episodes, causes. */
#ifndef ANALYZE_ANOMALIES_H
#define ANALYZE_ANOMALIES_H

#include "analyze/features.h"

#define ANOMALIES_MIN_ROWS FEATURES_MIN_ROWS

/*
 * Fills the anomalies of a report, or the reason why there are none to tell.
 *
 * "shift" and "forest" are shift.h and woods.h. "detector" is the default one (online/replayed.h), which needs hours,
 * with shift beside it; "auto" is that where it can judge, else shift alone.
 */
void anomalies_find(const struct features *f, const struct analyze_options *o, struct report *out);

#endif

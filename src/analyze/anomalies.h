/* The part of the report that says what was unusual: detector, episodes, causes. */
#ifndef ANALYZE_ANOMALIES_H
#define ANALYZE_ANOMALIES_H

#include "analyze/features.h"

#define ANOMALIES_MIN_ROWS FEATURES_MIN_ROWS

/* Fills the anomalies of a report, or the reason why there are none to tell. */
void anomalies_find(const struct features *f, const struct analyze_options *o, struct report *out);

#endif

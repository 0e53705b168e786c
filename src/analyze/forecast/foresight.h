/* The part of the report that looks ahead: forecasts, the risk of anomalies, patterns of the hour and the weekday. */
#ifndef ANALYZE_FORESIGHT_H
#define ANALYZE_FORESIGHT_H

#include "analyze/report.h"

/* Fills the forecast of a report whose anomalies are known, or the reason why there is none. */
void foresight_find(const struct analyze_options *o, struct report *out);

#endif

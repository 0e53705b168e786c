/* Forecasts as JSON: the same members in the report and from `sonde forecast`. */
#ifndef OUTPUT_FORECAST_JSON_H
#define OUTPUT_FORECAST_JSON_H

#include "analyze/forecast/forecasts.h"
#include "base/json.h"

/*
 * Puts "horizon", "step_s" and "metrics" into an open object.
 *
 *   more  puts further members of a metric, by its id; NULL for none
 */
void forecast_json(struct json *j, const struct schema *s, const struct forecasts *all,
                   void (*more)(void *self, struct json *j, const char *id), void *self);

#endif

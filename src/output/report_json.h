/*
 * The report as one JSON object: docs/ARCHITECTURE.md section 5. Every part is there; what was not
 * computed is null, with its reason in the member `<part>_reason` beside it.
 */
#ifndef OUTPUT_REPORT_JSON_H
#define OUTPUT_REPORT_JSON_H

#include "analyze/report.h"
#include "base/buf.h"

struct json; /* base/json.h */

void report_json(struct buf *out, const struct report *r);

/* Puts what an insight says into an open object, but for its times. */
void report_json_insight(struct json *j, const struct insight *f);

/* What moved an anomaly, as an array. */
void report_json_causes(struct json *j, const char *name, const struct schema *s, const struct anomaly *a);

/* What changed before one, as the array "changes"; times_ms: times are numbers, "time_ms", and not texts, "time". */
void report_json_changes(struct json *j, const struct before_change *c, int n, bool times_ms);

#endif

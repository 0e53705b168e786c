/* The first line of the report, and the words for times and counts that its other parts share. */
#ifndef OUTPUT_REPORT_VERDICT_H
#define OUTPUT_REPORT_VERDICT_H

#include "analyze/report.h"
#include "base/text.h"
#include "output/screen.h"

/*
 * "WELL  nothing unusual in 60 s", "LOOK  1 anomaly: memory, 10:31:05, by stress-ng-vm", or
 * "SHORT  3.0 s is too short to say whether all is well".
 */
void report_verdict(struct buf *out, const struct report *r, const struct screen *s);

/* From the first tick to the end of the last. */
double report_length_s(const struct recording *rec);

/* "10:31:05", with its day in front where the recording spans several. Returns out. */
const char *report_when(const struct recording *rec, int64_t wall_ms,
                        char out[static TEXT_TIME_MAX]);

/* "s" where there are several. */
const char *report_plural(size_t n);

#endif

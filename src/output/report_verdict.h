/* The first line of the report, and the words for times and counts that its other parts share. */
#ifndef OUTPUT_REPORT_VERDICT_H
#define OUTPUT_REPORT_VERDICT_H

#include "analyze/report.h"
#include "base/text.h"
#include "output/screen.h"

enum verdict_level { VERDICT_WELL, VERDICT_LOOK, VERDICT_UNKNOWN };

struct verdict {
    enum verdict_level level;
    enum severity severity;   /* of the worst, where there is something to look at */
    char text[2 * REPORT_TEXT]; /* "memory used 4.95 GB, usual 661 MB, at 10:31:05, by stress-ng-vm" */
};

/* Is it well? Unknown where too little was seen to say what is unusual, and nothing was found. */
struct verdict report_judge(const struct report *r);

const char *verdict_level_name(enum verdict_level v); /* "well", "look", "unknown" */

const char *verdict_word(enum verdict_level v); /* "WELL", "LOOK", "SHORT": how a line begins */

/* The verdict as the first line: "WELL  nothing unusual in 60 s", "LOOK  ...", "SHORT  ...". */
void report_verdict(struct buf *out, const struct report *r, const struct screen *s);

/* From the first tick to the end of the last. */
double report_length_s(const struct recording *rec);

/* "10:31:05", with its day in front where the recording spans several. Returns out. */
const char *report_when(const struct recording *rec, int64_t wall_ms,
                        char out[static TEXT_TIME_MAX]);

/* "s" where there are several. */
const char *report_plural(size_t n);

#endif

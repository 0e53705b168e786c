/*
 * The report in plain words, for a terminal or a file: the verdict first, then the machine, the
 * numbers, what is unusual, what was found, and what is not known.
 */
#ifndef OUTPUT_REPORT_TEXT_H
#define OUTPUT_REPORT_TEXT_H

#include "analyze/report.h"
#include "output/screen.h"

struct report_text_options {
    bool forecast; /* the user asked for it: say what there is, or why there is none */
    /*
     * Does this process still run here? NULL where that cannot be known, of a file or another
     * machine: then no advice names a pid, which may be anybody's by now.
     */
    bool (*runs)(const struct suspect *p);
    bool nameless; /* changes of the machine without names, and no lines of logs: for those who are not to learn them */
};

void report_text(struct buf *out, const struct report *r, const struct screen *s,
                 const struct report_text_options *o);

#endif

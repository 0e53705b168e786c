/* When anomalies began, as far as an archive knows: what the risk of the next one is learned from. */
#ifndef LOOK_HISTORY_H
#define LOOK_HISTORY_H

#include "analyze/report.h"
#include "store/index.h"

struct history {
    struct report_history of;
    double *start_s;
    size_t n, cap;
};

/* Of the last 90 days before a time, of sessions that somebody looked at. NULL: nobody did. To be released with
 * history_done() in any case. */
const struct report_history *history_of(struct index *x, int64_t before_ms, struct history *h);
void history_done(struct history *h);

#endif

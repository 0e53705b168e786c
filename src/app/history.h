/* When anomalies began, as far as the archive knows: what the risk of the next one is learned from. */
#ifndef APP_HISTORY_H
#define APP_HISTORY_H

#include "analyze/report.h"
#include "app/command.h"

struct history {
    struct report_history of;
    double *start_s;
    size_t n, cap;
};

/* Of the last 90 days before a recording. NULL where there is no archive, or nobody looked for any. */
const struct report_history *history_learn(const struct args *a, const struct recording *rec, struct history *h);
void history_done(struct history *h);

#endif

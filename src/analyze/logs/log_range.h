/* The lines around anomalies of a time that is over: sources are read from some hours before, to know what is usual. */
#ifndef ANALYZE_LOGS_LOG_RANGE_H
#define ANALYZE_LOGS_LOG_RANGE_H

#include "analyze/logs/log_picks.h"
#include "analyze/logs/log_reader.h"

#define LOG_AFTER_MS 60000         /* what comes later than that after the end of an anomaly is another matter */
#define LOG_HISTORY_MS 21600000    /* 6 h: before an anomaly, to know what is usual */
#define LOG_RANGE_LINES 400000     /* behind so many, only the windows themselves are read, */
#define LOG_RANGE_MOST (INT64_C(4) * LOG_RANGE_LINES) /* and behind so many none: the reason says so */

struct log_episode {
    int64_t start_ms, end_ms;
};

/*
 * Reads what n anomalies need, which are sorted by their starts, and ranks; out has n items.
 *
 *   window_ms  how much before an anomaly a line may stand to explain it
 *
 * Returns how many lines were read.
 */
int64_t log_range(struct log_reader *r, const struct log_episode *of, size_t n, int64_t window_ms,
                  struct anomaly_logs *out);

#endif

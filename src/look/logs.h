/* Lines of logs that were found for anomalies, between the index and analysis. */
#ifndef LOOK_LOGS_H
#define LOOK_LOGS_H

#include "analyze/logs/log_picks.h"
#include "store/index.h"

#define LOOK_LOGS_NEAR_MS 120000 /* an anomaly that another analysis finds begins a little earlier or later */

/* What is stored for an anomaly of a session, or with NULL of any, by its start. 0, -ENODATA: nobody looked; or an error
 * of the index. */
int look_logs(struct index *x, const char *session, int64_t start_ms, struct anomaly_logs *out);

/* Stores it. 0, or an error of the index. */
int look_logs_keep(struct index *x, const char *session, int64_t start_ms, const struct anomaly_logs *logs);

#endif

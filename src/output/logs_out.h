/* Lines of logs that may explain an anomaly, as JSON and as one line of text. */
#ifndef OUTPUT_LOGS_OUT_H
#define OUTPUT_LOGS_OUT_H

#include "analyze/logs/log_picks.h"
#include "base/json.h"

/*
 * Puts members of an open object: "logs" and, where there are none, "logs_reason"; "logs_read" where logs were read.
 *
 *   logs    NULL: none was read, because of `reason`
 *   times_ms  times as numbers, "time_ms", and not as RFC 3339, "time"
 */
void logs_json(struct json *j, const struct anomaly_logs *logs, const char *reason, bool times_ms);

/* "14:05:31 kernel: Out of memory: Killed process 812 (mysqld) (3 times)"; the caller says of which day it is. */
void logs_text(const struct log_match *m, struct buf *out);

#endif

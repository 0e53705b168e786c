/*
 * How much a line weighs by itself, 0..1: by its priority; where the log gives none, by its words; and by its nature:
 * that a link is down is logged as information, and explains more than most errors do. Of a line that was written by
 * another than it claims the priority alone counts.
 */
#ifndef ANALYZE_LOGS_LOG_WEIGHT_H
#define ANALYZE_LOGS_LOG_WEIGHT_H

#include "analyze/logs/log_line.h"
#include "core/event.h"

double log_weight(const struct log_line *l);

/* As an event would have it: of priorities 0..2 critical, 3 and 4 warning, 5 notice, 6 and 7 info. */
enum severity log_severity(const struct log_line *l);

#endif

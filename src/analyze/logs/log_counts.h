/*
 * How often each template was read, and over how long a time, with forgetting: what was read a day ago counts half.
 *
 * The table is bounded; when it is full, those go that are seldom and were not seen for long, which then count as new.
 */
#ifndef ANALYZE_LOGS_LOG_COUNTS_H
#define ANALYZE_LOGS_LOG_COUNTS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define LOG_COUNTS_MAX 4096     /* templates */
#define LOG_COUNTS_HALF_MS 86400000

struct log_counts;

struct log_counts *log_counts_new(void);
void log_counts_free(struct log_counts *c);

/* A line of a template was read, said at a time; back in time counts as now. */
void log_counts_add(struct log_counts *c, uint64_t template, int64_t wall_ms);

/* All up to a time was read, from where it was read before. */
void log_counts_until(struct log_counts *c, int64_t wall_ms);

/* What lies before a time is not read, from where it was read before. */
void log_counts_skip(struct log_counts *c, int64_t wall_ms);

/* How often it was seen, and how many seconds were looked at; both forgotten as said. */
double log_counts_of(const struct log_counts *c, uint64_t template);
double log_counts_seconds(const struct log_counts *c);

/* As text, to go on from. load: false, and nothing is known, where it is none. */
void log_counts_save(const struct log_counts *c, struct buf *out);
bool log_counts_load(struct log_counts *c, const char *text);

#endif

/*
 * The lines of the last minutes, for an anomaly that is noticed after they were read. Bounded: of a template that fills
 * the minutes only some lines are kept, and of too many lines the oldest go.
 */
#ifndef ANALYZE_LOGS_LOG_MEMORY_H
#define ANALYZE_LOGS_LOG_MEMORY_H

#include "analyze/logs/log_line.h"

#define LOG_MEMORY_MAX 2048  /* lines */
#define LOG_MEMORY_SAME 16   /* of one template, and the last of them */

struct log_memory;

struct log_memory *log_memory_new(void);
void log_memory_free(struct log_memory *m);

/* Keeps a copy. */
void log_memory_add(struct log_memory *m, const struct log_line *l, uint64_t template);

/* Forgets what was said before. */
void log_memory_forget(struct log_memory *m, int64_t before_ms);

/* Calls each() for what is kept, in the order in which it came; the line is borrowed, in the call only. */
void log_memory_each(const struct log_memory *m, void (*each)(void *self, const struct log_line *l, uint64_t template),
                     void *self);

#endif

/*
 * Several sources as one stream of lines by time, without copies: where the journal and a file of syslog have the same
 * line, or two files, it comes once, from the one with the finer stamps.
 */
#ifndef ANALYZE_LOGS_LOG_READER_H
#define ANALYZE_LOGS_LOG_READER_H

#include "analyze/logs/log_source.h"

#define LOG_SOURCES_MAX 16

struct log_reader;

struct log_reader *log_reader_new(void);
void log_reader_free(struct log_reader *r); /* and closes its sources */

/* Takes a source over. -ENOSPC: there are LOG_SOURCES_MAX. */
int log_reader_add(struct log_reader *r, const struct log_source *s);
int log_reader_count(const struct log_reader *r);
const char *log_reader_name(const struct log_reader *r, int i);

/* The next line of all up to a time: 1, or 0. A source with an error is passed over until 0 was returned. */
int log_reader_next(struct log_reader *r, int64_t until_ms, struct log_line *out);

/* All sources to a time. */
void log_reader_seek_time(struct log_reader *r, int64_t wall_ms);

/* Where it is, a line for each source: its name and its cursor, behind a tab. */
void log_reader_save(const struct log_reader *r, struct buf *out);

/* Goes on from there. A source that has no cursor there, or does not know it any more, goes on from a time. How many
 * did have one. */
int log_reader_load(struct log_reader *r, const char *text, int64_t otherwise_ms);

#endif

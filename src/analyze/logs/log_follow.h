/*
 * Follows logs while anomalies come and go: knows what is usual, remembers the last minutes, and finds the lines around
 * an anomaly when it begins (what came before), and again when it and the minute after it are over (what came after).
 *
 * No clock and no thread: whoever calls says what time it is.
 */
#ifndef ANALYZE_LOGS_LOG_FOLLOW_H
#define ANALYZE_LOGS_LOG_FOLLOW_H

#include "analyze/logs/log_picks.h"
#include "analyze/logs/log_reader.h"

#define LOG_WATCHES 16 /* anomalies at once: when so many are watched, the oldest is ended by the next find */

struct log_follow;

/* Takes the reader over. */
struct log_follow *log_follow_new(struct log_reader *r, int64_t window_ms);
void log_follow_free(struct log_follow *f);

struct log_reader *log_follow_reader(struct log_follow *f);
struct log_counts *log_follow_counts(struct log_follow *f);

/*
 * Reads on, lines up to a time and at most max of them; take, where it is one, gets each. Returns how many; where they
 * are fewer than max, all was read.
 */
int log_follow_read(struct log_follow *f, int64_t until_ms, int max, log_taker *take, void *self);

/* More was written than may be read: goes on from a time. */
void log_follow_skip(struct log_follow *f, int64_t wall_ms);

int64_t log_follow_at(const struct log_follow *f); /* the time of the last line; 0 = there was none */

/* An anomaly that began at a time was noticed, and nothing where LOG_WATCHES are watched; it is over, at another. */
void log_follow_watch(struct log_follow *f, int64_t start_ms);
void log_follow_over(struct log_follow *f, int64_t start_ms, int64_t end_ms);

struct log_finding {
    int64_t start_ms;  /* of the anomaly */
    bool last;         /* nothing more will be found */
    struct anomaly_logs logs;
};

/* The next finding that is due by now; `end`: all that are not. False: there is none. To be called when what was
 * written by now was read. */
bool log_follow_find(struct log_follow *f, int64_t now_ms, bool end, struct log_finding *out);

#endif

/*
 * The lines that may explain an anomaly: those of the minutes around it, ranked by closeness x severity x rarity.
 *
 * Closeness fades with the time from the line to the anomaly: fast for what comes after its start, since a cause comes
 * before. Rarity is how surprising it is that such a line stands within a minute of any moment, by how often its
 * template was read elsewhere: one that comes every minute explains nothing. The same line again counts once, with its
 * number.
 */
#ifndef ANALYZE_LOGS_LOG_PICKS_H
#define ANALYZE_LOGS_LOG_PICKS_H

#include "analyze/logs/log_counts.h"
#include "analyze/logs/log_line.h"

#define LOG_MATCHES 5            /* of an anomaly */
#define LOG_REASON 160
#define LOG_NEAR_MS 60000        /* what stands closer does not count as usual */
#define LOG_LEAST_SCORE 0.07     /* below that a line says nothing of an anomaly */

struct log_match {
    struct log_line line;        /* the closest of its kind; .log is NULL, as its reader may be gone: */
    char log[64];                /* it stands here */
    int64_t count;               /* how many of its kind were in the window */
    double score;                /* 0..1 */
};

/* What was found of an anomaly. */
struct anomaly_logs {
    struct log_match match[LOG_MATCHES]; /* the best first */
    int n;
    int64_t read;                /* lines in the window */
    char reason[LOG_REASON];     /* why there is none; "" */
};

struct log_picks;

/* The window of an anomaly: from window_ms before its start to after_ms after its end. */
struct log_picks *log_picks_new(int64_t start_ms, int64_t end_ms, int64_t window_ms, int64_t after_ms);
void log_picks_free(struct log_picks *p);

void log_picks_end(struct log_picks *p, int64_t end_ms); /* it lasts until then */
int64_t log_picks_from(const struct log_picks *p);
int64_t log_picks_until(const struct log_picks *p);

/* A line that was read, with its template; one outside of the window is passed over. It is copied. */
void log_picks_offer(struct log_picks *p, const struct log_line *l, uint64_t template);

/* The best by what was counted so far; the reason is one of ours where there is none. */
void log_picks_rank(const struct log_picks *p, const struct log_counts *c, struct anomaly_logs *out);

#endif

/* index_logs.c - lines of logs that were found for anomalies, and what was looked at where none was. */
#include "store/index_own.h"

#include <errno.h>
#include <math.h>

struct logs_put {
    const char *id;
    const struct index_logs *logs;
};

static int logs_put_line(struct index *x, int64_t key, const struct index_logs *l, int rank)
{
    const struct index_log *g = &l->log[rank];
    return index_run(x, "INSERT INTO log_lines (session, anomaly_ms, rank, time_ms, log, ident, unit, message_id, priority, "
                     "text, count, score) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                     VALUES(I(key), I(l->anomaly_ms), I(rank), I(g->time_ms), T(g->log), T(g->ident), T(g->unit),
                            T(g->message_id), I(g->priority), T(g->text), I(g->count),
                            D(isfinite(g->score) ? g->score : 0)));
}

static int logs_put_one(struct index *x, void *self)
{
    const struct logs_put *p = self;
    const struct index_logs *l = p->logs;
    int64_t key;
    int rc = index_key(x, p->id, &key);
    rc = rc < 0 ? rc : index_run(x, "DELETE FROM log_lines WHERE session = ?1 AND anomaly_ms = ?2",
                                 VALUES(I(key), I(l->anomaly_ms)));
    rc = rc < 0 ? rc : index_run(x, "REPLACE INTO log_reads (session, anomaly_ms, read, reason) VALUES (?1, ?2, ?3, ?4)",
                                 VALUES(I(key), I(l->anomaly_ms), I(l->read), T(l->reason)));
    for (int i = 0; i < l->n && rc >= 0; i++)
        rc = logs_put_line(x, key, l, i);
    return rc;
}

static bool logs_fit(const struct index_logs *l)
{
    bool fit = l->n >= 0 && l->n <= INDEX_LOG_LINES && index_is_text(l->reason, INDEX_NOTE_MAX);
    for (int i = 0; i < l->n && fit; i++)
        fit = index_is_text(l->log[i].log, 64) && index_is_text(l->log[i].ident, 64) && index_is_text(l->log[i].unit, 80) &&
              index_is_text(l->log[i].message_id, 33) && index_is_text(l->log[i].text, INDEX_NOTE_MAX);
    return fit;
}

int index_put_logs(struct index *x, const char *id, const struct index_logs *l)
{
    int rc = logs_fit(l) ? index_write(x, logs_put_one, &(struct logs_put){ id, l }) : -EINVAL;
    return rc < 0 ? rc : 0;
}

static int logs_lines(struct index *x, int64_t key, int64_t anomaly_ms,
                      void (*each)(void *self, const struct index_log *l), void *self)
{
    sqlite3_stmt *s;
    int n = 0, rc = index_bind(x, "SELECT time_ms, log, ident, unit, message_id, priority, text, count, score FROM log_lines "
                               "WHERE session = ?1 AND anomaly_ms = ?2 ORDER BY rank", VALUES(I(key), I(anomaly_ms)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        each(self, &(struct index_log){
            .time_ms = sqlite3_column_int64(s, 0), .log = index_text(s, 1), .ident = index_text(s, 2),
            .unit = index_text(s, 3), .message_id = index_text(s, 4), .priority = sqlite3_column_int(s, 5),
            .text = index_text(s, 6), .count = sqlite3_column_int64(s, 7), .score = sqlite3_column_double(s, 8) });
        rc = 0;
        n++;
    }
    return rc < 0 ? rc : n;
}

int index_logs(struct index *x, const char *id, int64_t anomaly_ms, int64_t within_ms,
               void (*looked)(void *self, int64_t read, const char *reason),
               void (*each)(void *self, const struct index_log *l), void *self)
{
    sqlite3_stmt *s;
    int64_t key = 0, at_ms = 0;
    int rc = index_bind(x, "SELECT r.session, r.anomaly_ms, r.read, r.reason FROM log_reads r JOIN sessions s ON s.n = r.session "
                        "WHERE (?1 IS NULL OR s.id = ?1) AND r.anomaly_ms BETWEEN ?2 - ?3 AND ?2 + ?3 "
                        "ORDER BY abs(r.anomaly_ms - ?2) LIMIT 1", VALUES(T(id), I(anomaly_ms), I(within_ms)), &s);
    rc = rc < 0 ? rc : index_step(x, s);
    if (rc == 1) {
        key = sqlite3_column_int64(s, 0);
        at_ms = sqlite3_column_int64(s, 1);
        looked(self, sqlite3_column_int64(s, 2), index_text(s, 3));
        sqlite3_reset(s);
    }
    return rc < 0 ? rc : rc == 0 ? -ENODATA : logs_lines(x, key, at_ms, each, self);
}

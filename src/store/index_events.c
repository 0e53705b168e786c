/* index_events.c - events and anomalies of sessions; triggers count them (index_schema.c). */
#include "store/index_own.h"

#include <errno.h>
#include <math.h>

#define ANOMALY_BATCH 16 /* of up to 6 KiB each: see INDEX_ROOM */

struct events_batch {
    const char *id;
    const struct event *events;
    const struct index_anomaly *anomalies;
    size_t n;
};

static int events_add(struct index *x, void *self)
{
    const struct events_batch *b = self;
    int64_t key;
    int rc = index_key(x, b->id, &key);
    for (size_t i = 0; i < b->n && rc >= 0; i++) {
        const struct event *e = &b->events[i];
        rc = index_run(x, "INSERT INTO events (session, time_ms, end_ms, kind, severity, source, text) "
                       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                       VALUES(I(key), I(e->wall_ms), I(e->end_ms), T(event_kind_name(e->kind)), I(e->severity),
                              T(e->source), T(e->text)));
    }
    return rc;
}

int index_add_events(struct index *x, const char *id, const struct event *e, size_t n)
{
    for (size_t at = 0; at < n; at += INDEX_BATCH) {
        size_t count = n - at < INDEX_BATCH ? n - at : INDEX_BATCH;
        int rc = index_write(x, events_add, &(struct events_batch){ .id = id, .events = e + at, .n = count });
        if (rc < 0)
            return rc;
    }
    return (int)n;
}

static int anomaly_run(struct index *x, const char *sql, int64_t key, const struct index_anomaly *a)
{
    return index_run(x, sql, VALUES(I(key), I(a->time_ms), I(a->end_ms), I(a->peak_ms),
                                    D(isfinite(a->score) ? a->score : 0),
                                    D(a->probability), I(a->severity), T(a->area), T(a->summary), T(a->causes)));
}

#define ANOMALY_INSERT "INSERT INTO anomalies (session, time_ms, end_ms, peak_ms, score, probability, " \
                       "severity, area, summary, causes) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10"

static int anomalies_add(struct index *x, void *self)
{
    const struct events_batch *b = self;
    int64_t key;
    int rc = index_key(x, b->id, &key);
    for (size_t i = 0; i < b->n && rc >= 0; i++)
        rc = anomaly_run(x, ANOMALY_INSERT, key, &b->anomalies[i]);
    return rc;
}

static int anomalies_put(struct index *x, void *self)
{
    const struct events_batch *b = self;
    int64_t key;
    int rc = index_key(x, b->id, &key);
    for (size_t i = 0; i < b->n && rc >= 0; i++) {
        rc = anomaly_run(x, "UPDATE anomalies SET end_ms = ?3, peak_ms = ?4, score = ?5, probability = ?6, "
                            "severity = ?7, area = ?8, summary = ?9, causes = ?10 WHERE session = ?1 AND time_ms = ?2",
                         key, &b->anomalies[i]);
        rc = rc < 0 ? rc : anomaly_run(x, ANOMALY_INSERT " WHERE NOT EXISTS "
                                       "(SELECT 1 FROM anomalies WHERE session = ?1 AND time_ms = ?2)",
                                       key, &b->anomalies[i]);
    }
    return rc;
}

static bool anomaly_fits(const struct index_anomaly *a)
{
    return index_is_text(a->area, 64) && index_is_text(a->summary, INDEX_NOTE_MAX)
        && index_is_text(a->causes, INDEX_CAUSES_MAX);
}

static int anomalies_check(const struct index_anomaly *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!anomaly_fits(&a[i]))
            return -EINVAL;
    return 0;
}

static int anomalies_write(struct index *x, int (*write)(struct index *x, void *self), const char *id,
                           const struct index_anomaly *a, size_t n)
{
    int rc = anomalies_check(a, n);
    for (size_t at = 0; at < n && rc >= 0; at += ANOMALY_BATCH) {
        size_t count = n - at < ANOMALY_BATCH ? n - at : ANOMALY_BATCH;
        rc = index_write(x, write, &(struct events_batch){ .id = id, .anomalies = a + at, .n = count });
    }
    return rc < 0 ? rc : (int)n;
}

int index_add_anomalies(struct index *x, const char *id, const struct index_anomaly *a, size_t n)
{
    return anomalies_write(x, anomalies_add, id, a, n);
}

int index_put_anomalies(struct index *x, const char *id, const struct index_anomaly *a, size_t n)
{
    return anomalies_write(x, anomalies_put, id, a, n);
}

struct judgement {
    int64_t key, n;
    const char *verdict, *workload;
};

/* An empty kind of work leaves what is known of it. */
static int anomalies_judge(struct index *x, void *self)
{
    const struct judgement *j = self;
    return index_run(x, "UPDATE sessions SET verdict = ?2, anomalies = ?3, "
                     "workload = CASE ?4 WHEN '' THEN workload ELSE ?4 END WHERE n = ?1",
                     VALUES(I(j->key), T(j->verdict), I(j->n), T(j->workload)));
}

int index_set_findings(struct index *x, const char *id, const char *verdict, const char *workload,
                       const struct index_anomaly *a, size_t n)
{
    struct judgement j = { .verdict = verdict, .workload = workload, .n = (int64_t)n };
    int64_t old = 0;
    bool texts = index_is_text(verdict, INDEX_VERDICT_MAX) && index_is_text(workload, INDEX_WORKLOAD_MAX);
    int rc = texts ? anomalies_check(a, n) : -EINVAL;
    rc = rc < 0 ? rc : index_key(x, id, &j.key);
    rc = rc < 0 ? rc : index_number(x, "SELECT ifnull(max(n), 0) FROM anomalies", NO_VALUES, &old);
    rc = rc < 0 ? rc : index_add_anomalies(x, id, a, n); /* before the old ones go, which retention may go by */
    rc = rc < 0 ? rc : index_clear_anomalies(x, j.key, old);
    rc = rc < 0 ? rc : index_write(x, anomalies_judge, &j);
    return rc < 0 ? rc : (int)n;
}

static enum severity events_severity(sqlite3_stmt *s, int column)
{
    int v = sqlite3_column_int(s, column);
    return v < SEVERITY_INFO || v > SEVERITY_CRITICAL ? SEVERITY_INFO : (enum severity)v;
}

#define RANGE(table) \
    "FROM " table " e JOIN sessions s ON s.n = e.session WHERE (?1 IS NULL OR s.id = ?1) " \
    "AND (?2 = 0 OR e.end_ms >= ?2) AND (?3 = 0 OR e.time_ms <= ?3) ORDER BY e.time_ms, e.n LIMIT ?4"

int index_events(struct index *x, const char *id, int64_t from_ms, int64_t to_ms, int64_t limit,
                 void (*each)(void *self, const struct index_event *e), void *self)
{
    sqlite3_stmt *s;
    int n = 0, rc = index_bind(x, "SELECT s.id, e.kind, e.source, e.text, e.time_ms, e.end_ms, e.severity "
                               RANGE("events"), VALUES(T(id), I(from_ms), I(to_ms), I(limit ? limit : -1)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        each(self, &(struct index_event){
            .session = index_text(s, 0), .kind = index_text(s, 1), .source = index_text(s, 2),
                .text = index_text(s, 3),
            .time_ms = sqlite3_column_int64(s, 4), .end_ms = sqlite3_column_int64(s, 5),
                .severity = events_severity(s, 6) });
        rc = 0;
        n++;
    }
    return rc < 0 ? rc : n;
}

int index_anomalies(struct index *x, const char *id, int64_t from_ms, int64_t to_ms, int64_t limit,
                    void (*each)(void *self, const struct index_anomaly *a), void *self)
{
    sqlite3_stmt *s;
    int n = 0, rc = index_bind(x, "SELECT s.id, e.time_ms, e.end_ms, e.peak_ms, e.score, e.probability, "
                                  "e.severity, e.area, e.summary, iif(json_valid(e.causes), e.causes, '[]') " RANGE("anomalies"),
                               VALUES(T(id), I(from_ms), I(to_ms), I(limit ? limit : -1)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        each(self, &(struct index_anomaly){
            .session = index_text(s, 0), .time_ms = sqlite3_column_int64(s, 1), .end_ms = sqlite3_column_int64(s, 2),
            .peak_ms = sqlite3_column_int64(s, 3), .score = sqlite3_column_double(s, 4),
            .probability = sqlite3_column_type(s, 5) == SQLITE_NULL ? NAN : sqlite3_column_double(s, 5),
            .severity = events_severity(s, 6), .area = index_text(s, 7), .summary = index_text(s, 8),
            .causes = index_text(s, 9) });
        rc = 0;
        n++;
    }
    return rc < 0 ? rc : n;
}

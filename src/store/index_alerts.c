/* index_alerts.c - what was raised, and which rules are silenced: a recorder that starts again raises nothing twice. */
#include "store/index_own.h"

#include "os/os.h"

#include <errno.h>
#include <math.h>

static int alerts_put(struct index *x, void *self)
{
    const struct index_alert *a = self;
    int rc = index_run(x, "DELETE FROM alerts WHERE n IN (SELECT n FROM alerts WHERE end_ms <> 0 AND since_ms < ?1 "
                       "AND end_ms < ?1 ORDER BY since_ms LIMIT 64)", VALUES(I(os_wall_ms() - INDEX_ALERT_KEPT_MS)));
    return rc < 0 ? rc : index_run(x, "INSERT INTO alerts (rule, metric, since_ms, end_ms, told_ms, severity, value, "
                                   "unit, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
                                   "ON CONFLICT (rule, metric, since_ms) DO UPDATE SET end_ms = excluded.end_ms, "
                                   "told_ms = excluded.told_ms, severity = excluded.severity, value = excluded.value, "
                                   "text = excluded.text",
                                   VALUES(T(a->rule), T(a->metric), I(a->since_ms), I(a->end_ms), I(a->told_ms),
                                          I(a->severity), D(isfinite(a->value) ? a->value : (double)NAN), T(a->unit),
                                          T(a->text)));
}

int index_put_alert(struct index *x, const struct index_alert *a)
{
    if (!*a->rule || !index_is_text(a->rule, INDEX_ALERT_RULE_MAX) || !index_is_text(a->metric, 256) ||
        !index_is_text(a->unit, 16) || !index_is_text(a->text, INDEX_NOTE_MAX))
        return -EINVAL;
    struct index_alert copy = *a;
    int rc = index_write(x, alerts_put, &copy);
    return rc < 0 ? rc : 0;
}

#define ALERTS_SELECT "SELECT rule, metric, since_ms, end_ms, told_ms, severity, value, unit, text " \
    "FROM alerts AS a WHERE "
#define ALERTS_LIMIT " ORDER BY since_ms DESC, n DESC LIMIT ?2"

/* Raised again before its end was told, it is the newer row of which receivers know. */
static const char *const alerts_sql[] = {
    [INDEX_ALERTS_RAISED] = ALERTS_SELECT "end_ms = 0 AND ?1 = ?1" ALERTS_LIMIT,
    [INDEX_ALERTS_PAST] = ALERTS_SELECT "end_ms <> 0 AND since_ms >= ?1" ALERTS_LIMIT,
    [INDEX_ALERTS_UNTOLD] = ALERTS_SELECT "end_ms <> 0 AND end_ms >= ?1 AND told_ms <> 0 AND told_ms < end_ms AND "
        "NOT EXISTS (SELECT 1 FROM alerts AS b WHERE b.rule = a.rule AND b.metric = a.metric AND "
        "b.since_ms > a.since_ms)" ALERTS_LIMIT,
};

int index_alerts(struct index *x, enum index_alerts which, int64_t from_ms, int64_t limit,
                 void (*each)(void *self, const struct index_alert *a), void *self)
{
    sqlite3_stmt *s;
    int n = 0, rc = index_bind(x, alerts_sql[which], VALUES(I(from_ms), I(limit ? limit : -1)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        int severity = sqlite3_column_int(s, 5);
        bool known = severity >= SEVERITY_INFO && severity <= SEVERITY_CRITICAL;
        each(self, &(struct index_alert){
            .rule = index_text(s, 0), .metric = index_text(s, 1), .since_ms = sqlite3_column_int64(s, 2),
            .end_ms = sqlite3_column_int64(s, 3), .told_ms = sqlite3_column_int64(s, 4),
            .severity = known ? (enum severity)severity : SEVERITY_INFO,
            .value = sqlite3_column_type(s, 6) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(s, 6),
            .unit = index_text(s, 7), .text = index_text(s, 8) });
        rc = 0;
        n++;
    }
    sqlite3_reset(s);
    return rc < 0 ? rc : n;
}

struct silence {
    const char *rule;
    int64_t until_ms;
};

static int silences_put(struct index *x, void *self)
{
    const struct silence *s = self;
    int rc = index_run(x, "DELETE FROM silences WHERE until_ms <= ?1", VALUES(I(os_wall_ms())));
    return rc < 0 ? rc : index_run(x, "INSERT INTO silences VALUES (?1, ?2) ON CONFLICT (rule) "
                                   "DO UPDATE SET until_ms = excluded.until_ms", VALUES(T(s->rule), I(s->until_ms)));
}

int index_silence(struct index *x, const char *rule, int64_t until_ms)
{
    if (!*rule || !index_is_text(rule, INDEX_ALERT_RULE_MAX))
        return -EINVAL;
    int rc = index_write(x, silences_put, &(struct silence){ rule, until_ms });
    return rc < 0 ? rc : 0;
}

static int silences_remove(struct index *x, void *self)
{
    const struct silence *s = self;
    return index_run(x, "DELETE FROM silences WHERE rule = ?1", VALUES(T(s->rule)));
}

int index_unsilence(struct index *x, const char *rule)
{
    int rc = index_write(x, silences_remove, &(struct silence){ .rule = rule });
    return rc < 0 ? rc : rc ? 0 : -ENODATA;
}

int index_silences(struct index *x, int64_t now_ms, void (*each)(void *self, const char *rule, int64_t until_ms),
                   void *self)
{
    sqlite3_stmt *s;
    int n = 0, rc = index_bind(x, "SELECT rule, until_ms FROM silences WHERE until_ms > ?1 ORDER BY rule LIMIT 64",
                               VALUES(I(now_ms)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        each(self, index_text(s, 0), sqlite3_column_int64(s, 1));
        rc = 0;
        n++;
    }
    sqlite3_reset(s);
    return rc < 0 ? rc : n;
}

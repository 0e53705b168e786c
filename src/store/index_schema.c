/*
 * index_schema.c - the tables of the index, and their versions.
 *
 * A version is a script; user_version says how many a file has seen. What a file holds is compared with what
 * the scripts make, to the letter, before anything is read from it: views, triggers and tables of somebody
 * else's are never run. Rows hang on the number of a session, not on its name, which takes 22 bytes.
 */
#include "store/index_own.h"

#include "base/auto.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define APPLICATION_ID 0x536f6e64 /* "Sond", told by file(1) */

#define COUNTED(table, column) \
    "CREATE TRIGGER " table "_counted AFTER INSERT ON " table " BEGIN " \
    "UPDATE sessions SET " column " WHERE n = NEW.session; END;"

/* Only ever added to: a script that was published stays as it is. */
static const char *const versions[] = {
    "CREATE TABLE sessions (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, hardware_id TEXT NOT NULL,"
    " os TEXT NOT NULL, cpu TEXT NOT NULL, cores INTEGER NOT NULL, memory_bytes INTEGER NOT NULL,"
    " start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, interval_s REAL NOT NULL,"
    " samples INTEGER NOT NULL, metrics INTEGER NOT NULL, gaps INTEGER NOT NULL DEFAULT 0,"
    " anomalies INTEGER NOT NULL DEFAULT 0, events INTEGER NOT NULL DEFAULT 0,"
    " state INTEGER NOT NULL, origin TEXT NOT NULL, workload TEXT NOT NULL, verdict TEXT NOT NULL) STRICT;"
    "CREATE INDEX sessions_by_start ON sessions (start_ms);"

    "CREATE TABLE labels (session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, name TEXT NOT NULL,"
    " note TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (session, name)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE events (n INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,"
    " time_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, kind TEXT NOT NULL, severity INTEGER NOT NULL,"
    " source TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE INDEX events_by_session ON events (session, time_ms);"
    "CREATE INDEX events_by_time ON events (time_ms);"
    COUNTED("events", "events = events + 1, gaps = gaps + (NEW.kind = 'gap')")

    "CREATE TABLE anomalies (n INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,"
    " time_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, peak_ms INTEGER NOT NULL, score REAL NOT NULL,"
    " probability REAL, severity INTEGER NOT NULL, area TEXT NOT NULL, summary TEXT NOT NULL,"
    " causes TEXT NOT NULL) STRICT;"
    "CREATE INDEX anomalies_by_session ON anomalies (session, time_ms);"
    "CREATE INDEX anomalies_by_time ON anomalies (time_ms);"
    COUNTED("anomalies", "anomalies = anomalies + 1")

    "CREATE TABLE filled (at_ms INTEGER NOT NULL) STRICT;", /* holds a row when it was filled from the segments */

    /* points: p10, p50, p90 and the naive forecast of each step as floats; NULL once it was scored, or never can be */
    "CREATE TABLE forecasts (n INTEGER PRIMARY KEY, metric TEXT NOT NULL, made_ms INTEGER NOT NULL,"
    " step_s REAL NOT NULL, horizon INTEGER NOT NULL, model TEXT NOT NULL, baseline TEXT NOT NULL, skill REAL,"
    " points BLOB, scored_ms INTEGER, steps INTEGER, error REAL, naive_error REAL, covered REAL) STRICT;"
    "CREATE INDEX forecasts_by_time ON forecasts (made_ms);"
    "CREATE INDEX forecasts_by_metric ON forecasts (metric, made_ms);"
    "CREATE INDEX forecasts_due ON forecasts (made_ms) WHERE points IS NOT NULL;",

    "CREATE TABLE alerts (n INTEGER PRIMARY KEY, rule TEXT NOT NULL, metric TEXT NOT NULL, since_ms INTEGER NOT NULL,"
    " end_ms INTEGER NOT NULL, told_ms INTEGER NOT NULL, severity INTEGER NOT NULL, value REAL, unit TEXT NOT NULL,"
    " text TEXT NOT NULL, UNIQUE (rule, metric, since_ms)) STRICT;"
    "CREATE INDEX alerts_by_time ON alerts (since_ms);"
    "CREATE INDEX alerts_raised ON alerts (since_ms) WHERE end_ms = 0;"
    "CREATE TABLE silences (rule TEXT NOT NULL PRIMARY KEY, until_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;",

    /* what was looked at for an anomaly, and the lines that may explain it, the best first */
    "CREATE TABLE log_reads (session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, anomaly_ms INTEGER NOT NULL,"
    " read INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (session, anomaly_ms)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX log_reads_by_time ON log_reads (anomaly_ms);"
    "CREATE TABLE log_lines (n INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,"
    " anomaly_ms INTEGER NOT NULL, rank INTEGER NOT NULL, time_ms INTEGER NOT NULL, log TEXT NOT NULL,"
    " ident TEXT NOT NULL, unit TEXT NOT NULL, message_id TEXT NOT NULL, priority INTEGER NOT NULL, text TEXT NOT NULL,"
    " count INTEGER NOT NULL, score REAL NOT NULL) STRICT;"
    "CREATE INDEX log_lines_by_anomaly ON log_lines (session, anomaly_ms);",

    /* value NULL: the trial failed; it is infinite where it was ended */
    "CREATE TABLE policies (n INTEGER PRIMARY KEY, machine TEXT NOT NULL, workload TEXT NOT NULL,"
    " class TEXT NOT NULL, goal TEXT NOT NULL, contention TEXT NOT NULL, metric TEXT NOT NULL, state INTEGER NOT NULL,"
    " arm TEXT NOT NULL, reason TEXT NOT NULL, ratio REAL, lo REAL, hi REAL, p REAL, pairs INTEGER NOT NULL,"
    " won INTEGER NOT NULL, at_ms INTEGER NOT NULL, version TEXT NOT NULL) STRICT;"
    "CREATE INDEX policies_by_key ON policies (workload, machine, goal, contention, metric);"
    "CREATE TABLE trials (policy INTEGER NOT NULL REFERENCES policies ON DELETE CASCADE, i INTEGER NOT NULL,"
    " phase TEXT NOT NULL, arm TEXT NOT NULL, value REAL, wall_s REAL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (policy, i)) STRICT, WITHOUT ROWID;",

    "ALTER TABLE policies ADD COLUMN name TEXT NOT NULL DEFAULT '';",
};

enum { VERSIONS = sizeof versions / sizeof *versions };

static int schema_apply(struct index *x, int from)
{
    for (int v = from; v < VERSIONS; v++) {
        auto_buf struct buf script = { 0 };
        buf_printf(&script, "BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT", versions[v], v + 1);
        int rc = sqlite3_exec(x->db, script.p, NULL, NULL, NULL);
        if (rc != SQLITE_OK) {
            rc = index_error(x, rc);
            sqlite3_exec(x->db, "ROLLBACK", NULL, NULL, NULL);
            return rc;
        }
    }
    return 0;
}

/* All that was ever created in a file, as one text. */
static int schema_text(struct index *x, struct buf *out)
{
    sqlite3_stmt *s;
    int rc = index_bind(x, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name", NO_VALUES, &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        buf_printf(out, "%s: %s\n", index_text(s, 0), index_text(s, 1));
        rc = out->n > 65536 ? -EBADMSG : 0;
    }
    sqlite3_reset(s);
    return rc;
}

/* The text of a file that the scripts have just made. */
static int schema_expected(struct buf *out)
{
    struct index fresh = { 0 };
    int rc = index_error(&fresh, sqlite3_open_v2(":memory:", &fresh.db,
                                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL));
    if (rc == 0)
        rc = schema_apply(&fresh, 0);
    if (rc == 0)
        rc = schema_text(&fresh, out);
    for (int i = 0; i < fresh.n_statements; i++)
        sqlite3_finalize(fresh.statements[i].statement);
    sqlite3_close(fresh.db);
    return rc;
}

int index_recognise(struct index *x)
{
    int64_t application, version;
    int rc = index_number(x, "PRAGMA application_id", NO_VALUES, &application);
    if (rc == 0)
        rc = index_number(x, "PRAGMA user_version", NO_VALUES, &version);
    if (rc < 0)
        return rc;
    if (application == APPLICATION_ID && version != VERSIONS)
        return -ENOTSUP;
    auto_buf struct buf expected = { 0 }, found = { 0 };
    if (application != APPLICATION_ID)
        return -EBADMSG;
    rc = schema_expected(&expected);
    if (rc == 0)
        rc = schema_text(x, &found);
    return rc < 0 ? rc : strcmp(buf_text(&expected), buf_text(&found)) == 0 ? 0 : -EBADMSG;
}

/* Pages are given back one by one, and the identity comes with the first table. */
static int schema_begin(struct index *x)
{
    char script[160];
    snprintf(script, sizeof script,
             "PRAGMA page_size = %d; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = %d",
             INDEX_PAGE, APPLICATION_ID);
    return index_error(x, sqlite3_exec(x->db, script, NULL, NULL, NULL));
}

int index_migrate(struct index *x)
{
    int64_t application, version, pages;
    int rc = index_number(x, "PRAGMA application_id", NO_VALUES, &application);
    if (rc == 0)
        rc = index_number(x, "PRAGMA user_version", NO_VALUES, &version);
    if (rc == 0)
        rc = index_number(x, "PRAGMA page_count", NO_VALUES, &pages);
    if (rc < 0)
        return rc;
    bool is_new = pages <= 1 && version == 0; /* a page without tables: begun, and a full disk came */
    if (!is_new && application != APPLICATION_ID)
        return -EBADMSG;
    if (is_new && (rc = schema_begin(x)) < 0)
        return rc;
    rc = version >= 0 && version < VERSIONS ? schema_apply(x, (int)version) : 0;
    return rc < 0 ? rc : index_recognise(x);
}

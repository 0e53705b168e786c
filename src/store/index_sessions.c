/* index_sessions.c - sessions: kept up to date, ended, listed, found again. */
#include "store/index_own.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS \
    "s.id, s.hardware_id, s.os, s.cpu, s.cores, s.memory_bytes, s.start_ms, s.end_ms, s.interval_s, " \
    "s.samples, s.metrics, s.gaps, s.anomalies, s.events, s.state, s.origin, s.workload, s.verdict, " \
    "(SELECT group_concat(name, ', ') FROM labels WHERE session = s.n) "

const char *index_state_name(enum index_state s)
{
    static const char *const names[] = { "running", "ended", "crashed" };
    return names[s];
}

/* Ours were checked on the way in; a file of somebody else's may hold anything. */
static void sessions_copy(char *out, size_t cap, sqlite3_stmt *s, int column)
{
    text_copy(out, cap, index_text(s, column));
}

static int64_t sessions_count(sqlite3_stmt *s, int column)
{
    int64_t v = sqlite3_column_int64(s, column);
    return v < 0 ? 0 : v;
}

static void sessions_read(sqlite3_stmt *s, struct index_session *out)
{
    *out = (struct index_session){
        .cores = (int)(sessions_count(s, 4) % INT32_MAX), .memory_bytes = sessions_count(s, 5),
        .start_ms = sqlite3_column_int64(s, 6), .end_ms = sqlite3_column_int64(s, 7),
        .interval_s = sqlite3_column_double(s, 8), .samples = sessions_count(s, 9), .metrics = sessions_count(s, 10),
        .gaps = sessions_count(s, 11), .anomalies = sessions_count(s, 12), .events = sessions_count(s, 13),
    };
    int64_t state = sqlite3_column_int64(s, 14);
    out->state = state >= INDEX_RUNNING && state <= INDEX_CRASHED ? (enum index_state)state : INDEX_CRASHED;
    sessions_copy(out->id, sizeof out->id, s, 0);
    sessions_copy(out->hardware_id, sizeof out->hardware_id, s, 1);
    sessions_copy(out->os, sizeof out->os, s, 2);
    sessions_copy(out->cpu, sizeof out->cpu, s, 3);
    sessions_copy(out->origin, sizeof out->origin, s, 15);
    sessions_copy(out->workload, sizeof out->workload, s, 16);
    sessions_copy(out->verdict, sizeof out->verdict, s, 17);
    sessions_copy(out->labels, sizeof out->labels, s, 18);
}

static int sessions_put(struct index *x, const struct index_session *s, const char *id)
{
    return index_run(x,
        "INSERT INTO sessions (id, hardware_id, os, cpu, cores, memory_bytes, start_ms, end_ms, interval_s, "
        "samples, metrics, state, origin, workload, verdict) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) "
        "ON CONFLICT (id) DO UPDATE SET hardware_id = excluded.hardware_id, os = excluded.os, cpu = excluded.cpu, "
        "cores = excluded.cores, memory_bytes = excluded.memory_bytes, start_ms = excluded.start_ms, "
        "end_ms = excluded.end_ms, interval_s = excluded.interval_s, samples = excluded.samples, "
        "metrics = excluded.metrics, state = excluded.state, origin = excluded.origin, "
        "workload = excluded.workload, verdict = excluded.verdict",
        VALUES(T(id), T(s->hardware_id), T(s->os), T(s->cpu), I(s->cores), I(s->memory_bytes), I(s->start_ms),
               I(s->end_ms), D(s->interval_s), I(s->samples), I(s->metrics), I(s->state), T(s->origin), T(s->workload),
               T(s->verdict)));
}

static int sessions_put_work(struct index *x, void *self)
{
    const struct index_session *s = self;
    return sessions_put(x, s, s->id);
}

int index_put_session(struct index *x, const struct index_session *s)
{
    struct index_session copy = *s;
    if (!*s->id || !text_is_plain(s->id))
        return -EINVAL;
    int rc = index_write(x, sessions_put_work, &copy);
    return rc < 0 ? rc : 0;
}

/* A change of one session. */
struct sessions_set {
    const char *id, *text;
    int64_t a, b, c;
};

static int sessions_changed(int rows)
{
    return rows > 0 ? 0 : rows ? rows : -ENOENT;
}

static int sessions_progress(struct index *x, void *self)
{
    const struct sessions_set *p = self;
    return index_run(x, "UPDATE sessions SET end_ms = ?2, samples = ?3, metrics = ?4 WHERE id = ?1",
                     VALUES(T(p->id), I(p->a), I(p->b), I(p->c)));
}

int index_progress(struct index *x, const char *id, int64_t end_ms, int64_t samples, int64_t metrics)
{
    return sessions_changed(index_write(x, sessions_progress,
                                        &(struct sessions_set){ id, NULL, end_ms, samples, metrics }));
}

static int sessions_workload(struct index *x, void *self)
{
    const struct sessions_set *p = self;
    return index_run(x, "UPDATE sessions SET workload = ?2 WHERE id = ?1", VALUES(T(p->id), T(p->text)));
}

int index_set_workload(struct index *x, const char *id, const char *workload)
{
    if (!index_is_text(workload, INDEX_WORKLOAD_MAX))
        return -EINVAL;
    return sessions_changed(index_write(x, sessions_workload, &(struct sessions_set){ id, workload, 0, 0, 0 }));
}

static int sessions_end(struct index *x, void *self)
{
    const struct sessions_set *e = self;
    return index_run(x, "UPDATE sessions SET state = ?2 WHERE id = ?1", VALUES(T(e->id), I(e->a)));
}

int index_end(struct index *x, const char *id, enum index_state state)
{
    return sessions_changed(index_write(x, sessions_end, &(struct sessions_set){ .id = id, .a = state }));
}

#define FILTERED \
    "SELECT " COLUMNS "FROM sessions s WHERE (?1 = 0 OR s.end_ms >= ?1) AND (?2 = 0 OR s.start_ms <= ?2) " \
    "AND (?3 IS NULL OR EXISTS (SELECT 1 FROM labels WHERE session = s.n AND name GLOB ?3)) " \
    "AND (?4 IS NULL OR s.workload GLOB ?4) AND s.anomalies >= ?5 AND (?6 < 0 OR s.anomalies <= ?6) " \
    "ORDER BY s.start_ms "

int index_sessions(struct index *x, const struct index_filter *f,
                   void (*each)(void *self, const struct index_session *s), void *self)
{
    sqlite3_stmt *s;
    struct index_session session;
    int n = 0, rc = index_bind(x, f->newest_first ? FILTERED "DESC, s.n DESC LIMIT ?7" : FILTERED ", s.n LIMIT ?7",
                               VALUES(I(f->from_ms), I(f->to_ms), T(f->label), T(f->workload), I(f->min_anomalies),
                                      I(f->max_anomalies), I(f->limit ? f->limit : -1)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        sessions_read(s, &session);
        each(self, &session);
        rc = 0;
        n++;
    }
    return rc < 0 ? rc : n;
}

int index_session(struct index *x, const char *id, struct index_session *out)
{
    sqlite3_stmt *s;
    int rc = index_bind(x, "SELECT " COLUMNS "FROM sessions s WHERE s.id = ?1", VALUES(T(id)), &s);
    if (rc == 0)
        rc = index_step(x, s);
    if (rc <= 0)
        return rc ? rc : -ENOENT;
    sessions_read(s, out);
    sqlite3_reset(s);
    return 0;
}

/* The only id that begins with a text. */
static int sessions_prefix(struct index *x, const char *text, char id[static INDEX_ID_MAX])
{
    sqlite3_stmt *s;
    int n = 0, rc = index_bind(x, "SELECT id FROM sessions WHERE substr(id, 1, length(?1)) = ?1 "
                               "OR substr(id, 1, length(?1) + 8) = 'session_' || ?1 LIMIT 2", VALUES(T(text)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        sessions_copy(id, INDEX_ID_MAX, s, 0);
        rc = 0;
        n++;
    }
    return rc < 0 ? rc : n == 1 ? 0 : n ? -ENOTUNIQ : -ENOENT;
}

int index_resolve(struct index *x, const char *text, char id[static INDEX_ID_MAX])
{
    sqlite3_stmt *s;
    int rc = index_bind(x, "SELECT id FROM sessions WHERE ?1 IN (id, 'last', substr(id, 9)) "
                        "ORDER BY start_ms DESC, n DESC LIMIT 1", VALUES(T(text)), &s);
    if (rc == 0)
        rc = index_step(x, s);
    if (rc < 0 || (rc == 0 && (!*text || strcmp(text, "last") == 0)))
        return rc ? rc : -ENOENT;
    if (rc == 0)
        return sessions_prefix(x, text, id);
    sessions_copy(id, INDEX_ID_MAX, s, 0);
    sqlite3_reset(s);
    return 0;
}

/* index_segments.c - which segments there are, a cache of what their files say; and what the index holds in all. */
#include "store/index_own.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

static int segments_put(struct index *x, void *self)
{
    const struct index_segment *g = self;
    return index_run(x, "INSERT OR REPLACE INTO segments VALUES (?1, (SELECT n FROM sessions WHERE id = ?2), "
                        "?3, ?4, ?5, ?6)",
                     VALUES(T(g->name), T(g->session), I(g->first_ms), I(g->last_ms), I(g->ticks), I(g->bytes)));
}

/* A name is a file below segments/, never a path: whoever removes a segment takes it from here. */
static bool segments_is_name(const char *name)
{
    return *name && *name != '.' && strlen(name) < INDEX_NAME_MAX && !strpbrk(name, "/\\") && text_is_plain(name);
}

int index_put_segment(struct index *x, const struct index_segment *g)
{
    struct index_segment copy = *g;
    if (!segments_is_name(g->name))
        return -EINVAL;
    int rc = index_write(x, segments_put, &copy);
    return rc < 0 ? rc : 0;
}

static int segments_remove(struct index *x, void *self)
{
    return index_run(x, "DELETE FROM segments WHERE name = ?1", VALUES(T((const char *)self)));
}

int index_remove_segment(struct index *x, const char *name)
{
    struct index_segment g;
    text_copy(g.name, sizeof g.name, name);
    int rc = index_write(x, segments_remove, g.name);
    return rc < 0 ? rc : rc ? 0 : -ENOENT;
}

int index_segments(struct index *x, const char *id, void (*each)(void *self, const struct index_segment *g),
                   void *self)
{
    sqlite3_stmt *s;
    int n = 0, rc = index_bind(x, "SELECT name, ifnull(id, ''), first_ms, last_ms, ticks, bytes FROM segments "
                               "LEFT JOIN sessions ON n = session WHERE ?1 IS NULL OR id = ?1 ORDER BY "
                               "first_ms, name",
                               VALUES(T(id)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        struct index_segment g = {
            .first_ms = sqlite3_column_int64(s, 2), .last_ms = sqlite3_column_int64(s, 3),
            .ticks = sqlite3_column_int64(s, 4), .bytes = sqlite3_column_int64(s, 5) };
        rc = 0;
        if (!segments_is_name(index_text(s, 0)))
            continue;
        text_copy(g.name, sizeof g.name, index_text(s, 0));
        text_copy(g.session, sizeof g.session, index_text(s, 1));
        each(self, &g);
        n++;
    }
    return rc < 0 ? rc : n;
}

static int stats_sessions(struct index *x, struct index_stats *out)
{
    sqlite3_stmt *s;
    int rc = index_bind(x, "SELECT count(*), total(state = 0), total(state = 2), total(samples), "
                        "min(start_ms), max(end_ms), (SELECT count(DISTINCT session) FROM labels), "
                        "(SELECT count(DISTINCT session) FROM pins) FROM sessions", NO_VALUES, &s);
    if (rc == 0)
        rc = index_step(x, s);
    if (rc <= 0)
        return rc;
    out->sessions = sqlite3_column_int64(s, 0);
    out->running = sqlite3_column_int64(s, 1);
    out->crashed = sqlite3_column_int64(s, 2);
    out->samples = sqlite3_column_int64(s, 3);
    out->first_ms = sqlite3_column_int64(s, 4);
    out->last_ms = sqlite3_column_int64(s, 5);
    out->labelled = sqlite3_column_int64(s, 6);
    out->pinned = sqlite3_column_int64(s, 7);
    sqlite3_reset(s);
    return 0;
}

static int stats_segments(struct index *x, struct index_stats *out)
{
    sqlite3_stmt *s;
    int rc = index_bind(x, "SELECT count(*), total(g.bytes), total(ticks), "
                        "total(CAST(ticks AS REAL) * ifnull(metrics, 0)) FROM segments g LEFT JOIN sessions ON n = session", NO_VALUES, &s);
    if (rc == 0)
        rc = index_step(x, s);
    if (rc <= 0)
        return rc;
    out->segments = sqlite3_column_int64(s, 0);
    out->segment_bytes = sqlite3_column_int64(s, 1);
    out->segment_ticks = sqlite3_column_int64(s, 2);
    out->segment_values = sqlite3_column_double(s, 3);
    sqlite3_reset(s);
    return 0;
}

int index_stats(struct index *x, struct index_stats *out)
{
    struct index_stats st = { 0 };
    int64_t pages = 0, unused = 0;
    int rc = stats_sessions(x, &st);
    if (rc == 0)
        rc = stats_segments(x, &st);
    if (rc == 0)
        rc = index_number(x, "SELECT count(*) FROM events", NO_VALUES, &st.events);
    if (rc == 0)
        rc = index_number(x, "SELECT count(*) FROM anomalies", NO_VALUES, &st.anomalies);
    if (rc == 0)
        rc = index_number(x, "PRAGMA page_count", NO_VALUES, &pages);
    if (rc == 0)
        rc = index_number(x, "PRAGMA freelist_count", NO_VALUES, &unused);
    if (rc < 0)
        return rc;
    st.database_bytes = pages * INDEX_PAGE;
    st.free_bytes = unused * INDEX_PAGE;
    *out = st;
    return 0;
}

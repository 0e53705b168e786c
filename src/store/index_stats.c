/* index_stats.c - what the index holds in all. */
#include "store/index_own.h"

static int stats_sessions(struct index *x, struct index_stats *out)
{
    sqlite3_stmt *s;
    int rc = index_bind(x, "SELECT count(*), total(state = 0), total(state = 2), total(samples), "
                        "min(start_ms), max(end_ms), (SELECT count(DISTINCT session) FROM labels) "
                        "FROM sessions", NO_VALUES, &s);
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
    sqlite3_reset(s);
    return 0;
}

int index_stats(struct index *x, struct index_stats *out)
{
    struct index_stats st = { 0 };
    int64_t pages = 0, unused = 0;
    int rc = stats_sessions(x, &st);
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

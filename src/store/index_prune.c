/*
 * index_prune.c - what goes: sessions, anomalies, and the oldest of all where the allowance is used up.
 *
 * In steps of STEP rows, each a transaction: one that removed a year of events at once would need
 * the log for all of their pages.
 */
#include "store/index_own.h"

#include <errno.h>

#define LABELLED "(SELECT session FROM labels) "

enum { STEP = 256, STEP_SESSIONS = 16 };

/* The rows of one step: removed by statement `sql`, with up to two numbers. */
struct prune_step {
    const char *sql;
    struct index_value v[3];
    int n;
};

static int prune_step(struct index *x, void *self)
{
    const struct prune_step *p = self;
    return index_run(x, p->sql, p->v, p->n);
}

/* Step after step until nothing is left, or until enough is free. Returns how many rows went. */
static int prune_steps(struct index *x, struct prune_step *p, bool (*enough)(struct index *x))
{
    int n = 0, rc;
    do {
        rc = enough && enough(x) ? 0 : index_write_once(x, prune_step, p);
        n += rc > 0 ? rc : 0;
    } while (rc > 0);
    return rc < 0 ? rc : n;
}

int index_remove(struct index *x, const char *id)
{
    int64_t key;
    int rc = index_key(x, id, &key);
    if (rc < 0)
        return rc;
    struct prune_step steps[] = {
        { "DELETE FROM events WHERE n IN (SELECT n FROM events WHERE session = ?1 LIMIT ?2)",
          { I(key), I(STEP) }, 2 },
        { "DELETE FROM log_lines WHERE n IN (SELECT n FROM log_lines WHERE session = ?1 LIMIT ?2)",
          { I(key), I(STEP) }, 2 },
        { "DELETE FROM log_reads WHERE session = ?1 AND anomaly_ms IN "
          "(SELECT anomaly_ms FROM log_reads WHERE session = ?1 LIMIT ?2)", { I(key), I(STEP) }, 2 },
        { "DELETE FROM sessions WHERE n = ?1", { I(key) }, 1 },
    };
    rc = index_clear_anomalies(x, key, INT64_MAX);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && rc >= 0; i++)
        rc = prune_steps(x, &steps[i], NULL);
    return rc < 0 ? rc : 0;
}

int index_clear_anomalies(struct index *x, int64_t key, int64_t upto)
{
    struct prune_step step = {
        "DELETE FROM anomalies WHERE n IN (SELECT n FROM anomalies WHERE session = ?1 AND n <= ?2 LIMIT ?3)",
        { I(key), I(upto), I(STEP_SESSIONS) }, 3
    };
    int rc = prune_steps(x, &step, NULL);
    return rc < 0 ? rc : 0;
}

static bool prune_has_room(struct index *x)
{
    int64_t pages = 0, unused = 0, room = x->pages_max / 8 > INDEX_ROOM ? x->pages_max / 8 : INDEX_ROOM;
    return index_number(x, "PRAGMA page_count", NO_VALUES, &pages) == 0 &&
           index_number(x, "PRAGMA freelist_count", NO_VALUES, &unused) == 0 && pages - unused + room <= x->pages_max;
}

int index_make_room(struct index *x)
{
    struct prune_step steps[] = {
        { "DELETE FROM forecasts WHERE n IN (SELECT n FROM forecasts ORDER BY made_ms LIMIT ?1)", { I(STEP) }, 1 },
        { "DELETE FROM alerts WHERE n IN (SELECT n FROM alerts WHERE end_ms <> 0 ORDER BY since_ms LIMIT ?1)",
          { I(STEP) }, 1 },
        { "DELETE FROM log_lines WHERE n IN (SELECT n FROM log_lines WHERE session NOT IN " LABELLED
          "ORDER BY n LIMIT ?1)", { I(STEP) }, 1 },
        { "DELETE FROM trials WHERE (policy, i) IN (SELECT policy, i FROM trials ORDER BY policy, i LIMIT ?1)",
          { I(STEP) }, 1 },
        { "DELETE FROM events WHERE n IN (SELECT n FROM events WHERE session NOT IN " LABELLED
          "ORDER BY time_ms LIMIT ?1)", { I(STEP) }, 1 },
        { "DELETE FROM anomalies WHERE n IN (SELECT n FROM anomalies WHERE session NOT IN " LABELLED
          "ORDER BY time_ms LIMIT ?1)", { I(STEP_SESSIONS) }, 1 },
        { "DELETE FROM sessions WHERE n IN (SELECT n FROM sessions WHERE state <> 0 AND n NOT IN " LABELLED
          "ORDER BY start_ms LIMIT ?1)", { I(STEP_SESSIONS) }, 1 },
        { "DELETE FROM events WHERE n IN (SELECT n FROM events ORDER BY time_ms LIMIT ?1)", { I(STEP) }, 1 },
        { "DELETE FROM policies WHERE n IN (SELECT n FROM policies ORDER BY n LIMIT ?1)", { I(STEP_SESSIONS) }, 1 },
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int rc = prune_steps(x, &steps[i], prune_has_room);
        if (rc < 0)
            return rc;
    }
    return prune_has_room(x) ? 0 : -EDQUOT;
}

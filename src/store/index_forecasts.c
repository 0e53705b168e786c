/*
 * index_forecasts.c - what was forecast, and how it turned out.
 *
 * A forecast is large while it waits (16 bytes a step) and small once it was scored: a recorder makes thousands a week.
 */
#include "store/index_own.h"

#include <errno.h>
#include <string.h>

#define FORECAST_BATCH 64 /* of up to 4 KiB each: see INDEX_ROOM */

struct forecasts_batch {
    const struct index_forecast *f;
    size_t n;
    int64_t newest_ms;
};

static size_t forecast_bytes(int horizon)
{
    return (size_t)horizon * INDEX_FORECAST_QUANTITIES * sizeof(float);
}

static int forecasts_add(struct index *x, void *self)
{
    const struct forecasts_batch *b = self;
    int rc = index_run(x, "DELETE FROM forecasts WHERE n IN (SELECT n FROM forecasts WHERE made_ms < ?1 LIMIT 256)",
                       VALUES(I(b->newest_ms - INDEX_FORECAST_KEPT_MS)));
    for (size_t i = 0; i < b->n && rc >= 0; i++) {
        const struct index_forecast *f = &b->f[i];
        rc = index_run(x, "INSERT INTO forecasts (metric, made_ms, step_s, horizon, model, baseline, skill, points) "
                       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                       VALUES(T(f->metric), I(f->made_ms), D(f->step_s), I(f->horizon), T(f->model), T(f->baseline),
                              D(f->skill), B(f->points, forecast_bytes(f->horizon))));
    }
    return rc;
}

int index_add_forecasts(struct index *x, const struct index_forecast *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (f[i].horizon < 1 || f[i].horizon > INDEX_FORECAST_STEPS || !index_is_text(f[i].metric, 256) ||
            !index_is_text(f[i].model, 32) || !index_is_text(f[i].baseline, 32))
            return -EINVAL;
    for (size_t at = 0; at < n; at += FORECAST_BATCH) {
        struct forecasts_batch b = { f + at, n - at < FORECAST_BATCH ? n - at : FORECAST_BATCH, f[at].made_ms };
        int rc = index_write(x, forecasts_add, &b);
        if (rc < 0)
            return rc;
    }
    return (int)n;
}

int index_forecasts_due(struct index *x, int64_t now_ms, int64_t limit,
                        void (*each)(void *self, const struct index_forecast *f), void *self)
{
    sqlite3_stmt *s;
    float points[INDEX_FORECAST_STEPS * INDEX_FORECAST_QUANTITIES];
    int n = 0, rc = index_bind(x, "SELECT n, metric, made_ms, step_s, horizon, model, baseline, skill, points "
                               "FROM forecasts WHERE points IS NOT NULL AND made_ms + 1000 * step_s * horizon <= ?1 "
                               "ORDER BY made_ms, n LIMIT ?2", VALUES(I(now_ms), I(limit)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        struct index_forecast f = {
            .n = sqlite3_column_int64(s, 0), .metric = index_text(s, 1), .made_ms = sqlite3_column_int64(s, 2),
            .step_s = sqlite3_column_double(s, 3), .horizon = sqlite3_column_int(s, 4), .model = index_text(s, 5),
            .baseline = index_text(s, 6), .skill = sqlite3_column_double(s, 7), .points = points,
        };
        rc = 0;
        if (f.horizon < 1 || f.horizon > INDEX_FORECAST_STEPS ||
            (size_t)sqlite3_column_bytes(s, 8) != forecast_bytes(f.horizon))
            continue; /* not by us */
        memcpy(points, sqlite3_column_blob(s, 8), forecast_bytes(f.horizon)); /* aligned */
        each(self, &f);
        n++;
    }
    sqlite3_reset(s);
    return rc < 0 ? rc : n;
}

struct scored {
    int64_t n, now_ms;
    const struct index_score *s;
};

static int forecast_score(struct index *x, void *self)
{
    const struct scored *c = self;
    return index_run(x, "UPDATE forecasts SET points = NULL, scored_ms = ?2, steps = ?3, error = ?4, naive_error = ?5, "
                     "covered = ?6 WHERE n = ?1",
                     VALUES(I(c->n), I(c->now_ms), I(c->s->steps), D(c->s->error), D(c->s->naive_error),
                            D(c->s->covered)));
}

int index_score_forecast(struct index *x, int64_t n, int64_t now_ms, const struct index_score *s)
{
    int rc = index_write(x, forecast_score, &(struct scored){ n, now_ms, s });
    return rc < 0 ? rc : rc ? 0 : -ENODATA;
}

int index_grades(struct index *x, const char *metric, void (*each)(void *self, const struct index_grade *g),
                 void *self)
{
    sqlite3_stmt *s;
    int n = 0, rc = index_bind(x, "SELECT metric, count(*), sum(steps), min(made_ms), "
                               "total(error * steps) / sum(steps), total(naive_error * steps) / sum(steps), "
                               "total(covered * steps) / sum(steps) FROM forecasts "
                               "WHERE steps > 0 AND (?1 IS NULL OR metric = ?1) GROUP BY metric",
                               VALUES(T(metric)), &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1) {
        struct index_grade g = {
            .metric = index_text(s, 0), .count = sqlite3_column_int64(s, 1), .steps = sqlite3_column_int64(s, 2),
            .since_ms = sqlite3_column_int64(s, 3), .error = sqlite3_column_double(s, 4),
            .naive_error = sqlite3_column_double(s, 5), .covered = sqlite3_column_double(s, 6),
        };
        each(self, &g);
        n++;
        rc = 0;
    }
    sqlite3_reset(s);
    return rc < 0 ? rc : n;
}

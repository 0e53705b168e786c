/* foretold.c - forecasts as rows of the index, and their grades. */
#include "app/foretold.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "look/ahead.h"
#include "look/minutes.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SCORE_AT_ONCE 256 /* the others wait for the next time */

/* ---- kept ---- */

static void foretold_points(const struct forecast *f, float *to)
{
    const double *const from[INDEX_FORECAST_QUANTITIES] = { f->p10, f->p50, f->p90, f->naive };
    for (int q = 0; q < INDEX_FORECAST_QUANTITIES; q++)
        for (int h = 0; h < f->horizon; h++)
            to[q * f->horizon + h] = (float)from[q][h]; /* beyond the largest float an infinity, which has no error */
}

int foretold_keep(struct index *x, const struct schema *s, const struct forecasts *all)
{
    if (all->horizon > INDEX_FORECAST_STEPS || !all->n)
        return 0;
    size_t each = (size_t)all->horizon * INDEX_FORECAST_QUANTITIES, n = 0;
    auto_free struct index_forecast *row = mem_new(all->n * sizeof *row);
    auto_free float *points = mem_new(all->n * each * sizeof *points);
    for (size_t i = 0; i < all->n; i++) {
        const struct metric_forecast *m = &all->item[i];
        if (*m->reason)
            continue;
        foretold_points(&m->f, points + n * each);
        row[n] = (struct index_forecast){
            .metric = schema_id(s, m->slot), .model = m->f.model, .baseline = m->f.baseline ? m->f.baseline : "",
            .made_ms = all->last_ms + (int64_t)(500 * all->step_s), .step_s = all->step_s, .skill = m->f.skill,
            .horizon = all->horizon, .points = points + n * each,
        };
        n++;
    }
    int rc = index_add_forecasts(x, row, n);
    return rc < 0 ? rc : 0;
}

/* ---- graded ---- */

struct due {
    struct index_forecast f; /* metric and points are owned */
    char metric[SCHEMA_MAX_NAME];
    float *points;
};

struct dues {
    struct due *due;
    size_t n, cap;
};

static void foretold_note(void *self, const struct index_forecast *f)
{
    struct dues *d = self;
    size_t bytes = (size_t)f->horizon * INDEX_FORECAST_QUANTITIES * sizeof(float);
    d->due = mem_grow(d->due, d->n, &d->cap, sizeof *d->due);
    struct due *to = &d->due[d->n++];
    *to = (struct due){ .f = *f, .points = mem_new(bytes) };
    memcpy(to->points, f->points, bytes);
    snprintf(to->metric, sizeof to->metric, "%s", f->metric);
}

static struct index_score foretold_grade(const struct due *d, const double *came, size_t rows)
{
    int h = d->f.horizon;
    const float *p10 = d->points, *p50 = p10 + h, *p90 = p50 + h, *naive = p90 + h;
    struct index_score s = { 0 };
    for (int k = 0; came && k < h && (size_t)k < rows; k++) {
        double error = fabs(came[k] - p50[k]), naive_error = fabs(came[k] - naive[k]);
        if (!isfinite(error) || !isfinite(naive_error))
            continue;
        double rounding = 1e-6 * fabs(came[k]); /* of the floats */
        s.steps++;
        s.error += (error - s.error) / (double)s.steps;
        s.naive_error += (naive_error - s.naive_error) / (double)s.steps;
        s.covered += ((came[k] >= p10[k] - rounding && came[k] <= p90[k] + rounding) - s.covered) / (double)s.steps;
    }
    return s;
}

/* A metric as one more glob, which may match others too: a name may have the comma that parts globs. */
static void foretold_put_glob(struct buf *globs, const char *metric)
{
    if (globs->n)
        buf_putc(globs, ',');
    for (const char *p = metric; *p; p++)
        buf_putc(globs, *p == ',' ? '?' : *p);
}

/* All that were made at one moment, with one look at what came. */
static int foretold_score_group(struct index *x, struct archive *files, int64_t now_ms, const struct due *due, size_t n)
{
    struct recording *came = NULL;
    auto_buf struct buf globs = { 0 };
    const struct index_forecast *f = &due->f;
    for (size_t i = 0; i < n; i++)
        foretold_put_glob(&globs, due[i].metric);
    int64_t end_ms = f->made_ms + (int64_t)(1000 * f->step_s * f->horizon);
    int rc = minutes_read(files, NULL, end_ms, f->step_s, f->horizon, globs.p, &came);
    if (rc < 0 && rc != -ENODATA && rc != -EINVAL)
        return rc;
    rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        const double *col = NULL;
        for (int slot = 0; came && slot < came->n_cols && !col; slot++)
            col = strcmp(schema_id(came->schema, slot), due[i].metric) == 0 ? recording_col(came, slot) : NULL;
        struct index_score s = foretold_grade(&due[i], col, came ? came->n : 0);
        rc = index_score_forecast(x, due[i].f.n, now_ms, &s);
    }
    recording_free(came);
    return rc;
}

int foretold_score(struct index *x, struct archive *files, int64_t now_ms)
{
    struct dues d = { 0 };
    int rc = index_forecasts_due(x, now_ms, SCORE_AT_ONCE, foretold_note, &d), first = 0;
    for (size_t i = 0, j; i < d.n && rc >= 0; i = j) {
        const struct index_forecast *a = &d.due[i].f;
        for (j = i + 1; j < d.n; j++) {
            const struct index_forecast *b = &d.due[j].f;
            if (b->made_ms != a->made_ms || b->step_s != a->step_s || b->horizon != a->horizon)
                break;
        }
        int failed = foretold_score_group(x, files, now_ms, &d.due[i], j - i);
        first = first < 0 ? first : failed;
    }
    rc = rc < 0 ? rc : first; /* one that cannot be graded does not keep the others from it */
    for (size_t i = 0; i < d.n; i++)
        mem_free(d.due[i].points);
    mem_free(d.due);
    return rc < 0 ? rc : (int)d.n;
}

/* ---- by the recorder ---- */

static int foretold_make(struct index *x, struct archive *files)
{
    struct ahead a;
    int rc = ahead_make(files, NULL, INT64_MAX, NULL, FORETOLD_HORIZON, FORETOLD_METRICS, &a);
    if (rc < 0)
        return rc == -ENODATA ? 0 : rc;
    rc = foretold_keep(x, a.rec->schema, &a.all);
    ahead_done(&a);
    return rc;
}

void foretold_minute(struct foretold *f, struct index *x)
{
    int64_t now_ms = os_mono_ns() / 1000000;
    struct archive *files = NULL;
    if (f->next_ms && now_ms < f->next_ms)
        return;
    bool first = !f->next_ms; /* a recorder that has just begun has other things to do */
    f->next_ms = now_ms + FORETOLD_EVERY_MS;
    if (first)
        return;
    int rc = archive_open(f->dir, &files);
    if (rc == 0) {
        int scored = foretold_score(x, files, os_wall_ms());
        rc = foretold_make(x, files);
        rc = rc < 0 ? rc : scored;
    }
    archive_free(files);
    if (rc < 0 && rc != f->error)
        log_warn(rc, "record: what is forecast could not be kept; trying again every ten minutes");
    f->error = rc < 0 ? rc : 0;
}

/* compare.c - one range against another: what changed in it, or how any two differ. */
#include "serve/api/compare.h"

#include "analyze/anomaly/changed.h"
#include "analyze/areas.h"
#include "base/mem.h"
#include "base/stats.h"
#include "output/changed_report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS 240
#define KNOWN_LEAST 8      /* points of each range, to be compared */
#define ROWS_MAX 60        /* metrics that are told */

/* ---- a window and the time before it ---- */

void api_changed(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct recording *rec;
    struct changed c;
    if (!api_look(a, out) || !api_range(a, r, &range, out))
        return;
    int64_t begin_ms = changed_begin(range.from_ms, range.to_ms);
    int rc = judged_recording(&a->look, range.session, begin_ms, range.to_ms, JUDGED_BYTES, NULL, &rec);
    if (rc < 0) {
        api_fail(out, rc);
        return;
    }
    changed_find(rec, begin_ms, range.from_ms, range.to_ms, &c);
    changed_json(&out->body, rec, &c);
    changed_done(&c);
    recording_free(rec);
}

/* ---- any two ---- */

/* False: too little is known. */
static bool compare_read_side(const struct query_series *s, int points, struct compare_side *out)
{
    double *v = mem_new((size_t)points * sizeof *v);
    size_t n = 0;
    for (int i = 0; i < points; i++)
        if (isfinite(s->point[i].mean))
            v[n++] = s->point[i].mean;
    bool enough = n >= KNOWN_LEAST;
    if (enough) {
        out->median = stats_quantile_of(v, n, 0.5);
        out->p05 = stats_quantile_of(v, n, 0.05);
        out->p95 = stats_quantile_of(v, n, 0.95);
    }
    mem_free(v);
    return enough;
}

static const struct query_series *compare_find(const struct query_result *q, const char *id)
{
    for (size_t i = 0; i < q->n; i++)
        if (strcmp(q->series[i].id, id) == 0)
            return &q->series[i];
    return NULL;
}

/* Something constant that moves went infinitely far; CHANGED_EFFECT_MAX is far enough. */
static double compare_shift(const struct compare_side of[static 2])
{
    double spread = fmax(of[0].p95 - of[0].p05, of[1].p95 - of[1].p05), moved = of[1].median - of[0].median;
    if (moved == 0)
        return 0;
    return copysign(fmin(fabs(moved) / spread, CHANGED_EFFECT_MAX), moved);
}

/* What tells something comes first, of that what moved most. */
static int compare_order(const void *a, const void *b)
{
    const struct compare_row *p = a, *q = b;
    double x = fabs(p->shift), y = fabs(q->shift);
    return p->silent != q->silent ? p->silent - q->silent : (x < y) - (x > y);
}

static void compare_put_side(struct json *j, const char *key, const struct compare_side *s)
{
    json_object(j, key);
    json_double(j, "median", s->median);
    json_double(j, "p05", s->p05);
    json_double(j, "p95", s->p95);
    json_end(j);
}

static void compare_rows(struct compare *c)
{
    const struct query_result *a = c->q[0], *b = c->q[1];
    struct schema *schema = schema_new(); /* of all: how one is used depends on which others are there */
    c->row = mem_new((a->n + 1) * sizeof *c->row);
    for (size_t i = 0; i < a->n; i++)
        schema_add(schema, &(struct metric){ .name = a->series[i].metric.name, .inst = a->series[i].metric.inst });
    for (size_t i = 0; i < a->n; i++) {
        const struct query_series *s = &a->series[i], *t = compare_find(b, s->id);
        int slot = schema_find(schema, s->metric.name, s->metric.inst);
        struct compare_row row = { .a = s, .silent = area_use_of(schema, slot) == AREA_SILENT };
        if (s->metric.kind == KIND_COUNTER || !t || !compare_read_side(s, a->points, &row.of[0]) ||
            !compare_read_side(t, b->points, &row.of[1]))
            continue;
        row.shift = compare_shift(row.of);
        c->row[c->n++] = row;
    }
    schema_free(schema);
    qsort(c->row, c->n, sizeof *c->row, compare_order);
}

static void compare_put_row(struct json *j, const struct compare_row *row)
{
    json_object(j, NULL);
    json_string(j, "id", row->a->id);
    json_string(j, "unit", unit_code(row->a->metric.unit));
    compare_put_side(j, "a", &row->of[0]);
    compare_put_side(j, "b", &row->of[1]);
    json_double(j, "shift", row->shift);
    json_end(j);
}

static void compare_put_range(struct json *j, const char *key, int64_t from_ms, int64_t to_ms)
{
    json_object(j, key);
    json_int(j, "from_ms", from_ms);
    json_int(j, "to_ms", to_ms);
    json_end(j);
}

static int compare_read(struct api *a, const char *session, int64_t from_ms, int64_t to_ms, const char *globs,
                        int points, struct query_result **out)
{
    int rc = store_query(a->look.files, session, from_ms, to_ms, globs, points, out);
    return rc == -ENODATA ? 0 : rc;
}

bool compare_make(struct api *a, const struct http_request *r, int points, struct compare *c, struct http_reply *out)
{
    struct api_range range;
    const char *globs;
    *c = (struct compare){ 0 };
    if (!api_look(a, out) || !api_range(a, r, &range, out) || !api_globs(r, &globs, out))
        return false;
    c->from_ms[0] = range.from_ms;
    c->to_ms[0] = range.to_ms;
    c->from_ms[1] = range.from_ms - (range.to_ms - range.from_ms) - 1;
    c->to_ms[1] = range.from_ms - 1;
    if (!api_time(a, r, "with_from", &c->from_ms[1], out) || !api_time(a, r, "with_to", &c->to_ms[1], out))
        return false;
    if (c->from_ms[1] > c->to_ms[1]) {
        http_fail(out, 400, "with_from is later than with_to", NULL);
        return false;
    }
    int rc = 0;
    for (int i = 0; i < 2 && rc == 0; i++)
        rc = compare_read(a, range.session, c->from_ms[i], c->to_ms[i], globs, points, &c->q[i]);
    if (rc < 0)
        api_fail(out, rc);
    else if (c->q[0] && c->q[1])
        compare_rows(c);
    c->reason = !c->q[0] ? "nothing was recorded in A" : !c->q[1] ? "nothing was recorded in B" : NULL;
    return rc == 0;
}

void compare_done(struct compare *c)
{
    query_free(c->q[0]);
    query_free(c->q[1]);
    mem_free(c->row);
}

void api_compare(void *self, const struct http_request *r, struct http_reply *out)
{
    struct compare c;
    struct json j;
    if (compare_make(self, r, POINTS, &c, out)) {
        json_init(&j, &out->body);
        json_object(&j, NULL);
        compare_put_range(&j, "a", c.from_ms[0], c.to_ms[0]);
        compare_put_range(&j, "b", c.from_ms[1], c.to_ms[1]);
        json_array(&j, "metrics");
        for (size_t i = 0; i < c.n && i < ROWS_MAX; i++)
            compare_put_row(&j, &c.row[i]);
        json_end(&j);
        json_string(&j, "reason", c.reason);
        json_end(&j);
    }
    compare_done(&c);
}

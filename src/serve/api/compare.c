/* compare.c - one range against another: what changed in it, or how any two differ. */
#include "serve/api/api_own.h"

#include "analyze/anomaly/changed.h"
#include "analyze/areas.h"
#include "base/mem.h"
#include "base/stats.h"
#include "output/changed_report.h"
#include "store/query.h"

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

struct side {
    double median, p05, p95;
};

struct compared {
    const struct query_series *a;
    struct side of[2];
    double shift; /* of the median, in the wider of the two spreads */
    bool silent;  /* it says the same as another, or goes its own way: see analyze/areas.h */
};

/* False: too little is known. */
static bool compare_side(const struct query_series *s, int points, struct side *out)
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
static double compare_shift(const struct side of[static 2])
{
    double spread = fmax(of[0].p95 - of[0].p05, of[1].p95 - of[1].p05), moved = of[1].median - of[0].median;
    if (moved == 0)
        return 0;
    return copysign(fmin(fabs(moved) / spread, CHANGED_EFFECT_MAX), moved);
}

/* What tells something comes first, of that what moved most. */
static int compare_order(const void *a, const void *b)
{
    const struct compared *p = a, *q = b;
    double x = fabs(p->shift), y = fabs(q->shift);
    return p->silent != q->silent ? p->silent - q->silent : (x < y) - (x > y);
}

static void compare_put_side(struct json *j, const char *key, const struct side *s)
{
    json_object(j, key);
    json_double(j, "median", s->median);
    json_double(j, "p05", s->p05);
    json_double(j, "p95", s->p95);
    json_end(j);
}

/* Either may be NULL: nothing was recorded there. */
static void compare_put(struct json *j, const struct query_result *a, const struct query_result *b)
{
    if (!a || !b)
        return;
    struct compared *all = mem_new((a->n + 1) * sizeof *all);
    struct schema *schema = schema_new(); /* of all: how one is used depends on which others are there */
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        schema_add(schema, &(struct metric){ .name = a->series[i].metric.name, .inst = a->series[i].metric.inst });
    for (size_t i = 0; i < a->n; i++) {
        const struct query_series *s = &a->series[i], *t = compare_find(b, s->id);
        int slot = schema_find(schema, s->metric.name, s->metric.inst);
        struct compared c = { .a = s, .silent = area_use_of(schema, slot) == AREA_SILENT };
        if (s->metric.kind == KIND_COUNTER || !t || !compare_side(s, a->points, &c.of[0]) ||
            !compare_side(t, b->points, &c.of[1]))
            continue;
        c.shift = compare_shift(c.of);
        all[n++] = c;
    }
    schema_free(schema);
    qsort(all, n, sizeof *all, compare_order);
    for (size_t i = 0; i < n && i < ROWS_MAX; i++) {
        json_object(j, NULL);
        json_string(j, "id", all[i].a->id);
        json_string(j, "unit", unit_code(all[i].a->metric.unit));
        compare_put_side(j, "a", &all[i].of[0]);
        compare_put_side(j, "b", &all[i].of[1]);
        json_double(j, "shift", all[i].shift);
        json_end(j);
    }
    mem_free(all);
}

static void compare_put_range(struct json *j, const char *key, int64_t from_ms, int64_t to_ms)
{
    json_object(j, key);
    json_int(j, "from_ms", from_ms);
    json_int(j, "to_ms", to_ms);
    json_end(j);
}

static int compare_read(struct api *a, const char *session, int64_t from_ms, int64_t to_ms, const char *globs,
                        struct query_result **out)
{
    int rc = store_query(a->look.files, session, from_ms, to_ms, globs, POINTS, out);
    return rc == -ENODATA ? 0 : rc;
}

void api_compare(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct query_result *q[2] = { NULL, NULL };
    struct json j;
    const char *globs;
    if (!api_look(a, out) || !api_range(a, r, &range, out) || !api_globs(r, &globs, out))
        return;
    int64_t length_ms = range.to_ms - range.from_ms;
    int64_t with_from_ms = range.from_ms - length_ms - 1, with_to_ms = range.from_ms - 1;
    if (!api_time(a, r, "with_from", &with_from_ms, out) || !api_time(a, r, "with_to", &with_to_ms, out))
        return;
    if (with_from_ms > with_to_ms) {
        http_fail(out, 400, "with_from is later than with_to", NULL);
        return;
    }
    int rc = compare_read(a, range.session, range.from_ms, range.to_ms, globs, &q[0]);
    rc = rc < 0 ? rc : compare_read(a, range.session, with_from_ms, with_to_ms, globs, &q[1]);
    if (rc < 0) {
        api_fail(out, rc);
    } else {
        json_init(&j, &out->body);
        json_object(&j, NULL);
        compare_put_range(&j, "a", range.from_ms, range.to_ms);
        compare_put_range(&j, "b", with_from_ms, with_to_ms);
        json_array(&j, "metrics");
        compare_put(&j, q[0], q[1]);
        json_end(&j);
        json_string(&j, "reason", !q[0] ? "nothing was recorded in A" : !q[1] ? "nothing was recorded in B" : NULL);
        json_end(&j);
    }
    query_free(q[0]);
    query_free(q[1]);
}

/* frames.c - numbers of a range, in so many points. */
#include "serve/api/api_own.h"

#include "base/text.h"
#include "store/query.h"

#include <errno.h>
#include <math.h>

#define POINTS 600
#define POINTS_MAX 5000
#define DIGITS 5 /* more than a screen can show */

static void frames_column(struct json *j, const char *key, const struct query_series *s, int points,
                          enum api_column which)
{
    json_array(j, key);
    for (int i = 0; i < points; i++)
        json_digits(j, NULL, api_column(&s->point[i], which), DIGITS);
    json_end(j);
}

/* Of a counter the total is told; what grows there has a rate beside it. */
static void frames_series(struct json *j, const struct query_series *s, int points)
{
    bool counter = s->metric.kind == KIND_COUNTER;
    json_object(j, NULL);
    json_string(j, "id", s->id);
    json_string(j, "unit", unit_code(s->metric.unit));
    json_string(j, "kind", kind_name(s->metric.kind));
    frames_column(j, "mean", s, points, counter ? COLUMN_LAST : COLUMN_MEAN);
    if (!counter) {
        frames_column(j, "min", s, points, COLUMN_MIN);
        frames_column(j, "max", s, points, COLUMN_MAX);
    }
    json_end(j);
}

static void frames_put(struct buf *out, const struct api_range *range, int points, const struct query_result *q)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "from_ms", range->from_ms);
    json_int(&j, "to_ms", range->to_ms);
    json_double(&j, "step_ms", (double)(range->to_ms - range->from_ms + 1) / points);
    json_int(&j, "points", points);
    json_int(&j, "tier_s", q ? q->tier_s : 0);
    json_int(&j, "damaged", q ? (int64_t)q->lost : 0);
    json_array(&j, "series");
    for (size_t i = 0; q && i < q->n; i++)
        frames_series(&j, &q->series[i], points);
    json_end(&j);
    json_end(&j);
}

void api_frames(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct query_result *q = NULL;
    const char *globs;
    int64_t points = POINTS;
    if (!api_look(a, out) || !api_range(a, r, &range, out) || !api_globs(r, &globs, out) ||
        !api_count(r, "points", 1, POINTS_MAX, &points, out))
        return;
    if (points > range.to_ms - range.from_ms + 1)
        points = range.to_ms - range.from_ms + 1;
    int rc = store_query(a->look.files, range.session, range.from_ms, range.to_ms, globs, (int)points, &q);
    if (rc == 0 && q->n * (size_t)points * 3 > API_NUMBERS_MAX)
        rc = -E2BIG;
    if (rc < 0 && rc != -ENODATA)
        api_fail(out, rc);
    else
        frames_put(&out->body, &range, (int)points, q);
    query_free(q);
}

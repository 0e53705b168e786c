/* minutes.c - rows of a query, with the units and bounds that the archive knows. */
#include "look/minutes.h"

#include "base/auto.h"
#include "store/query.h"

#include <math.h>
#include <string.h>

/* Rows of a query as a recording of gauges. */
static int minutes_rows(const struct query_result *q, int64_t end_ms, double step_s, struct recording **out)
{
    struct recording *r = recording_new();
    r->interval_s = step_s;
    for (size_t i = 0; i < q->n; i++) {
        struct metric m = q->series[i].metric;
        if (m.kind != KIND_COUNTER)
            schema_add(r->schema, &(struct metric){ .name = m.name, .inst = m.inst, .help = m.help, .unit = m.unit,
                                                    .kind = KIND_GAUGE, .min = m.min, .max = m.max });
    }
    auto_free double *v = mem_new((q->n + 1) * sizeof *v);
    int rc = 0;
    for (int p = 0; p < q->points && rc == 0; p++) {
        int n = 0;
        int64_t at_ms = end_ms - (int64_t)((q->points - p - 0.5) * step_s * 1000);
        for (size_t i = 0; i < q->n; i++)
            if (q->series[i].metric.kind != KIND_COUNTER)
                v[n++] = q->series[i].point[p].mean;
        rc = recording_add(r, at_ms, at_ms * 1000000, v, n);
    }
    if (rc < 0)
        recording_free(r);
    else
        *out = r;
    return rc;
}

int minutes_read(struct archive *a, const char *session, int64_t end_ms, double step_s, int rows, const char *globs,
                 struct recording **out)
{
    struct query_result *q;
    int rc = store_query(a, session, end_ms - (int64_t)(rows * step_s * 1000), end_ms - 1, globs, rows, &q);
    if (rc < 0)
        return rc;
    rc = minutes_rows(q, end_ms, step_s, out);
    query_free(q);
    return rc;
}

bool minutes_span(const struct archive *a, const char *session, double step_s, int64_t until_ms, int64_t *first_ms,
                  int64_t *end_ms)
{
    int64_t last_ms, step_ms = (int64_t)fmax(round(step_s * 1000), 1);
    const struct archive_part *newest = archive_span(a, session, first_ms, &last_ms);
    if (!newest)
        return false;
    last_ms += (int64_t)(newest->about.interval_s * 1000);
    last_ms = last_ms < until_ms ? last_ms : until_ms;
    *end_ms = last_ms - last_ms % step_ms;
    return true;
}

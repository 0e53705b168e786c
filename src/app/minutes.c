/* minutes.c - rows of a query, with the units and bounds that the archive knows. */
#include "app/minutes.h"

#include "base/auto.h"
#include "store/query.h"

#include <string.h>

/* Rows of a query as a recording of gauges. */
static int minutes_rows(const struct query_result *q, double step_s, struct recording **out)
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
        int64_t at_ms = q->from_ms;
        for (size_t i = 0; i < q->n; i++) {
            at_ms = q->series[i].point[p].start_ms + (int64_t)(step_s * 500);
            if (q->series[i].metric.kind != KIND_COUNTER)
                v[n++] = q->series[i].point[p].mean;
        }
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
    rc = minutes_rows(q, step_s, out);
    query_free(q);
    return rc;
}

void minutes_span(const struct archive *a, const char *session, int64_t *first_ms, int64_t *last_ms)
{
    size_t n;
    const struct archive_part *part = archive_parts(a, &n);
    *first_ms = INT64_MAX;
    *last_ms = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        if (!part[i].first_ms || (session && strcmp(part[i].about.session, session) != 0))
            continue;
        *first_ms = part[i].first_ms < *first_ms ? part[i].first_ms : *first_ms;
        *last_ms = part[i].last_ms > *last_ms ? part[i].last_ms : *last_ms;
    }
}

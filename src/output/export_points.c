/* export_points.c - a line for ten minutes instead of one for each second. */
#include "output/export_points.h"

#include "base/auto.h"
#include "base/buf.h"

static const char *const ends[] = { ".min", ".mean", ".max" };

static bool points_is_counter(const struct query_series *q)
{
    return q->metric.kind == KIND_COUNTER;
}

static void points_add(struct schema *s, const struct query_series *q, const char *end)
{
    auto_buf struct buf name = { 0 };
    buf_printf(&name, "%s%s", q->metric.name, end);
    struct metric m = { .name = name.p, .inst = q->metric.inst, .help = q->metric.help, .unit = q->metric.unit,
                        .kind = KIND_GAUGE };
    schema_add(s, &m);
}

struct schema *points_schema(const struct query_result *q)
{
    struct schema *s = schema_new();
    for (size_t i = 0; i < q->n; i++)
        for (int k = 0; k < (points_is_counter(&q->series[i]) ? 1 : 3); k++)
            points_add(s, &q->series[i], points_is_counter(&q->series[i]) ? ".last" : ends[k]);
    return s;
}

bool points_frame(const struct query_result *q, int i, const struct schema *s, struct frame *out)
{
    int slot = 0;
    bool any = false;
    frame_fit(out, s);
    for (size_t k = 0; k < q->n; k++) {
        const struct query_point *p = &q->series[k].point[i];
        any |= p->count > 0;
        out->wall_ms = p->start_ms;
        if (points_is_counter(&q->series[k])) {
            frame_set(out, slot++, p->last);
        } else {
            frame_set(out, slot++, p->min);
            frame_set(out, slot++, p->mean);
            frame_set(out, slot++, p->max);
        }
    }
    return any;
}

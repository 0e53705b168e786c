/* One sample as a JSON object: shared by the exporters json and jsonl. */
#ifndef OUTPUT_EXPORTERS_SAMPLE_H
#define OUTPUT_EXPORTERS_SAMPLE_H

#include "base/json.h"
#include "output/exporter.h"

static inline void sample_json(struct buf *out, const struct selection *sel, const struct frame *f)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_time(&j, "timestamp", f->wall_ms);
    json_object(&j, "metrics");
    for (int i = 0; i < sel->n; i++)
        json_double(&j, schema_id(sel->schema, sel->slot[i]), frame_get(f, sel->slot[i]));
    json_end(&j);
    json_end(&j);
}

#endif

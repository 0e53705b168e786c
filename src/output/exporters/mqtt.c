/*
 * mqtt.c - what one message of MQTT carries: an instant as one JSON object; the topic is the sender's affair. Only what
 * is known is in it. Several instants are a line each.
 */
#include "output/exporters/names.h"

#include "base/json.h"

#include <math.h>

static void mqtt_one(struct buf *out, const struct selection *sel, const struct frame *f,
                     const struct export_about *about)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_time(&j, "timestamp", f->wall_ms);
    if (about->host && *about->host)
        json_string(&j, "host", about->host);
    json_object(&j, "metrics");
    for (int i = 0; i < sel->n; i++) {
        double v = frame_get(f, sel->slot[i]);
        if (isfinite(v) && names_wants(sel, i))
            json_double(&j, schema_id(sel->schema, sel->slot[i]), v);
    }
    json_end(&j);
    json_end(&j);
}

static void mqtt_batch(struct buf *out, const struct selection *sel, const struct frame *f, size_t n,
                       const struct export_about *about)
{
    for (size_t k = 0; k < n; k++) {
        mqtt_one(out, sel, &f[k], about);
        buf_putc(out, '\n');
    }
}

const struct exporter exporter_mqtt = {
    .name = "mqtt", .type = "application/json", .batch = mqtt_batch,
};

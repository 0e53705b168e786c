/* livefeed_text.c - instants as server-sent events: "event: NAME", "data: JSON", an empty line. */
#include "app/serve/livefeed.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define DIGITS 6        /* of a value: more than any chart shows */
#define VERDICT_MAX 300 /* bytes of the verdict's text: of what now may take, the rest are numbers */

static void sse_begin(struct json *j, struct buf *out, const char *name)
{
    buf_printf(out, "event: %s\ndata: ", name);
    json_init(j, out);
    json_object(j, NULL);
}

static void sse_end(struct json *j)
{
    json_end(j);
    buf_puts(j->out, "\n\n");
}

void livefeed_put_schema(const struct schema *s, const int *slot, size_t n, double interval_s, struct buf *out)
{
    struct json j;
    sse_begin(&j, out, "schema");
    json_array(&j, "ids");
    for (size_t i = 0; i < n; i++)
        json_string(&j, NULL, schema_id(s, slot[i]));
    json_end(&j);
    json_array(&j, "units");
    for (size_t i = 0; i < n; i++)
        json_string(&j, NULL, unit_code(schema_at(s, slot[i])->unit));
    json_end(&j);
    json_double(&j, "interval_s", interval_s);
    sse_end(&j);
}

void livefeed_put_tick(const struct frame *f, const int *slot, size_t n, struct buf *out)
{
    struct json j;
    sse_begin(&j, out, "tick");
    json_int(&j, "t", f->wall_ms);
    json_array(&j, "v");
    for (size_t i = 0; i < n; i++)
        json_digits(&j, NULL, frame_get(f, slot[i]), DIGITS);
    json_end(&j);
    sse_end(&j);
}

void livefeed_put_event(const struct event *e, struct buf *out)
{
    struct json j;
    sse_begin(&j, out, "event");
    json_int(&j, "time_ms", e->wall_ms);
    json_int(&j, "end_ms", e->end_ms);
    json_string(&j, "kind", event_kind_name(e->kind));
    json_string(&j, "severity", severity_name(e->severity));
    json_string(&j, "source", e->source);
    json_string(&j, "text", e->text);
    sse_end(&j);
}

/* Of a family without an instance, else of the whole, else the largest of its parts. */
static double now_value(const struct schema *s, const struct frame *f, const char *family)
{
    int slot = schema_find(s, family, NULL);
    slot = slot < 0 ? schema_find(s, family, "total") : slot;
    double v = frame_get(f, slot);
    if (slot < 0)
        for (int i = -1; (i = schema_next(s, family, i)) >= 0;)
            v = fmax(v, frame_get(f, i)); /* a NaN gives way */
    return v;
}

static void now_values(struct json *j, const struct schema *s, const struct frame *f)
{
    static const char *const families[] = {
        "cpu.util", "memory.util", "disk.util", "disk.read.rate", "disk.write.rate", "net.recv.rate",
        "net.send.rate", "gpu.util", "cpu.temp", "power.package", "pressure.cpu.some", "pressure.memory.some",
        "pressure.io.some",
    };
    json_object(j, "v");
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        json_digits(j, families[i], now_value(s, f, families[i]), DIGITS);
    json_end(j);
}

void livefeed_put_now(const struct live *l, const struct schema *s, const struct frame *f,
                      const struct livefeed_work *work, struct buf *out)
{
    struct json j;
    char text[VERDICT_MAX];
    text_copy(text, sizeof text, l->verdict.text);
    while (*text && !text_is_plain(text))
        text[strlen(text) - 1] = '\0'; /* cut within a character */
    sse_begin(&j, out, "now");
    json_int(&j, "t", f->wall_ms);
    json_string(&j, "level", verdict_level_name(l->verdict.level));
    json_string(&j, "text", text);
    if (work->category) {
        json_object(&j, "workload");
        json_string(&j, "category", work->category);
        json_digits(&j, "confidence", work->confidence, DIGITS);
        json_end(&j);
    } else
        json_null(&j, "workload");
    json_array(&j, "alert");
    for (int a = 0; a < AREAS; a++)
        if (l->alert[a])
            json_string(&j, NULL, area_name((enum area)a));
    json_end(&j);
    now_values(&j, s, f);
    sse_end(&j);
}

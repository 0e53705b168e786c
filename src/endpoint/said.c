/* said.c - two ways to show it, none of which lets it pass for an answer of ours. */
#include "endpoint/said.h"

#include "base/auto.h"
#include "base/json.h"

#include <string.h>

void said_text(struct buf *out, const struct endpoint_said *s, const struct screen *screen)
{
    auto_buf struct buf line = { 0 };
    const char *p = buf_text(&s->text);
    buf_printf(&line, "From %s at %s, not checked by Sonde:", s->model, s->host);
    buf_putc(out, '\n');
    screen_put(screen, out, TONE_QUIET, line.p);
    buf_putc(out, '\n');
    while (*p) {
        size_t n = strcspn(p, "\n");
        buf_clear(&line);
        buf_put(&line, p, n);
        if (n)
            screen_wrap(screen, out, 2, line.p);
        else
            buf_putc(out, '\n');
        p += n + (p[n] == '\n');
    }
    if (!s->n_loose)
        return;
    buf_clear(&line);
    for (size_t i = 0; i < s->n_loose; i++)
        buf_printf(&line, "%s%s", i ? ", " : "Not in the data: ", s->loose[i]);
    screen_put(screen, out, TONE_WARN, line.p);
    buf_putc(out, '\n');
}

void said_json(struct buf *object, const struct endpoint_said *s)
{
    struct json j;
    bool lines = object->n > 1 && object->p[object->n - 2] == '\n';
    object->n -= lines ? 2 : 1; /* what closes it */
    buf_puts(object, lines ? ",\n  \"endpoint\": " : ",\"endpoint\":");
    json_init(&j, object);
    json_object(&j, NULL);
    json_said(&j, "host", s->host);
    json_said(&j, "model", s->model);
    json_said(&j, "sent", buf_text(&s->sent));
    json_said(&j, "text", buf_text(&s->text));
    json_array(&j, "not_in_data");
    for (size_t i = 0; i < s->n_loose; i++)
        json_string(&j, NULL, s->loose[i]);
    json_end(&j);
    json_said(&j, "error", buf_text(&s->error));
    json_end(&j);
    buf_puts(object, lines ? "\n}" : "}");
}

/* reply.c - in a file of its own, as jansson and base/json.h have functions of the same names. */
#include "endpoint/reply.h"

#include "base/text.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define TROUBLE_MAX 200

static void reply_put(const char *text, size_t n, struct buf *out)
{
    for (const char *p = text; *p && p < text + n;) {
        long c;
        size_t step = text_utf8(p, &c);
        if (*p == '\n' || *p == '\t')
            buf_putc(out, *p == '\n' ? '\n' : ' ');
        else if (*p != '\r' && text_hides(c))
            buf_putc(out, '?');
        else if (*p != '\r')
            buf_put(out, p, step);
        p += step;
    }
}

static void reply_trim(struct buf *b, size_t from)
{
    while (b->n > from && strchr(" \n", b->p[b->n - 1]))
        b->p[--b->n] = '\0';
}

int reply_text(const char *bytes, size_t n, struct buf *out)
{
    json_t *reply = json_loadb(bytes, n, 0, NULL);
    if (!reply)
        return -EBADMSG;
    size_t from = out->n;
    json_t *message = json_object_get(json_array_get(json_object_get(reply, "choices"), 0), "message");
    const char *text = json_string_value(json_object_get(message, "content"));
    if (text)
        reply_put(text + strspn(text, " \r\n\t"), strlen(text), out);
    reply_trim(out, from);
    json_decref(reply);
    return out->n > from ? 0 : -ENODATA;
}

void reply_trouble(const char *bytes, size_t n, struct buf *out)
{
    json_t *reply = json_loadb(bytes, n, 0, NULL);
    json_t *error = json_object_get(reply, "error");
    const char *text = json_string_value(json_object_get(error, "message"));
    size_t from = out->n;
    text = text ? text : json_string_value(error);
    if (text)
        reply_put(text, TROUBLE_MAX, out);
    reply_trim(out, from);
    for (size_t i = from; i < out->n; i++)
        if (out->p[i] == '\n')
            out->p[i] = ' ';
    json_decref(reply);
}

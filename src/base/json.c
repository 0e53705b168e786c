/* json.c - a streaming JSON writer (RFC 8259). */
#include "base/json.h"

#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

void json_init(struct json *j, struct buf *out)
{
    *j = (struct json){ .out = out };
}

static void json_line(struct json *j)
{
    if (!j->indent)
        return;
    buf_putc(j->out, '\n');
    for (int i = 0; i < j->depth; i++)
        buf_puts(j->out, "  ");
}

/* Names come from devices and other people's programs: what is not UTF-8 becomes U+FFFD. */
static void json_quote(struct json *j, const char *text)
{
    buf_putc(j->out, '"');
    for (size_t n; *text; text += n) {
        long c;
        n = text_utf8(text, &c);
        if (c < 0)
            buf_puts(j->out, "\xef\xbf\xbd");
        else if (c == '"' || c == '\\')
            buf_printf(j->out, "\\%c", *text);
        else if (c < 0x20 || c == 0x7f)
            buf_printf(j->out, "\\u%04lx", (unsigned long)c);
        else
            buf_put(j->out, text, n);
    }
    buf_putc(j->out, '"');
}

static void json_key(struct json *j, const char *key)
{
    if (j->depth) {
        if (j->filled[j->depth - 1])
            buf_putc(j->out, ',');
        j->filled[j->depth - 1] = true;
        json_line(j);
    }
    if (key) {
        json_quote(j, key);
        buf_puts(j->out, j->indent ? ": " : ":");
    }
}

static void json_open(struct json *j, const char *key, char opener, char closer)
{
    assert(j->depth < JSON_MAX_DEPTH);
    json_key(j, key);
    buf_putc(j->out, opener);
    j->closer[j->depth] = closer;
    j->filled[j->depth++] = false;
}

void json_object(struct json *j, const char *key)
{
    json_open(j, key, '{', '}');
}

void json_array(struct json *j, const char *key)
{
    json_open(j, key, '[', ']');
}

void json_end(struct json *j)
{
    assert(j->depth > 0);
    bool filled = j->filled[--j->depth];
    if (filled)
        json_line(j);
    buf_putc(j->out, j->closer[j->depth]);
}

void json_string(struct json *j, const char *key, const char *text)
{
    if (!text) {
        json_null(j, key);
        return;
    }
    json_key(j, key);
    json_quote(j, text);
}

void json_said(struct json *j, const char *key, const char *text)
{
    json_string(j, key, text && *text ? text : NULL);
}

void json_digits(struct json *j, const char *key, double v, int digits)
{
    char text[TEXT_NUMBER_MAX];
    json_raw(j, key, text_number(v, digits, text) ? text : "null");
}

void json_double(struct json *j, const char *key, double v)
{
    if (!isfinite(v)) {
        json_null(j, key);
        return;
    }
    json_key(j, key);
    buf_double(j->out, v);
}

void json_int(struct json *j, const char *key, int64_t v)
{
    json_key(j, key);
    buf_printf(j->out, "%" PRId64, v);
}

void json_bool(struct json *j, const char *key, bool v)
{
    json_key(j, key);
    buf_puts(j->out, v ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
    json_key(j, key);
    buf_puts(j->out, "null");
}

void json_raw(struct json *j, const char *key, const char *value)
{
    json_key(j, key);
    buf_puts(j->out, value);
}

void json_time(struct json *j, const char *key, int64_t wall_ms)
{
    char text[TEXT_TIME_MAX];
    json_string(j, key, text_time(wall_ms, text));
}

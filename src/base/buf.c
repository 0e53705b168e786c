/* buf.c - a growing run of bytes. */
#include "base/buf.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The room that n more bytes and the NUL call for. */
static size_t buf_wanted(const struct buf *b, size_t n)
{
    size_t cap = b->cap ? b->cap : 256;
    while (cap - b->n <= n)
        cap *= 2;
    return cap;
}

static void buf_room(struct buf *b, size_t n)
{
    if (b->cap - b->n > n)
        return;
    size_t cap = buf_wanted(b, n);
    b->p = mem_resize(b->p, cap);
    b->cap = cap;
}

int buf_reserve(struct buf *b, size_t n)
{
    if (b->cap - b->n > n)
        return 0;
    size_t cap = buf_wanted(b, n);
    char *p = mem_try_resize(b->p, cap);
    if (!p)
        return -ENOMEM;
    b->p = p;
    b->cap = cap;
    return 0;
}

void buf_done(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){ 0 };
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    if (b->p)
        b->p[0] = '\0';
}

void buf_put(struct buf *b, const void *bytes, size_t n)
{
    buf_room(b, n);
    if (n)
        memcpy(b->p + b->n, bytes, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_puts(struct buf *b, const char *text)
{
    buf_put(b, text, strlen(text));
}

void buf_putc(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    buf_room(b, 128);
    va_start(ap, fmt);
    int n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    if ((size_t)n >= b->cap - b->n) {
        buf_room(b, (size_t)n);
        va_start(ap, fmt);
        vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
        va_end(ap);
    }
    b->n += (size_t)n;
}

/* Whole numbers are most of what telemetry holds, and need no search for the shortest form. */
static int buf_whole(char *out, size_t cap, double v)
{
    if (fabs(v) >= 1e15 || v != floor(v))
        return 0;
    return snprintf(out, cap, "%.0f", v == 0 ? 0.0 : v);
}

void buf_double(struct buf *b, double v)
{
    if (!isfinite(v))
        return;
    char text[40];
    int n = buf_whole(text, sizeof text, v);
    for (int digits = 6; n == 0; digits += digits < 15 ? 9 : 1) {
        n = snprintf(text, sizeof text, "%.*g", digits, v);
        if (digits < 17 && strtod(text, NULL) != v)
            n = 0;
    }
    buf_put(b, text, (size_t)n);
}

void buf_csv(struct buf *b, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        buf_puts(b, text);
        return;
    }
    buf_putc(b, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_putc(b, '"');
        buf_putc(b, *text);
    }
    buf_putc(b, '"');
}

const char *buf_text(const struct buf *b)
{
    return b->p ? b->p : "";
}

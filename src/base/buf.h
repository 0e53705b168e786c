/*
 * A growing run of bytes, always NUL-terminated once something was put in.
 *
 * `struct buf b = { 0 }` is an empty one; buf_done() releases it.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
    char *p;    /* bytes; NULL while empty */
    size_t n;   /* bytes in use, without the final NUL */
    size_t cap; /* bytes of room */
};

void buf_done(struct buf *b);

/* Room for n more bytes; 0, or -ENOMEM. For sizes that data decides: what is put in after it fits. */
int buf_reserve(struct buf *b, size_t n);

/* Empties it, keeps the room. */
void buf_clear(struct buf *b);

void buf_put(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *fmt, ...);

/*
 * The shortest decimal that reads back as the same double ("0.1", "12345", "1e+300").
 * NaN and infinities put nothing: absence is an empty cell or a null, as the caller writes it.
 */
void buf_double(struct buf *b, double v);

/* A field of CSV: in quotes where it holds a comma, a quote or a line end (RFC 4180). */
void buf_csv(struct buf *b, const char *text);

/* The text, never NULL. Borrowed until the next call that puts. */
const char *buf_text(const struct buf *b);

#endif

/*
 * Numbers and texts as the bytes of our files: little-endian, the same on every platform.
 *
 * Whole numbers are varints: seven bits a byte, least significant first, the high bit says "more follows".
 * Signed ones are zigzag first (0, -1, 1, -2 ... become 0, 1, 2, 3 ...). A text is its length and its bytes.
 */
#ifndef STORE_PACK_H
#define STORE_PACK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void pack_u64(struct buf *out, uint64_t v);
void pack_i64(struct buf *out, int64_t v);
void pack_double(struct buf *out, double v); /* its eight bytes */
void pack_text(struct buf *out, const char *text); /* NULL as the empty one */

/* Reads from where it stands. Behind the end, and after anything that is wrong, `bad` is set and all that
 * is read is 0 or empty: to be asked once, at the end. */
struct unpack {
    const uint8_t *p, *end;
    bool bad;
};

uint64_t unpack_u64(struct unpack *u);
int64_t unpack_i64(struct unpack *u);
double unpack_double(struct unpack *u);

/* A number of at most `max`; more is bad. */
uint64_t unpack_upto(struct unpack *u, uint64_t max);

/* A text without NUL, cut to cap - 1 bytes and terminated. */
void unpack_text(struct unpack *u, char *out, size_t cap);

/* The next n bytes, borrowed; NULL when there are not so many. */
const uint8_t *unpack_bytes(struct unpack *u, size_t n);

static inline size_t unpack_left(const struct unpack *u)
{
    return (size_t)(u->end - u->p);
}

#endif

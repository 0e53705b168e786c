/* pack.c - whole numbers, doubles and texts as bytes. */
#include "store/pack.h"

#include <string.h>

void pack_u64(struct buf *out, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        buf_putc(out, (char)(v | 0x80));
    buf_putc(out, (char)v);
}

void pack_i64(struct buf *out, int64_t v)
{
    pack_u64(out, (uint64_t)v << 1 ^ (uint64_t)-(v < 0));
}

void pack_double(struct buf *out, double v)
{
    uint64_t bits;
    unsigned char bytes[8];
    memcpy(&bits, &v, sizeof bits);
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(bits >> 8 * i);
    buf_put(out, bytes, sizeof bytes);
}

void pack_text(struct buf *out, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    pack_u64(out, n);
    buf_put(out, text, n);
}

uint64_t unpack_u64(struct unpack *u)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64 && u->p < u->end; shift += 7) {
        uint64_t digit = *u->p & 0x7f;
        if (shift == 63 && digit > 1)
            break;
        v |= digit << shift;
        if (!(*u->p++ & 0x80))
            return u->bad ? 0 : v;
    }
    u->bad = true;
    return 0;
}

int64_t unpack_i64(struct unpack *u)
{
    uint64_t v = unpack_u64(u);
    return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

const uint8_t *unpack_bytes(struct unpack *u, size_t n)
{
    if (u->bad || n > unpack_left(u)) {
        u->bad = true;
        return NULL;
    }
    u->p += n;
    return u->p - n;
}

double unpack_double(struct unpack *u)
{
    const uint8_t *bytes = unpack_bytes(u, 8);
    uint64_t bits = 0;
    double v;
    for (int i = 0; bytes && i < 8; i++)
        bits |= (uint64_t)bytes[i] << 8 * i;
    memcpy(&v, &bits, sizeof v);
    return v;
}

uint64_t unpack_upto(struct unpack *u, uint64_t max)
{
    uint64_t v = unpack_u64(u);
    if (v <= max)
        return v;
    u->bad = true;
    return 0;
}

void unpack_text(struct unpack *u, char *out, size_t cap)
{
    size_t n = (size_t)unpack_upto(u, unpack_left(u));
    const uint8_t *bytes = unpack_bytes(u, n);
    if (bytes && memchr(bytes, '\0', n))
        u->bad = true;
    if (!bytes || u->bad)
        n = 0;
    if (n >= cap)
        n = cap - 1;
    if (n)
        memcpy(out, bytes, n);
    out[n] = '\0';
}

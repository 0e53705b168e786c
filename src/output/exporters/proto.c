/* proto.c - writes Protocol Buffers. */
#include "output/exporters/proto.h"

#include "output/exporters/names.h"

#include <string.h>

enum { PROTO_VARINT = 0, PROTO_FIXED = 1, PROTO_BYTES = 2, PROTO_VARINT_MAX = 10 };

static size_t proto_varint(char to[static PROTO_VARINT_MAX], uint64_t v)
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        to[n++] = (char)(v | 0x80);
    to[n++] = (char)v;
    return n;
}

static void proto_put(struct buf *out, uint64_t v)
{
    char bytes[PROTO_VARINT_MAX];
    buf_put(out, bytes, proto_varint(bytes, v));
}

static void proto_tag(struct buf *out, int field, int wire)
{
    proto_put(out, (uint64_t)field << 3 | (uint64_t)wire);
}

void proto_uint(struct buf *out, int field, uint64_t v)
{
    proto_tag(out, field, PROTO_VARINT);
    proto_put(out, v);
}

void proto_fixed(struct buf *out, int field, uint64_t v)
{
    proto_tag(out, field, PROTO_FIXED);
    for (int i = 0; i < 8; i++)
        buf_putc(out, (char)(v >> (8 * i)));
}

void proto_double(struct buf *out, int field, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    proto_fixed(out, field, bits);
}

void proto_text(struct buf *out, int field, const char *text)
{
    size_t at = proto_open(out, field);
    names_utf8(out, text);
    proto_close(out, at);
}

size_t proto_open(struct buf *out, int field)
{
    proto_tag(out, field, PROTO_BYTES);
    return out->n;
}

/* The length goes before what it is the length of, which makes room. */
void proto_close(struct buf *out, size_t at)
{
    char length[PROTO_VARINT_MAX];
    size_t n = out->n - at, more = proto_varint(length, n);
    buf_put(out, length, more);
    memmove(out->p + at + more, out->p + at, n);
    memcpy(out->p + at, length, more);
}

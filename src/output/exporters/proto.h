/* Protocol Buffers as they are on the wire (protobuf.dev/programming-guides/encoding): as much as is sent here. */
#ifndef OUTPUT_EXPORTERS_PROTO_H
#define OUTPUT_EXPORTERS_PROTO_H

#include "base/buf.h"

void proto_uint(struct buf *out, int field, uint64_t v); /* int64, enum and bool too; negative ones take ten bytes */
void proto_fixed(struct buf *out, int field, uint64_t v);
void proto_double(struct buf *out, int field, double v);

/* A string; what is no UTF-8, which it must be, is U+FFFD. */
void proto_text(struct buf *out, int field, const char *text);

/* A message inside another: what is put between the two is its content. */
size_t proto_open(struct buf *out, int field);
void proto_close(struct buf *out, size_t at);

#endif

/* The index at the end of a segment. Its last eight bytes, those of the file, say where its chunk begins. */
#ifndef STORE_SEGMENT_INDEX_H
#define STORE_SEGMENT_INDEX_H

#include "store/segment.h"

/* Puts the INDEX chunk that belongs at an offset. -ENOMEM. */
int segment_index_put(struct buf *out, const struct segment_entry *entry, size_t n, int64_t at);

/* Adds its entries, of a chunk at an offset; -EBADMSG where they do not lie one behind the other before it. */
int segment_index_take(struct segment *s, const struct chunk *c, int64_t at);

/* Times and rows of an entry of this type, from the first bytes of its payload. */
void segment_peek(struct segment_entry *e, const uint8_t *payload, size_t n);

void segment_put_entry(struct segment *s, const struct segment_entry *e);

#endif

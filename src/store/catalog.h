/* The schema as bytes: what the columns of a file mean, so that the file stands alone. */
#ifndef STORE_CATALOG_H
#define STORE_CATALOG_H

#include "base/buf.h"
#include "core/schema.h"

#include <stddef.h>

/* How far a schema is known. */
struct catalog_mark {
    int slots, sources;
};

/* Puts a CATALOG chunk with what a schema has beyond a mark, {0, 0} for all of it, and moves the mark.
 * Nothing when there is nothing new. -ENOMEM. */
int catalog_put(struct buf *out, const struct schema *s, struct catalog_mark *known);

/* Adds what the payload of such a chunk holds to a schema that was made this way only; what it knows
 * already must agree. -EBADMSG, -ENOMEM. */
int catalog_take(struct schema *s, const void *bytes, size_t n);

#endif

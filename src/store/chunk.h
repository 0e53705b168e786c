/*
 * A chunk: the one thing that segments, journals, exported files and the local socket consist of.
 *
 *   bytes 0-3    magic "SdCk"
 *   byte  4      type
 *   byte  5      flags: 1 = may be passed over by who does not know the type
 *   bytes 6-7    version of this type's content, 1
 *   bytes 8-11   length of the payload
 *   bytes 12-15  CRC-32C of bytes 4-11 and the payload
 *   then the payload, and zero bytes up to a multiple of 8
 *
 * All numbers are little-endian.
 */
#ifndef STORE_CHUNK_H
#define STORE_CHUNK_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHUNK_HEAD 16
#define CHUNK_MAX (64u << 20) /* bytes of a payload */
#define CHUNK_VERSION 1

enum chunk_type {
    CHUNK_ABOUT = 1, /* what this file is: format, session, start */
    CHUNK_CATALOG,   /* metrics and sources, or what came to them */
    CHUNK_TICK,      /* all numbers of an instant, against the instant before */
    CHUNK_BLOCK,     /* all numbers of many instants, by column */
    CHUNK_PROCS,     /* the busiest processes of the tick or block behind it */
    CHUNK_TABLE,     /* all processes of an instant */
    CHUNK_EVENT,
    CHUNK_MINUTES,   /* summary of blocks: 60 s a row */
    CHUNK_TENS,      /* the same: 600 s a row */
    CHUNK_INDEX,     /* where the chunks of a segment are */
    CHUNK_TYPES,
};

enum { CHUNK_MAY_SKIP = 1 };

struct chunk {
    int type, flags, version;
    const uint8_t *bytes; /* the payload, borrowed */
    size_t n;
    size_t whole;         /* bytes with head and padding */
};

/* Puts a chunk; -EFBIG above CHUNK_MAX, -ENOMEM. */
int chunk_put(struct buf *out, enum chunk_type type, int flags, const void *payload, size_t n);

/*
 * Looks at the chunk that begins at p. -EAGAIN: n bytes are not enough for it; -EBADMSG: there is none,
 * or it is damaged.
 */
int chunk_take(const void *p, size_t n, struct chunk *out);

/* How many bytes the chunk takes that this head (CHUNK_HEAD bytes) begins; -EBADMSG for no head. */
int64_t chunk_length(const void *head);

/* The next offset from `at` on, a multiple of 8, where a head may begin; n when there is none. */
size_t chunk_seek(const void *p, size_t n, size_t at);

/*
 * The next offset from `at` on where a chunk stands that holds; n when there is none. With `open`, one that n
 * bytes are not enough for counts, too: more may come. So many false heads may be made that looking at each
 * would take for ever: after CHUNK_SEARCH bytes of checksums in vain, counted in *looked over all of a file, it
 * gives up.
 */
#define CHUNK_SEARCH (256u << 20)
size_t chunk_search(const void *p, size_t n, size_t at, bool open, uint64_t *looked);

/* Counts what looking at a head took whose chunk does not hold. */
void chunk_count(const void *head, uint64_t *looked);

#endif

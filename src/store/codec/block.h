/*
 * A block: a table of doubles, coded column by column without loss, each column readable alone.
 *
 * Made for what a machine says once a second: counters and levels that are decimals of few digits, half
 * of which never change. docs/FORMAT.md describes the bytes; they are the same on every platform. Columns
 * of time, of metrics, of summaries are all columns.
 */
#ifndef STORE_CODEC_BLOCK_H
#define STORE_CODEC_BLOCK_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

#define BLOCK_MAX_ROWS 4096
#define BLOCK_MAX_COLS 65536
#define BLOCK_MAX_CELLS (1 << 24) /* rows times columns: a few bytes may stand for many numbers, but not for any many */

/*
 * Puts a table of rows x cols, col[c][r]; a column that is NULL is all NaN. Every bit pattern comes back
 * as it was, but that all NaNs become one. 1 <= rows <= BLOCK_MAX_ROWS, 0 <= cols <= BLOCK_MAX_COLS,
 * both together BLOCK_MAX_CELLS.
 * -ENOMEM, and out is as it was.
 */
int block_encode(struct buf *out, const double *const *col, int cols, int rows);

struct block {
    int rows, cols;
    const uint8_t *bytes; /* borrowed */
    size_t n;
    uint32_t *at;         /* private: where columns begin */
    size_t cap;
};

/*
 * Looks at coded bytes, which stay the caller's and must outlive the block. A block may be opened again
 * and again and keeps its room; begin with { 0 }. -EBADMSG when the bytes are no block, -ENOMEM.
 */
int block_open(struct block *b, const void *bytes, size_t n);
void block_done(struct block *b);

/* Decodes a column to out[0..rows). -EBADMSG; never reads or writes outside, whatever the bytes are. */
int block_column(const struct block *b, int c, double *out);

#endif

/*
 * fuzz_block.c - bytes as a block, every column of it; the same bytes as a table of doubles, coded and decoded.
 *
 * The second half is the promise of losslessness on tables that nobody thought of.
 */
#include "base/auto.h"
#include "base/mem.h"
#include "store/codec/block.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void decode(const uint8_t *data, size_t n)
{
    struct block b = { 0 };
    static double out[BLOCK_MAX_ROWS];
    if (block_open(&b, data, n) == 0)
        for (int c = 0; c < b.cols && c < 64; c++) {
            int rc = block_column(&b, c, out);
            assert(rc == 0 || rc == -EBADMSG);
        }
    block_done(&b);
}

/* The first byte says how wide a table the others are. */
static void there_and_back(const uint8_t *data, size_t n)
{
    size_t cells = n > 1 ? (n - 1) / sizeof(double) : 0, cols = n ? 1 + data[0] % 16 : 1, rows = cells / cols;
    if (rows < 1 || rows > 512)
        return;
    auto_free double *v = mem_new(cells * sizeof *v);
    memcpy(v, data + 1, cells * sizeof *v);
    const double *col[16];
    for (size_t c = 0; c < cols; c++)
        col[c] = v + c * rows;
    auto_buf struct buf out = { 0 };
    struct block b = { 0 };
    double got[512];
    assert(block_encode(&out, col, (int)cols, (int)rows) == 0);
    assert(block_open(&b, out.p, out.n) == 0);
    for (size_t c = 0; c < cols; c++) {
        assert(block_column(&b, (int)c, got) == 0);
        for (size_t r = 0; r < rows; r++)
            assert(isnan(col[c][r]) ? isnan(got[r]) : memcmp(&got[r], &col[c][r], sizeof(double)) == 0);
    }
    block_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    decode(data, n);
    there_and_back(data, n);
    return 0;
}

/*
 * import_zst.c - a compressed file as plain bytes, piece by piece.
 *
 * Frames that ask for a window of more than 8 MiB are refused, and so is what unpacks without end: a few bytes
 * must not take all memory or all day.
 */
#include "analyze/import/import_reader.h"

#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <zstd.h>

#define PIECE (128u << 10)
#define WINDOW_LOG_MAX 23

struct import_zst {
    ZSTD_DStream *stream;
    ZSTD_inBuffer in;
    int64_t plain; /* bytes given so far */
    bool inside;   /* a frame is not complete */
    char piece[PIECE];
};

bool import_is_zst(const char *p, size_t n)
{
    return n >= 4 && !memcmp(p, "\x28\xb5\x2f\xfd", 4);
}

int import_zst_open(struct import *in)
{
    struct import_zst *z = mem_new(sizeof *z);
    z->stream = ZSTD_createDStream();
    z->in.src = z->piece;
    in->zst = z;
    if (!z->stream)
        return import_fail(in, -ENOMEM, "no memory to unpack it");
    ZSTD_DCtx_setParameter(z->stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return 0;
}

void import_zst_close(struct import_zst *z)
{
    if (!z)
        return;
    ZSTD_freeDStream(z->stream);
    mem_free(z);
}

long import_zst_read(struct import *in, char *p, size_t n)
{
    struct import_zst *z = in->zst;
    ZSTD_outBuffer out = { p, n, 0 };
    while (out.pos == 0) {
        if (z->in.pos == z->in.size) {
            long got = import_read_raw(in, z->piece, PIECE);
            if (got <= 0)
                return got < 0 ? got : z->inside ? -EBADMSG : 0;
            z->in.size = (size_t)got;
            z->in.pos = 0;
        }
        size_t left = ZSTD_decompressStream(z->stream, &out, &z->in);
        if (ZSTD_isError(left))
            return -EBADMSG;
        z->inside = left != 0;
    }
    z->plain += (int64_t)out.pos;
    return z->plain > IMPORT_MAX_PLAIN ? -E2BIG : (long)out.pos;
}

/*
 * csv_zst.c - zstd over a file in pieces.
 *
 * Level 3 with a window of 512 KiB: rows that resemble each other are near each other.
 */
#include "store/csv_zst.h"

#include "base/auto.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <zstd.h>

#define PIECE (128u << 10)
#define LEVEL 3
#define WINDOW_LOG 19

struct zst {
    ZSTD_CCtx *context;
    struct space *space;
    int from, to;
    int64_t read, written;
    char *in, *out;
};

static int zst_put(struct zst *z, size_t n)
{
    int64_t after = z->written + (int64_t)n;
    int rc = z->space ? space_resize(z->space, z->written, after) : 0;
    if (rc < 0)
        return rc;
    rc = os_disk_write(z->to, z->out, n, z->written);
    z->written = after;
    return rc;
}

/* The next piece of the file. 1, 0 when it was the last, or an error. */
static int zst_piece(struct zst *z)
{
    int64_t got = os_disk_read(z->from, z->in, PIECE, z->read);
    if (got < 0)
        return (int)got;
    z->read += got;
    bool last = got < PIECE;
    ZSTD_inBuffer in = { z->in, (size_t)got, 0 };
    size_t left;
    do {
        ZSTD_outBuffer out = { z->out, PIECE, 0 };
        left = ZSTD_compressStream2(z->context, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left))
            return -EIO;
        int rc = out.pos ? zst_put(z, out.pos) : 0;
        if (rc < 0)
            return rc;
    } while (last ? left > 0 : in.pos < in.size);
    return last ? 0 : 1;
}

static int zst_run(struct zst *z)
{
    ZSTD_CCtx_setParameter(z->context, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(z->context, ZSTD_c_windowLog, WINDOW_LOG);
    ZSTD_CCtx_setParameter(z->context, ZSTD_c_checksumFlag, 1);
    int rc;
    do
        rc = zst_piece(z);
    while (rc > 0);
    return rc < 0 ? rc : os_disk_sync(z->to);
}

static int zst_write(const char *from, const char *temp, struct zst *z)
{
    z->from = os_disk_open(from, OS_DISK_READ);
    if (z->from < 0)
        return z->from;
    int rc = z->space ? space_resize(z->space, -1, 0) : 0;
    if (rc < 0)
        return rc;
    z->written = 0;
    z->to = os_disk_open(temp, OS_DISK_CREATE);
    return z->to < 0 ? z->to : zst_run(z);
}

int csv_zst_pack(const char *from, const char *to, struct space *space)
{
    auto_free char *in = mem_try(PIECE), *out = mem_try(PIECE);
    auto_buf struct buf temp = { 0 };
    buf_printf(&temp, "%s.tmp", to);
    struct zst z = {
        .context = ZSTD_createCCtx(), .space = space, .from = -1, .to = -1, .written = -1, .in = in, .out = out,
    };
    int rc = z.context && in && out ? zst_write(from, temp.p, &z) : -ENOMEM;
    if (rc == 0)
        rc = os_rename(temp.p, to);
    if (rc < 0 && z.to >= 0)
        os_disk_remove(temp.p);
    if (rc < 0 && space && z.written >= 0)
        space_resize(space, z.written, -1);
    os_close(z.from);
    os_close(z.to);
    ZSTD_freeCCtx(z.context);
    return rc;
}

/* import_zstd.c - compressed files, as rolling logs become after a day: unpacked while they are read. */
#include "analyze/import_reader.h"

#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <zstd.h>

struct import_zstd {
    ZSTD_DStream *stream;
    FILE *file;
    ZSTD_inBuffer in;
    bool inside;       /* of a frame */
    char bytes[65536];
};

bool import_is_zstd(const char *p, size_t n)
{
    return n >= 4 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0;
}

/* The stream fits no size of ours; 128 MiB of window is what zstd itself stops at. */
struct import_zstd *import_zstd_new(FILE *file, const char *head, size_t n)
{
    struct import_zstd *z = mem_new(sizeof *z);
    z->stream = ZSTD_createDStream();
    z->file = file;
    memcpy(z->bytes, head, n);
    z->in = (ZSTD_inBuffer){ .src = z->bytes, .size = n };
    if (z->stream)
        return z;
    mem_free(z);
    return NULL;
}

void import_zstd_free(struct import_zstd *z)
{
    if (!z)
        return;
    ZSTD_freeDStream(z->stream);
    mem_free(z);
}

/* More of the file: 1, 0 at its end. */
static int import_zstd_more(struct import_zstd *z)
{
    z->in.pos = 0;
    z->in.size = fread(z->bytes, 1, sizeof z->bytes, z->file);
    return z->in.size > 0 ? 1 : ferror(z->file) ? -EIO : z->inside ? -EBADMSG : 0;
}

long import_zstd_read(struct import_zstd *z, char *p, size_t n)
{
    ZSTD_outBuffer out = { .dst = p, .size = n };
    while (out.pos == 0) {
        int rc = z->in.pos == z->in.size ? import_zstd_more(z) : 1;
        if (rc <= 0)
            return rc;
        size_t left = ZSTD_decompressStream(z->stream, &out, &z->in);
        if (ZSTD_isError(left))
            return -EBADMSG;
        z->inside = left > 0;
    }
    return (long)out.pos;
}

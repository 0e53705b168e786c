/* segment_index.c - where the chunks of a segment are, in a few bytes each. */
#include "store/segment_index.h"

#include "base/auto.h"
#include "store/pack.h"

#include <errno.h>

/* An event may say any time; where the steps to it are too large the index serves nobody, and the file is scanned. */
static int64_t index_step(int64_t from_ms, int64_t to_ms)
{
    int64_t step;
    return __builtin_sub_overflow(to_ms, from_ms, &step) ? INT64_MAX : step;
}

int segment_index_put(struct buf *out, const struct segment_entry *entry, size_t n, int64_t at)
{
    auto_buf struct buf b = { 0 };
    int64_t time = 0;
    pack_u64(&b, n);
    for (size_t i = 0; i < n; i++) {
        const struct segment_entry *e = &entry[i];
        pack_u64(&b, (uint64_t)e->type);
        pack_u64(&b, (uint64_t)e->at / 8);
        pack_u64(&b, e->n / 8);
        pack_u64(&b, e->block);
        pack_u64(&b, e->rows);
        pack_i64(&b, index_step(time, e->first_ms));
        pack_i64(&b, index_step(e->first_ms, e->last_ms));
        time = e->last_ms;
    }
    while (b.n % 8) /* so that no padding comes behind the offset */
        buf_putc(&b, '\0');
    for (int i = 0; i < 8; i++)
        buf_putc(&b, (char)((uint64_t)at >> 8 * i));
    return chunk_put(out, CHUNK_INDEX, CHUNK_MAY_SKIP, b.p, b.n);
}

int segment_index_take(struct segment *s, const struct chunk *c, int64_t at)
{
    struct unpack in = { .p = c->bytes, .end = c->bytes + c->n };
    uint64_t n = unpack_upto(&in, c->n);
    int64_t time = 0, end = 0;
    for (uint64_t i = 0; i < n && !in.bad; i++) {
        struct segment_entry e = { .type = (int)unpack_upto(&in, 255) };
        e.at = (int64_t)unpack_upto(&in, INT64_MAX / 16) * 8;
        e.n = (uint32_t)unpack_upto(&in, (CHUNK_MAX + CHUNK_HEAD + 7) / 8) * 8;
        e.block = (uint32_t)unpack_upto(&in, UINT32_MAX);
        e.rows = (uint32_t)unpack_upto(&in, UINT32_MAX);
        if (__builtin_add_overflow(time, unpack_i64(&in), &e.first_ms) ||
            __builtin_add_overflow(e.first_ms, unpack_i64(&in), &e.last_ms) || e.at < end)
            return -EBADMSG;
        time = e.last_ms;
        end = e.at + e.n;
        segment_put_entry(s, &e);
    }
    return in.bad || end > at ? -EBADMSG : 0;
}

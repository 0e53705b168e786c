/* chunk.c - puts and checks the chunks of our files. */
#include "store/chunk.h"

#include "base/crc32c.h"

#include <errno.h>
#include <string.h>

static const char magic[4] = { 'S', 'd', 'C', 'k' };
static const char zeros[8];

static uint32_t chunk_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void chunk_set_u32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static size_t chunk_whole(size_t n)
{
    return (CHUNK_HEAD + n + 7) & ~(size_t)7;
}

int chunk_put(struct buf *out, enum chunk_type type, int flags, const void *payload, size_t n)
{
    if (n > CHUNK_MAX)
        return -EFBIG;
    if (buf_reserve(out, chunk_whole(n)) < 0)
        return -ENOMEM;
    uint8_t head[CHUNK_HEAD] = { [4] = (uint8_t)type, [5] = (uint8_t)flags, [6] = CHUNK_VERSION };
    memcpy(head, magic, sizeof magic);
    chunk_set_u32(head + 8, (uint32_t)n);
    chunk_set_u32(head + 12, crc32c(crc32c(0, head + 4, 8), payload, n));
    buf_put(out, head, sizeof head);
    buf_put(out, payload, n);
    buf_put(out, zeros, chunk_whole(n) - CHUNK_HEAD - n);
    return 0;
}

int64_t chunk_length(const void *head)
{
    uint32_t n = chunk_u32((const uint8_t *)head + 8);
    if (memcmp(head, magic, sizeof magic) != 0 || n > CHUNK_MAX)
        return -EBADMSG;
    return (int64_t)chunk_whole(n);
}

int chunk_take(const void *p, size_t n, struct chunk *out)
{
    const uint8_t *head = p;
    if (n < CHUNK_HEAD)
        return -EAGAIN;
    int64_t whole = chunk_length(head);
    if (whole < 0)
        return (int)whole;
    if ((int64_t)n < whole)
        return -EAGAIN;
    size_t length = chunk_u32(head + 8), used = CHUNK_HEAD + length;
    if (crc32c(crc32c(0, head + 4, 8), head + CHUNK_HEAD, length) != chunk_u32(head + 12) ||
        memcmp(head + used, zeros, (size_t)whole - used) != 0)
        return -EBADMSG;
    *out = (struct chunk){
        .type = head[4], .flags = head[5], .version = head[6] | head[7] << 8,
        .bytes = head + CHUNK_HEAD, .n = length, .whole = (size_t)whole,
    };
    return 0;
}

size_t chunk_seek(const void *p, size_t n, size_t at)
{
    for (at = (at + 7) & ~(size_t)7; at + sizeof magic <= n; at += 8)
        if (memcmp((const char *)p + at, magic, sizeof magic) == 0)
            return at;
    return n;
}

void chunk_count(const void *head, uint64_t *looked)
{
    int64_t length = chunk_length(head);
    *looked += length > 0 ? (uint64_t)length : 0;
}

size_t chunk_search(const void *p, size_t n, size_t at, bool open, uint64_t *looked)
{
    struct chunk c;
    for (; (at = chunk_seek(p, n, at)) < n && *looked < CHUNK_SEARCH; at += 8) {
        int rc = chunk_take((const char *)p + at, n - at, &c);
        if (rc == 0 || (open && rc == -EAGAIN))
            return at;
        if (rc == -EBADMSG)
            chunk_count((const char *)p + at, looked);
    }
    return n;
}

/* Whole numbers in as few bytes as they need: 7 bits a byte, the lowest first, the last byte below 128. */
#ifndef STORE_CODEC_VARINT_H
#define STORE_CODEC_VARINT_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#define VARINT_MAX 10

/* How many bytes it put into out, which has room for VARINT_MAX. */
static inline size_t varint_put(uint8_t *out, uint64_t x)
{
    size_t n = 0;
    for (; x >= 128; x >>= 7)
        out[n++] = (uint8_t)(x | 128);
    out[n++] = (uint8_t)x;
    return n;
}

/* Reads at *at, moves it; -EBADMSG when it does not end within the n bytes, or within 64 bits. */
static inline int varint_get(const uint8_t *bytes, size_t n, size_t *at, uint64_t *x)
{
    *x = 0;
    for (int shift = 0; shift < 64 && *at < n; shift += 7) {
        uint8_t byte = bytes[(*at)++];
        *x |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return shift == 63 && byte > 1 ? -EBADMSG : 0;
    }
    return -EBADMSG;
}

/* Signed ones, as two's complement: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4. */
static inline uint64_t zigzag(uint64_t x)
{
    return x << 1 ^ -(x >> 63);
}

static inline uint64_t unzigzag(uint64_t x)
{
    return x >> 1 ^ -(x & 1);
}

#endif

/*
 * A binary arithmetic coder whose probabilities learn as it goes, and plain bits beside it.
 *
 * Modelled bits go from the front of the room onward, bits that no model can guess from its end
 * backwards (as in Opus, RFC 6716 section 4.1.4), so that these cost a shift each. Encoder and
 * decoder are one set of functions: with `decodes` set, which is a constant where they are called,
 * they return the bits read, else the bits given, written. A model written once serves both and
 * cannot disagree with itself. A decoder reads zeros beyond its bytes and never fails: wrong bytes
 * give wrong bits. All in the header, because a call for each bit would take longer than the bit.
 */
#ifndef STORE_CODEC_RANGE_H
#define STORE_CODEC_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RANGE_INLINE static inline __attribute__((always_inline))

/* What is known of a bit: how probable a 1 is, of 65536, and after how many bits. */
struct bit {
    uint16_t p, n;
};

#define BIT_UNKNOWN ((struct bit){ 32768, 0 })
#define BIT_MEMORY 30 /* 60 and 255 cost 0.2 % more */
#define BIT_SURE 64   /* nothing is ever certain */

struct range {
    uint64_t low, span; /* the interval; a decoder keeps in `low` how far inside its code lies */
    uint64_t plain;     /* plain bits on their way, the oldest lowest */
    unsigned plain_n;
    bool full;          /* the room did not suffice */
    uint8_t *front, *back, *begin, *end;
};

RANGE_INLINE void bit_learn(struct bit *b, int one)
{
    /* 32768 / (n + 1.6): the first bits count most, then it forgets slowly. */
    static const uint16_t rate[BIT_MEMORY + 1] = {
        20480, 12603, 9102, 7123, 5851, 4964, 4311, 3810, 3413, 3091, 2824, 2600, 2409, 2244, 2100, 1973,
        1861, 1761, 1671, 1590, 1517, 1449, 1388, 1332, 1280, 1231, 1187, 1145, 1107, 1070, 1036,
    };
    int32_t p = b->p, aim = BIT_SURE + (65536 - 2 * BIT_SURE) * one;
    b->p = (uint16_t)(p + ((aim - p) * rate[b->n] >> 15));
    b->n += b->n < BIT_MEMORY;
}

RANGE_INLINE struct range range_encoder(uint8_t *room, size_t n)
{
    return (struct range){ .span = UINT64_MAX, .front = room, .begin = room, .back = room + n, .end = room + n };
}

/* The next four bytes from the front, or from the back, as far as there are any. */
RANGE_INLINE uint32_t range_front(struct range *c)
{
    uint32_t four = 0;
    if (c->end - c->front >= 4) {
        const uint8_t *p = c->front;
        c->front += 4;
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (int i = 0; i < 4; i++)
        four = four << 8 | (c->front < c->end ? *c->front++ : 0);
    return four;
}

RANGE_INLINE uint32_t range_back(struct range *c)
{
    uint32_t four = 0;
    for (int i = 0; i < 32; i += 8)
        four |= (uint32_t)(c->back > c->begin ? *--c->back : 0) << i;
    return four;
}

RANGE_INLINE struct range range_decoder(const uint8_t *bytes, size_t n)
{
    uint8_t *p = (uint8_t *)(uintptr_t)bytes; /* only read */
    struct range c = { .span = UINT64_MAX, .front = p, .begin = p, .back = p + n, .end = p + n };
    c.low = (uint64_t)range_front(&c) << 32;
    c.low |= range_front(&c);
    return c;
}

RANGE_INLINE void range_carry(struct range *c)
{
    for (uint8_t *p = c->front; p > c->begin && ++*--p == 0;)
        ;
}

RANGE_INLINE void range_put(struct range *c, uint64_t from, int bytes)
{
    if (c->back - c->front < bytes) {
        c->full = true;
        return;
    }
    for (int i = 0; i < bytes; i++)
        *c->front++ = (uint8_t)(from >> (56 - 8 * i));
}

/* A bit that is 1 with a probability of `ones` 2^17ths. */
RANGE_INLINE int range_code(struct range *c, bool decodes, uint32_t ones, int bit)
{
    uint64_t below = (c->span >> 17) * ones;
    if (decodes)
        bit = c->low < below;
    uint64_t above = (uint64_t)bit - 1; /* all bits set for a 0 */
    c->span = below + (above & (c->span - 2 * below));
    if (decodes) {
        c->low -= above & below;
    } else {
        c->low += above & below;
        if (c->low < (above & below))
            range_carry(c);
    }
    if (c->span >> 32 == 0) {
        c->span <<= 32;
        if (!decodes)
            range_put(c, c->low, 4);
        c->low = c->low << 32 | (decodes ? range_front(c) : 0);
    }
    return bit;
}

/* One bit, expected by a model, or by two whose opinions are averaged. */
RANGE_INLINE int range_bit1(struct range *c, bool decodes, struct bit *a, int bit)
{
    bit = range_code(c, decodes, 2 * (uint32_t)a->p, bit);
    bit_learn(a, bit);
    return bit;
}

RANGE_INLINE int range_bit2(struct range *c, bool decodes, struct bit *a, struct bit *b, int bit)
{
    bit = range_code(c, decodes, (uint32_t)a->p + b->p, bit);
    bit_learn(a, bit);
    bit_learn(b, bit);
    return bit;
}

/* n bits that nothing is known of, 0 <= n <= 32. */
RANGE_INLINE uint32_t range_plain(struct range *c, bool decodes, uint32_t bits, unsigned n)
{
    if (decodes) {
        if (c->plain_n < n) {
            c->plain |= (uint64_t)range_back(c) << c->plain_n;
            c->plain_n += 32;
        }
        bits = (uint32_t)(c->plain & (((uint64_t)1 << n) - 1));
        c->plain >>= n;
        c->plain_n -= n;
        return bits;
    }
    c->plain |= (uint64_t)bits << c->plain_n;
    for (c->plain_n += n; c->plain_n >= 8; c->plain_n -= 8, c->plain >>= 8) {
        if (c->back == c->front)
            c->full = true;
        else
            *--c->back = (uint8_t)c->plain;
    }
    return bits;
}

/*
 * Ends an encoder: the fewest bytes that lie in the interval whatever stands behind them, then the
 * plain bytes. Returns how many bytes from the start of the room, or 0 when it was too small.
 */
static inline size_t range_finish(struct range *c)
{
    range_plain(c, false, 0, (8 - c->plain_n) & 7);
    for (int bytes = 1; bytes <= 8; bytes++) {
        uint64_t below = bytes < 8 ? UINT64_MAX >> (8 * bytes) : 0;
        uint64_t code = (c->low + below) & ~below;
        if ((code | below) - c->low >= c->span)
            continue;
        if (code < c->low)
            range_carry(c);
        range_put(c, code, bytes);
        break;
    }
    memmove(c->front, c->back, (size_t)(c->end - c->back));
    return c->full ? 0 : (size_t)(c->front - c->begin) + (size_t)(c->end - c->back);
}

#endif

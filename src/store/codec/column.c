/*
 * column.c - doubles to whole numbers, whole numbers to bits.
 *
 * Telemetry is printed by kernels and firmware: nearly every column is a decimal of few digits, so
 * v = m / 10^d with the smallest d for which every value comes back bit by bit (the encoder tries
 * the division that the decoder will do). What remains of a row after the root's share and the guess
 * is coded as "nothing?", sign, size class (bit length) and the bits below, of which the highest is modelled.
 * Each bit is expected by two models: one sees how big the last surprise was, the other how much the
 * root moved just now or, without a root, how big surprises were lately. The mixture of the two, and
 * what they see, were chosen on a recording of 645 metrics of a busy machine: more context loses
 * more by learning slowly in 600 rows than it gains.
 */
#include "store/codec/column.h"

#include "store/codec/block.h"
#include "store/codec/range.h"
#include "store/codec/varint.h"

#include <errno.h>
#include <math.h>

#define EXACT (1LL << 53) /* numerators beyond it are not exact as doubles */
#define NAN_PATTERN 0x7ff8000000000000u
#define MEAN_BITS 6       /* fraction of the running mean */
#define MEAN_SHIFT 5      /* a new row counts 1/32 */

static const double power_of_ten[COLUMN_DECIMALS + 1] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };

/* ---- doubles and whole numbers ---- */

static uint64_t pattern_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

/* Patterns of negative numbers are turned round, so that whole numbers rise as the values do. */
static uint64_t pattern_ordered(uint64_t bits)
{
    return bits >> 63 ? bits ^ INT64_MAX : bits;
}

static double unit_double(enum column_unit unit, uint64_t m)
{
    if (unit <= COLUMN_DECIMALS)
        return (double)(int64_t)m / power_of_ten[unit];
    uint64_t bits = pattern_ordered(m);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* The whole number of units that v is, whether or not it comes back as v. */
static uint64_t unit_whole(enum column_unit unit, double v)
{
    if (unit > COLUMN_DECIMALS)
        return pattern_ordered(pattern_of(v));
    double m = v * power_of_ten[unit], limit = unit ? (double)EXACT : 0x1p63;
    if (!(m > -limit && m < limit))
        return 0;
    return (uint64_t)(int64_t)(unit ? m + (m < 0 ? -0.5 : 0.5) : m);
}

static bool unit_fits(enum column_unit unit, double v)
{
    return isnan(v) || pattern_of(unit_double(unit, unit_whole(unit, v))) == pattern_of(v);
}

/* A unit that fits some rows and not another is not tried again: a finer one fits them as well, or
 * column_of() finds out. */
static enum column_unit unit_of(const double *v, int rows)
{
    enum column_unit unit = 0;
    for (int r = 0; r < rows && unit <= COLUMN_DECIMALS; r++)
        while (unit <= COLUMN_DECIMALS && !unit_fits(unit, v[r]))
            unit++;
    for (int r = 0; r < rows && unit <= COLUMN_DECIMALS; r++)
        if (!unit_fits(unit, v[r]))
            return COLUMN_PATTERN;
    return unit;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void column_of(const double *v, int rows, struct column *c, uint64_t *w)
{
    int known = 0;
    while (known < rows && isnan(v[known]))
        known++;
    *c = (struct column){ .unit = COLUMN_ABSENT, .guess = GUESS_LAST, .root.column = -1 };
    if (known == rows)
        return;
    c->unit = unit_of(v, rows);
    c->first = unit_whole(c->unit, v[known]);
    uint64_t last = 0;
    for (int r = 0; r < rows; r++) {
        if (isnan(v[r]))
            c->gaps = true;
        else
            last = unit_whole(c->unit, v[r]) - c->first;
        w[r] = last;
        if (c->step != 1)
            c->step = greatest_divisor(magnitude(last), c->step);
    }
    if (c->step > 1)
        for (int r = 0; r < rows; r++)
            w[r] = w[r] >> 63 ? -(-w[r] / c->step) : w[r] / c->step;
}

/* ---- the model of the rows ---- */

#define GROUP 15 /* size classes in one tree, which has one leaf more for "bigger" */
#define GROUPS 5 /* 5 * 15 > 64 */

/* What one context has seen: was it more than nothing, its sign (both after none, a positive, a
 * negative surprise), the trees of size classes. */
struct view {
    struct bit some[3], sign[3], size[GROUPS][GROUP + 1];
};

struct model {
    struct view own[CLASSES], other[CLASSES]; /* by the last surprise; by the root's step or the usual surprise */
    struct bit below[64][2];                  /* the bit below the highest, by size and sign */
    struct bit gap[2], gaps[4];               /* by the row before; by the two before */
};

/* What is known before a row is coded. */
struct past {
    uint64_t last, before, mean; /* rows without the root's share; the mean in 1/64 */
    uint64_t surprise;
    uint64_t usual;              /* the running mean of sizes of surprises, times 4 */
};

static inline uint64_t shift_signed(uint64_t x, int n)
{
    return (uint64_t)((int64_t)x >> n);
}

RANGE_INLINE uint64_t past_guess(const struct past *p, enum column_guess guess)
{
    uint64_t mean = shift_signed(p->mean + (1 << (MEAN_BITS - 1)), MEAN_BITS);
    switch (guess) {
    case GUESS_MEAN:
        return mean;
    case GUESS_LINE:
        return 2 * p->last - p->before;
    case GUESS_DRIFT:
        return p->last + mean;
    default:
        return p->last;
    }
}

RANGE_INLINE void past_learn(struct past *p, enum column_guess guess, uint64_t y, uint64_t surprise, bool begins)
{
    uint64_t of = (guess == GUESS_MEAN ? y : y - p->last) << MEAN_BITS;
    p->mean = begins ? of : p->mean + shift_signed(of - p->mean, MEAN_SHIFT);
    p->usual += shift_signed((magnitude(surprise) << 2) - p->usual, 2);
    p->surprise = surprise;
    p->before = p->last;
    p->last = y;
}

/* The size class of x, which is not 0: its bit length less one. */
RANGE_INLINE int size_code(struct range *c, bool decodes, struct view *a, struct view *b, int size)
{
    int base = 0;
    for (int group = 0; group < GROUPS; group++, base += GROUP) {
        int leaf = size - base < GROUP ? size - base : GROUP, node = 1;
        for (int i = 3; i >= 0; i--)
            node = node * 2 + range_bit2(c, decodes, &a->size[group][node], &b->size[group][node], leaf >> i & 1);
        if (node - 16 < GROUP)
            return base + node - 16 < 64 ? base + node - 16 : 63;
    }
    return 63; /* not written by an encoder */
}

/* A surprise: how far a row lies from its guess. `way` is what the last one was, see struct view. */
RANGE_INLINE uint64_t surprise_code(struct range *c, bool decodes, struct model *m, int own, int other, int way,
                                    uint64_t x)
{
    struct view *a = &m->own[own], *b = &m->other[other];
    if (!range_bit2(c, decodes, &a->some[way], &b->some[way], x != 0))
        return 0;
    int negative = range_bit2(c, decodes, &a->sign[way], &b->sign[way], (int)(x >> 63));
    uint64_t size = magnitude(x), got = 1;
    int left = size_code(c, decodes, a, b, decodes ? 0 : bit_length(size) - 1);
    if (left > 0) {
        struct bit *below = &m->below[left--][negative];
        got = 2 + (uint64_t)range_bit1(c, decodes, below, size >> left & 1);
    }
    if (left > 32) {
        left -= 32;
        got = got << 32 | range_plain(c, decodes, (uint32_t)(size >> left), 32);
    }
    got = got << left | range_plain(c, decodes, (uint32_t)(size & (((uint64_t)1 << left) - 1)), (unsigned)left);
    return negative ? -got : got;
}

RANGE_INLINE void gaps_code(struct range *c, bool decodes, struct model *m, bool *gap, int rows)
{
    unsigned before = 0; /* the bits of the last rows */
    for (int r = 0; r < rows; r++) {
        int is = range_bit2(c, decodes, &m->gap[before & 1], &m->gaps[before & 3], decodes ? 0 : gap[r]);
        before = before << 1 | (unsigned)is;
        gap[r] = is;
    }
}

RANGE_INLINE void rows_code(struct range *c, bool decodes, struct model *m, const struct column *col, int rows,
                            uint64_t *w)
{
    struct past p = { 0 };
    const uint64_t *root = col->root.of;
    uint64_t slope = (uint64_t)(int64_t)col->root.slope;
    if (decodes)
        w[0] = 0;
    for (int r = 1; r < rows; r++) {
        uint64_t share = root ? shift_signed(slope * root[r] + 32768, 16) : 0;
        uint64_t guess = past_guess(&p, col->guess);
        int own = bit_class(magnitude(p.surprise));
        int other = bit_class(root ? magnitude(root[r] - root[r - 1]) : p.usual);
        int way = p.surprise == 0 ? 0 : p.surprise >> 63 ? 2 : 1;
        uint64_t x = surprise_code(c, decodes, m, own, other, way, decodes ? 0 : w[r] - share - guess);
        if (decodes)
            w[r] = guess + x + share;
        past_learn(&p, col->guess, guess + x, x, r == 1);
    }
}

void column_guess(struct column *c, const uint64_t *w, int rows)
{
    uint64_t least = UINT64_MAX;
    for (enum column_guess g = 0; g < GUESSES; g++) {
        struct past p = { 0 };
        uint64_t bits = 0;
        for (int r = 1; r < rows; r++) {
            uint64_t x = w[r] - past_guess(&p, g);
            bits += (uint64_t)bit_length(magnitude(x));
            past_learn(&p, g, w[r], x, r == 1);
        }
        if (bits < least)
            least = bits, c->guess = g;
    }
}

static void model_reset(struct model *m)
{
    struct bit *b = (struct bit *)m;
    for (size_t i = 0; i < sizeof *m / sizeof *b; i++)
        b[i] = BIT_UNKNOWN;
}

/* ---- the bytes of a column ---- */

/* Byte 0: the unit, the guess, whether there are a root and gaps. */
#define HEAD_GUESS 4
#define HEAD_ROOT 0x40
#define HEAD_GAPS 0x80
#define HEAD_MAX 48

static size_t head_put(const struct column *c, uint8_t *out)
{
    out[0] = (uint8_t)c->unit;
    if (c->unit == COLUMN_ABSENT || c->unit == COLUMN_RAW)
        return 1;
    out[0] |= (uint8_t)(c->guess << HEAD_GUESS | (c->root.column >= 0 ? HEAD_ROOT : 0) | (c->gaps ? HEAD_GAPS : 0));
    size_t n = 1 + varint_put(out + 1, zigzag(c->first));
    if (c->step == 0 && !c->gaps)
        return n;
    n += varint_put(out + n, c->step);
    if (c->root.column >= 0) {
        n += varint_put(out + n, (uint64_t)c->root.column);
        n += varint_put(out + n, zigzag((uint64_t)(int64_t)c->root.slope));
    }
    return n;
}

size_t column_put(const struct column *c, const double *v, const uint64_t *w, int rows, uint8_t *out, size_t room)
{
    uint8_t head[HEAD_MAX];
    size_t n = head_put(c, head);
    if (n > room)
        return 0;
    memcpy(out, head, n);
    if (c->unit == COLUMN_ABSENT || (c->step == 0 && !c->gaps && c->unit != COLUMN_RAW))
        return n;
    if (c->unit == COLUMN_RAW) {
        if (room - n < 8 * (size_t)rows)
            return 0;
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < 64; i += 8)
                out[n++] = (uint8_t)((isnan(v[r]) ? NAN_PATTERN : pattern_of(v[r])) >> i);
        return n;
    }
    struct model m;
    model_reset(&m);
    struct range range = range_encoder(out + n, room - n);
    if (c->gaps) {
        bool gap[BLOCK_MAX_ROWS];
        for (int r = 0; r < rows; r++)
            gap[r] = isnan(v[r]);
        gaps_code(&range, false, &m, gap, rows);
    }
    if (c->step)
        rows_code(&range, false, &m, c, rows, (uint64_t *)(uintptr_t)w);
    size_t coded = range_finish(&range);
    return coded ? n + coded : 0;
}

int column_head(const uint8_t *bytes, size_t n, struct column *c)
{
    uint64_t x, slope;
    size_t at = 1;
    *c = (struct column){ .root.column = -1 };
    if (n == 0)
        return 0;
    c->unit = bytes[0] & 15;
    c->guess = bytes[0] >> HEAD_GUESS & 3;
    if (c->unit == COLUMN_ABSENT || c->unit == COLUMN_RAW)
        return bytes[0] == c->unit ? 1 : -EBADMSG;
    c->gaps = bytes[0] & HEAD_GAPS;
    if (c->unit > COLUMN_PATTERN || varint_get(bytes, n, &at, &x) < 0)
        return -EBADMSG;
    c->first = unzigzag(x);
    if (at == n)
        return bytes[0] & (HEAD_GAPS | HEAD_ROOT) ? -EBADMSG : (int)at;
    if (varint_get(bytes, n, &at, &c->step) < 0)
        return -EBADMSG;
    if (bytes[0] & HEAD_ROOT) {
        if (varint_get(bytes, n, &at, &x) < 0 || varint_get(bytes, n, &at, &slope) < 0 || x > INT32_MAX ||
            slope > UINT32_MAX)
            return -EBADMSG;
        c->root.column = (int)x;
        c->root.slope = (int32_t)(int64_t)unzigzag(slope);
    }
    return (int)at;
}

void column_rows(const struct column *c, const uint8_t *bytes, size_t n, int rows, uint64_t *w, bool *gap)
{
    struct model m;
    model_reset(&m);
    struct range range = range_decoder(bytes, n);
    if (c->gaps)
        gaps_code(&range, true, &m, gap, rows);
    if (c->step)
        rows_code(&range, true, &m, c, rows, w);
    else
        memset(w, 0, (size_t)rows * sizeof *w);
}

int column_doubles(const struct column *c, const uint64_t *w, const bool *gap, const uint8_t *raw, size_t n, int rows,
                   double *out)
{
    if (c->unit == COLUMN_RAW && n != 8 * (size_t)rows)
        return -EBADMSG;
    for (int r = 0; r < rows; r++) {
        uint64_t bits = 0;
        if (c->unit == COLUMN_ABSENT || (c->gaps && gap[r])) {
            out[r] = NAN;
        } else if (c->unit == COLUMN_RAW) {
            for (int i = 0; i < 8; i++)
                bits |= (uint64_t)*raw++ << (8 * i);
            memcpy(&out[r], &bits, sizeof bits);
        } else {
            out[r] = unit_double(c->unit, c->first + c->step * w[r]);
        }
    }
    return 0;
}

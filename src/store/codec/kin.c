/*
 * kin.c - an estimate of what each column would cost beside each other one, and a choice of roots.
 *
 * The price of a column beside another is what its steps cost in size classes, the classes expected
 * from those of the other's steps (conditional entropy, counted), plus the bits below; once as they
 * are and, where the two correlate, once with the slope of least squares taken out. Which columns
 * should be roots is the facility location problem; taking the most profitable one each time is the
 * usual answer (Cornuejols, Fisher and Nemhauser 1977), and because profits only shrink as roots
 * are added, an old profit bounds the new one and few are computed again (Minoux 1978).
 * Only KIN_REACH neighbours to each side are looked at: a schema puts relatives near, and the time
 * spent on a column is bounded. Measured on the recorded sample: going through the columns once, with roots as
 * they come, costs 6 % more.
 */
#include "store/codec/kin.h"

#include "base/auto.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>

#define KIN_REACH 192
#define KIN_SIDES (2 * KIN_REACH + 1)
#define CELL 2048         /* two bits for each kind of pair that has to be learnt */
#define CORRELATES 0.25   /* of r squared: half the variance makes half a bit */
#define LANES 8

struct kin {
    int n, rows;
    uint32_t *nlogn;      /* n * log2(n) * 1024 */
    float *step;          /* rows of each column, [0] is 0 */
    uint8_t *size;        /* and their bit lengths */
    double *square;       /* sums of squares of steps */
    uint64_t *bits;       /* sums of bit lengths */
    int32_t *alone;       /* prices, in 1/1024 bits */
    int32_t *price;       /* beside each neighbour: [column * KIN_SIDES + KIN_REACH + neighbour - column] */
    int32_t *now, *profit; /* the price with the roots so far; what a column would save as a root, at most */
    uint8_t *residual;
};

/* log2 in 1/1024 by squaring: the same everywhere, which libm is not. */
static uint32_t log2_fixed(uint32_t n)
{
    int whole = 31 - __builtin_clz(n);
    uint64_t x = (uint64_t)n << (31 - whole);
    uint32_t log = (uint32_t)whole;
    for (int i = 0; i < 10; i++) {
        x = x * x >> 31;
        log = log << 1 | (uint32_t)(x >> 32);
        x >>= x >> 32;
    }
    return log;
}

static int32_t kin_price(const struct kin *k, const uint16_t pair[CLASSES][CLASSES], uint64_t bits)
{
    uint64_t price = bits << 10;
    for (int i = 0; i < CLASSES; i++) {
        uint32_t sum = 0;
        for (int j = 0; j < CLASSES; j++) {
            sum += pair[i][j];
            price += pair[i][j] ? CELL : 0;
            price -= k->nlogn[pair[i][j]];
        }
        price += k->nlogn[sum];
    }
    return price < INT32_MAX ? (int32_t)price : INT32_MAX;
}

/* Steps and sizes of a column, and its price alone: each size expected from the one before. */
static void kin_column(struct kin *k, int c, const uint64_t *w)
{
    float *step = k->step + (size_t)c * (size_t)k->rows;
    uint8_t *size = k->size + (size_t)c * (size_t)k->rows;
    uint16_t pair[CLASSES][CLASSES] = { 0 };
    for (int r = 1; r < k->rows; r++) {
        uint64_t d = w[r] - w[r - 1];
        step[r] = (float)(int64_t)d;
        size[r] = (uint8_t)bit_class(magnitude(d));
        k->bits[c] += (uint64_t)bit_length(magnitude(d));
        k->square[c] += (double)step[r] * (double)step[r];
        pair[size[r - 1]][size[r]]++;
    }
    k->alone[c] = kin_price(k, pair, k->bits[c]);
}

static double kin_product(const float *a, const float *b, int rows)
{
    float sum[LANES] = { 0 };
    int r = 0;
    for (; r + LANES <= rows; r += LANES)
        for (int i = 0; i < LANES; i++)
            sum[i] += a[r + i] * b[r + i];
    double all = 0;
    for (; r < rows; r++)
        all += (double)(a[r] * b[r]);
    for (int i = 0; i < LANES; i++)
        all += (double)sum[i];
    return all;
}

/* The price of a column when `slope` times the root's steps is taken out of its own. */
static int32_t kin_sloped(const struct kin *k, int c, int root, float slope)
{
    const float *y = k->step + (size_t)c * (size_t)k->rows, *x = k->step + (size_t)root * (size_t)k->rows;
    const uint8_t *size = k->size + (size_t)root * (size_t)k->rows;
    uint16_t pair[CLASSES][CLASSES] = { 0 };
    for (int r = 1; r < k->rows; r++) {
        float left = y[r] - slope * x[r];
        uint32_t pattern;
        memcpy(&pattern, &left, sizeof pattern);
        int n = (int)(pattern >> 23 & 255) - 126; /* the exponent is the bit length */
        k->residual[r] = (uint8_t)(n < 0 ? 0 : n < 64 ? n : 64);
    }
    uint64_t bits = 0;
    for (int r = 1; r < k->rows; r++) {
        int n = k->residual[r];
        bits += (uint64_t)n;
        pair[size[r]][n < CLASSES ? n : CLASSES - 1]++;
    }
    return kin_price(k, pair, bits);
}

static int32_t *kin_at(struct kin *k, int c, int neighbour)
{
    return &k->price[(size_t)c * KIN_SIDES + (size_t)(KIN_REACH + neighbour - c)];
}

/* The prices of two columns beside each other, both ways. */
static void kin_pair(struct kin *k, int a, int b)
{
    const uint8_t *x = k->size + (size_t)a * (size_t)k->rows, *y = k->size + (size_t)b * (size_t)k->rows;
    uint16_t ab[CLASSES][CLASSES] = { 0 }, ba[CLASSES][CLASSES];
    for (int r = 1; r < k->rows; r++)
        ab[x[r]][y[r]]++;
    for (int i = 0; i < CLASSES; i++)
        for (int j = 0; j < CLASSES; j++)
            ba[j][i] = ab[i][j];
    int32_t price_a = kin_price(k, ba, k->bits[a]), price_b = kin_price(k, ab, k->bits[b]);
    double product = kin_product(k->step + (size_t)a * (size_t)k->rows, k->step + (size_t)b * (size_t)k->rows, k->rows);
    if (product * product > CORRELATES * k->square[a] * k->square[b]) {
        int32_t s = kin_sloped(k, a, b, (float)(product / k->square[b]));
        price_a = s < price_a ? s : price_a;
        s = kin_sloped(k, b, a, (float)(product / k->square[a]));
        price_b = s < price_b ? s : price_b;
    }
    *kin_at(k, a, b) = price_a;
    *kin_at(k, b, a) = price_b;
}

/* What all columns together would save with one more root. */
static int32_t kin_profit(struct kin *k, int root, const int *roots)
{
    int64_t profit = (int64_t)k->now[root] - k->alone[root];
    int from = root > KIN_REACH ? root - KIN_REACH : 0, to = root + KIN_REACH < k->n ? root + KIN_REACH : k->n - 1;
    for (int c = from; c <= to; c++)
        if (c != root && roots[c] != c && *kin_at(k, c, root) < k->now[c])
            profit += k->now[c] - *kin_at(k, c, root);
    return (int32_t)(profit < INT32_MAX ? profit : INT32_MAX);
}

static void kin_follow(struct kin *k, int root, int *roots)
{
    int from = root > KIN_REACH ? root - KIN_REACH : 0, to = root + KIN_REACH < k->n ? root + KIN_REACH : k->n - 1;
    for (int c = from; c <= to; c++)
        if (c != root && roots[c] != c && *kin_at(k, c, root) < k->now[c]) {
            k->now[c] = *kin_at(k, c, root);
            roots[c] = root;
        }
    k->now[root] = k->alone[root];
    roots[root] = root;
}

static void kin_choose(struct kin *k, int *roots)
{
    for (int c = 0; c < k->n; c++) {
        roots[c] = -1;
        k->now[c] = k->alone[c];
        k->profit[c] = INT32_MAX;
    }
    for (;;) {
        int best = 0;
        for (int c = 1; c < k->n; c++)
            if (k->profit[c] > k->profit[best])
                best = c;
        if (k->profit[best] <= 0)
            return;
        int32_t bound = k->profit[best];
        k->profit[best] = kin_profit(k, best, roots);
        if (k->profit[best] < bound)
            continue; /* an old profit; it may still be the best */
        kin_follow(k, best, roots);
        k->profit[best] = 0;
    }
}

/* Least squares in full precision, for those who will be coded with it. */
static int32_t kin_slope(const uint64_t *y, const uint64_t *x, int rows)
{
    double xy = 0, xx = 0;
    for (int r = 1; r < rows; r++) {
        double dx = (double)(int64_t)(x[r] - x[r - 1]);
        xy += dx * (double)(int64_t)(y[r] - y[r - 1]);
        xx += dx * dx;
    }
    double slope = xy / xx * 65536;
    if (!(slope > INT32_MIN && slope < INT32_MAX))
        return 0;
    return (int32_t)(slope + (slope < 0 ? -0.5 : 0.5));
}

int kin_find(const uint64_t *w, int n, int rows, int *root, int32_t *slope)
{
    if (n == 0)
        return 0;
    size_t cells = (size_t)n * (size_t)rows, cols = (size_t)n;
    auto_free uint32_t *nlogn = mem_try(((size_t)rows + 1) * sizeof *nlogn);
    auto_free float *step = mem_try(cells * sizeof *step);
    auto_free uint8_t *size = mem_try(cells + (size_t)rows);
    auto_free int32_t *price = mem_try((cols * KIN_SIDES + 3 * cols) * sizeof *price);
    auto_free double *square = mem_try(cols * sizeof *square);
    auto_free uint64_t *bits = mem_try(cols * sizeof *bits);
    if (!nlogn || !step || !size || !price || !square || !bits)
        return -ENOMEM;
    struct kin k = { .n = n, .rows = rows, .nlogn = nlogn, .step = step, .size = size, .square = square, .bits = bits,
        .alone = price + cols * KIN_SIDES, .now = price + cols * KIN_SIDES + cols,
        .profit = price + cols * KIN_SIDES + 2 * cols, .price = price, .residual = size + cells };
    for (int i = 1; i <= rows; i++)
        nlogn[i] = (uint32_t)i * log2_fixed((uint32_t)i);
    for (int c = 0; c < n; c++)
        kin_column(&k, c, w + (size_t)c * (size_t)rows);
    for (int a = 0; a < n; a++)
        for (int b = a + 1; b < n && b <= a + KIN_REACH; b++)
            kin_pair(&k, a, b);
    kin_choose(&k, root);
    for (int c = 0; c < n; c++) {
        root[c] = root[c] == c ? -1 : root[c];
        slope[c] = root[c] < 0 ? 0 : kin_slope(w + (size_t)c * (size_t)rows, w + (size_t)root[c] * (size_t)rows, rows);
    }
    return 0;
}

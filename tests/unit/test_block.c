/* The block codec: what comes back is what went in, bit by bit; what is damaged does no harm. */
#include "test.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/rng.h"
#include "store/codec/block.h"

#include <errno.h>

#define COLS 40

static uint64_t pattern(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static double of_pattern(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void assert_same(const double *want, const double *got, int rows)
{
    for (int r = 0; r < rows; r++)
        if (!(want && isnan(got[r]) ? isnan(want[r]) : want ? pattern(want[r]) == pattern(got[r]) : isnan(got[r])))
            fail_msg("row %d: %.17g instead of %.17g", r, got[r], want ? want[r] : (double)NAN);
}

/* Codes and decodes all columns; how many bytes the block took. */
static size_t round_trip(const double *const *col, int cols, int rows)
{
    auto_buf struct buf out = { 0 };
    struct block b = { 0 };
    static double got[BLOCK_MAX_ROWS + 1];
    assert_int_equal(block_encode(&out, col, cols, rows), 0);
    /* Exactly so many bytes, so that a sanitizer sees a read past the end. */
    auto_free uint8_t *bytes = mem_new(out.n);
    memcpy(bytes, out.p, out.n);
    assert_int_equal(block_open(&b, bytes, out.n), 0);
    assert_int_equal(b.rows, rows);
    assert_int_equal(b.cols, cols);
    for (int c = cols - 1; c >= 0; c--) {
        got[rows] = 4.5;
        assert_int_equal(block_column(&b, c, got), 0);
        assert_same(col[c], got, rows);
        assert_true(got[rows] == 4.5);
    }
    block_done(&b);
    return out.n;
}

static void edges(void **state)
{
    (void)state;
    static const double cases[][8] = {
        { 0, 0, 0, 0, 0, 0, 0, 0 },
        { -0.0, 0, -0.0, 1, -1, 0, 0, -0.0 },
        { INFINITY, -INFINITY, 0, 1, INFINITY, 2, 3, 4 },
        { 5e-324, 2.2250738585072014e-308, -5e-324, 1e-310, 0, 0, 1, 1 },
        { 1.7976931348623157e308, -1.7976931348623157e308, 1, 0, 2, 3, 4, 5 },
        { 9007199254740992, 9007199254740994, 1e15, -9007199254740996, 1, 2, 3, 0.5 },
        { 9223372036854774784.0, -9223372036854774784.0, 0, 1, 9223372036854774784.0, -1, 0, 1 },
        { 0x1p63, -0x1p63, 0x1p64, 18446744073709549568.0, 1, 2, 3, 4 },
        { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN },
        { NAN, 1, NAN, NAN, 1, 1, 1, NAN },
        { NAN, 1, 2, NAN, 4, 0.1, 6, NAN },
        { NAN, NAN, NAN, NAN, -0.0, NAN, NAN, NAN },
        { 1, NAN, INFINITY, NAN, -INFINITY, NAN, 1e-300, NAN },
        { 0.1, 0.2, 0.3, 0.1 + 0.2, 0.4, 0.5, 0.6, 0.7 },
        { 1.5e-9, 1e-9, 0, 123456.789012345, 3, 4, 5, 6 },
        { 4096, 8192, 4096, 12288, 4096, 0, -4096, 4096 },
        { 1, 1, 1, 1, 1, 1, 1, 2 },
        { 3.141592653589793, 2.718281828459045, 1.4142135623730951, 1, 2, 3, 4, 5 },
        { 1e300, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300, 1e300 },
        { -3, -3, -3, -3, -3, -3, -3, -3 },
    };
    enum { N = sizeof cases / sizeof *cases };
    const double *col[N + 1] = { NULL };
    for (int c = 0; c < N; c++) {
        const double *alone[1] = { cases[c] };
        for (int rows = 1; rows <= 8; rows++)
            round_trip(alone, 1, rows);
        col[c] = cases[c];
    }
    for (int rows = 1; rows <= 8; rows++)
        round_trip(col, N + 1, rows);
    round_trip(col, 0, 1);
    round_trip(col, 0, BLOCK_MAX_ROWS);
    col[0] = cases[0]; /* nothing moves */
    round_trip(col, 1, 8);
}

static void every_nan_becomes_one(void **state)
{
    (void)state;
    const double v[] = { 1, of_pattern(0xfff8000000000001), of_pattern(0x7ff0000000000001), 3 };
    const double *col[1] = { v };
    round_trip(col, 1, 4);
}

enum kind {
    COUNTER, LEVEL, PERCENT, STATE, NOISE, PATTERNS, SPARSE, GAPS, TWIN, SCALED, MIXED, HUGE_STEPS, KINDS
};

/* A row of a random column; `twin` is a column already made. */
static double random_value(struct rng *r, enum kind kind, double before, double twin)
{
    switch (kind) {
    case COUNTER:
        return before + rng_below(r, 1000);
    case LEVEL:
        return floor(1e6 + 1000 * rng_normal(r)) * 4;
    case PERCENT:
        return round(5000 + 3000 * rng_unit(r)) / 100;
    case STATE:
        return rng_below(r, 40) ? before : rng_below(r, 5);
    case NOISE:
        return rng_normal(r);
    case PATTERNS:
        return of_pattern(rng_u64(r));
    case SPARSE:
        return rng_below(r, 100) ? before : before + 1;
    case GAPS:
        return rng_below(r, 4) ? rng_below(r, 100) : (double)NAN;
    case TWIN:
        return twin;
    case SCALED:
        return 3 * twin + rng_below(r, 2);
    case MIXED:
        return rng_below(r, 50) ? before + 1 : rng_below(r, 2) ? -0.0 : INFINITY;
    default:
        return (double)(int64_t)(rng_u64(r) & ~2047ULL);
    }
}

/* Into v, COLS columns of rows; some columns are NULL. */
static void random_table(struct rng *r, int rows, double *v, const double *col[COLS])
{
    for (int c = 0; c < COLS; c++) {
        enum kind kind = (enum kind)rng_below(r, KINDS);
        const double *twin = v + (size_t)(c ? rng_below(r, (uint32_t)c) : 0) * (size_t)rows;
        double *at = v + (size_t)c * (size_t)rows;
        for (int i = 0; i < rows; i++)
            at[i] = random_value(r, kind, i ? at[i - 1] : floor(1e9 * rng_unit(r)), twin[i]);
        col[c] = rng_below(r, 30) ? at : NULL;
    }
}

static void random_tables_come_back(void **state)
{
    (void)state;
    struct rng r;
    auto_free double *v = mem_new(sizeof *v * COLS * BLOCK_MAX_ROWS);
    rng_seed(&r, 4);
    for (int i = 0; i < 60; i++) {
        int rows = i == 0 ? BLOCK_MAX_ROWS : 1 + (int)rng_below(&r, i % 2 ? 20 : 700);
        const double *col[COLS];
        random_table(&r, rows, v, col);
        size_t n = round_trip(col, COLS, rows);
        assert_true(n <= (size_t)COLS * (8 * (size_t)rows + 8) + 8); /* never longer than raw */
    }
}

/* A column like another one costs a few bytes, and so do lines and constants. */
static void relatives_are_cheap(void **state)
{
    (void)state;
    enum { ROWS = 600 };
    static double a[ROWS], pages[ROWS], line[ROWS], constant[ROWS], zero[ROWS];
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < ROWS; i++) {
        a[i] = (i ? a[i - 1] : 1e6) + 4 * (double)rng_below(&r, 100000);
        pages[i] = a[i] / 4;
        line[i] = 1e12 + 1000.0 * i;
        constant[i] = 24682416;
    }
    const double *one[] = { a }, *all[] = { a, pages, line, constant, zero };
    size_t n = round_trip(one, 1, ROWS);
    assert_true(n > ROWS * 16.6 / 8 && n < ROWS * 17.2 / 8); /* log2(100000) is 16.6 */
    assert_true(round_trip(all, 5, ROWS) < n + 60);
}

/* Nothing of a block may be read as something else: it is opened whole or not at all. */
static void cut_or_grown_is_no_block(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 2);
    const double *col[COLS];
    static double v[COLS * 30];
    random_table(&r, 30, v, col);
    auto_buf struct buf out = { 0 };
    struct block b = { 0 };
    assert_int_equal(block_encode(&out, col, COLS, 30), 0);
    for (size_t n = 0; n < out.n; n++)
        assert_int_equal(block_open(&b, out.p, n), -EBADMSG);
    buf_putc(&out, 0);
    assert_int_equal(block_open(&b, out.p, out.n), -EBADMSG);
    block_done(&b);
}

static void damage_does_no_harm(void **state)
{
    (void)state;
    struct rng r;
    struct block b = { 0 };
    static double got[BLOCK_MAX_ROWS];
    rng_seed(&r, 3);
    for (int i = 0; i < 20; i++) {
        const double *col[COLS];
        static double v[COLS * 50];
        random_table(&r, 50, v, col);
        auto_buf struct buf out = { 0 };
        assert_int_equal(block_encode(&out, col, COLS, 50), 0);
        for (int k = 0; k < 200; k++) {
            auto_free uint8_t *bad = mem_new(out.n);
            memcpy(bad, out.p, out.n);
            for (uint32_t flips = 1 + rng_below(&r, 4); flips > 0; flips--)
                bad[rng_below(&r, rng_below(&r, 2) ? (uint32_t)out.n : 80)] ^= (uint8_t)(1 + rng_below(&r, 255));
            if (block_open(&b, bad, out.n) < 0)
                continue;
            for (int c = 0; c < b.cols; c++) {
                int rc = block_column(&b, c, got);
                assert_true(rc == 0 || rc == -EBADMSG);
            }
        }
    }
    block_done(&b);
}

/* Columns that name roots that have roots, themselves, raw ones, or none of the table. */
static void bad_roots_are_refused(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {
        3, 6, 5, 6, 6, 6, 25, 6,
        0x10, 0, 1, 0x55, 0x55,        /* 0: good */
        0x50, 0, 1, 0, 0, 0x55,        /* 1: follows 0 */
        0x50, 0, 1, 1, 0, 0x55,        /* 2: follows 1, which follows 0 */
        0x50, 0, 1, 3, 0, 0x55,        /* 3: follows itself */
        0x0b, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, /* 4: raw */
        0x50, 0, 1, 4, 0, 0x55,        /* 5: follows raw numbers */
    };
    static const int want[] = { 0, 0, -EBADMSG, -EBADMSG, 0, -EBADMSG };
    struct block b = { 0 };
    double got[3];
    assert_int_equal(block_open(&b, bytes, sizeof bytes), 0);
    for (int c = 0; c < 6; c++)
        assert_int_equal(block_column(&b, c, got), want[c]);
    block_done(&b);
}

/*
 * The format cannot change unseen: a block with these bytes must mean this table for ever. Its columns:
 * a counter, one that follows it, one with gaps, a level of decimals, patterns, a constant, nothing.
 */
static void golden_bytes(void **state)
{
    (void)state;
    enum { ROWS = 40, N = 7 };
    static double table[N - 1][ROWS];
    static const uint8_t golden[] = {
        40, 7, 44, 17, 11, 30, 180, 1, 4, 1, 48, 208, 15, 2, 106, 228, 178, 107, 42, 112, 117, 186,
        48, 60, 122, 113, 233, 57, 82, 232, 197, 254, 173, 7, 245, 213, 217, 174, 83, 171, 0, 24, 74, 85,
        68, 252, 67, 254, 141, 136, 193, 86, 249, 101, 80, 240, 46, 1, 0, 156, 255, 47, 215, 67, 167, 73,
        43, 3, 42, 139, 111, 144, 0, 1, 61, 95, 77, 173, 85, 147, 30, 170, 2, 196, 19, 1, 114, 104,
        221, 28, 57, 121, 46, 148, 34, 66, 236, 15, 54, 245, 204, 49, 212, 78, 215, 190, 71, 147, 61, 32,
        212, 19, 26, 179, 205, 199, 175, 248, 135, 183, 165, 3, 1, 64, 0, 53, 198, 58, 188, 160, 6, 57,
        54, 102, 122, 182, 211, 65, 148, 248, 21, 242, 209, 237, 253, 213, 37, 196, 175, 150, 143, 111, 238, 169,
        46, 37, 124, 180, 123, 127, 117, 73, 113, 120, 243, 89, 74, 220, 63, 133, 64, 3, 172, 239, 141, 249,
        15, 34, 190, 90, 61, 191, 186, 164, 184, 149, 242, 209, 237, 253, 213, 37, 196, 175, 150, 143, 111, 238,
        169, 46, 37, 124, 180, 123, 127, 117, 73, 113, 32, 1, 214, 119, 198, 252, 135, 145, 0, 14, 179, 190,
        55, 228, 60, 138, 249, 104, 246, 254, 234, 146, 226, 87, 203, 71, 183, 247, 84, 151, 18, 190, 90, 61,
        191, 186, 164, 184, 149, 242, 209, 237, 253, 213, 37, 196, 128, 7, 89, 223, 27, 242, 30, 68, 0, 58,
        206, 248, 223, 144, 242, 43, 229, 163, 219, 251, 170, 75, 137, 95, 45, 30, 223, 221, 82, 92, 74, 249,
        104, 246, 254, 234, 146, 226, 16, 128, 137, 15, 15,
    };
    const double *col[N] = { NULL };
    for (int r = 0; r < ROWS; r++) {
        table[0][r] = r ? table[0][r - 1] + 2 * (r * r * 37 % 101) : 1000;
        table[1][r] = 3 * table[0][r] + r % 7 / 6;
        table[2][r] = r % 9 == 4 || r < 2 ? (double)NAN : r / 10;
        table[3][r] = (double)(1250 + r * r * 11 % 13) / 100;
        table[4][r] = r % 11 == 7 ? -0.0 : r % 5 ? 1e300 : -1e-300;
        table[5][r] = 123456;
    }
    for (int c = 0; c < N - 1; c++)
        col[c] = table[c];
    auto_buf struct buf out = { 0 };
    assert_int_equal(block_encode(&out, col, N, ROWS), 0);
    assert_int_equal(out.n, sizeof golden);
    assert_memory_equal(out.p, golden, sizeof golden);

    struct block b = { 0 };
    double got[ROWS];
    assert_int_equal(block_open(&b, golden, sizeof golden), 0);
    for (int c = 0; c < N; c++) {
        assert_int_equal(block_column(&b, c, got), 0);
        assert_same(col[c], got, ROWS);
    }
    block_done(&b);
}

static void a_block_is_opened_again(void **state)
{
    (void)state;
    const double v[] = { 1, 2, 3 }, *col[] = { v, v, NULL };
    auto_buf struct buf small = { 0 }, big = { 0 };
    struct block b = { 0 };
    double got[3];
    assert_int_equal(block_encode(&small, col, 1, 1), 0);
    assert_int_equal(block_encode(&big, col, 3, 3), 0);
    assert_int_equal(block_open(&b, small.p, small.n), 0);
    assert_int_equal(block_open(&b, big.p, big.n), 0);
    assert_int_equal(block_column(&b, 1, got), 0);
    assert_same(v, got, 3);
    assert_int_equal(block_open(&b, small.p, 1), -EBADMSG);
    assert_int_equal(b.cols, 0);
    assert_int_equal(block_open(&b, small.p, small.n), 0);
    assert_int_equal(block_column(&b, 0, got), 0);
    block_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges),
        cmocka_unit_test(every_nan_becomes_one),
        cmocka_unit_test(random_tables_come_back),
        cmocka_unit_test(relatives_are_cheap),
        cmocka_unit_test(cut_or_grown_is_no_block),
        cmocka_unit_test(damage_does_no_harm),
        cmocka_unit_test(bad_roots_are_refused),
        cmocka_unit_test(golden_bytes),
        cmocka_unit_test(a_block_is_opened_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

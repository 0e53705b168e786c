/* test_summary.c - summaries against what a loop over all instants says; their size; bytes that are wrong. */
#include "test.h"

#include "base/auto.h"
#include "base/rng.h"
#include "store/chunk.h"
#include "store/pack.h"
#include "store/summary.h"

#include <errno.h>

enum { SLOTS = 12, TICKS = 900 };

static struct schema *make_schema(void)
{
    struct schema *s = schema_new();
    schema_source(s, "made up");
    for (int i = 0; i < 6; i++) {
        char inst[8];
        snprintf(inst, sizeof inst, "%d", i);
        schema_add(s, &(struct metric){ .name = "gauge", .inst = inst, .kind = KIND_GAUGE });
    }
    for (int i = 0; i < 3; i++) {
        char inst[8];
        snprintf(inst, sizeof inst, "%d", i);
        schema_add(s, &(struct metric){ .name = "count", .inst = inst, .kind = KIND_COUNTER });
    }
    assert_int_equal(schema_size(s), SLOTS);
    return s;
}

/* A number of a kind that depends on the slot and on luck. */
static double make_value(struct rng *r, int style, double before)
{
    double u = rng_unit(r);
    switch (style) {
    case 0: return 42;
    case 1: return floor(u * 1000) - 500;
    case 2: return floor(u * 1e6) / 1000;
    case 3: return u < 0.3 ? (double)NAN : u / 3;
    case 4: return u < 0.5 ? before : u * 1e300;
    case 5: return u < 0.05 ? -0.0 : u < 0.1 ? 1e-300 * u : u < 0.15 ? (double)INFINITY : -u * 1e-9;
    case 6: return (isnan(before) ? 0 : before) + floor(u * 3);
    case 7: return u < 0.95 ? 0 : u * 1e7;
    default: return (double)NAN;
    }
}

struct all {
    int64_t *wall;
    double *v; /* v[t * SLOTS + slot] */
    int n;
};

static void make_all(struct rng *r, struct all *a)
{
    int style[SLOTS];
    int64_t wall = 1795305600000 + rng_below(r, 3600000);
    a->wall = malloc(TICKS * sizeof *a->wall);
    a->v = malloc(sizeof(double) * TICKS * SLOTS);
    a->n = 1 + (int)rng_below(r, TICKS);
    for (int i = 0; i < SLOTS; i++)
        style[i] = (int)rng_below(r, 9);
    for (int t = 0; t < a->n; t++) {
        wall += 900 + rng_below(r, 200) + (rng_below(r, 200) == 0 ? 400000 : 0);
        wall -= rng_below(r, 300) == 0 ? 100000 : 0; /* the clock is set back */
        a->wall[t] = wall;
        for (int i = 0; i < SLOTS; i++)
            a->v[t * SLOTS + i] = make_value(r, style[i], t ? a->v[(t - 1) * SLOTS + i] : (double)NAN);
    }
}

/* The row of instants from..to-1 as the header promises it. */
static void check_row(const struct all *a, int slot, int from, int to, enum kind kind, const struct summary_row *row)
{
    double min = INFINITY, max = -INFINITY, sum = 0, last = NAN;
    int n = 0;
    for (int t = from; t < to; t++) {
        double v = a->v[t * SLOTS + slot];
        if (!isfinite(v))
            continue;
        min = fmin(min, v);
        max = fmax(max, v);
        sum += v;
        last = v;
        n++;
    }
    assert_true(row->count == n);
    if (!n || kind == KIND_COUNTER) {
        assert_true(isnan(row->min) && isnan(row->max) && isnan(row->mean));
        assert_true(n ? row->last == last : isnan(row->last));
        return;
    }
    double mean = isfinite(sum) ? sum / n : row->mean;
    assert_true(row->mean >= row->min && row->mean <= row->max);
    if (kind == KIND_GAUGE) {
        assert_true(row->min == min && row->max == max && row->last == last);
        assert_true(!(fabs(row->mean - mean) > (max - min) * 0.5001 / SUMMARY_MEAN + fabs(mean) * 1e-12));
    } else {
        assert_true(fabs(row->min - min) <= fabs(min) / 2000 + 1e-307);
        assert_true(fabs(row->max - max) <= fabs(max) / 2000 + 1e-307);
        assert_true(fabs(row->last - last) <= fabs(last) / 2000 + 1e-307);
        assert_true(fabs(row->mean - mean) <= fabs(mean) / 2000 + 1e-307);
    }
}

static int64_t window_of(int64_t wall_ms, int window_s)
{
    return (int64_t)floor((double)wall_ms / (window_s * 1000.0));
}

static void check_all(const struct all *a, const struct schema *s, int window_s, const struct chunk *c)
{
    struct summary_view v = { 0 };
    assert_int_equal(summary_open(&v, s, c), 0);
    struct summary_row *row = calloc((size_t)v.rows, sizeof *row);
    for (int slot = 0; slot < SLOTS; slot++) {
        int r = 0;
        assert_int_equal(summary_slot(&v, slot, row), 0);
        for (int t = 0, to; t < a->n; t = to, r++) {
            for (to = t; to < a->n && window_of(a->wall[to], window_s) == window_of(a->wall[t], window_s);)
                to++;
            assert_true(r < v.rows && row[r].start_ms == window_of(a->wall[t], window_s) * window_s * 1000);
            check_row(a, slot, t, to, schema_at(s, slot)->kind, &row[r]);
        }
        assert_int_equal(r, v.rows);
    }
    assert_int_equal(summary_slot(&v, SLOTS, row), 0);
    assert_true(row[0].count == 0 && isnan(row[0].last));
    free(row);
    summary_view_done(&v);
}

static void test_rows_are_those_of_a_loop(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 4);
    struct schema *s = make_schema();
    struct summary *sum = summary_new(60);
    for (int round = 0; round < 200; round++) {
        struct all a;
        auto_buf struct buf b = { 0 };
        make_all(&r, &a);
        for (int t = 0; t < a.n; t++)
            assert_int_equal(summary_add(sum, s, a.wall[t], a.v + t * SLOTS, SLOTS), 0);
        assert_int_equal(summary_put(sum, s, &b), 0);
        assert_int_equal(summary_rows(sum), 0);
        check_all(&a, s, 60, &(struct chunk){ .bytes = (const uint8_t *)b.p, .n = b.n });
        free(a.wall);
        free(a.v);
    }
    summary_free(sum);
    schema_free(s);
}

/* The bytes begin with rows and times, which segments look at without decoding more. */
static void test_beginning(void **state)
{
    (void)state;
    struct schema *s = make_schema();
    struct summary *sum = summary_new(600);
    auto_buf struct buf b = { 0 };
    double v[SLOTS] = { 1 };
    for (int i = 0; i < 1300; i++)
        summary_add(sum, s, 1795305600123 + i * 1000, v, SLOTS);
    assert_int_equal(summary_put(sum, s, &b), 0);
    struct unpack in = { .p = (const uint8_t *)b.p, .end = (const uint8_t *)b.p + b.n };
    assert_true(unpack_u64(&in) == 3 && unpack_i64(&in) == 1795305600123 && unpack_i64(&in) == 1299000);
    summary_free(sum);
    schema_free(s);
}

/* Metrics that never change cost two bytes or three, however many rows there are. */
static void test_constants_are_cheap(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    struct summary *sum = summary_new(60);
    auto_buf struct buf b = { 0 };
    double v[1000];
    schema_source(s, "made up");
    for (int i = 0; i < 1000; i++) {
        char inst[8];
        snprintf(inst, sizeof inst, "%d", i);
        schema_add(s, &(struct metric){ .name = "constant", .inst = inst, .kind = KIND_GAUGE });
        v[i] = i % 3 ? 0 : 1000;
    }
    for (int t = 0; t < 14400; t++)
        assert_int_equal(summary_add(sum, s, 1795305600000 + t * 1000, v, 1000), 0);
    assert_int_equal(summary_rows(sum), 240);
    assert_int_equal(summary_put(sum, s, &b), 0);
    assert_true(b.n < 2500);
    summary_free(sum);
    schema_free(s);
}

static void test_rows_have_a_limit(void **state)
{
    (void)state;
    struct schema *s = make_schema();
    struct summary *sum = summary_new(60);
    auto_buf struct buf b = { 0 };
    double v[SLOTS] = { 1 };
    for (int i = 0; i < BLOCK_MAX_ROWS; i++)
        assert_int_equal(summary_add(sum, s, (int64_t)i * 60000, v, SLOTS), 0);
    assert_int_equal(summary_add(sum, s, (int64_t)BLOCK_MAX_ROWS * 60000, v, SLOTS), -E2BIG);
    assert_int_equal(summary_put(sum, s, &b), 0);
    assert_int_equal(summary_add(sum, s, (int64_t)BLOCK_MAX_ROWS * 60000, v, SLOTS), 0);
    summary_free(sum);
    schema_free(s);
}

/* Whatever the bytes are: an error, or rows; never outside of them (the sanitizers look). */
static void test_wrong_bytes(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 9);
    struct schema *s = make_schema();
    struct summary *sum = summary_new(60);
    struct summary_view view = { 0 };
    struct all a;
    auto_buf struct buf b = { 0 };
    make_all(&r, &a);
    for (int t = 0; t < a.n; t++)
        summary_add(sum, s, a.wall[t], a.v + t * SLOTS, SLOTS);
    assert_int_equal(summary_put(sum, s, &b), 0);
    int refused = 0;
    for (int i = 0; i < 20000; i++) {
        uint8_t *copy = malloc(b.n);
        size_t n = i % 4 ? b.n : rng_below(&r, (uint32_t)b.n);
        memcpy(copy, b.p, b.n);
        for (int k = 0; k < 3; k++)
            copy[rng_below(&r, (uint32_t)(i % 2 ? b.n : 60))] ^= (uint8_t)(1u << rng_below(&r, 8));
        int rc = summary_open(&view, s, &(struct chunk){ .bytes = copy, .n = n });
        struct summary_row *row = calloc((size_t)view.rows + 1, sizeof *row);
        for (int slot = 0; slot < SLOTS && rc == 0; slot++)
            rc = summary_slot(&view, slot, row);
        refused += rc == -EBADMSG;
        free(row);
        free(copy);
    }
    assert_true(refused > 1000);
    summary_view_done(&view);
    summary_free(sum);
    schema_free(s);
    free(a.wall);
    free(a.v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_those_of_a_loop), cmocka_unit_test(test_beginning),
        cmocka_unit_test(test_constants_are_cheap),      cmocka_unit_test(test_rows_have_a_limit),
        cmocka_unit_test(test_wrong_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is new in a row: recurrences that are known, then noise, then what is odd. */
#include "test.h"

#include "base/rng.h"
#include "learn/detector/innovation.h"

#define MEMORY 20000.0

/* A rotation is an exact linear recurrence of two columns: only the ridge is left, about 1 in 100. */
static void recurrence(void **state)
{
    (void)state;
    struct innovation m;
    assert_int_equal(innovation_init(&m, 2, MEMORY), 0);
    for (int i = 0; i < 2000; i++) {
        double x[2] = { 100 + cos(0.7 * i), 100 + sin(0.7 * i) };
        assert_int_equal(innovation_row(&m, x), i >= INNOVATION_WARM);
        if (i < INNOVATION_WARM)
            assert_true(m.error[0] == 0 && m.apart[0] == 0);
        if (i < 200)
            continue;
        for (int j = 0; j < 2; j++) {
            assert_near(innovation_value(&m, j), x[j], 1e-12);
            assert_near(innovation_expected(&m, j), x[j], 0.02);
        }
    }
    innovation_done(&m);
}

/* The deviation of errors is that of white noise itself, and of what is new in a column that follows itself. */
static void noise(void **state)
{
    (void)state;
    struct innovation m;
    struct rng r;
    rng_seed(&r, 1);
    assert_int_equal(innovation_init(&m, 3, MEMORY), 0);
    double x[3] = { 0 }, square[3] = { 0 }, apart[3] = { 0 };
    int rows = 20000;
    for (int i = 0; i < rows; i++) {
        x[0] = -5 + 3 * rng_normal(&r);
        x[1] = 0.9 * x[1] + 2 * rng_normal(&r);
        x[2] = 1e6 + 0.5 * rng_normal(&r);
        innovation_row(&m, x);
        for (int j = 0; i >= rows / 2 && j < 3; j++) {
            square[j] += m.error[j] * m.error[j] / (rows / 2);
            apart[j] += m.apart[j] * m.apart[j] / (rows / 2);
        }
    }
    static const double deviation[3] = { 3, 2, 0.5 };
    for (int j = 0; j < 3; j++) {
        assert_near(innovation_deviation(&m, j), deviation[j], 0.03 * deviation[j]);
        assert_near(square[j], 1, 0.05);
        assert_near(apart[j], 1, 0.05);
    }
    assert_near(innovation_expected(&m, 0), -5, 0.3);
    innovation_done(&m);
}

/* Two that always moved together no longer do: each for itself is as usual, given the other it is not. */
static void parts_ways(void **state)
{
    (void)state;
    struct innovation m;
    struct rng r;
    rng_seed(&r, 2);
    assert_int_equal(innovation_init(&m, 2, MEMORY), 0);
    double error = 0, apart = 0;
    for (int i = 0; i < 5200; i++) {
        double z = rng_normal(&r), x[2] = { z + 0.1 * rng_normal(&r), z + 0.1 * rng_normal(&r) };
        if (i >= 5000)
            x[1] = -x[1];
        innovation_row(&m, x);
        if (i >= 1000 && i < 5000)
            assert_true(fabs(m.apart[1]) < 8);
        if (i >= 5000) {
            error += m.error[1] * m.error[1] / 200;
            apart += m.apart[1] * m.apart[1] / 200;
        }
    }
    assert_near(error, 1, 0.4);
    assert_true(apart > 25);
    innovation_done(&m);
}

/* What is far counts as INNOVATION_FAR; the first move of a constant as 3, once. */
static void far_and_first(void **state)
{
    (void)state;
    struct innovation m;
    struct rng r;
    rng_seed(&r, 3);
    assert_int_equal(innovation_init(&m, 2, MEMORY), 0);
    for (int i = 0; i < 1000; i++)
        innovation_row(&m, (double[]){ rng_normal(&r), 42 });
    assert_true(m.error[1] == 0 && innovation_deviation(&m, 1) == 0);
    double before = innovation_deviation(&m, 0);
    innovation_row(&m, (double[]){ -1e9, 41 });
    assert_true(m.error[0] == -INNOVATION_FAR);
    assert_true(m.error[1] == -3);
    assert_true(innovation_deviation(&m, 0) < 2 * before); /* one row does not hide the next */
    innovation_done(&m);
}

/* After an outage the row before means nothing: of a walk that just jumped, the slow mean is expected. */
static void gap(void **state)
{
    (void)state;
    for (int after = 0; after < 2; after++) {
        struct innovation m;
        struct rng r;
        rng_seed(&r, 4);
        assert_int_equal(innovation_init(&m, 1, MEMORY), 0);
        double x = 500, slow = x;
        for (int i = 0; i < 3000; i++) {
            x += rng_normal(&r) + (i == 2999 ? 100 : 0);
            innovation_row(&m, &x);
            slow += (x - slow) / 30;
        }
        if (after)
            innovation_gap(&m);
        innovation_row(&m, &x);
        assert_near(innovation_expected(&m, 0), after ? slow : x, 15); /* of 94 that they are apart */
        innovation_done(&m);
    }
}

/* A column that is never known is as if it were not there; infinite is not known. */
static void unknown(void **state)
{
    (void)state;
    static const double odd[] = { NAN, INFINITY, -INFINITY };
    struct innovation m, n, o;
    struct rng r;
    rng_seed(&r, 5);
    assert_int_equal(innovation_init(&m, 3, MEMORY), 0);
    assert_int_equal(innovation_init(&n, 3, MEMORY), 0);
    assert_int_equal(innovation_init(&o, 2, MEMORY), 0);
    double x[2] = { 0 };
    for (int i = 0; i < 1500; i++) {
        x[0] = 0.8 * x[0] + rng_normal(&r);
        x[1] = x[0] + rng_normal(&r);
        double hole = i % 5 ? x[0] : NAN;
        innovation_row(&m, (double[]){ hole, odd[i % 3], x[1] });
        innovation_row(&n, (double[]){ i % 5 ? x[0] : odd[i % 3], NAN, x[1] });
        innovation_row(&o, (double[]){ hole, x[1] });
        assert_memory_equal(m.error, n.error, 3 * sizeof *m.error);
        assert_memory_equal(m.apart, n.apart, 3 * sizeof *m.apart);
        assert_near(m.error[0], o.error[0], 1e-9);
        assert_near(m.error[2], o.error[1], 1e-9);
        assert_true(m.error[1] == 0 && m.apart[1] == 0);
        assert_true(i % 5 || m.error[0] == 0);
        assert_nan(innovation_value(&m, 1));
        assert_nan(innovation_expected(&m, 1));
    }
    innovation_done(&m);
    innovation_done(&n);
    innovation_done(&o);
}

/* A column that comes later has no error in its own first rows, and is as usual when it was there for a while. */
static void later_from(int start)
{
    struct innovation m;
    struct rng r;
    rng_seed(&r, 6);
    assert_int_equal(innovation_init(&m, 2, MEMORY), 0);
    double square[2] = { 0 };
    for (int i = 0; i < 8000; i++) {
        innovation_row(&m, (double[]){ rng_normal(&r), i < start ? NAN : 1e6 + 1000 * rng_normal(&r) });
        if (i < start + INNOVATION_WARM)
            assert_true(m.error[1] == 0);
        assert_true(start < 256 || fabs(m.error[1]) < 6); /* 30, if its deviation were not known yet */
        for (int j = 0; i >= 4000 && j < 2; j++)
            square[j] += m.error[j] * m.error[j] / 4000;
    }
    assert_near(square[0], 1, 0.1);
    assert_near(square[1], 1, 0.1);
    assert_near(innovation_deviation(&m, 1), 1000, 60);
    innovation_done(&m);
}

static void comes_later(void **state)
{
    (void)state;
    later_from(100);
    later_from(1000);
}

/* A column that grew and then is gone for long goes nowhere by itself, and what stays is judged as before. */
static void gone_for_long(void **state)
{
    (void)state;
    static const double growth[] = { 1, 1.01, 1.1 };
    for (size_t k = 0; k < sizeof growth / sizeof *growth; k++) {
        struct innovation m;
        struct rng r;
        rng_seed(&r, 7);
        assert_int_equal(innovation_init(&m, 2, MEMORY), 0);
        double square = 0, at = 1;
        for (int i = 0; i < 60000; i++) {
            if (i < 400)
                at = growth[k] > 1 ? at * growth[k] : at + 1;
            innovation_row(&m, (double[]){ i < 400 ? at : NAN, rng_normal(&r) });
            assert_true(innovation_value(&m, 0) <= at * (1 + 1e-12));
            assert_true(isfinite(m.error[1]) && isfinite(m.apart[1]) && isfinite(m.expected[0]));
            square += i >= 50000 ? m.error[1] * m.error[1] / 10000 : 0;
        }
        assert_true(m.u[0] <= m.high[0] && m.u[0] >= m.low[0]);
        assert_near(square, 1, 0.2);
        innovation_done(&m);
    }
}

/* Whatever comes, errors are numbers within bounds. */
static void giants(void **state)
{
    (void)state;
    static const double odd[] = { 0, 1e308, -1e308, 1e-308, 5e-324, 1, NAN, INFINITY, 1e100, -1e-99 };
    enum { D = 6 };
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct innovation m;
        struct rng r;
        rng_seed(&r, seed);
        assert_int_equal(innovation_init(&m, D, MEMORY), 0);
        for (int i = 0; i < 1000; i++) {
            double x[D];
            for (int j = 0; j < D; j++)
                x[j] = rng_below(&r, 2 + 20 * (uint32_t)j) ? 1e-99 * rng_unit(&r) : odd[rng_below(&r, 10)];
            innovation_row(&m, x);
            for (int j = 0; j < D; j++) {
                assert_true(fabs(m.error[j]) <= INNOVATION_FAR);
                assert_true(isfinite(m.apart[j]));
                assert_true(isfinite(innovation_deviation(&m, j)));
            }
        }
        innovation_done(&m);
    }
}

/* Columns of 1e-12 and of 1e15 have the same errors as those of 1. */
static void any_scale(void **state)
{
    (void)state;
    struct innovation m, n;
    struct rng r;
    rng_seed(&r, 8);
    assert_int_equal(innovation_init(&m, 3, MEMORY), 0);
    assert_int_equal(innovation_init(&n, 3, MEMORY), 0);
    double x[3] = { 0 }, most = 0;
    for (int i = 0; i < 4000; i++) {
        x[0] = 0.9 * x[0] + rng_normal(&r);
        x[1] = 0.5 * x[0] + rng_normal(&r);
        x[2] = 100 + x[1] + 0.1 * rng_normal(&r);
        innovation_row(&m, x);
        innovation_row(&n, (double[]){ 1e-12 * x[0], 1e15 * x[1], -7e3 * x[2] });
        for (int j = 0; j < 3; j++) {
            assert_near(m.error[j], (j == 2 ? -1 : 1) * n.error[j], 1e-6);
            assert_near(m.apart[j], (j == 2 ? -1 : 1) * n.apart[j], 1e-6);
            most = fmax(most, fabs(m.error[j]));
        }
    }
    assert_true(most > 2);
    assert_near(innovation_deviation(&n, 0), 1e-12 * innovation_deviation(&m, 0), 1e-18);
    innovation_done(&m);
    innovation_done(&n);
}

#define MANY 150 /* columns: three groups */

static void many_row(struct rng *r, double *x)
{
    for (int j = 0; j < MANY; j++)
        x[j] = 0.9 * x[j] + rng_normal(r);
}

/* Several groups: each column has a model and an error, and memory grows with the columns. */
static void groups(void **state)
{
    (void)state;
    struct innovation m;
    struct rng r;
    rng_seed(&r, 9);
    double x[MANY] = { 0 }, all = 0;
    assert_int_equal(innovation_init(&m, MANY, MEMORY), 0);
    assert_int_equal(m.n_groups, 3);
    for (int i = 0; i < 3000; i++) {
        many_row(&r, x);
        innovation_row(&m, x);
    }
    for (int j = 0; j < MANY; j++) {
        /* That of the column is 2.29, of what is new in it 1; 100 inputs in so few rows take their part. */
        double deviation = innovation_deviation(&m, j);
        assert_true(deviation > 1 && deviation < 1.7);
        assert_true(m.error[j] != 0 && m.apart[j] != 0);
        assert_near(m.error[j], (innovation_value(&m, j) - innovation_expected(&m, j)) / deviation, 0.1);
        all += m.error[j] * m.error[j] / MANY;
    }
    assert_near(all, 1, 0.4);
    size_t three = innovation_bytes(&m);
    innovation_done(&m);

    assert_int_equal(innovation_init(&m, INNOVATION_GROUP, MEMORY), 0);
    assert_int_equal(m.n_groups, 1);
    assert_true(three < 3 * innovation_bytes(&m));
    innovation_done(&m);
    assert_int_equal(innovation_init(&m, INNOVATION_GROUP + 1, MEMORY), 0);
    assert_int_equal(m.n_groups, 2);
    innovation_done(&m);
}

static void packs_after(int rows)
{
    struct innovation a, b;
    struct buf bytes = { 0 };
    struct rng r;
    rng_seed(&r, 10);
    double x[MANY] = { 0 };
    assert_int_equal(innovation_init(&a, MANY, MEMORY), 0);
    for (int i = 0; i < rows; i++) {
        many_row(&r, x);
        innovation_row(&a, x);
    }
    innovation_pack(&a, &(struct pack){ .out = &bytes });
    assert_int_equal(innovation_init(&b, MANY, MEMORY), 0);
    for (size_t n = 0; n < bytes.n; n += 1 + n / 2) {
        unsigned char *cut = malloc(n + !n);
        memcpy(cut, bytes.p, n);
        struct pack in = { .at = cut, .n = n };
        innovation_pack(&b, &in);
        assert_true(in.bad);
        free(cut);
    }
    struct pack in = { .at = (unsigned char *)bytes.p, .n = bytes.n };
    innovation_pack(&b, &in);
    assert_true(!in.bad && in.n == 0);
    for (int i = rows; i < rows + 600; i++) { /* over the next model of each group */
        many_row(&r, x);
        assert_int_equal(innovation_row(&a, x), innovation_row(&b, x));
        assert_memory_equal(a.u, b.u, 12 * MANY * sizeof *a.u); /* all that is kept of columns */
    }
    innovation_done(&a);
    innovation_done(&b);
    buf_done(&bytes);
}

/* Before the first model, in the middle of a batch, and after several models. */
static void packs(void **state)
{
    (void)state;
    packs_after(0);
    packs_after(37);
    packs_after(805);
}

/* Bytes that nobody wrote, but for counts that are in range: an answer, and nothing out of bounds. */
static void odd_bytes(void **state)
{
    (void)state;
    struct innovation m;
    struct buf bytes = { 0 };
    struct rng r;
    rng_seed(&r, 11);
    assert_int_equal(innovation_init(&m, 5, MEMORY), 0);
    innovation_pack(&m, &(struct pack){ .out = &bytes });
    for (int k = 0; k < 60; k++) {
        for (size_t i = 0; i < bytes.n; i++)
            bytes.p[i] = (char)rng_u64(&r);
        int begun = k % 7, batched[2] = { k % 18 - 1, k % 3 }; /* and whether the last were left out */
        memcpy(bytes.p + sizeof(double), &begun, sizeof begun);
        memcpy(bytes.p + sizeof begun + (1 + 12 * 5) * sizeof(double), batched, sizeof batched);
        struct pack in = { .at = (unsigned char *)bytes.p, .n = bytes.n };
        innovation_pack(&m, &in);
        assert_int_equal(in.bad, begun > 5 || batched[0] < 0 || batched[0] > 15 || batched[1] > 1);
        for (int i = 0; i < 100; i++)
            innovation_row(&m, (double[]){ i, 1, NAN, rng_normal(&r), 1e308 });
    }
    innovation_done(&m);
    buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recurrence), cmocka_unit_test(noise), cmocka_unit_test(parts_ways),
        cmocka_unit_test(far_and_first), cmocka_unit_test(gap), cmocka_unit_test(unknown),
        cmocka_unit_test(comes_later), cmocka_unit_test(gone_for_long), cmocka_unit_test(giants),
        cmocka_unit_test(any_scale), cmocka_unit_test(groups), cmocka_unit_test(packs), cmocka_unit_test(odd_bytes),
    };
    return cmocka_run_group_tests_name("learn/detector/innovation", tests, NULL, NULL);
}

/* Isolation forest: closed forms, scikit-learn's scores, what must not change them,
 * and the edges. */
#include "test.h"

#include "base/rng.h"
#include "learn/forest.h"

#include <errno.h>

#define EULER 0.57721566490153286

/* A cloud in the unit cube (multiples of irrational numbers)
 * with two outliers and one row near it. */
#define CLOUD 403

static void cloud(double x[CLOUD * 3])
{
    static const double step[3] = { 0.6180339887498949, 0.7548776662466927, 0.5698402909980532 };
    static const double odd[3][3] = { { 2, 2, 2 }, { 0.5, 0.5, 3 }, { 0.5, 0.5, 1.1 } };
    for (int i = 0; i < 400; i++)
        for (int j = 0; j < 3; j++)
            x[i * 3 + j] = fmod(i * step[j], 1);
    memcpy(x + 400 * 3, odd, sizeof odd);
}

static void score(const double *x, size_t n, int d, const struct forest_options *o, double *out)
{
    struct forest *f;
    assert_int_equal(forest_grow(x, n, d, o, &f), 0);
    forest_score(f, x, n, out);
    forest_free(f);
}

static void two_rows(void **state)
{
    (void)state;
    double x[2] = { 3, 4 }, s[2];
    score(x, 2, 1, NULL, s); /* one cut each: E[h] = 1 = c(2) */
    assert_near(s[0], 0.5, 1e-15);
    assert_near(s[1], 0.5, 1e-15);
}

/*
 * 0, 1 and 10: the first cut is uniform in 0..10, so it isolates 0 with probability 0.1 and 10 with
 * 0.9; the two others need a second one. 10000 trees leave a standard error of 0.003 in E[h].
 */
static void three_rows(void **state)
{
    (void)state;
    static const double path[3] = { 1.9, 2, 1.1 };
    double x[3] = { 0, 1, 10 }, s[3], c3 = 2 * (log(2) + EULER) - 4.0 / 3;
    struct forest_options o = { .trees = FOREST_MAX_TREES, .seed = 3 };
    score(x, 3, 1, &o, s);
    for (int i = 0; i < 3; i++)
        assert_near(-log2(s[i]) * c3, path[i], 0.015);
}

/*
 * Means over 10 seeds of IsolationForest(n_estimators=1000).score_samples, scikit-learn 1.2.1, sign
 * turned; its own standard deviation between seeds is 0.002 to 0.005.
 */
static void as_scikit_learn(void **state)
{
    (void)state;
    static const int row[] = { 0, 1, 7, 400, 401, 402 };
    static const double want[] = { 0.6428, 0.4453, 0.5021, 0.7980, 0.6915, 0.5190 };
    static double x[CLOUD * 3], s[CLOUD];
    cloud(x);
    struct forest_options o = { .trees = 10000, .seed = 1 };
    score(x, CLOUD, 3, &o, s);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_near(s[row[i]], want[i], 0.006);
}

static void constants(void **state)
{
    (void)state;
    static double x[300 * 2], s[300], y[CLOUD * 3], with[CLOUD * 4], a[CLOUD], b[CLOUD];
    for (int i = 0; i < 600; i++)
        x[i] = 7;
    score(x, 300, 2, NULL, s);
    for (int i = 0; i < 300; i++)
        assert_near(s[i], 0.5, 1e-15);

    /* A constant column is never cut: outliers stand out as before. */
    cloud(y);
    for (int i = 0; i < CLOUD; i++) {
        memcpy(with + i * 4, y + i * 3, 3 * sizeof *y);
        with[i * 4 + 3] = 5;
    }
    struct forest_options o = { .trees = 2000 };
    score(y, CLOUD, 3, &o, a);
    score(with, CLOUD, 4, &o, b);
    for (int i = 0; i < CLOUD; i++)
        assert_near(a[i], b[i], 0.02);
}

static void same_bits(void **state)
{
    (void)state;
    static double x[CLOUD * 3], y[CLOUD * 3], a[CLOUD], b[CLOUD];
    cloud(x);
    struct forest_options o = { .seed = 42 }, other = { .seed = 43 };
    score(x, CLOUD, 3, &o, a);
    score(x, CLOUD, 3, &o, b);
    assert_memory_equal(a, b, sizeof a);
    score(x, CLOUD, 3, &other, b);
    assert_memory_not_equal(a, b, sizeof a);

    /* Units do not matter: powers of two, negative or tiny, scale exactly. */
    static const double unit[3] = { 0x1p-30, 0x1p40, 0x1p10 };
    for (int i = 0; i < CLOUD * 3; i++)
        y[i] = x[i] * unit[i % 3];
    score(y, CLOUD, 3, &o, b);
    assert_memory_equal(a, b, sizeof a);
}

/* Rows walk in groups: a row alone, at any place in a group, scores as in company. */
static void alone_as_together(void **state)
{
    (void)state;
    static double x[CLOUD * 3], s[CLOUD];
    cloud(x);
    struct forest *f;
    assert_int_equal(forest_grow(x, CLOUD, 3, NULL, &f), 0);
    forest_score(f, x, CLOUD, s);
    for (int i = 0; i < CLOUD; i++) {
        double one[19];
        forest_score(f, x + i * 3, 1, one);
        assert_true(one[0] == s[i]);
        size_t n = i + 19 <= CLOUD ? 19 : CLOUD - (size_t)i;
        forest_score(f, x + i * 3, n, one);
        assert_memory_equal(one, s + i, n * sizeof *one);
    }
    forest_score(f, x, 0, s);
    forest_free(f);
}

/*
 * A thin line along a diagonal: a row beside it is usual in both columns. Cuts of one column see it less, sloping ones
 * before any row of the line, in whatever units. With one column they are the same forest.
 */
static void extended(void **state)
{
    (void)state;
    enum { N = 400, BESIDE = 3 };
    static const double unit[2] = { 1, 1e9 }, beside[BESIDE][2] = { { 0.3, 0.7 }, { 0.75, 0.25 }, { 0.5, 0.8 } };
    static double x[(N + BESIDE) * 2], plain[N + BESIDE], sloping[N + BESIDE];
    for (int i = 0; i < N + BESIDE; i++)
        for (int j = 0; j < 2; j++)
            x[i * 2 + j] = unit[j] * (i >= N ? beside[i - N][j] :
                                      (i + 0.5) / N + 0.02 * fmod(i * (j ? 0.618 : 0.755), 1));
    score(x, N + BESIDE, 2, &(struct forest_options){ .trees = 1000 }, plain);
    score(x, N + BESIDE, 2, &(struct forest_options){ .trees = 1000, .extension = 1 }, sloping);
    for (int i = 0; i < N; i++)
        assert_true(sloping[i] > 0 && sloping[i] < 1);
    double most = 0, most_plain = 0;
    for (int i = 40; i < N - 40; i++) { /* the ends of the line stand out as well */
        most = fmax(most, sloping[i]);
        most_plain = fmax(most_plain, plain[i]);
    }
    for (int k = N; k < N + BESIDE; k++)
        assert_true(sloping[k] - most > 0.1 && sloping[k] - most > plain[k] - most_plain);

    static double y[CLOUD * 3], one[CLOUD], same[CLOUD];
    cloud(y);
    score(y, CLOUD, 1, &(struct forest_options){ .trees = 5000 }, one);
    score(y, CLOUD, 1, &(struct forest_options){ .trees = 5000, .extension = 7 }, same);
    for (int i = 0; i < CLOUD; i++)
        assert_near(one[i], same[i], 0.012);

    /* Bits: the seed; a row alone as in company; constants and odd numbers. */
    struct forest_options o = { .extension = FOREST_MAX_EXTENSION, .seed = 3 };
    struct forest *f;
    assert_int_equal(forest_grow(y, CLOUD, 3, &o, &f), 0);
    forest_score(f, y, CLOUD, one);
    score(y, CLOUD, 3, &o, same);
    assert_memory_equal(one, same, sizeof one);
    for (int i = 0; i < CLOUD; i += 40) {
        forest_score(f, y + i * 3, 1, same);
        assert_true(same[0] == one[i]);
    }
    double odd[3][3] = { { NAN, 0, 0 }, { INFINITY, -INFINITY, 0 }, { 1e308, -1e308, 1e308 } };
    forest_score(f, odd[0], 3, same);
    assert_nan(same[0]);
    assert_true(same[1] > 0 && same[1] < 1 && same[2] > 0.5 && same[2] < 1);
    forest_free(f);
    double far[4] = { -1.7e308, 0, 1, 1.7e308 }, next[3] = { 1, nextafter(1, 2), nextafter(1, 2) };
    score(far, 4, 1, &o, same);
    score(next, 3, 1, &o, same);
    assert_true(same[0] > 0 && same[0] < 1);
    score((double[]){ 5, 5, 5, 5, 5, 5 }, 3, 2, &o, same);
    assert_near(same[0], 0.5, 1e-15);
}

static void edges_of_number(void **state)
{
    (void)state;
    double x[4] = { -1.7e308, 0, 1, 1.7e308 }, s[4];
    struct forest_options o = { .trees = 1000 };
    score(x, 4, 1, &o, s);
    assert_true(s[0] > s[1] && s[3] > s[1]); /* 0 and 1 are one point from so far */

    struct forest *f;
    assert_int_equal(forest_grow(x, 4, 1, &o, &f), 0);
    double odd[3] = { NAN, INFINITY, -INFINITY };
    forest_score(f, odd, 3, s);
    assert_nan(s[0]);
    assert_true(s[1] > 0.5 && s[2] > 0.5);
    forest_free(f);

    double next[3] = { 1, nextafter(1, 2), nextafter(1, 2) }; /* nothing lies between */
    score(next, 3, 1, &o, s);
    assert_true(s[0] > s[1] && s[1] == s[2]);
}

/* Deeper and shallower than the usual 256 rows; wide rows, fewer than fit a block. */
static void shapes(void **state)
{
    (void)state;
    static const struct { size_t n; int d, sample; } cases[] = {
        { 5000, 1, FOREST_MAX_SAMPLE }, { 300, 2, 2 }, { 300, 2, 257 }, { 40, FOREST_MAX_DIM, 0 }, { 3, 1, 0 },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        size_t n = cases[k].n, total = n * (size_t)cases[k].d;
        double *x = test_calloc(total, sizeof *x), *s = test_calloc(n, sizeof *s);
        struct rng r;
        rng_seed(&r, k);
        for (size_t i = 0; i < total; i++)
            x[i] = rng_normal(&r);
        for (int j = 0; j < cases[k].d; j++)
            x[(n - 1) * (size_t)cases[k].d + (size_t)j] += 50;
        struct forest_options o = { .sample = cases[k].sample, .trees = 300 };
        score(x, n, cases[k].d, &o, s);
        for (size_t i = 0; i + 1 < n; i++)
            assert_true(s[i] > 0 && s[i] <= s[n - 1] && s[n - 1] < 1);
        test_free(x);
        test_free(s);
    }
}

static void refused(void **state)
{
    (void)state;
    double x[4] = { 1, 2, 3, 4 }, nan[2] = { 1, NAN }, inf[2] = { 1, INFINITY };
    struct forest *f = NULL;
    assert_int_equal(forest_grow(x, 1, 1, NULL, &f), -EINVAL);
    assert_int_equal(forest_grow(x, 0, 1, NULL, &f), -EINVAL);
    assert_int_equal(forest_grow(x, 2, 0, NULL, &f), -EINVAL);
    assert_int_equal(forest_grow(x, 2, FOREST_MAX_DIM + 1, NULL, &f), -EINVAL);
    assert_int_equal(forest_grow(nan, 2, 1, NULL, &f), -EINVAL);
    assert_int_equal(forest_grow(inf, 2, 1, NULL, &f), -EINVAL);
    static const struct forest_options wrong[] = {
        { .trees = -1 }, { .trees = FOREST_MAX_TREES + 1 }, { .sample = 1 }, { .sample = -1 }, { .sample = FOREST_MAX_SAMPLE + 1 },
        { .extension = -1 }, { .extension = FOREST_MAX_EXTENSION + 1 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(forest_grow(x, 4, 1, &wrong[i], &f), -EINVAL);
    assert_null(f);
    forest_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_rows), cmocka_unit_test(three_rows), cmocka_unit_test(as_scikit_learn),
        cmocka_unit_test(constants), cmocka_unit_test(same_bits), cmocka_unit_test(alone_as_together),
        cmocka_unit_test(extended), cmocka_unit_test(edges_of_number), cmocka_unit_test(shapes),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests_name("learn/forest", tests, NULL, NULL);
}

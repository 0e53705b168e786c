/* k-means, silhouette and the choice of k: closed forms, scikit-learn's numbers,
 * invariants, edges. */
#include "test.h"

#include "base/rng.h"
#include "learn/kmeans.h"

#include <errno.h>

#define N 300

static double multiple(int i, double of)
{
    return fmod(i * of, 1);
}

/* Three squares apart from each other; row i is in square i % 3. */
static void squares(double x[N * 2])
{
    for (int i = 0; i < N; i++) {
        x[2 * i] = multiple(i, 0.6180339887498949) + 3 * (i % 3);
        x[2 * i + 1] = multiple(i, 0.7548776662466927) - 2 * (i % 3 == 1);
    }
}

/* One cube, evenly filled. */
static void cube(double x[N * 3])
{
    static const double step[3] = { 0.6180339887498949, 0.7548776662466927, 0.5698402909980532 };
    for (int i = 0; i < N * 3; i++)
        x[i] = multiple(i / 3, step[i % 3]);
}

static struct kmeans fit(const double *x, size_t n, int d, int k, uint64_t seed)
{
    struct kmeans m;
    assert_int_equal(kmeans_fit(x, n, d, k, &(struct kmeans_options){ .seed = seed }, &m), 0);
    return m;
}

/* What must hold of any fit: nearest centers, sizes, and the inertia they give. */
static void assert_consistent(const struct kmeans *m, const double *x, size_t n)
{
    double inertia = 0;
    size_t *size = test_calloc((size_t)m->k, sizeof *size), d = (size_t)m->d;
    int *label = test_calloc(n + 1, sizeof *label);
    for (size_t i = 0; i < n; i++) {
        double least = INFINITY, own = 0;
        for (int c = 0; c < m->k; c++) {
            double sum = 0;
            for (size_t j = 0; j < d; j++)
                sum += pow(x[i * d + j] - m->center[(size_t)c * d + j], 2);
            least = fmin(least, sum);
            own = c == m->label[i] ? sum : own;
        }
        assert_near(own, least, 1e-12 * least);
        inertia += own;
        size[m->label[i]]++;
    }
    assert_near(m->inertia, inertia, 1e-9 * inertia);
    for (int c = 0; c < m->k; c++)
        assert_true(m->size[c] > 0 && m->size[c] == size[c]);
    kmeans_assign(m, x, n, label);
    assert_memory_equal(label, m->label, n * sizeof *label);
    test_free(size);
    test_free(label);
}

static void closed_forms(void **state)
{
    (void)state;
    double x[6] = { 0, 2, 10, 12, 20, 22 };
    static const double inertia[] = { 0, 406, 106, 6, 4, 2, 0 };
    for (int k = 1; k <= 6; k++) {
        struct kmeans m = fit(x, 6, 1, k, 1);
        assert_int_equal(m.k, k);
        assert_near(m.inertia, inertia[k], 1e-12);
        assert_consistent(&m, x, 6);
        if (k == 3)
            assert_true(m.label[0] == m.label[1] && m.label[2] == m.label[3] &&
                        m.label[4] == m.label[5]);
        kmeans_done(&m);
    }
}

/* KMeans(n_init=200 and 300, tol=0) of scikit-learn 1.2.1: the best it knows. */
static void as_scikit_learn(void **state)
{
    (void)state;
    static const struct { int k; double inertia, silhouette; } groups[] = {
        { 2, 695.5730903457785, 0.655030216788918 }, { 3, 50.13007811748523, 0.850593822276206 },
        { 4, 43.58112534527308, 0.6846196396555292 },
    };
    static const struct { int k; double inertia; } none[] = {
        { 2, 56.285460267977335 }, { 5, 29.270508766221877 }, { 8, 18.438510530256078 },
    };
    static double x[N * 2], y[N * 3];
    squares(x);
    cube(y);
    for (int i = 0; i < 3; i++) {
        struct kmeans m = fit(x, N, 2, groups[i].k, 1);
        assert_near(m.inertia, groups[i].inertia, 1e-3 * groups[i].inertia);
        assert_near(kmeans_silhouette(x, N, 2, m.label, m.k, 0), groups[i].silhouette,
                    i < 2 ? 1e-12 : 0.01);
        assert_consistent(&m, x, N);
        kmeans_done(&m);
        m = fit(y, N, 3, none[i].k, 1);
        assert_true(m.inertia <= 1.01 * none[i].inertia);
        assert_consistent(&m, y, N);
        kmeans_done(&m);
    }
}

static void same_bits(void **state)
{
    (void)state;
    static double x[N * 2], y[N * 2];
    squares(x);
    struct kmeans a = fit(x, N, 2, 5, 7), b = fit(x, N, 2, 5, 7);
    assert_memory_equal(a.center, b.center, 10 * sizeof *a.center);
    assert_memory_equal(a.label, b.label, N * sizeof *a.label);
    assert_true(a.inertia == b.inertia);
    kmeans_done(&b);

    for (int i = 0; i < N * 2; i++)
        y[i] = -1024 * x[i]; /* a power of two scales exactly */
    b = fit(y, N, 2, 5, 7);
    assert_memory_equal(a.label, b.label, N * sizeof *a.label);
    assert_true(b.inertia == 0x1p20 * a.inertia);
    kmeans_done(&a);
    kmeans_done(&b);

    for (int i = 0; i < N; i++) /* in another order: the same clusters */
        memcpy(y + 2 * i, x + 2 * (i * 7 % N), 2 * sizeof *x);
    a = fit(x, N, 2, 3, 1);
    b = fit(y, N, 2, 3, 2);
    assert_near(a.inertia, b.inertia, 1e-9);
    for (int i = 1; i < N; i++)
        assert_true((b.label[i] == b.label[0]) == (a.label[i * 7 % N] == a.label[0]));
    kmeans_done(&a);
    kmeans_done(&b);
}

static void few_distinct_rows(void **state)
{
    (void)state;
    double x[40];
    for (int i = 0; i < 40; i++)
        x[i] = 5;
    struct kmeans m = fit(x, 40, 1, 4, 0);
    assert_true(m.k == 1 && m.inertia == 0 && m.size[0] == 40 && m.center[0] == 5);
    kmeans_done(&m);

    for (int i = 0; i < 40; i++)
        x[i] = i % 3;
    m = fit(x, 20, 2, 8, 0); /* (0,1) (2,0) (1,2) again and again */
    assert_true(m.k == 3 && m.inertia == 0);
    assert_consistent(&m, x, 20);
    kmeans_done(&m);
    m = fit(x, 1, 1, 3, 0);
    assert_true(m.k == 1 && m.inertia == 0 && m.label[0] == 0);
    kmeans_done(&m);
}

/* One row far from 40000 others is most of the variance: a plain sample would miss it 4 times in 5. */
static void far_row_of_many(void **state)
{
    (void)state;
    enum { MANY = 40000 };
    double *x = test_calloc(MANY, sizeof *x);
    struct rng r;
    rng_seed(&r, 4);
    for (int i = 0; i < MANY; i++)
        x[i] = i == 1234 ? 1e6 : rng_normal(&r);
    for (uint64_t seed = 0; seed < 5; seed++) {
        struct kmeans m = fit(x, MANY, 1, 2, seed);
        assert_int_equal(m.size[m.label[1234]], 1);
        assert_consistent(&m, x, MANY);
        kmeans_done(&m);
    }
    test_free(x);
}

/* Above the sample's size: a cluster of one in 500 rows is found, all rows count. */
static void many_rows(void **state)
{
    (void)state;
    enum { MANY = 40000 };
    double *x = test_calloc(MANY * 2, sizeof *x);
    struct rng r;
    rng_seed(&r, 9);
    for (int i = 0; i < MANY; i++) {
        int blob = i % 500 == 0 ? 2 : i % 2;
        x[2 * i] = rng_normal(&r) + 20 * blob;
        x[2 * i + 1] = rng_normal(&r) - 30 * (blob == 2);
    }
    struct kmeans m = fit(x, MANY, 2, 3, 3);
    assert_consistent(&m, x, MANY);
    assert_int_equal(m.size[m.label[0]], MANY / 500);
    assert_near(m.inertia, 2 * MANY, 0.02 * 2 * MANY); /* unit variances in two columns */
    double all = kmeans_silhouette(x, MANY, 2, m.label, m.k, 1),
           other = kmeans_silhouette(x, MANY, 2, m.label, m.k, 2);
    assert_true(all == kmeans_silhouette(x, MANY, 2, m.label, m.k, 1));
    assert_near(all, other, 0.01);
    kmeans_done(&m);

    for (int i = 0; i < MANY * 2; i++)
        x[i] = i == 7 ? 1 : 0; /* a sample may miss the one odd row: then all are searched */
    m = fit(x, MANY, 2, 2, 0);
    assert_true(m.k == 2 && m.inertia == 0 && m.size[m.label[3]] == 1);
    kmeans_done(&m);
    test_free(x);
}

static void silhouettes(void **state)
{
    (void)state;
    /* 0 and 2 against 10: a = 2, b = 10 and 8; a row alone counts 0. */
    double x[3] = { 0, 2, 10 };
    int label[3] = { 0, 0, 1 }, one[3] = { 2, 2, 2 }, gap[3] = { 0, 0, 4 };
    assert_near(kmeans_silhouette(x, 3, 1, label, 2, 0), (0.8 + 0.75) / 3, 1e-15);
    assert_near(kmeans_silhouette(x, 3, 1, gap, 5, 0), (0.8 + 0.75) / 3, 1e-15);
    assert_nan(kmeans_silhouette(x, 3, 1, one, 3, 0));
    assert_nan(kmeans_silhouette(x, 0, 1, one, 3, 0));
    double same[3] = { 1, 1, 1 };
    assert_true(kmeans_silhouette(same, 3, 1, label, 2, 0) == 0);
}

static void chosen_k(void **state)
{
    (void)state;
    static double x[N * 3];
    struct kmeans m;
    double s;
    squares(x);
    assert_int_equal(kmeans_choose(x, N, 2, 8, NULL, &m, &s), 0);
    assert_int_equal(m.k, 3);
    assert_near(s, 0.850593822276206, 1e-12);
    assert_consistent(&m, x, N);
    kmeans_done(&m);
    assert_int_equal(kmeans_choose(x, N, 2, 1, NULL, &m, &s), 0);
    assert_int_equal(m.k, 1);
    kmeans_done(&m);
    cube(x);
    for (int d = 1; d <= 3; d++) { /* evenly filled: nothing to find, in a line either */
        assert_int_equal(kmeans_choose(x, N, d, 6, NULL, &m, &s), 0);
        assert_int_equal(m.k, 1);
        assert_nan(s);
        kmeans_done(&m);
    }
    for (size_t n = 1; n < 4; n++) { /* too few to tell */
        assert_int_equal(kmeans_choose(x, n, 1, 6, NULL, &m, &s), 0);
        assert_int_equal(m.k, 1);
        kmeans_done(&m);
    }
    memset(x, 0, sizeof x);
    assert_int_equal(kmeans_choose(x, N, 3, 6, NULL, &m, &s), 0);
    assert_true(m.k == 1 && m.inertia == 0);
    kmeans_done(&m);
}

/* Groups are seen and noise is not, over 40 seeds each: normal noise at most twice in groups. */
static void chosen_k_often(void **state)
{
    (void)state;
    enum { ROWS = 120, D = 4, SEEDS = 40 };
    double x[ROWS * D], s;
    int false_groups = 0, found = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
        struct rng r;
        rng_seed(&r, (uint64_t)seed);
        for (int apart = 0; apart <= 8; apart += 8) {
            for (int i = 0; i < ROWS * D; i++)
                x[i] = rng_normal(&r) + (i % D < 2 && i / D > ROWS / 3 ? apart : 0);
            struct kmeans m;
            struct kmeans_options o = { .seed = (uint64_t)seed };
            assert_int_equal(kmeans_choose(x, ROWS, D, 6, &o, &m, &s), 0);
            false_groups += apart == 0 && m.k != 1;
            found += apart > 0 && m.k == 2;
            kmeans_done(&m);
        }
    }
    assert_true(false_groups <= 2);
    assert_true(found >= 38);
}

static void refused(void **state)
{
    (void)state;
    double x[4] = { 1, 2, 3, 4 }, nan[2] = { 1, NAN }, inf[2] = { 1, -INFINITY }, huge[2] = { 1, 1e300 }, s;
    struct kmeans m;
    assert_int_equal(kmeans_fit(x, 0, 1, 1, NULL, &m), -EINVAL);
    assert_int_equal(kmeans_fit(x, 4, 0, 1, NULL, &m), -EINVAL);
    assert_int_equal(kmeans_fit(x, 4, 1, 0, NULL, &m), -EINVAL);
    assert_int_equal(kmeans_fit(x, 4, 1, KMEANS_MAX_K + 1, NULL, &m), -EINVAL);
    assert_int_equal(kmeans_fit(x, 1, KMEANS_MAX_DIM + 1, 1, NULL, &m), -EINVAL);
    assert_int_equal(kmeans_fit(nan, 2, 1, 1, NULL, &m), -EINVAL);
    assert_int_equal(kmeans_fit(inf, 2, 1, 1, NULL, &m), -EINVAL);
    assert_int_equal(kmeans_fit(huge, 2, 1, 1, NULL, &m), -EINVAL);
    assert_int_equal(kmeans_fit(x, 4, 1, 1, &(struct kmeans_options){ .restarts = -1 }, &m), -EINVAL);
    assert_int_equal(kmeans_fit(x, 4, 1, 1, &(struct kmeans_options){ .max_rounds = -1 }, &m), -EINVAL);
    assert_int_equal(kmeans_choose(nan, 2, 1, 2, NULL, &m, &s), -EINVAL);
    assert_int_equal(kmeans_choose(x, 4, 1, 0, NULL, &m, &s), -EINVAL);
    assert_int_equal(kmeans_choose(x, 4, 1, KMEANS_MAX_K + 1, NULL, &m, &s), -EINVAL);
    kmeans_done(NULL);

    double far[4] = { -1e140, -1e140, 1e140, 1e140 }; /* the edge of what is allowed */
    m = fit(far, 4, 1, 2, 0);
    assert_true(m.k == 2 && m.inertia == 0);
    double odd[2] = { NAN, INFINITY };
    int label[2] = { 9, 9 };
    kmeans_assign(&m, odd, 2, label);
    assert_int_equal(label[0], 0);
    kmeans_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_forms), cmocka_unit_test(as_scikit_learn), cmocka_unit_test(same_bits),
        cmocka_unit_test(few_distinct_rows), cmocka_unit_test(far_row_of_many),
        cmocka_unit_test(many_rows), cmocka_unit_test(silhouettes),
        cmocka_unit_test(chosen_k), cmocka_unit_test(chosen_k_often), cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests_name("learn/kmeans", tests, NULL, NULL);
}

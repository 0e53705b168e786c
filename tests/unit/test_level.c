/* Where columns are and how they move: shifts, creeping, sticking and rhythms that end, each as a closed form. */
#include "test.h"

#include "base/rng.h"
#include "learn/detector/level.h"

#define MEMORY 20000.0
#define COLUMNS 100

static double mean_of(const double *v, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += v[i];
    return sum / n;
}

static void noise_row(struct level *m, struct rng *r, double shift)
{
    double x[COLUMNS];
    for (int j = 0; j < m->d; j++)
        x[j] = 50 + shift + rng_normal(r);
    level_row(m, x);
}

/* Of white noise all three are as usual; of a shift by k deviations of what is compared, k * k and 1 for the noise. */
static void shift(void **state)
{
    (void)state;
    struct level m;
    struct rng r;
    rng_seed(&r, 1);
    int rows = 12000;
    assert_int_equal(level_init(&m, COLUMNS, MEMORY), 0);
    double level = 0, calm = 0;
    for (int i = 0; i < rows; i++) {
        noise_row(&m, &r, 0);
        if (i < 64)
            assert_true(mean_of(m.level, COLUMNS) == 0 && mean_of(m.drift, COLUMNS) == 0);
        if (i >= rows / 2) {
            level += mean_of(m.level, COLUMNS) / (rows / 2);
            calm += mean_of(m.calm, COLUMNS) / (rows / 2);
        }
    }
    assert_near(level, 1, 0.05);
    assert_true(calm < 0.05);
    /* A mean of about r rows of white noise has variance 1 / (2 r - 1). */
    double sd = sqrt(mean_of(m.spread, COLUMNS));
    assert_near(sd, sqrt(1 / 5.0 + 1 / 599.0 - 2 / 3.0 / 300 / (1 - 2 / 3.0 * 299 / 300)), 0.02);

    for (int i = 0; i < 12; i++)
        noise_row(&m, &r, 6 * sd);
    double arrived = (1 - pow(2 / 3.0, 12)) - (1 - pow(299 / 300.0, 12));
    assert_near(mean_of(m.level, COLUMNS), 36 * arrived * arrived + 1, 5);
    for (int i = 0; i < 20; i++)
        noise_row(&m, &r, 1000);
    assert_near(mean_of(m.level, COLUMNS), 100, 1e-9);
    level_done(&m);
}

/* A creep that no row shows: drift sees it, level hardly does. */
static void creep(void **state)
{
    (void)state;
    struct level m;
    struct rng r;
    rng_seed(&r, 2);
    assert_int_equal(level_init(&m, COLUMNS, MEMORY), 0);
    double usual = 0;
    for (int i = 0; i < 12000; i++) {
        noise_row(&m, &r, 0);
        usual += i >= 6000 ? mean_of(m.drift, COLUMNS) / 6000 : 0;
    }
    assert_true(usual > 1 && usual < 2); /* the larger of two that are 1 */
    for (int i = 0; i < 1500; i++)
        noise_row(&m, &r, 0.003 * i);
    assert_true(mean_of(m.drift, COLUMNS) > 4 * mean_of(m.level, COLUMNS));
    assert_true(mean_of(m.level, COLUMNS) < 5);
    level_done(&m);
}

/* calm after `stuck` rows at `value`, of a column that moves 4 rows and rests at `rest` for 4. */
static double stuck_at(double value, double rest, int stuck)
{
    struct level m;
    struct rng r;
    rng_seed(&r, 3);
    assert_int_equal(level_init(&m, 1, MEMORY), 0);
    for (int i = 0; i < 6000; i++) {
        double x = i / 4 % 2 ? rest : rng_normal(&r);
        level_row(&m, &x);
        if (i > 1000)
            assert_true(m.calm[0] < 1);
    }
    level_row(&m, (double[]){ 0.1 });
    for (int i = 0; i < stuck; i++)
        level_row(&m, &value);
    double calm = m.calm[0];
    level_done(&m);
    return calm;
}

/* Who sticks longer than twice the longest rest and 8 rows is surprising, the more the longer. Zero is rest. */
static void stuck(void **state)
{
    (void)state;
    assert_true(stuck_at(7, 7, 14) < 1);
    double now = stuck_at(7, 7, 20), later = stuck_at(7, 7, 30);
    assert_near(now, 19 * log(8 / 3.0), 0.5); /* 3 of 8 rows were repeats */
    assert_near(later, 29 * log(8 / 3.0), 0.5);
    assert_near(stuck_at(7, 7, 400), 100, 1e-9);
    assert_true(stuck_at(0, 0, 20) < 1);
    assert_true(stuck_at(0, 0, 30) < 1);
}

/* A column that never repeats is stuck after few rows; one that is given twice each time is not. */
static void repeats(void **state)
{
    (void)state;
    struct level m;
    struct rng r;
    rng_seed(&r, 4);
    assert_int_equal(level_init(&m, 2, MEMORY), 0);
    double x[2] = { 0 };
    for (int i = 0; i < 3000; i++) {
        x[0] = rng_normal(&r);
        x[1] = i % 10 ? x[1] : rng_normal(&r); /* nine repeats */
        level_row(&m, x);
        assert_true(i < 1000 || (m.calm[0] < 1 && m.calm[1] < 1));
    }
    for (int i = 0; i < 12; i++)
        level_row(&m, x);
    assert_true(m.calm[0] > 50); /* 12 rows of a chance of 1 in 3000 each */
    assert_true(m.calm[1] < 1);
    level_done(&m);
}

/* A wave in noise ends, and the noise goes on: nothing is higher or lower than it was. */
static void wave_ends(void **state)
{
    (void)state;
    struct level m;
    struct rng r;
    rng_seed(&r, 5);
    assert_int_equal(level_init(&m, 1, MEMORY), 0);
    double most = 0;
    for (int i = 0; i < 4200; i++) {
        double x = 10 + 0.1 * rng_normal(&r) + (i < 4000 ? sin(i * 0.3) : 0);
        level_row(&m, &x);
        if (i >= 600 && i < 4000)
            assert_true(m.calm[0] < 1);
        if (i >= 4000)
            assert_true(m.level[0] < 16);
        most = fmax(most, m.calm[0]);
    }
    assert_true(most > 40);
    level_done(&m);
}

/* What is not known says nothing, and changes nothing: neither of itself later nor of the others. */
static void unknown(void **state)
{
    (void)state;
    static const double odd[] = { NAN, INFINITY, -INFINITY };
    struct level m, n;
    struct rng r;
    rng_seed(&r, 6);
    assert_int_equal(level_init(&m, 3, MEMORY), 0);
    assert_int_equal(level_init(&n, 1, MEMORY), 0);
    for (int i = 0; i < 2000; i++) {
        double v = rng_normal(&r);
        level_row(&m, (double[]){ odd[i % 3], v, i < 700 ? NAN : v });
        level_row(&n, &v);
        assert_true(m.level[0] == 0 && m.drift[0] == 0 && m.calm[0] == 0);
        assert_true(m.level[1] == n.level[0] && m.drift[1] == n.drift[0] && m.calm[1] == n.calm[0]);
        if (i < 764)
            assert_true(m.level[2] == 0 && m.drift[2] == 0); /* its own first rows */
    }
    const double before[4] = { m.fast[2], m.slow[2], m.run[2], m.spread[2] };
    for (int i = 0; i < 500; i++) {
        level_row(&m, (double[]){ NAN, 1, NAN });
        assert_true(m.level[2] == 0 && m.drift[2] == 0 && m.calm[2] == 0);
    }
    assert_true(m.fast[2] == before[0] && m.slow[2] == before[1]);
    assert_true(m.run[2] == before[2] && m.spread[2] == before[3]);
    level_row(&m, (double[]){ NAN, 1, 0.5 });
    assert_true(m.level[2] > 0 && m.level[2] < 16);
    level_done(&m);
    level_done(&n);
}

/* Constants are usual, whatever they are; what is huge is finite. */
static void constants_and_giants(void **state)
{
    (void)state;
    struct level m;
    assert_int_equal(level_init(&m, 4, MEMORY), 0);
    for (int i = 0; i < 3000; i++) {
        double giant = i % 100 == 99 ? -1e308 : i % 50 == 7 ? 1e308 : 1e-300;
        level_row(&m, (double[]){ 0, 1e15, giant, i % 2 ? 1e308 : -1e308 });
        for (int j = 0; j < 4; j++) {
            assert_true(m.level[j] >= 0 && m.level[j] <= 100);
            assert_true(m.drift[j] >= 0 && m.drift[j] <= 100);
            assert_true(m.calm[j] >= 0 && m.calm[j] <= 100);
            assert_true(isfinite(m.fast[j]) && isfinite(m.motion[j]) && isfinite(m.usual[j]));
        }
        assert_true(m.level[0] == 0 && m.level[1] == 0 && m.drift[0] == 0 && m.drift[1] == 0);
        assert_true(m.calm[0] == 0);
        assert_true(m.calm[1] < 2.1); /* of n repeats in n + 2 rows */
    }
    level_done(&m);
}

/* Columns of 1e-12 and of 1e15 are as far as those of 1, and so are those around 1e12, but for what doubles hold. */
static void any_scale(void **state)
{
    (void)state;
    struct level m;
    struct rng r;
    rng_seed(&r, 7);
    assert_int_equal(level_init(&m, 4, MEMORY), 0);
    double most = 0;
    for (int i = 0; i < 4000; i++) {
        double v = i < 3500 ? rng_normal(&r) + sin(i * 0.3) : 0.01 * rng_normal(&r);
        level_row(&m, (double[]){ v, 1e-12 * v, 1e15 * v, 1e12 + v });
        for (int j = 1; j < 3; j++) {
            assert_near(m.level[j], m.level[0], 1e-9 * (1 + m.level[0]));
            assert_near(m.drift[j], m.drift[0], 1e-9 * (1 + m.drift[0]));
            assert_near(m.calm[j], m.calm[0], 1e-6 * (1 + m.calm[0]));
            most = fmax(most, m.calm[0]);
        }
        assert_near(m.level[3], m.level[0], 1e-3 * (1 + m.level[0]));
        assert_near(m.drift[3], m.drift[0], 1e-3 * (1 + m.drift[0]));
    }
    assert_true(most > 10);
    level_done(&m);
}

/* After an outage no mean is apart from another, and what stood still before it is not added to. */
static void gap(void **state)
{
    (void)state;
    struct level m;
    struct rng r;
    rng_seed(&r, 8);
    assert_int_equal(level_init(&m, 1, MEMORY), 0);
    for (int i = 0; i < 3000; i++)
        noise_row(&m, &r, 0);
    for (int i = 0; i < 30; i++)
        level_row(&m, (double[]){ 60 });
    assert_true(m.calm[0] > 50 && m.level[0] > 50);
    level_gap(&m);
    assert_true(m.fast[0] == m.slower[0] && m.slow[0] == m.slower[0] && m.steady[0] == m.slower[0]);
    assert_true(m.near[0] == m.slower[0]);
    double usual = m.first[0] + m.slower[0];
    level_row(&m, &usual);
    level_row(&m, &usual);
    assert_near(m.level[0], 0, 1e-9);
    assert_near(m.drift[0], 0, 1e-9);
    assert_true(m.run[0] <= 1);
    level_done(&m);
}

static void row_of(int i, double *x)
{
    x[0] = sin(i * i);
    x[1] = i < 3000 ? i / 7 % 5 : 3; /* sticks */
    x[2] = i % 11 ? 0.01 * i : NAN;
}

static void taken(void **state)
{
    (void)state;
    struct level a, b;
    assert_int_equal(level_init(&a, 3, MEMORY), 0);
    assert_int_equal(level_init(&b, 3, MEMORY), 0);
    double x[3];
    for (int i = 0; i < 1600; i++) { /* a multiple of the rows between two looks at motion */
        row_of(i, x);
        level_row(&a, x);
    }
    level_take(&b, 1, &a, 2);
    level_take(&b, 2, &a, 1);
    for (int i = 1600; i < 4000; i++) {
        row_of(i, x);
        level_row(&a, x);
        level_row(&b, (double[]){ x[0], x[2], x[1] });
        assert_true(a.level[2] == b.level[1] && a.drift[2] == b.drift[1] && a.calm[2] == b.calm[1]);
        assert_true(a.level[1] == b.level[2] && a.drift[1] == b.drift[2] && a.calm[1] == b.calm[2]);
        assert_true(i >= 1664 || b.level[0] == 0);
    }
    assert_true(a.calm[1] > 50);
    level_done(&a);
    level_done(&b);
}

static void packs(void **state)
{
    (void)state;
    struct level a, b;
    struct buf bytes = { 0 };
    double x[3];
    assert_int_equal(level_init(&a, 3, MEMORY), 0);
    for (int i = 0; i < 1003; i++) {
        row_of(i, x);
        level_row(&a, x);
    }
    level_pack(&a, &(struct pack){ .out = &bytes });
    for (size_t n = 0; n < bytes.n; n++) {
        unsigned char *cut = malloc(n + !n);
        memcpy(cut, bytes.p, n);
        struct pack in = { .at = cut, .n = n };
        assert_int_equal(level_init(&b, 3, MEMORY), 0);
        level_pack(&b, &in);
        assert_true(in.bad);
        level_done(&b);
        free(cut);
    }
    assert_int_equal(level_init(&b, 3, MEMORY), 0);
    struct pack in = { .at = (unsigned char *)bytes.p, .n = bytes.n };
    level_pack(&b, &in);
    assert_true(!in.bad && in.n == 0);
    for (int i = 1003; i < 4000; i++) {
        row_of(i, x);
        level_row(&a, x);
        level_row(&b, x);
        assert_memory_equal(a.level, b.level, 20 * 3 * sizeof *a.level); /* all that it holds */
    }
    level_done(&a);
    level_done(&b);
    buf_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shift), cmocka_unit_test(creep), cmocka_unit_test(stuck), cmocka_unit_test(repeats),
        cmocka_unit_test(wave_ends), cmocka_unit_test(unknown), cmocka_unit_test(constants_and_giants),
        cmocka_unit_test(any_scale), cmocka_unit_test(gap), cmocka_unit_test(taken), cmocka_unit_test(packs),
    };
    return cmocka_run_group_tests_name("learn/detector/level", tests, NULL, NULL);
}

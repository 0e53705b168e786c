/* test_paired.c - pairs of trials: closed forms, tables, and what the rule makes of them. */
#include "base/rng.h"
#include "learn/paired.h"
#include "test.h"

static void test_sign_test(void **state)
{
    (void)state;
    /* Binomial tails of a fair coin, as in table A3 of Conover's "Practical Nonparametric Statistics". */
    static const struct { int won, n; double p; } row[] = {
        { 10, 10, 1.0 / 1024 }, { 9, 10, 11.0 / 1024 }, { 8, 10, 56.0 / 1024 }, { 5, 10, 638.0 / 1024 },
        { 7, 7, 1.0 / 128 }, { 6, 7, 8.0 / 128 }, { 5, 7, 29.0 / 128 }, { 1, 1, 0.5 }, { 0, 10, 1 }, { 11, 10, 0 },
        { 0, 0, 1 }, { 15, 20, 0.0206947 }, { 33, 64, 0.4503265 }, { 64, 64, 0x1p-64 },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_near(paired_sign(row[i].won, row[i].n), row[i].p, 1e-6);
    assert_true(paired_sign(64, 64) == 0x1p-64);
}

static void test_look(void **state)
{
    (void)state;
    double standard[10], arm[10];
    struct paired p;
    for (int i = 0; i < 10; i++) { /* gains 1.1, 1.2 ... 2.0 */
        standard[i] = 1.1 + 0.1 * i;
        arm[i] = 1;
    }
    paired_look(standard, arm, 10, &p);
    assert_int_equal(p.pairs, 10);
    assert_int_equal(p.won, 10);
    assert_near(p.ratio, sqrt(1.5 * 1.6), 1e-12); /* in the middle on the log scale */
    assert_near(p.lo, 1.2, 1e-12);
    assert_near(p.hi, 1.9, 1e-12);
    assert_near(p.confidence, 1 - 22.0 / 1024, 1e-12); /* the second to the ninth: 0.979 */
    assert_near(p.worst_standard, 2, 1e-12);
    assert_int_equal(paired_judge(&p, &PAIRED_RULE), PAIRED_ACCEPTED);
    paired_look(standard, arm, 7, &p);
    assert_near(p.ratio, 1.4, 1e-12);
    assert_near(p.confidence, 1 - 2.0 / 128, 1e-12);
    assert_near(p.lo, 1.1, 1e-12);
    assert_int_equal(paired_judge(&p, &PAIRED_RULE), PAIRED_FEW);
    paired_look(standard, arm, 5, &p); /* too few for 0.95: all of them, and what that is worth */
    assert_near(p.confidence, 1 - 2.0 / 32, 1e-12);
}

static void test_not_known(void **state)
{
    (void)state;
    double standard[] = { 1, NAN, 1, 0, 1, 1 }, arm[] = { 0.5, 1, NAN, 1, INFINITY, 1 };
    struct paired p;
    paired_look(standard, arm, 6, &p);
    assert_int_equal(p.pairs, 3); /* half, ended, equal */
    assert_int_equal(p.won, 1);
    assert_true(p.ratio == 1 && p.lo == 0 && p.hi == 2 && isinf(p.worst));
    paired_look(standard + 1, arm + 1, 1, &p);
    assert_int_equal(p.pairs, 0);
    assert_true(isnan(p.ratio) && isnan(p.lo) && isnan(p.confidence) && p.p == 1);
    assert_int_equal(paired_judge(&p, &PAIRED_RULE), PAIRED_FEW);
}

/* Ten pairs in which the arm takes `arm`, but `odd` in the last and in all before `lost`. */
static enum paired_verdict judged(double arm_s, double odd_s, int lost)
{
    double standard[10], arm[10];
    struct paired p;
    for (int i = 0; i < 10; i++) {
        standard[i] = 1;
        arm[i] = i < lost ? odd_s : arm_s;
    }
    paired_look(standard, arm, 10, &p);
    return paired_judge(&p, &PAIRED_RULE);
}

static void test_rule(void **state)
{
    (void)state;
    assert_int_equal(judged(0.5, 0.5, 0), PAIRED_ACCEPTED);
    assert_int_equal(judged(0.5, 1.9, 1), PAIRED_ACCEPTED); /* nine of ten, and the tenth was no disaster */
    assert_int_equal(judged(0.5, 2.1, 1), PAIRED_WORST);
    assert_int_equal(judged(0.5, INFINITY, 1), PAIRED_WORST);
    assert_int_equal(judged(0.5, 1.1, 2), PAIRED_LOST);
    assert_int_equal(judged(0.97, 0.97, 0), PAIRED_SMALL);
    assert_int_equal(judged(1, 1, 0), PAIRED_LOST); /* ties win nothing */
    assert_int_equal(judged(3, 3, 0), PAIRED_LOST);

    static const int won[][2] = { { 5, 5 }, { 6, 6 }, { 7, 6 }, { 8, 7 }, { 9, 9 }, { 10, 9 }, { 12, 11 }, { 20, 16 } };
    for (size_t i = 0; i < sizeof won / sizeof *won; i++)
        assert_int_equal(paired_won_of(won[i][0]), won[i][1]);
    struct paired p = { .pairs = 4, .won = 3 };
    assert_false(paired_is_lost(&p, &PAIRED_RULE));
    p.won = 2;
    assert_true(paired_is_lost(&p, &PAIRED_RULE));
}

static void test_noise(void **state)
{
    (void)state;
    double a[] = { 1, 1, 1 }, b[] = { 1.2, 1.2, 1.2 };
    struct paired_noise n;
    paired_noise(a, a, 3, &PAIRED_RULE, &n);
    assert_true(n.differ == 1 && n.spread == 0 && n.visible == 1.05); /* a quiet machine shows what the rule asks */
    paired_noise(a, b, 3, &PAIRED_RULE, &n);
    assert_near(n.differ, 1.2, 1e-12);
    assert_true(n.visible >= 1.2);

    /* Lognormal of spread 0.3: what is called visible wins nine of ten pairs in half of all cases. */
    struct rng g;
    double x[PAIRED_MAX], y[PAIRED_MAX], standard[10], arm[10];
    int met = 0, runs = 4000;
    rng_seed(&g, 7);
    for (int i = 0; i < PAIRED_MAX; i++) {
        x[i] = exp(0.3 * rng_normal(&g));
        y[i] = exp(0.3 * rng_normal(&g));
    }
    paired_noise(x, y, PAIRED_MAX, &PAIRED_RULE, &n);
    assert_near(n.spread, 0.3, 0.06);
    double visible = exp(log(n.visible) / n.spread * 0.3); /* of the true spread */
    assert_near(visible, 1.52, 0.01);
    for (int k = 0; k < runs; k++) {
        for (int i = 0; i < 10; i++) {
            standard[i] = exp(0.3 * rng_normal(&g));
            arm[i] = exp(0.3 * rng_normal(&g)) / visible;
        }
        struct paired p;
        paired_look(standard, arm, 10, &p);
        met += p.won >= 9;
    }
    assert_near((double)met / runs, 0.5, 0.03);
}

/* The interval holds the true median as often as it says, whatever the distribution. */
static void test_interval(void **state)
{
    (void)state;
    struct rng g;
    double standard[10], arm[10];
    int held = 0, runs = TEST_SLOW ? 2000 : 8000;
    rng_seed(&g, 3);
    for (int k = 0; k < runs; k++) {
        for (int i = 0; i < 10; i++) {
            standard[i] = exp(0.5 * rng_normal(&g)) * (rng_unit(&g) < 0.1 ? 20 : 1);
            arm[i] = exp(0.5 * rng_normal(&g)) * (rng_unit(&g) < 0.1 ? 20 : 1) / 1.5;
        }
        struct paired p;
        paired_look(standard, arm, 10, &p);
        held += p.lo <= 1.5 && p.hi >= 1.5;
    }
    assert_near((double)held / runs, 0.979, 0.008);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sign_test), cmocka_unit_test(test_look), cmocka_unit_test(test_not_known),
    cmocka_unit_test(test_rule), cmocka_unit_test(test_noise), cmocka_unit_test(test_interval),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

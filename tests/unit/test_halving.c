/* test_halving.c - rounds of trials: the budget, the order, what goes early, which arm is the best. */
#include "learn/halving.h"
#include "test.h"

/* Tries until it is over: arm i takes value[i]. Returns the trials; `order` gets the arms. */
static int run(struct halving *h, const double *value, int *order)
{
    double bound;
    int n = 0, arm;
    while ((arm = halving_next(h, &bound)) >= 0) {
        order[n++] = arm;
        assert_true(n < 1000);
        halving_put(h, value[arm] > bound ? INFINITY : value[arm]);
    }
    return n;
}

static void test_rounds(void **state)
{
    (void)state;
    static struct halving h;
    double value[8] = { 10, 9, 8, 12, 11, 7, 13, 9.5 };
    int order[200], of[8] = { 0 };
    halving_init(&h, &(struct halving_options){ .arms = 8, .budget = 24, .seed = 1 });
    assert_int_equal(halving_cost(&h), 24);
    assert_int_equal(run(&h, value, order), 24);
    assert_int_equal(halving_trials(&h), 24);
    for (int i = 0; i < 24; i++)
        of[order[i]]++;
    assert_int_equal(of[0], 7); /* default in all rounds */
    assert_int_equal(of[5], 7);
    assert_int_equal(of[2], 3);
    assert_int_equal(of[1], 3);
    assert_int_equal(of[6], 1);
    for (int i = 0; i < 8; i++) /* the first round has each arm once, in any order */
        for (int j = 0; j < i; j++)
            assert_int_not_equal(order[i], order[j]);
    assert_int_equal(halving_best(&h), 5);
    assert_near(halving_median(&h, 5), 7, 1e-9);
    assert_int_equal(h.arm[6].fate, HALVING_BEHIND);

    int again[200], other[200];
    halving_init(&h, &(struct halving_options){ .arms = 8, .budget = 24, .seed = 1 });
    run(&h, value, again);
    assert_memory_equal(order, again, 24 * sizeof *order); /* the same seed, the same order */
    halving_init(&h, &(struct halving_options){ .arms = 8, .budget = 24, .seed = 2 });
    run(&h, value, other);
    assert_memory_not_equal(order, other, 24 * sizeof *order);
}

static void test_budget(void **state)
{
    (void)state;
    static struct halving h;
    double value[HALVING_ARMS];
    int order[1000];
    for (int i = 0; i < HALVING_ARMS; i++)
        value[i] = 10 - 0.1 * i;
    for (int arms = 1; arms <= HALVING_ARMS; arms++)
        for (int budget = HALVING_LEAST; budget <= 120; budget++) {
            halving_init(&h, &(struct halving_options){ .arms = arms, .budget = budget, .seed = 5 });
            int n = run(&h, value, order);
            assert_true(n <= budget && n == halving_cost(&h) && n == halving_trials(&h));
            assert_true(arms == 1 ? n == 0 : n > budget - h.wide[2] || h.repeats[2] == 8);
            assert_int_equal(halving_best(&h), h.wide[0] ? h.wide[0] - 1 : 0); /* the last that was tried */
        }
    halving_init(&h, &(struct halving_options){ .arms = 20, .budget = HALVING_LEAST, .seed = 5 });
    run(&h, value, order);
    assert_int_equal(h.arm[19].fate, HALVING_UNTRIED);
    assert_nan(halving_median(&h, 19));
}

static void test_pruning(void **state)
{
    (void)state;
    static struct halving h;
    double value[4] = { 10, 31, 29, 9 }, bound = 0;
    int order[200], of[4] = { 0 };
    halving_init(&h, &(struct halving_options){ .arms = 4, .budget = 40, .seed = 3 });
    halving_know(&h, 10);
    while (halving_next(&h, &bound) == 0)
        assert_true(isinf(bound) && halving_put(&h, 10) == 0); /* none for default */
    assert_near(bound, 30, 1e-9);
    int n = run(&h, value, order);
    for (int i = 0; i < n; i++)
        of[order[i]]++;
    assert_int_equal(of[1], 1); /* once, and no more */
    assert_true(of[2] > 1);
    assert_int_equal(h.arm[1].fate, HALVING_SLOW);
    assert_true(isinf(halving_median(&h, 1)));
    assert_int_equal(halving_best(&h), 3);

    /* All others gone: it is over early, and default is what is left. */
    double bad[3] = { 1, 4, 5 };
    halving_init(&h, &(struct halving_options){ .arms = 3, .budget = 30, .seed = 3 });
    halving_know(&h, 1);
    assert_true(run(&h, bad, order) <= 3);
    assert_int_equal(halving_best(&h), 0);
}

/* One very long trial among several does not put an arm out. */
static void test_outlier(void **state)
{
    (void)state;
    static struct halving h;
    double bound;
    int arm, of = 0;
    halving_init(&h, &(struct halving_options){ .arms = 2, .budget = 22, .seed = 9 });
    while ((arm = halving_next(&h, &bound)) >= 0)
        halving_put(&h, arm == 0 ? 10 : ++of == 3 ? INFINITY : 5);
    assert_int_equal(halving_trials(&h), 22);
    assert_int_equal(h.arm[1].fate, HALVING_IN);
    assert_int_equal(halving_best(&h), 1);
    assert_near(halving_median(&h, 1), 5, 1e-9);
}

static void test_failures(void **state)
{
    (void)state;
    static struct halving h;
    double bound;
    int arm;
    halving_init(&h, &(struct halving_options){ .arms = 3, .budget = 30, .seed = 1 });
    while ((arm = halving_next(&h, &bound)) >= 0)
        assert_int_equal(halving_put(&h, arm == 1 ? (double)NAN : 2.0 - arm * 0.1), 0);
    assert_int_equal(h.arm[1].fate, HALVING_FAILED);
    assert_int_equal(halving_best(&h), 2);

    halving_init(&h, &(struct halving_options){ .arms = 3, .budget = 30, .seed = 1 });
    while ((arm = halving_next(&h, &bound)) > 0)
        halving_put(&h, 1);
    assert_int_equal(halving_put(&h, NAN), -1); /* default fails */
    assert_int_equal(halving_next(&h, &bound), -1);
    assert_int_equal(halving_best(&h), 0);

    halving_init(&h, &(struct halving_options){ .arms = 3, .budget = 30, .seed = 1 });
    for (int i = 0; i < 7; i++) {
        arm = halving_next(&h, &bound);
        assert_int_equal(halving_next(&h, &bound), arm); /* asked twice */
        halving_put(&h, arm == 2 ? 1 : 2);
    }
    halving_stop(&h);
    assert_int_equal(halving_next(&h, &bound), -1);
    assert_int_equal(halving_best(&h), 2);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rounds), cmocka_unit_test(test_budget), cmocka_unit_test(test_pruning),
    cmocka_unit_test(test_outlier), cmocka_unit_test(test_failures),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_classes.c - prototypes: distances in closed form, learning, what is of no class, edges. */
#include "test.h"

#include "base/mem.h"
#include "base/rng.h"
#include "learn/classes.h"

#include <errno.h>
#include <string.h>

static void test_distances(void **state)
{
    (void)state;
    struct classes *c = classes_new(4);
    c->scale[1] = 2;
    c->hard[3] = true;
    classes_add(c, 0, (double[]){ 0, 0, 0, 0 });
    assert_near(classes_distance2(c, (double[]){ 1, 2, 0, 0 }, 0), 0.5, 1e-12);
    assert_near(classes_distance2(c, (double[]){ 100, 0, 0, 0 }, 0), CLASSES_CLIP / 4, 1e-12);
    assert_near(classes_distance2(c, (double[]){ 0, 0, 0, 100 }, 0), 1e4, 1e-9); /* beside the mean */
    assert_near(classes_distance2(c, (double[]){ 1, NAN, 1, 1 }, 0), 2.0 / 3 + 1, 1e-12);
    assert_true(isinf(classes_distance2(c, (double[]){ 1, NAN, NAN, 1 }, 0)));
    classes_free(c);
}

static void test_weights(void **state)
{
    (void)state;
    struct classes *c = classes_new(1);
    double w[3];
    assert_nan(classes_weigh(c, (double[]){ 0 }, 3, w)); /* nothing was learnt */
    c->sharpness = 2;
    c->reach = 1;
    classes_add(c, 1, (double[]){ 0 });
    classes_add(c, 1, (double[]){ 3 });
    classes_add(c, CLASSES_NONE, (double[]){ 2 });
    classes_add(c, 7, (double[]){ 0 }); /* of no class that was asked for */
    assert_near(classes_weigh(c, (double[]){ 1 }, 3, w), 2 * exp(0), 1e-12);
    assert_near(w[1], (exp(0) + exp(-3)) / 2, 1e-12); /* at distances 1 and 2 */
    assert_near(w[0], 0, 0);
    assert_near(classes_weigh(c, (double[]){ 3 }, 3, w), 2 * exp(0), 1e-12);
    assert_near(w[1], (exp(-8) + exp(1)) / 2, 1e-12); /* 9 is CLASSES_CLIP */
    assert_nan(classes_weigh(c, (double[]){ NAN }, 3, w));
    classes_free(c);
}

#define D 8
#define RUNS 30
#define ROWS 10

struct made {
    struct classes_rows rows;
    double x[RUNS * ROWS * D];
    int label[RUNS * ROWS], run[RUNS * ROWS], program[RUNS * ROWS];
    bool hard[D];
    double floor[D];
};

/* Three kinds that differ in the first three features; programs of a kind differ in all others, much. */
static void make(struct made *m, uint64_t seed)
{
    struct rng g;
    rng_seed(&g, seed);
    memset(m, 0, sizeof *m);
    for (int run = 0; run < RUNS; run++) {
        double program[D];
        for (int j = 0; j < D; j++)
            program[j] = (j < 3 ? 4.0 * (run % 3 == j) + 0.3 * rng_normal(&g) : 3 * rng_normal(&g));
        for (int i = 0; i < ROWS; i++) {
            int row = run * ROWS + i;
            for (int j = 0; j < D; j++)
                m->x[row * D + j] = program[j] + 0.1 * rng_normal(&g);
            m->label[row] = run % 3;
            m->run[row] = m->program[row] = run;
        }
    }
    for (int j = 0; j < D; j++)
        m->floor[j] = 0.01;
    m->rows = (struct classes_rows){ RUNS * ROWS, D, m->x, m->label, m->run, m->program };
}

static void test_learns_what_tells_kinds_apart(void **state)
{
    (void)state;
    static struct made m, other;
    struct classes *c;
    make(&m, 1);
    make(&other, 2);
    assert_int_equal(classes_learn(&m.rows, m.hard, m.floor, &c), 0);
    assert_int_equal(c->n, RUNS);
    for (int j = 3; j < D; j++)
        assert_true(c->scale[j] > 1.5 * c->scale[0]);
    int right = 0, strange = 0;
    double w[3], far[D] = { -20, -20, -20, -40, -40, -40, -40, -40 };
    for (int i = 0; i < RUNS * ROWS; i++) {
        double none = 1 + classes_weigh(c, other.x + i * D, 3, w), all = none + w[0] + w[1] + w[2];
        right += w[other.label[i]] / all > 0.6;
    }
    assert_true(right >= RUNS * ROWS * 9 / 10);
    classes_weigh(c, far, 3, w);
    strange += w[0] + w[1] + w[2] < 0.5;
    assert_int_equal(strange, 1);
    classes_free(c);
}

static void test_same_data_same_answer(void **state)
{
    (void)state;
    static struct made m;
    struct classes *a, *b;
    make(&m, 3);
    m.x[5] = NAN;
    assert_int_equal(classes_learn(&m.rows, m.hard, m.floor, &a), 0);
    assert_int_equal(classes_learn(&m.rows, m.hard, m.floor, &b), 0);
    assert_memory_equal(a->point, b->point, sizeof(double) * D * RUNS);
    assert_memory_equal(a->scale, b->scale, sizeof(double) * D);
    assert_true(a->sharpness == b->sharpness && a->reach == b->reach);
    for (int i = 0; i < D * RUNS; i++)
        assert_true(isfinite(a->point[i]));
    classes_free(a);
    classes_free(b);
}

static void test_refuses(void **state)
{
    (void)state;
    static struct made m;
    struct classes *c = NULL;
    make(&m, 4);
    struct classes_rows none = m.rows, wide = m.rows;
    none.n = 0;
    wide.d = CLASSES_MAX_DIM + 1;
    assert_int_equal(classes_learn(&none, m.hard, m.floor, &c), -EINVAL);
    assert_int_equal(classes_learn(&wide, m.hard, m.floor, &c), -EINVAL);
    m.run[3] = -1;
    assert_int_equal(classes_learn(&m.rows, m.hard, m.floor, &c), -EINVAL);
    m.run[3] = 0;
    for (int i = 0; i < RUNS * ROWS; i++)
        m.label[i] = 0;
    assert_int_equal(classes_learn(&m.rows, m.hard, m.floor, &c), -EINVAL);
    assert_null(c);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_distances),
    cmocka_unit_test(test_weights),
    cmocka_unit_test(test_learns_what_tells_kinds_apart),
    cmocka_unit_test(test_same_data_same_answer),
    cmocka_unit_test(test_refuses),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Even rows of uneven times. */
#include "test.h"

#include "base/mem.h"
#include "learn/forecast/grid.h"

struct grid_case {
    const char *what;
    int n;
    double t[6], x[6], step;
    size_t max, rows;
    double want[6];
};

static const struct grid_case cases[] = {
    { "even", 3, { 0, 1, 2 }, { 5, 6, 7 }, 1, 9, 3, { 5, 6, 7 } },
    { "a hole", 3, { 0, 1, 4 }, { 5, 6, 7 }, 1, 9, 5, { 5, 6, NAN, NAN, 7 } },
    { "means", 4, { 0, 1, 2, 3 }, { 1, 3, 5, 9 }, 2, 9, 3, { 1, 4, 9 } },
    { "not known", 3, { 0, 1, 2 }, { NAN, INFINITY, 7 }, 1, 9, 3, { NAN, NAN, 7 } },
    { "the last ones", 4, { 0, 1, 2, 3 }, { 1, 2, 3, 4 }, 1, 2, 2, { 3, 4 } },
    { "jitter", 4, { 0, 1.1, 1.9, 3 }, { 1, 2, 3, 4 }, 1, 9, 4, { 1, 2, 3, 4 } },
    { "one", 1, { 8 }, { 3 }, 1, 9, 1, { 3 } },
    { "the same time", 2, { 8, 8 }, { 3, 5 }, 1, 9, 1, { 4 } },
    { "giants", 2, { 0, 0 }, { 1e308, 1e308 }, 1, 9, 1, { 1e308 } },
};

static void grids(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct grid_case *c = &cases[i];
        size_t rows = 0;
        double *got = grid_make(c->t, c->x, (size_t)c->n, c->step, c->max, &rows);
        assert_non_null(got);
        assert_int_equal(rows, c->rows);
        for (size_t k = 0; k < rows; k++)
            if (isnan(c->want[k]) ? !isnan(got[k]) : !(fabs(got[k] - c->want[k]) <= 1e-12 * fabs(c->want[k])))
                fail_msg("%s: row %zu is %g, not %g", c->what, k, got[k], c->want[k]);
        mem_free(got);
    }
    size_t rows;
    double one = 1;
    assert_null(grid_make(NULL, NULL, 0, 1, 9, &rows));
    assert_null(grid_make(&one, &one, 1, 0, 9, &rows));
    assert_null(grid_make(&one, &one, 1, NAN, 9, &rows));
    /* A clock that began anew is the caller's affair, but no reason to write elsewhere. */
    static const double fell[] = { 1000, 1001, 1, 2 }, x[] = { 5, 5, 1, 2 };
    assert_null(grid_make(fell, x, 4, 1, 9, &rows));
    static const double fell_a_little[] = { 0, 9, 1, 2 };
    double *got = grid_make(fell_a_little, x, 4, 1, 9, &rows);
    assert_int_equal(rows, 3);
    assert_true(got[0] == 5 && got[1] == 1 && got[2] == 2);
    mem_free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(grids) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

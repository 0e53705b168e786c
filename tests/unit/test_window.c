/* test_window.c - order statistics of the last values, against sorting them. */
#include "analyze/anomaly/window.h"
#include "base/rng.h"
#include "base/stats.h"
#include "test.h"

static void test_against_sorting(void **state)
{
    (void)state;
    enum { CAP = 37, ROWS = 500 };
    struct window w;
    struct rng g;
    double x[ROWS];
    window_init(&w, CAP);
    rng_seed(&g, 1);
    for (int i = 0; i < ROWS; i++) {
        x[i] = floor(10 * rng_unit(&g)); /* many ties */
        window_add(&w, x[i]);
        int n = i + 1 < CAP ? i + 1 : CAP;
        assert_int_equal(w.n, n);
        for (double q = 0; q <= 1; q += 0.125)
            assert_near(window_quantile(&w, q), stats_quantile(x + i + 1 - n, (size_t)n, q), 1e-12);
    }
    window_clear(&w);
    assert_int_equal(w.n, 0);
    window_add(&w, 5);
    assert_near(window_quantile(&w, 0.9), 5, 0);
    window_done(&w);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_against_sorting),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

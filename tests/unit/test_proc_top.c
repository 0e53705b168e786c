/* Which processes of a tick are kept. */
#include "test.h"

#include "core/proc_top.h"

#define N 100

/* Hundred who compute a little, the first least; nothing else. */
static void fill(struct proc_use u[N])
{
    for (int i = 0; i < N; i++)
        u[i] = (struct proc_use){ .pid = i + 1, .cpu_percent = i * 0.1, .read_rate = NAN, .write_rate = NAN };
}

static bool holds(const struct proc_use *u, size_t n, int32_t pid)
{
    for (size_t i = 0; i < n; i++)
        if (u[i].pid == pid)
            return true;
    return false;
}

/* Whoever is first by any measure is among them, however few are kept. */
static void every_measure_has_its_share(void **state)
{
    (void)state;
    static const size_t keeps[] = { 20, 28, 60 };
    for (size_t k = 0; k < sizeof keeps / sizeof *keeps; k++) {
        struct proc_use u[N];
        fill(u);
        u[1].rss_bytes = 5e9;
        u[2].rss_growth_bytes = 1e6;
        u[3].write_rate = 1e6;
        u[4].read_rate = 1;
        u[5].children_percent = 0.1;
        size_t n = proc_top(u, N, keeps[k]);
        assert_true(n <= keeps[k] && n >= 5 + keeps[k] * 10 / 28);
        for (int32_t pid = 2; pid <= 6; pid++)
            assert_true(holds(u, n, pid));
        assert_true(holds(u, n, N));
    }
}

static void shares_are_of_different_processes(void **state)
{
    (void)state;
    struct proc_use u[N];
    fill(u);
    for (int i = 0; i < N; i++) /* the same order by all measures */
        u[i].rss_bytes = u[i].rss_growth_bytes = u[i].write_rate = u[i].read_rate = u[i].children_percent = i;
    assert_int_equal(proc_top(u, N, 20), 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(u[i].pid, N - i);
}

static void the_order_is_by_cpu_then_pid(void **state)
{
    (void)state;
    struct proc_use u[N];
    fill(u);
    for (int i = 0; i < N; i++) {
        u[i].cpu_percent = i % 3;
        u[i].rss_bytes = 1 + i;
    }
    size_t n = proc_top(u, N, 20);
    for (size_t i = 1; i < n; i++)
        assert_true(u[i - 1].cpu_percent > u[i].cpu_percent ||
                    (u[i - 1].cpu_percent == u[i].cpu_percent && u[i - 1].pid < u[i].pid));
}

static void nothing_is_kept_of_those_at_rest(void **state)
{
    (void)state;
    struct proc_use u[N];
    for (int i = 0; i < N; i++)
        u[i] = (struct proc_use){ .pid = i, .cpu_percent = NAN, .read_rate = NAN, .write_rate = NAN };
    assert_int_equal(proc_top(u, N, 20), 0);
    assert_int_equal(proc_top(u, 0, 20), 0);
    fill(u);
    assert_int_equal(proc_top(u, N, 0), 0);
    assert_int_equal(proc_top(u, 3, 20), 2); /* fewer than their share: the first did nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_measure_has_its_share),
        cmocka_unit_test(shares_are_of_different_processes),
        cmocka_unit_test(the_order_is_by_cpu_then_pid),
        cmocka_unit_test(nothing_is_kept_of_those_at_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What Sonde may cost: windows, limits, hysteresis. */
#include "test.h"

#include "core/budget.h"

#define SECOND INT64_C(1000000000)

/* Runs windows of 10 s at so many percent of a core; the last verdict. */
static enum budget_verdict windows(struct budget *b, struct budget_use *use, int64_t *now, int n, double percent)
{
    enum budget_verdict v = BUDGET_WAIT;
    for (int i = 0; i < n; i++) {
        *now += 10 * SECOND;
        use->cpu_s += percent / 10; /* 10 s at p % are p / 10 s */
        assert_true(budget_is_due(b, *now));
        v = budget_judge(b, *now, use);
        assert_false(budget_is_due(b, *now + 9 * SECOND));
    }
    return v;
}

static void processor_time_is_held_against_its_limit(void **state)
{
    (void)state;
    struct budget b = { .limits = { .cpu_percent = 1 } };
    struct budget_use use = { .cpu_s = 100, .written_bytes = NAN };
    int64_t now = 50 * SECOND;
    assert_true(budget_is_due(&b, now));
    assert_int_equal(budget_judge(&b, now, &use), BUDGET_WAIT);
    assert_int_equal(windows(&b, &use, &now, 1, 90), BUDGET_WAIT); /* the start is dear, and not looked at */
    assert_int_equal(windows(&b, &use, &now, 1, 1.5), BUDGET_OVER);
    assert_near(b.cpu_percent, 1.5, 1e-9);
    assert_int_equal(windows(&b, &use, &now, 10, 0.5), BUDGET_FINE); /* half of it is no room */
    assert_int_equal(windows(&b, &use, &now, 5, 0.3), BUDGET_FINE);
    assert_int_equal(windows(&b, &use, &now, 1, 0.3), BUDGET_ROOM);
    assert_int_equal(windows(&b, &use, &now, 5, 0.3), BUDGET_FINE); /* and begins to count anew */
}

static void without_limits_nothing_is_over(void **state)
{
    (void)state;
    struct budget b = { 0 };
    struct budget_use use = { .rss_bytes = 1e12 };
    int64_t now = SECOND;
    budget_judge(&b, now, &use);
    assert_int_equal(windows(&b, &use, &now, 20, 400), BUDGET_FINE);
    assert_false(b.fat || b.chatty);
}

static void memory_and_writing_are_flags(void **state)
{
    (void)state;
    struct budget b = { .limits = { .rss_bytes = 1e6, .written_bytes_per_hour = 2e6 } };
    struct budget_use use = { .rss_bytes = 2e6, .written_bytes = 5e6 };
    int64_t now = SECOND;
    budget_judge(&b, now, &use);
    assert_true(b.fat);
    assert_false(b.chatty); /* what was written before does not count */
    use.rss_bytes = 0.5e6;
    use.written_bytes += 1.5e6; /* in 10 s, but no hour has 2 MB yet */
    windows(&b, &use, &now, 1, 0);
    assert_false(b.fat || b.chatty);
    use.written_bytes += 1e6;
    windows(&b, &use, &now, 1, 0);
    assert_true(b.chatty);
    windows(&b, &use, &now, 720, 0); /* two hours later that is 1.25 MB an hour */
    assert_false(b.chatty);
    assert_near(b.written_per_hour, 1.25e6, 0.02e6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processor_time_is_held_against_its_limit),
        cmocka_unit_test(without_limits_nothing_is_over),
        cmocka_unit_test(memory_and_writing_are_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

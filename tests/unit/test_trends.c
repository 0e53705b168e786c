/* test_trends.c - rising, falling and, mostly, stable; and when a limit is reached. */
#include "analyze/report.h"
#include "fake.h"
#include "test.h"

static struct report *analyze(const struct recording *r)
{
    return analyze_run(r, &(struct analyze_options){ 0 });
}

static const struct trend *find(const struct report *a, const char *id)
{
    for (size_t i = 0; i < a->n_trends; i++)
        if (!strcmp(schema_id(a->rec->schema, a->trends[i].slot), id))
            return &a->trends[i];
    return NULL;
}

static size_t moving(const struct report *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_trends; i++)
        n += a->trends[i].direction != DIRECTION_STABLE;
    return n;
}

static void test_quiet_is_stable(void **state)
{
    (void)state;
    size_t found = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct recording *r = fake_machine(60, seed);
        struct report *a = analyze(r);
        assert_string_equal(a->trends_reason, "");
        assert_non_null(find(a, "memory.used"));
        assert_non_null(find(a, "cpu.util"));
        found += moving(a);
        report_free(a);
        recording_free(r);
    }
    assert_int_equal(found, 0); /* 1 % of 20 runs in chance, and a change that matters besides */
}

static void test_memory_fills_up(void **state)
{
    (void)state;
    struct recording *r = fake_machine(120, 1);
    double *used = fake_col(r, "memory.used", NULL);
    for (int i = 0; i < 120; i++)
        used[i] += 2e7 * i; /* 3.4 GB at the end, 4.6 GB left: 230 s */
    struct report *a = analyze(r);
    const struct trend *t = find(a, "memory.used");
    assert_int_equal(t->direction, DIRECTION_RISING);
    assert_near(t->slope_per_hour, 2e7 * 3600, 2e7 * 3600 * 0.01);
    assert_near(t->first, used[0], 0); /* measured, not those of the line */
    assert_near(t->last, used[119], 0);
    assert_near(t->limit, 8e9, 0);
    assert_near(t->reaches_limit_s, 231, 5);
    assert_true(t->interval_s[0] <= t->reaches_limit_s && t->reaches_limit_s <= t->interval_s[1]);
    assert_true(t->p_value < 1e-6);
    report_free(a);
    recording_free(r);
}

static void test_far_limits_are_not_promised(void **state)
{
    (void)state;
    struct recording *r = fake_machine(120, 1);
    double *used = fake_col(r, "memory.used", NULL);
    for (int i = 0; i < 120; i++)
        used[i] = 1e9 + 1e6 * i; /* full in two hours, of which two minutes know nothing */
    struct report *a = analyze(r);
    const struct trend *t = find(a, "memory.used");
    assert_int_equal(t->direction, DIRECTION_RISING);
    assert_nan(t->reaches_limit_s);
    report_free(a);
    recording_free(r);
}

static void test_a_step_is_no_slope(void **state)
{
    (void)state;
    struct recording *r = fake_machine(120, 1);
    fake_set(r, "memory.used", 60, 120, 4e9);
    struct report *a = analyze(r);
    assert_int_equal(find(a, "memory.used")->direction, DIRECTION_STABLE);
    report_free(a);
    recording_free(r);
}

static void test_battery_runs_down(void **state)
{
    (void)state;
    struct recording *r = fake_new(60);
    fake_metric(r, "battery.charge", "BAT0", UNIT_PERCENT);
    fake_rows(r, 60);
    double *x = fake_col(r, "battery.charge", "BAT0");
    for (int i = 0; i < 60; i++)
        x[i] = 90 - floor(i / 2.0); /* half a percent a minute: 61 % left for 122 minutes */
    struct report *a = analyze(r);
    const struct trend *t = find(a, "battery.charge{BAT0}");
    assert_int_equal(t->direction, DIRECTION_FALLING);
    assert_near(t->limit, 0, 0);
    assert_near(t->reaches_limit_s, 122 * 60, 5 * 60);
    report_free(a);
    recording_free(r);
}

static void test_small_changes_do_not_matter(void **state)
{
    (void)state;
    struct recording *r = fake_machine(120, 1);
    double *x = fake_col(r, "cpu.util", NULL);
    for (int i = 0; i < 120; i++)
        x[i] = 3 + 0.02 * i;
    struct report *a = analyze(r);
    assert_int_equal(find(a, "cpu.util")->direction, DIRECTION_STABLE);
    assert_true(find(a, "cpu.util")->p_value < 1e-6);
    report_free(a);
    recording_free(r);
}

static void test_foreign_columns(void **state)
{
    (void)state;
    struct recording *r = fake_new(60);
    fake_metric(r, "up", NULL, UNIT_NONE);
    fake_metric(r, "down", NULL, UNIT_NONE);
    fake_metric(r, "noise", NULL, UNIT_NONE);
    fake_metric(r, "constant", NULL, UNIT_NONE);
    fake_metric(r, "unknown", NULL, UNIT_NONE);
    fake_rows(r, 200);
    struct rng g;
    rng_seed(&g, 5);
    for (int i = 0; i < 200; i++) {
        r->col[0][i] = 0.1 * i + rng_normal(&g);
        r->col[1][i] = -0.1 * i + rng_normal(&g);
        r->col[2][i] = rng_normal(&g);
        r->col[3][i] = 4;
    }
    struct report *a = analyze(r);
    assert_int_equal(find(a, "up")->direction, DIRECTION_RISING);
    assert_int_equal(find(a, "down")->direction, DIRECTION_FALLING);
    assert_int_equal(find(a, "noise")->direction, DIRECTION_STABLE);
    assert_int_equal(find(a, "constant")->direction, DIRECTION_STABLE);
    assert_null(find(a, "unknown"));
    assert_nan(find(a, "up")->limit);
    report_free(a);
    recording_free(r);
}

/* What fills, wears or empties has a time to its end, with an interval around it; where only shares are known, too. */
static void test_limits_have_intervals(void **state)
{
    (void)state;
    static const struct {
        const char *name, *inst;
        double first, per_hour, limit;
    } fills[] = { { "fs.util", "/", 80, 2, 100 }, { "memory.util", NULL, 50, 5, 100 },
                  { "swap.util", NULL, 10, 9, 100 }, { "battery.charge", "BAT0", 90, -20, 0 } };
    struct recording *r = fake_new(60);
    struct rng g;
    for (size_t i = 0; i < 4; i++)
        fake_metric(r, fills[i].name, fills[i].inst, UNIT_PERCENT);
    fake_rows(r, 120);
    rng_seed(&g, 3);
    for (int t = 0; t < 120; t++)
        for (size_t i = 0; i < 4; i++)
            r->col[i][t] = fills[i].first + fills[i].per_hour * t / 60 + 0.05 * rng_normal(&g);
    struct report *a = analyze(r);
    for (size_t i = 0; i < 4; i++) {
        const struct trend *t = NULL;
        for (size_t k = 0; k < a->n_trends && !t; k++)
            t = a->trends[k].slot == (int)i ? &a->trends[k] : NULL;
        assert_non_null(t);
        double left = (fills[i].limit - fills[i].first - fills[i].per_hour * 119 / 60) / fills[i].per_hour * 3600;
        assert_near(t->limit, fills[i].limit, 0);
        assert_near(t->reaches_limit_s, left, 0.03 * left);
        assert_true(t->interval_s[0] <= t->reaches_limit_s && t->reaches_limit_s <= t->interval_s[1]);
        assert_true(t->interval_s[0] > 0.9 * left && t->interval_s[1] < 1.1 * left);
    }
    report_free(a);
    recording_free(r);
}

static void test_too_few_rows(void **state)
{
    (void)state;
    struct recording *r = fake_machine(12, 1);
    struct report *a = analyze(r);
    assert_string_equal(a->trends_reason, "needs at least 20 samples, has 12");
    assert_non_null(strstr(a->forecast.reason, "--predict"));
    assert_non_null(strstr(a->workload.reason, "not computed"));
    assert_int_equal(a->n_trends, 0);
    report_free(a);
    recording_free(r);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_quiet_is_stable),
    cmocka_unit_test(test_memory_fills_up),
    cmocka_unit_test(test_far_limits_are_not_promised),
    cmocka_unit_test(test_a_step_is_no_slope),
    cmocka_unit_test(test_battery_runs_down),
    cmocka_unit_test(test_small_changes_do_not_matter),
    cmocka_unit_test(test_foreign_columns),
    cmocka_unit_test(test_limits_have_intervals),
    cmocka_unit_test(test_too_few_rows),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

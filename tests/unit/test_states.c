/* test_states.c - states that a person would tell apart, and no others. */
#include "analyze/report.h"
#include "fake.h"
#include "test.h"

static struct report *analyze(const struct recording *r)
{
    return analyze_run(r, &(struct analyze_options){ .seed = 1 });
}

static void test_quiet_is_one_state(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct recording *r = fake_machine(120, seed);
        struct report *a = analyze(r);
        assert_string_equal(a->states.reason, "");
        assert_int_equal(a->states.k, 1);
        assert_string_equal(a->states.items[0].name, "steady, idle");
        assert_near(a->states.items[0].share, 1, 0);
        assert_near(a->states.items[0].dwell_s, 120, 1e-6);
        assert_nan(a->states.silhouette);
        report_free(a);
        recording_free(r);
    }
}

static void test_states_by_name_share_and_stay(void **state)
{
    (void)state;
    struct recording *r = fake_machine(300, 2);
    fake_set(r, "cpu.util", 100, 150, 95);
    fake_set(r, "cpu.util", 200, 210, 50);
    fake_set(r, "disk.write.rate", 200, 210, 4e8);
    fake_set(r, "cpu.util", 250, 300, 96);
    struct report *a = analyze(r);
    const struct states *s = &a->states;
    assert_int_equal(s->k, 3);
    assert_string_equal(s->items[0].name, "idle");
    assert_string_equal(s->items[1].name, "CPU busy");
    assert_string_equal(s->items[2].name, "CPU at work, disk writes");
    assert_near(s->items[1].share, 100.0 / 300, 1e-9);
    assert_near(s->items[1].dwell_s, 50, 1e-6);
    assert_near(s->items[2].dwell_s, 10, 1e-6);
    assert_near(s->transitions[0 * 3 + 1], 2, 0);
    assert_near(s->transitions[1 * 3 + 0], 1, 0);
    assert_near(s->transitions[0 * 3 + 2] + s->transitions[2 * 3 + 0], 2, 0);
    assert_near(s->transitions[0] + s->transitions[4] + s->transitions[8], 0, 0);
    assert_true(s->silhouette > 0.7);
    for (int j = 0; j < s->n_features; j++)
        if (!strcmp(schema_id(r->schema, s->feature[j]), "cpu.util"))
            assert_near(s->items[1].centroid[j], 95.5, 0.1);
    report_free(a);
    recording_free(r);
}

static void test_filled_memory(void **state)
{
    (void)state;
    static const struct { double used; const char *name; } states[] = { /* of 8 GB */
        { 7e9, "memory filled" }, { 6e9, "more memory used" },
    };
    for (int i = 0; i < 2; i++) {
        struct recording *r = fake_machine(100, 3);
        fake_set(r, "memory.used", 60, 100, states[i].used);
        struct report *a = analyze(r);
        assert_int_equal(a->states.k, 2);
        assert_string_equal(a->states.items[0].name, "idle");
        assert_string_equal(a->states.items[1].name, states[i].name);
        report_free(a);
        recording_free(r);
    }
}

/* What people do by several metrics at once: the same load without new processes is none. */
static void test_activities(void **state)
{
    (void)state;
    for (int compiles = 0; compiles < 2; compiles++) {
        struct recording *r = fake_machine(300, 8);
        fake_set(r, "cpu.util", 100, 200, 95);
        fake_set(r, "disk.write.rate", 100, 200, 5e7);
        fake_set(r, "process.forks.rate", 0, 300, 1);
        if (compiles)
            fake_set(r, "process.forks.rate", 100, 200, 12);
        fake_set(r, "disk.write.rate", 220, 300, 2e8);
        fake_set(r, "disk.read.rate", 220, 300, 2e8);
        struct report *a = analyze(r);
        assert_int_equal(a->states.k, 3);
        assert_string_equal(a->states.items[1].name,
                            compiles ? "compiling: CPU busy, disk writes" : "CPU busy, disk writes");
        assert_string_equal(a->states.items[2].name, "copying files: disk writes, disk reads");
        report_free(a);
        recording_free(r);
    }
}

/* Three speeds of writing have one name: they are one state, left and entered as one. */
static void test_states_of_one_name_are_one(void **state)
{
    (void)state;
    struct recording *r = fake_machine(300, 6);
    fake_set(r, "cpu.util", 100, 200, 95);
    fake_set(r, "disk.write.rate", 100, 130, 1e8);
    fake_set(r, "disk.write.rate", 130, 160, 4e8);
    fake_set(r, "disk.write.rate", 160, 200, 16e8);
    struct report *a = analyze(r);
    const struct states *s = &a->states;
    assert_int_equal(s->k, 2);
    assert_string_equal(s->items[0].name, "idle");
    assert_string_equal(s->items[1].name, "CPU busy, disk writes");
    assert_near(s->items[1].share, 100.0 / 300, 1e-9);
    assert_near(s->items[1].dwell_s, 100, 1e-6);
    assert_near(s->transitions[0 * 2 + 1], 1, 0);
    assert_near(s->transitions[1 * 2 + 0], 1, 0);
    assert_true(s->silhouette > 0.5);
    for (int j = 0; j < s->n_features; j++)
        if (!strcmp(schema_id(r->schema, s->feature[j]), "disk.write.rate"))
            assert_near(s->items[1].centroid[j], 0.3 * 1e8 + 0.3 * 4e8 + 0.4 * 16e8, 1e6);
    report_free(a);
    recording_free(r);
}

/* Bursts of all sizes have a long tail of high values, which is no state of its own. */
static void test_rates_over_decades_are_one_state(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct recording *r = fake_machine(300, 7 + seed);
        double *write = fake_col(r, "disk.write.rate", NULL);
        struct rng g;
        rng_seed(&g, 9 + seed);
        for (int i = 0; i < 300; i++)
            write[i] = 5e6 * exp(3 * rng_normal(&g));
        struct report *a = analyze(r);
        assert_int_equal(a->states.k, 1);
        assert_nan(a->states.silhouette);
        report_free(a);
        recording_free(r);
    }
}

/* Two columns of a file: alike in the one that gives the name, apart in the other. */
static void test_foreign_columns_of_one_name_stay_apart(void **state)
{
    (void)state;
    struct recording *r = fake_new(60);
    fake_metric(r, "flow", NULL, UNIT_NONE);
    fake_metric(r, "level", NULL, UNIT_NONE);
    fake_rows(r, 400);
    fake_set(r, "flow", 0, 200, 10);
    fake_set(r, "flow", 200, 400, 90);
    fake_set(r, "level", 0, 300, 10);
    fake_set(r, "level", 300, 400, 90);
    struct rng g;
    rng_seed(&g, 4);
    fake_noise(r, "flow", 0, 400, 3, &g);
    fake_noise(r, "level", 0, 400, 3, &g);
    struct report *a = analyze(r);
    assert_int_equal(a->states.k, 3);
    for (int k = 1; k < 3; k++)
        for (int i = 0; i < k; i++)
            assert_string_not_equal(a->states.items[k].name, a->states.items[i].name);
    report_free(a);
    recording_free(r);
}

static void test_foreign_columns(void **state)
{
    (void)state;
    for (int two = 0; two < 2; two++) {
        struct recording *r = fake_new(60);
        fake_metric(r, "flow", NULL, UNIT_NONE);
        fake_rows(r, 400);
        struct rng g;
        rng_seed(&g, 4);
        fake_set(r, "flow", 0, 400, 10);
        if (two)
            fake_set(r, "flow", 150, 250, 90);
        fake_noise(r, "flow", 0, 400, 3, &g);
        struct report *a = analyze(r);
        assert_int_equal(a->states.k, two ? 2 : 1);
        assert_string_equal(a->states.items[0].name, two ? "flow low" : "steady");
        if (two)
            assert_string_equal(a->states.items[1].name, "flow high");
        report_free(a);
        recording_free(r);
    }
}

static void test_reasons(void **state)
{
    (void)state;
    for (size_t n = 0; n < 10; n++) {
        struct recording *r = fake_machine(n, 1);
        struct report *a = analyze(r);
        char want[80];
        snprintf(want, sizeof want, "needs at least 10 samples with all its metrics, has %zu", n);
        assert_string_equal(a->states.reason, want);
        assert_int_equal(a->states.k, 0);
        report_free(a);
        recording_free(r);
    }
    struct recording *r = fake_new(1);
    fake_rows(r, 50);
    struct report *a = analyze(r);
    assert_string_equal(a->states.reason, "no metric in it that states could be told by");
    report_free(a);
    recording_free(r);
}

static void test_rows_that_are_not_known(void **state)
{
    (void)state;
    struct recording *r = fake_machine(100, 5);
    fake_set(r, "cpu.util", 0, 10, NAN);
    fake_set(r, "net.recv.rate", 0, 100, NAN);
    struct report *a = analyze(r);
    assert_int_equal(a->states.k, 1);
    assert_near(a->states.items[0].dwell_s, 90, 1e-6);
    report_free(a);
    recording_free(r);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_quiet_is_one_state),
    cmocka_unit_test(test_states_by_name_share_and_stay),
    cmocka_unit_test(test_filled_memory),
    cmocka_unit_test(test_activities),
    cmocka_unit_test(test_states_of_one_name_are_one),
    cmocka_unit_test(test_rates_over_decades_are_one_state),
    cmocka_unit_test(test_foreign_columns_of_one_name_stay_apart),
    cmocka_unit_test(test_foreign_columns),
    cmocka_unit_test(test_reasons),
    cmocka_unit_test(test_rows_that_are_not_known),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

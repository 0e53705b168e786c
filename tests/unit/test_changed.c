/* test_changed.c - what a window has that the time before it had not, and nothing where there is nothing. */
#include "analyze/anomaly/changed.h"
#include "fake.h"
#include "test.h"

#include <string.h>

#define ROWS 900
#define FROM 600

static void find(const struct recording *r, size_t from, size_t to, struct changed *out)
{
    changed_find(r, 0, r->wall_ms[from], r->wall_ms[to - 1], out);
}

static const struct changed_metric *metric(const struct recording *r, const struct changed *c, const char *id)
{
    for (size_t i = 0; i < c->n_metrics; i++)
        if (strcmp(schema_id(r->schema, c->metrics[i].slot), id) == 0)
            return &c->metrics[i];
    return NULL;
}

static void test_quiet_is_nothing(void **state)
{
    (void)state;
    size_t told = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct recording *r = fake_machine(ROWS, seed);
        struct changed c;
        find(r, FROM, ROWS, &c);
        assert_string_equal(c.reason, "");
        assert_int_equal(c.from, FROM);
        assert_int_equal(c.to, ROWS);
        assert_true(c.compared > 3);
        told += c.n_metrics;
        changed_done(&c);
        recording_free(r);
    }
    assert_int_equal(told, 0);
}

/* Columns whose changes nobody knows the weight of: chance alone decides, which names one in a fiftieth of the
 * recordings, as far as the approximations hold in so few rows: in a tenth of them at most. */
static void test_chance(void **state)
{
    (void)state;
    static const double lag[] = { 0, 0.8 };
    for (int k = 0; k < 2; k++) {
        int told = 0;
        for (uint64_t seed = 1; seed <= 60; seed++) {
            struct recording *r = fake_new(1);
            char name[8];
            for (int j = 0; j < 20; j++) {
                snprintf(name, sizeof name, "x%d", j);
                fake_metric(r, name, NULL, UNIT_NONE);
            }
            fake_rows(r, 60);
            struct rng g;
            rng_seed(&g, seed);
            for (int j = 0; j < 20; j++) {
                double x = 0;
                snprintf(name, sizeof name, "x%d", j);
                for (int i = 0; i < 60; i++)
                    fake_col(r, name, NULL)[i] = x = lag[k] * x + rng_normal(&g);
            }
            struct changed c;
            find(r, 40, 60, &c);
            told += c.n_metrics > 0;
            changed_done(&c);
            recording_free(r);
        }
        assert_in_range(told, 0, 6);
    }
}

static void test_a_level_a_burst_and_a_ramp(void **state)
{
    (void)state;
    struct recording *r = fake_machine(ROWS, 3);
    fake_set(r, "cpu.util", FROM, ROWS, 90);
    fake_noise(r, "cpu.util", FROM, ROWS, 2, &(struct rng){ { 1, 2, 3, 4 } });
    double *memory = fake_col(r, "memory.used", NULL), *read = fake_col(r, "disk.read.rate", NULL);
    for (size_t i = FROM; i < ROWS; i++)
        memory[i] += 1e7 * (double)(i - FROM);
    for (size_t i = FROM; i < ROWS; i += 5)
        read[i] = 3e8;
    struct changed c;
    find(r, FROM, ROWS, &c);
    const struct changed_metric *cpu = metric(r, &c, "cpu.util"), *used = metric(r, &c, "memory.used"), *disk = NULL;
    for (size_t i = 0; i < c.n_metrics; i++)
        if (!strcmp(schema_at(r->schema, c.metrics[i].slot)->name, "disk.read.rate"))
            disk = &c.metrics[i];
    assert_non_null(cpu);
    assert_int_equal(cpu->area, AREA_CPU);
    assert_true(cpu->after > 85 && cpu->before < 20 && cpu->effect > 5 && cpu->p_value < 1e-6);
    assert_non_null(used);
    assert_true(used->effect > 1 && used->after > used->before + 1e9);
    assert_non_null(disk);
    assert_near(disk->quantile, 0.9, 1e-9);
    assert_near(disk->after, 3e8, 1e6);
    for (size_t i = 1; i < c.n_metrics; i++) /* areas stand together */
        for (size_t k = i + 1; c.metrics[i].area != c.metrics[i - 1].area && k < c.n_metrics; k++)
            assert_int_not_equal(c.metrics[k].area, c.metrics[i - 1].area);
    changed_done(&c);

    find(r, 500, FROM, &c); /* what comes after the window is nobody's */
    assert_int_equal(c.n_metrics, 0);
    changed_done(&c);
    recording_free(r);
}

static void test_processes(void **state)
{
    (void)state;
    struct recording *r = fake_machine(60, 4);
    for (size_t i = 0; i < 60; i++) {
        bool after = i >= 40;
        struct proc_use u[] = {
            { .pid = 10, .name = "steady", .cpu_percent = 50, .rss_bytes = 1e9 },
            { .pid = 11, .name = "eater", .cpu_percent = 1, .rss_bytes = after ? 3e9 : 1e8 },
            { .pid = 12, .name = "leaver", .cpu_percent = 40, .ended = i == 39 },
            { .pid = 12, .name = "newcomer", .cpu_percent = 150, .is_new = i == 40 },
            { .pid = 13, .name = "sleeper", .cpu_percent = after ? 0 : 60 },
        };
        if (after)
            u[2] = u[3]; /* one went, another came */
        else
            u[3] = u[4];
        fake_procs(r, i, u, after ? 3 : 4);
    }
    struct changed c;
    find(r, 40, 60, &c);
    static const struct { const char *name; enum process_change change; enum unit unit; } want[] = {
        { "eater", PROCESS_MORE, UNIT_BYTE }, { "newcomer", PROCESS_CAME, UNIT_PERCENT },
        { "sleeper", PROCESS_LESS, UNIT_PERCENT }, { "leaver", PROCESS_WENT, UNIT_PERCENT },
    };
    assert_int_equal(c.n_processes, 4);
    for (int k = 0; k < 4; k++) {
        assert_string_equal(c.processes[k].name, want[k].name);
        assert_int_equal(c.processes[k].change, want[k].change);
        assert_int_equal(c.processes[k].unit, want[k].unit);
    }
    assert_near(c.processes[1].after, 150, 1e-9);
    changed_done(&c);
    recording_free(r);
}

static void test_reasons(void **state)
{
    (void)state;
    struct recording *r = fake_machine(30, 5);
    struct changed c;
    find(r, 25, 30, &c);
    assert_string_equal(c.reason, "the window needs at least 8 samples, has 5");
    find(r, 5, 30, &c);
    assert_string_equal(c.reason, "the time before the window needs at least 8 samples, has 5");
    changed_find(r, 0, r->wall_ms[29] + 5000, r->wall_ms[0], &c);
    assert_string_equal(c.reason, "the window needs at least 8 samples, has 0");
    changed_done(&c);
    recording_free(r);
}

/* What was long before is not compared with: the machine was the same then, and in the window. */
static void test_only_the_time_before(void **state)
{
    (void)state;
    struct recording *r = fake_machine(ROWS, 3);
    struct changed all, near;
    fake_set(r, "cpu.util", FROM - 60, FROM, 90);
    changed_find(r, 0, r->wall_ms[FROM], r->wall_ms[FROM + 59], &all);
    changed_find(r, r->wall_ms[FROM - 60], r->wall_ms[FROM], r->wall_ms[FROM + 59], &near);
    assert_null(metric(r, &all, "cpu.util"));
    assert_int_equal(near.begin, FROM - 60);
    assert_non_null(metric(r, &near, "cpu.util"));
    assert_true(metric(r, &near, "cpu.util")->before > 80 && metric(r, &near, "cpu.util")->effect < 0);
    changed_done(&all);
    changed_done(&near);
    recording_free(r);
}

static void test_begin(void **state)
{
    (void)state;
    assert_int_equal(changed_begin(10000000, 10060000), 10000000 - 600000);
    assert_int_equal(changed_begin(10000000, 13600000), 10000000 - 3600000);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_quiet_is_nothing),
    cmocka_unit_test(test_chance),
    cmocka_unit_test(test_a_level_a_burst_and_a_ramp),
    cmocka_unit_test(test_processes),
    cmocka_unit_test(test_reasons),
    cmocka_unit_test(test_begin),
    cmocka_unit_test(test_only_the_time_before),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

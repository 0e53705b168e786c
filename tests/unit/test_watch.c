/* test_watch.c - the last minute of some metrics: statistics, instances, gaps, fast and slow ticks. */
#include "analyze/workload/watch.h"
#include "test.h"

#include "base/mem.h"

#define SECOND INT64_C(1000000000)

static int gauge(struct schema *s, const char *name, const char *inst)
{
    return schema_add(s, &(struct metric){ .name = name, .inst = inst, .kind = KIND_GAUGE });
}

static void test_statistics(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    struct watch *w = watch_new();
    int slot = gauge(s, "a", NULL), in = watch_add(w, "a"), absent = watch_add(w, "b");
    assert_int_equal(watch_add(w, "a"), in);
    watch_start(w, 1);
    double v[1];
    for (int i = 0; i < 200; i++) {
        v[slot] = i < 150 ? 1e6 : i - 149;
        watch_tick(w, s, i * SECOND, v, 1);
        assert_int_equal(watch_is_ready(w), i >= 19);
    }
    assert_nan(watch_statistic(w, absent, STATISTIC_MEAN));
    for (int i = 0; i < 60; i++) {
        v[slot] = i % 2 ? 3 : 1;
        watch_tick(w, s, (200 + i) * SECOND, v, 1);
    }
    assert_near(watch_statistic(w, in, STATISTIC_MEAN), 2, 1e-12);
    assert_near(watch_statistic(w, in, STATISTIC_SPREAD), sqrt(60.0 / 59), 1e-12);
    for (int i = 0; i < 60; i++) {
        v[slot] = i;
        watch_tick(w, s, (260 + i) * SECOND, v, 1);
    }
    assert_near(watch_statistic(w, in, STATISTIC_PEAK), 0.95 * 59, 1e-12);
    for (int i = 0; i < 40; i++) { /* more than half is not known */
        v[slot] = i % 2 ? NAN : 1e300;
        watch_tick(w, s, (320 + i) * SECOND, v, 1);
    }
    assert_nan(watch_statistic(w, in, STATISTIC_MEAN));
    watch_free(w);
    schema_free(s);
}

static void test_instances(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    struct watch *w = watch_new();
    gauge(s, "gpu.util", "0");
    gauge(s, "disk.util", "sda");
    gauge(s, "disk.util", "total");
    gauge(s, "cpu.core.util", "0");
    gauge(s, "cpu.core.util", "1");
    schema_add(s, &(struct metric){ .name = "net.recv", .kind = KIND_COUNTER });
    int gpu = watch_add(w, "gpu.util"), disk = watch_add(w, "disk.util");
    int sda = watch_add(w, "disk.util{sda}"), cores = watch_add(w, "cpu.core.util");
    int counter = watch_add(w, "net.recv");
    double v[8] = { 30, 5, 7, 90, 10, 1e9, 3, NAN };
    watch_start(w, 1);
    for (int i = 0; i < 30; i++) {
        if (i == 10) /* another one arrives */
            v[gauge(s, "gpu.util", "1")] = 80;
        watch_tick(w, s, i * SECOND, v, schema_size(s));
    }
    assert_near(watch_statistic(w, gpu, STATISTIC_PEAK), 80, 1e-9);
    assert_near(watch_statistic(w, gpu, STATISTIC_MEAN), (10 * 30 + 20 * 80) / 30.0, 1e-9);
    assert_near(watch_statistic(w, disk, STATISTIC_MEAN), 7, 0);
    assert_near(watch_statistic(w, sda, STATISTIC_MEAN), 5, 0);
    assert_near(watch_statistic(w, cores, STATISTIC_MEAN), 90, 0);
    assert_nan(watch_statistic(w, counter, STATISTIC_MEAN)); /* a growing total says nothing */
    assert_int_equal(watch_cores(w), 2);
    watch_free(w);
    schema_free(s);
}

static void test_gap_and_pace(void **state)
{
    (void)state;
    struct schema *s = schema_new();
    struct watch *w = watch_new();
    gauge(s, "a", NULL);
    int in = watch_add(w, "a");
    double v[1] = { 1 };
    watch_start(w, 1);
    for (int i = 0; i < 40; i++)
        watch_tick(w, s, i * SECOND, v, 1);
    assert_true(watch_is_ready(w));
    v[0] = 9;
    watch_tick(w, s, 100 * SECOND, v, 1);
    assert_false(watch_is_ready(w));
    assert_near(watch_statistic(w, in, STATISTIC_MEAN), 9, 0);
    watch_tick(w, s, 50 * SECOND, v, 1); /* backwards */
    assert_false(watch_is_ready(w));

    watch_start(w, 0.001); /* faster than is kept */
    for (int i = 0; i < 200000; i++) {
        v[0] = i < 140000 ? 5 : 6;
        watch_tick(w, s, i * (SECOND / 1000), v, 1);
    }
    assert_true(watch_is_ready(w));
    assert_near(watch_statistic(w, in, STATISTIC_MEAN), 6, 0.02);

    watch_start(w, 60); /* slower than a minute: ten rows */
    assert_near(watch_needs_s(w), 600, 0);
    for (int i = 0; i < 30; i++) {
        v[0] = i;
        watch_tick(w, s, i * 60 * SECOND, v, 1);
        assert_int_equal(watch_is_ready(w), i >= 9);
    }
    assert_near(watch_statistic(w, in, STATISTIC_MEAN), 24.5, 1e-9);
    watch_free(w);
    schema_free(s);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_statistics),
    cmocka_unit_test(test_instances),
    cmocka_unit_test(test_gap_and_pace),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

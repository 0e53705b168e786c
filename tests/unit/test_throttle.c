/* Processors that are slowed down for their heat: each core and package once, processors that go. */
#include "test.h"

#include "machine.h"

#include <errno.h>

static void put(struct machine *m, int cpu, const char *file, long v)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/%s", cpu, file);
    machine_printf(m, path, "%ld\n", v);
}

/* Two packages with two cores each, of two threads each. */
static void server(struct machine *m)
{
    machine_init(m);
    machine_write(m, "/sys/devices/system/cpu/online", "0-7\n");
    for (int cpu = 0; cpu < 8; cpu++) {
        put(m, cpu, "topology/physical_package_id", cpu / 4);
        put(m, cpu, "topology/core_id", cpu % 2);
        put(m, cpu, "thermal_throttle/core_throttle_count", 10);
        put(m, cpu, "thermal_throttle/core_throttle_total_time_ms", 1000);
        put(m, cpu, "thermal_throttle/package_throttle_count", 20);
        put(m, cpu, "thermal_throttle/package_throttle_total_time_ms", 3000);
    }
}

static void each_once(void **state)
{
    (void)state;
    struct machine m;
    server(&m);
    assert_int_equal(machine_open(&m, &adapter_throttle), 0);
    machine_tick(&m, 10);
    put(&m, 0, "thermal_throttle/core_throttle_count", 14);
    put(&m, 2, "thermal_throttle/core_throttle_count", 14); /* the other thread of the same core */
    put(&m, 0, "thermal_throttle/core_throttle_total_time_ms", 5000);
    put(&m, 2, "thermal_throttle/core_throttle_total_time_ms", 5000);
    for (int cpu = 4; cpu < 8; cpu++) {
        put(&m, cpu, "thermal_throttle/package_throttle_count", 25);
        put(&m, cpu, "thermal_throttle/package_throttle_total_time_ms", 4000);
    }
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "cpu.throttle.core.events.rate", NULL), 0.4, 1e-9);
    assert_near(machine_get(&m, "cpu.throttle.core", NULL), 10, 1e-9); /* 4 s of 4 cores x 10 s */
    assert_near(machine_get(&m, "cpu.throttle.package.events", "1"), 25, 0);
    assert_near(machine_get(&m, "cpu.throttle.package", "1"), 10, 1e-9);
    assert_near(machine_get(&m, "cpu.throttle.package", "0"), 0, 0);
    machine_done(&m);
}

static void a_package_goes_offline(void **state)
{
    (void)state;
    struct machine m;
    server(&m);
    assert_int_equal(machine_open(&m, &adapter_throttle), 0);
    machine_tick(&m, 10);
    for (int cpu = 4; cpu < 8; cpu++) {
        char path[96];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d", cpu);
        machine_remove(&m, path);
    }
    machine_write(&m, "/sys/devices/system/cpu/online", "0-3\n");
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    assert_nan(machine_get(&m, "cpu.throttle.package.events", "1"));
    assert_near(machine_get(&m, "cpu.throttle.package.events", "0"), 20, 0);
    assert_near(machine_get(&m, "cpu.throttle.core.events.rate", NULL), 0, 0);
    machine_done(&m);
}

static void without_times(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_throttle), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    put(&m, 0, "topology/physical_package_id", 0);
    put(&m, 0, "topology/core_id", 0);
    assert_int_equal(machine_open(&m, &adapter_throttle), -ENODEV);
    put(&m, 0, "thermal_throttle/core_throttle_count", 3); /* older kernels have counts only */
    assert_int_equal(machine_open(&m, &adapter_throttle), 0);
    machine_tick(&m, 10);
    machine_write(&m, "/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "x\n");
    machine_tick(&m, 10);
    put(&m, 0, "thermal_throttle/core_throttle_count", 5);
    machine_tick(&m, 10);
    put(&m, 0, "thermal_throttle/core_throttle_count", 6);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "cpu.throttle.core.events.rate", NULL), 0.1, 1e-9);
    assert_false(machine_has(&m, "cpu.throttle.core", NULL));
    assert_false(machine_has(&m, "cpu.throttle.package.events", "0"));
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_once), cmocka_unit_test(a_package_goes_offline), cmocka_unit_test(without_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

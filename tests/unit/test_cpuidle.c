/* Sleep of processors: shares by state and core, processors that go offline. */
#include "test.h"

#include "machine.h"

#include <errno.h>

static void put(struct machine *m, int cpu, int state, const char *name, long us)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpuidle/state%d/name", cpu, state);
    machine_printf(m, path, "%s\n", name);
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpuidle/state%d/time", cpu, state);
    machine_printf(m, path, "%ld\n", us);
}

static void two_cores(struct machine *m, int n)
{
    machine_init(m);
    machine_write(m, "/sys/devices/system/cpu/online", n == 2 ? "0-1\n" : "0\n");
    for (int cpu = 0; cpu < n; cpu++) {
        put(m, cpu, 0, "POLL", 77);
        put(m, cpu, 1, "C1", 1000000);
        put(m, cpu, 2, "C6", 5000000);
    }
}

static void shares(void **state)
{
    (void)state;
    struct machine m;
    two_cores(&m, 2);
    assert_int_equal(machine_open(&m, &adapter_cpuidle), 0);
    machine_tick(&m, 10);
    put(&m, 0, 1, "C1", 3000000);
    put(&m, 0, 2, "C6", 10000000);
    put(&m, 1, 2, "C6", 14000000);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "cpu.idle_residency", "C1"), 10, 1e-9); /* 2 s and none of 10 s each */
    assert_near(machine_get(&m, "cpu.idle_residency", "C6"), 70, 1e-9); /* 5 s and 9 s */
    assert_near(machine_get(&m, "cpu.core.idle_residency", "0"), 50, 1e-9);
    assert_near(machine_get(&m, "cpu.core.idle_residency", "1"), 90, 1e-9);
    assert_false(machine_has(&m, "cpu.idle_residency", "POLL"));
    machine_done(&m);
}

static void processors_go_offline_and_come_back(void **state)
{
    (void)state;
    struct machine m;
    two_cores(&m, 2);
    assert_int_equal(machine_open(&m, &adapter_cpuidle), 0);
    machine_tick(&m, 10);
    int slots = schema_size(m.s);
    /* Its files stay, as with some drivers. */
    machine_write(&m, "/sys/devices/system/cpu/cpu1/online", "0\n");
    machine_write(&m, "/sys/devices/system/cpu/online", "0\n");
    machine_tick(&m, 10);
    put(&m, 0, 2, "C6", 9000000);
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    assert_nan(machine_get(&m, "cpu.core.idle_residency", "1"));
    put(&m, 0, 2, "C6", 13000000);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "cpu.idle_residency", "C6"), 40, 1e-9);
    machine_remove(&m, "/sys/devices/system/cpu/cpu1");
    put(&m, 1, 0, "POLL", 1);
    put(&m, 1, 1, "C1", 1);
    put(&m, 1, 2, "C6", 1);
    machine_write(&m, "/sys/devices/system/cpu/online", "0-1\n");
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "cpu.core.idle_residency", "1"), 0, 0);
    assert_int_equal(schema_size(m.s), slots);
    machine_done(&m);
}

static void absent_and_broken(void **state)
{
    (void)state;
    static const char *const broken[] = { "", "\n", "x\n", "-5\n", "99999999999999999999999\n" };
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_cpuidle), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    put(&m, 0, 0, "POLL", 5);
    assert_int_equal(machine_open(&m, &adapter_cpuidle), -ENODEV);
    machine_done(&m);
    two_cores(&m, 1);
    assert_int_equal(machine_open(&m, &adapter_cpuidle), 0);
    machine_tick(&m, 10);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(&m, "/sys/devices/system/cpu/cpu0/cpuidle/state2/time", broken[i]);
        machine_tick(&m, 10);
        double share = machine_get(&m, "cpu.idle_residency", "C6");
        assert_true(share == 0 || isnan(share));
    }
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares), cmocka_unit_test(processors_go_offline_and_come_back),
        cmocka_unit_test(absent_and_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Clock frequency: from cpufreq, and from /proc/cpuinfo where there is none. */
#include "test.h"

#include "machine.h"

#include <errno.h>

#define CPUS "/sys/devices/system/cpu"

static int setup(void **state)
{
    static struct machine m;
    machine_init(&m);
    *state = &m;
    return 0;
}

static int teardown(void **state)
{
    machine_done(*state);
    return 0;
}

static void put(struct machine *m, int core, const char *file, const char *text)
{
    char path[96];
    snprintf(path, sizeof path, CPUS "/cpu%d/cpufreq/%s", core, file);
    machine_write(m, path, text);
}

static void two_cores(struct machine *m)
{
    machine_write(m, CPUS "/online", "0-1\n");
    machine_write(m, CPUS "/cpuidle/current_driver", "none\n"); /* a directory that is no core */
    for (int i = 0; i < 2; i++) {
        put(m, i, "scaling_cur_freq", i ? "3000000\n" : "1000000\n");
        put(m, i, "cpuinfo_min_freq", i ? "800000\n" : "400000\n");
        put(m, i, "cpuinfo_max_freq", i ? "4700000\n" : "3500000\n");
    }
}

static void cores_and_limits(void **state)
{
    struct machine *m = *state;
    two_cores(m);
    assert_int_equal(machine_open(m, &adapter_freq), 0);
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.core.freq", "0"), 1e9, 0);
    assert_near(machine_get(m, "cpu.core.freq", "1"), 3e9, 0);
    assert_near(machine_get(m, "cpu.freq", NULL), 2e9, 0);
    assert_near(machine_get(m, "cpu.freq.min", NULL), 4e8, 0);
    assert_near(machine_get(m, "cpu.freq.max", NULL), 4.7e9, 0);

    static const char *const unknown[] = { "0\n", "<unknown>\n", "", "-5\n", "99999999999999999999\n" };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        put(m, 0, "scaling_cur_freq", unknown[i]);
        machine_tick(m, 1);
        assert_nan(machine_get(m, "cpu.core.freq", "0"));
        assert_near(machine_get(m, "cpu.freq", NULL), 3e9, 0); /* mean of those that are known */
    }
}

static void cores_come_and_go(void **state)
{
    struct machine *m = *state;
    two_cores(m);
    assert_int_equal(machine_open(m, &adapter_freq), 0);
    machine_tick(m, 1);

    machine_remove(m, CPUS "/cpu1/cpufreq");
    put(m, 9, "scaling_cur_freq", "2000000\n");
    machine_write(m, CPUS "/online", "0,9\n");
    machine_tick(m, 1); /* the list has changed: looked at after this reading */
    machine_tick(m, 1);
    assert_nan(machine_get(m, "cpu.core.freq", "1"));
    assert_near(machine_get(m, "cpu.core.freq", "9"), 2e9, 0);
    assert_near(machine_get(m, "cpu.freq", NULL), 1.5e9, 0);

    put(m, 1, "scaling_cur_freq", "1200000\n");
    machine_write(m, CPUS "/online", "0-1,9\n");
    machine_tick(m, 1);
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.core.freq", "1"), 1.2e9, 0);
}

static void absent_without_cpufreq(void **state)
{
    struct machine *m = *state;
    assert_int_equal(machine_open(m, &adapter_freq), -ENODEV);
    assert_non_null(strstr(m->reason, "cpufreq"));
    put(m, 0, "scaling_cur_freq", "0\n"); /* a virtual machine's zero */
    assert_int_equal(machine_open(m, &adapter_freq), -ENODEV);
    assert_false(machine_has(m, "cpu.freq", NULL));
}

static void cpuinfo_stands_in(void **state)
{
    struct machine *m = *state;
    machine_write(m, "/proc/cpuinfo",
                  "processor\t: 0\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 2596.130\n\n"
                  "processor\t: 3\ncpu MHz\t\t: 1500.000\n\n");
    assert_int_equal(machine_open(m, &adapter_cpuinfo), 0);
    machine_tick(m, 10);
    assert_near(machine_get(m, "cpu.core.freq", "0"), 2596.13e6, 1);
    assert_near(machine_get(m, "cpu.core.freq", "3"), 1500e6, 1);
    assert_near(machine_get(m, "cpu.freq", NULL), 2048.065e6, 1);

    machine_write(m, "/proc/cpuinfo",
                  "processor\t: 0\ncpu MHz\t\t: 0.000\n\nprocessor\t: 7\ncpu MHz\t\t: 900.000\n");
    machine_tick(m, 10);
    assert_nan(machine_get(m, "cpu.core.freq", "0"));
    assert_nan(machine_get(m, "cpu.core.freq", "3"));
    machine_tick(m, 10);
    assert_near(machine_get(m, "cpu.core.freq", "7"), 900e6, 1);

    machine_write(m, "/proc/cpuinfo",
                  "cpu MHz : 5\nprocessor : 99999999\ncpu MHz : 5\nprocessor : 0\ncpu MHz : nan\n");
    machine_tick(m, 10);
    assert_nan(machine_get(m, "cpu.freq", NULL));
}

static void cpuinfo_is_not_needed_twice(void **state)
{
    struct machine *m = *state;
    machine_write(m, "/proc/cpuinfo", "processor : 0\nBogoMIPS : 48.00\n");
    assert_int_equal(machine_open(m, &adapter_cpuinfo), -ENODEV);
    assert_non_null(strstr(m->reason, "frequency"));
    machine_write(m, "/proc/cpuinfo", "processor : 0\ncpu MHz : 1000.0\n");
    schema_add(m->s, &(struct metric){ .name = "cpu.freq", .unit = UNIT_HERTZ, .kind = KIND_GAUGE });
    assert_int_equal(machine_open(m, &adapter_cpuinfo), -ENODEV);
    assert_non_null(strstr(m->reason, "not needed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cores_and_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(cores_come_and_go, setup, teardown),
        cmocka_unit_test_setup_teardown(absent_without_cpufreq, setup, teardown),
        cmocka_unit_test_setup_teardown(cpuinfo_stands_in, setup, teardown),
        cmocka_unit_test_setup_teardown(cpuinfo_is_not_needed_twice, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

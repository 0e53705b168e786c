/* test_tuning.c - settings that are words and numbers, and programs that turn them. */
#include "test.h"

#include "machine.h"

#include <errno.h>

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
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/%s", core, file);
    machine_write(m, path, text);
}

static void test_words_and_numbers(void **state)
{
    struct machine *m = *state;
    for (int i = 0; i < 4; i++) {
        put(m, i, "scaling_governor", i ? "powersave\n" : "performance\n");
        put(m, i, "energy_performance_preference", "balance_power\n");
        put(m, i, "scaling_max_freq", i ? "2000000\n" : "3000000\n");
    }
    machine_write(m, "/sys/firmware/acpi/platform_profile", "quiet\n");
    machine_write(m, "/sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw", "15000000\n");
    machine_write(m, "/proc/sys/vm/swappiness", "60\n");
    assert_int_equal(machine_open(m, &adapter_tuning), 0);
    machine_tick(m, 10);
    assert_near(machine_get(m, "tuning.governor", "powersave"), 75, 0);
    assert_near(machine_get(m, "tuning.governor", "performance"), 25, 0);
    assert_near(machine_get(m, "tuning.epp", "balance_power"), 100, 0);
    assert_near(machine_get(m, "tuning.freq.limit", NULL), 3e9, 0);
    assert_near(machine_get(m, "tuning.profile", "quiet"), 100, 0);
    assert_near(machine_get(m, "tuning.power.limit", NULL), 15, 0);
    assert_near(machine_get(m, "tuning.swappiness", NULL), 60, 0);
    assert_false(machine_has(m, "tuning.running", "tuned"));

    machine_write(m, "/sys/firmware/acpi/platform_profile", "balanced\n"); /* a word that is new */
    put(m, 0, "scaling_governor", "powersave\n");
    machine_tick(m, 10);
    machine_tick(m, 10);
    assert_near(machine_get(m, "tuning.governor", "powersave"), 100, 0);
    assert_near(machine_get(m, "tuning.governor", "performance"), 0, 0);
    assert_near(machine_get(m, "tuning.profile", "balanced"), 100, 0);
    assert_near(machine_get(m, "tuning.profile", "quiet"), 0, 0);

    machine_remove(m, "/sys/firmware/acpi/platform_profile"); /* nobody says */
    machine_tick(m, 10);
    assert_nan(machine_get(m, "tuning.profile", "balanced"));
}

static void test_programs(void **state)
{
    struct machine *m = *state;
    machine_write(m, "/proc/sys/vm/swappiness", "1\n");
    machine_write(m, "/sys/fs/cgroup/system.slice/tuned.service/cgroup.procs", "812\n");
    assert_int_equal(machine_open(m, &adapter_tuning), 0);
    machine_tick(m, 10);
    assert_near(machine_get(m, "tuning.running", "tuned"), 1, 0);
    machine_write(m, "/sys/fs/cgroup/systemd/system.slice/auto-cpufreq.service/tasks", "813\n");
    machine_write(m, "/run/tlp/last_pwr", "0\n");
    machine_remove(m, "/sys/fs/cgroup/system.slice/tuned.service");
    machine_tick(m, 10);
    machine_tick(m, 10);
    assert_near(machine_get(m, "tuning.running", "tuned"), 0, 0);
    assert_near(machine_get(m, "tuning.running", "auto-cpufreq"), 1, 0);
    assert_near(machine_get(m, "tuning.running", "tlp"), 1, 0);
    assert_false(machine_has(m, "tuning.running", "thermald"));
}

/* What would make ever more metrics ends at a bound. */
static void test_bounds(void **state)
{
    struct machine *m = *state;
    put(m, 0, "scaling_governor", "a\n");
    assert_int_equal(machine_open(m, &adapter_tuning), 0);
    for (int i = 0; i < 100; i++) {
        char word[16];
        snprintf(word, sizeof word, "word%d\n", i);
        put(m, 0, "scaling_governor", word);
        machine_tick(m, 10);
    }
    assert_true(machine_has(m, "tuning.governor", "word20"));
    assert_false(machine_has(m, "tuning.governor", "word90"));
    assert_int_equal(schema_size(m->s), 48);
}

static void test_nothing_there(void **state)
{
    struct machine *m = *state;
    machine_write(m, "/sys/devices/system/cpu/online", "0\n");
    assert_int_equal(machine_open(m, &adapter_tuning), -ENODEV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_words_and_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_programs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_there, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

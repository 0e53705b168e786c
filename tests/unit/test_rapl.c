/* Energy counters: watts, wraps, resets, and who may read them. */
#include "test.h"

#include "machine.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static void add(struct machine *m, const char *zone, const char *name, const char *energy)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/class/powercap/%s/name", zone);
    machine_printf(m, path, "%s\n", name);
    snprintf(path, sizeof path, "/sys/class/powercap/%s/energy_uj", zone);
    machine_printf(m, path, "%s\n", energy);
    snprintf(path, sizeof path, "/sys/class/powercap/%s/max_energy_range_uj", zone);
    machine_write(m, path, "262143328850\n");
}

static void energy(struct machine *m, const char *zone, const char *uj)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/class/powercap/%s/energy_uj", zone);
    machine_printf(m, path, "%s\n", uj);
}

static void watts_of_domains(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    add(&m, "intel-rapl:0", "package-0", "1000000");
    add(&m, "intel-rapl:0:0", "core", "500000");
    add(&m, "intel-rapl:0:1", "dram", "100000");
    add(&m, "intel-rapl:1", "package-1", "2000000");
    add(&m, "intel-rapl:1:0", "core", "600000");
    add(&m, "intel-rapl:2", "psys", "7");
    add(&m, "intel-rapl-mmio:0", "package-0", "1000000");
    machine_write(&m, "/sys/class/powercap/intel-rapl/enabled", "1\n");
    assert_int_equal(machine_open(&m, &adapter_rapl), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "energy.package", "0"), 1, 1e-12);
    assert_nan(machine_get(&m, "power.package", "0"));
    energy(&m, "intel-rapl:0", "31000000");
    energy(&m, "intel-rapl:0:0", "20500000");
    energy(&m, "intel-rapl:0:1", "4100000");
    energy(&m, "intel-rapl:1", "12000000");
    energy(&m, "intel-rapl:1:0", "600000");
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "power.package", "0"), 15, 1e-9);
    assert_near(machine_get(&m, "power.core", "0"), 10, 1e-9);
    assert_near(machine_get(&m, "power.dram", "0"), 2, 1e-9);
    assert_near(machine_get(&m, "power.package", "1"), 5, 1e-9);
    assert_near(machine_get(&m, "power.core", "1"), 0, 0);
    assert_near(machine_get(&m, "power.psys", NULL), 0, 0);
    assert_near(machine_get(&m, "cpu.power", NULL), 20, 1e-9);
    machine_done(&m);
}

static void wraps_are_exact_and_resets_are_not_known(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    add(&m, "intel-rapl:0", "package-0", "262140328850"); /* 3 J before the end */
    assert_int_equal(machine_open(&m, &adapter_rapl), 0);
    machine_tick(&m, 1);
    energy(&m, "intel-rapl:0", "17000000");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "power.package", "0"), 20, 1e-6);
    assert_near(machine_get(&m, "cpu.power", NULL), 20, 1e-6);

    energy(&m, "intel-rapl:0", "1000000"); /* as a wrap this would be 262 kW */
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "power.package", "0"));
    assert_nan(machine_get(&m, "cpu.power", NULL));
    energy(&m, "intel-rapl:0", "6000000");
    machine_tick(&m, 1);
    energy(&m, "intel-rapl:0", "11000000");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "power.package", "0"), 5, 1e-9);
    assert_near(machine_get(&m, "cpu.power", NULL), 5, 1e-9);

    energy(&m, "intel-rapl:0", "12000000"); /* so long after that it may have wrapped once or more */
    machine_tick(&m, 3600);
    assert_nan(machine_get(&m, "power.package", "0"));
    machine_done(&m);
}

static void broken_counters(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    add(&m, "intel-rapl:0", "package-0", "1000000");
    machine_write(&m, "/sys/class/powercap/intel-rapl:0/max_energy_range_uj", "all\n");
    assert_int_equal(machine_open(&m, &adapter_rapl), 0);
    static const char *const broken[] = { "", "x", "-", "1e6", "99999999999999999999999" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        energy(&m, "intel-rapl:0", broken[i]);
        machine_tick(&m, 1);
        assert_nan(machine_get(&m, "energy.package", "0"));
    }
    energy(&m, "intel-rapl:0", "1000000");
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "energy.package", "0"), 1, 0);
    energy(&m, "intel-rapl:0", "500000"); /* the range is not known, so this is no wrap */
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "power.package", "0"));
    machine_done(&m);
}

static void absent(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_rapl), -ENODEV);
    assert_non_null(strstr(m.reason, "modprobe"));
    machine_done(&m);
}

static void denied(void **state)
{
    (void)state;
    struct machine m;
    char path[160];
    uid_t me = geteuid();
    machine_init(&m);
    add(&m, "intel-rapl:0", "package-0", "1000000");
    snprintf(path, sizeof path, "%s/sys/class/powercap/intel-rapl:0/energy_uj", m.root);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(m.root, 0755), 0);
    assert_int_equal(seteuid(me == 0 ? 65534 : me), 0); /* root may read everything */
    int rc = machine_open(&m, &adapter_rapl);
    assert_int_equal(seteuid(me), 0);
    assert_int_equal(rc, -EACCES);
    assert_non_null(strstr(m.reason, "sonde service print --tmpfiles"));
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watts_of_domains), cmocka_unit_test(wraps_are_exact_and_resets_are_not_known),
        cmocka_unit_test(broken_counters), cmocka_unit_test(absent), cmocka_unit_test(denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

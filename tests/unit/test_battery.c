/* Batteries that count energy or charge, and what is no battery of this machine. */
#include "test.h"

#include "machine.h"

#include <errno.h>

static void put(struct machine *m, const char *supply, const char *attribute, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "/sys/class/power_supply/%s/%s", supply, attribute);
    machine_printf(m, path, "%s\n", text);
}

static void by_energy(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    static const struct { const char *attribute, *text; } files[] = {
        { "type", "Battery" }, { "status", "Discharging" }, { "capacity", "50" }, { "energy_now", "20000000" },
        { "energy_full", "40000000" }, { "energy_full_design", "50000000" }, { "power_now", "10000000" },
        { "voltage_now", "11400000" }, { "cycle_count", "312" }, { "charge_control_end_threshold", "80" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        put(&m, "BAT0", files[i].attribute, files[i].text);
    put(&m, "AC", "type", "Mains");
    put(&m, "AC", "online", "0");
    assert_int_equal(machine_open(&m, &adapter_battery), 0);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "battery.charge", "BAT0"), 50, 0);
    assert_near(machine_get(&m, "battery.energy", "BAT0"), 72000, 1e-6); /* 20 Wh */
    assert_near(machine_get(&m, "battery.power", "BAT0"), 10, 1e-9);
    assert_near(machine_get(&m, "battery.wear", "BAT0"), 20, 1e-9);
    assert_near(machine_get(&m, "battery.cycles", "BAT0"), 312, 0);
    assert_near(machine_get(&m, "battery.time_left", "BAT0"), 7200, 1e-6);
    assert_near(machine_get(&m, "battery.voltage", "BAT0"), 11.4, 1e-9);
    assert_near(machine_get(&m, "battery.charge.limit", "BAT0"), 80, 0);
    assert_near(machine_get(&m, "ac.online", "AC"), 0, 0);
    assert_false(machine_has(&m, "battery.charge", "AC"));

    put(&m, "BAT0", "status", "Charging");
    put(&m, "BAT0", "power_now", "-30000000"); /* some drivers sign it */
    put(&m, "BAT0", "energy_full", "51000000");
    put(&m, "BAT0", "cycle_count", "0");
    put(&m, "AC", "online", "1");
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "battery.power", "BAT0"), -30, 1e-9);
    assert_nan(machine_get(&m, "battery.time_left", "BAT0"));
    assert_near(machine_get(&m, "battery.wear", "BAT0"), 0, 0);
    assert_nan(machine_get(&m, "battery.cycles", "BAT0"));
    assert_near(machine_get(&m, "ac.online", "AC"), 1, 0);

    put(&m, "BAT0", "status", "Full");
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "battery.power", "BAT0"), 0, 0);
    put(&m, "BAT0", "status", "Unknown");
    machine_tick(&m, 10);
    assert_nan(machine_get(&m, "battery.power", "BAT0"));
    machine_done(&m);
}

static void by_charge(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    static const struct { const char *attribute, *text; } files[] = {
        { "type", "Battery" }, { "status", "Discharging" }, { "charge_now", "2000000" }, { "charge_full", "4000000" },
        { "charge_full_design", "5000000" }, { "current_now", "-1000000" }, { "voltage_now", "12000000" },
        { "voltage_min_design", "11000000" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        put(&m, "BAT1", files[i].attribute, files[i].text);
    assert_int_equal(machine_open(&m, &adapter_battery), 0);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "battery.charge", "BAT1"), 50, 1e-9);
    assert_near(machine_get(&m, "battery.energy", "BAT1"), 2 * 11 * 3600, 1e-6);
    assert_near(machine_get(&m, "battery.power", "BAT1"), 12, 1e-9);
    assert_near(machine_get(&m, "battery.wear", "BAT1"), 20, 1e-9);
    assert_false(machine_has(&m, "battery.charge.limit", "BAT1"));
    machine_done(&m);
}

static void of_others_and_hot_plug(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    put(&m, "hidpp_battery_0", "type", "Battery");
    put(&m, "hidpp_battery_0", "scope", "Device");
    put(&m, "hidpp_battery_0", "capacity", "10");
    assert_int_equal(machine_open(&m, &adapter_battery), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    put(&m, "AC", "type", "Mains");
    put(&m, "AC", "online", "1");
    assert_int_equal(machine_open(&m, &adapter_battery), 0);
    machine_tick(&m, 10);
    put(&m, "BAT9", "type", "Battery");
    put(&m, "BAT9", "capacity", "77");
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "battery.charge", "BAT9"), 77, 0);
    machine_remove(&m, "/sys/class/power_supply/BAT9");
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    assert_nan(machine_get(&m, "battery.charge", "BAT9"));
    assert_near(machine_get(&m, "ac.online", "AC"), 1, 0);
    machine_done(&m);
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const broken[] = { "", "x", "1.5", "-", "123456789012345678901234567890" };
    struct machine m;
    machine_init(&m);
    put(&m, "BAT0", "type", "Battery");
    put(&m, "BAT0", "capacity", "50");
    put(&m, "BAT0", "energy_full", "0");
    put(&m, "BAT0", "energy_full_design", "0");
    put(&m, "BAT0", "status", "Discharging");
    assert_int_equal(machine_open(&m, &adapter_battery), 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        put(&m, "BAT0", "capacity", broken[i]);
        machine_tick(&m, 10);
        assert_nan(machine_get(&m, "battery.charge", "BAT0"));
        assert_nan(machine_get(&m, "battery.wear", "BAT0"));
        assert_nan(machine_get(&m, "battery.power", "BAT0"));
    }
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_energy), cmocka_unit_test(by_charge), cmocka_unit_test(of_others_and_hot_plug),
        cmocka_unit_test(broken_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

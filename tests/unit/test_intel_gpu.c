/* Intel's graphics processors on a made-up machine, after the kernel's documents: none is at hand. */
#include "test.h"

#include "machine.h"

#include <errno.h>

#define IGPU "/sys/bus/pci/devices/0000:00:02.0"
#define ARC "/sys/bus/pci/devices/0000:03:00.0"

static void put(struct machine *m, const char *dir, const char *file, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    machine_printf(m, path, "%s\n", text);
}

static void gpu(struct machine *m, const char *dir, const char *driver)
{
    char path[160], target[64];
    put(m, dir, "class", "0x030000");
    put(m, dir, "vendor", "0x8086");
    put(m, dir, "power/runtime_status", "active");
    snprintf(path, sizeof path, "%s/driver", dir);
    snprintf(target, sizeof target, "../../../bus/pci/drivers/%s", driver);
    machine_link(m, path, target);
}

static void i915(struct machine *m)
{
    static const struct { const char *file, *text; } files[] = {
        { "drm/card0/gt/gt0/rps_act_freq_mhz", "900" }, { "drm/card0/gt/gt0/rps_max_freq_mhz", "1450" },
        { "drm/card0/gt/gt0/rc6_residency_ms", "60000" }, { "drm/card0/gt/gt0/throttle_reason_status", "0" },
        { "drm/card0/gt/gt0/throttle_reason_pl1", "0" }, { "drm/card0/gt/gt0/throttle_reason_thermal", "0" },
        { "drm/card0/gt/gt0/throttle_reason_prochot", "0" }, { "drm/card0/gt/gt0/throttle_reason_ratl", "0" },
        { "drm/card0/gt/gt1/rps_act_freq_mhz", "1100" }, { "drm/card0/gt/gt1/rps_max_freq_mhz", "1300" },
        { "drm/card0/gt/gt1/rc6_residency_ms", "90000" },
        { "drm/renderD128/dev", "226:128" },
    };
    gpu(m, IGPU, "i915");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        put(m, IGPU, files[i].file, files[i].text);
}

static void arc(struct machine *m)
{
    static const struct { const char *file, *text; } files[] = {
        { "tile0/gt0/freq0/act_freq", "2400" }, { "tile0/gt0/freq0/max_freq", "2400" },
        { "tile0/gt0/gtidle/idle_residency_ms", "5000" }, { "tile0/gt0/freq0/throttle/status", "0" },
        { "tile0/gt0/freq0/throttle/reason_pl1", "0" }, { "tile0/gt0/freq0/throttle/reason_vr_thermalert", "0" },
        { "hwmon/hwmon7/name", "xe" }, { "hwmon/hwmon7/energy1_input", "1000000000" }, { "hwmon/hwmon7/energy2_input", "7" },
        { "hwmon/hwmon7/power1_max", "190000000" }, { "hwmon/hwmon7/temp2_input", "48000" },
        { "hwmon/hwmon7/temp3_input", "54000" }, { "hwmon/hwmon7/fan1_input", "900" }, { "hwmon/hwmon7/in1_input", "850" },
    };
    gpu(m, ARC, "xe");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        put(m, ARC, files[i].file, files[i].text);
}

/* A client of the integrated one. */
static void client(struct machine *m, const char *engines)
{
    machine_printf(m, "/proc/50/fdinfo/4", "drm-driver:\ti915\ndrm-client-id:\t8\ndrm-total-system0:\t64 MiB\n%s",
                   engines);
}

static void integrated_seen_by_root(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    i915(&m);
    machine_write(&m, "/proc/1/stat", "");
    machine_link(&m, "/sys/class/drm/renderD128/device", "../../../0000:00:02.0");
    machine_link(&m, "/proc/50/fd/4", "/dev/dri/renderD128");
    client(&m, "drm-engine-render:\t0 ns\ndrm-engine-video:\t0 ns\n");
    assert_int_equal(machine_open(&m, &adapter_intel_gpu), 0);
    assert_string_equal(m.reason, "");
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    client(&m, "drm-engine-render:\t200000000 ns\ndrm-engine-video:\t350000000 ns\n");
    put(&m, IGPU, "drm/card0/gt/gt0/rc6_residency_ms", "60400");
    put(&m, IGPU, "drm/card0/gt/gt1/rc6_residency_ms", "90900");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.util", "0"), 35, 1e-6); /* the busiest, not the sum */
    assert_near(machine_get(&m, "gpu.render.util", "0"), 20, 1e-6);
    assert_near(machine_get(&m, "gpu.video.util", "0"), 35, 1e-6);
    assert_near(machine_get(&m, "gpu.clock.core", "0"), 1100e6, 0);
    assert_near(machine_get(&m, "gpu.clock.max", "0"), 1450e6, 0);
    assert_near(machine_get(&m, "gpu.idle.time", "0"), 60.4, 1e-9);
    assert_near(machine_get(&m, "gpu.throttle", "0"), 0, 0);
    assert_false(machine_has(&m, "gpu.power", "0"));
    const struct metric *util = schema_at(m.s, schema_find(m.s, "gpu.util", "0"));
    assert_non_null(strstr(util->help, "busiest"));

    struct proctab procs = { 0 };
    adapter_intel_gpu.procs(m.self, &procs);
    assert_int_equal(procs.n, 1);
    assert_near(procs.p[0].gpu_bytes, 64.0 * 1048576, 0);
    proctab_done(&procs);

    put(&m, IGPU, "drm/card0/gt/gt0/throttle_reason_status", "1");
    put(&m, IGPU, "drm/card0/gt/gt0/throttle_reason_ratl", "1");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.throttle", "0"), 1, 0);
    assert_near(machine_get(&m, "gpu.throttle.thermal", "0"), 1, 0);
    assert_near(machine_get(&m, "gpu.throttle.power", "0"), 0, 0);
    machine_done(&m);
}

/* Who may not see all processes takes what the GPU itself says: it was not in RC6 for 600 of 1000 ms. */
static void integrated_seen_by_others(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    i915(&m);
    assert_int_equal(machine_open(&m, &adapter_intel_gpu), 0);
    assert_non_null(strstr(m.reason, "only root"));
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    put(&m, IGPU, "drm/card0/gt/gt0/rc6_residency_ms", "60400");
    put(&m, IGPU, "drm/card0/gt/gt1/rc6_residency_ms", "90900");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.util", "0"), 60, 1e-6);
    const struct metric *util = schema_at(m.s, schema_find(m.s, "gpu.util", "0"));
    assert_non_null(strstr(util->help, "RC6"));

    /* More idleness than time: a counter that was reset. */
    put(&m, IGPU, "drm/card0/gt/gt0/rc6_residency_ms", "5");
    put(&m, IGPU, "drm/card0/gt/gt1/rc6_residency_ms", "6");
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "gpu.util", "0"));
    assert_nan(machine_get(&m, "gpu.idle.time", "0"));
    put(&m, IGPU, "drm/card0/gt/gt0/rc6_residency_ms", "255");
    put(&m, IGPU, "drm/card0/gt/gt1/rc6_residency_ms", "256");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.util", "0"), 75, 1e-6);
    assert_near(machine_get(&m, "gpu.idle.time", "0"), 60.65, 1e-6);
    machine_done(&m);
}

static void discrete(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    arc(&m);
    machine_write(&m, "/proc/1/stat", "");
    assert_int_equal(machine_open(&m, &adapter_intel_gpu), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.energy", "0"), 1000, 0);
    put(&m, ARC, "hwmon/hwmon7/energy1_input", "1060000000");
    machine_tick(&m, 1);
    put(&m, ARC, "hwmon/hwmon7/energy1_input", "1150000000");
    put(&m, ARC, "tile0/gt0/freq0/throttle/status", "1");
    put(&m, ARC, "tile0/gt0/freq0/throttle/reason_pl1", "1");
    machine_tick(&m, 1);
    static const struct { const char *name; double value; } expected[] = {
        { "gpu.util", 0 }, /* nobody uses it */ { "gpu.power", 90 }, { "gpu.power.limit", 190 }, { "gpu.temp", 48 },
        { "gpu.temp.memory", 54 }, { "gpu.fan.speed", 900 }, { "gpu.voltage", 0.85 }, { "gpu.clock.core", 2400e6 },
        { "gpu.throttle", 1 }, { "gpu.throttle.power", 1 }, { "gpu.throttle.thermal", 0 }, { "gpu.energy", 1150 },
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_near(machine_get(&m, expected[i].name, "0"), expected[i].value, 1e-6);

    /* A jump that no card can make, and a fall: the power is not known, and goes on after it. */
    static const char *const odd[] = { "9150000000", "5", "100000005" };
    for (size_t i = 0; i < 2; i++) {
        put(&m, ARC, "hwmon/hwmon7/energy1_input", odd[i]);
        machine_tick(&m, 1);
        assert_nan(machine_get(&m, "gpu.power", "0"));
        assert_nan(machine_get(&m, "gpu.energy", "0"));
    }
    put(&m, ARC, "hwmon/hwmon7/energy1_input", odd[2]);
    put(&m, ARC, "hwmon/hwmon7/power1_max", "0"); /* switched off */
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.power", "0"), 100, 1e-6);
    assert_nan(machine_get(&m, "gpu.power.limit", "0"));
    machine_done(&m);
}

static void one_sleeps(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    i915(&m);
    arc(&m);
    put(&m, ARC, "power/runtime_status", "suspended");
    assert_int_equal(machine_open(&m, &adapter_intel_gpu), 0);
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.asleep", "1"), 1, 0);
    assert_near(machine_get(&m, "gpu.asleep", "0"), 0, 0);
    assert_false(machine_has(&m, "gpu.temp", "1"));
    put(&m, ARC, "power/runtime_status", "active");
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.temp", "1"), 48, 0);

    /* Idle time stands still while it sleeps; that is no work. */
    put(&m, ARC, "power/runtime_status", "suspended");
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "gpu.temp", "1"));
    put(&m, ARC, "power/runtime_status", "active");
    machine_tick(&m, 600);
    assert_nan(machine_get(&m, "gpu.util", "1"));
    assert_nan(machine_get(&m, "gpu.power", "1"));
    assert_near(machine_get(&m, "gpu.temp", "1"), 48, 0);
    machine_done(&m);
}

static void none_of_ours(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_intel_gpu), -ENODEV);
    assert_string_equal(m.reason, "no graphics processor of Intel");
    gpu(&m, ARC, "vfio-pci");
    assert_int_equal(machine_open(&m, &adapter_intel_gpu), -ENODEV);
    assert_non_null(strstr(m.reason, "driven"));
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integrated_seen_by_root), cmocka_unit_test(integrated_seen_by_others),
        cmocka_unit_test(discrete),
        cmocka_unit_test(one_sleeps), cmocka_unit_test(none_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* AMD's graphics processors on a made-up machine, after the kernel's documents: no such one is at hand. */
#include "test.h"

#include "adapters/linux/amdgpu_metrics.h"
#include "machine.h"

#include <errno.h>

#define CARD "/sys/bus/pci/devices/0000:03:00.0"
#define APU "/sys/bus/pci/devices/0000:0c:00.0"

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
    put(m, dir, "vendor", "0x1002");
    put(m, dir, "power/runtime_status", "active");
    snprintf(path, sizeof path, "%s/driver", dir);
    snprintf(target, sizeof target, "../../../bus/pci/drivers/%s", driver);
    machine_link(m, path, target);
}

static void card(struct machine *m)
{
    static const struct { const char *file, *text; } files[] = {
        { "gpu_busy_percent", "42" }, { "mem_busy_percent", "17" }, { "mem_info_vram_total", "17163091968" },
        { "mem_info_vram_used", "4290772992" }, { "mem_info_gtt_used", "104857600" }, { "pcie_replay_count", "3" },
        { "current_link_width", "16" }, { "current_link_speed", "16.0 GT/s PCIe" }, { "ras/umc_err_count", "ue: 1\nce: 7" },
        { "pp_dpm_sclk", "0: 500Mhz\n1: 1200Mhz *\n2: 2430Mhz" },
        { "hwmon/hwmon4/name", "amdgpu" }, { "hwmon/hwmon4/temp1_label", "edge" }, { "hwmon/hwmon4/temp1_input", "51000" },
        { "hwmon/hwmon4/temp1_crit", "100000" }, { "hwmon/hwmon4/temp2_label", "junction" },
        { "hwmon/hwmon4/temp2_input", "63000" }, { "hwmon/hwmon4/temp3_label", "mem" }, { "hwmon/hwmon4/temp3_input", "70000" },
        { "hwmon/hwmon4/power1_average", "120000000" }, { "hwmon/hwmon4/power1_cap", "263000000" },
        { "hwmon/hwmon4/fan1_input", "1180" }, { "hwmon/hwmon4/pwm1", "102" }, { "hwmon/hwmon4/pwm1_max", "255" },
        { "hwmon/hwmon4/in0_input", "881" }, { "hwmon/hwmon4/freq1_input", "1955000000" },
        { "hwmon/hwmon4/freq2_input", "1249000000" },
    };
    gpu(m, CARD, "amdgpu");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        put(m, CARD, files[i].file, files[i].text);
}

/* A layout of gpu_metrics, all fields unsupported, but for those that are set. */
static void table(unsigned char *p, int size, int format, int content)
{
    memset(p, 0xff, (size_t)size);
    p[0] = (unsigned char)size;
    p[1] = (unsigned char)(size >> 8);
    p[2] = (unsigned char)format;
    p[3] = (unsigned char)content;
}

static void word(unsigned char *p, int at, int bytes, uint64_t v)
{
    for (int i = 0; i < bytes; i++, v >>= 8)
        p[at + i] = (unsigned char)v;
}

static void a_card(void **state)
{
    (void)state;
    struct machine m;
    unsigned char t[120];
    machine_init(&m);
    card(&m);
    table(t, 120, 1, 3);
    word(t, 20, 2, 12);
    word(t, 112, 8, 1u << 0 | UINT64_C(1) << 36);
    machine_bytes(&m, CARD "/gpu_metrics", t, sizeof t);
    assert_int_equal(machine_open(&m, &adapter_amdgpu), 0);
    assert_true(adapter_amdgpu.apart);
    machine_tick(&m, 1);
    static const struct { const char *name; double value; } expected[] = {
        { "gpu.util", 42 }, { "gpu.memory.util", 17 }, { "gpu.vram.total", 17163091968 }, { "gpu.vram.used", 4290772992 },
        { "gpu.vram.util", 25 }, { "gpu.shared.used", 104857600 }, { "gpu.temp", 51 }, { "gpu.temp.hotspot", 63 },
        { "gpu.temp.memory", 70 }, { "gpu.temp.limit", 100 }, { "gpu.power", 120 }, { "gpu.power.limit", 263 },
        { "gpu.fan", 40 }, { "gpu.fan.speed", 1180 }, { "gpu.voltage", 0.881 }, { "gpu.clock.core", 1955e6 },
        { "gpu.clock.memory", 1249e6 }, { "gpu.clock.max", 2430e6 }, { "gpu.pcie.generation", 4 }, { "gpu.pcie.width", 16 },
        { "gpu.pcie.replays", 3 }, { "gpu.ecc.corrected", 7 }, { "gpu.ecc.uncorrected", 1 }, { "gpu.video.util", 12 },
        { "gpu.throttle", 1 }, { "gpu.throttle.power", 1 }, { "gpu.throttle.thermal", 1 }, { "gpu.throttle.hardware", 0 },
        { "gpu.throttle.other", 0 }, { "gpu.asleep", 0 },
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_near(machine_get(&m, expected[i].name, "0"), expected[i].value, 1e-6 * expected[i].value);
    assert_false(machine_has(&m, "gpu.energy", "0"));
    assert_false(machine_has(&m, "gpu.encoder.util", "0"));
    machine_done(&m);
}

static void engines_and_processes(void **state)
{
    (void)state;
    struct machine m;
    struct proctab procs = { 0 };
    machine_init(&m);
    card(&m);
    machine_link(&m, "/sys/class/drm/renderD128/device", "../../../0000:03:00.0");
    machine_link(&m, "/proc/77/fd/9", "/dev/dri/renderD128");
    machine_write(&m, "/proc/77/fdinfo/9", "drm-driver: amdgpu\ndrm-client-id: 5\ndrm-memory-vram: 100 KiB\n"
                                           "drm-memory-gtt: 5 KiB\ndrm-engine-gfx: 5 ns\n");
    assert_int_equal(machine_open(&m, &adapter_amdgpu), 0);
    machine_tick(&m, 1);
    machine_write(&m, "/proc/77/fdinfo/9", "drm-driver: amdgpu\ndrm-client-id: 5\ndrm-memory-vram: 100 KiB\n"
                                           "drm-memory-gtt: 5 KiB\ndrm-engine-gfx: 250000005 ns\ndrm-engine-enc: 500000000 ns\n");
    machine_tick(&m, 1);
    machine_tick(&m, 1); /* the metrics are there since they had a value */
    machine_write(&m, "/proc/77/fdinfo/9", "drm-driver: amdgpu\ndrm-client-id: 5\ndrm-memory-vram: 100 KiB\n"
                                           "drm-memory-gtt: 5 KiB\ndrm-engine-gfx: 500000005 ns\ndrm-engine-enc: 1000000000 ns\n");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.render.util", "0"), 25, 1e-6);
    assert_near(machine_get(&m, "gpu.encoder.util", "0"), 50, 1e-6);
    assert_near(machine_get(&m, "gpu.processes.graphics", "0"), 1, 0);
    assert_near(machine_get(&m, "gpu.processes.compute", "0"), 0, 0);
    adapter_amdgpu.procs(m.self, &procs);
    assert_int_equal(procs.n, 1);
    assert_int_equal(procs.p[0].pid, 77);
    assert_near(procs.p[0].gpu_bytes, 102400, 0); /* a card: what it holds of the machine's is no memory of it */
    proctab_done(&procs);
    machine_done(&m);
}

/* The card sleeps from the start: not a file of it may be needed, and none is there to be read. */
static void asleep_from_the_start(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    card(&m);
    put(&m, CARD, "power/runtime_status", "suspended");
    assert_int_equal(machine_open(&m, &adapter_amdgpu), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.asleep", "0"), 1, 0);
    assert_false(machine_has(&m, "gpu.temp", "0")); /* so nothing was read */
    machine_tick(&m, 30);
    assert_false(machine_has(&m, "gpu.temp", "0"));

    put(&m, CARD, "power/runtime_status", "active");
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.asleep", "0"), 0, 0);
    assert_near(machine_get(&m, "gpu.temp", "0"), 51, 0);
    put(&m, CARD, "power/runtime_status", "suspending");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.asleep", "0"), 1, 0);
    assert_nan(machine_get(&m, "gpu.temp", "0"));
    assert_nan(machine_get(&m, "gpu.util", "0"));
    put(&m, CARD, "power/runtime_status", "active");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.temp", "0"), 51, 0);
    assert_int_equal(m.n_events, 0);
    machine_done(&m);
}

/* It turns itself off 5 s after its last use, and a question is one: idle, it gets none for 11 s. */
static void may_fall_asleep(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    card(&m);
    put(&m, CARD, "power/control", "auto");
    put(&m, CARD, "power/autosuspend_delay_ms", "5000");
    assert_int_equal(machine_open(&m, &adapter_amdgpu), 0);
    machine_tick(&m, 1);
    put(&m, CARD, "hwmon/hwmon4/temp1_input", "52000");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.temp", "0"), 52, 0); /* it works: 42 % */
    put(&m, CARD, "gpu_busy_percent", "0");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.util", "0"), 0, 0);
    put(&m, CARD, "hwmon/hwmon4/temp1_input", "53000");
    for (int i = 0; i < 10; i++) {
        machine_tick(&m, 1);
        assert_near(machine_get(&m, "gpu.temp", "0"), 52, 0); /* the last value stands */
        assert_nan(machine_get(&m, "gpu.pcie.replays", "0")); /* a counter does not */
    }
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.temp", "0"), 53, 0);
    machine_done(&m);
}

/* One that shows a picture stays on: it is asked at every tick. */
static void drives_a_screen(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    card(&m);
    put(&m, CARD, "power/control", "auto");
    put(&m, CARD, "power/autosuspend_delay_ms", "5000");
    put(&m, CARD, "gpu_busy_percent", "0");
    put(&m, CARD, "drm/card1/card1-HDMI-A-1/enabled", "disabled");
    put(&m, CARD, "drm/card1/card1-DP-1/enabled", "enabled");
    assert_int_equal(machine_open(&m, &adapter_amdgpu), 0);
    machine_tick(&m, 1);
    put(&m, CARD, "hwmon/hwmon4/temp1_input", "57000");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.temp", "0"), 57, 0);
    machine_done(&m);
}

static void lost_and_back(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    card(&m);
    gpu(&m, APU, "amdgpu");
    put(&m, APU, "gpu_busy_percent", "5");
    assert_int_equal(machine_open(&m, &adapter_amdgpu), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.util", "1"), 5, 0);
    machine_remove(&m, CARD);
    machine_tick(&m, 11);
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "gpu.util", "0"));
    assert_nan(machine_get(&m, "gpu.asleep", "0"));
    assert_near(machine_get(&m, "gpu.util", "1"), 5, 0);
    assert_int_equal(m.n_events, 1);
    assert_int_equal(m.event.kind, EVENT_ADAPTER);
    assert_non_null(strstr(m.event.text, "GPU 0 (amdgpu, PCI 0000:03:00.0) is gone"));
    machine_tick(&m, 30);
    assert_int_equal(m.n_events, 1);
    card(&m);
    machine_tick(&m, 11);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.util", "0"), 42, 0);
    assert_near(machine_get(&m, "gpu.asleep", "0"), 0, 0);
    assert_int_equal(m.n_events, 2);
    assert_non_null(strstr(m.event.text, "is back"));
    machine_done(&m);
}

/* Awake, but no file of it answers any more: a firmware that died. */
static void falls_silent(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    gpu(&m, APU, "amdgpu");
    put(&m, APU, "gpu_busy_percent", "5");
    assert_int_equal(machine_open(&m, &adapter_amdgpu), 0);
    put(&m, APU, "gpu_busy_percent", "");
    for (int i = 0; i < 5; i++)
        machine_tick(&m, 1);
    assert_nan(machine_get(&m, "gpu.util", "0"));
    assert_int_equal(m.n_events, 1);
    assert_non_null(strstr(m.event.text, "does not answer"));
    put(&m, APU, "gpu_busy_percent", "6");
    machine_tick(&m, 10);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.util", "0"), 6, 0);
    assert_int_equal(m.n_events, 2);
    machine_done(&m);
}

/* A GPU that is plugged in takes nobody's number. */
static void numbers_stay(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    gpu(&m, APU, "amdgpu");
    put(&m, APU, "gpu_busy_percent", "5");
    assert_int_equal(machine_open(&m, &adapter_amdgpu), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.util", "0"), 5, 0);
    card(&m);
    machine_tick(&m, 11);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "gpu.util", "0"), 5, 0);
    assert_near(machine_get(&m, "gpu.util", "1"), 42, 0);
    machine_done(&m);
}

static void none_of_ours(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_amdgpu), -ENODEV);
    assert_string_equal(m.reason, "no graphics processor of AMD");
    gpu(&m, CARD, "vfio-pci");
    assert_int_equal(machine_open(&m, &adapter_amdgpu), -ENODEV);
    assert_non_null(strstr(m.reason, "not driven"));
    machine_done(&m);
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "", "x", "1.5", "-", "123456789012345678901234567890", "16.1 GT/s", "0: Mhz",
    };
    struct machine m;
    machine_init(&m);
    card(&m);
    assert_int_equal(machine_open(&m, &adapter_amdgpu), 0);
    machine_tick(&m, 1);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        put(&m, CARD, "hwmon/hwmon4/temp1_input", broken[i]);
        put(&m, CARD, "current_link_speed", broken[i]);
        put(&m, CARD, "mem_info_vram_total", broken[i]);
        put(&m, CARD, "gpu_metrics", broken[i]);
        machine_tick(&m, 1);
        assert_nan(machine_get(&m, "gpu.temp", "0"));
        assert_nan(machine_get(&m, "gpu.pcie.generation", "0"));
        assert_nan(machine_get(&m, "gpu.vram.util", "0"));
        assert_near(machine_get(&m, "gpu.util", "0"), 42, 0);
    }
    put(&m, CARD, "mem_info_vram_total", "0");
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "gpu.vram.util", "0"));
    machine_done(&m);
}

static void layouts(void **state)
{
    (void)state;
    unsigned char t[256];
    struct amdgpu_metrics x;
    table(t, 128, 2, 4); /* an APU: hundredths of a percent */
    word(t, 30, 2, 1234);
    word(t, 120, 8, UINT64_C(1) << 46);
    assert_true(amdgpu_metrics_parse(t, 128, &x));
    assert_true(x.integrated);
    assert_near(x.video_percent, 12.34, 1e-9);
    assert_near(x.hardware, 1, 0);
    assert_near(x.power + x.thermal + x.other, 0, 0);
    table(t, 200, 1, 4); /* an accelerator: four video engines, energy in 2^-16 J */
    word(t, 18, 2, 30);
    word(t, 20, 2, 20);
    word(t, 24, 8, 65536 * 5);
    assert_true(amdgpu_metrics_parse(t, 200, &x));
    assert_false(x.integrated);
    assert_near(x.video_percent, 30, 0);
    assert_near(x.energy_j, 5, 0);
    assert_nan(x.power);
    table(t, 120, 1, 3); /* nothing is supported */
    assert_true(amdgpu_metrics_parse(t, 120, &x));
    assert_nan(x.video_percent);
    assert_nan(x.energy_j);
    assert_nan(x.thermal);
    assert_false(amdgpu_metrics_parse(t, 119, &x)); /* cut */
    table(t, 100, 1, 3);                            /* says itself that it is */
    assert_false(amdgpu_metrics_parse(t, 120, &x));
    table(t, 120, 9, 9);
    assert_false(amdgpu_metrics_parse(t, 120, &x));
    assert_false(amdgpu_metrics_parse(t, 3, &x));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card), cmocka_unit_test(engines_and_processes), cmocka_unit_test(asleep_from_the_start),
        cmocka_unit_test(may_fall_asleep), cmocka_unit_test(drives_a_screen), cmocka_unit_test(lost_and_back),
        cmocka_unit_test(falls_silent), cmocka_unit_test(numbers_stay), cmocka_unit_test(none_of_ours),
        cmocka_unit_test(broken_files), cmocka_unit_test(layouts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

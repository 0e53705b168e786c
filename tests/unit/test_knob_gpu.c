/* Knobs of NVIDIA's GPUs: through the made-up library of tests/fake, and on recorded ones. No GPU was at hand. */
#include "test.h"

#include "fake_nvml.h"
#include "os/nvml.h"
#include "os/os.h"
#include "policy/knob.h"

#include <errno.h>
#include <unistd.h>

#define ADDRESS "0000:01:00.0"
#define SETTINGS "cap 320\ncap.least 150\ncap.most 400\ncap.usual 320\npersistence 0\ncompute.mode 0\n" \
                 "clock.max 3105000000\n"

static struct place at(const char *root, const char *inst)
{
    struct place p = { .root = root };
    snprintf(p.inst, sizeof p.inst, "%s", inst);
    return p;
}

static void expect(const char *knob, const struct place *p, const char *value)
{
    const struct knob *k = knob_find(knob);
    char now[KNOB_VALUE_MAX];
    assert_int_equal(k->read(k, p, now), 0);
    assert_string_equal(now, value);
}

static int put(const char *knob, const struct place *p, const char *value)
{
    const struct knob *k = knob_find(knob);
    return k->write(k, p, value);
}

static int check(const char *knob, const struct place *p, const char *value)
{
    char out[KNOB_VALUE_MAX], why[KNOB_WHY];
    return knob_check(knob_find(knob), p, value, out, why);
}

static void a_recorded_one_there_and_back(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    fake_nvml_recorded(&m, "gpu 0000:00:00.0\ncap 1\ngpu " ADDRESS "\n" SETTINGS "gpu 0000:02:00.0\ncap 100\n");
    struct place p = at(m.root, ADDRESS), other = at(m.root, "0000:02:00.0");
    expect("gpu.power", &p, "320");
    assert_int_equal(put("gpu.power", &p, "250"), 0);
    expect("gpu.power", &p, "250");
    expect("gpu.power", &other, "100"); /* of that one alone */
    assert_int_equal(put("gpu.power", &p, "320"), 0);
    expect("gpu.power", &p, "320");
    assert_int_equal(put("gpu.persistence", &p, "1"), 0);
    expect("gpu.persistence", &p, "1");
    expect("gpu.compute", &p, "all");
    assert_int_equal(put("gpu.compute", &p, "one"), 0);
    expect("gpu.compute", &p, "one");
    expect("gpu.clock", &p, "free");
    assert_int_equal(put("gpu.clock", &p, "1200-1800"), 0);
    expect("gpu.clock", &p, "1200-1800");
    assert_int_equal(put("gpu.clock", &p, "free"), 0);
    expect("gpu.clock", &p, "free");
    machine_done(&m);
}

static void limits(void **state)
{
    (void)state;
    static const struct { const char *knob, *value; int rc; } cases[] = {
        { "gpu.power", "320", 0 }, { "gpu.power", "321", -ERANGE }, { "gpu.power", "160", 0 }, { "gpu.power", "159", -ERANGE },
        { "gpu.power", "400", -ERANGE }, { "gpu.power", "much", -EINVAL }, { "gpu.persistence", "2", -ERANGE },
        { "gpu.compute", "all", 0 }, { "gpu.compute", "nobody", 0 }, { "gpu.compute", "3", -EINVAL },
        { "gpu.clock", "free", 0 }, { "gpu.clock", "1200-3105", 0 }, { "gpu.clock", "1200-3106", -ERANGE },
        { "gpu.clock", "1800-1200", -EINVAL }, { "gpu.clock", "1200", -EINVAL }, { "gpu.clock", "1200-1800x", -EINVAL },
    };
    struct machine m;
    machine_init(&m);
    fake_nvml_recorded(&m, "gpu " ADDRESS "\n" SETTINGS);
    struct place p = at(m.root, ADDRESS);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(check(cases[i].knob, &p, cases[i].value), cases[i].rc);
    fake_nvml_recorded(&m, "gpu " ADDRESS "\ncap 320\ncap.least 200\ncap.usual 320\n");
    assert_int_equal(check("gpu.power", &p, "199"), -ERANGE); /* what the device takes at least */
    machine_done(&m);
}

static void none_or_asleep(void **state)
{
    (void)state;
    static const char *const names[] = { "gpu.power", "gpu.persistence", "gpu.clock" };
    static const char *const bad[] = { "", "0000:09:00.0", "../0000:01:00.0", "gpu0" };
    struct machine m;
    char value[KNOB_VALUE_MAX];
    machine_init(&m);
    struct place p = at(m.root, ADDRESS);
    for (size_t i = 0; i < 3; i++) {
        const struct knob *k = knob_find(names[i]);
        assert_int_equal(k->read(k, &p, value), -ENODEV); /* no library */
    }
    fake_nvml_recorded(&m, "gpu " ADDRESS "\n" SETTINGS);
    for (size_t i = 0; i < 3; i++)
        for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
            const struct knob *k = knob_find(names[i]);
            struct place wrong = at(m.root, bad[b]);
            assert_int_equal(k->read(k, &wrong, value), -ENODEV);
            assert_int_equal(k->write(k, &wrong, "1"), strcmp(names[i], "gpu.clock") == 0 ? -EINVAL : -ENODEV);
        }
    machine_write(&m, "/sys/bus/pci/devices/" ADDRESS "/power/runtime_status", "suspended\n");
    const struct knob *k = knob_find("gpu.power");
    assert_int_equal(k->read(k, &p, value), -ENODEV);
    fake_nvml_recorded(&m, "gpu " ADDRESS "\nutil 3\n"); /* one that knows no limit */
    machine_write(&m, "/sys/bus/pci/devices/" ADDRESS "/power/runtime_status", "active\n");
    assert_int_equal(k->read(k, &p, value), -ENODEV);
    machine_done(&m);
}

/* What the library itself is told, in its own units. */
static void through_the_library(void **state)
{
    (void)state;
    static const char *const generations[] = { "old", "new" };
    for (size_t g = 0; g < 2; g++) {
        struct machine m;
        struct nvml *n;
        double v[NVML_SETTINGS];
        machine_init(&m);
        fake_nvml_use(&m, generations[g]);
        fake_nvml_says(&m, "gpu " ADDRESS "\nsettable yes\n" SETTINGS);
        struct place p = at("", ADDRESS);
        expect("gpu.power", &p, "320");
        assert_int_equal(put("gpu.power", &p, "250"), 0);
        assert_int_equal(fake_nvml_calls(&m, "nvmlDeviceSetPowerManagementLimit 250000 ", ADDRESS), 1);
        assert_int_equal(put("gpu.persistence", &p, "1"), 0);
        assert_int_equal(fake_nvml_calls(&m, "nvmlDeviceSetPersistenceMode 1 ", ADDRESS), 1);
        assert_int_equal(put("gpu.compute", &p, "one"), 0);
        assert_int_equal(fake_nvml_calls(&m, "nvmlDeviceSetComputeMode 3 ", ADDRESS), 1);
        assert_int_equal(nvml_open("", &n), 0);
        int gpu = nvml_device_at(n, ADDRESS);
        assert_int_equal(nvml_settings(n, gpu, v), 0);
        assert_near(v[NVML_CAP_LEAST], 150, 0);
        assert_near(v[NVML_CAP_MOST], 400, 0);
        assert_near(v[NVML_PERSISTENCE], 0, 0);
        assert_int_equal(nvml_lock_clock(n, gpu, 1200e6, 1800e6), 0);
        assert_int_equal(fake_nvml_calls(&m, "nvmlDeviceSetGpuLockedClocks 1200 1800", ADDRESS), 1);
        assert_int_equal(nvml_lock_clock(n, gpu, 0, 0), 0);
        assert_int_equal(fake_nvml_calls(&m, "nvmlDeviceResetGpuLockedClocks", ADDRESS), 1);
        assert_int_equal(nvml_set(n, gpu, NVML_CAP_MOST, 500), -EINVAL);
        assert_int_equal(nvml_set(n, gpu, NVML_CAP, -1), -EINVAL);
        fake_nvml_says(&m, "gpu " ADDRESS "\n" SETTINGS); /* we are not root */
        assert_int_equal(nvml_set(n, gpu, NVML_CAP, 250), -EACCES);
        fake_nvml_says(&m, "gpu " ADDRESS " lost\n");
        assert_int_equal(nvml_settings(n, gpu, v), -ENXIO);
        assert_nan(v[NVML_CAP]);
        assert_int_equal(nvml_set(n, gpu, NVML_CAP, 250), -ENXIO);
        nvml_close(n);
        machine_done(&m);
    }
    unsetenv("SONDE_NVML_LIBRARY");
}

static void listed(void *self, const char *inst)
{
    char *all = self;
    snprintf(all + strlen(all), 128 - strlen(all), "%s;", inst);
}

static void instances_by_the_driver(void **state)
{
    (void)state;
    struct machine m;
    char all[128] = "";
    machine_init(&m);
    machine_write(&m, "/sys/bus/pci/drivers/nvidia/bind", "");
    machine_write(&m, "/sys/bus/pci/drivers/nvidia/0000:01:00.0/x", "");
    machine_write(&m, "/sys/bus/pci/drivers/nvidia/0000:41:00.0/x", "");
    const struct knob *k = knob_find("gpu.power");
    k->list(k, m.root, listed, all);
    assert_string_equal(all, "0000:01:00.0;0000:41:00.0;");
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_one_there_and_back), cmocka_unit_test(limits), cmocka_unit_test(none_or_asleep),
        cmocka_unit_test(through_the_library), cmocka_unit_test(instances_by_the_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * NVIDIA GPUs: a made-up /sys beside the made-up library of tests/fake, and recordings. No GPU was
 * at hand.
 */
#include "test.h"

#include "fake_nvml.h"
#include "os/os.h"

#include <errno.h>

#define A "0000:01:00.0"
#define B "0000:41:00.0"

static void put_gpu(struct machine *m, const char *address, const char *vendor, const char *status)
{
    char path[128];
    const char *const files[][2] = { { "class", "0x030000" }, { "vendor", vendor }, { "power/runtime_status", status },
                                     { "power/control", "on" } };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/%s", address, files[i][0]);
        machine_printf(m, path, "%s\n", files[i][1]);
    }
}

static void put(struct machine *m, const char *address, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%s/power/%s", address, name);
    machine_printf(m, path, "%s\n", text);
}

/* /sys is made up, the library is loaded. */
static void begin(struct machine *m)
{
    machine_init(m);
    fake_nvml_use(m, "new");
    m->env.of = "";
}

static double gpu(struct machine *m, const char *name, const char *inst)
{
    char full[64];
    snprintf(full, sizeof full, "gpu.%s", name);
    return machine_get(m, full, inst);
}

static void every_metric(void **state)
{
    (void)state;
    static const struct { const char *name; double want; } cases[] = {
        { "util", 97 }, { "memory.util", 41 }, { "encoder.util", 12 }, { "decoder.util", 13 }, { "jpeg.util", 14 },
        { "ofa.util", 15 }, { "vram.total", 16e9 }, { "vram.used", 4e9 }, { "vram.util", 25 }, { "temp", 66 },
        { "temp.memory", 72 }, { "temp.limit", 95 }, { "power", 215.3 }, { "power.limit", 320 }, { "energy", 123456.789 },
        { "clock.core", 2505e6 }, { "clock.memory", 11201e6 }, { "clock.video", 1950e6 }, { "clock.max", 3105e6 },
        { "fan", 44 }, { "fan.speed", 1320 }, { "pstate", 2 }, { "throttle", 1 }, { "throttle.power", 1 },
        { "throttle.thermal", 0 }, { "throttle.hardware", 0 }, { "throttle.other", 0 }, { "ecc.corrected", 7 },
        { "ecc.uncorrected", 1 }, { "pcie.generation", 4 }, { "pcie.width", 16 }, { "pcie.replays", 3 },
        { "pcie.recv", 1.5e6 }, { "pcie.send", 250e3 }, { "processes.compute", 2 }, { "processes.graphics", 1 },
        { "asleep", 0 },
    };
    for (int recorded = 0; recorded < 2; recorded++) {
        struct machine m;
        begin(&m);
        const char *text = "gpu " A "\n" FAKE_GPU "compute 7 100\ncompute 9 50\ngraphics 9 50\n";
        put_gpu(&m, A, "0x10de", "active");
        if (recorded) {
            m.env.of = NULL;
            fake_nvml_recorded(&m, "%s", text);
        } else {
            fake_nvml_says(&m, "%s", text);
        }
        assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
        machine_tick(&m, 1);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            if (fabs(gpu(&m, cases[i].name, "0") - cases[i].want) > 1e-9)
                fail_msg("gpu.%s is %g", cases[i].name, gpu(&m, cases[i].name, "0"));
        assert_false(machine_has(&m, "gpu.temp.hotspot", "0")); /* the library has no such sensor */
        assert_int_equal(m.n_events, 0);
        machine_done(&m);
    }
}

static void reasons_to_slow_down(void **state)
{
    (void)state;
    static const struct { unsigned bits; double any, thermal, power, hardware, other; } cases[] = {
        { 0, 0, 0, 0, 0, 0 }, { 0x1, 0, 0, 0, 0, 0 }, { 0x2, 1, 0, 0, 0, 1 }, { 0x4, 1, 0, 1, 0, 0 },
        { 0x8 | 0x40, 1, 1, 0, 1, 0 }, { 0x10, 1, 0, 0, 0, 1 }, { 0x20, 1, 1, 0, 0, 0 }, { 0x8 | 0x80, 1, 0, 0, 1, 0 },
        { 0x100, 1, 0, 0, 0, 1 }, { 0x2000, 1, 0, 0, 0, 1 },
    };
    struct machine m;
    begin(&m);
    put_gpu(&m, A, "0x10de", "active");
    fake_nvml_says(&m, "gpu " A "\n" FAKE_GPU);
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fake_nvml_says(&m, "gpu " A "\nutil 1\nmemory.util 1\nthrottle %u\nfan 130\n", cases[i].bits);
        machine_tick(&m, 1);
        assert_near(gpu(&m, "throttle", "0"), cases[i].any, 0);
        assert_near(gpu(&m, "throttle.thermal", "0"), cases[i].thermal, 0);
        assert_near(gpu(&m, "throttle.power", "0"), cases[i].power, 0);
        assert_near(gpu(&m, "throttle.hardware", "0"), cases[i].hardware, 0);
        assert_near(gpu(&m, "throttle.other", "0"), cases[i].other, 0);
        assert_near(gpu(&m, "fan", "0"), 100, 0);
        assert_nan(gpu(&m, "power", "0")); /* not told any more */
    }
    machine_done(&m);
}

/* Each is its own instance, counted with those of others. */
static void several(void **state)
{
    (void)state;
    struct machine m;
    begin(&m);
    put_gpu(&m, A, "0x10de", "active");
    put_gpu(&m, "0000:21:00.0", "0x1002", "active");
    put_gpu(&m, B, "0x10de", "active");
    fake_nvml_says(&m, "gpu " B "\nutil 20\nmemory.util 2\nenergy 50\ncompute 8 1000\ncompute 7 300\n"
                       "gpu " A "\nutil 10\nmemory.util 1\nenergy 500\ncompute 7 100\ngraphics 7 120\ngraphics 3\n");
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    machine_tick(&m, 1);
    assert_near(gpu(&m, "util", "0"), 10, 0);
    assert_near(gpu(&m, "util", "2"), 20, 0);
    assert_false(machine_has(&m, "gpu.util", "1"));
    fake_nvml_says(&m, "gpu " B "\nutil 20\nmemory.util 2\nenergy 350\ncompute 8 1000\ncompute 7 300\n"
                       "gpu " A "\nutil 10\nmemory.util 1\nenergy 540\ncompute 7 100\ngraphics 7 120\ngraphics 3\n");
    machine_tick(&m, 2);
    assert_near(gpu(&m, "energy.rate", "0"), 20, 1e-9);
    assert_near(gpu(&m, "energy.rate", "2"), 150, 1e-9);

    /* 7 has 120 on one, which both its lists name, and 300 on the other; of 3 nothing is known. */
    struct proctab t = { 0 };
    adapter_nvidia.procs(m.self, &t);
    assert_int_equal(t.n, 2);
    assert_int_equal(t.p[0].pid, 7);
    assert_near(t.p[0].gpu_bytes, 420, 0);
    assert_int_equal(t.p[1].pid, 8);
    assert_near(t.p[1].gpu_bytes, 1000, 0);
    proctab_done(&t);
    machine_done(&m);
}

static void absent(void **state)
{
    (void)state;
    static const struct { const char *library, *says; bool gpu; int want; const char *reason; } cases[] = {
        { "/nowhere.so", "", false, -ENODEV, "no NVIDIA GPU" },
        { "/nowhere.so", "", true, -ENODEV, "install" },
        { "libm.so.6", "", true, -ENODEV, "install" },
        { NULL, "driver not_loaded\n", true, -ENODEV, "modprobe" },
        { NULL, "driver not_loaded\n", false, -ENODEV, "no NVIDIA GPU" },
        { NULL, "driver other_release\n", true, -EIO, "restart" },
        { NULL, "driver denied\n", true, -EACCES, "group" },
        { NULL, "driver broken\n", true, -EIO, "dmesg" },
        { NULL, "gpu " A " denied\n", true, -EACCES, "group" },
        { NULL, "gpu " A "\nutil denied\n", true, -EACCES, "group" },
        { NULL, "gpu " A " lost\n", true, -ENODEV, "another driver" },
        { NULL, "gpu " B "\n" FAKE_GPU, true, -ENODEV, "another driver" },
        { NULL, "", false, -ENODEV, "no" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct machine m;
        begin(&m);
        if (cases[i].library)
            setenv("SONDE_NVML_LIBRARY", cases[i].library, 1);
        if (cases[i].gpu)
            put_gpu(&m, A, "0x10de", "active");
        fake_nvml_says(&m, "%s", cases[i].says);
        assert_int_equal(machine_open(&m, &adapter_nvidia), cases[i].want);
        if (!strstr(m.reason, cases[i].reason))
            fail_msg("case %zu: %s", i, m.reason);
        machine_done(&m);
    }
}

/* One of two may not be asked: the other is, and the reason is said. */
static void denied_in_part(void **state)
{
    (void)state;
    struct machine m;
    begin(&m);
    put_gpu(&m, A, "0x10de", "active");
    put_gpu(&m, B, "0x10de", "active");
    fake_nvml_says(&m, "gpu " A " denied\ngpu " B "\n" FAKE_GPU);
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    assert_non_null(strstr(m.reason, "GPU 0"));
    machine_tick(&m, 1);
    assert_near(gpu(&m, "util", "1"), 97, 0);
    assert_false(machine_has(&m, "gpu.util", "0"));
    assert_int_equal(m.n_events, 0);
    machine_done(&m);
}

/* Without /sys/bus/pci, as in some containers, the library's own order counts. */
static void without_sys(void **state)
{
    (void)state;
    struct machine m;
    begin(&m);
    fake_nvml_says(&m, "gpu " B "\n" FAKE_GPU "gpu " A "\nutil 3\nmemory.util 0\n");
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    machine_tick(&m, 1);
    assert_near(gpu(&m, "util", "0"), 97, 0);
    assert_near(gpu(&m, "util", "1"), 3, 0);
    assert_false(machine_has(&m, "gpu.asleep", "0"));
    machine_done(&m);
}

static void never_wakes_a_sleeper(void **state)
{
    (void)state;
    struct machine m;
    begin(&m);
    put_gpu(&m, A, "0x10de", "suspended");
    put_gpu(&m, B, "0x10de", "suspending");
    fake_nvml_says(&m, "gpu " A "\n" FAKE_GPU "gpu " B "\n" FAKE_GPU);
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    for (int i = 0; i < 60; i++) {
        machine_tick(&m, 1);
        assert_near(gpu(&m, "asleep", "0"), 1, 0);
        assert_false(machine_has(&m, "gpu.util", "0"));
    }
    assert_int_equal(fake_nvml_calls(&m, "", ""), 0); /* the library was not even loaded */

    put(&m, A, "runtime_status", "active"); /* somebody else woke it */
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    assert_near(gpu(&m, "asleep", "0"), 0, 0);
    assert_near(gpu(&m, "util", "0"), 97, 0);
    assert_near(gpu(&m, "asleep", "1"), 1, 0);
    assert_true(fake_nvml_calls(&m, "", A) > 0);

    put(&m, A, "runtime_status", "suspended");
    machine_tick(&m, 1);
    fake_nvml_calls(&m, "", "");
    for (int i = 0; i < 60; i++) {
        machine_tick(&m, 1);
        assert_nan(gpu(&m, "util", "0"));
        assert_nan(gpu(&m, "energy", "0"));
        assert_near(gpu(&m, "asleep", "0"), 1, 0);
    }
    assert_int_equal(fake_nvml_calls(&m, "", ""), 0);
    assert_int_equal(m.n_events, 0); /* sleep is no news */
    machine_done(&m);
}

static void asks_only_those_awake(void **state)
{
    (void)state;
    struct machine m;
    begin(&m);
    put_gpu(&m, A, "0x10de", "suspended");
    put_gpu(&m, B, "0x10de", "active");
    fake_nvml_says(&m, "gpu " A "\n" FAKE_GPU "gpu " B "\n" FAKE_GPU);
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    for (int i = 0; i < 30; i++)
        machine_tick(&m, 1);
    assert_near(gpu(&m, "util", "1"), 97, 0);
    assert_near(gpu(&m, "asleep", "0"), 1, 0);
    assert_int_equal(fake_nvml_calls(&m, "", "0000:01:00"), 0);
    machine_done(&m);
}

/* One that may sleep and has nothing to do is let go of, so that it can. */
static void lets_an_idle_one_rest(void **state)
{
    (void)state;
    struct machine m;
    begin(&m);
    put_gpu(&m, A, "0x10de", "active");
    put(&m, A, "control", "auto");
    fake_nvml_says(&m, "gpu " A "\nutil 0\nmemory.util 0\ntemp 40\nenergy 100\n");
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    for (int i = 0; i < 9; i++)
        machine_tick(&m, 1);
    assert_int_equal(fake_nvml_calls(&m, "nvmlShutdown", ""), 0);
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    assert_int_equal(fake_nvml_calls(&m, "nvmlShutdown", ""), 1);
    for (int i = 0; i < 18; i++)
        machine_tick(&m, 1);
    assert_int_equal(fake_nvml_calls(&m, "", ""), 0);
    assert_near(gpu(&m, "temp", "0"), 40, 0); /* of the last reading */
    assert_nan(gpu(&m, "energy", "0"));
    fake_nvml_says(&m, "gpu " A "\nutil 55\nmemory.util 0\ntemp 50\nenergy 2000\n");
    for (int i = 0; i < 3; i++)
        machine_tick(&m, 1);
    assert_near(gpu(&m, "util", "0"), 55, 0);
    for (int i = 0; i < 40; i++) { /* at work it is not left alone */
        machine_tick(&m, 1);
        assert_near(gpu(&m, "energy.rate", "0"), 0, 0); /* what it used at rest is nobody's second */
    }
    assert_int_equal(fake_nvml_calls(&m, "nvmlShutdown", ""), 0);
    assert_int_equal(m.n_events, 0);
    machine_done(&m);
}

static void lost_and_back(void **state)
{
    (void)state;
    for (int recorded = 0; recorded < 2; recorded++) {
        void (*say)(struct machine *m, const char *fmt, ...) = recorded ? fake_nvml_recorded : fake_nvml_says;
        struct machine m;
        begin(&m);
        if (recorded)
            m.env.of = NULL;
        put_gpu(&m, A, "0x10de", "active");
        put_gpu(&m, B, "0x10de", "active");
        say(&m, "%s", "gpu " A "\n" FAKE_GPU "gpu " B "\n" FAKE_GPU);
        assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
        machine_tick(&m, 1);
        say(&m, "%s", "gpu " A "\n" FAKE_GPU "gpu " B " lost\n");
        for (int i = 0; i < 100; i++) {
            machine_tick(&m, 1);
            assert_near(gpu(&m, "util", "0"), 97, 0);
            assert_nan(gpu(&m, "util", "1"));
        }
        assert_int_equal(m.n_events, 1); /* said once */
        assert_int_equal(m.event.kind, EVENT_ADAPTER);
        assert_int_equal(m.event.severity, SEVERITY_WARNING);
        assert_non_null(strstr(m.event.text, "GPU 1"));
        if (!recorded) /* tried after 10, 20 and 40 s, and not in between */
            assert_int_equal(fake_nvml_calls(&m, "nvmlInit", ""), 4);
        say(&m, "%s", "gpu " A "\n" FAKE_GPU "gpu " B "\n" FAKE_GPU);
        for (int i = 0; i < 60; i++)
            machine_tick(&m, 1);
        assert_near(gpu(&m, "util", "1"), 97, 0);
        assert_int_equal(m.n_events, 2);
        assert_int_equal(m.event.severity, SEVERITY_NOTICE);
        assert_non_null(strstr(m.event.text, "back"));
        machine_done(&m);
    }
}

static void unplugged_and_another(void **state)
{
    (void)state;
    struct machine m;
    begin(&m);
    put_gpu(&m, A, "0x10de", "active");
    put_gpu(&m, B, "0x10de", "active");
    fake_nvml_says(&m, "gpu " A "\n" FAKE_GPU "gpu " B "\n" FAKE_GPU);
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    machine_tick(&m, 1);
    machine_remove(&m, "/sys/bus/pci/devices/" A);
    fake_nvml_says(&m, "gpu " B "\n" FAKE_GPU);
    for (int i = 0; i < 12; i++)
        machine_tick(&m, 1);
    assert_nan(gpu(&m, "util", "0"));
    assert_nan(gpu(&m, "asleep", "0"));
    assert_near(gpu(&m, "util", "1"), 97, 0); /* keeps its number, though /sys counts it as 0 now */
    assert_int_equal(m.n_events, 1);

    put_gpu(&m, "0000:02:00.0", "0x10de", "active");
    fake_nvml_says(&m, "gpu 0000:02:00.0\n" FAKE_GPU "gpu " B "\n" FAKE_GPU);
    for (int i = 0; i < 12; i++)
        machine_tick(&m, 1);
    assert_near(gpu(&m, "util", "2"), 97, 0); /* 0 and 1 are others' */
    assert_near(gpu(&m, "util", "1"), 97, 0);
    assert_int_equal(m.n_events, 2);
    assert_non_null(strstr(m.event.text, "came"));

    put_gpu(&m, A, "0x10de", "active");
    fake_nvml_says(&m, "gpu " A "\n" FAKE_GPU "gpu 0000:02:00.0\n" FAKE_GPU "gpu " B "\n" FAKE_GPU);
    for (int i = 0; i < 12; i++)
        machine_tick(&m, 1);
    assert_near(gpu(&m, "util", "0"), 97, 0);
    assert_int_equal(m.n_events, 3);
    assert_non_null(strstr(m.event.text, "back"));
    machine_done(&m);
}

/* The driver was loaded again behind our back: opened anew, and no news. */
static void initialised_again(void **state)
{
    (void)state;
    struct machine m;
    begin(&m);
    put_gpu(&m, A, "0x10de", "active");
    fake_nvml_says(&m, "driver epoch 1\ngpu " A "\n" FAKE_GPU);
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    machine_tick(&m, 1);
    fake_nvml_says(&m, "driver epoch 2\ngpu " A "\n" FAKE_GPU);
    machine_tick(&m, 1);
    assert_nan(gpu(&m, "util", "0"));
    machine_tick(&m, 1);
    assert_near(gpu(&m, "util", "0"), 97, 0);
    assert_int_equal(m.n_events, 0);
    machine_done(&m);
}

/* What blocks for 20 ms is asked seldom, and of one GPU at a time; the value stands in between. */
static void dear_questions(void **state)
{
    (void)state;
    struct machine m;
    begin(&m);
    put_gpu(&m, A, "0x10de", "active");
    put_gpu(&m, B, "0x10de", "active");
    fake_nvml_says(&m, "gpu " A "\n" FAKE_GPU "gpu " B "\n" FAKE_GPU);
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    assert_int_equal(fake_nvml_calls(&m, "nvmlDeviceGetPcieThroughput", ""), 4); /* to know whether there is such */
    int all = 0;
    for (int i = 0; i < 41; i++) {
        machine_tick(&m, 1);
        int now = fake_nvml_calls(&m, "nvmlDeviceGetPcieThroughput", "");
        assert_true(now == 0 || now == 2);
        all += now;
        assert_near(gpu(&m, "pcie.recv", "0"), 1.5e6, 0);
        assert_near(gpu(&m, "pcie.send", "1"), 250e3, 0);
    }
    assert_int_equal(all, 4 * 2 * 2 - 2); /* 10, 20, 30, 40 s, the second GPU one tick later */
    machine_done(&m);
}

struct reading {
    struct machine *m;
    struct os_lock *lock;
    bool done;
};

static void tick(void *p)
{
    struct reading *r = p;
    machine_tick(r->m, 1);
    os_lock(r->lock);
    r->done = true;
    os_unlock(r->lock);
}

static bool done(struct reading *r, int64_t within_ms)
{
    for (int64_t end = os_mono_ns() + within_ms * 1000000;; os_sleep_until(os_mono_ns() + 2000000)) {
        os_lock(r->lock);
        bool yes = r->done;
        os_unlock(r->lock);
        if (yes || os_mono_ns() > end)
            return yes;
    }
}

/* The reading hangs as long as the driver does, and is right afterwards. */
static void hangs(void **state)
{
    (void)state;
    struct machine m;
    struct reading r = { .m = &m, .lock = os_lock_new() };
    begin(&m);
    assert_true(adapter_nvidia.apart); /* so that nobody else waits */
    put_gpu(&m, A, "0x10de", "active");
    fake_nvml_says(&m, "gpu " A "\n" FAKE_GPU);
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    fake_nvml_says(&m, "gpu " A "\nutil 5\nmemory.util 1\ntemp hang\n");
    assert_int_equal(os_thread(tick, &r), 0);
    assert_false(done(&r, 60));
    fake_nvml_says(&m, "gpu " A "\nutil 5\nmemory.util 1\ntemp 41\n");
    assert_true(done(&r, 10000));
    assert_near(gpu(&m, "temp", "0"), 41, 0);
    os_lock_free(r.lock);
    machine_done(&m);
}

static void broken_recordings(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "", "gpu", "gpu \n", "util 3\n", "gpu " A, "gpu " A "\nutil\n", "gpu " A "\nutil x\nutil 1e999\n",
        "gpu " A "\nthrottle -1\nvram.total 0\nvram.used 5\n", "gpu " A "\ncompute x y\ncompute 99999999999 1\ncompute -4 1\n",
        "driver\ngpu " A "\n", "gpu " A "\nutil nan\n", "gpu " A "\nutil inf\n", "\n\n\n", "gpu " A "\nutil 3 4 5 6\n",
    };
    struct machine m;
    begin(&m);
    m.env.of = NULL;
    put_gpu(&m, A, "0x10de", "active");
    fake_nvml_recorded(&m, "gpu " A "\n" FAKE_GPU);
    assert_int_equal(machine_open(&m, &adapter_nvidia), 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        fake_nvml_recorded(&m, "%s", broken[i]);
        machine_tick(&m, 1);
        double util = gpu(&m, "util", "0");
        assert_true(isnan(util) || util == 3);
        assert_nan(gpu(&m, "vram.util", "0"));
        assert_nan(gpu(&m, "temp", "0"));
        fake_nvml_recorded(&m, "gpu " A "\n" FAKE_GPU);
        for (int k = 0; k < 12; k++)
            machine_tick(&m, 4000); /* it may have counted as lost */
        assert_near(gpu(&m, "util", "0"), 97, 0);
    }
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric), cmocka_unit_test(reasons_to_slow_down), cmocka_unit_test(several),
        cmocka_unit_test(absent), cmocka_unit_test(denied_in_part), cmocka_unit_test(without_sys),
        cmocka_unit_test(never_wakes_a_sleeper), cmocka_unit_test(asks_only_those_awake),
        cmocka_unit_test(lets_an_idle_one_rest), cmocka_unit_test(lost_and_back),
        cmocka_unit_test(unplugged_and_another),
        cmocka_unit_test(initialised_again), cmocka_unit_test(dear_questions), cmocka_unit_test(hangs),
        cmocka_unit_test(broken_recordings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

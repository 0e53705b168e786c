/*
 * NVIDIA's library in two generations, and recorded: the same answers, the same errors. The library
 * is the made-up one of tests/fake; no GPU was at hand.
 */
#include "test.h"

#include "fake_nvml.h"
#include "os/nvml.h"
#include "os/os.h"

#include <errno.h>

static const char *const sources[] = { "old", "new", "recorded" };
enum { OLD, NEW, RECORDED, SOURCES };

/* Says it to whichever is asked, and returns the root to ask with. */
__attribute__((format(printf, 3, 4)))
static const char *say(struct machine *m, int source, const char *fmt, ...)
{
    char text[8192];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (source == RECORDED) {
        fake_nvml_recorded(m, "%s", text);
        return m->root;
    }
    fake_nvml_says(m, "%s", text);
    return "";
}

static void begin(struct machine *m, int source)
{
    machine_init(m);
    fake_nvml_use(m, source == RECORDED ? "new" : sources[source]);
}

#define ALL (NVML_BIT(NVML_READINGS) - 1)

static void all_readings(void **state)
{
    (void)state;
    static const struct { enum nvml_reading reading; double want; bool only_new; } cases[] = {
        { NVML_UTIL, 97, false }, { NVML_MEMORY_UTIL, 41, false }, { NVML_ENCODER_UTIL, 12, false },
        { NVML_DECODER_UTIL, 13, false }, { NVML_JPEG_UTIL, 14, true }, { NVML_OFA_UTIL, 15, true },
        { NVML_VRAM_TOTAL, 16e9, false }, { NVML_VRAM_USED, 4e9, false }, { NVML_TEMP, 66, false },
        { NVML_TEMP_MEMORY, 72, false }, { NVML_TEMP_LIMIT, 95, false }, { NVML_POWER, 215.3, false },
        { NVML_POWER_LIMIT, 320, false }, { NVML_ENERGY, 123456.789, false }, { NVML_CLOCK_CORE, 2505e6, false },
        { NVML_CLOCK_MEMORY, 11201e6, false }, { NVML_CLOCK_VIDEO, 1950e6, false }, { NVML_CLOCK_MAX, 3105e6, false },
        { NVML_FAN, 44, false }, { NVML_FAN_SPEED, 1320, true }, { NVML_PSTATE, 2, false }, { NVML_THROTTLE, 4, false },
        { NVML_ECC_CORRECTED, 7, false }, { NVML_ECC_UNCORRECTED, 1, false }, { NVML_PCIE_GENERATION, 4, false },
        { NVML_PCIE_WIDTH, 16, false }, { NVML_PCIE_REPLAYS, 3, false }, { NVML_PCIE_RECV, 1.5e6, false },
        { NVML_PCIE_SEND, 250e3, false },
    };
    assert_int_equal(sizeof cases / sizeof *cases, NVML_READINGS);
    for (int source = 0; source < SOURCES; source++) {
        struct machine m;
        struct nvml *n;
        double v[NVML_READINGS];
        begin(&m, source);
        const char *root = say(&m, source, "gpu 0000:01:00.0\n" FAKE_GPU);
        assert_int_equal(nvml_open(root, &n), 0);
        assert_int_equal(nvml_count(n), 1);
        int gpu = nvml_device_at(n, "0000:01:00.0");
        assert_true(gpu >= 0);
        assert_int_equal(nvml_read(n, gpu, ALL, v), 0);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            double got = v[cases[i].reading];
            bool known = source != OLD || !cases[i].only_new;
            if (known ? got != cases[i].want : !isnan(got)) /* to the last bit: recordings give back the same */
                fail_msg("%s, %s: %.17g", sources[source], nvml_reading_name(cases[i].reading), got);
        }
        assert_int_equal(nvml_read(n, gpu, NVML_BIT(NVML_POWER), v), 0);
        assert_near(v[NVML_POWER], 215.3, 0);
        assert_nan(v[NVML_UTIL]);
        say(&m, source, "gpu 0000:01:00.0\npstate 32\ntemp 55\n"); /* of the rest it says nothing */
        assert_int_equal(nvml_read(n, gpu, ALL, v), 0);
        assert_true(source == RECORDED || isnan(v[NVML_PSTATE]));
        assert_near(v[NVML_TEMP], 55, 0);
        assert_nan(v[NVML_POWER]);
        nvml_close(n);
        machine_done(&m);
    }
}

static void processes(void **state)
{
    (void)state;
    for (int source = 0; source < SOURCES; source++) {
        struct machine m;
        struct nvml *n;
        struct nvml_process p[4];
        begin(&m, source);
        const char *root = say(&m, source, "gpu 0000:01:00.0\ncompute 77 1000\ncompute 4711 3000000000\ncompute 9\n"
                               "graphics none\ngpu 0000:02:00.0\ncompute 5 5\n");
        assert_int_equal(nvml_open(root, &n), 0);
        int gpu = nvml_device_at(n, "0000:01:00.0"), other = nvml_device_at(n, "0000:02:00.0");
        assert_int_equal(nvml_processes(n, gpu, NVML_COMPUTE, p, 4), 3);
        assert_int_equal(p[0].pid, 77);
        assert_near(p[0].bytes, 1000, 0);
        assert_int_equal(p[1].pid, 4711);
        assert_near(p[1].bytes, 3e9, 0);
        assert_int_equal(p[2].pid, 9);
        assert_nan(p[2].bytes);
        assert_int_equal(nvml_processes(n, gpu, NVML_COMPUTE, p, 2), 3);
        assert_int_equal(nvml_processes(n, gpu, NVML_GRAPHICS, p, 4), 0);
        assert_int_equal(nvml_processes(n, other, NVML_COMPUTE, p, 4), 1);
        assert_int_equal(p[0].pid, 5);
        assert_int_equal(nvml_processes(n, other, NVML_GRAPHICS, p, 4), -EOPNOTSUPP);
        nvml_close(n);
        machine_done(&m);
    }
}

/* More than the library has room for: their number is known all the same. */
static void many_processes(void **state)
{
    (void)state;
    struct machine m;
    struct nvml *n;
    static struct nvml_process p[1024];
    char text[16384] = "gpu 0000:01:00.0\n";
    begin(&m, NEW);
    for (int i = 1; i <= 600; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "compute %d %d\n", i, i);
    fake_nvml_says(&m, "%s", text);
    assert_int_equal(nvml_open("", &n), 0);
    int gpu = nvml_device_at(n, "0000:01:00.0");
    assert_int_equal(nvml_processes(n, gpu, NVML_COMPUTE, p, 512), 600);
    nvml_close(n);
    machine_done(&m);
}

static void what_opening_says(void **state)
{
    (void)state;
    static const struct { const char *text; int want; } cases[] = {
        { "driver not_loaded\n", -ENODEV }, { "driver denied\n", -EACCES }, { "driver other_release\n", -EPROTO },
        { "driver broken\n", -EIO }, { "", 0 },
    };
    for (int source = 0; source < SOURCES; source++) {
        struct machine m;
        struct nvml *n;
        begin(&m, source);
        assert_int_equal(nvml_open(m.root, &n), -ENOENT); /* nothing is recorded */
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            assert_int_equal(nvml_open(say(&m, source, "%s", cases[i].text), &n), cases[i].want);
        assert_int_equal(nvml_count(n), 0);
        assert_int_equal(nvml_device(n, 0), -ENOENT);
        nvml_close(n);
        setenv("SONDE_NVML_LIBRARY", "/nowhere/libnvidia-ml.so.1", 1);
        assert_int_equal(nvml_open("", &n), -ENOENT);
        setenv("SONDE_NVML_LIBRARY", "libm.so.6", 1);
        assert_int_equal(nvml_open("", &n), -ENOSYS);
        machine_done(&m);
    }
}

static void what_asking_says(void **state)
{
    (void)state;
    static const struct { const char *text; int hold, read; } cases[] = {
        { "gpu 0000:01:00.0 lost\n", -ENXIO, -ENXIO },
        { "gpu 0000:01:00.0 denied\n", -EACCES, -EACCES },
        { "gpu 0000:01:00.0\ntemp denied\n", 0, -EACCES },
        { "gpu 0000:01:00.0\ntemp denied\nutil 1\nmemory.util 1\n", 0, 0 },
        { "gpu 0000:01:00.0\n", 0, 0 },
    };
    for (int source = 0; source < SOURCES; source++) {
        struct machine m;
        struct nvml *n;
        double v[NVML_READINGS];
        char address[NVML_ADDRESS_MAX] = "";
        begin(&m, source);
        assert_int_equal(nvml_open(say(&m, source, "gpu 0000:01:00.0\n" FAKE_GPU), &n), 0);
        int gpu = nvml_device(n, 0);
        assert_int_equal(nvml_device_at(n, "0000:01:00.0"), gpu);
        assert_int_equal(nvml_device_at(n, "0000:0a:00.0"), -ENOENT);
        assert_int_equal(nvml_device(n, 1), -ENOENT);
        assert_int_equal(nvml_address(n, gpu, address), 0);
        assert_string_equal(address, "0000:01:00.0");
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            say(&m, source, "%s", cases[i].text);
            int hold = nvml_device_at(n, "0000:01:00.0");
            assert_int_equal(hold < 0 ? hold : 0, cases[i].hold);
            assert_int_equal(nvml_read(n, gpu, ALL, v), cases[i].read);
            assert_nan(v[NVML_POWER]);
        }
        say(&m, source, "gpu 0000:02:00.0\n" FAKE_GPU); /* another one in its place */
        assert_int_equal(nvml_read(n, gpu, ALL, v), -ENXIO);
        nvml_close(n);
        machine_done(&m);
    }
}

static void initialised_again(void **state)
{
    (void)state;
    struct machine m;
    struct nvml *n;
    double v[NVML_READINGS];
    begin(&m, NEW);
    fake_nvml_says(&m, "driver epoch 1\ngpu 0000:01:00.0\n" FAKE_GPU);
    assert_int_equal(nvml_open("", &n), 0);
    int gpu = nvml_device(n, 0);
    fake_nvml_says(&m, "driver epoch 2\ngpu 0000:01:00.0\n" FAKE_GPU);
    assert_int_equal(nvml_read(n, gpu, ALL, v), -ESTALE);
    nvml_close(n);
    assert_int_equal(nvml_open("", &n), 0);
    assert_int_equal(nvml_read(n, nvml_device(n, 0), ALL, v), 0);
    nvml_close(n);
    machine_done(&m);
}

/* A root given, the library stays where it is; and one opened is closed. */
static void never_below_a_root(void **state)
{
    (void)state;
    struct machine m;
    struct nvml *n;
    begin(&m, NEW);
    fake_nvml_recorded(&m, "gpu 0000:01:00.0\n" FAKE_GPU);
    assert_int_equal(nvml_open(m.root, &n), 0);
    assert_int_equal(nvml_count(n), 1);
    nvml_close(n);
    assert_int_equal(fake_nvml_calls(&m, "", ""), 0);
    assert_int_equal(nvml_open("", &n), 0);
    nvml_close(n);
    assert_int_equal(fake_nvml_calls(&m, "nvmlShutdown", ""), 1);
    machine_done(&m);
}

struct asked {
    struct nvml *n;
    int gpu, rc;
    double power;
    struct os_lock *lock;
    bool answered;
};

static void ask(void *p)
{
    struct asked *a = p;
    double v[NVML_READINGS];
    int rc = nvml_read(a->n, a->gpu, ALL, v);
    os_lock(a->lock);
    a->rc = rc;
    a->power = v[NVML_POWER];
    a->answered = true;
    os_unlock(a->lock);
}

static bool answered(struct asked *a, int64_t within_ms)
{
    int64_t end = os_mono_ns() + within_ms * 1000000;
    for (bool yes = false;; os_sleep_until(os_mono_ns() + 2000000)) {
        os_lock(a->lock);
        yes = a->answered;
        os_unlock(a->lock);
        if (yes || os_mono_ns() > end)
            return yes;
    }
}

static void a_call_that_hangs(void **state)
{
    (void)state;
    static const char *const hangs[] = { "gpu 0000:01:00.0\npower hang\n", "gpu 0000:01:00.0 hang\n" };
    for (int source = 0; source < SOURCES; source++)
        for (size_t i = 0; i < sizeof hangs / sizeof *hangs; i++) {
            struct machine m;
            begin(&m, source);
            struct asked a = { .lock = os_lock_new() };
            assert_int_equal(nvml_open(say(&m, source, "gpu 0000:01:00.0\n" FAKE_GPU), &a.n), 0);
            a.gpu = nvml_device(a.n, 0);
            say(&m, source, "%s", hangs[i]);
            assert_int_equal(os_thread(ask, &a), 0);
            assert_false(answered(&a, 60));
            say(&m, source, "gpu 0000:01:00.0\n" FAKE_GPU);
            assert_true(answered(&a, 10000));
            assert_int_equal(a.rc, 0);
            assert_near(a.power, 215.3, 0);
            nvml_close(a.n);
            os_lock_free(a.lock);
            machine_done(&m);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_readings), cmocka_unit_test(processes), cmocka_unit_test(many_processes),
        cmocka_unit_test(what_opening_says), cmocka_unit_test(what_asking_says), cmocka_unit_test(initialised_again),
        cmocka_unit_test(never_below_a_root), cmocka_unit_test(a_call_that_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

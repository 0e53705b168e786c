/* Recording a machine: nothing that names somebody gets into it,
 * nothing that adapters need is missing. */
#include "test.h"

#include "app/capture.h"

#include "adapters/linux/gpu.h"
#include "base/auto.h"
#include "core/replay.h"
#include "core/sampler.h"
#include "fake_nvml.h"
#include "os/host.h"
#include "os/os.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct adapter *const all[] = { ADAPTERS NULL };

static void texts(void **state)
{
    (void)state;
    static const struct { const char *in, *want; } cases[] = {
        { "eth0: 1 2", "eth0: 1 2" }, { "vethab12cd3: 5", "veth1: 5" }, { "br-0123456789ab", "br-1" }, { "br-lan", "br-lan" },
        { "veth0", "veth0" }, { "enx001122334455", "enx1" }, { "docker0", "docker0" }, { "", "" },
        { "hid-00:11:22:aa:bb:cc-battery", "hid-02:00:00:00:00:01-battery" }, { "0000:00:1f.3", "0000:00:1f.3" },
        { "00:11:22:aa:bb:cc:dd", "02:00:00:00:00:01:dd" }, { "wlp3s0\nlo", "wlp3s0\nlo" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scrub s = { 0 };
        auto_buf struct buf out = { 0 };
        scrub_text(&s, cases[i].in, &out);
        assert_string_equal(buf_text(&out), cases[i].want);
        scrub_done(&s);
    }
}

static void one_name_one_substitute(void **state)
{
    (void)state;
    struct scrub s = { 0 };
    auto_buf struct buf out = { 0 };
    scrub_text(&s, "vethaaaaaa1 vethbbbbbb2 vethaaaaaa1", &out);
    assert_string_equal(out.p, "veth1 veth2 veth1");
    buf_clear(&out);
    scrub_path(&s, "/sys/fs/cgroup/memory/user.slice/user-1000.slice/memory.max", &out);
    assert_string_equal(out.p, "/sys/fs/cgroup/memory/user.slice/group-1.slice/memory.max");
    buf_clear(&out);
    scrub_cgroup(
        &s, "4:memory:/user.slice/user-1000.slice\n0::/user-1000.slice/session-3.scope\nno path\n",
        &out);
    assert_string_equal(out.p, "4:memory:/user.slice/group-1.slice\n0::/group-1.slice/group-2.scope\n\n");
    scrub_done(&s);
}

static void processes(void **state)
{
    (void)state;
    static const struct { const char *in, *want; bool keep; } cases[] = {
        { "7 (bash) S 1 7 7 0 -1 4194560 1\n", "7 (p1) S 1 7 7 0 -1 4194560 1\n", false },
        { "7 (a) b (c) S 1 7 7 0 -1 4194560 1\n", "7 (p1) S 1 7 7 0 -1 4194560 1\n", false },
        { "7 (a\n) S 1 7 7 0 -1 4194560 1\n", "7 (p1) S 1 7 7 0 -1 4194560 1\n", false },
        { "7 (bash) S 1 7 7 0 -1 4194560 1\n", "7 (bash) S 1 7 7 0 -1 4194560 1\n", true },
        { "2 (kthreadd) S 0 0 0 0 -1 2129984 0\n", "2 (kthreadd) S 0 0 0 0 -1 2129984 0\n", false },
        { "9 (192.0.2.1-manager) S 2 0 0 0 -1 2129984 0\n", "9 (p1) S 2 0 0 0 -1 2129984 0\n", false },
        { "7 (bash) S 1 7", "", false }, { "7 (bash", "", false }, { "", "", false }, { ")(", "", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scrub s = { .keep_process_names = cases[i].keep };
        auto_buf struct buf out = { 0 };
        scrub_process(&s, cases[i].in, &out);
        assert_string_equal(buf_text(&out), cases[i].want);
        scrub_done(&s);
    }
}

static void mounts(void **state)
{
    (void)state;
    static const struct { const char *in, *want; } cases[] = {
        { "28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro",
          "28 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n" },
        { "28 1 0:5 /srv/joe /media/joe/My\\040Disk ro - btrfs /dev/mapper/luks-joe ro,subvol=/srv/joe",
          "28 1 0:5 /part /mnt/1 ro - btrfs /dev/source-1 ro\n" },
        { "28 1 0:5 / /data rw - nfs4 nas.example:/joe rw,addr=192.0.2.1", "28 1 0:5 / /mnt/1 rw - nfs4 source-1 rw\n" },
        { "28 1 0:5 / /run/user/1000 rw - tmpfs tmpfs rw,uid=1000", "28 1 0:5 / /mnt/1 rw - tmpfs tmpfs rw\n" },
        { "33 31 0:4 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", "33 31 0:4 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" },
        { "28 1 0:5 / /data", "28 1 0:5 / /mnt/1\n" }, { "-", "\n" }, { "", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scrub s = { 0 };
        auto_buf struct buf out = { 0 };
        scrub_mounts(&s, cases[i].in, &out);
        assert_string_equal(buf_text(&out), cases[i].want);
        scrub_done(&s);
    }
}

static void serial_numbers(void **state)
{
    (void)state;
    struct scrub s = { 0 };
    auto_buf struct buf out = { 0 };
    scrub_cpuinfo(&s, "model name\t: x\nSerial\t\t: 00000000deadbeef\nRevision\t: 1\n"
                  "processor 0: version = FF,  identification = 0155A8,  machine = 8561", &out);
    assert_string_equal(out.p, "model name\t: x\nRevision\t: 1\nprocessor 0: version = FF,  "
                               "identification = 000000,  machine = 8561\n");
    scrub_done(&s);
}

/* A clock that the test need not wait for. */
struct stepped {
    struct clock clock;
    int64_t mono_ns;
    int left; /* waits until it says stop */
    struct machine *m;
};

static struct instant stepped_now(struct clock *c)
{
    const struct stepped *s = (const struct stepped *)c;
    return (struct instant){ .wall_ms = 5000, .mono_ns = s->mono_ns, .boot_ns = s->mono_ns };
}

static int stepped_wait(struct clock *c, int64_t mono_ns)
{
    struct stepped *s = (struct stepped *)c;
    if (s->left-- == 0)
        return -EINTR;
    s->mono_ns = mono_ns;
    machine_write(s->m, "/proc/loadavg", "2.00 2.00\n");
    if (os_exists(s->m->root, "/proc/77"))
        machine_remove(s->m, "/proc/77");
    return 0;
}

#define CANARY "Canary"

static int setup(void **state)
{
    static struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/stat", "cpu  1 2 3 4 5 6 7 8 9 10\n");
    machine_write(&m, "/proc/loadavg", "1.00 1.00\n");
    machine_write(&m, "/proc/77/stat", "77 (" CANARY ") S 1 77 77 0 -1 4194560 1\n");
    machine_write(&m, "/proc/77/cmdline", CANARY);
    machine_write(&m, "/proc/78/stat", "78 (x ) " CANARY ") S 1 77 77 0 -1 4194560 1\n");
    machine_write(&m, "/proc/79/stat", "79 (cut " CANARY);
    machine_write(&m, "/proc/sys/kernel/hostname", CANARY);
    machine_write(&m, "/proc/self/mountinfo",
                  "28 1 8:1 / /media/" CANARY " rw - nfs " CANARY ":/x rw,addr=" CANARY "\n"
                  "29 1 8:1 /" CANARY " /dead rw - ext4 /dev/mapper/" CANARY " rw\n");
    machine_write(&m, "/.sonde/statfs", "/media/" CANARY " 100 50 40 10 9\n/dead hang\n");
    machine_write(&m, "/proc/self/cgroup", "0::/user.slice/" CANARY ".slice/" CANARY "-2.scope\n");
    machine_write(&m, "/sys/fs/cgroup/user.slice/" CANARY ".slice/" CANARY "-2.scope/cpu.max",
                  "max 100000\n");
    machine_write(&m, "/sys/fs/cgroup/user.slice/cpu.max", "1000 100000\n");
    machine_write(&m, "/sys/fs/cgroup/system.slice/" CANARY ".service/memory.current", "5\n");
    machine_write(&m, "/sys/devices/pci/net/eth0/type", "1\n");
    machine_write(&m, "/sys/devices/pci/net/eth0/address", CANARY);
    machine_link(&m, "/sys/devices/pci/net/eth0/device", "../../../pci");
    machine_link(&m, "/sys/class/net/eth0", "../../devices/pci/net/eth0");
    machine_link(&m, "/sys/class/net/bad", "/etc");
    machine_write(&m, "/sys/devices/asleep/hwmon/hwmon0/temp1_input", "1\n");
    machine_write(&m, "/sys/devices/asleep/power/runtime_status", "suspended\n");
    machine_link(&m, "/sys/devices/asleep/hwmon/hwmon0/device", "../../../asleep");
    machine_link(&m, "/sys/class/hwmon/hwmon0", "../../devices/asleep/hwmon/hwmon0");
    for (int gpu = 0; gpu < 2; gpu++) { /* the first is awake */
        machine_printf(&m, gpu ? "/sys/devices/gpu1/power/runtime_status" : "/sys/devices/gpu0/power/runtime_status",
                       gpu ? "suspended\n" : "active\n");
        machine_bytes(&m, gpu ? "/sys/devices/gpu1/gpu_metrics" : "/sys/devices/gpu0/gpu_metrics", "\0\377\0", 3);
        machine_link(&m, gpu ? "/sys/class/drm/renderD129/device" : "/sys/class/drm/renderD128/device",
                     gpu ? "../../../devices/gpu1" : "../../../devices/gpu0");
        machine_link(&m, gpu ? "/sys/class/drm/card1/device" : "/sys/class/drm/card0/device",
                     gpu ? "../../../devices/gpu1" : "../../../devices/gpu0");
        machine_link(&m, gpu ? "/proc/78/fd/5" : "/proc/78/fd/4", gpu ? "/dev/dri/renderD129" : "/dev/dri/renderD128");
        machine_write(&m, gpu ? "/proc/78/fdinfo/5" : "/proc/78/fdinfo/4",
                      "pos:\t0\ndrm-driver:\txe\ndrm-client-name:\t" CANARY "\ndrm-client-id:\t3\n");
    }
    machine_link(&m, "/proc/78/fd/6", "/home/" CANARY);
    machine_write(&m, "/sys/class/dmi/id/product_serial", CANARY);
    machine_write(&m, "/sys/class/dmi/id/board_name", "board\n");
    *state = &m;
    return 0;
}

static int teardown(void **state)
{
    machine_done(*state);
    return 0;
}

static int search(void *self, const char *path, enum os_kind kind)
{
    char full[OS_PATH_MAX], text[65536] = "";
    assert_null(strstr(path, CANARY));
    snprintf(full, sizeof full, "/%s", path);
    if (kind == OS_FILE)
        assert_true(os_read_text(self, full, text, sizeof text) >= 0);
    if (kind == OS_LINK)
        assert_true(os_read_link(self, full, text, sizeof text) >= 0);
    if (strstr(text, CANARY))
        fail_msg("%s holds the name: %s", path, text);
    return 0;
}

static void expect(const char *dir, const char *path, const char *want)
{
    char text[4096];
    if (os_read_text(dir, path, text, sizeof text) < 0)
        fail_msg("%s is missing", path);
    assert_string_equal(text, want);
}

static void no_name_gets_out(void **state)
{
    struct machine *m = *state;
    struct stepped clock = { .clock = { stepped_now, stepped_wait, false }, .left = 9, .m = m };
    struct capture c = { .root = m->root, .clock = &clock.clock, .count = 2, .interval_s = 1 };
    char dir[128];
    snprintf(dir, sizeof dir, "%s/out", m->root);
    assert_int_equal(capture_run(&c, dir), 0);
    assert_int_equal(c.done, 2);
    assert_int_equal(os_walk(dir, search, dir), 0);

    expect(dir, "/0000/proc/77/stat", "77 (p1) S 1 77 77 0 -1 4194560 1\n");
    assert_false(os_exists(dir, "/0000/proc/79"));
    expect(dir, "/0000/.sonde/statfs", "/mnt/1 100 50 40 10 9\n/mnt/2 hang\n");
    expect(dir, "/0000/sys/fs/cgroup/user.slice/group-1.slice/group-2.scope/cpu.max", "max 100000\n");
    expect(dir, "/0000/sys/fs/cgroup/user.slice/cpu.max", "1000 100000\n");
    expect(dir, "/0000/sys/fs/cgroup/system.slice/group-3.service/memory.current", "5\n");
    assert_false(os_exists(dir, "/0000/sys/class/net/eth0/type")); /* nobody reads it */
    expect(dir, "/0000/sys/class/dmi/id/board_name", "board\n");
    expect(dir, "/0000/sys/devices/asleep/power/runtime_status", "suspended\n");
    assert_false(os_exists(dir, "/0000/sys/devices/asleep/hwmon/hwmon0/temp1_input")); /* reading it would wake it */
    expect(dir, "/0000/proc/78/fdinfo/4", "drm-driver:\txe\ndrm-client-id:\t3\n");
    char metrics[8];
    assert_int_equal(os_read_text(dir, "/0000/sys/devices/gpu0/gpu_metrics", metrics, sizeof metrics), 3);
    assert_false(os_exists(dir, "/0000/sys/devices/gpu1/gpu_metrics"));
    assert_false(os_exists(dir, "/0000/proc/78/fdinfo/5"));
    assert_false(os_exists(dir, "/0000/proc/78/fdinfo/6"));
    expect(dir, "/0001/proc/loadavg", "2.00 2.00\n");
    expect(dir, "/0001/.sonde/gone", "/proc/77/stat\n");
    assert_false(os_exists(dir, "/0001/proc/stat"));

    struct replay *r;
    char text[64];
    assert_int_equal(replay_open(dir, &r), 0);
    assert_int_equal(os_read_link(replay_root(r), "/sys/class/net/eth0", text, sizeof text), 26);
    assert_string_equal(text, "../../devices/pci/net/eth0");
    assert_true(os_read_link(replay_root(r), "/sys/class/net/eth0/device", text, sizeof text) > 0);
    assert_true(os_read_link(replay_root(r), "/proc/78/fd/4", text, sizeof text) > 0);
    assert_string_equal(text, "../../../dev/dri/renderD128");
    struct clock *rc = replay_clock(r);
    assert_int_equal(rc->wait(rc, 0), 0);
    assert_false(os_exists(replay_root(r), "/proc/77"));
    replay_close(r);
}

static void whole_or_not_at_all(void **state)
{
    struct machine *m = *state;
    struct stepped clock = { .clock = { stepped_now, stepped_wait, false }, .left = 1, .m = m };
    struct capture c = { .root = m->root, .clock = &clock.clock, .count = 5,
                         .interval_s = 1, .keep_process_names = true };
    char dir[128], path[160];

    machine_write(m, "/taken/file", "mine");
    snprintf(dir, sizeof dir, "%s/taken", m->root);
    assert_int_equal(capture_run(&c, dir), -ENOTEMPTY);
    expect(m->root, "/taken/file", "mine");
    snprintf(path, sizeof path, "%s/file", dir);
    assert_int_equal(capture_run(&c, path), -ENOTEMPTY);

    /* An empty directory will do, and who stops early keeps what is there. */
    snprintf(dir, sizeof dir, "%s/empty/", m->root);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(capture_run(&c, dir), 0);
    assert_int_equal(c.done, 2);
    expect(m->root, "/empty/0000/proc/77/stat", "77 (" CANARY ") S 1 77 77 0 -1 4194560 1\n");
    assert_false(os_exists(m->root, "/empty/0002"));
    assert_false(os_exists(m->root, "/empty.part"));

    /* What cannot be replaced by the recording is refused at once; what a killed one left, too. */
    machine_write(m, "/bare/ORIGIN", "");
    snprintf(path, sizeof path, "%s/bare/ORIGIN", m->root);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/bare/.", m->root);
    assert_int_equal(capture_run(&c, path), -EBUSY);
    snprintf(path, sizeof path, "%s/bare/link", m->root);
    assert_int_equal(symlink("../none", path), 0);
    assert_int_equal(capture_run(&c, path), -EBUSY);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/bare", m->root);
    machine_write(m, "/bare.part/0000/proc/stat", "");
    assert_int_equal(capture_run(&c, path), -EEXIST);
    assert_true(os_exists(path, ""));

    c.root = dir; /* nothing of a machine at its top */
    snprintf(path, sizeof path, "%s/none", m->root);
    assert_int_equal(capture_run(&c, path), -ENODATA);
    assert_false(os_exists(path, "") || os_exists(m->root, "/none.part"));
}

/* Below the root "" /sys is that of this machine: a real GPU is not known to the made-up library. */
static void skip_with_a_gpu(void)
{
    char address[GPU_MAX][GPU_ADDRESS_MAX];
    int number[GPU_MAX];
    if (gpu_list("", 0x10de, address, number))
        skip();
}

/* What NVIDIA's library (a made-up one) says comes back from the recording, to the last bit. */
static void gpus_come_back(void **state)
{
    (void)state;
    skip_with_a_gpu();
    static const char *const generations[] = { "old", "new" };
    static const struct adapter *const nvidia[] = { &adapter_nvidia, NULL };
    for (size_t g = 0; g < sizeof generations / sizeof *generations; g++) {
        struct machine m;
        machine_init(&m);
        fake_nvml_use(&m, generations[g]);
        fake_nvml_says(&m, "gpu 7ffe:01:00.0\n" FAKE_GPU "compute 4711 3000000000\ncompute 12\ngraphics none\n"
                           "gpu 7ffe:02:00.0\nutil 3\nmemory.util 1\npower 31.123\nenergy 1000.001\n");
        char dir[128];
        snprintf(dir, sizeof dir, "%s/out", m.root);
        struct capture c = { .root = "", .clock = clock_system(), .count = 2, .interval_s = 0.1 };
        assert_int_equal(capture_run(&c, dir), 0);

        struct sampler *live = sampler_open(nvidia, &(struct sampler_options){
            .root = "", .interval_s = 0.1, .patience_s = 5 });
        struct replay *r;
        assert_int_equal(replay_open(dir, &r), 0);
        struct sampler *again = sampler_open(nvidia, &(struct sampler_options){
            .root = replay_root(r), .clock = replay_clock(r), .interval_s = 0.1 });
        const struct frame *x, *y;
        const struct schema *s = sampler_schema(live);
        do /* on a busy machine an answer counts for a later tick */
            assert_int_equal(sampler_next(live, &x), 0);
        while (isnan(frame_get(x, schema_find(s, "gpu.util", "0"))));
        assert_int_equal(sampler_next(again, &y), 0);
        int same = 0;
        for (int i = schema_next(s, "gpu.util", -1); i >= 0 && i < schema_size(s); i++) {
            if (strncmp(schema_id(s, i), "gpu.", 4) != 0)
                continue;
            assert_string_equal(schema_id(sampler_schema(again), i), schema_id(s, i));
            assert_true(x->v[i] == y->v[i] || (isnan(x->v[i]) && isnan(y->v[i])));
            same += !isnan(x->v[i]);
        }
        assert_true(same > 35);
        assert_int_equal(schema_size(sampler_schema(again)), schema_size(s));
        sampler_close(live);
        sampler_close(again);
        replay_close(r);
        machine_done(&m);
        unsetenv("SONDE_NVML_LIBRARY");
    }
}

static void of_gpus(struct gpus *g, const char *want)
{
    auto_buf struct buf out = { 0 };
    gpus_put(g, "", &out);
    assert_string_equal(buf_text(&out), want);
}

static void gpus_that_fail(void **state)
{
    (void)state;
    static const struct { const char *says, *want; } cases[] = {
        { "driver not_loaded\n", "driver not_loaded\n" }, { "driver denied\n", "driver denied\n" },
        { "driver other_release\n", "driver other_release\n" }, { "driver broken\n", "driver broken\n" },
        { "", "driver loaded\n" },
        { "gpu 7ffe:01:00.0\ntemp 40\n", "driver loaded\ngpu 7ffe:01:00.0\ntemp 40\n" },
        { "gpu 7ffe:01:00.0\ntemp denied\n", "driver loaded\ngpu 7ffe:01:00.0 denied\n" },
    };
    skip_with_a_gpu();
    struct machine m;
    machine_init(&m);
    fake_nvml_use(&m, "new");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gpus g = { 0 };
        fake_nvml_says(&m, "%s", cases[i].says);
        of_gpus(&g, cases[i].want);
        gpus_done(&g);
    }

    /* One that answers, then one that does not: recorded so, and nobody is asked again. */
    struct gpus g = { .wait_ns = 50000000 };
    const char *stuck = "driver loaded\ngpu 7ffe:01:00.0\ntemp 40\ngpu 7ffe:02:00.0 hang\n";
    fake_nvml_says(&m, "gpu 7ffe:01:00.0\ntemp 40\ngpu 7ffe:02:00.0\ntemp hang\n");
    of_gpus(&g, stuck);
    fake_nvml_calls(&m, "", ""); /* from here on */
    fake_nvml_says(&m, "gpu 7ffe:01:00.0\ntemp 41\ngpu 7ffe:02:00.0\ntemp 41\n"); /* lets the thread go */
    of_gpus(&g, stuck);
    for (int i = 0; i < 1000 && !fake_nvml_calls(&m, "nvmlShutdown", ""); i++)
        os_sleep_until(os_mono_ns() + 10000000);
    gpus_done(&g);
    machine_done(&m);
    unsetenv("SONDE_NVML_LIBRARY");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of all metrics after two ticks, sorted, one per line. */
static void metrics(const char *root, struct clock *clock, double interval_s, struct buf *out)
{
    struct sampler *s = sampler_open(all, &(struct sampler_options){
        .root = root, .interval_s = interval_s, .clock = clock });
    const struct frame *f;
    assert_int_equal(sampler_next(s, &f), 0);
    assert_int_equal(sampler_next(s, &f), 0);
    const struct schema *schema = sampler_schema(s);
    size_t n = (size_t)schema_size(schema);
    const char **ids = mem_new(n * sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = schema_id(schema, (int)i);
    qsort(ids, n, sizeof *ids, by_name);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s\n", ids[i]);
    mem_free(ids);
    sampler_close(s);
}

/* Mount points that are not everybody's have other names in a recording: only how many there are
 * counts. Groups have, too, and they come and go while the test runs, as do the largest caches of the kernel. */
static size_t without_mounts(char *text)
{
    size_t mounts_seen = 0;
    char *to = text;
    for (char *line = text; *line;) {
        size_t n = strcspn(line, "\n") + 1;
        bool mount = strncmp(line, "fs.", 3) == 0, cache = strncmp(line, "memory.slab.", 12) == 0;
        bool group = strncmp(line, "cgroup.", 7) == 0;
        mounts_seen += mount;
        if (!mount && !((group || cache) && memchr(line, '{', n))) {
            memmove(to, line, n);
            to += n;
        }
        line += n;
    }
    *to = '\0';
    return mounts_seen;
}

static void adapters_miss_nothing(void **state)
{
    (void)state;
    char dir[OS_PATH_MAX] = "";
    assert_int_equal(os_make_temp_dir(false, dir, sizeof dir), 0);
    struct capture c = { .root = "", .clock = clock_system(), .count = 2, .interval_s = 0.2 };
    assert_int_equal(capture_run(&c, dir), 0);
    auto_buf struct buf live = { 0 }, recorded = { 0 };
    metrics("", NULL, 0.2, &live);
    struct replay *r;
    assert_int_equal(replay_open(dir, &r), 0);
    metrics(replay_root(r), replay_clock(r), replay_interval(r), &recorded);
    struct os_host here, there;
    os_host("", &here);
    os_host(replay_root(r), &there);
    assert_memory_equal(&here, &there, sizeof here);
    replay_close(r);
    assert_int_equal(os_remove_dir(dir), 0);
    assert_int_equal(without_mounts(live.p), without_mounts(recorded.p));
    assert_string_equal(live.p, recorded.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(one_name_one_substitute),
        cmocka_unit_test(processes),
        cmocka_unit_test(mounts),
        cmocka_unit_test(serial_numbers),
        cmocka_unit_test_setup_teardown(no_name_gets_out, setup, teardown),
        cmocka_unit_test_setup_teardown(whole_or_not_at_all, setup, teardown),
        cmocka_unit_test(gpus_come_back),
        cmocka_unit_test(gpus_that_fail),
        cmocka_unit_test(adapters_miss_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

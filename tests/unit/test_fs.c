/* File systems: which count, what df would say, and a dead mount that costs nothing but itself. */
#include "test.h"

#include "machine.h"
#include "os/os.h"

#include <errno.h>

#define ROOT "28 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n"
#define HOME "36 28 259:3 / /home rw - ext4 /dev/nvme0n1p3 rw\n"
#define NAS  "37 28 0:50 / /mnt/nas rw - nfs4 nas:/export rw\n"
#define NAS2 "38 28 0:51 / /mnt/nas2 rw - cifs //nas/x rw\n"
#define SPACE "/ 1000 400 300 100 40\n/home 2000 2000 2000 0 0\n"

static void open_with(struct machine *m, const char *mountinfo, const char *statfs)
{
    machine_init(m);
    machine_write(m, "/proc/self/mountinfo", mountinfo);
    machine_write(m, "/.sonde/statfs", statfs);
    assert_int_equal(machine_open(m, &adapter_fs), 0);
}

static void as_df_says(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, ROOT HOME, SPACE);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "fs.total", "/"), 1000, 0);
    assert_near(machine_get(&m, "fs.used", "/"), 600, 0);
    assert_near(machine_get(&m, "fs.free", "/"), 400, 0);
    assert_near(machine_get(&m, "fs.available", "/"), 300, 0);
    assert_near(machine_get(&m, "fs.util", "/"), 100 * 600.0 / 900, 1e-9);
    assert_near(machine_get(&m, "fs.inodes.util", "/"), 60, 1e-9);
    assert_near(machine_get(&m, "fs.util", "/home"), 0, 0);
    assert_nan(machine_get(&m, "fs.inodes.util", "/home")); /* it does not count them */
    machine_done(&m);
}

static void which_mounts_count(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m,
        "20 1 0:20 / /sys rw - sysfs sysfs rw\n"
        "21 1 0:21 / /run rw - tmpfs tmpfs rw\n"
        "22 1 0:22 / / rw - overlay overlay rw\n"
        "23 1 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro\n"
        "24 1 8:1 /srv/long/way /data/long/way rw - ext4 /dev/sda1 rw\n"
        "25 1 8:1 /srv /data rw - ext4 /dev/sda1 rw\n"
        "26 1 8:1 /srv /data/too rw - ext4 /dev/sda1 rw\n"
        "27 1 8:2 /hosts /etc/hosts rw - ext4 /dev/sda2 rw\n"
        "28 1 0:30 /@home /home rw - btrfs /dev/sda3 rw\n"
        "29 1 0:31 / /with\\040blank\\134 rw shared:1 master:2 - fuse.sshfs host: rw\n"
        "30 1 0:32 / /run/user/1/gvfs rw - fuse.gvfsd-fuse gvfsd rw\n"
        "31 1 0:33 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw\n"
        "32 1 8:5 / /twice rw - ext4 /dev/sda5 rw\n"
        "33 1 8:6 / /twice rw - ext4 /dev/sda6 rw\n"
        "34 1 0:40 / /net rw - autofs auto rw\n"
        "35 1 8:7 / /hidden rw - ext4 /dev/sda7 rw\n"
        "36 35 0:41 / /hidden rw - tmpfs tmpfs rw\n", SPACE);
    static const struct { const char *point; bool is; } cases[] = {
        { "/", true }, { "/data", true }, { "/home", true }, { "/with blank\\", true }, { "/twice", true },
        { "/sys", false }, { "/run", false }, { "/snap/core/1", false }, { "/data/long/way", false }, { "/data/too", false },
        { "/etc/hosts", false }, { "/run/user/1/gvfs", false }, { "/var/lib/docker/overlay2/x/merged", false }, { "/net", false },
        { "/hidden", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(machine_has(&m, "fs.used", cases[i].point), cases[i].is);
    machine_done(&m);
}

static void mounts_come_and_go(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, ROOT, SPACE);
    machine_tick(&m, 10);
    assert_false(machine_has(&m, "fs.used", "/home"));
    machine_write(&m, "/proc/self/mountinfo", ROOT HOME);
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "fs.total", "/home"), 2000, 0);
    machine_write(&m, "/proc/self/mountinfo", ROOT);
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    assert_nan(machine_get(&m, "fs.total", "/home"));
    assert_near(machine_get(&m, "fs.total", "/"), 1000, 0);
    machine_done(&m);
}

static void quick_remote_mounts_are_read_at_once(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, ROOT NAS, SPACE "/mnt/nas 500 100 100 0 0\n");
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "fs.used", "/mnt/nas"), 400, 0);
    assert_int_equal(m.n_events, 0);
    machine_done(&m);
}

/* Real time for the thread of the hanging mount to look again. */
static void let_threads_run(void)
{
    os_sleep_until(os_mono_ns() + 100000000);
}

static void dead_mounts_are_left_alone(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, NAS ROOT NAS2, SPACE "/mnt/nas hang\n/mnt/nas2 500 100 100 0 0\n");
    int64_t start = os_mono_ns();
    machine_tick(&m, 10);
    assert_true(os_mono_ns() - start < 1000000000); /* it is about 50 ms; the machine may be busy */
    assert_near(machine_get(&m, "fs.used", "/"), 600, 0);
    assert_near(machine_get(&m, "fs.used", "/mnt/nas2"), 400, 0);
    assert_nan(machine_get(&m, "fs.used", "/mnt/nas"));
    assert_int_equal(m.n_events, 0);

    machine_tick(&m, 10); /* two seconds have passed */
    assert_int_equal(m.n_events, 1);
    assert_string_equal(m.event.text, "/mnt/nas does not answer: left alone, asked again in 60 s");
    assert_int_equal(m.event.kind, EVENT_ADAPTER);
    for (int i = 0; i < 20; i++)
        machine_tick(&m, 10);
    assert_int_equal(m.n_events, 1);
    assert_nan(machine_get(&m, "fs.used", "/mnt/nas"));
    assert_near(machine_get(&m, "fs.used", "/"), 600, 0);

    /* The server is back: the question that hung is answered, one more is asked,
     * and that is quick. */
    machine_write(&m, "/.sonde/statfs",
                  SPACE "/mnt/nas 500 300 300 0 0\n/mnt/nas2 500 100 100 0 0\n");
    let_threads_run();
    machine_tick(&m, 10);
    let_threads_run();
    machine_tick(&m, 10);
    assert_int_equal(m.n_events, 2);
    assert_string_equal(m.event.text, "/mnt/nas answers again");
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "fs.used", "/mnt/nas"), 200, 0);
    assert_int_equal(m.n_events, 2);
    machine_write(&m, "/.sonde/statfs", "");
    machine_done(&m);
}

static void pauses_grow(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, ROOT NAS, SPACE "/mnt/nas hang\n");
    machine_tick(&m, 10);
    machine_tick(&m, 10); /* at 20 s: silent, asked at 10 s, again at 70 s */
    machine_write(&m, "/.sonde/statfs", SPACE "/mnt/nas 500 300 300 0 0\n");
    let_threads_run(); /* the hung question is answered, which ends no pause */
    for (int i = 0; i < 4; i++)
        machine_tick(&m, 10);
    assert_int_equal(m.n_events, 1);
    assert_nan(machine_get(&m, "fs.used", "/mnt/nas"));
    machine_write(&m, "/.sonde/statfs", SPACE "/mnt/nas hang\n");
    machine_tick(&m, 10); /* at 70 s: asked, hangs again */
    machine_tick(&m, 10); /* noticed; one event is enough, the pause is 120 s */
    machine_write(&m, "/.sonde/statfs", SPACE "/mnt/nas 500 300 300 0 0\n");
    let_threads_run();
    for (int i = 0; i < 10; i++)
        machine_tick(&m, 10);
    assert_int_equal(m.n_events, 1);
    machine_tick(&m, 10); /* at 190 s: asked */
    let_threads_run();
    machine_tick(&m, 10);
    assert_int_equal(m.n_events, 2);
    machine_done(&m);
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "", "\n", "28", "28 1 259:2 / / rw\n", "28 1 259:2 / / rw - \n", "28 1 x:2 / /home rw - ext4 /dev/x rw\n",
        "28 1 259:2 / home rw - ext4 /dev/x rw\n", "28 1 259 / /home rw - ext4 /dev/x rw\n", "\\\\\\ \\ \\ \\ \\ \\ - \\ \\\n",
        "28 1 259:2 / /home rw - ext4 /dev/x", /* cut */
    };
    struct machine m;
    open_with(&m, ROOT, "nonsense\n/ 1 2\n");
    machine_tick(&m, 10);
    assert_nan(machine_get(&m, "fs.total", "/"));
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(&m, "/proc/self/mountinfo", broken[i]);
        machine_tick(&m, 10);
        assert_false(machine_has(&m, "fs.total", "/home"));
    }
    machine_done(&m);
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_fs), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    machine_done(&m);
}

static void many_and_long(void **state)
{
    (void)state;
    static char text[400 * 260];
    size_t n = 0;
    for (int i = 0; i < 400; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "%d 1 8:%d / /m/%0200d rw - ext4 /dev/sda1 rw\n", i + 30, i, i);
    struct machine m;
    open_with(&m, text, SPACE);
    machine_tick(&m, 10);
    assert_int_equal(schema_size(m.s), 256 * 6);
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_df_says), cmocka_unit_test(which_mounts_count), cmocka_unit_test(mounts_come_and_go),
        cmocka_unit_test(quick_remote_mounts_are_read_at_once), cmocka_unit_test(dead_mounts_are_left_alone),
        cmocka_unit_test(pauses_grow), cmocka_unit_test(broken_files), cmocka_unit_test(many_and_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

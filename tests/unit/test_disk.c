/* Disks: what is one, what its numbers mean, how they come and go. */
#include "test.h"

#include "machine.h"

#include <errno.h>

/* name, reads, read sectors, read ms, writes, write sectors, write ms, busy ms, waiting ms */
#define LINE(minor, name, r, rs, rt, w, ws, wt, busy, wait) \
    "   8 " #minor " " name " " #r " 0 " #rs " " #rt " " #w " 0 " #ws " " #wt " 0 " #busy " " #wait " 4 0 64 2 3 1\n"

static void open_with(struct machine *m, const char *diskstats)
{
    machine_init(m);
    machine_write(m, "/proc/diskstats", diskstats);
    assert_int_equal(machine_open(m, &adapter_disk), 0);
}

static void numbers_of_a_disk(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, LINE(0, "sda", 10, 100, 50, 20, 200, 80, 100, 130));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "disk.read", "sda"), 51200, 0);
    assert_near(machine_get(&m, "disk.write", "sda"), 102400, 0);
    assert_near(machine_get(&m, "disk.read", "total"), 51200, 0);
    assert_near(machine_get(&m, "disk.discard", "sda"), 32768, 0);
    assert_near(machine_get(&m, "disk.flushes", "sda"), 3, 0);
    assert_nan(machine_get(&m, "disk.util", "sda"));

    machine_write(&m, "/proc/diskstats", LINE(0, "sda", 14, 300, 90, 26, 200, 140, 600, 2130));
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "disk.read.rate", "sda"), 51200, 1e-6);
    assert_near(machine_get(&m, "disk.reads.rate", "sda"), 2, 1e-9);
    assert_near(machine_get(&m, "disk.util", "sda"), 25, 1e-9);
    assert_near(machine_get(&m, "disk.latency", "sda"), 0.010, 1e-9); /* 100 ms in 10 requests */
    assert_near(machine_get(&m, "disk.read.latency", "sda"), 0.010, 1e-9);
    assert_near(machine_get(&m, "disk.write.latency", "total"), 0.010, 1e-9);
    assert_near(machine_get(&m, "disk.queue", "sda"), 1, 1e-9);

    machine_tick(&m, 1); /* nothing was asked: nothing is known about latency */
    assert_near(machine_get(&m, "disk.util", "sda"), 0, 0);
    assert_nan(machine_get(&m, "disk.latency", "sda"));
    machine_done(&m);
}

static void whole_disks_only(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/block/dm-0/slaves/sda2", "");
    machine_write(&m, "/sys/block/nvme0c0n1/hidden", "1\n");
    machine_write(&m, "/proc/diskstats",
        LINE(0, "loop0", 0, 0, 0, 0, 0, 0, 0, 0) LINE(1, "loop1", 1, 8, 1, 0, 0, 0, 1, 1)
        LINE(0, "sda", 4, 16, 4, 0, 0, 0, 4, 4) LINE(1, "sda1", 2, 8, 2, 0, 0, 0, 2, 2)
                  LINE(12, "sda12", 2, 8, 2, 0, 0, 0, 2, 2)
        LINE(0, "nvme0n1", 1, 8, 1, 0, 0, 0, 1, 1) LINE(1, "nvme0n1p1", 1, 8, 1, 0, 0, 0, 1, 1)
        LINE(2, "nvme0c0n1", 1, 8, 1, 0, 0, 0, 1, 1) LINE(3, "xvda1", 1, 8, 1, 0, 0, 0, 1, 1)
        LINE(0, "dm-0", 1, 8, 1, 0, 0, 0, 1, 1) LINE(10, "dm-01", 1, 8, 1, 0, 0, 0, 1, 1)
        LINE(127, "md127", 1, 8, 1, 0, 0, 0, 1, 1) LINE(0, "zram0", 0, 0, 0, 0, 0, 0, 0, 0)
                  LINE(0, "sr0", 0, 0, 0, 0, 0, 0, 0, 0));
    assert_int_equal(machine_open(&m, &adapter_disk), 0);
    static const struct { const char *name; bool is; } cases[] = {
        { "loop0", false }, { "loop1", true }, { "sda", true }, { "sda1", false }, { "sda12", false }, { "nvme0n1", true },
        { "nvme0n1p1", false }, { "nvme0c0n1", false }, { "xvda1", true }, { "dm-0", true }, { "dm-01", true },
        { "md127", true }, { "zram0", false }, { "sr0", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(machine_has(&m, "disk.read", cases[i].name), cases[i].is);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "disk.read", "total"), (16 + 8 + 8) * 512, 0); /* sda, nvme0n1, xvda1 */
    machine_done(&m);
}

static void disks_come_and_go(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, LINE(0, "sda", 10, 100, 1, 0, 0, 0, 10, 10));
    machine_tick(&m, 1);
    machine_write(&m, "/proc/diskstats",
                  LINE(0, "sda", 11, 102, 1, 0, 0, 0, 10, 10) LINE(16, "sdb", 99, 9000, 1, 0, 0, 0, 10, 10));
    machine_tick(&m, 1); /* sdb is seen, and has metrics from the next tick on */
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "disk.read", "sdb"), 9000 * 512, 0);
    /* What it did before it came is not traffic of now. */
    assert_near(machine_get(&m, "disk.read", "total"), 102 * 512, 0);
    machine_write(&m, "/proc/diskstats",
                  LINE(0, "sda", 11, 102, 1, 0, 0, 0, 10, 10) LINE(16, "sdb", 99, 9010, 1, 0, 0, 0, 10, 10));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "disk.read.rate", "total"), 5120, 1e-6);

    machine_write(&m, "/proc/diskstats", LINE(16, "sdb", 99, 9010, 1, 0, 0, 0, 10, 10));
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "disk.read", "sda"));
    assert_near(machine_get(&m, "disk.read.rate", "total"), 0, 0);
    machine_write(&m, "/proc/diskstats",
                  LINE(0, "sda", 1, 2, 1, 0, 0, 0, 1, 1) LINE(16, "sdb", 99, 9010, 1, 0, 0, 0, 10, 10));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "disk.read", "sda"), 1024, 0);
    assert_near(machine_get(&m, "disk.read.rate", "total"), 0, 0);
    machine_done(&m);
}

static void times_start_again(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, LINE(0, "sda", 10, 100, 4294967290, 0, 0, 0, 4294967000, 4294967290));
    machine_tick(&m, 1);
    machine_write(&m, "/proc/diskstats", LINE(0, "sda", 12, 100, 14, 0, 0, 0, 204, 4));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "disk.latency", "sda"), 0.010, 1e-6);
    assert_near(machine_get(&m, "disk.util", "sda"), 50, 1e-4);
    assert_near(machine_get(&m, "disk.util", "total"), 50, 1e-4);
    assert_near(machine_get(&m, "disk.queue", "sda"), 0.010, 1e-6);
    machine_done(&m);
}

/* The busiest disk, not the mean: one that is full is what people wait for. */
static void total_is_the_busiest(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, LINE(0, "sda", 1, 8, 1, 0, 0, 0, 1000, 1) LINE(16, "sdb", 1, 8, 1, 0, 0, 0, 9000, 1));
    machine_tick(&m, 1);
    machine_write(&m, "/proc/diskstats",
                  LINE(0, "sda", 1, 8, 1, 0, 0, 0, 1900, 1) LINE(16, "sdb", 1, 8, 1, 0, 0, 0, 9100, 1));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "disk.util", "total"), 90, 1e-9);
    machine_done(&m);
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "", "\n", "8 0 sda", "8 0 sda 1 2 3\n", "8 0\n", "8 0 \n", "a b c d\n", "8 0 sda 1 0 8 1 x 0 0 0 0 1 1\n",
        "   8 0 sda 10 0 100 50 20 0 200 80 0 100 130", /* cut: 130 may have been 1300 */
        "8 0 sda -1 0 8 1 0 0 0 0 0 1 1\n",
    };
    struct machine m;
    open_with(&m, LINE(0, "sda", 10, 100, 50, 20, 200, 80, 100, 130));
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(&m, "/proc/diskstats", broken[i]);
        machine_tick(&m, 1);
        assert_nan(machine_get(&m, "disk.read", "sda"));
    }
    machine_done(&m);
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_disk), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    machine_done(&m);
}

static void old_kernels_have_fewer_columns(void **state)
{
    (void)state;
    struct machine m;
    open_with(&m, "8 0 sda 10 0 100 50 20 0 200 80 0 100 130\n");
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "disk.write", "sda"), 102400, 0);
    assert_nan(machine_get(&m, "disk.discard", "sda"));
    assert_nan(machine_get(&m, "disk.discard", "total"));
    machine_done(&m);
}

/* More disks than the first buffer holds, and more than get metrics: no disk loses its place. */
static void many_disks(void **state)
{
    (void)state;
    static char text[40000];
    size_t n = 0;
    for (int i = 0; i < 400; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "259 %d nvme%dn1 10 0 100 50 20 0 200 80 0 100 130 0 0 0 0 0 0\n", i,
                              i);
    struct machine m;
    open_with(&m, text);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "disk.read", "nvme0n1"), 51200, 0);
    assert_near(machine_get(&m, "disk.read", "nvme255n1"), 51200, 0);
    assert_false(machine_has(&m, "disk.read", "nvme256n1"));
    assert_near(machine_get(&m, "disk.read", "total"), 51200 * 256.0, 0);
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_a_disk), cmocka_unit_test(whole_disks_only), cmocka_unit_test(disks_come_and_go),
        cmocka_unit_test(times_start_again), cmocka_unit_test(total_is_the_busiest), cmocka_unit_test(broken_files),
        cmocka_unit_test(old_kernels_have_fewer_columns), cmocka_unit_test(many_disks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

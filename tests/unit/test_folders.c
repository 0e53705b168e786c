/* Compressed memory and software RAID: devices that are folders with a few files. */
#include "test.h"

#include "machine.h"

#include <errno.h>

static void put_zram(struct machine *m, const char *mm)
{
    machine_write(m, "/sys/block/zram0/mm_stat", mm);
    machine_write(m, "/sys/block/zram0/io_stat", "       1        2        0      500\n");
    machine_write(m, "/sys/block/zram0/disksize", "2147483648\n");
}

static void zram(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    put_zram(&m, " 4096000  1024000  1365000        0  1400000     55        0        0        0\n");
    assert_int_equal(machine_open(&m, &adapter_zram), 0);
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "zram.original", "zram0"), 4096000, 0);
    assert_near(machine_get(&m, "zram.compressed", "zram0"), 1024000, 0);
    assert_near(machine_get(&m, "zram.ratio", "zram0"), 4096.0 / 1365, 1e-9);
    assert_near(machine_get(&m, "zram.size", "zram0"), 2147483648, 0);
    assert_near(machine_get(&m, "zram.errors", "zram0"), 3, 0);
    assert_false(machine_has(&m, "zram.limit", "zram0"));

    static const char *const broken[] = { "", "1 2 3\n", "x\n", "-1 -1 -1 -1\n" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(&m, "/sys/block/zram0/mm_stat", broken[i]);
        machine_tick(&m, 5);
        assert_nan(machine_get(&m, "zram.used", "zram0"));
        assert_near(machine_get(&m, "zram.errors", "zram0"), 3, 0);
    }
    machine_write(&m, "/sys/block/zram0/mm_stat", "0 0 0 0 0 0 0 0 0\n");
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "zram.used", "zram0"), 0, 0);
    assert_nan(machine_get(&m, "zram.ratio", "zram0"));
    machine_done(&m);
}

static void they_come_and_go(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_zram), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    put_zram(&m, "1 1 1 9 1 1 1 1 1\n");
    assert_int_equal(machine_open(&m, &adapter_zram), 0);
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "zram.limit", "zram0"), 9, 0);
    int slots = schema_size(m.s);
    machine_remove(&m, "/sys/block/zram0");
    machine_tick(&m, 30);
    machine_tick(&m, 5);
    assert_nan(machine_get(&m, "zram.used", "zram0"));
    put_zram(&m, "1 1 7 9 1 1 1 1 1\n");
    machine_tick(&m, 30);
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "zram.used", "zram0"), 7, 0);
    assert_int_equal(schema_size(m.s), slots);
    machine_done(&m);
}

static void raid(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/block/md0/md/degraded", "1\n");
    machine_write(&m, "/sys/block/md0/md/raid_disks", "4\n");
    machine_write(&m, "/sys/block/md0/md/sync_action", "recover\n");
    machine_write(&m, "/sys/block/md0/md/sync_completed", "250 / 1000\n");
    machine_write(&m, "/sys/block/md0/md/mismatch_cnt", "8\n");
    machine_write(&m, "/sys/block/mdraid/md/degraded", "9\n");
    machine_write(&m, "/sys/block/md1/md/raid_disks", "2\n"); /* stripes: nothing can be missing */
    assert_int_equal(machine_open(&m, &adapter_md), 0);
    machine_tick(&m, 30);
    assert_near(machine_get(&m, "raid.missing", "md0"), 1, 0);
    assert_near(machine_get(&m, "raid.disks", "md0"), 4, 0);
    assert_near(machine_get(&m, "raid.syncing", "md0"), 1, 0);
    assert_near(machine_get(&m, "raid.sync.done", "md0"), 25, 0);
    assert_near(machine_get(&m, "raid.mismatches", "md0"), 4096, 0);
    assert_false(machine_has(&m, "raid.missing", "mdraid"));
    assert_false(machine_has(&m, "raid.disks", "md1"));
    machine_write(&m, "/sys/block/md0/md/sync_action", "idle\n");
    machine_write(&m, "/sys/block/md0/md/sync_completed", "none\n");
    machine_write(&m, "/sys/block/md0/md/degraded", "\n");
    machine_tick(&m, 30);
    assert_near(machine_get(&m, "raid.syncing", "md0"), 0, 0);
    assert_nan(machine_get(&m, "raid.sync.done", "md0"));
    assert_nan(machine_get(&m, "raid.missing", "md0"));
    machine_write(&m, "/sys/block/md0/md/sync_completed", "7 / 0\n");
    machine_tick(&m, 30);
    assert_nan(machine_get(&m, "raid.sync.done", "md0"));
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zram), cmocka_unit_test(they_come_and_go), cmocka_unit_test(raid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

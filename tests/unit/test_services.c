/* Control groups of services and containers: names, both versions, those that come and go. */
#include "test.h"

#include "adapters/linux/group_tree.h"
#include "machine.h"

#include <errno.h>
#include <sys/resource.h>

#define TOP "/sys/fs/cgroup"
#define ID "4f5a0c1d2e3b6a798897a6b5c4d3e2f100112233445566778899aabbccddeeff"

static void put(struct machine *m, const char *group, const char *file, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, TOP "%s/%s", group, file);
    machine_write(m, path, text);
}

static void put_group(struct machine *m, const char *group, long cpu_us, long memory)
{
    char text[64];
    snprintf(text, sizeof text, "usage_usec %ld\nuser_usec 1\n", cpu_us);
    put(m, group, "cpu.stat", text);
    snprintf(text, sizeof text, "%ld\n", memory);
    put(m, group, "memory.current", text);
}

static void version_2(struct machine *m)
{
    machine_init(m);
    put(m, "", "cgroup.controllers", "cpu io memory pids\n");
    put(m, "", "cgroup.stat", "nr_descendants 1\nnr_dying_descendants 0\n");
    machine_write(m, "/sys/devices/system/cpu/online", "0-3\n");
}

static void names(void **state)
{
    (void)state;
    static const struct { const char *path, *name; } cases[] = {
        { "/system.slice/ssh.service", "ssh.service" },
        { "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service" },
        { "/system.slice/docker-" ID ".scope", "docker-4f5a0c1d2e3b" },
        { "/docker/" ID, "docker-4f5a0c1d2e3b#2" },
        { "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-" ID ".scope",
          "cri-containerd-4f5a0c1d2e3b" },
        { "/kubepods/burstable/pod1-2/" ID, "kubepods-4f5a0c1d2e3b" },
        { "/lxc.payload.web", "lxc.payload.web" }, { "/lxc/db", "db" }, { "/build", "build" },
        { "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", "machine-qemu-1-vm.scope" },
        { "/user.slice/user-1000.slice", "user-1000.slice" }, { "/init.scope", "init.scope" },
    };
    static const char *const left_out[] = {
        "/system.slice/dev-hugepages.mount", "/system.slice/dbus.socket", "/system.slice/run-u12.service",
        "/system.slice/system-sshd.slice/sshd@3-192.0.2.1:22-192.0.2.7:4711.service",
        "/system.slice/systemd-coredump@0-511-0.service", "/system.slice/libpod-conmon-" ID ".scope",
        "/user.slice/user-1000.slice/session-2.scope",
    };
    struct machine m;
    version_2(&m);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        put_group(&m, cases[i].path, 1000000, 5000);
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        put_group(&m, left_out[i], 1000000, 5000);
    assert_int_equal(machine_open(&m, &adapter_services), 0);
    machine_tick(&m, 5);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (i != 2 && i != 3) /* of two with one id, which has the number is a matter of order */
            assert_near(machine_get(&m, "cgroup.memory.current", cases[i].name), 5000, 0);
    assert_true(machine_has(&m, "cgroup.memory.current", "docker-4f5a0c1d2e3b"));
    assert_true(machine_has(&m, "cgroup.memory.current", "docker-4f5a0c1d2e3b#2"));
    int n = 0;
    for (int slot = -1; (slot = schema_next(m.s, "cgroup.memory.current", slot)) >= 0;)
        n++;
    assert_int_equal(n, sizeof cases / sizeof *cases);
    machine_done(&m);
}

static void shares_of_the_machine(void **state)
{
    (void)state;
    struct machine m;
    version_2(&m);
    put_group(&m, "/system.slice/a.service", 1000000, 5000);
    put_group(&m, "/system.slice/b.service", 1000000, 6000);
    assert_int_equal(machine_open(&m, &adapter_services), 0);
    machine_tick(&m, 5);
    put_group(&m, "/system.slice/a.service", 6000000, 7000);
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "cgroup.cpu.util", "a.service"), 25, 1e-9); /* 5 s of 5 s x 4 processors */
    assert_near(machine_get(&m, "cgroup.cpu.util", "b.service"), 0, 0);
    assert_near(machine_get(&m, "cgroup.memory.current", "a.service"), 7000, 0);
    machine_done(&m);
}

/* What a group that stands still has is not read again, but for once a minute. */
static void quiet_groups_rest(void **state)
{
    (void)state;
    struct machine m;
    version_2(&m);
    put_group(&m, "/system.slice/a.service", 1000000, 5000);
    assert_int_equal(machine_open(&m, &adapter_services), 0);
    machine_tick(&m, 5);
    machine_tick(&m, 5);
    put_group(&m, "/system.slice/a.service", 1000000, 9000);
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "cgroup.memory.current", "a.service"), 5000, 0);
    machine_tick(&m, 60);
    assert_near(machine_get(&m, "cgroup.memory.current", "a.service"), 9000, 0);
    put_group(&m, "/system.slice/a.service", 1000001, 9500);
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "cgroup.memory.current", "a.service"), 9500, 0);
    machine_done(&m);
}

/* A task that is stuck uses no processor: its pressure is still followed. */
static void who_waits_is_not_quiet(void **state)
{
    (void)state;
    struct machine m;
    version_2(&m);
    put_group(&m, "/system.slice/a.service", 1000000, 5000);
    put(&m, "/system.slice/a.service", "io.pressure", "some avg10=0 total=1000000\nfull avg10=0 total=0\n");
    assert_int_equal(machine_open(&m, &adapter_services_io), 0);
    machine_tick(&m, 15);
    for (int i = 1; i < 4; i++) {
        char text[96];
        put_group(&m, "/system.slice/a.service", 1000000 + (i == 1), 5000); /* it works, then it waits */
        snprintf(text, sizeof text, "some avg10=0 total=%d\nfull avg10=0 total=0\n", 1000000 + 3000000 * i);
        put(&m, "/system.slice/a.service", "io.pressure", text);
        machine_tick(&m, 15);
        assert_near(machine_get(&m, "cgroup.pressure.io.some", "a.service"), 20, 1e-9);
    }
    machine_done(&m);
}

static void they_come_and_go(void **state)
{
    (void)state;
    struct machine m;
    version_2(&m);
    put_group(&m, "/system.slice/a.service", 1000000, 5000);
    assert_int_equal(machine_open(&m, &adapter_services), 0);
    machine_tick(&m, 5);
    put_group(&m, "/system.slice/b.service", 1000000, 6000);
    put_group(&m, "/system.slice/short.service", 1000000, 6000);
    put(&m, "", "cgroup.stat", "nr_descendants 3\n");
    machine_tick(&m, 5);
    assert_false(machine_has(&m, "cgroup.cpu.time", "b.service")); /* perhaps it is gone in a moment */
    machine_remove(&m, TOP "/system.slice/short.service");
    machine_remove(&m, TOP "/system.slice/a.service");
    machine_tick(&m, 10);
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "cgroup.memory.current", "b.service"), 6000, 0);
    assert_false(machine_has(&m, "cgroup.cpu.time", "short.service"));
    assert_nan(machine_get(&m, "cgroup.memory.current", "a.service"));
    int slots = schema_size(m.s);
    put_group(&m, "/system.slice/a.service", 2000000, 8000);
    put(&m, "", "cgroup.stat", "nr_descendants 2\n");
    machine_tick(&m, 5);
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "cgroup.memory.current", "a.service"), 8000, 0);
    assert_int_equal(schema_size(m.s), slots);
    machine_done(&m);
}

/* The count of groups is the same when one goes and another comes: a listing finds out within a minute. */
static void an_exchange_is_found(void **state)
{
    (void)state;
    struct machine m;
    version_2(&m);
    put_group(&m, "/system.slice/a.service", 1000000, 5000);
    assert_int_equal(machine_open(&m, &adapter_services), 0);
    machine_tick(&m, 5);
    machine_remove(&m, TOP "/system.slice/a.service");
    put_group(&m, "/system.slice/b.service", 1000000, 5000);
    machine_tick(&m, 5);
    for (int i = 0; i < 16; i++)
        machine_tick(&m, 5);
    assert_nan(machine_get(&m, "cgroup.memory.current", "a.service"));
    assert_near(machine_get(&m, "cgroup.memory.current", "b.service"), 5000, 0);
    machine_done(&m);
}

static void the_busiest_of_many(void **state)
{
    (void)state;
    struct machine m;
    char group[64], name[32];
    version_2(&m);
    for (int i = 0; i < 300; i++) {
        snprintf(group, sizeof group, "/system.slice/s%d.service", i);
        put_group(&m, group, i, 5000);
    }
    assert_int_equal(machine_open(&m, &adapter_services), 0);
    machine_tick(&m, 5);
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "s%d.service", i);
        assert_int_equal(machine_has(&m, "cgroup.cpu.time", name), i >= 100);
    }
    machine_done(&m);
}

/* To find the busiest of many, not more files are open at a time than those of the chosen. */
static void few_files_for_many(void **state)
{
    (void)state;
    struct machine m;
    char group[64], name[32];
    version_2(&m);
    for (int i = 0; i < 300; i++) {
        snprintf(group, sizeof group, "/system.slice/s%d.service", i);
        put_group(&m, group, i, 5000);
    }
    struct rlimit before, few = { 450, 0 }; /* two files of 200 groups, and some */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    int rc = machine_open(&m, &adapter_services);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(rc, 0);
    machine_tick(&m, 5);
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "s%d.service", i);
        assert_int_equal(machine_has(&m, "cgroup.cpu.time", name), i >= 100);
        assert_int_equal(machine_has(&m, "cgroup.memory.current", name), i >= 100);
    }
    machine_done(&m);
}

static void io_and_limits(void **state)
{
    (void)state;
    struct machine m;
    const char *g = "/system.slice/a.service";
    version_2(&m);
    put(&m, g, "cpu.stat", "usage_usec 5\nnr_periods 100\nnr_throttled 1\nthrottled_usec 7\n");
    put(&m, g, "cpu.max", "150000 100000\n");
    put(&m, g, "memory.max", "4096\n");
    put(&m, g, "memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 9\n");
    put(&m, g, "pids.current", "17\n");
    put(&m, g, "io.stat", "8:0 rbytes=100 wbytes=10 rios=4 wios=3 dbytes=7 dios=1\n"
                          "259:0 rbytes=1 wbytes=2 rios=1 wios=1\n");
    put_group(&m, "/system.slice/free.service", 5, 1);
    put(&m, "/system.slice/free.service", "cpu.max", "max 100000\n");
    put(&m, "/system.slice/free.service", "memory.max", "max\n");
    put(&m, "/system.slice/free.service", "io.stat", "");
    put_group(&m, "/system.slice/held.service", 5, 1); /* has a quota, and never waited for it */
    put(&m, "/system.slice/held.service", "cpu.stat", "usage_usec 5\nnr_periods 100\nnr_throttled 0\n");
    assert_int_equal(machine_open(&m, &adapter_services_io), 0);
    machine_tick(&m, 15);
    assert_near(machine_get(&m, "cgroup.cpu.periods.throttled", "held.service"), 0, 0);
    assert_false(machine_has(&m, "cgroup.cpu.periods.throttled", "free.service"));
    assert_near(machine_get(&m, "cgroup.cpu.limit", "a.service"), 1.5, 0);
    assert_near(machine_get(&m, "cgroup.memory.limit", "a.service"), 4096, 0);
    assert_near(machine_get(&m, "cgroup.memory.oom_kills", "a.service"), 2, 0);
    assert_near(machine_get(&m, "cgroup.pids", "a.service"), 17, 0);
    assert_near(machine_get(&m, "cgroup.io.read", "a.service"), 101, 0);
    assert_near(machine_get(&m, "cgroup.io.writes", "a.service"), 4, 0);
    assert_false(machine_has(&m, "cgroup.io.read", "free.service")); /* did nothing yet: an empty file */
    assert_false(machine_has(&m, "cgroup.cpu.limit", "free.service"));
    assert_false(machine_has(&m, "cgroup.memory.limit", "free.service"));
    put(&m, g, "cpu.stat", "usage_usec 6\nnr_periods 150\nnr_throttled 26\n");
    put(&m, "/system.slice/free.service", "memory.max", "100\n"); /* set while it runs */
    put(&m, "/system.slice/free.service", "io.stat", "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n");
    put(&m, "/system.slice/free.service", "cpu.stat", "usage_usec 7\n");
    machine_tick(&m, 15);
    assert_near(machine_get(&m, "cgroup.cpu.throttled", "a.service"), 50, 1e-9);
    put(&m, "/system.slice/held.service", "cpu.stat", "usage_usec 6\nnr_periods 110\nnr_throttled 0\n");
    put(&m, "/system.slice/free.service", "cpu.stat", "usage_usec 8\n");
    machine_tick(&m, 15);
    assert_near(machine_get(&m, "cgroup.memory.limit", "free.service"), 100, 0);
    assert_near(machine_get(&m, "cgroup.io.read", "free.service"), 4096, 0);
    assert_false(machine_has(&m, "cgroup.io.write", "free.service"));
    machine_done(&m);
}

static void version_1(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/devices/system/cpu/online", "0-1\n");
    put(&m, "/cpuacct/docker/" ID, "cpuacct.usage", "2000000000\n");
    put(&m, "/cpu/docker/" ID, "cpu.stat", "nr_periods 10\nnr_throttled 5\nthrottled_time 1\n");
    put(&m, "/memory/docker/" ID, "memory.usage_in_bytes", "5000\n");
    put(&m, "/memory/docker/" ID, "memory.limit_in_bytes", "9223372036854771712\n");
    put(&m, "/memory/system.slice/ssh.service", "memory.usage_in_bytes", "7000\n");
    put(&m, "/blkio/docker/" ID, "blkio.throttle.io_service_bytes_recursive",
        "8:0 Read 100\n8:0 Write 50\n8:0 Sync 100\n8:0 Async 50\n8:0 Total 150\n8:16 Read 1\n8:16 Write 2\nTotal 153\n");
    put(&m, "/unified/docker/" ID, "cpu.pressure", "some avg10=0.00 total=3000000\n");
    assert_int_equal(machine_open(&m, &adapter_services), 0);
    machine_tick(&m, 5);
    put(&m, "/cpuacct/docker/" ID, "cpuacct.usage", "3000000000\n");
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "cgroup.cpu.util", "docker-4f5a0c1d2e3b"), 10, 1e-9);
    assert_near(machine_get(&m, "cgroup.memory.current", "ssh.service"), 7000, 0);
    assert_false(machine_has(&m, "cgroup.cpu.util", "ssh.service"));
    m.adapter->close(m.self);
    m.adapter = NULL;
    assert_int_equal(machine_open(&m, &adapter_services_io), 0);
    machine_tick(&m, 15);
    assert_near(machine_get(&m, "cgroup.io.read", "docker-4f5a0c1d2e3b"), 101, 0);
    assert_near(machine_get(&m, "cgroup.io.write", "docker-4f5a0c1d2e3b"), 52, 0);
    assert_near(machine_get(&m, "cgroup.cpu.periods", "docker-4f5a0c1d2e3b"), 10, 0);
    assert_near(machine_get(&m, "cgroup.pressure.cpu.some.time", "docker-4f5a0c1d2e3b"), 3, 1e-9);
    assert_false(machine_has(&m, "cgroup.memory.limit", "docker-4f5a0c1d2e3b"));
    machine_done(&m);
}

static void none(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_services), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    put(&m, "", "cgroup.controllers", "cpu\n");
    assert_int_equal(machine_open(&m, &adapter_services), 0);
    assert_int_equal(schema_size(m.s), 0);
    machine_tick(&m, 5);
    machine_done(&m);
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const broken[] = { "", "\n", "usage_usec", "usage_usec \n", "usage_usec -5\n", "x\n" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct machine m;
        version_2(&m);
        put_group(&m, "/system.slice/a.service", 1000000, 5000);
        assert_int_equal(machine_open(&m, &adapter_services), 0);
        machine_tick(&m, 5);
        put(&m, "/system.slice/a.service", "cpu.stat", broken[i]);
        put(&m, "/system.slice/a.service", "memory.current", "-1\n");
        machine_tick(&m, 5);
        assert_nan(machine_get(&m, "cgroup.cpu.time", "a.service"));
        assert_nan(machine_get(&m, "cgroup.memory.current", "a.service"));
        machine_done(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names), cmocka_unit_test(shares_of_the_machine), cmocka_unit_test(quiet_groups_rest),
        cmocka_unit_test(who_waits_is_not_quiet), cmocka_unit_test(they_come_and_go),
        cmocka_unit_test(an_exchange_is_found),
        cmocka_unit_test(the_busiest_of_many),
        cmocka_unit_test(few_files_for_many), cmocka_unit_test(io_and_limits), cmocka_unit_test(version_1),
        cmocka_unit_test(none), cmocka_unit_test(broken_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

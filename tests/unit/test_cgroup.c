/* Control groups: which one binds, what is used of it, both versions. */
#include "test.h"

#include "machine.h"

#include <errno.h>

#define TOP "/sys/fs/cgroup"

static void a_container(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/self/cgroup", "0::/\n");
    machine_write(&m, TOP "/cgroup.controllers", "cpu io memory\n");
    machine_write(&m, TOP "/cpu.max", "200000 100000\n");
    machine_write(&m, TOP "/cpu.stat",
                  "usage_usec 50000000\nuser_usec 1\nnr_periods 1000\nnr_throttled 100\n");
    machine_write(&m, TOP "/cpu.pressure",
                  "some avg10=0.00 avg60=0.00 avg300=0.00 total=5000000\n");
    machine_write(&m, TOP "/memory.max", "1000\n");
    machine_write(&m, TOP "/memory.current", "900\n");
    machine_write(&m, TOP "/memory.stat", "anon 1\ninactive_file 400\n");
    machine_write(&m, TOP "/memory.events", "max 7\noom 2\noom_kill 1\n");
    machine_write(&m, "/sys/devices/system/cpu/online", "0-7\n");
    assert_int_equal(machine_open(&m, &adapter_cgroup), 0);
    machine_tick(&m, 2);
    machine_write(&m, TOP "/cpu.stat",
                  "usage_usec 53000000\nuser_usec 1\nnr_periods 1020\nnr_throttled 105\n");
    machine_write(&m, TOP "/cpu.pressure",
                  "some avg10=0.00 avg60=0.00 avg300=0.00 total=5500000\n");
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "cgroup.cpu.limit", NULL), 2, 0);
    assert_near(machine_get(&m, "cgroup.cpu.util", NULL), 75, 1e-9); /* 3 s of 2 s x 2 processors */
    assert_near(machine_get(&m, "cgroup.cpu.throttled", NULL), 25, 1e-9);
    assert_near(machine_get(&m, "cgroup.pressure.cpu.some", NULL), 25, 1e-9);
    assert_near(machine_get(&m, "cgroup.memory.used", NULL), 500, 0);
    assert_near(machine_get(&m, "cgroup.memory.limit", NULL), 1000, 0);
    assert_near(machine_get(&m, "cgroup.memory.util", NULL), 50, 0);
    assert_near(machine_get(&m, "cgroup.memory.oom_kills", NULL), 1, 0);

    /* The quota is raised while it runs. */
    machine_write(&m, TOP "/cpu.max", "max 100000\n");
    machine_write(&m, TOP "/cpu.stat",
                  "usage_usec 57000000\nuser_usec 1\nnr_periods 1020\nnr_throttled 105\n");
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "cgroup.cpu.limit", NULL), 8, 0);
    assert_near(machine_get(&m, "cgroup.cpu.util", NULL), 25, 1e-9);
    assert_nan(machine_get(&m, "cgroup.cpu.throttled", NULL));
    machine_done(&m);
}

/* MemoryMax of sonde.service binds Sonde; in a container, the container's limit is what is to be seen. */
static void its_own_unit_does_not_bind(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/self/cgroup", "0::/system.slice/sonde.service\n");
    machine_write(&m, TOP "/cgroup.controllers", "cpu memory\n");
    machine_write(&m, TOP "/memory.max", "8000\n");
    machine_write(&m, TOP "/memory.current", "900\n");
    machine_write(&m, TOP "/memory.stat", "anon 1\ninactive_file 400\n");
    machine_write(&m, TOP "/system.slice/memory.max", "max\n");
    machine_write(&m, TOP "/system.slice/memory.current", "90\n");
    machine_write(&m, TOP "/system.slice/memory.stat", "anon 1\ninactive_file 40\n");
    machine_write(&m, TOP "/system.slice/sonde.service/memory.max", "1000\n");
    machine_write(&m, TOP "/system.slice/sonde.service/memory.current", "9\n");
    machine_write(&m, TOP "/system.slice/sonde.service/memory.stat", "anon 1\ninactive_file 4\n");
    assert_int_equal(machine_open(&m, &adapter_cgroup), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "cgroup.memory.limit", NULL), 8000, 0);
    assert_near(machine_get(&m, "cgroup.memory.used", NULL), 500, 0);
    machine_done(&m);
}

static void the_tightest_binds(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/self/cgroup", "0::/a/b/c\n");
    machine_write(&m, TOP "/cgroup.controllers", "cpu memory\n");
    machine_write(&m, TOP "/a/memory.max", "5000\n");
    machine_write(&m, TOP "/a/memory.current", "50\n");
    machine_write(&m, TOP "/a/b/memory.max", "1000\n");
    machine_write(&m, TOP "/a/b/memory.current", "600\n");
    machine_write(&m, TOP "/a/b/c/memory.max", "max\n");
    machine_write(&m, TOP "/a/b/c/memory.current", "10\n");
    machine_write(&m, TOP "/a/cpu.max", "50000 100000\n");
    machine_write(&m, TOP "/a/cpu.stat", "usage_usec 1000000\nnr_periods 0\nnr_throttled 0\n");
    machine_write(&m, TOP "/a/b/c/cpu.stat", "usage_usec 7\n");
    assert_int_equal(machine_open(&m, &adapter_cgroup), 0);
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "cgroup.memory.used", NULL), 600, 0);
    assert_near(machine_get(&m, "cgroup.memory.limit", NULL), 1000, 0);
    assert_near(machine_get(&m, "cgroup.cpu.time", NULL), 1, 0);
    assert_near(machine_get(&m, "cgroup.cpu.limit", NULL), 0.5, 0);
    machine_done(&m);
}

static void without_limits_our_own(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/self/cgroup", "0::/user.slice/session-2.scope\n");
    machine_write(&m, TOP "/cgroup.controllers", "cpu memory\n");
    machine_write(&m, TOP "/user.slice/session-2.scope/cpu.stat", "usage_usec 2000000\n");
    machine_write(&m, TOP "/user.slice/session-2.scope/cpuset.cpus.effective", "0-1,4,6-7\n");
    machine_write(&m, TOP "/user.slice/session-2.scope/memory.current", "1234\n");
    machine_write(&m, TOP "/user.slice/session-2.scope/memory.max", "max\n");
    assert_int_equal(machine_open(&m, &adapter_cgroup), 0);
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "cgroup.cpu.limit", NULL), 5, 0);
    assert_near(machine_get(&m, "cgroup.memory.used", NULL), 1234, 0);
    assert_false(machine_has(&m, "cgroup.memory.util", NULL));
    machine_done(&m);
}

static void long_lists_of_processors_are_counted_whole(void **state)
{
    (void)state;
    struct machine m;
    char list[1024] = "0";
    for (int cpu = 2, n = 1; cpu < 400; cpu += 2)
        n += snprintf(list + n, sizeof list - (size_t)n, ",%d", cpu);
    strcat(list, "\n");
    machine_init(&m);
    machine_write(&m, "/proc/self/cgroup", "0::/a\n");
    machine_write(&m, TOP "/cgroup.controllers", "cpu memory\n");
    machine_write(&m, TOP "/a/cpu.stat", "usage_usec 2000000\n");
    machine_write(&m, TOP "/a/cpuset.cpus.effective", list);
    assert_int_equal(machine_open(&m, &adapter_cgroup), 0);
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "cgroup.cpu.limit", NULL), 200, 0);
    machine_done(&m);
}

static void the_top_has_none(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_cgroup), -ENODEV);
    machine_write(&m, "/proc/self/cgroup", "0::/\n");
    machine_write(&m, TOP "/cgroup.controllers", "cpu memory\n");
    machine_write(&m, TOP "/cpu.stat", "usage_usec 2000000\n");
    assert_int_equal(machine_open(&m, &adapter_cgroup), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    machine_done(&m);
}

static void version_1(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/self/cgroup",
                  "4:memory:/job\n2:cpu,cpuacct:/job\n1:cpuset:/other\n0::/elsewhere\n");
    machine_write(&m, TOP "/cpu/job/cpu.cfs_quota_us", "150000\n");
    machine_write(&m, TOP "/cpu/job/cpu.cfs_period_us", "100000\n");
    machine_write(&m, TOP "/cpu/job/cpu.stat", "nr_periods 10\nnr_throttled 5\nthrottled_time 1\n");
    machine_write(&m, TOP "/cpuacct/job/cpuacct.usage", "3000000000\n");
    machine_write(&m, TOP "/memory/job/memory.limit_in_bytes", "2000\n");
    machine_write(&m, TOP "/memory/job/memory.usage_in_bytes", "1500\n");
    machine_write(&m, TOP "/memory/job/memory.stat", "inactive_file 1\ntotal_inactive_file 500\n");
    machine_write(&m, TOP "/memory/job/memory.oom_control",
                  "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
    machine_write(&m, "/sys/devices/system/cpu/online", "0-3\n");
    assert_int_equal(machine_open(&m, &adapter_cgroup), 0);
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "cgroup.cpu.limit", NULL), 1.5, 0);
    assert_near(machine_get(&m, "cgroup.cpu.time", NULL), 3, 1e-9);
    assert_near(machine_get(&m, "cgroup.memory.used", NULL), 1000, 0);
    assert_near(machine_get(&m, "cgroup.memory.util", NULL), 50, 0);
    assert_near(machine_get(&m, "cgroup.memory.oom_kills", NULL), 3, 0);
    machine_done(&m);
}

static void version_1_without_limits(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/self/cgroup", "4:memory:/\n1:cpu:/\n");
    machine_write(&m, TOP "/memory/memory.limit_in_bytes", "9223372036854771712\n");
    machine_write(&m, TOP "/memory/memory.usage_in_bytes", "1500\n");
    machine_write(&m, TOP "/cpu/cpu.cfs_quota_us", "-1\n");
    assert_int_equal(machine_open(&m, &adapter_cgroup), -ENODEV);
    machine_done(&m);
}

/* cpuset is a hierarchy of its own, and binds where there is no quota, or a larger one. */
static void version_1_with_a_cpuset(void **state)
{
    (void)state;
    static const struct { const char *file, *list; double want; } cases[] = {
        { "/cpuset/other/cpuset.effective_cpus", "1,4-5\n", 3 }, { "/cpuset/other/cpuset.cpus", "0-1\n", 2 },
        { "/cpuset/cpuset.effective_cpus", "5\n", 1 }, /* as in a container that sees itself as the top */
        { "/cpuset/other/cpuset.effective_cpus", "\n", 8 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct machine m;
        char path[128];
        machine_init(&m);
        machine_write(&m, "/proc/self/cgroup", "2:cpu,cpuacct:/job\n1:cpuset:/other\n0::/elsewhere\n");
        machine_write(&m, TOP "/cpu/job/cpu.cfs_quota_us", "600000\n");
        machine_write(&m, TOP "/cpu/job/cpu.cfs_period_us", "100000\n");
        machine_write(&m, TOP "/cpuacct/job/cpuacct.usage", "3000000000\n");
        machine_write(&m, "/sys/devices/system/cpu/online", "0-7\n");
        snprintf(path, sizeof path, TOP "%s", cases[i].file);
        machine_write(&m, path, cases[i].list);
        assert_int_equal(machine_open(&m, &adapter_cgroup), 0);
        machine_tick(&m, 2);
        assert_near(machine_get(&m, "cgroup.cpu.limit", NULL), fmin(cases[i].want, 6), 0);
        machine_done(&m);
    }
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const broken[] = { "", "0", "0:", "0::", "::::\n", "0::/../x\n", "0::x\n", "\n\n", "0::/a\n" };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct machine m;
        machine_init(&m);
        machine_write(&m, "/proc/self/cgroup", broken[i]);
        machine_write(&m, TOP "/cgroup.controllers", "cpu memory\n");
        machine_write(&m, TOP "/memory.max", "1000\n");
        machine_write(&m, TOP "/memory.current", "x\n");
        machine_write(&m, TOP "/cpu.max", "max\n");
        machine_write(&m, TOP "/cpu.stat", "usage_usec\n");
        assert_int_equal(machine_open(&m, &adapter_cgroup), 0);
        machine_tick(&m, 2);
        assert_nan(machine_get(&m, "cgroup.memory.used", NULL));
        machine_done(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_container), cmocka_unit_test(its_own_unit_does_not_bind),
        cmocka_unit_test(the_tightest_binds), cmocka_unit_test(without_limits_our_own),
        cmocka_unit_test(the_top_has_none),
        cmocka_unit_test(long_lists_of_processors_are_counted_whole),
        cmocka_unit_test(version_1), cmocka_unit_test(version_1_without_limits),
        cmocka_unit_test(version_1_with_a_cpuset),
        cmocka_unit_test(broken_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

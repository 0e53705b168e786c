/* What a plan knows of a machine, and which processors it picks, on made-up ones: NUMA, hybrid, a laptop, groups. */
#include "test.h"

#include "policy/hierarchy.h"
#include "policy/machine.h"
#include "tree.h"

#include <errno.h>
#include <stdarg.h>

static char root[TREE_ROOT];

__attribute__((format(printf, 2, 3))) static void put(const char *path, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    tree_write(root, path, text);
}

/* A processor of a core, with the last-level cache of a list. */
static void cpu_new(int cpu, const char *siblings, const char *cache)
{
    char path[128];
    static const struct { bool of_core; int level; } caches[] = { { true, 1 }, { false, 3 } };
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    put(path, "%s\n", siblings);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cache/index%zu/level", cpu, i);
        put(path, "%d\n", caches[i].level);
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cache/index%zu/shared_cpu_list", cpu, i);
        put(path, "%s\n", caches[i].of_core ? siblings : cache);
    }
}

static void allow(const char *online, const char *allowed)
{
    put("/sys/devices/system/cpu/online", "%s\n", online);
    put("/proc/self/status", "Name:\tsonde\nCapEff:\t0000000000800000\nCpus_allowed:\tff\n"
        "Cpus_allowed_list:\t%s\nMems_allowed_list:\t0\n", allowed);
}

/* Two nodes of two caches of four threads on two cores. */
static void numa_new(const char *allowed)
{
    static const char *const cores[] = { "0-1", "2-3", "4-5", "6-7", "8-9", "10-11", "12-13", "14-15" };
    static const char *const caches[] = { "0-3", "4-7", "8-11", "12-15" };
    tree_init(root);
    for (int cpu = 0; cpu < 16; cpu++)
        cpu_new(cpu, cores[cpu / 2], caches[cpu / 4]);
    put("/sys/devices/system/node/node0/cpulist", "0-7\n");
    put("/sys/devices/system/node/node1/cpulist", "8-15\n");
    allow("0-15", allowed);
}

static const char *place(const struct machine *m, int n)
{
    static char out[MACHINE_PATH];
    machine_place(m, n, out);
    return out;
}

static void numa(void **state)
{
    (void)state;
    struct machine m;
    numa_new("0-15");
    machine_look(root, &m);
    assert_int_equal(m.cpus_online, 16);
    assert_int_equal(m.cpus_allowed, 16);
    assert_int_equal(m.threads_useful, 16);
    assert_int_equal(m.smt, 2);
    assert_int_equal(m.nodes, 2);
    assert_int_equal(m.llcs, 4);
    assert_false(m.hybrid);
    assert_true(m.can_nice);
    assert_nan(m.cpus_quota);
    assert_string_equal(place(&m, 1), "0-3");
    assert_string_equal(place(&m, 4), "0-3");
    assert_string_equal(place(&m, 5), "0-7"); /* more than a cache has: a node */
    assert_string_equal(place(&m, 9), "");
    assert_string_equal(place(&m, 16), "");
    tree_done(root);
    numa_new("2-3,8-13"); /* a cpuset */
    machine_look(root, &m);
    assert_int_equal(m.cpus_allowed, 8);
    assert_string_equal(place(&m, 2), "2-3");
    assert_string_equal(place(&m, 3), "8-11");
    assert_string_equal(place(&m, 5), "8-13");
    tree_done(root);
}

static void hybrid_by_capacity(void **state)
{
    (void)state;
    struct machine m;
    tree_init(root);
    for (int cpu = 0; cpu < 8; cpu++) {
        char path[64], self[8];
        snprintf(self, sizeof self, "%d", cpu);
        cpu_new(cpu, self, "0-7");
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpu_capacity", cpu);
        put(path, "%d\n", cpu < 4 ? 446 : 1024);
    }
    allow("0-7", "0-7");
    machine_look(root, &m);
    assert_true(m.hybrid);
    assert_int_equal(m.smt, 1);
    assert_int_equal(m.llcs, 1);
    assert_int_equal(m.nodes, 1);
    assert_string_equal(place(&m, 4), "4-7");
    assert_string_equal(place(&m, 5), ""); /* the fast ones are too few */
    tree_done(root);
}

static void hybrid_of_intel(void **state)
{
    (void)state;
    struct machine m;
    tree_init(root);
    for (int cpu = 0; cpu < 6; cpu++)
        cpu_new(cpu, cpu < 4 ? (cpu < 2 ? "0-1" : "2-3") : cpu == 4 ? "4" : "5", "0-5");
    put("/sys/devices/cpu_core/cpus", "0-3\n");
    put("/sys/devices/cpu_atom/cpus", "4-5\n");
    allow("0-5", "0-5");
    machine_look(root, &m);
    assert_true(m.hybrid);
    assert_int_equal(m.smt, 2);
    assert_string_equal(place(&m, 2), "0-3");
    tree_done(root);
}

static void two_processors_are_not_pinned(void **state)
{
    (void)state;
    struct machine m;
    numa_new("0,4");
    machine_look(root, &m);
    assert_int_equal(m.cpus_allowed, 2);
    assert_string_equal(place(&m, 1), "");
    tree_done(root);
}

/* ---- groups ---- */

static void groups_v2(void **state)
{
    (void)state;
    struct machine m;
    numa_new("0-15");
    put("/proc/self/mountinfo", "24 1 0:22 / /sys rw - sysfs sysfs rw\n"
        "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    put("/proc/self/cgroup", "0::/user.slice/jobs\n");
    put("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory\n");
    put("/sys/fs/cgroup/user.slice/cpu.max", "250000 100000\n");
    put("/sys/fs/cgroup/user.slice/jobs/cpu.max", "max 100000\n");
    put("/sys/fs/cgroup/user.slice/jobs/cgroup.subtree_control", "memory cpu\n");
    put("/proc/sys/kernel/sched_autogroup_enabled", "1\n");
    machine_look(root, &m);
    assert_int_equal(m.groups, 2);
    assert_string_equal(m.group, "/user.slice/jobs");
    assert_near(m.cpus_quota, 2.5, 1e-9);
    assert_int_equal(m.threads_useful, 2);
    assert_true(m.group_writable);
    assert_false(m.autogroup); /* below the top it does not count */
    put("/sys/fs/cgroup/user.slice/jobs/cgroup.subtree_control", "memory\n");
    machine_look(root, &m);
    assert_false(m.group_writable);
    put("/proc/self/cgroup", "0::/\n");
    put("/sys/fs/cgroup/cgroup.subtree_control", "\n");
    machine_look(root, &m);
    assert_true(m.autogroup);
    assert_true(m.group_writable); /* the top may give the controller on */
    put("/sys/fs/cgroup/cgroup.type", "domain\n"); /* "/" of a container is not the top */
    machine_look(root, &m);
    assert_false(m.autogroup);
    put("/proc/sys/kernel/sched_autogroup_enabled", "0\n");
    tree_remove(root, "/sys/fs/cgroup/cgroup.type");
    machine_look(root, &m);
    assert_false(m.autogroup);
    tree_done(root);
}

static void groups_v1_and_hybrid(void **state)
{
    (void)state;
    struct machine m;
    struct hierarchy h;
    numa_new("0-15");
    put("/proc/self/mountinfo", "31 1 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
        "35 31 0:32 /pod /sys/fs/cgroup/my\\040memory rw shared:5 - cgroup cgroup rw,memory\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    put("/proc/self/cgroup", "4:memory:/pod/a\n2:cpu,cpuacct:/jobs\n1:name=systemd:/x\n0::/elsewhere\n");
    put("/proc/7/cgroup", "4:memory:/podium\n2:cpu,cpuacct:/jobs/b\n0::/elsewhere\n");
    put("/sys/fs/cgroup/unified/cgroup.controllers", "\n");
    put("/sys/fs/cgroup/cpu,cpuacct/release_agent", "\n");
    put("/sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us", "100000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    machine_look(root, &m);
    assert_int_equal(m.groups, 1);
    assert_string_equal(m.group, "/jobs");
    assert_near(m.cpus_quota, 0.5, 1e-9);
    assert_int_equal(m.threads_useful, 1);
    assert_true(m.group_writable);
    assert_int_equal(hierarchy_find(root, "memory", &h), 0);
    assert_string_equal(h.mount, "/sys/fs/cgroup/my memory");
    assert_string_equal(h.own, "/a"); /* below what is mounted */
    assert_false(hierarchy_is_top(&h));
    char group[HIERARCHY_PATH];
    assert_int_equal(hierarchy_of_task(&h, 7, group), -ENODEV);
    assert_int_equal(hierarchy_of_task(&h, 8, group), -ESRCH);
    assert_int_equal(hierarchy_find(root, "io", &h), -ENODEV);
    assert_int_equal(hierarchy_find(root, "cpu", &h), 0);
    assert_true(hierarchy_is_top(&h));
    assert_int_equal(hierarchy_of_task(&h, 7, group), 0);
    assert_string_equal(group, "/jobs/b");
    tree_done(root);
}

static void paths_stay_below(void **state)
{
    (void)state;
    struct hierarchy h = { .root = "", .mount = "/m" };
    static const struct { const char *group, *path; } cases[] = {
        { "/", "/m/f" }, { "/a", "/m/a/f" }, { "/a/b", "/m/a/b/f" }, { "/a..b", "/m/a..b/f" }, { "", NULL }, { "a", NULL }, { "/..", NULL },
        { "/../a", NULL }, { "/a/../b", NULL }, { "/a/..", NULL }, { "//a", NULL }, { "/a/.", NULL }, { "/./a", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[64] = "";
        assert_int_equal(hierarchy_path(&h, cases[i].group, "f", out, sizeof out), cases[i].path ? 0 : -EINVAL);
        assert_string_equal(out, cases[i].path ? cases[i].path : "");
    }
    char above[HIERARCHY_PATH];
    hierarchy_above("/a/b", above);
    assert_string_equal(above, "/a");
    hierarchy_above("/a", above);
    assert_string_equal(above, "/");
    hierarchy_above("/", above);
    assert_string_equal(above, "/");
}

/* ---- power, heat, pressure ---- */

static void a_laptop(void **state)
{
    (void)state;
    struct machine m;
    numa_new("0-15");
    put("/sys/class/power_supply/AC/type", "Mains\n");
    put("/sys/class/power_supply/AC/online", "0\n");
    put("/sys/class/power_supply/BAT0/type", "Battery\n");
    put("/sys/class/power_supply/BAT0/status", "Discharging\n");
    put("/sys/class/power_supply/BAT0/capacity", "37\n");
    put("/sys/class/power_supply/mouse/type", "Battery\n");
    put("/sys/class/power_supply/mouse/scope", "Device\n");
    put("/sys/class/power_supply/mouse/capacity", "5\n");
    put("/sys/class/hwmon/hwmon0/temp1_input", "52000\n");
    put("/sys/class/hwmon/hwmon0/temp1_crit", "100000\n");
    put("/sys/class/hwmon/hwmon1/temp1_input", "66850\n");
    put("/sys/class/hwmon/hwmon1/temp1_crit", "84850\n");
    put("/sys/class/hwmon/hwmon2/temp1_input", "-128000\n");
    put("/sys/class/thermal/thermal_zone0/temp", "71000\n");
    put("/sys/class/thermal/thermal_zone0/trip_point_0_type", "passive\n");
    put("/sys/class/thermal/thermal_zone0/trip_point_0_temp", "75000\n");
    put("/sys/class/thermal/thermal_zone0/trip_point_1_type", "critical\n");
    put("/sys/class/thermal/thermal_zone0/trip_point_1_temp", "105000\n");
    put("/proc/pressure/cpu", "some avg10=25.50 avg60=1.00 avg300=0.10 total=1\n"
        "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
    put("/proc/loadavg", "0.50 1.25 3.00 5/100 4711\n");
    machine_look(root, &m);
    assert_true(m.on_battery);
    assert_near(m.battery, 37, 0);
    assert_near(m.hottest, 66.85, 1e-9); /* the one nearest to its limit */
    assert_near(m.critical, 84.85, 1e-9);
    assert_near(m.contention, 0.255, 1e-9);
    assert_near(m.load, 4 / 16.0, 1e-9);
    put("/sys/class/power_supply/AC/online", "1\n");
    machine_look(root, &m);
    assert_false(m.on_battery);
    tree_done(root);
}

static void nothing_is_known(void **state)
{
    (void)state;
    struct machine m;
    tree_init(root);
    machine_look(root, &m);
    assert_int_equal(m.cpus_online, 1);
    assert_int_equal(m.threads_useful, 1);
    assert_int_equal(m.groups, 0);
    assert_nan(m.hottest);
    assert_nan(m.critical);
    assert_nan(m.battery);
    assert_nan(m.contention);
    assert_false(m.autogroup || m.on_battery || m.can_nice || m.group_writable || m.hybrid);
    assert_string_equal(place(&m, 1), "");
    tree_done(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numa), cmocka_unit_test(hybrid_by_capacity), cmocka_unit_test(hybrid_of_intel),
        cmocka_unit_test(two_processors_are_not_pinned), cmocka_unit_test(groups_v2),
        cmocka_unit_test(groups_v1_and_hybrid), cmocka_unit_test(paths_stay_below), cmocka_unit_test(a_laptop),
        cmocka_unit_test(nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Knobs of control groups: on made-up trees of both versions, and in a group that this test makes for itself. */
#include "test.h"

#include "os/os.h"
#include "policy/hierarchy.h"
#include "policy/knob.h"
#include "tree.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[TREE_ROOT];

static struct place at(const char *group)
{
    struct place p = { .root = root };
    snprintf(p.inst, sizeof p.inst, "%s", group);
    return p;
}

static int get(const char *knob, const char *group, char value[static KNOB_VALUE_MAX])
{
    const struct knob *k = knob_find(knob);
    struct place p = at(group);
    assert_non_null(k);
    *value = '\0';
    return k->read(k, &p, value);
}

static void expect(const char *knob, const char *group, const char *value)
{
    char now[KNOB_VALUE_MAX];
    assert_int_equal(get(knob, group, now), 0);
    assert_string_equal(now, value);
}

static int put(const char *knob, const char *group, const char *value)
{
    const struct knob *k = knob_find(knob);
    struct place p = at(group);
    return k->write(k, &p, value);
}

static int check(const char *knob, const char *group, const char *value)
{
    const struct knob *k = knob_find(knob);
    struct place p = at(group);
    char out[KNOB_VALUE_MAX], why[KNOB_WHY];
    return knob_check(k, &p, value, out, why);
}

/* ---- version 2 ---- */

static void v2_new(void)
{
    tree_init(root);
    tree_write(root, "/proc/self/mountinfo", "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    tree_write(root, "/proc/self/cgroup", "0::/jobs\n");
    tree_write(root, "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory\n");
    tree_write(root, "/sys/fs/cgroup/jobs/cpu.weight", "100\n");
    tree_write(root, "/sys/fs/cgroup/jobs/cpu.idle", "0\n");
    tree_write(root, "/sys/fs/cgroup/jobs/cpu.max", "max 100000\n");
    tree_write(root, "/sys/fs/cgroup/jobs/cpu.uclamp.min", "0.00\n");
    tree_write(root, "/sys/fs/cgroup/jobs/cpu.uclamp.max", "max\n");
    tree_write(root, "/sys/fs/cgroup/jobs/memory.min", "0\n");
    tree_write(root, "/sys/fs/cgroup/jobs/memory.high", "max\n");
    tree_write(root, "/sys/fs/cgroup/jobs/memory.low", "0\n");
    tree_write(root, "/sys/fs/cgroup/jobs/io.weight", "default 100\n8:0 50\n");
    tree_write(root, "/sys/fs/cgroup/jobs/io.latency", "");
    tree_write(root, "/sys/fs/cgroup/jobs/cpuset.cpus", "\n");
}

static void v2(void **state)
{
    (void)state;
    v2_new();
    expect("cpu.weight", "/jobs", "100");
    assert_int_equal(put("cpu.weight", "/jobs", "1000"), 0);
    assert_string_equal(tree_text(root, "/sys/fs/cgroup/jobs/cpu.weight"), "1000");
    expect("cpu.idle", "/jobs", "0");
    expect("cpu.max", "/jobs", "max");
    assert_int_equal(put("cpu.max", "/jobs", "150"), 0);
    assert_string_equal(tree_text(root, "/sys/fs/cgroup/jobs/cpu.max"), "150000 100000");
    expect("cpu.max", "/jobs", "150");
    tree_write(root, "/sys/fs/cgroup/jobs/cpu.max", "25000 50000\n"); /* as the kernel shows it, with another period */
    expect("cpu.max", "/jobs", "50");
    assert_int_equal(put("cpu.max", "/jobs", "12.5"), 0);
    assert_string_equal(tree_text(root, "/sys/fs/cgroup/jobs/cpu.max"), "6250 50000");
    assert_int_equal(put("cpu.max", "/jobs", "max"), 0);
    assert_string_equal(tree_text(root, "/sys/fs/cgroup/jobs/cpu.max"), "max 50000");
    expect("cpu.uclamp.min", "/jobs", "0");
    expect("cpu.uclamp.max", "/jobs", "max");
    tree_write(root, "/sys/fs/cgroup/jobs/cpu.uclamp.max", "62.50\n");
    expect("cpu.uclamp.max", "/jobs", "62.5");
    assert_int_equal(put("memory.min", "/jobs", "4096"), 0);
    expect("memory.min", "/jobs", "4096");
    expect("memory.high", "/jobs", "max");
    expect("memory.low", "/jobs", "0");
    assert_int_equal(put("memory.high", "/jobs", "1073741824"), 0);
    expect("memory.high", "/jobs", "1073741824");
    expect("io.weight", "/jobs", "100");
    assert_int_equal(put("io.weight", "/jobs", "500"), 0);
    expect("io.weight", "/jobs", "500");
    tree_remove(root, "/sys/fs/cgroup/jobs/io.weight"); /* with bfq and without io.cost */
    tree_write(root, "/sys/fs/cgroup/jobs/io.bfq.weight", "default 120\n");
    expect("io.weight", "/jobs", "120");
    tree_done(root);
}

static void processors_of_a_group(void **state)
{
    (void)state;
    v2_new();
    expect("cpuset.cpus", "/jobs", "all");
    assert_int_equal(put("cpuset.cpus", "/jobs", "0-3,8"), 0);
    expect("cpuset.cpus", "/jobs", "0-3,8");
    assert_int_equal(put("cpuset.cpus", "/jobs", "all"), 0);
    assert_string_equal(tree_text(root, "/sys/fs/cgroup/jobs/cpuset.cpus"), ""); /* an empty line: what is above */
    expect("cpuset.cpus", "/jobs", "all");
    static const char *const bad[] = { "", "none", "3-0", "0,1", "0-3,2", "0-", "x", "-1" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(check("cpuset.cpus", "/jobs", bad[i]), -EINVAL);
    assert_int_equal(check("cpuset.cpus", "/jobs", "all"), 0);
    assert_int_equal(check("cpuset.cpus", "/jobs", "0-1"), 0);
    tree_done(root);
}

static void latency_of_storage(void **state)
{
    (void)state;
    v2_new();
    expect("io.latency", "/jobs", "none");
    assert_int_equal(put("io.latency", "/jobs", "8:0=20000"), 0);
    assert_string_equal(tree_text(root, "/sys/fs/cgroup/jobs/io.latency"), "8:0 target=20000");
    expect("io.latency", "/jobs", "8:0=20000");
    tree_write(root, "/sys/fs/cgroup/jobs/io.latency", "8:0 target=20000\n253:16 target=500\n");
    expect("io.latency", "/jobs", "8:0=20000,253:16=500");
    assert_int_equal(put("io.latency", "/jobs", "none"), 0);
    assert_string_equal(tree_text(root, "/sys/fs/cgroup/jobs/io.latency"), "253:16 target=0"); /* one after the other */
    static const struct { const char *value; int rc; } cases[] = {
        { "none", 0 }, { "8:0=1", 0 }, { "8:0=20000,8:16=500", 0 }, { "8:0=10000000", 0 }, { "8:0=10000001", -ERANGE },
        { "8:0=0", -EINVAL }, { "8:0", -EINVAL }, { "8:0=5,", -EINVAL }, { "8:0=5x", -EINVAL }, { "sda=5", -EINVAL },
        { "8:0=5,none", -EINVAL }, { ",", -EINVAL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(check("io.latency", "/jobs", cases[i].value), cases[i].rc);
    tree_done(root);
}

static void v2_makes_and_removes_groups(void **state)
{
    (void)state;
    v2_new();
    tree_write(root, "/sys/fs/cgroup/cgroup.subtree_control", "\n");
    tree_write(root, "/sys/fs/cgroup/cgroup.procs", "\n");
    expect("group", "/sonde", "absent");
    assert_int_equal(put("group", "/sonde", "present"), 0);
    expect("group", "/sonde", "present");
    assert_string_equal(tree_text(root, "/sys/fs/cgroup/cgroup.subtree_control"), "+cpu"); /* the one that must */
    assert_int_equal(put("group", "/sonde", "present"), 0);
    assert_int_equal(put("group", "/sonde", "absent"), 0);
    expect("group", "/sonde", "absent");
    assert_int_equal(put("group", "/sonde", "absent"), 0);
    assert_int_equal(put("group", "/jobs", "absent"), -EPERM); /* not ours */
    expect("group", "/jobs", "present");
    assert_int_equal(check("group", "/jobs", "absent"), -EINVAL);
    assert_int_equal(check("group", "/jobs/sonde", "present"), 0);
    assert_int_equal(check("group", "/jobs/sonde-7", "present"), 0);
    assert_int_equal(check("group", "/sonde/a/b", "present"), 0);
    assert_int_equal(check("group", "/sonde.service", "absent"), -EINVAL);
    assert_int_equal(check("group", "/sonde/../jobs", "absent"), -EINVAL);
    assert_int_equal(check("group", "sonde", "present"), -EINVAL);
    tree_done(root);
}

/* ---- version 1 ---- */

static void v1_new(void)
{
    tree_init(root);
    tree_write(root, "/proc/self/mountinfo",
        "32 31 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu\n35 31 0:32 / /cg/memory rw - cgroup cgroup rw,memory\n"
        "38 31 0:35 / /cg/blkio rw - cgroup cgroup rw,blkio\n41 31 0:38 / /cg/unified rw - cgroup2 cgroup2 rw\n");
    tree_write(root, "/proc/self/cgroup", "3:cpu:/jobs\n2:memory:/\n1:blkio:/jobs\n0::/\n");
    tree_write(root, "/cg/unified/cgroup.controllers", "\n");
    tree_write(root, "/cg/cpu/jobs/cpu.shares", "1024\n");
    tree_write(root, "/cg/cpu/jobs/cpu.idle", "0\n");
    tree_write(root, "/cg/cpu/jobs/cpu.cfs_quota_us", "-1\n");
    tree_write(root, "/cg/cpu/jobs/cpu.cfs_period_us", "100000\n");
    tree_write(root, "/cg/memory/memory.soft_limit_in_bytes", "9223372036854771712\n");
    tree_write(root, "/cg/blkio/jobs/blkio.bfq.weight", "100\n");
}

static void v1(void **state)
{
    (void)state;
    char value[KNOB_VALUE_MAX];
    v1_new();
    expect("cpu.weight", "/jobs", "100");
    assert_int_equal(put("cpu.weight", "/jobs", "1000"), 0);
    assert_string_equal(tree_text(root, "/cg/cpu/jobs/cpu.shares"), "10240");
    expect("cpu.weight", "/jobs", "1000");
    for (int shares = 2; shares < 20000; shares += 7) { /* whatever it was comes back */
        char text[16];
        snprintf(text, sizeof text, "%d", shares);
        tree_write(root, "/cg/cpu/jobs/cpu.shares", text);
        assert_int_equal(get("cpu.weight", "/jobs", value), 0);
        tree_write(root, "/cg/cpu/jobs/cpu.shares", "5\n");
        assert_int_equal(put("cpu.weight", "/jobs", value), 0);
        assert_string_equal(tree_text(root, "/cg/cpu/jobs/cpu.shares"), text);
    }
    for (int weight = 1; weight <= 1000; weight += 3) {
        char text[16];
        snprintf(text, sizeof text, "%d", weight);
        assert_int_equal(put("cpu.weight", "/jobs", text), 0);
        assert_int_equal(get("cpu.weight", "/jobs", value), 0);
        assert_near(atof(value), weight, 0.05); /* shares are whole: half of one is a 20th */
    }
    expect("cpu.max", "/jobs", "max");
    assert_int_equal(put("cpu.max", "/jobs", "50"), 0);
    assert_string_equal(tree_text(root, "/cg/cpu/jobs/cpu.cfs_quota_us"), "50000");
    expect("cpu.max", "/jobs", "50");
    assert_int_equal(put("cpu.max", "/jobs", "max"), 0);
    assert_string_equal(tree_text(root, "/cg/cpu/jobs/cpu.cfs_quota_us"), "-1");
    expect("io.weight", "/jobs", "100");
    assert_int_equal(get("memory.high", "/", value), -ENODEV);
    assert_int_equal(get("memory.low", "/", value), -ENODEV);
    struct knob_probe probe;
    struct place p = at("/");
    knob_probe(knob_find("memory.low"), &p, &probe);
    assert_false(probe.exists);
    assert_non_null(strstr(probe.why, "version 2"));
    tree_done(root);
}

static void what_may_be_written(void **state)
{
    (void)state;
    static const struct { const char *knob, *value; int rc; } cases[] = {
        { "cpu.weight", "1", 0 }, { "cpu.weight", "1000", 0 }, { "cpu.weight", "1001", -ERANGE }, { "cpu.weight", "0", -ERANGE },
        { "cpu.idle", "1", 0 }, { "cpu.idle", "2", -ERANGE },
        { "cpu.max", "max", 0 }, { "cpu.max", "12.5", 0 }, { "cpu.max", "0.5", -ERANGE }, { "cpu.max", "half", -EINVAL },
        { "memory.high", "max", 0 }, { "memory.high", "16777216", 0 }, { "memory.high", "4096", -ERANGE }, { "memory.low", "0", 0 },
        { "memory.low", "1.5", -EINVAL }, { "memory.low", "-1", -ERANGE },
        { "cpu.uclamp.min", "12.5", 0 }, { "cpu.uclamp.min", "101", -ERANGE }, { "cpu.uclamp.max", "full", -EINVAL },
        { "io.weight", "1000", 0 }, { "io.weight", "1001", -ERANGE },
        { "group.member", "/", 0 }, { "group.member", "/a/b", 0 }, { "group.member", "a", -EINVAL }, { "group.member", "/../a", -EINVAL },
    };
    v2_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool of_task = strcmp(cases[i].knob, "group.member") == 0;
        assert_int_equal(check(cases[i].knob, of_task ? "" : "/jobs", cases[i].value), cases[i].rc);
    }
    tree_done(root);
}

static void a_group_that_went_away(void **state)
{
    (void)state;
    static const char *const names[] = { "cpu.weight", "cpu.idle", "cpu.max", "memory.high", "memory.low",
                                         "io.weight" };
    static const char *const gone[] = { "/gone", "gone", "", "/../jobs", "/jobs/.." };
    char value[KNOB_VALUE_MAX];
    v2_new();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t g = 0; g < sizeof gone / sizeof *gone; g++) {
            const struct knob *k = knob_find(names[i]);
            struct place p = at(gone[g]);
            assert_int_equal(k->read(k, &p, value), -ENODEV);
            assert_int_equal(k->write(k, &p, "max"), -ENODEV);
            assert_int_equal(k->writable(k, &p), -ENODEV);
        }
    tree_done(root);
    tree_init(root); /* no groups at all */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(get(names[i], "/jobs", value), -ENODEV);
    assert_int_equal(get("group", "/sonde", value), -ENODEV);
    tree_done(root);
}

/* ---- this machine ---- */

static pid_t rests(int children)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (children && fork() == 0)
            prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char c;
    for (int i = 0; i <= children; i++)
        assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void real_trip(const char *knob, const char *group, const char *value)
{
    const struct knob *k = knob_find(knob);
    char old[KNOB_VALUE_MAX], now[KNOB_VALUE_MAX];
    struct place p = { .root = "" };
    snprintf(p.inst, sizeof p.inst, "%s", group);
    int rc = k->read(k, &p, old);
    if (rc == -ENODEV) {
        print_message("%s: skipped: there is none in the groups of this machine\n", knob);
        return;
    }
    assert_int_equal(rc, 0);
    assert_int_equal(k->write(k, &p, value), 0);
    assert_int_equal(k->read(k, &p, now), 0);
    assert_string_equal(now, value);
    assert_int_equal(k->write(k, &p, old), 0);
    assert_int_equal(k->read(k, &p, now), 0);
    assert_string_equal(now, old);
}

static void on_this_machine(void **state)
{
    (void)state;
    const struct knob *group = knob_find("group"), *member = knob_find("group.member");
    struct hierarchy h;
    if (hierarchy_find("", "cpu", &h) < 0) {
        print_message("skipped: no control groups\n");
        skip();
    }
    struct place p = { .root = "" };
    assert_true(snprintf(p.inst, sizeof p.inst, "%s/sonde-test-%d", strcmp(h.own, "/") == 0 ? "" : h.own, getpid()) <
                KNOB_VALUE_MAX);
    if (group->writable(group, &p) < 0 || group->write(group, &p, "present") < 0) {
        print_message("skipped: no group may be made here\n");
        skip();
    }
    real_trip("cpu.weight", p.inst, "1000");
    real_trip("cpu.idle", p.inst, "1");
    real_trip("cpu.max", p.inst, "50");
    real_trip("memory.high", p.inst, "1073741824");
    real_trip("io.weight", p.inst, "500");
    pid_t pid = rests(1);
    struct place task = { .root = "", .pid = pid, .start = knob_task_start("", pid) };
    char old[KNOB_VALUE_MAX], now[KNOB_VALUE_MAX], path[OS_PATH_MAX], procs[256];
    assert_int_equal(member->read(member, &task, old), 0);
    assert_int_equal(member->write(member, &task, p.inst), 0);
    assert_int_equal(member->read(member, &task, now), 0);
    assert_string_equal(now, p.inst);
    hierarchy_path(&h, p.inst, "cgroup.procs", path, sizeof path);
    assert_true(os_read_text("", path, procs, sizeof procs) > 0);
    int first, second;
    assert_int_equal(sscanf(procs, "%d %d", &first, &second), 2); /* its child came along */
    assert_int_equal(member->write(member, &task, old), 0);
    assert_int_equal(os_read_text("", path, procs, sizeof procs), 0); /* and back */
    assert_int_equal(member->write(member, &task, p.inst), 0);
    assert_int_equal(group->write(group, &p, "absent"), 0); /* with tasks in it */
    assert_int_equal(group->read(group, &p, now), 0);
    assert_string_equal(now, "absent");
    assert_int_equal(member->read(member, &task, now), 0);
    assert_string_equal(now, h.own);
    assert_int_equal(member->write(member, &task, p.inst), -ENODEV);
    real_trip("cpu.weight", p.inst, "1000"); /* removed under us */
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v2), cmocka_unit_test(processors_of_a_group),
        cmocka_unit_test(latency_of_storage), cmocka_unit_test(v2_makes_and_removes_groups), cmocka_unit_test(v1),
        cmocka_unit_test(what_may_be_written), cmocka_unit_test(a_group_that_went_away),
        cmocka_unit_test(on_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

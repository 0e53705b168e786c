/* test_remedy.c - which remedy answers what, at whom it is aimed and what it would set, on a made-up machine. */
#include "test.h"

#include "analyze/remedies.h"
#include "policy/remedies/effect.h"
#include "policy/machine.h"
#include "policy/remedies/remedy.h"
#include "tree.h"

#include <errno.h>

#define USER 1000u
#define SECONDS 5.0
#define US 900 /* the process that asks */

static char root[TREE_ROOT];

/* ---- a made-up machine at two instants ---- */

struct fake {
    int32_t pid, ppid, session;
    const char *name;
    unsigned uid;
    double run, wait, sleeps, wrote; /* within SECONDS */
    double ended;                    /* seconds of children that came and went */
    double memory_kib;
    const char *group;               /* NULL: "/" */
    bool terminal, kernel;
};

__attribute__((format(printf, 3, 4)))
static void put(int32_t pid, const char *file, const char *fmt, ...)
{
    char path[64], text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    tree_write(root, path, text);
}

static void fake_put(const struct fake *p, bool later)
{
    double k = later ? 1 : 0;
    put(p->pid, "stat", "%d (%s) S %d %d %d %d 0 %u 0 0 0 0 0 0 %.0f 0 20 0 1 0 %d\n", p->pid, p->name, p->ppid, p->pid,
        p->session, p->terminal ? 34816 : 0, p->kernel ? 0x00200040u : 0x400000u, k * p->ended * 100, p->pid * 10);
    put(p->pid, "schedstat", "%.0f %.0f 1\n", 1e9 + k * p->run * 1e9, 1e9 + k * p->wait * 1e9);
    put(p->pid, "status", "Name:\t%s\nUid:\t%u\t%u\t%u\t%u\nVmRSS:\t %.0f kB\nVmSwap:\t 1024 kB\n"
        "voluntary_ctxt_switches:\t%.0f\nnonvoluntary_ctxt_switches:\t1\n", p->name, p->uid, p->uid, p->uid, p->uid,
        p->memory_kib, 10 + k * p->sleeps);
    put(p->pid, "io", "rchar: 1\nwrite_bytes: %.0f\ncancelled_write_bytes: 0\n", 4096 + k * p->wrote);
    put(p->pid, "autogroup", "/autogroup-%d nice 0\n", p->session);
    put(p->pid, "timerslack_ns", "50000\n");
    put(p->pid, "cgroup", "0::%s\n", p->group ? p->group : "/");
}

static void pressure_io(double total_s)
{
    char text[128];
    snprintf(text, sizeof text, "some avg10=0.00 avg60=0.00 avg300=0.00 total=%.0f\nfull avg10=0.00\n", total_s * 1e6);
    tree_write(root, "/proc/pressure/io", text);
}

static int setup(void **state)
{
    (void)state;
    tree_init(root);
    tree_write(root, "/proc/sys/kernel/sched_autogroup_enabled", "1\n");
    tree_write(root, "/proc/self/mountinfo", "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    tree_write(root, "/proc/self/cgroup", "0::/\n");
    tree_write(root, "/sys/fs/cgroup/cgroup.controllers", "cpu io memory\n");
    tree_write(root, "/proc/vmstat", "pgfault 1\npswpin 0\npswpout 0\n");
    tree_write(root, "/proc/sys/vm/swappiness", "60\n");
    tree_write(root, "/proc/meminfo", "MemTotal: 8000000 kB\nDirty: 10 kB\nWriteback: 0 kB\n");
    pressure_io(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_done(root);
    return 0;
}

/* ---- what is asked of it ---- */

struct asked {
    int32_t pid;         /* whom a person named */
    bool may_nice;
    double battery;      /* on battery, where not 0 */
    void (*also)(void);  /* what else changes between the instants */
    struct remedy_target target;
    struct plan plan;
    char why[KNOB_WHY];
    int rc;
    double measured;     /* by its measure, between the same instants, where it was aimed */
};

static void ask(struct asked *q, const char *name, const struct fake *f, size_t n)
{
    const struct remedy *r = remedy_find(name);
    struct machine machine = { .root = root, .cpus_online = 2, .groups = 2, .can_nice = q->may_nice,
                               .on_battery = q->battery > 0, .battery = q->battery > 0 ? q->battery : NAN,
                               .hottest = NAN, .critical = NAN };
    struct remedy_scene s = { .root = root, .machine = &machine, .uid = USER, .self = US, .pid = q->pid };
    assert_non_null(r);
    for (size_t i = 0; i < n; i++)
        fake_put(&f[i], false);
    remedy_look(r, root, &s.before);
    for (size_t i = 0; i < n; i++)
        fake_put(&f[i], true);
    if (q->also)
        q->also();
    remedy_look(r, root, &s.after);
    s.after.mono_ns = s.before.mono_ns + (int64_t)(SECONDS * 1e9);
    doings_settle(&s.before.doings, &s.after.doings);
    q->rc = remedy_plan(r, &s, &q->target, &q->plan, q->why);
    q->measured = q->rc == 0 ? r->value(&q->target, &s.before, &s.after) : NAN;
    remedy_point_done(&s.before);
    remedy_point_done(&s.after);
}

#define ASK(q, name, f) ask(q, name, f, sizeof(f) / sizeof *(f))

/* The step of a knob; the test fails where there is none, or it is not to be `value`. */
static const struct step *expect_step(const struct asked *q, const char *knob, int32_t pid, const char *inst,
                                      const char *old, const char *value)
{
    assert_int_equal(q->rc, 0);
    for (size_t i = 0; i < q->plan.n; i++) {
        const struct step *s = &q->plan.step[i];
        if (strcmp(s->knob->name, knob) != 0 || s->place.pid != pid || strcmp(s->place.inst, inst) != 0)
            continue;
        assert_string_equal(s->old, old);
        assert_string_equal(s->value, value);
        assert_int_equal(s->state, STEP_PLANNED);
        assert_true(!pid || s->place.start == (uint64_t)pid * 10);
        return s;
    }
    fail_msg("no step of %s", knob);
    return NULL;
}

static void expect_not(struct asked *q, int rc, const char *why)
{
    if (q->rc != rc || !strstr(q->why, why))
        fail_msg("%d, \"%s\" instead of %d, \"%s\"", q->rc, q->why, rc, why);
    plan_done(&q->plan);
}

#define INIT { .pid = 1, .name = "init" }
#define SHELL { .pid = 100, .ppid = 1, .session = 100, .name = "bash", .uid = USER, .terminal = true }
#define WORKER { .pid = 150, .ppid = 100, .session = 100, .name = "worker", .uid = USER, .run = 1, .wait = 3 }

/* ---- neighbour ---- */

/* Two of a name in a session of their own: that comes last. */
static void neighbour_session(void **state)
{
    (void)state;
    const struct fake f[] = { INIT, SHELL, WORKER,
        { .pid = 200, .ppid = 1, .session = 200, .name = "sh", .uid = USER },
        { .pid = 201, .ppid = 200, .session = 200, .name = "spin", .uid = USER, .run = 4.5, .wait = 1 },
        { .pid = 202, .ppid = 200, .session = 200, .name = "spin", .uid = USER, .run = 4, .wait = 1 } };
    struct asked q = { 0 };
    ASK(&q, "neighbour", f);
    expect_step(&q, "autogroup", 200, "", "0", "19");
    assert_int_equal(q.plan.n, 1);
    assert_int_equal(q.target.n, 1);
    assert_int_equal(q.target.top[0], 200);
    assert_string_equal(q.target.name, "sh (pid 200)");
    assert_near(q.measured, 75, 1e-6); /* the worker wanted 4 s, and waited for 3 */
    plan_done(&q.plan);
}

/* Below the shell of a terminal beside the one that waits: they, and not the shell. Their own knobs need a right. */
static void neighbour_beside(void **state)
{
    (void)state;
    const struct fake f[] = { INIT, SHELL, WORKER,
        { .pid = 201, .ppid = 100, .session = 100, .name = "spin", .uid = USER, .run = 4.5 },
        { .pid = 202, .ppid = 100, .session = 100, .name = "spin", .uid = USER, .run = 4 } };
    struct asked q = { 0 };
    ASK(&q, "neighbour", f);
    assert_int_equal(q.target.n, 2);
    assert_string_equal(q.target.name, "spin (pid 201) and 1 more of that name");
    expect_not(&q, -EACCES, "CAP_SYS_NICE");

    q = (struct asked){ .may_nice = true };
    ASK(&q, "neighbour", f);
    assert_non_null(strstr(buf_text(&q.plan.notes), "nice: ")); /* which a recorded machine cannot be asked for */
    assert_non_null(strstr(buf_text(&q.plan.notes), "sched: "));
    assert_null(strstr(strstr(buf_text(&q.plan.notes), "nice: ") + 1, "nice: "));
    expect_not(&q, -ENODEV, "no knob");
}

/* A build: the one who starts many that end. */
static void neighbour_build(void **state)
{
    (void)state;
    const struct fake f[] = { INIT, SHELL, WORKER,
        { .pid = 300, .ppid = 1, .session = 300, .name = "make", .uid = USER, .run = 0.1, .ended = 8 },
        { .pid = 301, .ppid = 300, .session = 300, .name = "cc1", .uid = USER, .run = 0.6 } };
    struct asked q = { 0 };
    ASK(&q, "neighbour", f);
    expect_step(&q, "autogroup", 300, "", "0", "19");
    assert_string_equal(q.target.name, "make (pid 300)");
    plan_done(&q.plan);
}

static void neighbour_group(void **state)
{
    (void)state;
    tree_write(root, "/sys/fs/cgroup/batch/cpu.weight", "100\n");
    tree_write(root, "/sys/fs/cgroup/batch/cgroup.controllers", "cpu\n");
    const struct fake f[] = { INIT, SHELL, WORKER,
        { .pid = 200, .ppid = 1, .session = 200, .name = "batch", .uid = USER, .run = 9, .group = "/batch" } };
    struct asked q = { 0 };
    ASK(&q, "neighbour", f);
    expect_step(&q, "cpu.weight", 0, "/batch", "100", "10");
    assert_int_equal(q.plan.n, 1);
    plan_done(&q.plan);
}

static void neighbour_not(void **state)
{
    (void)state;
    const struct fake alone[] = { INIT, SHELL,
        { .pid = 201, .ppid = 1, .session = 201, .name = "spin", .uid = USER, .run = 4.5, .wait = 0.5 } };
    const struct fake unwaited[] = { INIT, SHELL,
        { .pid = 150, .ppid = 1, .session = 150, .name = "worker", .uid = USER, .run = 1 },
        { .pid = 201, .ppid = 1, .session = 201, .name = "spin", .uid = USER, .run = 4.5 } };
    const struct fake quiet[] = { INIT, SHELL,
        { .pid = 201, .ppid = 1, .session = 201, .name = "spin", .uid = USER, .run = 1 } };
    struct asked q = { 0 };
    ASK(&q, "neighbour", alone);
    expect_not(&q, -ENODATA, "nobody else has to wait");
    q = (struct asked){ 0 };
    ASK(&q, "neighbour", unwaited);
    expect_not(&q, -ENODATA, "nobody else has to wait");
    tree_remove(root, "/proc/150");
    q = (struct asked){ 0 };
    ASK(&q, "neighbour", quiet);
    expect_not(&q, -ENODATA, "nobody takes half a processor");
    q = (struct asked){ .pid = 4711 };
    ASK(&q, "neighbour", quiet);
    expect_not(&q, -ESRCH, "no process 4711");
    const struct fake idle[] = { INIT, SHELL, WORKER,
        { .pid = 201, .ppid = 1, .session = 201, .name = "idle", .uid = USER } };
    q = (struct asked){ .pid = 201 };
    ASK(&q, "neighbour", idle);
    expect_not(&q, -ENODATA, "hardly uses a processor");
}

/* Whoever is guarded, of the kernel or somebody else's is passed over, also where he was named. */
static void neighbour_guarded(void **state)
{
    (void)state;
    const struct fake f[] = { INIT, SHELL, WORKER,
        { .pid = 20, .ppid = 2, .name = "kworker/0", .run = 5, .kernel = true },
        { .pid = 250, .ppid = 1, .session = 250, .name = "pipewire", .uid = USER, .run = 4 },
        { .pid = 260, .ppid = 1, .session = 260, .name = "redis", .uid = 33, .run = 4 } };
    struct asked q = { 0 };
    ASK(&q, "neighbour", f);
    assert_int_equal(q.plan.n, 0);
    assert_int_equal(q.rc, -EPERM);
    plan_done(&q.plan);
    static const int32_t named[] = { 1, 20, 250, 260 };
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        q = (struct asked){ .pid = named[i] };
        ASK(&q, "neighbour", f);
        assert_int_equal(q.rc, -EPERM);
        assert_int_equal(q.plan.n, 0);
        assert_true(*q.why);
        plan_done(&q.plan);
    }
    const struct fake more[] = { INIT, SHELL, WORKER,
        { .pid = 250, .ppid = 1, .session = 250, .name = "pipewire", .uid = USER, .run = 4 },
        { .pid = 201, .ppid = 1, .session = 201, .name = "spin", .uid = USER, .run = 3 } };
    tree_remove(root, "/proc/20");
    tree_remove(root, "/proc/260");
    q = (struct asked){ 0 };
    ASK(&q, "neighbour", more);
    expect_step(&q, "autogroup", 201, "", "0", "19");
    plan_done(&q.plan);
}

/* ---- poller ---- */

static void poller(void **state)
{
    (void)state;
    const struct fake f[] = { INIT, SHELL,
        { .pid = 201, .ppid = 1, .session = 201, .name = "busy", .uid = USER, .run = 4, .sleeps = 4000 },
        { .pid = 210, .ppid = 1, .session = 210, .name = "tray", .uid = USER, .run = 0.1, .sleeps = 2500 } };
    struct asked q = { 0 };
    ASK(&q, "poller", f);
    assert_int_equal(q.target.top[0], 210); /* the other one works */
    assert_near(q.measured, 500, 1e-6);
    const struct step *s = expect_step(&q, "timer.slack", 210, "", "50000", "10000000");
    assert_int_equal(s->knob->write(s->knob, &s->place, s->value), 0);
    assert_string_equal(tree_text(root, "/proc/210/timerslack_ns"), "10000000");
    plan_done(&q.plan);

    const struct fake calm[] = { INIT, SHELL,
        { .pid = 210, .ppid = 1, .session = 210, .name = "tray", .uid = USER, .run = 0.1, .sleeps = 250 } };
    tree_remove(root, "/proc/201");
    q = (struct asked){ 0 };
    ASK(&q, "poller", calm);
    expect_not(&q, -ENODATA, "nobody wakes up a hundred times");
    q = (struct asked){ .pid = 210 };
    ASK(&q, "poller", calm);
    expect_not(&q, -ENODATA, "too seldom");
}

/* ---- swapping ---- */

static void swap_in(void)
{
    tree_write(root, "/proc/vmstat", "pgfault 1\npswpin 5000\npswpout 5000\n");
}

static void swapping(void **state)
{
    (void)state;
    const struct fake f[] = { INIT, SHELL,
        { .pid = 200, .ppid = 1, .session = 200, .name = "batch", .uid = USER, .group = "/batch",
          .memory_kib = 1e6 } };
    tree_write(root, "/sys/fs/cgroup/batch/memory.current", "1000000000\n");
    tree_write(root, "/sys/fs/cgroup/batch/memory.high", "max\n");
    struct asked q = { .also = swap_in };
    ASK(&q, "swapping", f);
    expect_step(&q, "vm.swappiness", 0, "", "60", "10");
    expect_step(&q, "memory.high", 0, "/batch", "max", "799997952");
    assert_true(q.measured > 4e6);
    plan_done(&q.plan);

    tree_write(root, "/proc/vmstat", "pgfault 1\npswpin 5000\npswpout 5000\n");
    q = (struct asked){ .also = swap_in };
    ASK(&q, "swapping", f);
    expect_not(&q, -ENODATA, "hardly anything");

    tree_write(root, "/proc/vmstat", "pgfault 1\npswpin 0\npswpout 5000\n");
    tree_write(root, "/proc/sys/vm/swappiness", "5\n");
    const struct fake none[] = { INIT, SHELL };
    tree_remove(root, "/proc/200");
    q = (struct asked){ .also = swap_in };
    ASK(&q, "swapping", none);
    expect_not(&q, -ENODATA, "low already");
}

/* ---- writer ---- */

static void disk_waits(void)
{
    pressure_io(2);
}

static void writer(void **state)
{
    (void)state;
    tree_write(root, "/sys/fs/cgroup/logs/io.weight", "default 100\n");
    const struct fake f[] = { INIT, SHELL,
        { .pid = 200, .ppid = 1, .session = 200, .name = "logger", .uid = USER, .wrote = 100e6, .group = "/logs" } };
    struct asked q = { .also = disk_waits };
    ASK(&q, "writer", f);
    expect_step(&q, "io.weight", 0, "/logs", "100", "10");
    assert_non_null(strstr(buf_text(&q.plan.notes), "ioprio: "));
    assert_near(q.measured, 40, 1e-6);
    plan_done(&q.plan);

    pressure_io(2);
    q = (struct asked){ .also = disk_waits };
    ASK(&q, "writer", f);
    expect_not(&q, -ENODATA, "hardly anybody waits");

    tree_write(root, "/proc/meminfo", "MemTotal: 8000000 kB\nDirty: 700000 kB\nWriteback: 1 kB\n");
    tree_write(root, "/proc/sys/vm/dirty_bytes", "0\n");
    tree_write(root, "/proc/sys/vm/dirty_ratio", "20\n");
    tree_write(root, "/proc/sys/vm/dirty_background_bytes", "0\n");
    tree_write(root, "/proc/sys/vm/dirty_background_ratio", "10\n");
    pressure_io(0);
    q = (struct asked){ .also = disk_waits };
    ASK(&q, "writer", f);
    expect_step(&q, "vm.dirty_bytes", 0, "", "0", "67108864");
    expect_step(&q, "vm.dirty_background_bytes", 0, "", "0", "16777216");
    plan_done(&q.plan);
}

/* ---- quota ---- */

static void group_stat(const char *group, double ran, double stopped)
{
    char path[96], text[160];
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.stat", group);
    snprintf(text, sizeof text, "usage_usec %.0f\nuser_usec 1\nnr_periods 1\nthrottled_usec %.0f\n", ran * 1e6,
             stopped * 1e6);
    tree_write(root, path, text);
}

static void groups_run(void)
{
    group_stat("/a/web", 2.5, 2.5);
    group_stat("/a", 2.5, 0);
    group_stat("/b", 0.1, 0.2);
}

static void quota(void **state)
{
    (void)state;
    static const char *const group[] = { "/a", "/a/web", "/b" };
    const struct fake f[] = { INIT, SHELL,
        { .pid = 200, .ppid = 1, .session = 200, .name = "web", .uid = USER, .group = "/a/web" } };
    char path[96];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/cgroup.procs", group[i]);
        tree_write(root, path, "");
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group[i]);
        tree_write(root, path, i ? "50000 100000\n" : "max 100000\n");
        group_stat(group[i], 0, 0);
    }
    struct asked q = { .also = groups_run };
    ASK(&q, "quota", f);
    assert_string_equal(q.target.group, "/a/web");
    assert_near(q.measured, 50, 1e-6);
    expect_step(&q, "cpu.max", 0, "/a/web", "50", "110"); /* half a processor that it ran, half stopped */
    plan_done(&q.plan);

    for (size_t i = 0; i < 3; i++)
        group_stat(group[i], 0, 0);
    q = (struct asked){ .also = groups_run, .pid = 100 }; /* who is in no limited group */
    ASK(&q, "quota", f);
    expect_not(&q, -ENODATA, "no control group");

    groups_run();
    q = (struct asked){ .also = groups_run };
    ASK(&q, "quota", f);
    expect_not(&q, -ENODATA, "is stopped by its processor limit");
}

/* ---- frequency ---- */

#define CPUFREQ "/sys/devices/system/cpu/cpufreq/policy0/"

static void frequency_files(const char *now, const char *governor)
{
    tree_write(root, CPUFREQ "cpuinfo_max_freq", "3000000\n");
    tree_write(root, CPUFREQ "cpuinfo_min_freq", "800000\n");
    tree_write(root, CPUFREQ "scaling_min_freq", "800000\n");
    tree_write(root, CPUFREQ "scaling_max_freq", "1200000\n");
    tree_write(root, CPUFREQ "scaling_cur_freq", now);
    tree_write(root, CPUFREQ "scaling_available_governors", "performance ondemand powersave\n");
    tree_write(root, CPUFREQ "scaling_governor", governor);
}

static void frequency(void **state)
{
    (void)state;
    const struct fake f[] = { INIT, SHELL };
    struct asked q = { 0 };
    ASK(&q, "frequency", f);
    expect_not(&q, -ENODATA, "no cpufreq");

    frequency_files("1200000\n", "powersave\n");
    q = (struct asked){ 0 };
    ASK(&q, "frequency", f);
    expect_step(&q, "cpufreq.max", 0, "policy0", "1200000", "3000000");
    expect_step(&q, "cpufreq.governor", 0, "policy0", "powersave", "ondemand");
    assert_near(q.measured, 1.2e9, 1);
    plan_done(&q.plan);

    q = (struct asked){ .battery = 12 };
    ASK(&q, "frequency", f);
    expect_not(&q, -EPERM, "battery is at 12 %");

    tree_write(root, CPUFREQ "energy_performance_preference", "power\n");
    tree_write(root, CPUFREQ "energy_performance_available_preferences",
               "default performance balance_performance balance_power power\n");
    q = (struct asked){ 0 };
    ASK(&q, "frequency", f);
    expect_step(&q, "cpufreq.epp", 0, "policy0", "power", "balance_performance");
    for (size_t i = 0; i < q.plan.n; i++) /* with a preference, powersave is the ordinary governor */
        assert_string_not_equal(q.plan.step[i].knob->name, "cpufreq.governor");
    plan_done(&q.plan);

    put(300, "comm", "power-profiles-\n"); /* who holds them is asked, and not overruled */
    q = (struct asked){ 0 };
    ASK(&q, "frequency", f);
    assert_non_null(strstr(buf_text(&q.plan.notes), "power.profile: "));
    for (size_t i = 0; i < q.plan.n; i++)
        assert_int_equal(q.plan.step[i].state, STEP_LEFT);
    expect_not(&q, -EACCES, "power-profiles-daemon holds it");
    tree_remove(root, "/proc/300");

    frequency_files("2900000\n", "powersave\n"); /* it is as fast as it can be */
    q = (struct asked){ 0 };
    ASK(&q, "frequency", f);
    expect_not(&q, -ENODATA, "no limit, governor or preference");
}

/* ---- the effect ---- */

static void effects(void **state)
{
    (void)state;
    static const struct {
        double before[4], after[4];
        bool higher, better, worse;
        double change;
    } cases[] = {
        { { 10, 11, 10, 9 }, { 5, 6, 5, 4 }, false, true, false, -0.5 },
        { { 10, 11, 10, 9 }, { 5, 6, 5, 4 }, true, false, true, -0.5 },
        { { 10, 11, 10, 9 }, { 10, 11, 10, 9 }, false, false, false, 0 },
        { { 10, 30, 10, 10 }, { 8, 8, 12, 8 }, false, false, false, -0.2 }, /* varies as much by itself */
        { { 100, 101, 100, 99 }, { 95, 96, 95, 94 }, false, false, false, -0.05 }, /* sure, but not worth it */
        { { 1, 1, 1, 1 }, { 0, 0, 0, 0 }, false, true, false, -1 },
        { { 0, 0, 0, 0 }, { 0, 0, 0, 0 }, false, false, false, NAN },
        { { 10, 10, NAN, 10 }, { 5, 5, 5, 5 }, false, false, false, -0.5 }, /* not all was seen */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct effect e;
        effect_of(cases[i].before, cases[i].after, 4, cases[i].higher, &e);
        assert_int_equal(e.better, cases[i].better);
        assert_int_equal(e.worse, cases[i].worse);
        if (isnan(cases[i].change))
            assert_nan(e.change);
        else
            assert_near(e.change, cases[i].change, 1e-9);
        assert_true(isnan(e.change) || (-1 <= e.low && e.low <= e.change && e.change <= e.high));
    }
}

/* ---- names ---- */

static void names(void **state)
{
    (void)state;
    const struct remedy_words *w;
    size_t n = 0;
    for (; (w = remedy_words_at(n)) != NULL; n++) {
        assert_non_null(remedy_find(w->name)); /* what a finding promises is there */
        assert_ptr_equal(remedy_words_of(w->name), w);
    }
    for (size_t i = 0; remedy_at(i); i++)
        assert_non_null(remedy_words_of(remedy_at(i)->name));
    assert_null(remedy_at(n));
    assert_null(remedy_find("nothing"));
    assert_string_equal(remedy_of_insight("cpu-saturated")->name, "neighbour");
    assert_string_equal(remedy_of_insight("disk-saturated:vda")->name, "writer");
    assert_string_equal(remedy_of_insight("wake-ups")->name, "poller");
    assert_string_equal(remedy_of_insight("swap-storm")->name, "swapping");
    assert_string_equal(remedy_of_insight("cgroup-throttled")->name, "quota");
    assert_string_equal(remedy_of_insight("throttling")->name, "frequency");
    assert_string_equal(remedy_of_insight("slow-though-cool")->name, "frequency");
    assert_null(remedy_of_insight("hot:cpu"));
    assert_null(remedy_of_insight("cpu"));
    assert_null(remedy_of_insight(""));
    assert_string_equal(remedy_of_cause("pressure.cpu.some", false, 2)->name, "neighbour");
    assert_null(remedy_of_cause("pressure.cpu.some", true, 0)); /* it fell: that is no trouble */
    assert_string_equal(remedy_of_cause("cpu.context_switches.rate", false, 0)->name, "poller");
    assert_null(remedy_of_cause("cpu.context_switches.rate", false, 1)); /* it follows much else */
    assert_string_equal(remedy_of_cause("cpu.freq", true, 0)->name, "frequency");
    assert_null(remedy_of_cause("cpu.freq", false, 0));
    assert_null(remedy_of_cause("cpu.util", false, 0)); /* to be busy is no trouble by itself */
}

int main(void)
{
#define ON_MACHINE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_MACHINE(neighbour_session), ON_MACHINE(neighbour_beside), ON_MACHINE(neighbour_build),
        ON_MACHINE(neighbour_group), ON_MACHINE(neighbour_not), ON_MACHINE(neighbour_guarded), ON_MACHINE(poller),
        ON_MACHINE(swapping), ON_MACHINE(writer), ON_MACHINE(quota), ON_MACHINE(frequency), cmocka_unit_test(effects),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

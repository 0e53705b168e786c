/* test_insights.c - every rule speaks on its trouble,
 * and is silent on health and on the unknown. */
#include "analyze/insights/insights.h"
#include "analyze/report.h"
#include "fake.h"
#include "test.h"

/* A healthy machine with everything that rules look at. */
static const struct { const char *name, *inst; enum unit unit; double v; } healthy[] = {
    { "cpu.util", NULL, UNIT_PERCENT, 20 }, { "cpu.core.util", "0", UNIT_PERCENT, 25 }, { "cpu.core.util", "1", UNIT_PERCENT, 15 },
    { "cpu.steal", NULL, UNIT_PERCENT, 0 }, { "cpu.iowait", NULL, UNIT_PERCENT, 1 }, { "cpu.load", "1m", UNIT_NONE, 0.5 },
    { "cpu.freq", NULL, UNIT_HERTZ, 2.5e9 }, { "cpu.freq.max", NULL, UNIT_HERTZ, 3e9 }, { "cpu.temp", NULL, UNIT_CELSIUS, 50 },
    { "cpu.context_switches.rate", NULL, UNIT_PER_S, 2000 },
    { "pressure.cpu.some", NULL, UNIT_PERCENT, 2 }, { "pressure.io.some", NULL, UNIT_PERCENT, 1 },
    { "pressure.io.full", NULL, UNIT_PERCENT, 1 }, { "pressure.memory.some", NULL, UNIT_PERCENT, 0 },
    { "pressure.memory.full", NULL, UNIT_PERCENT, 0 }, { "memory.total", NULL, UNIT_BYTE, 8e9 },
    { "memory.available", NULL, UNIT_BYTE, 5e9 }, { "memory.oom_kills", NULL, UNIT_NONE, 4 },
    { "memory.faults.major.rate", NULL, UNIT_PER_S, 1 }, { "swap.in.rate", NULL, UNIT_BYTE_PER_S, 0 },
    { "swap.out.rate", NULL, UNIT_BYTE_PER_S, 0 }, { "fs.util", "/", UNIT_PERCENT, 40 }, { "fs.available", "/", UNIT_BYTE, 5e10 },
    { "fs.inodes.util", "/", UNIT_PERCENT, 10 }, { "disk.util", "sda", UNIT_PERCENT, 10 }, { "disk.util", "total", UNIT_PERCENT, 10 },
    { "disk.latency", "sda", UNIT_SECOND, 0.002 }, { "disk.reads.rate", "sda", UNIT_PER_S, 50 },
    { "disk.writes.rate", "sda", UNIT_PER_S, 50 }, { "net.recv.packets.rate", "eth0", UNIT_PER_S, 500 },
    { "net.send.packets.rate", "eth0", UNIT_PER_S, 500 }, { "net.errors.rate", "eth0", UNIT_PER_S, 0 },
    { "net.drops.rate", "eth0", UNIT_PER_S, 0 }, { "net.tcp.send.rate", NULL, UNIT_PER_S, 400 },
    { "net.tcp.retransmits.share", NULL, UNIT_PERCENT, 0.1 }, { "process.zombies", NULL, UNIT_NONE, 1 },
    { "process.running", NULL, UNIT_NONE, 1 },
    { "process.uninterruptible", NULL, UNIT_NONE, 0 }, { "process.forks.rate", NULL, UNIT_PER_S, 5 },
    { "sensor.temp", "pci/k10temp/Tctl", UNIT_CELSIUS, 50 }, { "sensor.temp.critical", "pci/k10temp/Tctl", UNIT_CELSIUS, 95 },
    { "battery.charge", "BAT0", UNIT_PERCENT, 80 }, { "battery.wear", "BAT0", UNIT_PERCENT, 5 },
    { "battery.power", "BAT0", UNIT_WATT, 0 }, { "ac.online", "AC", UNIT_NONE, 1 },
    { "cpu.power", NULL, UNIT_WATT, 20 }, { "cpu.throttle.core", NULL, UNIT_PERCENT, 0 },
    { "cpu.throttle.package", "0", UNIT_PERCENT, 0 }, { "tuning.freq.limit", NULL, UNIT_HERTZ, 3e9 },
    { "tuning.governor", "schedutil", UNIT_PERCENT, 100 }, { "tuning.governor", "powersave", UNIT_PERCENT, 0 },
    { "tuning.governor", "userspace", UNIT_PERCENT, 0 }, { "tuning.profile", "balanced", UNIT_PERCENT, 100 },
    { "tuning.profile", "low-power", UNIT_PERCENT, 0 }, { "tuning.power.limit", NULL, UNIT_WATT, 65 },
    { "tuning.swappiness", NULL, UNIT_NONE, 60 }, { "tuning.running", "tuned", UNIT_NONE, 1 },
    { "tuning.running", "tlp", UNIT_NONE, 0 }, { "tuning.running", "thermald", UNIT_NONE, 1 },
    { "cgroup.cpu.throttled", NULL, UNIT_PERCENT, 0 }, { "cgroup.memory.util", NULL, UNIT_PERCENT, 30 },
};
enum { METRICS = sizeof healthy / sizeof *healthy, ROWS = 60 };

/* With one metric more, of which nothing is known yet; NULL: without. */
static struct recording *machine_with(const char *name, const char *inst)
{
    struct recording *r = fake_new(1);
    for (int k = 0; k < METRICS; k++)
        fake_metric(r, healthy[k].name, healthy[k].inst, healthy[k].unit);
    if (name)
        fake_metric(r, name, inst, UNIT_PERCENT);
    fake_rows(r, ROWS);
    for (int k = 0; k < METRICS; k++)
        for (int i = 0; i < ROWS; i++)
            r->col[k][i] = healthy[k].v;
    return r;
}

static struct recording *machine(void)
{
    return machine_with(NULL, NULL);
}

/* What rules look at is what they want, so that who reads that alone misses none; and it is not all there is. */
static void wanted(void **state)
{
    (void)state;
    struct recording *r = machine();
    for (int k = 0; k < METRICS; k++)
        if (!insights_want(r->schema, schema_find(r->schema, healthy[k].name, healthy[k].inst)))
            fail_msg("%s is looked at and not wanted", healthy[k].name);
    fake_metric(r, "memory.cached", NULL, UNIT_BYTE);
    assert_false(insights_want(r->schema, schema_find(r->schema, "memory.cached", NULL)));
    recording_free(r);
}

struct trouble {
    const char *id;
    enum severity severity;
    enum area area;
    struct { const char *name, *inst; double v; } set[4]; /* from row 20 on */
};

static const struct trouble troubles[] = {
    { "cpu-saturated", SEVERITY_WARNING, AREA_CPU, { { "cpu.util", NULL, 99 }, { "pressure.cpu.some", NULL, 50 } } },
    { "run-queue", SEVERITY_NOTICE, AREA_CPU, { { "cpu.load", "1m", 9 }, { "process.running", NULL, 9 } } },
    { "steal", SEVERITY_NOTICE, AREA_CPU, { { "cpu.steal", NULL, 15 } } },
    { "steal", SEVERITY_WARNING, AREA_CPU, { { "cpu.steal", NULL, 40 } } },
    { "one-core", SEVERITY_NOTICE, AREA_CPU, { { "cpu.core.util", "0", 100 }, { "cpu.core.util", "1", 4 } } },
    { "wake-ups", SEVERITY_NOTICE, AREA_POWER, { { "cpu.context_switches.rate", NULL, 9000 } } },
    { "cgroup-throttled", SEVERITY_WARNING, AREA_CPU, { { "cgroup.cpu.throttled", NULL, 30 } } },
    { "memory-full", SEVERITY_WARNING, AREA_MEMORY, { { "memory.available", NULL, 4e8 } } },
    { "memory-full", SEVERITY_CRITICAL, AREA_MEMORY, { { "memory.available", NULL, 1e8 } } },
    { "swap-storm", SEVERITY_WARNING, AREA_MEMORY, { { "swap.in.rate", NULL, 5e6 }, { "swap.out.rate", NULL, 6e6 } } },
    { "memory-pressure", SEVERITY_WARNING, AREA_MEMORY, { { "pressure.memory.some", NULL, 30 } } },
    { "memory-pressure", SEVERITY_CRITICAL, AREA_MEMORY, { { "pressure.memory.some", NULL, 30 }, { "pressure.memory.full", NULL, 20 } } },
    { "major-faults", SEVERITY_NOTICE, AREA_MEMORY, { { "memory.faults.major.rate", NULL, 800 } } },
    { "oom-kill", SEVERITY_CRITICAL, AREA_MEMORY, { { "memory.oom_kills", NULL, 5 } } },
    { "cgroup-memory", SEVERITY_WARNING, AREA_MEMORY, { { "cgroup.memory.util", NULL, 97 } } },
    { "disk-nearly-full:/", SEVERITY_WARNING, AREA_DISK, { { "fs.util", "/", 92 } } },
    { "disk-nearly-full:/", SEVERITY_CRITICAL, AREA_DISK, { { "fs.util", "/", 99 } } },
    { "inodes-nearly-full:/", SEVERITY_WARNING, AREA_DISK, { { "fs.inodes.util", "/", 93 } } },
    { "disk-saturated:sda", SEVERITY_NOTICE, AREA_DISK, { { "disk.util", "sda", 99 }, { "disk.util", "total", 99 } } },
    { "disk-saturated:sda", SEVERITY_WARNING, AREA_DISK, { { "disk.util", "sda", 99 }, { "pressure.io.some", NULL, 60 } } },
    { "disk-slow:sda", SEVERITY_WARNING, AREA_DISK, { { "disk.latency", "sda", 0.2 } } },
    { "iowait", SEVERITY_NOTICE, AREA_DISK, { { "cpu.iowait", NULL, 45 } } },
    { "io-pressure", SEVERITY_WARNING, AREA_DISK, { { "pressure.io.full", NULL, 70 } } },
    { "stuck-processes", SEVERITY_NOTICE, AREA_DISK, { { "process.uninterruptible", NULL, 9 } } },
    { "net-errors:eth0", SEVERITY_WARNING, AREA_NETWORK, { { "net.errors.rate", "eth0", 90 } } },
    { "net-drops:eth0", SEVERITY_WARNING, AREA_NETWORK, { { "net.drops.rate", "eth0", 90 } } },
    { "tcp-retransmits", SEVERITY_NOTICE, AREA_NETWORK, { { "net.tcp.retransmits.share", NULL, 8 } } },
    { "zombies", SEVERITY_NOTICE, AREA_PROCESSES, { { "process.zombies", NULL, 60 } } },
    { "fork-storm", SEVERITY_WARNING, AREA_PROCESSES, { { "process.forks.rate", NULL, 4000 } } },
    { "hot:pci/k10temp/Tctl", SEVERITY_WARNING, AREA_THERMAL, { { "sensor.temp", "pci/k10temp/Tctl", 92 } } },
    { "hot:pci/k10temp/Tctl", SEVERITY_CRITICAL, AREA_THERMAL, { { "sensor.temp", "pci/k10temp/Tctl", 97 } } },
    { "hot:cpu", SEVERITY_WARNING, AREA_THERMAL, { { "cpu.temp", NULL, 97 }, { "sensor.temp.critical", "pci/k10temp/Tctl", NAN } } },
    { "throttling", SEVERITY_WARNING, AREA_THERMAL, { { "cpu.util", NULL, 85 }, { "cpu.freq", NULL, 8e8 },
      { "sensor.temp", "pci/k10temp/Tctl", 80 } } },
    { "throttling", SEVERITY_WARNING, AREA_THERMAL, { { "cpu.util", NULL, 85 }, { "cpu.freq", NULL, 8e8 },
      { "cpu.throttle.core", NULL, 30 } } },
    { "slow-though-cool", SEVERITY_WARNING, AREA_POWER, { { "cpu.util", NULL, 85 }, { "cpu.freq", NULL, 8e8 } } },
    { "battery-low:BAT0", SEVERITY_WARNING, AREA_POWER, { { "battery.charge", "BAT0", 15 } } },
    { "battery-low:BAT0", SEVERITY_CRITICAL, AREA_POWER, { { "battery.charge", "BAT0", 6 } } },
    { "battery-worn:BAT0", SEVERITY_NOTICE, AREA_POWER, { { "battery.wear", "BAT0", 45 } } },
};
enum { TROUBLES = sizeof troubles / sizeof *troubles };

static struct report *analyze(const struct recording *r)
{
    return analyze_run(r, &(struct analyze_options){ 0 });
}

static const struct insight *find(const struct report *a, const char *id)
{
    for (size_t i = 0; i < a->n_insights; i++)
        if (!strcmp(a->insights[i].id, id))
            return &a->insights[i];
    return NULL;
}

static void plant(struct recording *r, const struct trouble *t, size_t from, size_t to)
{
    for (int k = 0; k < 4 && t->set[k].name; k++) {
        double *x = fake_col(r, t->set[k].name, t->set[k].inst);
        for (size_t i = isnan(t->set[k].v) ? 0 : from; i < to; i++)
            x[i] = t->set[k].v;
    }
}

static void test_healthy_is_silent(void **state)
{
    (void)state;
    struct recording *r = machine();
    struct report *a = analyze(r);
    assert_int_equal(a->n_insights, 0);
    report_free(a);
    recording_free(r);
}

static void test_each_rule_speaks(void **state)
{
    (void)state;
    for (int k = 0; k < TROUBLES; k++) {
        const struct trouble *t = &troubles[k];
        struct recording *r = machine();
        plant(r, t, 20, ROWS);
        struct report *a = analyze(r);
        const struct insight *i = find(a, t->id);
        if (!i || a->n_insights != 1)
            fail_msg("%s: %zu insights, the first is %s", t->id, a->n_insights,
                     a->n_insights ? a->insights[0].id : "none");
        assert_int_equal(i->severity, t->severity);
        assert_int_equal(i->area, t->area);
        assert_true(*i->title && *i->advice && i->n_evidence >= 1);
        if (strcmp(t->id, "battery-worn:BAT0") != 0) /* wear has no beginning */
            assert_true(i->since_ms == r->wall_ms[20]);
        report_free(a);
        recording_free(r);
    }
}

/* The oom-killer is one event, not a condition. */
static void test_a_moment_is_no_trouble(void **state)
{
    (void)state;
    for (int k = 0; k < TROUBLES; k++) {
        struct recording *r = machine();
        if (strcmp(troubles[k].id, "oom-kill") != 0)
            plant(r, &troubles[k], 20, 24);
        struct report *a = analyze(r);
        if (a->n_insights)
            fail_msg("%s speaks after 4 s", a->insights[0].id);
        report_free(a);
        recording_free(r);
    }
}

/* "None" is said only where a trouble could have lasted; what needs no time is told at once. */
static void test_too_few_rows_give_a_reason(void **state)
{
    (void)state;
    static const struct { size_t rows; double step; const char *reason; } runs[] = {
        { 0, 1, "needs at least 5 samples over 10 s, has 0 in 0.0 s" },
        { 1, 1, "needs at least 5 samples over 10 s, has 1 in 0.0 s" },
        { 4, 60, "needs at least 5 samples over 10 s, has 4 in 240.0 s" },
        { 9, 1, "needs at least 5 samples over 10 s, has 9 in 9.0 s" },
        { 10, 1, "" }, { 10, 0.997, "" }, /* as `sonde check --duration 10` has them */
    };
    for (size_t k = 0; k < sizeof runs / sizeof *runs; k++) {
        struct recording *r = fake_new(runs[k].step);
        fake_metric(r, "memory.oom_kills", NULL, UNIT_NONE);
        fake_rows(r, runs[k].rows);
        if (runs[k].rows)
            fake_set(r, "memory.oom_kills", 0, runs[k].rows, 1);
        struct report *a = analyze(r);
        assert_string_equal(a->insights_reason, runs[k].reason);
        report_free(a);
        if (runs[k].rows < 2) {
            recording_free(r);
            continue;
        }
        fake_set(r, "memory.oom_kills", runs[k].rows - 1, runs[k].rows, 2);
        a = analyze(r);
        assert_non_null(find(a, "oom-kill"));
        assert_string_equal(a->insights_reason, "");
        report_free(a);
        recording_free(r);
    }
}

static void test_unknown_is_silent(void **state)
{
    (void)state;
    struct recording *r = machine();
    for (int k = 0; k < METRICS; k++)
        for (int i = 0; i < ROWS; i++)
            r->col[k][i] = NAN;
    struct report *a = analyze(r);
    assert_int_equal(a->n_insights, 0);
    report_free(a);
    recording_free(r);
}

/* One core was switched off before, and its column stays unknown. */
static void test_offline_cores_count_for_nothing(void **state)
{
    (void)state;
    struct recording *r = fake_new(1);
    for (char core = '0'; core < '3'; core++)
        fake_metric(r, "cpu.core.util", (char[]){ core, 0 }, UNIT_PERCENT);
    fake_metric(r, "cpu.load", "1m", UNIT_NONE);
    fake_metric(r, "process.running", NULL, UNIT_NONE);
    fake_rows(r, ROWS);
    for (int i = 0; i < ROWS; i++) {
        fake_col(r, "cpu.core.util", "0")[i] = 100;
        fake_col(r, "cpu.core.util", "2")[i] = 4;
        fake_col(r, "cpu.load", "1m")[i] = 5; /* 2.5 a core, of two */
        fake_col(r, "process.running", NULL)[i] = 5;
    }
    struct report *a = analyze(r);
    assert_non_null(find(a, "one-core"));
    assert_string_equal(find(a, "one-core")->title,
                        "One core of 2 does all the work, the others are idle");
    assert_non_null(find(a, "run-queue"));
    report_free(a);
    recording_free(r);
}

static void test_little_traffic_is_no_slow_disk(void **state)
{
    (void)state;
    struct recording *r = machine();
    plant(r, &(struct trouble){
        .set = { { "disk.latency", "sda", 0.5 }, { "disk.reads.rate", "sda", 0 },
                 { "disk.writes.rate", "sda", 1 } } }, 0, ROWS);
    struct report *a = analyze(r);
    assert_null(find(a, "disk-slow:sda"));
    report_free(a);
    recording_free(r);
}

/* Who is woken for packets and requests has something to do, and so has who computes. */
static void test_work_is_no_wake_up(void **state)
{
    (void)state;
    static const struct trouble work[] = {
        { .set = { { "cpu.context_switches.rate", NULL, 9000 }, { "net.recv.packets.rate", "eth0", 4000 } } },
        { .set = { { "cpu.context_switches.rate", NULL, 9000 }, { "cpu.util", NULL, 60 } } },
    };
    for (size_t k = 0; k < sizeof work / sizeof *work; k++) {
        struct recording *r = machine();
        plant(r, &work[k], 0, ROWS);
        struct report *a = analyze(r);
        assert_null(find(a, "wake-ups"));
        report_free(a);
        recording_free(r);
    }
}

static void test_a_charging_battery_is_no_trouble(void **state)
{
    (void)state;
    struct recording *r = machine();
    double *x = fake_col(r, "battery.charge", "BAT0");
    for (int i = 0; i < ROWS; i++)
        x[i] = 5 + 0.1 * i;
    struct report *a = analyze(r);
    assert_int_equal(a->n_insights, 0);
    report_free(a);
    recording_free(r);
}

static const struct insight *find_or_fail(const struct report *a, const char *id);

/* Busy, cool and slow: what of the settings keeps it so is named, the surest first. */
static void test_what_keeps_it_slow(void **state)
{
    (void)state;
    static const struct {
        struct { const char *name, *inst; double v; } set[3];
        const char *evidence, *advice;
    } cases[] = {
        { { { "tuning.freq.limit", NULL, 1.2e9 } }, "no more than 1.20 GHz is permitted", "scaling_max_freq" },
        { { { "tuning.governor", "powersave", 100 }, { "tuning.governor", "schedutil", 0 } }, "the governor is powersave",
          "governor" },
        { { { "tuning.governor", "userspace", 100 }, { "tuning.governor", "schedutil", 0 } }, "the governor is userspace",
          "governor" },
        { { { "tuning.profile", "low-power", 100 } }, "the platform's profile is low-power", "powerprofilesctl" },
        { { { "cpu.power", NULL, 64 } }, "it takes all of the 65 W that it may", "power limit" },
        { { { "battery.power", "BAT0", 20 }, { "ac.online", "AC", 0 } }, "it runs on battery", "Plug it in" },
        { { { "battery.power", "BAT0", 20 } }, "none of the settings", "power supply" }, /* beside the adapter */
        { { { NULL, NULL, 0 } }, "none of the settings", "power supply" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct recording *r = machine();
        fake_set(r, "cpu.util", 20, ROWS, 95);
        fake_set(r, "cpu.freq", 20, ROWS, 1.1e9);
        for (int s = 0; s < 3 && cases[k].set[s].name; s++) {
            double *x = fake_col(r, cases[k].set[s].name, cases[k].set[s].inst);
            for (int i = 0; i < ROWS; i++)
                x[i] = cases[k].set[s].v;
        }
        struct report *a = analyze(r);
        const struct insight *i = find_or_fail(a, "slow-though-cool");
        assert_string_equal(i->title, "The processor is busy, 45 C below its mark, and works at 1.10 of 3.00 GHz");
        if (!strstr(i->evidence[1], cases[k].evidence) || !strstr(i->advice, cases[k].advice))
            fail_msg("%s: %s: %s", cases[k].evidence, i->evidence[1], i->advice);
        assert_null(find(a, "throttling"));
        report_free(a);
        recording_free(r);
    }
}

/* Where the processor itself chooses its clock, "powersave" is no cap, and a preference of power is one. */
static void test_a_processor_that_chooses(void **state)
{
    (void)state;
    for (int saves = 0; saves < 2; saves++) {
        struct recording *r = machine_with("tuning.epp", "power");
        for (int i = 0; i < ROWS; i++) {
            fake_col(r, "tuning.epp", "power")[i] = 100 * saves;
            fake_col(r, "tuning.governor", "powersave")[i] = 100;
            fake_col(r, "tuning.governor", "schedutil")[i] = 0;
        }
        fake_set(r, "cpu.util", 0, ROWS, 95);
        fake_set(r, "cpu.freq", 0, ROWS, 1.1e9);
        struct report *a = analyze(r);
        assert_non_null(strstr(find_or_fail(a, "slow-though-cool")->evidence[1],
                               saves ? "save power above all" : "none of the settings"));
        report_free(a);
        recording_free(r);
    }
}

/* Below what it held when it was as busy; the clock of an idle machine is no measure. */
static void test_slower_than_before(void **state)
{
    (void)state;
    for (int busy = 0; busy < 2; busy++) {
        struct recording *r = machine();
        fake_set(r, "cpu.freq", 0, 30, 2.9e9);
        fake_set(r, "cpu.util", 0, 30, busy ? 95 : 10);
        fake_set(r, "cpu.freq", 30, ROWS, 1.8e9); /* 0.6 of the highest, 0.62 of what it held */
        fake_set(r, "cpu.util", 30, ROWS, 95);
        fake_set(r, "pressure.cpu.some", 0, ROWS, 0);
        struct report *a = analyze(r);
        assert_int_equal(find(a, "slow-though-cool") != NULL, busy);
        report_free(a);
        recording_free(r);
    }
}

static void test_a_setting_to_and_fro(void **state)
{
    (void)state;
    struct recording *r = machine();
    for (int i = 0; i < ROWS; i++) {
        bool saves = i / 10 % 2;
        fake_col(r, "tuning.governor", "powersave")[i] = saves ? 100 : 0;
        fake_col(r, "tuning.governor", "schedutil")[i] = saves ? 0 : 100;
    }
    struct report *a = analyze(r);
    const struct insight *i = find_or_fail(a, "knob-conflict:tuning.governor");
    assert_string_equal(i->title,
                        "The governor of the processor changed 5 times in 60 s, between schedutil and powersave");
    assert_string_equal(i->evidence[0], "tuning.governor went to and fro, first at 10:00:10, last at 10:00:50 UTC");
    assert_string_equal(i->evidence[1], "tuned runs, and may set it");
    assert_int_equal(a->n_insights, 1);
    report_free(a);

    for (int k = 0; k < ROWS; k++)
        fake_col(r, "tuning.running", "tlp")[k] = 1;
    a = analyze(r);
    i = find_or_fail(a, "two-tuners");
    assert_string_equal(i->title, "tuned and tlp run at the same time, and both set the governor of the processor");
    assert_non_null(strstr(i->advice, "systemctl disable --now tlp"));
    assert_non_null(strstr(find_or_fail(a, "knob-conflict:tuning.governor")->evidence[1],
                           "tuned and tlp run, and may"));
    report_free(a);
    recording_free(r);
}

/* Numbers as well; but a loop that looks for the right value, and a few changes, are no quarrel. */
static void test_what_is_no_quarrel(void **state)
{
    (void)state;
    static const struct { double v[6]; bool quarrel; } runs[] = {
        { { 3e9, 2e9, 3e9, 2e9, 3e9, 2e9 }, true },
        { { 3e9, 2e9, 3e9, 2e9, 2e9, 2e9 }, false },
        { { 3e9, 2e9, 1e9, 2e9, 3e9, 2e9 }, false },
        { { 3e9, 2.9e9, 2.8e9, 2.7e9, 2.6e9, 2.5e9 }, false },
        { { NAN, 2e9, NAN, 2e9, NAN, 2e9 }, false },
    };
    for (size_t k = 0; k < sizeof runs / sizeof *runs; k++) {
        struct recording *r = machine();
        for (int i = 0; i < ROWS; i++)
            fake_col(r, "tuning.freq.limit", NULL)[i] = runs[k].v[i / 10];
        struct report *a = analyze(r);
        assert_int_equal(find(a, "knob-conflict:tuning.freq.limit") != NULL, runs[k].quarrel);
        if (runs[k].quarrel)
            assert_non_null(strstr(a->insights[0].title, "between 3 and 2 GHz"));
        report_free(a);
        recording_free(r);
    }
}

static const struct insight *find_or_fail(const struct report *a, const char *id)
{
    const struct insight *i = find(a, id);
    if (!i)
        fail_msg("%s is silent", id);
    return i;
}

/* Since, for how long and how much are of the same rows. */
static void test_words_are_of_the_same_stretch(void **state)
{
    (void)state;
    static const struct {
        size_t busy[4][2];
        const char *title, *evidence, *advice;
        size_t since, until;
    } runs[] = {
        { { { 20, 60 } }, "All processor cores are busy: 99.0 % on average",
          "cpu.util above 90 % for 40 s of the last 60 s, since 10:00:20 UTC", "Stop or lower", 20, 0 },
        { { { 20, 40 }, { 42, 60 } }, "All processor cores are busy: 94.3 % on average",
          "cpu.util above 90 % for 38 s of the last 60 s, since 10:00:20 UTC", "Stop or lower", 20, 0 },
        { { { 3, 4 }, { 30, 60 } }, "All processor cores are busy: 99.0 % on average",
          "cpu.util above 90 % for 30 s of the last 60 s, since 10:00:30 UTC", "Stop or lower", 30, 0 },
        { { { 10, 20 }, { 25, 35 }, { 40, 47 }, { 59, 60 } }, "All processor cores are busy on and off: 57.6 % on average",
          "cpu.util above 90 % on and off, 28 s of the last 60 s, first at 10:00:10, last at 10:00:59 UTC",
          "Stop or lower", 10, 0 },
        { { { 10, 45 } }, "All processor cores were busy: 99.0 % on average",
          "cpu.util above 90 % for 35 s of the last 60 s, from 10:00:10 to 10:00:44 UTC",
          "If it comes back: stop or lower", 10, 44 },
    };
    for (size_t k = 0; k < sizeof runs / sizeof *runs; k++) {
        struct recording *r = machine();
        fake_set(r, "pressure.cpu.some", 0, ROWS, NAN);
        fake_set(r, "cpu.util", 0, ROWS, 5);
        for (int s = 0; s < 4 && runs[k].busy[s][1]; s++)
            fake_set(r, "cpu.util", runs[k].busy[s][0], runs[k].busy[s][1], 99);
        struct report *a = analyze(r);
        const struct insight *i = find_or_fail(a, "cpu-saturated");
        assert_string_equal(i->title, runs[k].title);
        assert_string_equal(i->evidence[0], runs[k].evidence);
        assert_int_equal(strncmp(i->advice, runs[k].advice, strlen(runs[k].advice)), 0);
        assert_true(i->since_ms == r->wall_ms[runs[k].since]);
        assert_true(i->until_ms == (runs[k].until ? r->wall_ms[runs[k].until] : 0));
        report_free(a);
        recording_free(r);
    }
}

/* A full disk is full at the first look; a busy processor is not yet a trouble. */
static void test_levels_need_no_duration(void **state)
{
    (void)state;
    static const struct { const char *name, *inst; double v; const char *id, *title, *evidence; } levels[] = {
        { "fs.util", "/", 97, "disk-nearly-full:/", "/: 97.0 % of the space is used", "above 90 % at 10:00:00 UTC" },
        { "fs.inodes.util", "/", 95, "inodes-nearly-full:/", "/: 95.0 % of the file entries are used",
          "above 90 % at 10:00:00 UTC" },
        { "battery.charge", "BAT0", 6, "battery-low:BAT0", "The battery is at 6 %",
          "battery.charge below 20 % at 10:00:00 UTC" },
        { "sensor.temp", "x", 97, "hot:x", "x is at 97 C, its mark is 95 C", "at its mark or above at 10:00:00 UTC" },
        { "sensor.temp", "x", 94, NULL, NULL, NULL }, { "cpu.util", NULL, 99, NULL, NULL, NULL },
        { "fs.util", "/", 89, NULL, NULL, NULL }, { "battery.charge", "BAT0", 60, NULL, NULL, NULL },
    };
    for (size_t k = 0; k < sizeof levels / sizeof *levels; k++) {
        struct recording *r = fake_new(1);
        fake_metric(r, levels[k].name, levels[k].inst, UNIT_NONE);
        fake_metric(r, "sensor.temp.critical", "x", UNIT_CELSIUS);
        fake_rows(r, 1);
        fake_col(r, levels[k].name, levels[k].inst)[0] = levels[k].v;
        fake_col(r, "sensor.temp.critical", "x")[0] = 95;
        struct report *a = analyze(r);
        assert_int_equal(a->n_insights, levels[k].id != NULL);
        assert_int_equal(*a->insights_reason == 0, levels[k].id != NULL);
        if (levels[k].id) {
            assert_string_equal(find_or_fail(a, levels[k].id)->title, levels[k].title);
            assert_string_equal(a->insights[0].evidence[0], levels[k].evidence);
        }
        report_free(a);
        recording_free(r);
    }
}

static void test_a_silent_mount_is_told(void **state)
{
    (void)state;
    static const struct { const char *said[3]; size_t n; } runs[] = {
        { { "/mnt/nas does not answer: left alone, asked again in 60 s" }, 1 },
        { { "/mnt/nas does not answer: left alone, asked again in 60 s", "/mnt/nas answers again" }, 0 },
        { { "/mnt/nas does not answer: left", "/mnt answers again", "/mnt/nas does not answer: left" }, 1 },
        { { "/mnt/nas answers again" }, 0 },
    };
    for (size_t k = 0; k < sizeof runs / sizeof *runs; k++) {
        struct recording *r = machine();
        for (size_t s = 0; s < 3 && runs[k].said[s]; s++) {
            struct event e = { .kind = EVENT_ADAPTER, .wall_ms = r->wall_ms[10 * s], .source = "fs" };
            snprintf(e.text, sizeof e.text, "%s", runs[k].said[s]);
            recording_add_event(r, &e);
        }
        struct report *a = analyze(r);
        assert_int_equal(a->n_insights, runs[k].n);
        if (runs[k].n)
            assert_string_equal(find_or_fail(a, "mount-silent:/mnt/nas")->title,
                                "The file system at /mnt/nas does not answer");
        report_free(a);
        recording_free(r);
    }
}

/* The load average still holds work that ended before the recording. */
static void test_a_falling_load_is_no_queue(void **state)
{
    (void)state;
    struct recording *r = machine();
    for (int i = 0; i < ROWS; i++)
        fake_col(r, "cpu.load", "1m")[i] = 12 * exp(-i / 60.0);
    struct report *a = analyze(r);
    assert_int_equal(a->n_insights, 0);
    report_free(a);
    recording_free(r);
}

static struct proc_use process(int32_t pid, const char *name, double cpu, double rss)
{
    struct proc_use u = { .pid = pid, .cpu_percent = cpu, .rss_bytes = rss };
    snprintf(u.name, sizeof u.name, "%s", name);
    return u;
}

static void test_names_the_culprit(void **state)
{
    (void)state;
    struct recording *r = machine();
    plant(r, &troubles[0], 20, ROWS);
    for (size_t i = 0; i < ROWS; i++)
        fake_procs(r, i, (struct proc_use[]){ process(7, "burner", i < 20 ? 0 : 190, 1e6),
                                             process(8, "shell", 5, 1e6) }, 2);
    struct report *a = analyze(r);
    const struct insight *i = find(a, "cpu-saturated");
    assert_non_null(i);
    assert_string_equal(i->evidence[2], "most by burner (pid 7): 190 % of a core");
    report_free(a);
    recording_free(r);
}

/* Who starts programs is named, not who uses the processor. */
static void test_names_who_forks(void **state)
{
    (void)state;
    static const struct { double children; const char *evidence; } shells[] = {
        { 60, "most by sh (pid 8): 60.0 % of a core by its ended children" },
        { 0, "most by sh (pid 8): parent of 40 new processes seen" },
    };
    for (size_t k = 0; k < sizeof shells / sizeof *shells; k++) {
        struct recording *r = machine();
        fake_set(r, "process.forks.rate", 20, ROWS, 4000);
        for (size_t i = 0; i < ROWS; i++) {
            struct proc_use u[] = { process(7, "burner", 99, 1e6), process(8, "sh", 3, 1e6),
                                    process(1000 + (int32_t)i, "true", 0, 1e6) };
            u[1].children_percent = shells[k].children;
            u[2].ppid = 8;
            u[2].is_new = true;
            fake_procs(r, i, u, 3);
        }
        struct report *a = analyze(r);
        assert_string_equal(find_or_fail(a, "fork-storm")->evidence[1], shells[k].evidence);
        report_free(a);
        recording_free(r);
    }
}

/* A machine of two cores and 8 GB: what passes that is wrong, and no rule repeats it. */
static void test_no_impossible_amounts(void **state)
{
    (void)state;
    static const struct { double percent, rss; const char *cpu, *memory; } amounts[] = {
        { 190, 7e9, "most by odd (pid 7): 190 % of a core", "most by odd (pid 7): 7.00 GB" },
        { 201, 8.1e9, "most by odd (pid 7): 200 % of a core", "most by odd (pid 7): 8.00 GB" },
        { 900, 9e9, NULL, NULL },
    };
    for (size_t k = 0; k < sizeof amounts / sizeof *amounts; k++) {
        struct recording *r = machine();
        fake_set(r, "memory.available", 20, ROWS, 1e8);
        for (int t = 0; t < TROUBLES; t++)
            plant(r, &troubles[t], 20, ROWS);
        for (size_t i = 0; i < ROWS; i++) {
            struct proc_use u = process(7, "odd", amounts[k].percent, amounts[k].rss);
            u.children_percent = k == 2 ? 900 : 0;
            fake_procs(r, i, &u, 1);
        }
        struct report *a = analyze(r);
        bool cpu = false, memory = false;
        for (size_t i = 0; i < a->n_insights; i++)
            for (int e = 0; e < a->insights[i].n_evidence; e++) {
                const char *text = a->insights[i].evidence[e];
                cpu = cpu || (amounts[k].cpu && !strcmp(text, amounts[k].cpu));
                memory = memory || (amounts[k].memory && !strcmp(text, amounts[k].memory));
                if (!amounts[k].cpu && strstr(text, "odd"))
                    fail_msg("%s: %s", a->insights[i].id, text);
            }
        assert_int_equal(cpu, amounts[k].cpu != NULL);
        assert_int_equal(memory, amounts[k].memory != NULL);
        report_free(a);
        recording_free(r);
    }
}

/* Memory of one process over time, by shape. */
static double steady(size_t i) { return 5e8 + 10e6 * (double)i; }
static double starting(size_t i) { return i < 12 ? 5e7 * (double)i : 6e8; }
static double breathing(size_t i) { return 5e8 + 3e8 * sin((double)i / 5); }
static double small(size_t i) { return 1e7 + 1e5 * (double)i; }

static void test_growing_processes(void **state)
{
    (void)state;
    static const struct { double (*rss)(size_t i); bool leaks; } shapes[] = {
        { steady, true }, { starting, false }, { breathing, false }, { small, false },
    };
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        struct recording *r = machine();
        for (size_t i = 0; i < ROWS; i++) {
            struct proc_use u = process(9, "leaky", 1, shapes[k].rss(i));
            fake_procs(r, i, &u, 1);
        }
        struct report *a = analyze(r);
        const struct insight *i = find(a, "process-grows:leaky");
        assert_int_equal(i != NULL, shapes[k].leaks);
        if (i)
            assert_string_equal(i->title, "leaky (pid 9) grows: 590 MB in 59 s");
        report_free(a);
        recording_free(r);
    }
}

static void test_gaps_are_told(void **state)
{
    (void)state;
    struct recording *r = machine();
    for (size_t k = 1; k <= 3; k++) {
        struct event e = { .kind = EVENT_GAP, .wall_ms = r->wall_ms[10 * k], .end_ms = r->wall_ms[10 * k] + 3000 };
        struct report *a = analyze(r);
        assert_int_equal(a->n_insights, 0);
        report_free(a);
        recording_add_event(r, &e);
    }
    struct report *a = analyze(r);
    assert_non_null(find(a, "gaps"));
    assert_true(find(a, "gaps")->since_ms == r->wall_ms[10]);
    report_free(a);
    recording_free(r);
}

static void test_most_severe_first(void **state)
{
    (void)state;
    struct recording *r = machine();
    for (int k = 0; k < TROUBLES; k++)
        plant(r, &troubles[k], 20, ROWS);
    struct report *a = analyze(r);
    assert_true(a->n_insights > 15);
    for (size_t i = 1; i < a->n_insights; i++)
        assert_true(a->insights[i - 1].severity >= a->insights[i].severity);
    report_free(a);
    recording_free(r);
}

static const struct CMUnitTest tests[] = {
        cmocka_unit_test(wanted),
    cmocka_unit_test(test_healthy_is_silent),
    cmocka_unit_test(test_each_rule_speaks),
    cmocka_unit_test(test_a_moment_is_no_trouble),
    cmocka_unit_test(test_too_few_rows_give_a_reason),
    cmocka_unit_test(test_unknown_is_silent),
    cmocka_unit_test(test_offline_cores_count_for_nothing),
    cmocka_unit_test(test_little_traffic_is_no_slow_disk),
    cmocka_unit_test(test_work_is_no_wake_up),
    cmocka_unit_test(test_a_charging_battery_is_no_trouble),
    cmocka_unit_test(test_what_keeps_it_slow), cmocka_unit_test(test_a_processor_that_chooses),
    cmocka_unit_test(test_slower_than_before), cmocka_unit_test(test_a_setting_to_and_fro),
    cmocka_unit_test(test_what_is_no_quarrel), cmocka_unit_test(test_words_are_of_the_same_stretch),
    cmocka_unit_test(test_levels_need_no_duration),
    cmocka_unit_test(test_a_silent_mount_is_told),
    cmocka_unit_test(test_a_falling_load_is_no_queue),
    cmocka_unit_test(test_names_the_culprit),
    cmocka_unit_test(test_names_who_forks),
    cmocka_unit_test(test_no_impossible_amounts),
    cmocka_unit_test(test_growing_processes),
    cmocka_unit_test(test_gaps_are_told),
    cmocka_unit_test(test_most_severe_first),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

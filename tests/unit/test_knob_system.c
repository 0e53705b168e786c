/* Knobs of the whole machine: on a made-up one, with their limits; the harmless ones of this machine there and back. */
#include "test.h"

#include "os/os.h"
#include "policy/knob.h"
#include "tree.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[TREE_ROOT];

static void laptop_new(void)
{
    static const char *const files[][2] = {
        { "/proc/sys/vm/swappiness", "60" }, { "/proc/sys/vm/dirty_ratio", "20" }, { "/proc/sys/vm/dirty_bytes", "0" },
        { "/proc/sys/vm/dirty_background_ratio", "10" }, { "/proc/sys/vm/dirty_background_bytes", "0" },
        { "/proc/sys/vm/dirty_writeback_centisecs", "500" }, { "/proc/sys/vm/stat_interval", "1" },
        { "/proc/sys/net/core/busy_poll", "0" }, { "/proc/sys/net/core/busy_read", "0" },
        { "/proc/sys/kernel/numa_balancing", "1" }, { "/proc/sys/kernel/timer_migration", "1" },
        { "/proc/sys/kernel/nmi_watchdog", "1" }, { "/proc/sys/kernel/split_lock_mitigate", "1" },
        { "/sys/devices/system/cpu/online", "0-3" },
        { "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "powersave" },
        { "/sys/devices/system/cpu/cpufreq/policy0/scaling_available_governors", "performance powersave" },
        { "/sys/devices/system/cpu/cpufreq/policy0/energy_performance_preference", "balance_performance" },
        { "/sys/devices/system/cpu/cpufreq/policy0/energy_performance_available_preferences",
          "default performance balance_performance balance_power power" },
        { "/sys/devices/system/cpu/cpufreq/policy0/scaling_min_freq", "400000" },
        { "/sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq", "4600000" },
        { "/sys/devices/system/cpu/cpufreq/policy0/cpuinfo_min_freq", "400000" },
        { "/sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq", "4600000" },
        { "/sys/devices/system/cpu/cpufreq/policy2/scaling_governor", "powersave" },
        { "/sys/devices/system/cpu/intel_pstate/no_turbo", "0" },
        { "/sys/devices/system/cpu/cpu0/cpuidle/state2/disable", "0" },
        { "/sys/devices/system/cpu/cpu1/cpuidle/state2/disable", "1" },
        { "/sys/devices/system/cpu/cpu0/power/pm_qos_resume_latency_us", "0" },
        { "/sys/devices/system/cpu/smt/control", "on" },
        { "/sys/firmware/acpi/platform_profile", "balanced" },
        { "/sys/firmware/acpi/platform_profile_choices", "low-power balanced performance" },
        { "/sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw", "28000000" },
        { "/sys/block/nvme0n1/queue/scheduler", "[none] mq-deadline kyber" },
        { "/sys/block/nvme0n1/queue/read_ahead_kb", "128" }, { "/sys/block/loop0/queue/scheduler", "[none]" },
        { "/proc/irq/24/smp_affinity_list", "0-3" }, { "/proc/irq/default_smp_affinity", "f" },
        { "/sys/class/net/eth0/queues/rx-0/rps_cpus", "00000000,00000000" },
        { "/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never" },
        { "/sys/kernel/mm/transparent_hugepage/defrag", "always defer defer+madvise [madvise] never" },
        { "/dev/cpu_dma_latency", "" },
    };
    tree_init(root);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char line[256];
        snprintf(line, sizeof line, "%s\n", files[i][1]);
        tree_write(root, files[i][0], line);
    }
}

/* A value that goes there and back, and one beyond its limits. */
static const struct { const char *knob, *inst, *old, *value, *beyond; } trips[] = {
    { "vm.swappiness", "", "60", "10", "201" }, { "vm.dirty_ratio", "", "20", "40", "61" },
    { "vm.dirty_bytes", "", "0", "268435456", "4096" }, { "vm.dirty_background_ratio", "", "10", "5", "0" },
    { "vm.dirty_background_bytes", "", "0", "67108864", "1e12" }, { "vm.dirty_writeback", "", "500", "1500", "0" },
    { "vm.stat_interval", "", "1", "10", "0" }, { "net.busy_poll", "", "0", "50", "1000" },
    { "net.busy_read", "", "0", "50", "-1" }, { "kernel.numa_balancing", "", "1", "0", "4" },
    { "kernel.timer_migration", "", "1", "0", "2" }, { "kernel.nmi_watchdog", "", "1", "0", "2" },
    { "kernel.split_lock_mitigate", "", "1", "0", "2" },
    { "cpufreq.governor", "policy0", "powersave", "performance", "ondemand" },
    { "cpufreq.epp", "policy0", "balance_performance", "power", "fast" },
    { "cpufreq.min", "policy0", "400000", "800000", "399999" }, { "cpufreq.max", "policy0", "4600000", "2000000", "4600001" },
    { "cpufreq.boost", "", "1", "0", "2" }, { "cpuidle.disable", "cpu0/state2", "0", "1", "2" },
    { "pm.qos.cpu", "cpu0", "0", "100", "1000001" }, { "smt", "", "on", "off", "forceoff" },
    { "platform.profile", "", "balanced", "low-power", "quiet" },
    { "rapl.limit", "intel-rapl:0", "28000000", "15000000", "28000001" },
    { "disk.scheduler", "nvme0n1", "none", "kyber", "bfq" }, { "disk.readahead", "nvme0n1", "128", "4096", "65537" },
    { "irq.affinity", "24", "0-3", "1-2", "4" }, { "net.rps", "eth0/rx-0", "none", "0,2-3", "4" },
    { "thp.enabled", "", "madvise", "never", "sometimes" }, { "thp.defrag", "", "madvise", "defer+madvise", "later" },
    { "pm.qos", "", "none", "20", "1000001" },
};

static struct place at(const char *in, const char *inst)
{
    struct place p = { .root = in };
    snprintf(p.inst, sizeof p.inst, "%s", inst);
    return p;
}

static void expect(const struct knob *k, const struct place *p, const char *value)
{
    char now[KNOB_VALUE_MAX];
    assert_int_equal(k->read(k, p, now), 0);
    if (strcmp(now, value) != 0)
        print_error("%s@%s is %s, not %s\n", k->name, p->inst, now, value);
    assert_string_equal(now, value);
}

static void there_and_back(void **state)
{
    (void)state;
    laptop_new();
    for (size_t i = 0; i < sizeof trips / sizeof *trips; i++) {
        const struct knob *k = knob_find(trips[i].knob);
        char out[KNOB_VALUE_MAX], why[KNOB_WHY] = "";
        struct knob_probe probe;
        assert_non_null(k);
        struct place p = at(root, trips[i].inst);
        knob_probe(k, &p, &probe);
        assert_true(probe.exists && probe.readable && probe.writable);
        expect(k, &p, trips[i].old);
        assert_true(knob_check(k, &p, trips[i].beyond, out, why) < 0);
        assert_non_null(strstr(why, k->name));
        assert_int_equal(knob_check(k, &p, trips[i].value, out, why), 0);
        assert_int_equal(k->write(k, &p, out), 0);
        expect(k, &p, trips[i].value);
        if (!k->pair) { /* of a pair the 0 is not written: the kernel makes it of the other */
            assert_int_equal(k->write(k, &p, trips[i].old), 0);
            expect(k, &p, trips[i].old);
        }
    }
    tree_done(root);
}

/* The vendor's limit bounds, so that what was lowered may come back; without one, what stands. */
static void a_limit_of_power_comes_back(void **state)
{
    (void)state;
    char out[KNOB_VALUE_MAX], why[KNOB_WHY];
    laptop_new();
    const struct knob *k = knob_find("rapl.limit");
    struct place p = at(root, "intel-rapl:0");
    assert_int_equal(k->write(k, &p, "15000000"), 0);
    assert_int_equal(knob_check(k, &p, "28000000", out, why), -ERANGE);
    tree_write(root, "/sys/class/powercap/intel-rapl:0/constraint_0_max_power_uw", "28000000\n");
    assert_int_equal(knob_check(k, &p, "28000000", out, why), 0);
    assert_int_equal(knob_check(k, &p, "28000001", out, why), -ERANGE);
    assert_int_equal(knob_check(k, &p, "6999999", out, why), -ERANGE);
    tree_done(root);
}

/* A value that was cut would be set back as another one. */
static void what_is_too_long_is_not_read(void **state)
{
    (void)state;
    char value[KNOB_VALUE_MAX], list[400] = "0";
    laptop_new();
    for (int cpu = 2; cpu < 96; cpu += 2)
        snprintf(list + strlen(list), sizeof list - strlen(list), ",%d", cpu);
    tree_write(root, "/proc/irq/24/smp_affinity_list", list);
    const struct knob *k = knob_find("irq.affinity");
    struct place p = at(root, "24");
    assert_int_equal(k->read(k, &p, value), -ENAMETOOLONG);
    tree_done(root);
}

static void without_the_file_there_is_none(void **state)
{
    (void)state;
    char value[KNOB_VALUE_MAX];
    tree_init(root);
    for (size_t i = 0; i < sizeof trips / sizeof *trips; i++) {
        const struct knob *k = knob_find(trips[i].knob);
        struct place p = at(root, trips[i].inst);
        struct knob_probe probe;
        assert_int_equal(k->read(k, &p, value), -ENODEV);
        assert_int_equal(k->write(k, &p, trips[i].value), -ENODEV);
        assert_int_equal(k->writable(k, &p), -ENODEV);
        knob_probe(k, &p, &probe);
        assert_false(probe.exists || probe.writable || probe.readable);
        assert_true(*probe.why);
    }
    tree_done(root);
}

/* Names of devices come from people: none leads out of where devices are. */
static void names_stay_below(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "..", "../policy0", "policy0/..", ".", "policy0/../policy2", "gone" };
    char value[KNOB_VALUE_MAX];
    laptop_new();
    const struct knob *k = knob_find("cpufreq.governor"), *deep = knob_find("cpuidle.disable");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct place p = at(root, bad[i]);
        assert_int_equal(k->read(k, &p, value), -ENODEV);
        assert_int_equal(k->write(k, &p, "performance"), -ENODEV);
    }
    static const char *const shallow[] = { "cpu0", "cpu0/state2/x", "cpu0//state2", "/cpu0/state2" };
    for (size_t i = 0; i < sizeof shallow / sizeof *shallow; i++) {
        struct place p = at(root, shallow[i]);
        assert_int_equal(deep->read(deep, &p, value), -ENODEV);
    }
    tree_done(root);
}

static void listed(void *self, const char *inst)
{
    char *all = self;
    snprintf(all + strlen(all), 256 - strlen(all), "%s;", inst);
}

static void instances(void **state)
{
    (void)state;
    static const struct { const char *knob, *all; } cases[] = {
        { "cpufreq.governor", "policy0;policy2;" }, { "cpufreq.epp", "policy0;" }, { "cpuidle.disable", "cpu0/state2;cpu1/state2;" },
        { "disk.scheduler", "nvme0n1;" }, { "irq.affinity", "24;" }, { "net.rps", "eth0/rx-0;" }, { "vm.swappiness", ";" },
        { "rapl.limit", "intel-rapl:0;" }, { "cpufreq.boost", ";" },
    };
    laptop_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct knob *k = knob_find(cases[i].knob);
        char all[256] = "";
        k->list(k, root, listed, all);
        assert_string_equal(all, cases[i].all);
    }
    tree_done(root);
}

static void the_zero_of_a_pair_is_not_written(void **state)
{
    (void)state;
    laptop_new();
    struct place p = at(root, "");
    const struct knob *bytes = knob_find("vm.dirty_bytes");
    assert_int_equal(bytes->write(bytes, &p, "268435456"), 0);
    assert_int_equal(bytes->write(bytes, &p, "0"), 0);
    assert_string_equal(tree_text(root, "/proc/sys/vm/dirty_bytes"), "268435456");
    assert_string_equal(knob_find(bytes->pair)->pair, bytes->name);
    tree_done(root);
}

static void boost_of_both_kinds(void **state)
{
    (void)state;
    laptop_new();
    struct place p = at(root, "");
    const struct knob *k = knob_find("cpufreq.boost");
    assert_int_equal(k->write(k, &p, "0"), 0);
    assert_string_equal(tree_text(root, "/sys/devices/system/cpu/intel_pstate/no_turbo"), "1");
    tree_write(root, "/sys/devices/system/cpu/cpufreq/boost", "1\n"); /* comes first */
    expect(k, &p, "1");
    assert_int_equal(k->write(k, &p, "0"), 0);
    assert_string_equal(tree_text(root, "/sys/devices/system/cpu/cpufreq/boost"), "0");
    tree_done(root);
}

static void masks_of_many_processors(void **state)
{
    (void)state;
    static const struct { const char *mask, *list; } cases[] = {
        { "f", "0-3" }, { "00000000,0000000f", "0-3" }, { "00000001,00000000", "32" }, { "80000000,00000000,00000001", "0,95" },
        { "0", "none" }, { "ff", "0-7" },
    };
    laptop_new();
    struct place p = at(root, "eth0/rx-0");
    const struct knob *k = knob_find("net.rps");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tree_write(root, "/sys/class/net/eth0/queues/rx-0/rps_cpus", cases[i].mask);
        expect(k, &p, cases[i].list);
        assert_int_equal(k->write(k, &p, cases[i].list), 0);
        expect(k, &p, cases[i].list);
    }
    tree_write(root, "/sys/class/net/eth0/queues/rx-0/rps_cpus", "00000000,0000000f");
    assert_int_equal(k->write(k, &p, "33"), 0);
    assert_string_equal(tree_text(root, "/sys/class/net/eth0/queues/rx-0/rps_cpus"), "00000002,00000000");
    char value[KNOB_VALUE_MAX];
    tree_write(root, "/sys/class/net/eth0/queues/rx-0/rps_cpus", "what\n");
    assert_int_equal(k->read(k, &p, value), -EIO);
    tree_done(root);
}

/* The descriptor is the hold: it is kept from one write to the next, and another root knows nothing of it. */
static void a_latency_is_held_open(void **state)
{
    (void)state;
    char path[128], other[TREE_ROOT];
    int32_t us = -1;
    laptop_new();
    struct place p = at(root, ""), elsewhere = p;
    const struct knob *k = knob_find("pm.qos");
    int free_before = dup(0), free_held, free_after;
    close(free_before);
    assert_int_equal(k->write(k, &p, "20"), 0);
    free_held = dup(0);
    close(free_held);
    assert_true(free_held > free_before);
    snprintf(path, sizeof path, "%s/dev/cpu_dma_latency", root);
    FILE *f = fopen(path, "r");
    assert_int_equal(fread(&us, sizeof us, 1, f), 1);
    fclose(f);
    assert_int_equal(us, 20);
    tree_init(other);
    tree_write(other, "/dev/cpu_dma_latency", "");
    elsewhere.root = other;
    expect(k, &elsewhere, "none");
    tree_done(other);
    assert_int_equal(k->write(k, &p, "50"), 0);
    expect(k, &p, "50");
    assert_int_equal(k->write(k, &p, "none"), 0);
    expect(k, &p, "none");
    free_after = dup(0);
    close(free_after);
    assert_int_equal(free_after, free_before);
    tree_done(root);
}

static void no_smt_is_none(void **state)
{
    (void)state;
    laptop_new();
    tree_write(root, "/sys/devices/system/cpu/smt/control", "notsupported\n");
    struct place p = at(root, "");
    struct knob_probe probe;
    knob_probe(knob_find("smt"), &p, &probe);
    assert_false(probe.exists);
    assert_non_null(strstr(probe.why, "notsupported"));
    tree_done(root);
}

/* Read, set, read, set back; on this machine. */
static void on_this_machine(void **state)
{
    (void)state;
    static const struct { const char *knob, *value, *otherwise; } harmless[] = {
        { "vm.swappiness", "61", "59" }, { "vm.stat_interval", "2", "3" }, { "net.busy_read", "1", "2" },
        { "vm.dirty_writeback", "600", "700" }, { "kernel.timer_migration", "1", "0" }, { "pm.qos", "1000", "2000" },
    };
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        const struct knob *k = knob_find(harmless[i].knob);
        struct place p = at("", "");
        struct knob_probe probe;
        char old[KNOB_VALUE_MAX];
        knob_probe(k, &p, &probe);
        if (!probe.exists || !probe.writable) {
            print_message("%s: skipped: %s\n", k->name, probe.why);
            continue;
        }
        snprintf(old, sizeof old, "%s", probe.value);
        const char *value = strcmp(old, harmless[i].value) == 0 ? harmless[i].otherwise : harmless[i].value;
        int rc = k->write(k, &p, value);
        if (rc == -EPERM || rc == -EROFS || rc == -EACCES) {
            print_message("%s: skipped: %s\n", k->name, strerror(-rc));
            continue;
        }
        assert_int_equal(rc, 0);
        expect(k, &p, value);
        assert_int_equal(k->write(k, &p, old), 0);
        expect(k, &p, old);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back), cmocka_unit_test(a_limit_of_power_comes_back),
        cmocka_unit_test(what_is_too_long_is_not_read), cmocka_unit_test(without_the_file_there_is_none),
        cmocka_unit_test(names_stay_below), cmocka_unit_test(instances),
        cmocka_unit_test(the_zero_of_a_pair_is_not_written), cmocka_unit_test(boost_of_both_kinds),
        cmocka_unit_test(masks_of_many_processors), cmocka_unit_test(a_latency_is_held_open),
        cmocka_unit_test(no_smt_is_none), cmocka_unit_test(on_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_helper_may.c - what the helper does for whom, on a made-up machine and of processes of this one. */
#include "base/text.h"
#include "policy/helper/heat.h"
#include "policy/helper/helper_may.h"
#include "test.h"
#include "tree.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLOCK "/sys/devices/system/cpu/cpufreq/policy0/"

static char root[TREE_ROOT];

static int setup(void **state)
{
    (void)state;
    tree_init(root);
    tree_write(root, CLOCK "scaling_governor", "powersave\n");
    tree_write(root, CLOCK "scaling_available_governors", "performance powersave\n");
    tree_write(root, CLOCK "scaling_min_freq", "800000\n");
    tree_write(root, CLOCK "scaling_max_freq", "3000000\n");
    tree_write(root, CLOCK "cpuinfo_min_freq", "400000\n");
    tree_write(root, CLOCK "cpuinfo_max_freq", "4000000\n");
    tree_write(root, "/proc/sys/vm/swappiness", "60\n");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_done(root);
    return 0;
}

static void sensor(int degrees, int critical)
{
    char text[32];
    snprintf(text, sizeof text, "%d000\n", degrees);
    tree_write(root, "/sys/class/hwmon/hwmon0/temp1_input", text);
    snprintf(text, sizeof text, "%d000\n", critical);
    tree_write(root, "/sys/class/hwmon/hwmon0/temp1_crit", text);
}

static int ask(const struct helper_rules *rules, uint32_t uid, const char *line, struct step *s,
               char why[static KNOB_WHY])
{
    struct helper_request r;
    *why = '\0';
    assert_int_equal(helper_parse(line, &r, why), 0);
    return helper_may(rules, uid, &r, s, why);
}

struct trial {
    const char *line;
    int rc;
    const char *why;
};

static void try(const struct helper_rules *rules, uint32_t uid, const struct trial *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct step s;
        char why[KNOB_WHY];
        int rc = ask(rules, uid, t[i].line, &s, why);
        if (rc != t[i].rc || !text_glob(t[i].why, why))
            fail_msg("%s: %d instead of %d: %s", t[i].line, rc, t[i].rc, why);
    }
}

static void what_is_not_of_the_helper_is_refused(void **state)
{
    static const struct trial cases[] = {
        { "set sysctl.anything - 1", -EINVAL, "*there is no knob*" },
        { "set /proc/sys/vm/swappiness - 1", -EINVAL, "*there is no knob*" },
        { "set omp.threads - 4", -EPERM, "*about to start*" },
        { "set session 4711 own", -EPERM, "*about to start*" },
        { "set thp 4711 disabled", -EPERM, "*about to start*" },
        { "set cpu.weight@/jobs - 1000", -EPERM, "*control groups*" },
        { "set group@/jobs - present", -EPERM, "*control groups*" },
        { "set group.member 4711 /", -EPERM, "*control groups*" },
        { "set rt 4711 rr:1", -EPERM, "*lock a machine up*" },
        { "set deadline 4711 none", -EPERM, "*lock a machine up*" },
        { "set ioprio.rt 4711 rt/0", -EPERM, "*lock a machine up*" },
        { "set nice - 5", -EINVAL, "*of which process*" },
        { "set nice@policy0 4711 5", -EINVAL, "*no instances*" },
        { "set nice 2147483647 5", -ESRCH, "*no process*" },
        { "set nice 1 5", -EPERM, "*left alone*" },
    };
    (void)state;
    try(&(struct helper_rules){ .root = "", .heats = true }, 4242, cases, sizeof cases / sizeof *cases);
    try(&(struct helper_rules){ .root = "", .heats = true }, 0, cases, sizeof cases / sizeof *cases);
}

static void a_device_is_one_that_was_found(void **state)
{
    static const struct trial cases[] = {
        { "set cpufreq.governor@policy0 - powersave", 0, "" },
        { "set cpufreq.governor@policy1 - powersave", -ENODEV, "*no \"policy1\"*" },
        { "set cpufreq.governor - powersave", -ENODEV, "*no \"\"*" },
        { "set cpufreq.governor@../../x - powersave", -ENODEV, "*no \"../../x\"*" },
        { "set cpufreq.governor@policy0/../policy0 - powersave", -ENODEV, "*" },
        { "set cpufreq.governor@./policy0 - powersave", -ENODEV, "*" },
        { "set cpufreq.governor@policy0/ - powersave", -ENODEV, "*" },
        { "set cpufreq.governor@policy0 4711 powersave", -EINVAL, "*no process*" },
        { "set cpufreq.governor@policy0 - faster", -EINVAL, "*performance powersave*" },
        { "set cpufreq.max@policy0 - 5000000", -ERANGE, "*400000 to 4000000*" },
        { "set vm.swappiness - 10", 0, "" },
        { "set vm.swappiness - 201", -ERANGE, "*0 to 200*" },
        { "set vm.swappiness@x - 10", -ENODEV, "*" },
    };
    (void)state;
    try(&(struct helper_rules){ .root = root, .heats = true }, 1000, cases, sizeof cases / sizeof *cases);
}

static void what_makes_it_hotter_waits_until_it_is_cool(void **state)
{
    static const struct trial unknown[] = {
        { "set cpufreq.governor@policy0 - performance", -EPERM, "*cannot be seen*" },
        { "set cpufreq.min@policy0 - 900000", -EPERM, "*cannot be seen*" },
        { "set cpufreq.min@policy0 - 700000", 0, "" },
        { "set cpufreq.max@policy0 - 2000000", 0, "" },
        { "set cpufreq.governor@policy0 - powersave", 0, "" },
        { "set vm.swappiness - 10", 0, "" },
    };
    static const struct trial cool[] = { { "set cpufreq.governor@policy0 - performance", 0, "" } };
    static const struct trial hot[] = {
        { "set cpufreq.governor@policy0 - performance", -EPERM, "*hot: 81 of at most 80*" },
        { "set cpufreq.governor@policy0 - powersave", 0, "" },
    };
    struct helper_rules rules = { .root = root };
    (void)state;
    try(&rules, 1000, unknown, sizeof unknown / sizeof *unknown);
    sensor(60, 90);
    try(&rules, 1000, cool, 1);
    sensor(81, 90);
    try(&rules, 1000, hot, 2);
    rules.heats = true;
    try(&rules, 1000, cool, 1);
}

static void heat_is_known_by_knob_and_value(void **state)
{
    static const struct { const char *knob, *now, *value; bool hotter; } cases[] = {
        { "cpufreq.epp", "power", "balance_performance", true }, { "cpufreq.epp", "power", "balance_power", false },
        { "cpufreq.epp", "power", "perform", false }, { "cpufreq.boost", "0", "1", true },
        { "cpufreq.boost", "1", "0", false }, { "cpufreq.max", "100", "101", true },
        { "cpufreq.max", "100", "100", false }, { "cpufreq.max", "", "100", true }, { "pm.qos", "none", "20", true },
        { "pm.qos", "20", "none", false }, { "pm.qos.cpu", "0", "20", true }, { "pm.qos.cpu", "20", "0", false },
        { "smt", "off", "on", true }, { "cpuidle.disable", "0", "1", true }, { "rapl.limit", "90", "80", false },
        { "platform.profile", "balanced", "performance", true }, { "vm.swappiness", "1", "2", false },
        { "nice", "0", "-10", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct knob *k = knob_find(cases[i].knob);
        if (!k || heat_raises(k, cases[i].now, cases[i].value) != cases[i].hotter)
            fail_msg("%s %s -> %s", cases[i].knob, cases[i].now, cases[i].value);
    }
}

static pid_t child_start(void)
{
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    assert_true(pid > 0);
    return pid;
}

/* Of the running machine: its own task may be asked for, one of somebody else may not, and limits hold. */
static void a_task_is_its_users(void **state)
{
    struct helper_rules rules = { .root = "" };
    struct step s;
    char why[KNOB_WHY], line[64];
    uint32_t self = getuid(), other = self + 1000;
    (void)state;
    pid_t pid = child_start();
    snprintf(line, sizeof line, "set nice %d +5", (int)pid);
    assert_int_equal(ask(&rules, self, line, &s, why), 0);
    assert_int_equal(s.place.pid, pid);
    assert_true(s.place.start == knob_task_start("", pid) && s.place.start);
    assert_string_equal(s.value, "5");
    assert_int_equal(ask(&rules, other, line, &s, why), -EPERM);
    assert_non_null(strstr(why, "another user"));
    snprintf(line, sizeof line, "set nice %d -16", (int)pid);
    assert_int_equal(ask(&rules, self, line, &s, why), -ERANGE);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    snprintf(line, sizeof line, "set nice %d 5", (int)pid);
    assert_int_equal(ask(&rules, self, line, &s, why), -ESRCH);
    snprintf(line, sizeof line, "set nice %d 5", (int)getpid()); /* the helper itself, and those above it */
    assert_int_equal(ask(&rules, self, line, &s, why), -EPERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_of_the_helper_is_refused),
        cmocka_unit_test_setup_teardown(a_device_is_one_that_was_found, setup, teardown),
        cmocka_unit_test_setup_teardown(what_makes_it_hotter_waits_until_it_is_cool, setup, teardown),
        cmocka_unit_test(heat_is_known_by_knob_and_value),
        cmocka_unit_test(a_task_is_its_users),
    };
    return cmocka_run_group_tests_name("helper_may", tests, NULL, NULL);
}

/* From goals and named knobs to a plan, on a made-up machine. */
#include "test.h"

#include "base/auto.h"
#include "base/text.h"
#include "policy/plan.h"
#include "tree.h"

#include <errno.h>

static struct machine quiet(const char *root)
{
    return (struct machine){ .root = root, .cpus_online = 4, .cpus_allowed = 4, .cpus_quota = NAN, .threads_useful = 4,
                             .battery = NAN, .hottest = NAN, .critical = NAN, .autogroup = true, .can_nice = true,
                             .root_user = true, .groups = 1, .group = "/", .contention = 0, .load = 0 };
}

static int make(const struct machine *m, int goal, const char *arm, struct plan *p, char why[static KNOB_WHY])
{
    *why = '\0';
    struct plan_options o = { .machine = m, .goal = goal, .arm = arm, .arm_evidence = EVIDENCE_ASKED };
    return plan_make(&o, p, why);
}

static void wrong_arms_are_named(void **state)
{
    static const struct { const char *arm, *why; } cases[] = {
        { "autogrup=3", "*did you mean autogroup?*" }, { "nice", "*KNOB=VALUE*" }, { "nice=-16", "*-15 to 19*" },
        { "omp.wait=busy", "*active passive*" }, { "nice=1 omp.threads=0", "*omp.threads*1 to 4096*" },
        { "nice@a=5", "*nice has no instances*" }, { "cpu.weight@/a\nb=5", "*an instance is a plain name*" },
        { "=", "*no knob*" }, { "nice=", "*nice*" },
    };
    struct machine m = quiet("");
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char why[KNOB_WHY];
        struct plan p;
        assert_int_not_equal(make(&m, -1, cases[i].arm, &p, why), 0);
        if (!text_glob(cases[i].why, why))
            fail_msg("%s: %s", cases[i].arm, why);
        plan_done(&p);
    }
}

static void an_arm_that_is_too_long_is_refused(void **state)
{
    char arm[2 * PLAN_ARM_MAX], why[KNOB_WHY];
    struct machine m = quiet("");
    struct plan p;
    (void)state;
    memset(arm, ' ', sizeof arm);
    arm[sizeof arm - 1] = '\0';
    assert_int_equal(make(&m, -1, arm, &p, why), -EINVAL);
    plan_done(&p);
}

/* What the user set stands before what a goal would have, and what is named stands before both. */
static void the_users_variables_stand(void **state)
{
    char why[KNOB_WHY];
    struct machine m = quiet("");
    struct plan p;
    (void)state;
    setenv("OMP_NUM_THREADS", "3", 1);
    assert_int_equal(make(&m, GOAL_PRECISION, NULL, &p, why), 0);
    struct step *s = plan_find(&p, "omp.threads", "");
    assert_int_equal(s->state, STEP_LEFT);
    assert_true(text_glob("*OMP_NUM_THREADS=3*stands*", s->note));
    plan_done(&p);
    assert_int_equal(make(&m, GOAL_PRECISION, "omp.threads=2", &p, why), 0);
    s = plan_find(&p, "omp.threads", "");
    assert_int_equal(s->state, STEP_PLANNED);
    assert_string_equal(s->value, "2");
    assert_int_equal(s->evidence, EVIDENCE_ASKED);
    plan_done(&p);
    unsetenv("OMP_NUM_THREADS");
}

static void without_an_instance_it_is_all(void **state)
{
    char root[TREE_ROOT], why[KNOB_WHY];
    (void)state;
    tree_init(root);
    for (int i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpufreq/policy%d/scaling_governor", i);
        tree_write(root, path, "powersave\n");
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpufreq/policy%d/scaling_available_governors", i);
        tree_write(root, path, "performance powersave\n");
    }
    struct machine m = quiet(root);
    struct plan p;
    assert_int_equal(make(&m, -1, "cpufreq.governor=performance cpufreq.governor@policy1=powersave", &p, why), 0);
    assert_int_equal(p.n, 3);
    assert_string_equal(plan_find(&p, "cpufreq.governor", "policy0")->value, "performance");
    assert_string_equal(plan_find(&p, "cpufreq.governor", "policy1")->value, "powersave");
    assert_string_equal(plan_find(&p, "cpufreq.governor", "policy2")->value, "performance");
    plan_done(&p);
    assert_int_equal(make(&m, -1, "cpufreq.governor=fast", &p, why), -EINVAL);
    plan_done(&p);
    assert_int_equal(make(&m, -1, "disk.readahead=4096", &p, why), 0); /* there is no disk */
    assert_int_equal(p.n, 1);
    assert_int_equal(p.step[0].state, STEP_LEFT);
    plan_done(&p);
    tree_done(root);
}

/* What init started without a session is in no autogroup: a program gets one with its session, a task never does. */
static void one_without_a_session_gets_its_weight(void **state)
{
    (void)state;
    char root[TREE_ROOT], why[KNOB_WHY];
    struct plan p;
    tree_init(root);
    tree_write(root, "/proc/sys/kernel/sched_autogroup_enabled", "1\n");
    tree_write(root, "/proc/self/autogroup", "");
    tree_write(root, "/proc/7/autogroup", "");
    struct machine m = quiet(root);
    assert_int_equal(make(&m, -1, "session=own autogroup=5", &p, why), 0);
    struct step *s = plan_find(&p, "autogroup", "");
    assert_int_equal(s->state, STEP_PLANNED);
    assert_string_equal(s->old, "0");
    plan_done(&p);
    struct plan_options of_task = { .machine = &m, .goal = -1, .arm = "autogroup=5", .pid = 7,
                                    .arm_evidence = EVIDENCE_ASKED };
    assert_int_equal(plan_make(&of_task, &p, why), 0);
    s = plan_find(&p, "autogroup", "");
    assert_int_equal(s->state, STEP_LEFT);
    assert_string_equal(s->note, "there is no such thing here");
    plan_done(&p);
    tree_done(root);
}

static void what_cannot_be_undone_is_left(void **state)
{
    char root[TREE_ROOT], why[KNOB_WHY];
    (void)state;
    tree_init(root);
    tree_write(root, "/proc/self/mountinfo", "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    tree_write(root, "/proc/self/cgroup", "0::/\n");
    tree_write(root, "/sys/fs/cgroup/cgroup.controllers", "cpu\n");
    tree_write(root, "/sys/fs/cgroup/sonde/cgroup.procs", "");
    struct machine m = quiet(root);
    struct plan p;
    assert_int_equal(make(&m, -1, "group@/sonde=absent", &p, why), 0);
    assert_int_equal(p.step[0].state, STEP_LEFT);
    assert_non_null(strstr(p.step[0].note, "only gone back to"));
    plan_done(&p);
    tree_done(root);
}

static void what_is_left_is_not_in_the_arm(void **state)
{
    auto_buf struct buf arm = { 0 };
    char why[KNOB_WHY];
    struct machine m = quiet("");
    struct plan p;
    (void)state;
    assert_int_equal(make(&m, -1, "omp.wait=passive rt=rr:1 omp.threads=2", &p, why), 0);
    assert_int_equal(plan_find(&p, "rt", "")->state, STEP_LEFT);
    assert_true(text_glob("*--rt*", plan_find(&p, "rt", "")->note));
    plan_put_arm(&p, &arm);
    assert_string_equal(buf_text(&arm), "omp.wait=passive omp.threads=2");
    plan_done(&p);
}

/* Only what is about to start can be given an environment or a session. */
static void a_running_tree_gets_what_it_can(void **state)
{
    char why[KNOB_WHY];
    struct machine m = quiet("");
    struct plan p;
    (void)state;
    struct plan_options o = { .machine = &m, .goal = -1, .arm = "omp.wait=passive session=own", .pid = 1,
                              .arm_evidence = EVIDENCE_ASKED };
    assert_int_equal(plan_make(&o, &p, why), 0);
    assert_int_equal(plan_find(&p, "omp.wait", "")->state, STEP_LEFT);
    assert_int_equal(plan_find(&p, "session", "")->state, STEP_LEFT);
    plan_done(&p);
}

static void precision_names_its_cost(void **state)
{
    char why[KNOB_WHY];
    struct machine m = quiet("");
    struct plan p;
    (void)state;
    assert_int_equal(make(&m, GOAL_PRECISION, NULL, &p, why), 0);
    assert_near(p.cost_factor, 2.8, 1e-9);
    assert_true(text_glob("*2.8 times as long*", p.cost));
    plan_done(&p);
    struct plan_options alone = { .machine = &m, .goal = GOAL_PRECISION, .work = "program" };
    assert_int_equal(plan_make(&alone, &p, why), 0);
    assert_near(p.cost_factor, 1, 0); /* it has no library that starts threads */
    plan_done(&p);
    m.threads_useful = 1;
    assert_int_equal(make(&m, GOAL_PRECISION, NULL, &p, why), 0);
    assert_near(p.cost_factor, 1, 0);
    assert_string_equal(p.cost, "");
    plan_done(&p);
}

static void no_goal_asks_for_a_real_time_class(void **state)
{
    char why[KNOB_WHY];
    struct machine m = quiet("");
    (void)state;
    for (int g = 0; g < GOALS; g++) {
        struct plan p;
        struct plan_options o = { .machine = &m, .goal = g, .system = true, .rt = true };
        assert_int_equal(plan_make(&o, &p, why), 0);
        assert_true(p.n > 0);
        for (size_t i = 0; i < p.n; i++) {
            assert_false(p.step[i].knob->opt_in);
            assert_true(*p.step[i].why);
        }
        plan_done(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_arms_are_named),
        cmocka_unit_test(an_arm_that_is_too_long_is_refused),
        cmocka_unit_test(the_users_variables_stand),
        cmocka_unit_test(without_an_instance_it_is_all),
        cmocka_unit_test(one_without_a_session_gets_its_weight),
        cmocka_unit_test(what_cannot_be_undone_is_left),
        cmocka_unit_test(what_is_left_is_not_in_the_arm),
        cmocka_unit_test(a_running_tree_gets_what_it_can),
        cmocka_unit_test(precision_names_its_cost),
        cmocka_unit_test(no_goal_asks_for_a_real_time_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

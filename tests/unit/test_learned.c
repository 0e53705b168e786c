/*
 * test_learned.c - what is learned of which work: signatures by content, the machine and how busy it is, arms, and what
 * is kept, found and told.
 */
#include "index_sample.h"
#include "test.h"

#include "base/auto.h"
#include "os/os.h"
#include "policy/learn/learned.h"

#include <errno.h>
#include <sys/stat.h>

static void put(const struct sample *s, const char *name, const char *text)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", s->dir, name);
    assert_int_equal(os_write_file(path, text, strlen(text)), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

/* Of a command of up to three words. */
static int sign_words(const char *first, const char *second, const char *third, struct signature *out)
{
    const char *argv[] = { first, second, second ? third : NULL, NULL };
    return signature_of(argv, out);
}

/* Of a program in the directory of the test. */
static int sign(const struct sample *s, const char *program, const char *argument, struct signature *out)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", s->dir, program);
    return sign_words(path, argument, NULL, out);
}

static void signatures(void **state)
{
    const struct sample *s = *state;
    struct signature a, b;
    put(s, "one", "#!/bin/sh\necho 1\n");
    put(s, "copy", "#!/bin/sh\necho 1\n");
    put(s, "other", "#!/bin/sh\necho 2\n");
    assert_int_equal(sign(s, "one", NULL, &a), 0);
    assert_string_equal(a.class, "shell");
    assert_int_equal(strlen(a.hash), 16);
    assert_int_equal(sign(s, "copy", "-x", &b), 0);
    assert_string_equal(a.hash, b.hash); /* neither its name nor its arguments */
    assert_string_equal(b.name, "copy");
    assert_int_equal(sign(s, "other", NULL, &b), 0);
    assert_string_not_equal(a.hash, b.hash);
    put(s, "env", "#!/usr/bin/env -S VAR=1 sh\necho 1\n");
    assert_int_equal(sign(s, "env", NULL, &b), 0);
    assert_string_equal(b.class, "shell");

    /* What the linker writes of libraries tells what a program is made with. */
    put(s, "omp", "\177ELF....libm.so.6..libgomp.so.1..");
    assert_int_equal(sign(s, "omp", NULL, &b), 0);
    assert_string_equal(b.class, "openmp");
    put(s, "plain", "\177ELF....libm.so.6..");
    assert_int_equal(sign(s, "plain", NULL, &b), 0);
    assert_string_equal(b.class, "program");
    static char large[200000]; /* across the pieces that it is read in */
    memset(large, '.', sizeof large - 1);
    memcpy(large + 65536 - 5, "libgomp.so.1", 12);
    put(s, "large", large);
    assert_int_equal(sign(s, "large", NULL, &b), 0);
    assert_string_equal(b.class, "openmp");

    static const char *const odd[] = { "#!", "#!\n", "#! \t \n", "#!/usr/bin/env\n", "#!/usr/bin/env -i\n",
                                       "#!/nowhere/at/all\n", "#", "" };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        put(s, "odd", odd[i]);
        assert_int_equal(sign(s, "odd", NULL, &b), 0);
        assert_true(strcmp(b.class, "script") == 0 || strcmp(b.class, "program") == 0);
    }
    assert_int_equal(sign(s, "none", NULL, &b), -ENOENT);
    assert_int_equal(sign_words("no-such-program-anywhere", NULL, NULL, &b), -ENOENT);
    assert_int_equal(sign_words("", NULL, NULL, &b), -ENOENT);
}

/* The file that an interpreter is given is what it does; a word that is none is not. */
static void interpreters(void **state)
{
    const struct sample *s = *state;
    struct signature sh, one, two, again;
    put(s, "one.txt", "echo 1\n");
    put(s, "two.txt", "echo 2\n");
    char one_path[400], two_path[400];
    snprintf(one_path, sizeof one_path, "%s/one.txt", s->dir);
    snprintf(two_path, sizeof two_path, "%s/two.txt", s->dir);
    assert_int_equal(sign_words("sh", "-c", "echo 1", &sh), 0);
    assert_int_equal(sign_words("sh", one_path, NULL, &one), 0);
    assert_int_equal(sign_words("sh", two_path, "7", &two), 0);
    assert_int_equal(sign_words("/bin/sh", "-e", one_path, &again), 0);
    assert_string_equal(one.class, "shell");
    assert_string_not_equal(one.hash, sh.hash);
    assert_string_not_equal(one.hash, two.hash);
    assert_string_equal(one.hash, again.hash);
    assert_string_equal(one.name, "one.txt");
    assert_string_equal(sh.name, "sh");
    assert_int_equal(sign_words("sh", "-c", "echo 2", &again), 0);
    assert_string_equal(sh.hash, again.hash);
}

/* ---- the machine ---- */

static struct machine machine(const struct sample *s)
{
    return (struct machine){ .root = s->dir, .cpus_online = 8, .cpus_allowed = 4, .cpus_quota = NAN,
                             .threads_useful = 4, .smt = 2, .nodes = 1, .llcs = 1, .in_vm = true,
                             .battery = NAN, .hottest = NAN, .critical = NAN, .contention = NAN, .group = "/" };
}

static void machines(void **state)
{
    const struct sample *s = *state;
    struct machine m = machine(s);
    char text[LEARNED_MACHINE_MAX], dir[400];
    assert_string_equal(learned_machine(&m, text), "unknown cpus=4 smt=2 llcs=1 nodes=1 vm ac");
    snprintf(dir, sizeof dir, "%s/proc", s->dir);
    assert_int_equal(os_make_dir(dir), 0);
    put(s, "proc/cpuinfo", "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\n"
        "model name\t: AMD EPYC\n");
    m.in_vm = false;
    m.on_battery = m.hybrid = true;
    assert_string_equal(learned_machine(&m, text),
                        "AuthenticAMD/25/1 cpus=4 smt=2 llcs=1 nodes=1 hybrid bare battery");
    put(s, "proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\n"
        "CPU part\t: 0xd0c\n");
    assert_non_null(strstr(learned_machine(&m, text), "0x41/8/0xd0c cpus=4"));

    static const struct { double contention, load; const char *bucket; } row[] = {
        { NAN, 0, "quiet" }, { 0.04, 0.4, "quiet" }, { 0.06, 0, "shared" }, { NAN, 0.6, "shared" },
        { 0.51, 0, "crowded" }, { 0, 1.6, "crowded" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        m.contention = row[i].contention;
        m.load = row[i].load;
        assert_string_equal(learned_contention(&m), row[i].bucket);
    }
}

static int count(const struct learning_arm *arm, int n, const char *part)
{
    int found = 0;
    for (int i = 0; i < n; i++)
        found += strstr(arm[i].text, part) != NULL;
    return found;
}

static void arms(void **state)
{
    (void)state;
    struct machine m;
    static struct learning_arm arm[HALVING_ARMS];
    machine_look("", &m); /* of variables all is as on any machine */
    struct plan_options o = { .machine = &m };
    for (int goal = 0; goal < GOALS; goal++) {
        int n = learning_arms((enum goal)goal, &o, arm, HALVING_ARMS);
        assert_true(n >= 2 && n <= HALVING_ARMS);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++)
                assert_string_not_equal(arm[i].text, arm[j].text);
            if (strstr(arm[i].text, "autogroup=")) /* never alone: it would raise who started it */
                assert_non_null(strstr(arm[i].text, "session=own"));
            struct plan p;
            char why[KNOB_WHY];
            assert_int_equal(plan_make(&(struct plan_options){ .machine = &m, .goal = -1, .arm = arm[i].text,
                                                               .arm_evidence = EVIDENCE_LEARNED }, &p, why), 0);
            for (size_t k = 0; k < p.n; k++) /* all of it can be set */
                assert_true(p.step[k].state == STEP_PLANNED || p.step[k].state == STEP_SAME);
            plan_done(&p);
        }
        assert_int_equal(count(arm, n, "rt") * (goal != GOAL_PRECISION), 0);
        if (goal == GOAL_PRECISION) {
            assert_int_equal(count(arm, n, "omp.threads=1"), n); /* default, too, keeps the bits */
            continue;
        }
        assert_string_equal(arm[0].text, "");
        assert_true(count(arm, n, "omp.threads=1") > 0 && count(arm, n, "omp.bind=close") > 0);
    }
    assert_int_equal(learning_arms(GOAL_LATENCY, &o, arm, 3), 3);
    o.work = "program"; /* of libraries that it does not have nothing is tried */
    int few = learning_arms(GOAL_LATENCY, &o, arm, HALVING_ARMS);
    assert_true(few > 3 && count(arm, few, "omp.") == 0 && count(arm, few, "openblas.") == 0);
    o.work = "openmp";
    assert_true(learning_arms(GOAL_LATENCY, &o, arm, HALVING_ARMS) > few);
    m.can_nice = m.root_user = m.group_writable = false; /* what would be refused is no arm */
    int n = learning_arms(GOAL_LATENCY, &o, arm, HALVING_ARMS);
    assert_true(n > 3 && count(arm, n, "=-") == 0 && count(arm, n, "cpu.weight") == 0);
}

/* ---- kept, found, told ---- */

static void kept(void **state)
{
    struct index *x = sample_open(*state, 0);
    struct machine m = machine(*state);
    struct learned_key k = { .work = { "00ff00ff00ff00ff", "openmp", "job" }, .goal = GOAL_LATENCY,
                             .contention = "quiet" };
    struct measure measure;
    char why[MEASURE_WHY];
    static struct learning l;
    static struct learning_arm arm[2] = { { .text = "" }, { .text = "omp.wait=passive omp.threads=1" } };
    struct learning_options o = { .arm = arm, .arms = 2 };
    struct learned found;
    learned_machine(&m, k.machine);
    assert_int_equal(measure_open(&measure, "max:stdout:secret=([0-9]+)", why), 0);
    l = (struct learning){ .verdict = LEARNING_STOPPED, .reason = "stopped", .trials = 1 };
    assert_true(learned_keep(x, &k, &measure, &o, &l, "1.0") > 0);
    assert_int_equal(learned_find(x, &k, NULL, &found), -ENODATA); /* what was stopped has decided nothing */
    l = (struct learning){ .verdict = LEARNING_ACCEPTED, .best = 1, .reason = "won", .trials = 3,
                           .pairs = { .pairs = 10, .won = 9, .p = 0.0107, .ratio = 2, .lo = 1.5, .hi = 2.5 } };
    int64_t n = learned_keep(x, &k, &measure, &o, &l, "1.0");
    assert_true(n > 0);
    assert_int_equal(learned_find(x, &k, NULL, &found), 0);
    assert_string_equal(found.arm, "omp.wait=passive omp.threads=1");
    assert_true(found.n == n && found.state == INDEX_POLICY_LEARNED && found.ratio == 2 && found.won == 9);
    assert_int_equal(learned_find(x, &k, "wall", &found), -ENODATA);
    k.contention = "crowded";
    assert_int_equal(learned_find(x, &k, NULL, &found), -ENODATA);
    k.contention = "quiet";
    l.verdict = LEARNING_KEPT;
    assert_true(learned_keep(x, &k, &measure, &o, &l, "1.0") > 0);
    assert_int_equal(learned_find(x, &k, "max:stdout:secret=([0-9]+)", &found), 0);
    assert_true(found.state == INDEX_POLICY_STANDARD && !*found.arm); /* the arm that came nearest is not one to use */
    measure_done(&measure);
    index_close(x);
}

static void exported(void **state)
{
    (void)state;
    auto_buf struct buf out = { 0 };
    struct index_policy p = {
        .machine = "AuthenticAMD/25/1 cpus=2", .workload = "00ff00ff00ff00ff", .class = "openmp", .goal = "latency",
        .contention = "quiet", .metric = "max:stdout:secret=([0-9]+)", .state = INDEX_POLICY_LEARNED,
        .arm = "omp.wait=passive cpufreq.governor@policy0=performance cpufreq.governor@policy1=performance",
        .reason = "secret", .name = "secret", .ratio = 1.5, .lo = 1.25, .hi = NAN, .p = 0.01, .pairs = 10, .won = 9,
        .at_ms = SAMPLE_START, .version = "1.0" };
    learned_export(&p, &out);
    assert_string_equal(buf_text(&out),
        "{\"schema\":1,\"hardware\":\"AuthenticAMD/25/1 cpus=2\",\"workload\":{\"hash\":\"00ff00ff00ff00ff\","
        "\"class\":\"openmp\"},\"goal\":\"latency\",\"metric\":\"max:stdout\",\"verdict\":\"learned\",\"knobs\":"
        "{\"omp.wait\":\"passive\",\"cpufreq.governor\":\"performance\"},\"effect\":{\"ratio\":1.5,\"lo\":1.25,"
        "\"hi\":null,\"pairs\":10,\"won\":9,\"p\":0.01},\"contention\":\"quiet\",\"day\":\"2026-11-22\","
        "\"version\":\"1.0\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(signatures, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(interpreters, sample_setup, sample_teardown),
        cmocka_unit_test_setup_teardown(machines, sample_setup, sample_teardown),
        cmocka_unit_test(arms),
        cmocka_unit_test_setup_teardown(kept, sample_setup, sample_teardown),
        cmocka_unit_test(exported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_adaptive.c - what is decided is done to the right processes, said in a sentence, and set back: on a made-up
 * /proc, with knobs and a journal in memory. */
#include "test.h"

#include "base/mem.h"
#include "policy/adapt/adaptive.h"
#include "proc_sample.h"

#include <errno.h>

/* ---- knobs in memory: what each task has ---- */

static char weight[1000][8], governor[8];

static char *at(const struct knob *k, const struct place *p)
{
    return k->class == KNOB_SYSTEM ? governor : weight[p->pid];
}

static int memory_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    snprintf(value, KNOB_VALUE_MAX, "%s", at(k, p));
    return 0;
}

static const struct knob nice_knob = { .name = "nice", .class = KNOB_PROCESS, .read = memory_read };
static const struct knob autogroup_knob = { .name = "autogroup", .class = KNOB_PROCESS, .read = memory_read };
static const struct knob governor_knob = { .name = "cpufreq.governor", .class = KNOB_SYSTEM, .read = memory_read };
static const struct knob env_knob = { .name = "omp.wait", .class = KNOB_ENV };

/* ---- hands ---- */

struct transaction {
    struct step step[64];
    size_t n;
    char what[32];
};

static struct {
    int begun, ended, applied, plans;
    int begin_error, apply_error, refuse;
    enum adaptive_recalled recalled;
    int by_arm, by_goal; /* plans */
    const struct knob *weight_knob;
    char told[160]; /* what came of the last one */
} hands;

static int plan(const struct plan_options *o, struct plan *out, char why[static KNOB_WHY])
{
    (void)why;
    static struct step steps[3];
    hands.plans++;
    hands.by_goal += o->goal >= 0;
    hands.by_arm += o->arm && o->goal < 0 && o->arm_evidence == EVIDENCE_LEARNED && strcmp(o->arm, "nice=-9") == 0;
    steps[0] = (struct step){ .knob = hands.weight_knob, .value = "-9",
                               .place = { .root = o->machine->root, .pid = o->pid } };
    steps[1] = (struct step){ .knob = &governor_knob, .value = "fast", .state = o->system ? STEP_PLANNED : STEP_LEFT };
    steps[2] = (struct step){ .knob = &env_knob, .value = "passive", .state = STEP_PLANNED };
    *out = (struct plan){ .goal = (enum goal)o->goal, .n = 3, .step = mem_new(sizeof steps) };
    memcpy(out->step, steps, sizeof steps);
    return 0;
}

static int begin(struct journal *j, const struct transaction_about *a, struct transaction **out)
{
    (void)j;
    assert_string_equal(a->command, "adapt");
    if (hands.begin_error)
        return hands.begin_error;
    *out = mem_new(sizeof **out);
    **out = (struct transaction){ 0 };
    snprintf((*out)->what, sizeof (*out)->what, "%s", a->what);
    hands.begun++;
    return 0;
}

static int apply(struct transaction *t, struct step *s)
{
    if (hands.apply_error)
        return hands.apply_error;
    hands.applied++;
    s->state = hands.refuse ? STEP_REFUSED : STEP_DONE;
    snprintf(s->note, sizeof s->note, "%s", hands.refuse ? "the kernel says no" : "");
    if (hands.refuse)
        return 0;
    snprintf(s->old, sizeof s->old, "%s", at(s->knob, &s->place));
    snprintf(at(s->knob, &s->place), 8, "%.7s", s->value);
    snprintf(s->now, sizeof s->now, "%s", s->value);
    t->step[t->n++] = *s;
    return 0;
}

static int end(struct transaction *t, struct undone *out)
{
    *out = (struct undone){ 0 };
    for (size_t i = t->n; i > 0; i--) {
        struct step *s = &t->step[i - 1];
        if (strcmp(at(s->knob, &s->place), s->now) == 0) {
            snprintf(at(s->knob, &s->place), 8, "%.7s", s->old);
            out->restored++;
        } else {
            out->kept++;
        }
    }
    mem_free(t);
    hands.ended++;
    return 0;
}

static int tell(struct transaction *t, const char *text)
{
    assert_non_null(t);
    snprintf(hands.told, sizeof hands.told, "%s", text);
    return 0;
}

static enum adaptive_recalled recall(void *self, const struct machine *m, enum goal goal, int32_t pid,
                                     char arm[static PLAN_ARM_MAX])
{
    (void)self;
    assert_non_null(m);
    assert_int_equal(goal, GOAL_LATENCY);
    assert_int_equal(pid, 100);
    snprintf(arm, PLAN_ARM_MAX, "%s", hands.recalled == ADAPTIVE_ARM ? "nice=-9" : "");
    return hands.recalled;
}

/* ---- a trial ---- */

static char root[TREE_ROOT];

struct trial {
    struct adaptive *x;
    struct adaptive_options o;
    struct machine m;
    int64_t at_ms;
    double wait_s, others_wait_s; /* of the program, and of another one, in each window; both run a second in it */
    double run_s, waited_s, others_waited_s;
    double stopped;
    const char *class;
    char said[32][256];
    int n_said;
};

static void say(void *self, enum severity severity, const char *text)
{
    struct trial *t = self;
    assert_true(severity >= SEVERITY_INFO);
    assert_true(t->n_said < 32);
    snprintf(t->said[t->n_said++], sizeof t->said[0], "%s", text);
}

static void proc(int32_t pid, int32_t parent, int32_t session, const char *name)
{
    proc_sample(root, &(struct proc_sample){ pid, parent, session, name, (unsigned long long)pid * 10, 0,
                                             { 1000, 1000, 1000, 1000 } });
    proc_sample_waits(root, pid, pid, 0, 0);
}

static void begin_trial(struct trial *t)
{
    static const char *const globs[] = { "game" };
    memset(&hands, 0, sizeof hands);
    hands.weight_knob = &nice_knob;
    for (size_t i = 0; i < sizeof weight / sizeof *weight; i++)
        snprintf(weight[i], sizeof weight[i], "0");
    snprintf(governor, sizeof governor, "slow");
    proc(1, 0, 1, "init");
    proc(60, 1, 60, "other");
    proc(100, 1, 100, "game");
    proc(101, 100, 100, "worker");
    *t = (struct trial){ .at_ms = 1000, .wait_s = 1, .others_wait_s = 0.5, .class = "gaming", .stopped = 0 };
    t->m = (struct machine){ .root = root, .hottest = NAN, .critical = NAN, .battery = NAN };
    t->o = (struct adaptive_options){
        .root = root, .uid = 1000, .limits = { 60, 6, true }, .trees = globs, .n_trees = 1, .say = say, .self = t,
        .hands = { plan, begin, apply, end, tell }, .recall = recall,
        .wishes = { .goal = -1, .goal_on_battery = ADAPT_SAME, .n_classes = 1,
                     .class = { { "gaming", GOAL_LATENCY } } },
    };
    t->x = adaptive_new(&t->o);
}

static void windows(struct trial *t, int n)
{
    for (int i = 0; i < n; i++) {
        t->run_s++;
        t->waited_s += t->wait_s;
        t->others_waited_s += t->others_wait_s;
        proc_sample_waits(root, 100, 100, t->run_s, t->waited_s);
        proc_sample_waits(root, 60, 60, t->run_s, t->others_waited_s);
        proc_sample_busy(root, 2 * t->run_s);
        t->at_ms += 10000;
        adaptive_window(t->x, t->at_ms, t->class, t->stopped, &t->m);
    }
}

static void end_trial(struct trial *t)
{
    adaptive_free(t->x);
    assert_int_equal(hands.begun, hands.ended); /* whatever happened */
    for (size_t i = 0; i < sizeof weight / sizeof *weight; i++)
        if (i < 900)
            assert_string_equal(weight[i], "0");
}

/* The last sentence has both of these. */
static void expect_said(const struct trial *t, const char *a, const char *b)
{
    if (!t->n_said || !strstr(t->said[t->n_said - 1], a) || !strstr(t->said[t->n_said - 1], b))
        fail_msg("\"%s\" and \"%s\" are not in: %s", a, b, t->n_said ? t->said[t->n_said - 1] : "(nothing was said)");
}

static void begin_set(struct trial *t)
{
    begin_trial(t);
    windows(t, 2);
    assert_int_equal(t->n_said, 1);
    assert_int_equal(hands.begun, 1);
}

static void test_sets_and_sets_back(void **state)
{
    (void)state;
    struct trial t;
    struct adaptive_state s;
    begin_set(&t);
    expect_said(&t, "set for game (pid 100), goal latency: nice 0 to -9 and 1 more",
                "so far it waits 50 % of its time");
    assert_string_equal(weight[100], "-9");
    assert_string_equal(weight[101], "-9");
    assert_string_equal(weight[60], "0");
    assert_string_equal(governor, "slow"); /* knobs of the machine only where a person allowed it */
    adaptive_state(t.x, &s);
    assert_int_equal(s.trees, 1);
    assert_int_equal(s.followed, 1);
    assert_int_equal(s.goal, GOAL_LATENCY);
    assert_int_equal(s.changes, 1);
    assert_null(s.held_by);
    t.wait_s = 0.1;
    windows(&t, 6);
    expect_said(&t, "what was set for game (pid 100), goal latency, stays",
                "it waits 9 % of its time for a processor, 50 % before");
    assert_true(*hands.told);
    t.class = "idle";
    windows(&t, 2);
    expect_said(&t, "set back for game (pid 100), goal latency: the work no longer asks for it",
                "with it it waited 9 % of its time for a processor, 50 % without");
    assert_string_equal(weight[100], "0");
    assert_string_equal(weight[101], "0");
    assert_int_equal(t.n_said, 3);
    end_trial(&t);
    assert_int_equal(t.n_said, 3);
}

static void test_all_is_back_at_the_end(void **state)
{
    (void)state;
    struct trial t;
    begin_set(&t);
    end_trial(&t);
    expect_said(&t, "all is set back of 1 program: the recorder ends", "");
}

static void test_worse(void **state)
{
    (void)state;
    struct trial t;
    begin_set(&t);
    t.wait_s = 4;
    windows(&t, 2);
    expect_said(&t, "goal latency, as it went worse", "it waited 80 % of its time for a processor, 50 % without");
    assert_non_null(strstr(hands.told, "50 % without"));
    assert_string_equal(weight[100], "0");
    end_trial(&t);
}

static void test_starvation(void **state)
{
    (void)state;
    struct trial t;
    begin_set(&t);
    t.others_wait_s = 20;
    windows(&t, 1);
    expect_said(&t, "weight halved of game (pid 100)",
                "the others waited 20.0 s for each second that they ran, 0.5 s before");
    assert_string_equal(weight[100], "-6");
    assert_string_equal(weight[101], "-6");
    windows(&t, 1);
    expect_said(&t, "as it went worse", "the others waited 20.0 s");
    assert_string_equal(weight[100], "0");
    end_trial(&t);
}

static void test_somebody_else_wrote(void **state)
{
    (void)state;
    struct trial t;
    begin_set(&t);
    snprintf(weight[101], sizeof weight[101], "3");
    windows(&t, 1);
    expect_said(&t, "set back for game (pid 100)", "somebody else set nice to 3, which is theirs until the next boot");
    assert_string_equal(weight[100], "0");
    assert_string_equal(weight[101], "3");
    windows(&t, 6);
    expect_said(&t, "set for game (pid 100)", "nice 0 to -9"); /* of the other process it is ours */
    assert_string_equal(weight[100], "-9");
    assert_string_equal(weight[101], "3");
    snprintf(weight[101], sizeof weight[101], "0");
    end_trial(&t);
}

static void test_released_before(void **state)
{
    (void)state;
    struct trial t;
    begin_trial(&t);
    adaptive_release(t.x, "nice", "", 100);
    windows(&t, 3);
    expect_said(&t, "set for game (pid 100), goal latency: 1 more", "");
    assert_string_equal(weight[100], "0");
    assert_string_equal(weight[101], "-9");
    end_trial(&t);
}

static void test_a_session_with_others(void **state)
{
    (void)state;
    struct trial t;
    begin_trial(&t);
    hands.weight_knob = &autogroup_knob;
    proc(60, 1, 100, "other");
    windows(&t, 4);
    expect_said(&t, "nothing could be set for game (pid 100)", "latency");
    proc(60, 1, 60, "other");
    end_trial(&t);

    begin_trial(&t);
    hands.weight_knob = &autogroup_knob;
    windows(&t, 3);
    expect_said(&t, "set for game (pid 100)", "autogroup 0 to -9");
    end_trial(&t);
}

static void test_knobs_of_the_machine(void **state)
{
    (void)state;
    static const struct { bool system, guard; double hottest; const char *governor; } cases[] = {
        { true, true, 50, "fast" }, { true, true, NAN, "slow" }, { true, false, NAN, "fast" }, { false, false, 50, "slow" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trial t;
        begin_trial(&t);
        adaptive_free(t.x);
        t.o.system = cases[i].system;
        t.o.limits.thermal_guard = cases[i].guard;
        t.m.hottest = cases[i].hottest;
        t.x = adaptive_new(&t.o);
        windows(&t, 3);
        assert_string_equal(governor, cases[i].governor);
        assert_int_equal(hands.applied, strcmp(governor, "fast") == 0 ? 3 : 2); /* of the machine once only */
        end_trial(&t);
        assert_string_equal(governor, "slow");
    }
}

static void test_guards(void **state)
{
    (void)state;
    struct trial t;
    struct adaptive_state s;
    begin_set(&t);
    t.m.hottest = 96;
    windows(&t, 1);
    expect_said(&t, "all is set back of 1 program, and nothing is set for now",
                "the processor is at 96 C, the limit is 90 C");
    assert_string_equal(weight[100], "0");
    adaptive_state(t.x, &s);
    assert_string_equal(s.held_by, "heat");
    t.m.hottest = 60;
    windows(&t, 7);
    expect_said(&t, "what is asked for may be set again", "the processor is at 60 C");
    windows(&t, 1);
    expect_said(&t, "set for game (pid 100)", "");
    t.m.on_battery = true;
    t.m.battery = 12;
    windows(&t, 1);
    expect_said(&t, "all is set back", "the battery is at 12 %, the limit is 20 %");
    t.m.on_battery = false;
    windows(&t, 1);
    t.stopped = 33;
    windows(&t, 1);
    expect_said(&t, "nothing is set for now, goal latency",
                "all tasks stood still 33 % of the time, the measure is 20 %");
    end_trial(&t);
}

static void test_a_program_that_ends(void **state)
{
    (void)state;
    struct trial t;
    begin_set(&t);
    tree_remove(root, "/proc/100");
    adaptive_window(t.x, t.at_ms += 10000, t.class, 0, &t.m);
    assert_int_equal(hands.ended, 1);
    assert_int_equal(t.n_said, 1); /* that is no news */
    end_trial(&t);
}

static void test_what_does_not_take(void **state)
{
    (void)state;
    struct trial t;
    begin_trial(&t);
    hands.refuse = 1;
    windows(&t, 3);
    expect_said(&t, "nothing could be set for game (pid 100), goal latency", "nice: the kernel says no");
    windows(&t, 100);
    assert_int_equal(t.n_said, 1); /* it rests */
    end_trial(&t);

    begin_trial(&t);
    hands.apply_error = -ENOSPC;
    windows(&t, 3);
    expect_said(&t, "nothing could be set", "No space left");
    end_trial(&t);

    begin_trial(&t);
    hands.begin_error = -EROFS;
    windows(&t, 3);
    expect_said(&t, "the journal cannot be kept", "Read-only");
    end_trial(&t);
}

/* What trials found comes before what the goal asks for. */
static void test_what_was_learned(void **state)
{
    (void)state;
    struct trial t;
    begin_trial(&t);
    hands.recalled = ADAPTIVE_ARM;
    windows(&t, 2);
    expect_said(&t, "set for game (pid 100), goal latency (learned): nice 0 to -9", "");
    assert_int_equal(hands.by_arm, 2);
    assert_int_equal(hands.by_goal, 0);
    end_trial(&t);

    begin_trial(&t);
    hands.recalled = ADAPTIVE_DEFAULT;
    windows(&t, 50);
    expect_said(&t, "nothing is set for game (pid 100), goal latency: trials found default the best here", "");
    assert_int_equal(t.n_said, 1);
    assert_int_equal(hands.begun, 0);
    end_trial(&t);

    begin_trial(&t);
    windows(&t, 2);
    assert_int_equal(hands.by_goal, 2);
    end_trial(&t);
}

static void test_names_are_hidden(void **state)
{
    (void)state;
    struct trial t;
    begin_trial(&t);
    adaptive_free(t.x);
    t.o.hides_names = true;
    t.x = adaptive_new(&t.o);
    windows(&t, 3);
    expect_said(&t, "set for a program (pid 100)", "");
    assert_null(strstr(t.said[0], "game"));
    end_trial(&t);
}

static void test_who_may_not_be_touched_is_told_once(void **state)
{
    (void)state;
    for (int hides = 0; hides < 2; hides++) {
        struct trial t;
        begin_trial(&t);
        adaptive_free(t.x);
        t.o.uid = 1001;
        t.o.hides_names = hides;
        t.x = adaptive_new(&t.o);
        windows(&t, 20);
        assert_int_equal(t.n_said, 1);
        expect_said(&t, "policy.trees names",
                    hides ? "is left alone" : "process 100 (game) is left alone: it is another");
        assert_int_equal(strstr(t.said[0], "game") != NULL, !hides);
        assert_int_equal(hands.plans, 0);
        end_trial(&t);
    }
}

static void test_nothing_named_nothing_planned(void **state)
{
    (void)state;
    struct trial t;
    begin_trial(&t);
    adaptive_free(t.x);
    t.o.n_trees = 0;
    t.x = adaptive_new(&t.o);
    windows(&t, 50);
    assert_int_equal(hands.plans, 0);
    assert_int_equal(t.n_said, 0);
    end_trial(&t);
}

static int setup(void **state)
{
    (void)state;
    tree_init(root);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_done(root);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sets_and_sets_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_is_back_at_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_worse, setup, teardown),
        cmocka_unit_test_setup_teardown(test_starvation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_somebody_else_wrote, setup, teardown),
        cmocka_unit_test_setup_teardown(test_released_before, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_session_with_others, setup, teardown),
        cmocka_unit_test_setup_teardown(test_knobs_of_the_machine, setup, teardown),
        cmocka_unit_test_setup_teardown(test_guards, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_program_that_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_does_not_take, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_was_learned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_are_hidden, setup, teardown),
        cmocka_unit_test_setup_teardown(test_who_may_not_be_touched_is_told_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_named_nothing_planned, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

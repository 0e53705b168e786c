/* test_adapt.c - the rules of the adaptive runtime, window by window, and on days that are made up. */
#include "base/rng.h"
#include "policy/adapt/adapt.h"
#include "test.h"

#include <errno.h>
#include <string.h>

#define STEP_MS 10000
#define HOUR_MS 3600000

struct trial {
    struct adapt *a;
    struct adapt_window w;
    struct adapt_tree tree[ADAPT_TREES + 2];
    struct adapt_decision d;
};

static struct adapt_limits limits = { 60, 6, true };

static void begin(struct trial *t, size_t trees)
{
    *t = (struct trial){ .a = adapt_new(&limits) };
    for (size_t i = 0; i < trees; i++)
        t->tree[i] = (struct adapt_tree){ .pid = 100 + (int32_t)i, .start = 7, .waits = 40, .others_wait = 0.5,
                                          .weighted = true };
    t->w = (struct adapt_window){ .at_ms = 1000, .goal = GOAL_LATENCY, .stopped = 1, .hottest = 50, .hot = 90,
                                  .battery = NAN, .tree = t->tree, .n = trees };
}

static enum adapt_do step(struct trial *t)
{
    t->w.at_ms += STEP_MS;
    adapt_window(t->a, &t->w, &t->d);
    return t->d.what;
}

/* Nothing is decided in so many windows. */
static void quiet(struct trial *t, int windows)
{
    for (int i = 0; i < windows; i++)
        if (step(t) != ADAPT_NOTHING)
            fail_msg("in window %d of %d: decision %d because %d", i, windows, t->d.what, t->d.why);
}

/* The next decision, in so many windows at most. */
static void expect(struct trial *t, int windows, enum adapt_do what, enum adapt_why why)
{
    int i = 0;
    while (i < windows && step(t) == ADAPT_NOTHING)
        i++;
    if (i == windows || t->d.what != what || t->d.why != why)
        fail_msg("after %d windows: decision %d because %d, not %d because %d", i, t->d.what, t->d.why, what, why);
}

static void expect_now(struct trial *t, enum adapt_do what, enum adapt_why why)
{
    expect(t, 1, what, why);
}

/* In force, judged, and its figures told. */
static void begin_applied(struct trial *t, enum goal goal)
{
    begin(t, 1);
    t->w.goal = (int)goal;
    expect(t, 2, ADAPT_APPLY, ADAPT_WANTED);
    t->tree[0].waits = 4;
    expect(t, 7, ADAPT_KEPT, ADAPT_WANTED);
}

/* ---- wishes ---- */

static bool known(void *self, const char *name)
{
    (void)self;
    return strcmp(name, "gaming") == 0 || strcmp(name, "ai_training") == 0;
}

static void test_wishes(void **state)
{
    (void)state;
    char why[160];
    struct adapt_wishes w = { .goal = -1, .goal_on_battery = ADAPT_SAME };
    assert_int_equal(adapt_wish(&w, "gaming=latency", known, NULL, why, sizeof why), 0);
    assert_int_equal(adapt_wish(&w, "ai_training=none", known, NULL, why, sizeof why), 0);
    static const struct { const char *text, *has; } wrong[] = {
        { "gaming", "KIND=GOAL" }, { "=latency", "KIND=GOAL" }, { "gaming=fast", "\"fast\" is no goal" },
        { "gamming=latency", "no kind of work \"gamming\"" }, { "gaming=", "is no goal" }, { "gaming=power", "twice" },
        { "a_kind_of_work_that_is_longer_than_names_are=power", "KIND=GOAL" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(adapt_wish(&w, wrong[i].text, known, NULL, why, sizeof why), -EINVAL);
        if (!strstr(why, wrong[i].has))
            fail_msg("%s: %s", wrong[i].text, why);
    }
    assert_int_equal(w.n_classes, 2);

    w.goal = GOAL_STABILITY;
    assert_int_equal(adapt_goal(&w, "gaming", false), GOAL_LATENCY);
    assert_int_equal(adapt_goal(&w, "gaming", true), GOAL_LATENCY);
    assert_int_equal(adapt_goal(&w, "ai_training", false), -1);
    assert_int_equal(adapt_goal(&w, "", false), GOAL_STABILITY);
    assert_int_equal(adapt_goal(&w, "idle", true), GOAL_STABILITY);
    w.goal_on_battery = GOAL_POWER;
    assert_int_equal(adapt_goal(&w, "gaming", true), GOAL_POWER);
    w.goal_on_battery = -1;
    assert_int_equal(adapt_goal(&w, "gaming", true), -1);
}

static void test_goals_of_words(void **state)
{
    (void)state;
    assert_int_equal(adapt_goal_of("none"), -1);
    assert_int_equal(adapt_goal_of("same"), ADAPT_SAME);
    assert_int_equal(adapt_goal_of("power"), GOAL_POWER);
}

/* ---- switching ---- */

static void test_two_windows_ask(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 1);
    quiet(&t, 1);
    expect_now(&t, ADAPT_APPLY, ADAPT_WANTED);
    assert_int_equal(t.d.pid, 100);
    assert_int_equal(t.d.start, 7);
    assert_int_equal(t.d.goal, GOAL_LATENCY);
    assert_near(t.d.before, 40, 1e-9);
    assert_nan(t.d.after);
    assert_int_equal(adapt_follows(t.a, 100, 7), GOAL_LATENCY);
    t.tree[0].waits = 4;
    quiet(&t, 5);
    expect_now(&t, ADAPT_KEPT, ADAPT_WANTED); /* the dwell time: it is told what it brought */
    assert_near(t.d.before, 40, 1e-9);
    assert_near(t.d.after, 4, 1e-9);
    quiet(&t, 1000);
    adapt_free(t.a);
}

static void test_nothing_named_nothing_wanted(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 0);
    quiet(&t, 100);
    adapt_free(t.a);
    begin(&t, 1);
    t.w.goal = -1;
    quiet(&t, 100);
    adapt_free(t.a);
}

static void test_nothing_to_judge_by(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 1);
    t.tree[0].waits = t.w.stopped = NAN;
    quiet(&t, 100);
    t.w.stopped = 0;
    expect(&t, 2, ADAPT_APPLY, ADAPT_WANTED);
    adapt_free(t.a);
}

static void test_windows_that_are_too_short(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 1);
    quiet(&t, 1);
    for (int i = 0; i < 9; i++) {
        t.w.at_ms += 1000;
        adapt_window(t.a, &t.w, &t.d);
        assert_int_equal(t.d.what, ADAPT_NOTHING);
    }
    t.w.at_ms += 1000;
    adapt_window(t.a, &t.w, &t.d);
    assert_int_equal(t.d.what, ADAPT_APPLY);
    adapt_free(t.a);
}

static void test_other_work_for_a_moment(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    for (int i = 0; i < 500; i++) { /* every second window says something else: nobody flaps */
        t.w.goal = i % 2 ? GOAL_LATENCY : GOAL_THROUGHPUT;
        quiet(&t, 1);
    }
    adapt_free(t.a);
}

static void test_other_work(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.w.goal = GOAL_THROUGHPUT;
    expect(&t, 2, ADAPT_ROLL_BACK, ADAPT_UNWANTED);
    assert_int_equal(t.d.goal, GOAL_LATENCY);
    assert_near(t.d.before, 40, 1e-9);
    assert_near(t.d.after, 4, 1e-9);
    t.tree[0].waits = 30;
    quiet(&t, 5); /* the windows without it are what the next is measured against */
    expect_now(&t, ADAPT_APPLY, ADAPT_WANTED);
    assert_int_equal(t.d.goal, GOAL_THROUGHPUT);
    assert_near(t.d.before, 30, 1e-9);
    adapt_free(t.a);
}

static void test_dwell(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 1);
    expect(&t, 2, ADAPT_APPLY, ADAPT_WANTED);
    t.w.goal = -1;
    quiet(&t, 5);
    expect_now(&t, ADAPT_ROLL_BACK, ADAPT_UNWANTED);
    adapt_free(t.a);
}

static void test_one_tree_at_a_time(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 2);
    expect(&t, 2, ADAPT_APPLY, ADAPT_WANTED);
    assert_int_equal(t.d.pid, 100);
    expect(&t, 6, ADAPT_KEPT, ADAPT_WANTED);
    expect_now(&t, ADAPT_APPLY, ADAPT_WANTED);
    assert_int_equal(t.d.pid, 101);
    adapt_free(t.a);
}

/* With the ways back counted six changes an hour are room for five programs, not more than three at once. */
static void test_room_for_the_way_back(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, ADAPT_TREES + 2);
    int applied = 0;
    for (int i = 0; i < 8 * 360; i++) {
        applied += step(&t) == ADAPT_APPLY;
        if (i == 359)
            assert_int_equal(applied, 3);
    }
    assert_int_equal(applied, 5);
    adapt_free(t.a);
}

static void test_a_program_that_is_gone(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.w.n = 0;
    quiet(&t, 3);
    assert_int_equal(adapt_follows(t.a, 100, 7), -1);
    t.tree[0].start = 8; /* the number belongs to another one now */
    t.tree[0].waits = 50;
    t.w.n = 1;
    expect(&t, 2, ADAPT_APPLY, ADAPT_WANTED);
    assert_int_equal(t.d.start, 8);
    assert_near(t.d.before, 50, 1e-9);
    adapt_free(t.a);
}

/* ---- undoing ---- */

static void test_worse_for_two_windows(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.tree[0].waits = 49; /* 20 % would be 48 */
    quiet(&t, 1);
    t.tree[0].waits = 47;
    quiet(&t, 1);
    t.tree[0].waits = 49;
    quiet(&t, 1);
    expect_now(&t, ADAPT_ROLL_BACK, ADAPT_WAITS);
    assert_near(t.d.before, 40, 1e-9);
    assert_near(t.d.after, 49, 1e-9);
    t.tree[0].waits = 40;
    quiet(&t, 359); /* it rests for an hour */
    expect_now(&t, ADAPT_APPLY, ADAPT_WANTED);
    t.tree[0].waits = 90;
    expect(&t, 2, ADAPT_ROLL_BACK, ADAPT_WAITS);
    t.tree[0].waits = 40;
    quiet(&t, 719); /* and then for two */
    expect_now(&t, ADAPT_APPLY, ADAPT_WANTED);
    adapt_free(t.a);
}

static void test_a_rest_ends_at_eight_hours(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 1);
    int64_t last_ms = 0, gap_ms = 0;
    for (int i = 0; i < 5 * 24 * 360; i++) {
        bool holds = adapt_follows(t.a, 100, 7) >= 0;
        t.tree[0].waits = holds ? 90 : 40;
        if (step(&t) != ADAPT_APPLY)
            continue;
        gap_ms = last_ms ? t.w.at_ms - last_ms : 0;
        last_ms = t.w.at_ms;
        assert_true(gap_ms <= 8 * HOUR_MS + 60000);
    }
    assert_true(gap_ms > 7 * HOUR_MS);
    adapt_free(t.a);
}

static void test_another_goal_does_not_rest(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.tree[0].waits = 90;
    expect(&t, 2, ADAPT_ROLL_BACK, ADAPT_WAITS);
    t.w.goal = GOAL_STABILITY;
    expect(&t, 7, ADAPT_APPLY, ADAPT_WANTED);
    assert_int_equal(t.d.goal, GOAL_STABILITY);
    adapt_free(t.a);
}

static void test_pressure_that_is_worse(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_THROUGHPUT);
    t.w.stopped = 2.9; /* within the floor of two percent */
    quiet(&t, 10);
    t.w.stopped = 12;
    quiet(&t, 1);
    expect_now(&t, ADAPT_ROLL_BACK, ADAPT_STOPPED);
    assert_near(t.d.before, 1, 1e-9);
    assert_near(t.d.after, 12, 1e-9);
    adapt_free(t.a);
}

static void test_what_is_not_known_is_not_worse(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.tree[0].waits = t.tree[0].others_wait = t.w.stopped = t.w.hottest = NAN;
    quiet(&t, 1000);
    adapt_free(t.a);
}

static void test_better_is_not_worse_later(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY); /* from 40 to 4 */
    t.tree[0].waits = 20;            /* five times that, and half of what it was without */
    quiet(&t, 1000);
    adapt_free(t.a);
}

static void test_starvation(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.tree[0].others_wait = 4.9; /* ten times would be 5 */
    quiet(&t, 10);
    t.tree[0].others_wait = 5.5;
    expect_now(&t, ADAPT_HALVE, ADAPT_STARVES);
    assert_near(t.d.before, 0.5, 1e-9);
    assert_near(t.d.after, 5.5, 1e-9);
    expect_now(&t, ADAPT_ROLL_BACK, ADAPT_STARVES);
    quiet(&t, 100);
    adapt_free(t.a);
}

static void test_starvation_that_half_the_weight_ends(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.tree[0].others_wait = 5.5;
    expect_now(&t, ADAPT_HALVE, ADAPT_STARVES);
    t.tree[0].others_wait = 2;
    expect(&t, 6, ADAPT_KEPT, ADAPT_WANTED);
    quiet(&t, 100);
    assert_int_equal(adapt_follows(t.a, 100, 7), GOAL_LATENCY);
    adapt_free(t.a);
}

static void test_starvation_without_a_weight(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.tree[0].weighted = false;
    t.tree[0].others_wait = 5.5;
    expect_now(&t, ADAPT_ROLL_BACK, ADAPT_STARVES);
    adapt_free(t.a);
}

static void test_others_that_never_waited(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 1);
    t.tree[0].others_wait = 0.001;
    expect(&t, 2, ADAPT_APPLY, ADAPT_WANTED);
    expect(&t, 6, ADAPT_KEPT, ADAPT_WANTED);
    t.tree[0].others_wait = 0.5; /* 500 times, and still nothing */
    quiet(&t, 10);
    t.tree[0].others_wait = 1.1;
    expect_now(&t, ADAPT_HALVE, ADAPT_STARVES);
    adapt_free(t.a);
}

static void test_somebody_else_wrote(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.tree[0].foreign = true;
    expect_now(&t, ADAPT_ROLL_BACK, ADAPT_FOREIGN);
    t.tree[0].foreign = false;
    quiet(&t, 5);
    expect_now(&t, ADAPT_APPLY, ADAPT_WANTED); /* the rest of it is no one's: it does not rest */
    adapt_free(t.a);
}

static void test_released(void **state)
{
    (void)state;
    struct adapt *a = adapt_new(&limits);
    adapt_release(a, "cpufreq.governor", "policy0", 0);
    adapt_release(a, "autogroup", "", 100);
    for (int i = 0; i < 1000; i++) /* there is an end to them */
        adapt_release(a, "nice", "", i);
    assert_true(adapt_is_released(a, "cpufreq.governor", "policy0", 0));
    assert_true(adapt_is_released(a, "autogroup", "", 100));
    assert_false(adapt_is_released(a, "cpufreq.governor", "policy1", 0));
    assert_false(adapt_is_released(a, "autogroup", "", 101));
    adapt_free(a);
}

static void test_a_change_that_did_not_take(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 1);
    expect(&t, 2, ADAPT_APPLY, ADAPT_WANTED);
    adapt_failed(t.a);
    assert_int_equal(adapt_follows(t.a, 100, 7), -1);
    quiet(&t, 359);
    expect_now(&t, ADAPT_APPLY, ADAPT_WANTED);
    adapt_free(t.a);
}

/* ---- guards ---- */

static void test_heat(void **state)
{
    (void)state;
    static const struct { enum goal goal; double hot, limit; } cases[] = {
        { GOAL_LATENCY, 90, 90 },      { GOAL_LATENCY, 95, 95 },   { GOAL_LATENCY, 70, 70 },
        { GOAL_THROUGHPUT, 100, 100 }, { GOAL_STABILITY, 90, 85 }, { GOAL_STABILITY, 95, 90 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct trial t;
        begin_applied(&t, cases[i].goal);
        t.w.hot = cases[i].hot;
        t.w.hottest = cases[i].limit - 0.1;
        quiet(&t, 10);
        t.w.hottest = cases[i].limit;
        expect_now(&t, ADAPT_PAUSE, ADAPT_HOT);
        assert_near(t.d.before, cases[i].limit, 1e-9);
        assert_near(t.d.after, cases[i].limit, 1e-9);
        assert_string_equal(adapt_held_by(t.a), "heat");
        assert_int_equal(adapt_follows(t.a, 100, 7), -1);
        t.w.hottest = cases[i].limit - 7.9;
        quiet(&t, 100); /* not cool enough yet */
        t.w.hottest = cases[i].limit - 8;
        quiet(&t, 4);
        t.w.hottest = cases[i].limit - 5; /* and warm again for a moment */
        quiet(&t, 1);
        t.w.hottest = cases[i].limit - 8;
        quiet(&t, 6);
        expect_now(&t, ADAPT_RESUME, ADAPT_HOT);
        assert_null(adapt_held_by(t.a));
        expect(&t, 2, ADAPT_APPLY, ADAPT_WANTED);
        adapt_free(t.a);
    }
}

static void test_heat_and_other_goals(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_POWER);
    t.w.hottest = 99;
    quiet(&t, 100);
    adapt_free(t.a);
    begin_applied(&t, GOAL_PRECISION);
    t.w.hottest = 99;
    quiet(&t, 100);
    t.w.goal = GOAL_LATENCY; /* what a guard speaks against is not begun, and that is told once */
    expect(&t, 1, ADAPT_PAUSE, ADAPT_HOT);
    quiet(&t, 100);
    adapt_free(t.a);
}

static void test_heat_without_a_guard(void **state)
{
    (void)state;
    struct trial t;
    limits.thermal_guard = false;
    begin_applied(&t, GOAL_LATENCY);
    limits.thermal_guard = true;
    t.w.hottest = 120;
    quiet(&t, 100);
    adapt_free(t.a);
}

static void test_hot_from_the_start(void **state)
{
    (void)state;
    struct trial t;
    begin(&t, 1);
    t.w.hottest = 95;
    expect_now(&t, ADAPT_PAUSE, ADAPT_HOT);
    quiet(&t, 100);
    assert_int_equal(adapt_changes(t.a, t.w.at_ms), 0);
    t.w.hottest = 60;
    expect(&t, 7, ADAPT_RESUME, ADAPT_HOT);
    expect(&t, 2, ADAPT_APPLY, ADAPT_WANTED);
    adapt_free(t.a);
}

static void test_battery(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_LATENCY);
    t.w.battery = 10; /* while it is charged */
    quiet(&t, 10);
    t.w.on_battery = true;
    t.w.battery = 20;
    quiet(&t, 10);
    t.w.battery = 19.9;
    expect_now(&t, ADAPT_PAUSE, ADAPT_BATTERY);
    t.w.battery = 21.9;
    quiet(&t, 100);
    t.w.on_battery = false;
    expect_now(&t, ADAPT_RESUME, ADAPT_BATTERY);
    adapt_free(t.a);

    begin_applied(&t, GOAL_POWER); /* saves what is left */
    t.w.on_battery = true;
    t.w.battery = 5;
    quiet(&t, 100);
    adapt_free(t.a);
}

static void test_all_stand_still(void **state)
{
    (void)state;
    struct trial t;
    begin_applied(&t, GOAL_POWER);
    t.w.stopped = 20.1;
    expect_now(&t, ADAPT_PAUSE, ADAPT_STOPPED);
    assert_string_equal(adapt_held_by(t.a), "pressure");
    t.w.stopped = 19;
    quiet(&t, 100);
    t.w.stopped = 17;
    quiet(&t, 1);
    expect_now(&t, ADAPT_RESUME, ADAPT_STOPPED);
    adapt_free(t.a);
}

/* ---- days ---- */

/* Every hour of whatever day holds the limit, and no goal is left and taken again within the dwell time. */
struct day {
    int64_t change_ms[4096], applied_ms[ADAPT_TREES];
    size_t n;
};

static int in_force(const struct trial *t)
{
    int open = 0;
    for (size_t i = 0; i < t->w.n; i++)
        open += adapt_follows(t->a, t->tree[i].pid, t->tree[i].start) >= 0;
    return open;
}

static void day_step(struct day *day, struct trial *t)
{
    const struct adapt_decision *d = &t->d;
    int before = in_force(t);
    enum adapt_do what = step(t);
    bool changes = what == ADAPT_APPLY || what == ADAPT_HALVE || what == ADAPT_ROLL_BACK ||
                   (what == ADAPT_PAUSE && before);
    if (what == ADAPT_PAUSE)
        assert_int_equal(in_force(t), 0);
    if (!changes)
        return;
    assert_true(day->n < sizeof day->change_ms / sizeof *day->change_ms);
    if (d->what == ADAPT_APPLY) {
        if (day->n && t->w.at_ms - day->change_ms[day->n - 1] < 60000)
            fail_msg("applied %d s after the change before",
                     (int)((t->w.at_ms - day->change_ms[day->n - 1]) / 1000));
        day->applied_ms[d->pid - 100] = t->w.at_ms;
    }
    if (d->what == ADAPT_ROLL_BACK && d->why == ADAPT_UNWANTED)
        assert_true(t->w.at_ms - day->applied_ms[d->pid - 100] >= 60000);
    day->change_ms[day->n++] = t->w.at_ms;
    size_t hour = 0;
    for (size_t i = day->n; i > 0 && day->change_ms[i - 1] > t->w.at_ms - HOUR_MS; i--)
        hour++;
    if (hour > 6)
        fail_msg("%zu changes within an hour", hour);
    assert_int_equal(hour, adapt_changes(t->a, t->w.at_ms));
}

/* Everything at random, and programs that come and go: the limits hold, and nobody is lost. */
static void test_wild_days(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 20261127);
    for (int day = 0; day < (TEST_SLOW ? 4 : 40); day++) {
        struct trial t;
        const size_t trees = 1 + rng_below(&r, ADAPT_TREES);
        struct day seen = { 0 };
        begin(&t, trees);
        for (int i = 0; i < 8640; i++) {
            if (rng_unit(&r) < 0.1)
                t.w.goal = (int)rng_below(&r, GOALS + 1) - 1;
            if (rng_unit(&r) < 0.02)
                t.w.hottest = 40 + 60 * rng_unit(&r);
            if (rng_unit(&r) < 0.02)
                t.w.on_battery = rng_unit(&r) < 0.5;
            t.w.battery = 100 * rng_unit(&r);
            t.w.stopped = 25 * pow(rng_unit(&r), 4);
            for (size_t k = 0; k < trees; k++) {
                t.tree[k].waits = 100 * rng_unit(&r);
                t.tree[k].others_wait = 8 * pow(rng_unit(&r), 4);
                t.tree[k].foreign = rng_unit(&r) < 0.01;
                t.tree[k].weighted = rng_unit(&r) < 0.5;
                t.tree[k].start += rng_unit(&r) < 0.001;
            }
            day_step(&seen, &t);
        }
        assert_true(seen.n > 24); /* it did try */
        adapt_free(t.a);
    }
}

/* A day as people have it: work, a game in the evening, the night; figures that wander, no harm done. */
static void test_a_working_day(void **state)
{
    (void)state;
    struct rng r;
    struct day seen = { 0 };
    struct trial t;
    int by_goal[GOALS] = { 0 };
    rng_seed(&r, 8);
    begin(&t, 1);
    for (int i = 0; i < 8640; i++) {
        double hour = i / 360.0;
        t.w.goal = hour < 7 ? GOAL_POWER : hour < 17 ? GOAL_THROUGHPUT : hour < 22 ? GOAL_LATENCY : GOAL_POWER;
        if (i % 7 == 0 && rng_unit(&r) < 0.2)
            t.w.goal = GOAL_STABILITY; /* what kind of work it is, is told wrong for a window now and then */
        bool holds = adapt_follows(t.a, 100, 7) >= 0;
        t.tree[0].waits = (holds ? 10 : 30) * (0.8 + 0.4 * rng_unit(&r));
        t.w.stopped = 2 * rng_unit(&r);
        t.w.hottest = 60 + 15 * rng_unit(&r);
        day_step(&seen, &t);
        by_goal[t.d.goal < 0 ? 0 : t.d.goal] += t.d.what == ADAPT_APPLY;
    }
    assert_int_equal(by_goal[GOAL_POWER], 2);
    assert_int_equal(by_goal[GOAL_THROUGHPUT], 1);
    assert_int_equal(by_goal[GOAL_LATENCY], 1);
    assert_int_equal(by_goal[GOAL_STABILITY], 0);
    assert_int_equal(seen.n, 7); /* four times set, three times set back */
    adapt_free(t.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wishes), cmocka_unit_test(test_goals_of_words), cmocka_unit_test(test_two_windows_ask),
        cmocka_unit_test(test_nothing_named_nothing_wanted), cmocka_unit_test(test_nothing_to_judge_by),
        cmocka_unit_test(test_windows_that_are_too_short), cmocka_unit_test(test_other_work_for_a_moment),
        cmocka_unit_test(test_other_work), cmocka_unit_test(test_dwell), cmocka_unit_test(test_one_tree_at_a_time),
        cmocka_unit_test(test_room_for_the_way_back), cmocka_unit_test(test_a_program_that_is_gone),
        cmocka_unit_test(test_worse_for_two_windows), cmocka_unit_test(test_a_rest_ends_at_eight_hours),
        cmocka_unit_test(test_another_goal_does_not_rest), cmocka_unit_test(test_pressure_that_is_worse),
        cmocka_unit_test(test_what_is_not_known_is_not_worse), cmocka_unit_test(test_better_is_not_worse_later),
        cmocka_unit_test(test_starvation), cmocka_unit_test(test_starvation_that_half_the_weight_ends),
        cmocka_unit_test(test_starvation_without_a_weight), cmocka_unit_test(test_others_that_never_waited),
        cmocka_unit_test(test_somebody_else_wrote), cmocka_unit_test(test_released),
        cmocka_unit_test(test_a_change_that_did_not_take), cmocka_unit_test(test_heat),
        cmocka_unit_test(test_heat_and_other_goals), cmocka_unit_test(test_heat_without_a_guard),
        cmocka_unit_test(test_hot_from_the_start), cmocka_unit_test(test_battery),
        cmocka_unit_test(test_all_stand_still), cmocka_unit_test(test_wild_days),
        cmocka_unit_test(test_a_working_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

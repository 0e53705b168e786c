/* From trials to ratios and verdicts: `sonde policy bench`. */
#include "test.h"

#include "app/policy/bench/bench.h"
#include "base/auto.h"
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const struct bench_workload work = {
    .name = "work", .metric = { { "wall", "s", "wall" }, { "cpu", "s", "cpu" } },
};

static const struct bench_scenario plain = {
    .name = "T", .doc = "a test", .workload = &work,
    .arm = { { "default", ARM_DEFAULT, NULL }, { "latency", ARM_INTENT, "latency" } },
    .bar = { { BAR_GAIN, "latency", "default", "wall", 3 }, { BAR_GAIN, "latency", "nice -10", "wall", 1 } },
};

static void begin(struct bench_result *r, const struct bench_scenario *s)
{
    *r = (struct bench_result){ .scenario = s, .arms = 2, .metrics = 2, .announced = { 1, 1 } };
    r->arm[0] = s->arm[0];
    r->arm[1] = s->arm[1];
}

static void put(struct bench_result *r, int round, int arm, double wall, const char *bits)
{
    r->trial = mem_grow(r->trial, r->n, &r->cap, sizeof *r->trial);
    struct bench_trial *t = &r->trial[r->n++];
    *t = (struct bench_trial){ .round = round, .arm = arm, .ok = isfinite(wall), .value = { wall, wall / 2, NAN } };
    strcpy(t->bits, bits);
    strcpy(t->why, t->ok ? "" : "it broke");
    r->rounds = round + 1 > r->rounds ? round + 1 : r->rounds;
}

static void pairs_are_of_one_round(void **state)
{
    (void)state;
    struct bench_result r;
    struct bench_verdict v;
    begin(&r, &plain);
    for (int i = 0; i < 7; i++) { /* the machine gets slower and slower, for both */
        put(&r, i, i % 2, i % 2 ? 1 << i : 4 << i, "");
        put(&r, i, !(i % 2), i % 2 ? 4 << i : 1 << i, "");
    }
    assert_int_equal(bench_judge(&r, &plain.bar[0], &v), 0);
    assert_true(v.judged && v.met);
    assert_int_equal(v.pairs, 7);
    assert_float_equal(v.got, 4, 1e-12);
    assert_float_equal(v.lo, 4, 1e-12);
    assert_int_equal(bench_judge(&r, &plain.bar[1], &v), -EINVAL); /* it was left out */
    struct bench_summary s;
    bench_summary(&r, 1, 1, &s);
    assert_float_equal(s.median, 4, 1e-12);
    assert_float_equal(s.max, 32, 1e-12);
    assert_float_equal(s.gain.ratio, 4, 1e-12);
    bench_result_done(&r);
}

static void what_failed_is_no_pair(void **state)
{
    (void)state;
    struct bench_result r;
    struct bench_verdict v;
    begin(&r, &plain);
    for (int i = 0; i < 7; i++) {
        put(&r, i, 0, 8, "");
        put(&r, i, 1, i ? 1 : NAN, "");
    }
    assert_int_equal(bench_judge(&r, &plain.bar[0], &v), 0);
    assert_int_equal(v.pairs, 6);
    assert_false(v.judged || v.met); /* one too few */
    auto_buf struct buf text = { 0 };
    bench_text(&r, &text);
    assert_non_null(strstr(text.p, "failed      latency, 1 times: it broke"));
    assert_non_null(strstr(text.p, "not judged"));
    bench_result_done(&r);
}

static void a_spread_is_compared_with_a_spread(void **state)
{
    (void)state;
    static const struct bench_bar bar = { BAR_SPREAD, "latency", "default", "wall", 2 };
    struct bench_result r;
    struct bench_verdict v;
    begin(&r, &plain);
    for (int i = 0; i < 15; i++) {
        put(&r, i, 0, 100 + 10 * (i % 5), "");
        put(&r, i, 1, 10 + 0.1 * (i % 5), "");
    }
    assert_int_equal(bench_judge(&r, &bar, &v), 0);
    assert_float_equal(v.got, (20.0 / 120) / (0.2 / 10.2), 1e-9);
    assert_true(v.lo < v.got && v.got < v.hi && v.judged && v.met);
    bench_result_done(&r);
}

static void results_are_counted(void **state)
{
    (void)state;
    static const struct bench_scenario s = {
        .name = "B", .doc = "bits", .workload = &work, .rounds = 8,
        .arm = { { "default", ARM_DEFAULT, NULL }, { "precision", ARM_INTENT, "precision" } },
        .bar = { { BAR_BITS, "precision", "default", "wall", 1 } },
    };
    static const char *const bits[] = { "a", "b", "a", "c", "b", "a", "a", "c" };
    struct bench_result r;
    struct bench_verdict v;
    begin(&r, &s);
    for (int i = 0; i < 8; i++) {
        put(&r, i, 0, 1, bits[i]);
        put(&r, i, 1, 1, "d");
    }
    assert_int_equal(bench_patterns(&r, 0), 3);
    assert_int_equal(bench_patterns(&r, 1), 1);
    assert_int_equal(bench_judge(&r, &s.bar[0], &v), 0);
    assert_true(v.judged && v.met);
    strcpy(r.trial[15].bits, "e");
    assert_int_equal(bench_judge(&r, &s.bar[0], &v), 0);
    assert_true(v.judged && !v.met);
    r.trial[15].ok = false; /* then seven runs are too few */
    assert_int_equal(bench_judge(&r, &s.bar[0], &v), 0);
    assert_true(!v.judged && !v.met);
    bench_result_done(&r);
}

static void a_cost_is_small_or_as_announced(void **state)
{
    (void)state;
    static const struct bench_bar bar = { BAR_COST, "latency", "default", "wall", BENCH_COST };
    static const struct { double announced, takes; bool met; } cases[] = {
        { 1, 0.5, true }, { 1, 1.1, true }, { 1, 1.11, false }, { 2, 2, true }, { 2, 2.6, true }, { 2, 2.61, false },
        { 2, 1.54, true }, { 2, 1.53, false }, { 1.05, 1.2, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench_result r;
        struct bench_verdict v;
        begin(&r, &plain);
        r.announced[1] = cases[i].announced;
        for (int k = 0; k < 7; k++) {
            put(&r, k, 0, 100, "");
            put(&r, k, 1, 100 * cases[i].takes, "");
        }
        assert_int_equal(bench_judge(&r, &bar, &v), 0);
        assert_float_equal(v.got, cases[i].takes, 1e-9);
        if (!v.judged || v.met != cases[i].met)
            fail_msg("%g announced, %g taken", cases[i].announced, cases[i].takes);
        bench_result_done(&r);
    }
}

/* Three tasks, in which what was learned is 4, 2 and 1 times better; one arm is 2 times better everywhere. */
static void tasks_are_taken_together(void **state)
{
    (void)state;
    static const struct bench_scenario task = {
        .name = "L", .doc = "a task", .workload = &work, .goal = "latency",
        .arm = { { "default", ARM_DEFAULT, NULL }, { "learned", ARM_LEARNED, "" }, { "power", ARM_INTENT, "power" } },
    };
    static const double learned[] = { 25, 50, 100 };
    struct bench_result r[4];
    struct bench_total t;
    for (int i = 0; i < 4; i++) {
        begin(&r[i], i < 3 ? &task : &plain); /* the last is none of them */
        r[i].arms = 3;
        r[i].arm[1] = (struct bench_arm){ "learned", ARM_LEARNED, "nice=1" };
        r[i].arm[2] = task.arm[2];
        for (int k = 0; i < 3 && k < 7; k++) {
            put(&r[i], k, 0, 100 * (k + 1), "");
            put(&r[i], k, 1, learned[i] * (k + 1), "");
            put(&r[i], k, 2, 50 * (k + 1), "");
        }
    }
    bench_total(r, 4, &t);
    assert_int_equal(t.tasks, 3);
    assert_float_equal(t.gain, 2, 1e-9); /* the third root of 4 * 2 * 1 */
    assert_string_equal(t.best, "power");
    assert_float_equal(t.over_best, 1, 1e-9);
    assert_float_equal(t.over_best_lo, 1, 1e-9);
    assert_float_equal(t.worst, 1, 1e-9);
    assert_true(t.judged && t.met[0] && t.met[1] && t.met[2]);
    for (int i = 0; i < 21; i++)
        r[2].trial[i].value[0] *= r[2].trial[i].arm == 1 ? 1.2 : 1;
    bench_total(r, 4, &t);
    assert_true(t.met[0] && !t.met[1] && !t.met[2]); /* the others are 6 % and 20 % better now */
    r[2].arm[1].words = ""; /* default was kept, and what was measured of it is of default itself */
    bench_total(r, 4, &t);
    assert_float_equal(t.worst, 1, 1e-9);
    assert_true(t.met[2]);
    r[1].trial[1].ok = false;
    bench_total(r, 4, &t);
    assert_false(t.judged || t.met[0]); /* six pairs are too few */
    bench_total(r + 3, 1, &t);
    assert_int_equal(t.tasks, 0);
    for (int i = 0; i < 4; i++)
        bench_result_done(&r[i]);
}

/* A row of the table that names what there is not would never be judged. */
static void the_table_names_what_there_is(void **state)
{
    (void)state;
    size_t n = 0;
    for (const struct bench_scenario *s; (s = bench_scenario(n)); n++) {
        struct bench_result r = { .scenario = s };
        for (; r.arms < BENCH_ARMS && s->arm[r.arms].name; r.arms++)
            r.arm[r.arms] = s->arm[r.arms];
        assert_int_equal(bench_arm_of(&r, "default"), 0);
        for (int i = 0; i < BENCH_BARS && s->bar[i].arm; i++)
            if (bench_arm_of(&r, s->bar[i].arm) < 1 || bench_arm_of(&r, s->bar[i].against) < 0 ||
                bench_metric_of(s, s->bar[i].metric) < 0)
                fail_msg("bar %d of %s", i, s->name);
    }
    assert_true(n >= 7);
}

static void nothing_measured_is_told_as_nothing(void **state)
{
    (void)state;
    struct bench_result r;
    begin(&r, &plain);
    auto_buf struct buf text = { 0 }, object = { 0 };
    struct json j;
    bench_text(&r, &text);
    assert_non_null(strstr(text.p, "not judged  latency"));
    json_init(&j, &object);
    bench_json(&j, &r);
    assert_float_equal(bench_read_number(object.p, "rounds"), 0, 0);
    char name[8];
    assert_true(bench_read_text(object.p, "scenario", name, sizeof name));
    assert_string_equal(name, "T");
    bench_result_done(&r);
}

static void what_a_load_said(void **state)
{
    (void)state;
    char text[8] = "kept";
    assert_float_equal(bench_read_number("{\"a\":1.5,\"b\":\"x\"}\n", "a"), 1.5, 0);
    assert_true(isnan(bench_read_number("{\"a\":1.5,\"b\":\"x\"}", "b")));
    assert_true(isnan(bench_read_number("{\"a\":1.5", "a")));
    assert_true(isnan(bench_read_number("", "a")));
    assert_false(bench_read_text("{\"a\":1.5}", "a", text, sizeof text));
    assert_string_equal(text, "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_of_one_round),
        cmocka_unit_test(what_failed_is_no_pair),
        cmocka_unit_test(a_spread_is_compared_with_a_spread),
        cmocka_unit_test(results_are_counted),
        cmocka_unit_test(a_cost_is_small_or_as_announced),
        cmocka_unit_test(tasks_are_taken_together),
        cmocka_unit_test(the_table_names_what_there_is),
        cmocka_unit_test(nothing_measured_is_told_as_nothing),
        cmocka_unit_test(what_a_load_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

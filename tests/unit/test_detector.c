/*
 * The default detector: what it promises of any rows, planted faults of simulated machines (simulated.h), and that
 * the budget holds on quiet ones. bench/detector.sh counts more of both.
 */
#include "test.h"

#include "base/auto.h"
#include "base/rng.h"
#include "learn/detector/detector.h"
#include "simulated.h"

#include <errno.h>
#include <float.h>

#define DAY 86400.0
#define D SIMULATED_COLUMNS

static struct detector *fresh(int d, double step_s)
{
    struct detector *m = NULL;
    assert_int_equal(detector_new(d, &(struct detector_options){ .step_s = step_s }, &m), 0);
    return m;
}

/* What a verdict is in any case. */
static void sane(const struct detector_verdict *v, int d)
{
    assert_true(isfinite(v->score) && v->score >= 0);
    assert_true(v->probability >= 0 && v->probability <= 1);
    assert_true(v->cause >= -1 && v->cause < d);
}

static void same(const struct detector_verdict *v, const struct detector_verdict *w)
{
    assert_true(v->score == w->score && v->probability == w->probability);
    assert_true(v->alarm == w->alarm && v->cause == w->cause);
}

/* Alarms that begin in [from, to); what the last row with one said goes to *last. */
static int watch(struct detector *m, struct simulated *s, double from, double to, struct detector_cause *cause)
{
    int n = 0;
    bool before = false;
    for (double t = from; t < to; t += s->step_s) {
        double x[D];
        struct detector_verdict v;
        simulated_row(s, t, x);
        detector_row(m, t, x, &v);
        sane(&v, D);
        if (v.alarm && !before) {
            n++;
            if (cause)
                detector_causes(m, cause, 1);
        }
        before = v.alarm;
    }
    return n;
}

static void test_arguments(void **state)
{
    struct detector *m;
    (void)state;
    assert_int_equal(detector_new(0, NULL, &m), -EINVAL);
    assert_int_equal(detector_new(DETECTOR_MAX_DIM + 1, NULL, &m), -EINVAL);
    assert_int_equal(detector_new(1, &(struct detector_options){ .step_s = -1 }, &m), -EINVAL);
    assert_int_equal(detector_new(1, &(struct detector_options){ .step_s = NAN }, &m), -EINVAL);
    assert_int_equal(detector_new(1, &(struct detector_options){ .budget_per_day = INFINITY }, &m), -EINVAL);
    detector_free(NULL);
}

static void test_any_values(void **state)
{
    static const double odd[] = { NAN, INFINITY, -INFINITY, 1e308, -1e308, DBL_MIN, -0.0, 5e-324, 1e15, 0 };
    struct rng r;
    (void)state;
    rng_seed(&r, 1);
    for (int kind = 0; kind < 4; kind++) {
        struct detector *m = fresh(70, 1);
        for (int i = 0; i < 1500; i++) {
            double x[70];
            struct detector_verdict v;
            for (int j = 0; j < 70; j++)
                x[j] = kind == 0 ? NAN : kind == 1 ? 1e308 : rng_unit(&r) < 0.1 * kind ? odd[rng_below(&r, 10)]
                                                                                       : rng_normal(&r);
            detector_row(m, i, x, &v);
            sane(&v, 70);
            struct detector_cause c[3];
            int n = detector_causes(m, c, 3);
            for (int k = 0; k < n; k++)
                assert_true(c[k].share > 0 && c[k].share <= 1);
        }
        detector_free(m);
    }
}

static void test_causal_and_deterministic(void **state)
{
    struct simulated a, b;
    struct detector *m = fresh(D, 10), *n = fresh(D, 10);
    (void)state;
    simulated_init(&a, MACHINE, 10, 3);
    simulated_init(&b, MACHINE, 10, 3);
    simulated_plant(&b, FAULT_SHIFT, 30000, 0);
    for (double t = 0; t < 40000; t += 10) {
        double x[D], y[D];
        struct detector_verdict v, w;
        simulated_row(&a, t, x);
        simulated_row(&b, t, y);
        detector_row(m, t, x, &v);
        detector_row(n, t, y, &w);
        if (t < 30000) /* whatever comes later changes nothing */
            same(&v, &w);
    }
    detector_free(m);
    detector_free(n);
}

static void test_goes_on_after_a_restart(void **state)
{
    struct simulated s;
    struct detector *m = fresh(D, 10), *back = NULL;
    auto_buf struct buf saved = { 0 };
    (void)state;
    simulated_init(&s, MACHINE, 10, 5);
    watch(m, &s, 0, 50005, NULL);
    detector_save(m, &saved);
    assert_int_equal(detector_load(saved.p, saved.n, &back), 0);
    assert_int_equal(detector_rows(back), detector_rows(m));
    for (double t = 50010; t < 90000; t += 10) {
        double x[D];
        struct detector_verdict v, w;
        simulated_row(&s, t, x);
        x[3] += t > 70000 ? 100 : 0;
        detector_row(m, t, x, &v);
        detector_row(back, t, x, &w);
        same(&v, &w);
    }
    detector_free(m);
    detector_free(back);
}

static void test_damaged_states(void **state)
{
    struct simulated s;
    struct detector *m = fresh(D, 10), *back = NULL;
    auto_buf struct buf saved = { 0 };
    (void)state;
    simulated_init(&s, MACHINE, 10, 5);
    watch(m, &s, 0, 5000, NULL);
    detector_save(m, &saved);
    detector_free(m);
    for (size_t n = 0; n < saved.n; n += 1 + saved.n / 50)
        assert_int_equal(detector_load(saved.p, n, &back), -EINVAL);
    for (size_t at = 0; at < saved.n; at += 1 + saved.n / 200) {
        saved.p[at] ^= 0x10;
        int rc = detector_load(saved.p, saved.n, &back);
        assert_true(rc == -EINVAL || rc == 0); /* 0: in the header's budget or step, which any number may be */
        if (rc == 0)
            detector_free(back);
        saved.p[at] ^= 0x10;
    }
}

static void test_other_columns(void **state)
{
    /* Two columns change places, one goes, one is new: what was usual of them is known, and there is no storm. */
    static const int from[D] = { 1, 0, 2, 3, 4, 5, -1, 7 };
    struct simulated s;
    struct detector *m = fresh(D, 10), *other = NULL;
    int alarms = 0;
    (void)state;
    simulated_init(&s, MACHINE, 10, 7);
    watch(m, &s, 0, DAY, NULL);
    assert_int_equal(detector_remap(m, D, from, &other), 0);
    assert_int_equal(detector_rows(other), detector_rows(m));
    for (double t = DAY; t < 1.5 * DAY; t += 10) {
        double x[D], y[D];
        struct detector_verdict v;
        simulated_row(&s, t, x);
        for (int j = 0; j < D; j++)
            y[j] = from[j] < 0 ? rng_normal(&s.rng) : x[from[j]];
        detector_row(other, t, y, &v);
        alarms += v.alarm;
    }
    assert_int_equal(alarms, 0);
    detector_free(m);
    detector_free(other);
}

/* The first rows, those after a load that stays, and those after an outage are no alarms by themselves. */
static void test_no_storms(void **state)
{
    int alarms = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct simulated s;
        struct detector *m = fresh(D, 10);
        simulated_init(&s, MACHINE, 10, seed);
        alarms += watch(m, &s, 0, 6 * 3600, NULL);
        for (int i = 1; i < 8; i++) /* a night each, the machine has moved on */
            alarms += watch(m, &s, i * DAY, i * DAY + 6 * 3600, NULL);
        detector_free(m);
    }
    /* 80 times six hours */
    assert_in_range(alarms, 0, 20);
}

static void test_budget_on_quiet_days(void **state)
{
    (void)state;
    for (enum simulated_kind k = 0; k < MACHINE; k++) {
        int alarms = 0;
        for (uint64_t seed = 1; seed <= 10; seed++) {
            struct simulated s;
            struct detector *m = fresh(D, 60);
            simulated_init(&s, k, 60, seed + 1000 * (uint64_t)k);
            alarms += watch(m, &s, 0, 7 * DAY, NULL);
            detector_free(m);
        }
        if (alarms > 84) /* of 70: Poisson, 95 % */
            fail_msg("%s: %d alarms in 70 days", simulated_name(k), alarms);
    }
}

#define FAULTY 20

static void test_faults_are_found(void **state)
{
    static const double hours[FAULTS] = { 1, 1, 1, 8, 1, 2, 2 };
    (void)state;
    for (enum simulated_fault f = FAULT_SPIKE; f < FAULTS; f++) {
        int found = 0, right = 0;
        for (uint64_t seed = 1; seed <= FAULTY; seed++) {
            struct simulated s;
            struct detector *m = fresh(D, 10);
            struct detector_cause cause = { .column = -1 };
            simulated_init(&s, MACHINE, 10, 100 * seed + f);
            simulated_plant(&s, f, 3 * DAY, (int)seed);
            watch(m, &s, 0, 3 * DAY, NULL);
            found += watch(m, &s, 3 * DAY, 3 * DAY + hours[f] * 3600, &cause) > 0;
            /* What no longer fits another column makes the other as odd. */
            right += cause.column == s.column || (f == FAULT_TIES && cause.column >= 0 && cause.column <= 2);
            detector_free(m);
        }
        bool hard = f == FAULT_LEAK || f == FAULT_PERIOD || f == FAULT_TIES;
        if (found < (hard ? 0.7 : 0.9) * FAULTY || right < 0.8 * found)
            fail_msg("%s: %d of %d found, %d for the right column", simulated_fault_name(f), found, FAULTY, right);
    }
}

static void test_the_same_every_night(void **state)
{
    /* A job of ten minutes at some time between three and four: after some nights it is not sudden any more, and at
     * most what the budget allows; by day it is. */
    struct rng r;
    struct detector *m = fresh(2, 60);
    double night = 0, day = 0;
    int alarms = 0, since = 60; /* rows since an alarm; less than an hour is the same one */
    (void)state;
    rng_seed(&r, 9);
    for (int d = 0; d < 10; d++) {
        double at = 3 * 3600 + 600 + 60 * rng_below(&r, 30);
        for (int i = 0; i < 1440; i++) {
            double t = 60.0 * i;
            bool job = (t >= at && t < at + 600) || (d == 9 && t >= 50000 && t < 50600);
            double x[2] = { 10 + 2 * rng_normal(&r) + 60 * job, 50 + 2 * rng_normal(&r) };
            struct detector_verdict v;
            detector_row(m, d * DAY + t, x, &v);
            if (d > 4 && t < 40000) {
                alarms += v.alarm && since >= 60;
                night = fmax(night, v.score);
            }
            if (d == 9 && t >= 50000 && t < 52000 && v.alarm)
                day = fmax(day, v.score);
            since = v.alarm ? 0 : since + 1;
        }
    }
    assert_in_range(alarms, 0, 5);
    assert_true(day > night + 2);
    detector_free(m);
}

static void test_causes(void **state)
{
    struct rng r;
    struct detector *m = fresh(3, 1);
    struct detector_cause c[3];
    (void)state;
    rng_seed(&r, 2);
    for (int i = 0; i < 20000; i++) {
        struct detector_verdict v;
        double x[3] = { 5 + rng_normal(&r), 100 + 10 * rng_normal(&r), 7 };
        if (i == 19999)
            x[1] = 300;
        detector_row(m, i, x, &v);
        if (i == 19999) {
            assert_true(v.alarm);
            assert_true(v.score > 1);
            assert_true(v.probability < 0.05);
            assert_int_equal(v.cause, 1);
        }
    }
    int n = detector_causes(m, c, 3);
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += c[i].share;
    assert_true(fabs(sum - 1) < 1e-9);
    assert_int_equal(c[0].column, 1);
    assert_true(c[0].value == 300);
    assert_true(fabs(c[0].expected - 100) < 5);
    assert_true(fabs((c[0].high - c[0].low) - 2 * 1.645 * 10) < 3); /* of noise with deviation 10 */
    detector_free(m);
}

static void test_memory_is_bounded(void **state)
{
    struct detector *m = fresh(250, 1);
    struct rng r;
    (void)state;
    rng_seed(&r, 1);
    size_t bytes = detector_bytes(m);
    assert_true(bytes < 4 << 20);
    for (int i = 0; i < 3000; i++) {
        double x[250];
        struct detector_verdict v;
        for (int j = 0; j < 250; j++)
            x[j] = rng_normal(&r);
        detector_row(m, i, x, &v);
    }
    assert_int_equal(detector_bytes(m), bytes);
    detector_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_any_values),
        cmocka_unit_test(test_causal_and_deterministic),
        cmocka_unit_test(test_goes_on_after_a_restart),
        cmocka_unit_test(test_damaged_states),
        cmocka_unit_test(test_other_columns),
        cmocka_unit_test(test_no_storms),
        cmocka_unit_test(test_budget_on_quiet_days),
        cmocka_unit_test(test_faults_are_found),
        cmocka_unit_test(test_the_same_every_night),
        cmocka_unit_test(test_causes),
        cmocka_unit_test(test_memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_replayed.c - reports over long recordings: what the detector finds that shift does not, and when it judges. */
#include "analyze/anomaly/anomalies.h"
#include "analyze/online/online.h"
#include "base/mem.h"
#include "fake.h"
#include "simulated.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

#define STEP_S 10
#define HOUR (3600 / STEP_S)

/* Columns of which nothing is known. */
static struct recording *simulate(enum simulated_kind kind, enum simulated_fault fault, size_t rows, size_t at,
                                  uint64_t seed)
{
    struct simulated s;
    struct recording *r = fake_new(STEP_S);
    double x[SIMULATED_COLUMNS];
    for (int j = 0; j < SIMULATED_COLUMNS; j++)
        fake_metric(r, (char[]){ 'c', (char)('0' + j), 0 }, NULL, UNIT_NONE);
    fake_rows(r, rows);
    simulated_init(&s, kind, STEP_S, seed);
    if (fault)
        simulated_plant(&s, fault, (double)at * STEP_S, (int)seed);
    for (size_t i = 0; i < rows; i++) {
        simulated_row(&s, (double)i * STEP_S, x);
        for (int j = 0; j < SIMULATED_COLUMNS; j++)
            r->col[j][i] = x[j];
    }
    return r;
}

/* As simulated_plant() chose it. */
static int faulty_column(enum simulated_fault fault, uint64_t seed)
{
    struct simulated s;
    simulated_plant(&s, fault, 0, (int)(100 * seed + (uint64_t)fault));
    return s.column;
}

static struct report *judge(const struct recording *r, const char *method)
{
    struct report *out = mem_new(sizeof *out);
    struct features f;
    out->rec = r;
    out->threshold = NAN;
    features_find(r, &f);
    anomalies_find(&f, &(struct analyze_options){ .method = method, .seed = 1 }, out);
    features_done(&f);
    return out;
}

#define SEEDS (TEST_SLOW ? 4 : 10)
#define DAYS_BEFORE 3

/* Poisson, 95 %, of one a day. */
static bool within_budget(double n, double days)
{
    return n <= days + 1.645 * sqrt(days);
}

/* Of SEEDS recordings with a fault after three days, how many have it told, with the right column first? */
static int told(const char *method, enum simulated_fault fault, int hours, int *right, int *before)
{
    int n = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        size_t at = DAYS_BEFORE * 24 * HOUR;
        struct recording *r = simulate(MACHINE, fault, at + (size_t)hours * HOUR, at, 100 * seed + (uint64_t)fault);
        struct report *a = judge(r, method);
        const struct anomaly *first = NULL;
        for (size_t i = 0; i < a->n_anomalies; i++) {
            const struct anomaly *x = &a->anomalies[i];
            assert_true(r->wall_ms[x->start] == x->start_ms && r->wall_ms[x->end] == x->end_ms && x->start <= x->end);
            first = !first && x->end + 2 >= at ? x : first;
            *before += x->end + 2 < at;
        }
        n += first != NULL;
        *right += first && first->causes[0].slot == faulty_column(fault, seed);
        report_free(a);
        recording_free(r);
    }
    return n;
}

static void test_what_shift_does_not_find(void **state)
{
    (void)state;
    static const struct { enum simulated_fault fault; int hours; double least; } faults[] = {
        { FAULT_LEAK, 8, 0.5 }, { FAULT_STUCK, 1, 0.9 } };
    for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
        int right = 0, before = 0, none = 0;
        int shift = told("shift", faults[k].fault, faults[k].hours, &none, &none);
        int n = told("auto", faults[k].fault, faults[k].hours, &right, &before);
        assert_int_equal(shift, 0);
        assert_true(n >= faults[k].least * SEEDS && right >= 0.8 * n);
        assert_true(within_budget(before, DAYS_BEFORE * SEEDS));
    }
}

static void test_says_that_it_stands_still(void **state)
{
    (void)state;
    size_t at = 24 * HOUR;
    struct recording *r = simulate(MACHINE, FAULT_STUCK, at + HOUR, at, 1);
    struct report *a = judge(r, "auto"), *again = judge(r, "detector");
    assert_string_equal(a->method, "detector");
    assert_true(isnan(a->threshold));
    assert_int_equal(a->n_anomalies, 1);
    const struct anomaly *x = a->anomalies;
    const struct cause *c = x->causes;
    assert_string_equal(schema_id(r->schema, c->slot), "c5");
    assert_true(c->stuck && c->value == r->col[5][at + 5] && c->low < c->expected && c->high > c->expected);
    assert_true(strstr(x->summary, "c5 stands still at 4") != NULL);
    assert_in_range(x->start, at, at + 40);
    assert_true(x->probability > 0 && x->probability < 1);
    assert_int_equal(again->n_anomalies, 1); /* the same again */
    assert_memory_equal(x->summary, again->anomalies->summary, sizeof x->summary);
    assert_true(x->score == again->anomalies->score && x->probability == again->anomalies->probability);
    report_free(again);
    report_free(a);
    recording_free(r);
}

/* The machine was started anew in between: its clock begins at 0 again. */
static void test_over_a_restart(void **state)
{
    (void)state;
    size_t at = 24 * HOUR;
    struct recording *r = simulate(MACHINE, FAULT_STUCK, at + HOUR, at, 1);
    for (size_t i = at / 2; i < r->n; i++) {
        r->mono_ns[i] = (int64_t)(i - at / 2) * STEP_S * 1000000000;
        r->wall_ms[i] += 3600000;
    }
    struct report *a = judge(r, "auto");
    assert_int_equal(a->n_anomalies, 1);
    assert_in_range(a->anomalies[0].start, at, at + 40);
    report_free(a);
    recording_free(r);
}

/* A day each of some machines of every quiet kind. */
static void test_quiet_within_the_budget(void **state)
{
    (void)state;
    for (enum simulated_kind k = 0; k <= MACHINE; k++) {
        size_t n = 0;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct recording *r = simulate(k, FAULT_NONE, 24 * HOUR, 0, seed + 1000 * (uint64_t)k);
            struct report *a = judge(r, "auto");
            n += a->n_anomalies;
            report_free(a);
            recording_free(r);
        }
        if (!within_budget((double)n, SEEDS))
            fail_msg("%s: %zu alarms in %d days", simulated_name(k), n, SEEDS);
    }
}

/* What is sudden is found in any recording, as before. */
static void test_sudden_in_hours(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct recording *r = fake_machine(9000, seed);
        fake_set(r, "cpu.util", 8000, 8040, 100);
        struct report *a = judge(r, "auto");
        assert_string_equal(a->method, "detector");
        assert_int_equal(a->n_anomalies, 1);
        assert_string_equal(schema_id(r->schema, a->anomalies[0].causes[0].slot), "cpu.util");
        assert_in_range(a->anomalies[0].start, 7998, 8003);
        report_free(a);
        recording_free(r);
    }
}

/* As the archive gives it: rates and shares beside the counters that they are made of, with slots behind others. */
static void test_what_is_derived(void **state)
{
    (void)state;
    struct recording *r = fake_new(STEP_S);
    const int n = 40;
    for (int k = 0; k < n; k++)
        schema_add(r->schema, &(struct metric){ .name = "disk.read", .inst = (char[]){ (char)('A' + k), 0 },
                                                .unit = UNIT_BYTE, .kind = KIND_COUNTER });
    int num = schema_add(r->schema, &(struct metric){ .name = "cpu.time", .inst = "busy", .unit = UNIT_SECOND,
                                                      .kind = KIND_COUNTER });
    int den = schema_add(r->schema, &(struct metric){ .name = "cpu.time", .inst = "all", .unit = UNIT_SECOND,
                                                      .kind = KIND_COUNTER });
    int util = schema_add(r->schema, &(struct metric){ .name = "cpu.util", .unit = UNIT_PERCENT, .kind = KIND_RATIO,
                                                       .num = num, .den = den, .scale = 100 });
    fake_rows(r, 4 * HOUR);
    for (size_t i = 0; i < r->n; i++)
        for (int slot = 0; slot < r->n_cols; slot++)
            r->col[slot][i] = slot == util ? 20 + (double)(i * 7 % 5) + (i >= 3 * HOUR ? 60 : 0) : (double)i;
    struct report *out = judge(r, "detector");
    assert_string_equal(out->method, "detector");
    assert_true(out->n_anomalies > 0);
    assert_int_equal(out->anomalies[0].causes[0].slot, util);
    report_free(out);
    recording_free(r);
}

static void refuses(struct recording *r, const char *reason)
{
    struct report *a = judge(r, "detector"), *b = judge(r, "auto");
    assert_true(strstr(a->anomalies_reason, reason) != NULL);
    assert_int_equal(a->n_anomalies, 0);
    assert_string_equal(a->method, "detector");
    assert_string_equal(b->anomalies_reason, "");
    assert_string_equal(b->method, "shift");
    report_free(b);
    report_free(a);
    recording_free(r);
}

static void test_where_it_cannot(void **state)
{
    (void)state;
    refuses(simulate(MACHINE, FAULT_NONE, 2 * HOUR - 1, 0, 1),
            "needs at least 2.0 h and 720 samples, has 120 min and 719");
    refuses(fake_machine(7000, 1), "has 117 min and 7000");
    struct recording *wide = fake_new(STEP_S);
    char name[8];
    for (int j = 0; j <= ONLINE_COLUMNS_MAX; j++) {
        snprintf(name, sizeof name, "c%d", j);
        fake_metric(wide, name, NULL, UNIT_NONE);
    }
    fake_rows(wide, 2 * HOUR);
    for (int j = 0; j <= ONLINE_COLUMNS_MAX; j++)
        for (size_t i = 0; i < wide->n; i++)
            wide->col[j][i] = (double)(i * 7 % 11);
    refuses(wide, "the detector learns 512 columns at most, 513 change here");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_what_shift_does_not_find),
    cmocka_unit_test(test_says_that_it_stands_still),
    cmocka_unit_test(test_over_a_restart),
    cmocka_unit_test(test_quiet_within_the_budget),
    cmocka_unit_test(test_sudden_in_hours), cmocka_unit_test(test_what_is_derived),
    cmocka_unit_test(test_where_it_cannot),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Columns, thinning under a byte limit, processes kept per tick, derived columns. */
#include "test.h"

#include "base/mem.h"
#include "core/recording.h"

static struct recording *two_columns(void)
{
    struct recording *r = recording_new();
    schema_source(r->schema, "test");
    schema_add(r->schema, &(struct metric){ .name = "a.level" });
    schema_add(r->schema, &(struct metric){ .name = "a.total", .kind = KIND_COUNTER, .unit = UNIT_BYTE });
    return r;
}

static void tick(struct recording *r, int i)
{
    double v[] = { i, 100.0 * i, NAN };
    recording_add(r, 1000 * i, INT64_C(1000000000) * (i + 1), v, 3);
}

static void columns_and_late_metrics(void **state)
{
    (void)state;
    struct recording *r = two_columns();
    for (int i = 0; i < 100; i++) {
        if (i == 50)
            schema_add(r->schema, &(struct metric){ .name = "a.late" });
        double v[] = { i, 2 * i, NAN, 7 };
        recording_add(r, i, i, v, i < 50 ? 3 : 4);
    }
    assert_int_equal(r->n, 100);
    assert_near(recording_find(r, "a.level", NULL)[99], 99, 0);
    assert_nan(recording_find(r, "a.late", NULL)[49]);
    assert_near(recording_find(r, "a.late", NULL)[50], 7, 0);
    assert_null(recording_find(r, "a.none", NULL));
    recording_free(r);
}

static void derives_rates(void **state)
{
    (void)state;
    struct recording *r = two_columns();
    for (int i = 0; i < 5; i++)
        tick(r, i);
    recording_derive(r);
    const double *rate = recording_find(r, "a.total.rate", NULL);
    assert_nan(rate[0]);
    assert_near(rate[1], 100, 1e-9);
    assert_near(rate[4], 100, 1e-9);
    assert_near(recording_interval(r), 1, 1e-12);
    recording_free(r);
}

static void thins_when_full(void **state)
{
    (void)state;
    struct recording *r = two_columns();
    r->max_bytes = 200 * 6 * sizeof(double);
    for (int i = 0; i < 1000; i++)
        tick(r, i);
    assert_int_equal(r->stride, 8);
    assert_true(r->n <= 201);
    const double *level = recording_find(r, "a.level", NULL);
    for (size_t i = 0; i < r->n; i++) /* evenly spaced over the whole run */
        assert_near(level[i], 8.0 * (double)i, 0);
    recording_free(r);
}

static void columns_exist_for_ticks_left_out(void **state)
{
    (void)state;
    struct recording *r = two_columns();
    r->max_bytes = 200 * 6 * sizeof(double);
    for (int i = 0; i < 203; i++)
        tick(r, i);
    assert_int_equal(r->stride, 2);
    schema_add(r->schema, &(struct metric){ .name = "a.late" });
    tick(r, 203);
    const double *late = recording_find(r, "a.late", NULL);
    assert_non_null(late);
    for (size_t i = 0; i < r->n; i++)
        assert_nan(late[i]);
    recording_free(r);
}

static void the_limit_is_of_room_and_holds_events(void **state)
{
    (void)state;
    struct recording *r = two_columns();
    r->max_bytes = 300 * 6 * sizeof(double) + 32 * sizeof(struct event);
    for (int i = 0; i < 1000; i++) {
        tick(r, i);
        size_t room = r->cap * (size_t)(r->n_cols + 3) * sizeof(double) + r->cap_events * sizeof(struct event);
        assert_true(room <= r->max_bytes);
        if (i % 40 == 0)
            recording_add_event(r, &(struct event){ .wall_ms = i });
    }
    assert_int_equal(r->n_events, 25);
    assert_true(r->n >= 150);
    recording_free(r);
}

static void add_proc(struct proctab *t, int pid, double cpu_s, double rss)
{
    struct proc *p = proctab_add(t);
    p->pid = pid;
    p->cpu_s = cpu_s;
    p->rss_bytes = rss;
    p->read_bytes = p->write_bytes = NAN;
    snprintf(p->name, sizeof p->name, "p%d", pid);
}

static void keeps_the_processes_that_matter(void **state)
{
    (void)state;
    struct recording *r = two_columns();
    struct proctab a = { .mono_ns = 1000000000 }, b = { .mono_ns = 3000000000 };
    for (int pid = 1; pid <= 200; pid++) {
        add_proc(&a, pid, pid, 1000);
        if (pid != 100)
            add_proc(&b, pid, pid + (pid == 7 ? 1 : 0), pid == 9 ? 1e9 : 1000);
    }
    add_proc(&b, 300, 0.5, 10); /* new: all its CPU belongs to this tick */
    tick(r, 0);
    recording_add_procs(r, &a);
    size_t n;
    assert_null(recording_procs(r, 0, &n));
    tick(r, 1);
    recording_add_procs(r, &b);
    const struct proc_use *u = recording_procs(r, 1, &n);
    assert_true(n >= 3 && n <= RECORDING_TOP);
    assert_int_equal(u[0].pid, 7);
    assert_near(u[0].cpu_percent, 50, 1e-9); /* 1 s of CPU in 2 s */
    assert_int_equal(u[1].pid, 300);
    assert_true(u[1].is_new);
    bool grown = false;
    for (size_t i = 0; i < n; i++)
        grown |= u[i].pid == 9 && u[i].rss_growth_bytes == 1e9 - 1000;
    assert_true(grown);
    proctab_done(&a);
    proctab_done(&b);
    recording_free(r);
}

static void forgets_the_beginning(void **state)
{
    (void)state;
    struct recording *r = two_columns();
    struct proctab a = { .mono_ns = 1 };
    for (int i = 0; i < 100; i++) {
        tick(r, i);
        a.n = 0;
        a.mono_ns = INT64_C(1000000000) * (i + 1);
        add_proc(&a, 7, i, 1000);
        recording_add_procs(r, &a);
        if (i % 10 == 0)
            recording_add_event(r, &(struct event){ .wall_ms = 1000 * i, .end_ms = 1000 * i + 500 });
    }
    recording_forget(r, 0);
    assert_int_equal(r->n, 100);
    recording_forget(r, 40);
    assert_int_equal(r->n, 60);
    assert_int_equal(r->wall_ms[0], 40000);
    assert_near(recording_find(r, "a.level", NULL)[0], 40, 0);
    assert_near(recording_find(r, "a.level", NULL)[59], 99, 0);
    assert_int_equal(r->n_events, 6); /* of 40 s and later */
    size_t n;
    const struct proc_use *u = recording_procs(r, 59, &n);
    assert_int_equal(n, 1);
    assert_near(u->cpu_percent, 100, 1e-9);
    tick(r, 100);
    recording_forget(r, 1000);
    assert_int_equal(r->n, 0);
    assert_int_equal(r->n_events, 0);
    tick(r, 101);
    assert_null(recording_procs(r, 0, &n));
    proctab_done(&a);
    recording_free(r);
}

/* Seconds go on over a start of the machine, by the wall clock. */
static void test_times_over_a_start(void **state)
{
    (void)state;
    static const int64_t mono_s[] = { 500, 501, 502, 3, 4 }, wall_s[] = { 0, 1, 2, 62, 63 };
    struct recording *r = recording_new();
    schema_add(r->schema, &(struct metric){ .name = "cpu.util", .unit = UNIT_PERCENT });
    for (int i = 0; i < 5; i++)
        assert_int_equal(recording_add(r, 1000 * wall_s[i], 1000000000 * mono_s[i], &(double){ i }, 1), 0);
    double *t = recording_times(r);
    static const double want[] = { -63, -62, -61, -1, 0 };
    for (int i = 0; i < 5; i++)
        assert_near(t[i], want[i], 1e-9);
    mem_free(t);
    recording_free(r);
}

/* A recorder takes ten a second around an event: one such second is no longer than others. */
static void test_early_ticks_are_passed_over(void **state)
{
    (void)state;
    struct recording *r = two_columns();
    int64_t ms = 0;
    r->interval_s = 1;
    for (int i = 0; i < 130; i++) {
        double v[] = { i, 2 * i };
        assert_int_equal(recording_add(r, ms, INT64_C(1000000) * ms, v, 2), 0);
        recording_add_uses(r, &(struct proc_use){ .pid = i + 1, .name = "p" }, 1);
        ms += i >= 10 && i < 110 ? 100 : 1000;
    }
    assert_in_range(r->n, 39, 42); /* 40 s */
    for (size_t i = 1; i < r->n; i++) {
        assert_true(r->mono_ns[i] - r->mono_ns[i - 1] >= 500000000);
        size_t n;
        const struct proc_use *u = recording_procs(r, i, &n);
        assert_int_equal(n, 1);
        assert_near(r->col[0][i], u->pid - 1, 0);
    }
    recording_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_early_ticks_are_passed_over),
        cmocka_unit_test(test_times_over_a_start),
        cmocka_unit_test(columns_and_late_metrics), cmocka_unit_test(derives_rates),
        cmocka_unit_test(thins_when_full), cmocka_unit_test(columns_exist_for_ticks_left_out),
        cmocka_unit_test(the_limit_is_of_room_and_holds_events),
        cmocka_unit_test(keeps_the_processes_that_matter),
        cmocka_unit_test(forgets_the_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

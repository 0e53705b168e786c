/* What processes did between two tables. */
#include "test.h"

#include "core/proctab.h"

struct row {
    int pid, ppid;
    double start_s, cpu_s, children_cpu_s;
};

static void fill(struct proctab *t, int64_t mono_ns, const struct row *rows, size_t n)
{
    t->n = 0;
    t->mono_ns = mono_ns;
    for (size_t i = 0; i < n; i++) {
        struct proc *p = proctab_add(t);
        p->pid = rows[i].pid;
        p->ppid = rows[i].ppid;
        p->start_s = rows[i].start_s;
        p->cpu_s = rows[i].cpu_s;
        p->children_cpu_s = rows[i].children_cpu_s;
        p->read_bytes = p->write_bytes = NAN;
    }
}

#define USE(b, a) use((b), sizeof (b) / sizeof *(b), (a), sizeof (a) / sizeof *(a), out)

static void use(const struct row *b, size_t nb, const struct row *a, size_t na, struct proc_use *out)
{
    struct proctab before = { 0 }, now = { 0 };
    fill(&before, INT64_C(1000000000), b, nb);
    fill(&now, INT64_C(3000000000), a, na);
    assert_int_equal(proctab_use(&before, &now, out), na);
    proctab_done(&before);
    proctab_done(&now);
}

static void pairs_by_pid_and_start(void **state)
{
    (void)state;
    struct proc_use out[8];
    const struct row before[] = { { 1, 0, 0, 5, 0 }, { 7, 1, 10, 100, 0 }, { 9, 1, 20, 3, 0 } };
    const struct row now[] = { { 1, 0, 0, 5.5, 0 }, { 7, 1, 99, 0.5, 0 }, { 8, 1, 98, 1, 0 }, { 9, 1, 20, 2, 0 } };
    USE(before, now);
    assert_near(out[0].cpu_percent, 25, 1e-9);
    assert_false(out[0].is_new);
    assert_near(out[1].cpu_percent, 25, 1e-9); /* another process with the number of a dead one */
    assert_true(out[1].is_new);
    assert_near(out[2].cpu_percent, 50, 1e-9);
    assert_near(out[3].cpu_percent, 0, 0); /* a counter never runs back */
    assert_nan(out[0].write_rate);
}

/* A compiler ran for a minute and ended: its parent, who waited, did none of that work just now. */
static void a_life_of_work_is_not_done_in_one_tick(void **state)
{
    (void)state;
    struct proc_use out[8];
    const struct row before[] = { { 1, 0, 0, 5, 10 }, { 50, 1, 10, 60, 2 } };
    const struct row now[] = { { 1, 0, 0, 5, 73 } }; /* 60 + 2 seen before, and 1 s in this tick */
    USE(before, now);
    assert_near(out[0].children_percent, 50, 1e-9);

    const struct row unwaited[] = { { 1, 0, 0, 5, 10 } }; /* its death was ignored: nothing was added */
    USE(before, unwaited);
    assert_near(out[0].children_percent, 0, 0);
}

static void children_that_lived_within_a_tick_count(void **state)
{
    (void)state;
    struct proc_use out[8];
    const struct row before[] = { { 40, 1, 5, 1, 0 } };
    const struct row now[] = { { 40, 1, 5, 1.2, 1.5 } };
    USE(before, now);
    assert_near(out[0].children_percent, 75, 1e-9);
    assert_near(out[0].cpu_percent, 10, 1e-9);
}

/* A child ran for 60 s, its parent for a moment; both ended, and the grandparent has it all. */
static void what_two_generations_leave_is_taken_off(void **state)
{
    (void)state;
    struct proc_use out[8];
    const struct row before[] = { { 1, 0, 0, 5, 10 }, { 50, 1, 10, 0.5, 0 }, { 51, 50, 11, 60, 0 } };
    const struct row now[] = { { 1, 0, 0, 5, 71.5 } };
    USE(before, now);
    assert_near(out[0].children_percent, 50, 1e-9);
}

/* The parent's row was read before it waited, the child was gone when its turn came. */
static void an_account_that_comes_late_is_not_counted_twice(void **state)
{
    (void)state;
    struct proctab first = { 0 }, second = { 0 }, third = { 0 };
    struct proc_use out[8];
    const struct row a[] = { { 1, 0, 0, 5, 10 }, { 50, 1, 10, 60, 0 } };
    const struct row b[] = { { 1, 0, 0, 4.5, 10 } }, c[] = { { 1, 0, 0, 5, 70.5 } };
    fill(&first, 0, a, 2);
    fill(&second, INT64_C(1000000000), b, 1);
    fill(&third, INT64_C(2000000000), c, 1);
    proctab_settle(&first, &second, out);
    assert_near(second.p[0].cpu_s, 5, 0); /* what was used never falls */
    assert_near(second.p[0].children_cpu_s, 70, 0);
    assert_int_equal(proctab_use(&first, &second, out), 1);
    assert_near(out[0].children_percent, 0, 1e-9);
    proctab_settle(&second, &third, out);
    proctab_use(&second, &third, out);
    assert_near(out[0].children_percent, 50, 1e-9);
    proctab_done(&first);
    proctab_done(&second);
    proctab_done(&third);
}

static void those_who_ended_have_rows(void **state)
{
    (void)state;
    struct proctab before = { 0 }, now = { .mono_ns = 1000000000 };
    struct proc_use out[8];
    const struct row b[] = { { 1, 0, 0, 5, 10 } };
    fill(&before, 0, b, 1);
    fill(&now, 1000000000, b, 1);
    now.p[0].children_cpu_s = 10.75;
    struct proc *p = proctab_add_ended(&now);
    *p = (struct proc){ .pid = 1, .ppid = 1, .cpu_s = 0.5, .ended = 3, .read_bytes = NAN, .write_bytes = 7 };
    assert_int_equal(now.n, 1);
    assert_int_equal(proctab_use(&before, &now, out), 2);
    assert_near(out[0].children_percent, 25, 1e-9);
    assert_near(out[1].cpu_percent, 50, 1e-9); /* since the table before: not paired with who has its number */
    assert_int_equal(out[1].ended, 3);
    assert_false(out[1].is_new);
    assert_nan(out[1].read_rate);
    assert_near(out[1].write_rate, 7, 1e-9);
    proctab_clear(&now);
    assert_int_equal(now.n + now.ended, 0);
    proctab_done(&before);
    proctab_done(&now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_by_pid_and_start),
        cmocka_unit_test(a_life_of_work_is_not_done_in_one_tick),
        cmocka_unit_test(children_that_lived_within_a_tick_count),
        cmocka_unit_test(what_two_generations_leave_is_taken_off),
        cmocka_unit_test(an_account_that_comes_late_is_not_counted_twice),
        cmocka_unit_test(those_who_ended_have_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

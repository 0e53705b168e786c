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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_by_pid_and_start),
        cmocka_unit_test(a_life_of_work_is_not_done_in_one_tick),
        cmocka_unit_test(children_that_lived_within_a_tick_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

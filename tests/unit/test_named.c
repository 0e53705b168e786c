/* test_named.c - programs with all that they started, and how long they wait, on a made-up /proc. */
#include "test.h"

#include "policy/adapt/named.h"
#include "proc_sample.h"

static char root[TREE_ROOT];

static void proc(int32_t pid, int32_t parent, int32_t session, const char *name)
{
    proc_sample(root, &(struct proc_sample){ pid, parent, session, name, (unsigned long long)pid * 10, 0,
                                           { 1000, 1000, 1000, 1000 } });
    proc_sample_waits(root, pid, pid, 1, 1);
}

static int setup(void **state)
{
    (void)state;
    tree_init(root);
    proc(1, 0, 1, "init");
    proc(50, 1, 50, "bash");
    proc(60, 50, 50, "vim");
    proc(100, 1, 100, "game");
    proc(101, 100, 100, "game-worker");
    proc(102, 101, 100, "pipewire"); /* what carries sound is left alone, wherever it stands */
    proc(90, 102, 100, "helper");    /* its child is not; and a child may have the smaller number */
    proc(200, 50, 50, "game");       /* in a session with others */
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tree_done(root);
    return 0;
}

static bool has(const struct named_tree *t, int32_t pid)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->member[i].pid == pid)
            return t->member[i].start == (uint64_t)pid * 10;
    return false;
}

static void test_members(void **state)
{
    (void)state;
    const char *globs[] = { "nothing", "gam?" };
    struct named *t = named_new(root, 1000, globs, 2);
    assert_int_equal(named_look(t), 2);
    const struct named_tree *a = named_at(t, 0), *b = named_at(t, 1);
    assert_int_equal(a->pid, 100);
    assert_int_equal(a->start, 1000);
    assert_string_equal(a->name, "game");
    assert_int_equal(a->member[0].pid, 100);
    assert_int_equal(a->n, 3);
    assert_true(has(a, 101) && has(a, 90) && !has(a, 102));
    assert_false(a->own_session); /* pipewire is in it, and no member */
    assert_int_equal(b->pid, 200);
    assert_int_equal(b->n, 1);
    assert_false(b->own_session);
    assert_null(named_at(t, 2));
    named_free(t);
}

static void test_a_session_of_its_own(void **state)
{
    (void)state;
    const char *globs[] = { "game-worker", "game" };
    struct named *t = named_new(root, 1000, globs, 2);
    tree_remove(root, "/proc/102");
    tree_remove(root, "/proc/90");
    assert_int_equal(named_look(t), 2); /* the worker is within its game */
    assert_int_equal(named_at(t, 0)->n, 2);
    assert_true(named_at(t, 0)->own_session);
    named_free(t);
    proc(102, 101, 100, "pipewire");
    proc(90, 102, 100, "helper");
}

static void test_whom_nobody_may_touch(void **state)
{
    (void)state;
    const char *globs[] = { "*" };
    tree_link(root, "/proc/self", "200"); /* we are below the shell: both are left alone */
    struct named *t = named_new(root, 1000, globs, 1);
    assert_int_equal(named_look(t), 2);
    for (size_t i = 0; i < 2; i++)
        assert_false(has(named_at(t, i), 1) || has(named_at(t, i), 50) || has(named_at(t, i), 200));
    named_free(t);
    tree_remove(root, "/proc/self");

    t = named_new(root, 1001, globs, 1); /* another user has nothing here, and is told why */
    assert_int_equal(named_look(t), 0);
    assert_non_null(strstr(named_refused(t), "process 1 (init) is left alone"));
    named_free(t);
    globs[0] = "game*";
    t = named_new(root, 1001, globs, 1);
    assert_int_equal(named_look(t), 0);
    assert_non_null(strstr(named_refused(t), "process 100 (game) is left alone: it is another user's"));
    named_free(t);
    t = named_new(root, 1000, globs, 1);
    assert_int_equal(named_look(t), 2);
    assert_string_equal(named_refused(t), ""); /* the worker is within its game */
    named_free(t);
}

static void test_nobody_is_named(void **state)
{
    (void)state;
    struct named *t = named_new(root, 1000, NULL, 0);
    assert_int_equal(named_look(t), 0);
    named_free(t);
    t = named_new("/nonexistent", 1000, NULL, 0);
    assert_true(named_look(t) < 0);
    named_free(t);
}

static void test_waiting(void **state)
{
    (void)state;
    const char *globs[] = { "game" };
    struct named *t = named_new(root, 1000, globs, 1);
    proc_sample_busy(root, 100);
    named_look(t);
    assert_nan(named_at(t, 0)->waits); /* one look says nothing yet */
    assert_nan(named_at(t, 0)->others_wait);
    proc_sample_waits(root, 100, 100, 3, 1.5);   /* 2 s more running, 0.5 s waiting */
    proc_sample_waits(root, 100, 110, 0.5, 0.5); /* a new thread: all that it did */
    proc_sample_waits(root, 101, 101, 1, 2.5);
    proc_sample_waits(root, 60, 60, 2, 4);       /* of the others */
    proc_sample_busy(root, 104); /* 2.5 s of it the program's: the others ran 1.5 s, most of which have ended */
    named_look(t);
    const struct named_tree *a = named_at(t, 0), *b = named_at(t, 1);
    assert_near(a->waits, 100 * 2.5 / 5, 1e-6);
    assert_near(a->others_wait, 3.0 / 1.5, 1e-6);
    assert_nan(b->waits); /* it did nothing */
    assert_near(b->others_wait, (2.5 + 3) / 4, 1e-6);
    proc_sample_waits(root, 100, 100, 0, 0); /* counters that fall are no time */
    named_look(t);
    assert_nan(named_at(t, 0)->waits);
    named_free(t);
    tree_remove(root, "/proc/100/task/110");
}

/* A made-up tree may go round in circles, and hold more than there is room for. */
static void test_bounds(void **state)
{
    (void)state;
    const char *globs[] = { "many" };
    struct named *t = named_new(root, 1000, globs, 1);
    proc(3001, 3002, 9, "a");
    proc(3002, 3001, 9, "b");
    assert_int_equal(named_look(t), 0);
    proc(4000, 1, 9, "many");
    for (int i = 1; i < NAMED_MEMBERS_MAX + 10; i++)
        proc(4000 + i, 4000, 9, "child");
    assert_int_equal(named_look(t), 1);
    assert_int_equal(named_at(t, 0)->n, NAMED_MEMBERS_MAX);
    for (int i = 0; i < NAMED_MAX + 4; i++)
        proc(5000 + i, 1, 9, "many");
    assert_int_equal(named_look(t), NAMED_MAX);
    assert_int_equal(named_at(t, 0)->pid, 4000); /* those that were started first */
    named_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members), cmocka_unit_test(test_a_session_of_its_own),
        cmocka_unit_test(test_whom_nobody_may_touch), cmocka_unit_test(test_nobody_is_named),
        cmocka_unit_test(test_waiting), cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

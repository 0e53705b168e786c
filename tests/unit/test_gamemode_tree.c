/* Which process below one is the game, on a made-up /proc. */
#include "test.h"

#include "base/mem.h"
#include "machine.h"
#include "os/ended.h"
#include "os/os.h"
#include "policy/bus/gamemode_tree.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void put(struct machine *m, int pid, int parent, const char *name, char state, int start, int ticks)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    machine_printf(m, path, "%d (%s) %c %d 1 1 0 -1 4194304 81 0 0 0 %d %d 5000 5000 20 0 1 0 %d 2654208 363\n", pid,
                   name, state, parent, ticks - ticks / 3, ticks / 3, start);
}

/* A launcher 100 with a helper, Wine and the game below it; two strangers. */
static void made(struct machine *m)
{
    machine_init(m);
    put(m, 1, 0, "init", 'S', 1, 9000);
    put(m, 100, 1, "launcher", 'S', 50, 30);
    put(m, 90, 100, "helper", 'S', 60, 40); /* numbers start again */
    put(m, 120, 100, "wine (x) S 1", 'S', 70, 20);
    put(m, 130, 120, ") R 100 (", 'R', 80, 10);
    put(m, 140, 1, "other", 'R', 90, 99999);
    machine_write(m, "/proc/uptime", "5 5\n");
    machine_write(m, "/proc/150/stat", "150 (cut off");
}

static struct gamemode_tree tree;

static int tree_read(const struct machine *m, int32_t pid)
{
    struct task *all = NULL;
    int n = tasks_list(m->root, false, &all);
    int rc = gamemode_tree_of(all, n < 0 ? 0 : (size_t)n, pid, &tree);
    mem_free(all);
    return rc;
}

static void the_tree_is_what_came_of_it(void **state)
{
    (void)state;
    struct machine m;
    made(&m);
    assert_int_equal(tree_read(&m, 100), 0);
    static const int32_t want[] = { 100, 90, 120, 130 };
    assert_int_equal(tree.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(tree.task[i].pid, want[i]);
    assert_int_equal(tree.task[3].ticks, 10);
    assert_int_equal(tree.task[3].start, 80);
    assert_int_equal(tree_read(&m, 130), 0);
    assert_int_equal(tree.n, 1);
    assert_int_equal(tree_read(&m, 150), -ESRCH);
    assert_int_equal(tree_read(&m, 4711), -ESRCH);
    assert_int_equal(tree_read(&m, 0), -ESRCH);
    assert_int_equal(tree_read(&m, -1), -ESRCH);
    machine_done(&m);
}

static int32_t busiest(const struct machine *m, const struct task *before, int n)
{
    assert_int_equal(tree_read(m, 100), 0);
    return gamemode_tree_busiest(before, (size_t)n, &tree);
}

static void the_busiest_since_then_is_the_game(void **state)
{
    (void)state;
    struct machine m;
    struct task *before = NULL;
    made(&m);
    assert_int_equal(busiest(&m, NULL, 0), 90); /* since each started */
    int n = tasks_list(m.root, false, &before);
    assert_int_equal(n, 6);
    assert_int_equal(busiest(&m, before, n), 100); /* nobody did anything: what registered */
    put(&m, 130, 120, "game", 'R', 80, 500);
    put(&m, 90, 100, "helper", 'S', 60, 41);
    assert_int_equal(busiest(&m, before, n), 130);
    put(&m, 160, 120, "new", 'R', 200, 600); /* it started meanwhile: all of it counts */
    assert_int_equal(busiest(&m, before, n), 160);
    put(&m, 160, 120, "new", 'Z', 200, 600); /* and ended */
    assert_int_equal(busiest(&m, before, n), 130);
    put(&m, 120, 100, "wine", 'S', 70, 75); /* 55 more; another that was given the game's number: 60, not 50 more */
    put(&m, 130, 120, "another", 'R', 300, 60);
    assert_int_equal(busiest(&m, before, n), 130);
    put(&m, 130, 120, "game", 'R', 80, 60);
    assert_int_equal(busiest(&m, before, n), 120);
    mem_free(before);
    machine_done(&m);
}

/* A ring of parents ends; a child that is older than its parent is not its own. */
static void odd_parents_end(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    put(&m, 10, 12, "a", 'S', 5, 1);
    put(&m, 11, 10, "b", 'S', 6, 1);
    put(&m, 12, 11, "c", 'S', 7, 1);
    put(&m, 13, 13, "itself", 'S', 8, 1);
    put(&m, 14, 12, "older", 'S', 3, 1);
    put(&m, 15, 16, "a", 'S', 5, 1);
    put(&m, 16, 15, "b", 'S', 5, 1);
    assert_int_equal(tree_read(&m, 10), 0);
    assert_int_equal(tree.n, 3);
    assert_int_equal(tree_read(&m, 13), 0);
    assert_int_equal(tree.n, 1);
    assert_int_equal(tree_read(&m, 15), 0);
    assert_int_equal(tree.n, GAMEMODE_TREE_MAX);
    for (int i = 0; i < GAMEMODE_TREE_MAX + 20; i++)
        put(&m, 1000 + i, 14, "one of many", 'S', 9, i);
    assert_int_equal(tree_read(&m, 14), 0);
    assert_int_equal(tree.n, GAMEMODE_TREE_MAX);
    machine_done(&m);
}

/* ---- processes that end ---- */

static int32_t child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    assert_true(pid > 0);
    return pid;
}

static void an_end_is_noticed_once(void **state)
{
    (void)state;
    struct os_ended *e = os_ended_new();
    int32_t a = child(), b = child(), c = child();
    assert_int_equal(os_ended_add(e, a), 0);
    assert_int_equal(os_ended_add(e, b), 0);
    assert_int_equal(os_ended_add(e, c), 0);
    assert_int_equal(os_ended_add(e, 0), -ESRCH);
    assert_int_equal(os_ended_add(e, INT32_MAX), -ESRCH);
    assert_int_equal(os_ended_take(e), 0);
    os_ended_remove(e, c);
    os_ended_remove(e, 4711);
    kill(c, SIGKILL);
    kill(b, SIGKILL);
    assert_int_equal(os_wait_input(os_ended_fd(e), os_mono_ns() + INT64_C(60000000000)), 0);
    assert_int_equal(os_ended_take(e), b); /* before anybody waited for it */
    waitpid(b, NULL, 0);
    waitpid(c, NULL, 0);
    assert_int_equal(os_ended_take(e), 0); /* c was not watched any more */
    kill(a, SIGKILL);
    waitpid(a, NULL, 0);
    assert_int_equal(os_ended_take(e), a); /* and after */
    assert_int_equal(os_ended_take(e), 0);
    assert_int_equal(os_ended_add(e, a), -ESRCH);
    os_ended_free(e);
    os_ended_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_is_what_came_of_it), cmocka_unit_test(the_busiest_since_then_is_the_game),
        cmocka_unit_test(odd_parents_end),             cmocka_unit_test(an_end_is_noticed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

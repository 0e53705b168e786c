/* Which process below one is the game, on a made-up /proc. */
#include "test.h"

#include "machine.h"
#include "os/ended.h"
#include "os/os.h"
#include "policy/gamemode_tree.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void put(struct machine *m, int pid, int parent, const char *name, char state, int start, int ticks)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    machine_printf(m, path, "%d (%s) %c %d 1 1 0 -1 4194304 81 0 0 0 %d %d 5000 5000 20 0 1 0 %d 2654208 363\n", pid, name,
                   state, parent, ticks - ticks / 3, ticks / 3, start);
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

static struct gamemode_tree before, now;

static void the_tree_is_what_came_of_it(void **state)
{
    (void)state;
    struct machine m;
    made(&m);
    assert_int_equal(gamemode_tree_read(m.root, 100, &now), 0);
    static const int32_t want[] = { 100, 90, 120, 130 };
    assert_int_equal(now.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(now.task[i].pid, want[i]);
    assert_int_equal(now.task[3].ticks, 10);
    assert_int_equal(now.task[3].start, 80);
    assert_int_equal(gamemode_tree_read(m.root, 130, &now), 0);
    assert_int_equal(now.n, 1);
    assert_int_equal(gamemode_tree_read(m.root, 150, &now), -ESRCH);
    assert_int_equal(gamemode_tree_read(m.root, 4711, &now), -ESRCH);
    assert_int_equal(gamemode_tree_read(m.root, 0, &now), -ESRCH);
    assert_int_equal(gamemode_tree_read(m.root, -1, &now), -ESRCH);
    machine_done(&m);
}

static void the_busiest_since_then_is_the_game(void **state)
{
    (void)state;
    struct machine m;
    made(&m);
    assert_int_equal(gamemode_tree_read(m.root, 100, &before), 0);
    assert_int_equal(gamemode_tree_busiest(NULL, &before), 90); /* since each started */
    put(&m, 130, 120, "game", 'R', 80, 500);
    put(&m, 90, 100, "helper", 'S', 60, 41);
    assert_int_equal(gamemode_tree_read(m.root, 100, &now), 0);
    assert_int_equal(gamemode_tree_busiest(&before, &now), 130);
    put(&m, 160, 120, "new", 'R', 200, 600); /* it started meanwhile: all of it counts */
    assert_int_equal(gamemode_tree_read(m.root, 100, &now), 0);
    assert_int_equal(gamemode_tree_busiest(&before, &now), 160);
    put(&m, 160, 120, "new", 'Z', 200, 600); /* and ended */
    assert_int_equal(gamemode_tree_read(m.root, 100, &now), 0);
    assert_int_equal(gamemode_tree_busiest(&before, &now), 130);
    assert_int_equal(gamemode_tree_busiest(&now, &now), 100); /* nobody did anything: what registered */
    put(&m, 130, 120, "another", 'R', 300, 60); /* a number that was given anew: 60 ticks, not 50 more */
    assert_int_equal(gamemode_tree_read(m.root, 100, &now), 0);
    put(&m, 120, 100, "wine", 'S', 70, 75);
    assert_int_equal(gamemode_tree_read(m.root, 100, &now), 0);
    assert_int_equal(gamemode_tree_busiest(&before, &now), 130);
    machine_done(&m);
}

/* A ring of parents, as torn reads may show it, ends; a child that is older than its parent is not its own. */
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
    assert_int_equal(gamemode_tree_read(m.root, 10, &now), 0);
    assert_int_equal(now.n, 3);
    assert_int_equal(gamemode_tree_read(m.root, 13, &now), 0);
    assert_int_equal(now.n, 1);
    for (int i = 0; i < GAMEMODE_TREE_MAX + 20; i++)
        put(&m, 1000 + i, 14, "one of many", 'S', 9, i);
    assert_int_equal(gamemode_tree_read(m.root, 14, &now), 0);
    assert_int_equal(now.n, GAMEMODE_TREE_MAX);
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

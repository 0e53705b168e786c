/* Processor time: closed forms of every share, then cores that come and go, then what is broken. */
#include "test.h"

#include "machine.h"

#include <errno.h>

#define STAT "/proc/stat"

static int setup(void **state)
{
    static struct machine m;
    machine_init(&m);
    *state = &m;
    return 0;
}

static int teardown(void **state)
{
    machine_done(*state);
    return 0;
}

static void shares_are_exact(void **state)
{
    struct machine *m = *state;
    machine_write(m, STAT,
        "cpu  1000 100 500 8000 200 30 70 100 600 50\n"
        "cpu0 1000 100 500 8000 200 30 70 100 600 50\n"
        "intr 5000 1 2 3\nctxt 10000\nbtime 1700000000\nprocesses 300\nprocs_running 3\nprocs_blocked 1\n"
        "softirq 9 1 2 3\n");
    assert_int_equal(machine_open(m, &adapter_cpu), 0);
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.time", "user"), 10, 1e-9);
    assert_near(machine_get(m, "cpu.time", "guest"), 6.5, 1e-9);
    assert_near(machine_get(m, "cpu.time", "busy"), 18, 1e-9); /* guest is in user already */
    assert_near(machine_get(m, "cpu.time", "total"), 100, 1e-9);
    assert_near(machine_get(m, "process.running", NULL), 3, 0);
    assert_near(machine_get(m, "process.blocked", NULL), 1, 0);
    assert_nan(machine_get(m, "cpu.util", NULL));
    assert_near(machine_get(m, "cpu.core.time.iowait", "0"), 2, 1e-9);
    assert_near(machine_get(m, "cpu.core.time.guest", "0"), 6.5, 1e-9);
    assert_near(machine_get(m, "cpu.softirqs", "total"), 9, 0);
    assert_near(machine_get(m, "cpu.softirqs", "net_tx"), 3, 0);
    assert_nan(machine_get(m, "cpu.softirqs", "rcu")); /* an old kernel's line is shorter */

    /* 200 ticks more: 80 user, 10 nice, 30 system, 50 idle, 12 iowait, 5 irq, 9 softirq, 4 steal */
    machine_write(m, STAT,
        "cpu  1080 110 530 8050 212 35 79 104 640 55\n"
        "cpu0 1080 110 530 8050 212 35 79 104 640 55\n"
        "intr 5600 1 2 3\nctxt 10500\nbtime 1700000000\nprocesses 304\nprocs_running 5\nprocs_blocked 0\n");
    machine_tick(m, 2);
    static const struct { const char *name; double want; } shares[] = {
        { "cpu.util", 69 }, { "cpu.user", 40 }, { "cpu.nice", 5 }, { "cpu.system", 15 }, { "cpu.iowait", 6 },
        { "cpu.irq", 7 }, { "cpu.steal", 2 }, { "cpu.interrupts.rate", 300 }, { "cpu.context_switches.rate", 250 },
        { "process.forks.rate", 2 }, { "process.blocked", 0 },
    };
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        assert_near(machine_get(m, shares[i].name, NULL), shares[i].want, 1e-9);
    static const struct { const char *name; double want; } of_core[] = {
        { "cpu.core.util", 69 }, { "cpu.core.user", 40 }, { "cpu.core.nice", 5 }, { "cpu.core.system", 15 },
        { "cpu.core.iowait", 6 }, { "cpu.core.irq", 2.5 }, { "cpu.core.softirq", 4.5 }, { "cpu.core.steal", 2 },
        { "cpu.core.guest", 22.5 },
    };
    for (size_t i = 0; i < sizeof of_core / sizeof *of_core; i++)
        assert_near(machine_get(m, of_core[i].name, "0"), of_core[i].want, 1e-9);
}

static void cores_come_and_go(void **state)
{
    struct machine *m = *state;
    machine_write(m, STAT,
                  "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\ncpu2 0 0 0 0 0 0 0 0 0 0\n");
    assert_int_equal(machine_open(m, &adapter_cpu), 0);
    machine_tick(m, 1);
    assert_false(machine_has(m, "cpu.core.util", "1"));

    /* Core 2 goes, core 5 arrives: its slots are there from the next tick on. */
    machine_write(
        m, STAT,
        "cpu  50 0 0 50 0 0 0 0 0 0\ncpu0 50 0 0 50 0 0 0 0 0 0\ncpu5 10 0 0 0 0 0 0 0 0 0\n");
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.core.util", "0"), 50, 1e-9);
    assert_nan(machine_get(m, "cpu.core.time", "2"));
    assert_nan(machine_get(m, "cpu.core.util", "2"));
    assert_nan(machine_get(m, "cpu.core.time.user", "2"));
    assert_true(machine_has(m, "cpu.core.util", "5"));
    assert_false(machine_has(m, "cpu.core.util", "4"));

    machine_tick(m, 1);
    machine_write(
        m, STAT,
        "cpu  50 0 0 50 0 0 0 0 0 0\ncpu2 5 0 0 5 0 0 0 0 0 0\ncpu5 35 0 0 75 0 0 0 0 0 0\n");
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.core.util", "5"), 25, 1e-9);
    assert_nan(machine_get(m, "cpu.core.time", "0"));
    assert_near(machine_get(m, "cpu.core.time", "2"), 0.1, 1e-9);
    assert_nan(machine_get(m, "cpu.core.util", "2")); /* back, but what was between is not known */
}

static void a_small_step_back_is_none(void **state)
{
    struct machine *m = *state;
    machine_write(m, STAT, "cpu  100 0 0 1000 500 0 0 0 0 0\n");
    assert_int_equal(machine_open(m, &adapter_cpu), 0);
    machine_tick(m, 1);
    machine_write(m, STAT, "cpu  150 0 0 1050 497 0 0 0 0 0\n"); /* iowait fell by three ticks */
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.iowait", NULL), 0, 0);
    assert_near(machine_get(m, "cpu.util", NULL), 50, 1e-9);
    machine_write(m, STAT, "cpu  10 0 0 20 5 0 0 0 0 0\n"); /* a reset */
    machine_tick(m, 1);
    assert_nan(machine_get(m, "cpu.util", NULL));
    assert_nan(machine_get(m, "cpu.iowait", NULL));
    machine_write(m, STAT, "cpu  40 0 0 80 15 0 0 0 0 0\n");
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.util", NULL), 30, 1e-9);
    assert_near(machine_get(m, "cpu.iowait", NULL), 10, 1e-9);
}

static void broken_content_is_not_known(void **state)
{
    struct machine *m = *state;
    static const char *const broken[] = {
        "", "cpu\n", "cpu  1 2 3\n", "cpu  1000 0 0 1000 0 0 0 0 0 0" /* cut */, "garbage\n", "cpu  a b c d\n",
        "cpux 1 2 3 4\n", "cpu99999999999999999999 1 2 3 4\n",
    };
    machine_write(m, STAT, "cpu  0 0 0 0 0 0 0 0 0 0\n");
    assert_int_equal(machine_open(m, &adapter_cpu), 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(m, STAT, broken[i]);
        machine_tick(m, 1);
        assert_nan(machine_get(m, "cpu.time", "total"));
        assert_nan(machine_get(m, "cpu.context_switches", NULL));
    }
    machine_bytes(m, STAT, "cpu  1\0 2 3 4\n\0\0", 16);
    machine_tick(m, 1);
    assert_nan(machine_get(m, "cpu.time", "total"));
}

static void a_large_machine_fits(void **state)
{
    struct machine *m = *state;
    static char text[200000];
    int n = snprintf(text, sizeof text, "cpu  128 0 0 0 0 0 0 0 0 0\n");
    for (int i = 0; i < 128; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "cpu%d 1 0 0 0 0 0 0 0 0 0\n", i);
    n += snprintf(text + n, sizeof text - (size_t)n, "intr 777");
    for (int i = 0; i < 50000; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, " 0");
    snprintf(text + n, sizeof text - (size_t)n, "\nctxt 42\n");
    machine_write(m, STAT, text);
    assert_int_equal(machine_open(m, &adapter_cpu), 0);
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.core.time", "127"), 0.01, 1e-9);
    assert_true(machine_has(m, "cpu.core.user", "63"));
    assert_false(machine_has(m, "cpu.core.user", "64")); /* so many cores have no details */
    assert_near(machine_get(m, "cpu.interrupts", NULL), 777, 0);
    assert_near(machine_get(m, "cpu.context_switches", NULL), 42, 0);
}

static void a_file_that_grows_fits_from_the_next_tick_on(void **state)
{
    struct machine *m = *state;
    static char text[60000];
    machine_write(m, STAT, "cpu  1 0 0 0 0 0 0 0 0 0\nctxt 41\n");
    assert_int_equal(machine_open(m, &adapter_cpu), 0);
    int n = snprintf(text, sizeof text, "cpu  2 0 0 0 0 0 0 0 0 0\nintr 1");
    memset(text + n, ' ', 50000);
    strcpy(text + n + 50000, "0\nctxt 42\n");
    machine_write(m, STAT, text);
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.time", "busy"), 0.02, 1e-9);
    assert_nan(machine_get(m, "cpu.context_switches", NULL));
    machine_tick(m, 1);
    assert_near(machine_get(m, "cpu.context_switches", NULL), 42, 0);
}

static void absent_or_useless(void **state)
{
    struct machine *m = *state;
    assert_int_equal(machine_open(m, &adapter_cpu), -ENODEV);
    machine_write(m, STAT, "ctxt 5\n");
    assert_int_equal(machine_open(m, &adapter_cpu), -ENODATA);
    assert_true(m->reason[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shares_are_exact, setup, teardown),
        cmocka_unit_test_setup_teardown(cores_come_and_go, setup, teardown),
        cmocka_unit_test_setup_teardown(a_small_step_back_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_content_is_not_known, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_machine_fits, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_grows_fits_from_the_next_tick_on, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(absent_or_useless, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

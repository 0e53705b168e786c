/* The run-queue averages: the model of a test of an adapter. */
#include "test.h"

#include "machine.h"

#include <errno.h>

static void reads_three_spans(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/loadavg", "0.50 1.25 3.00 2/100 4711\n");
    assert_int_equal(machine_open(&m, &adapter_load), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "cpu.load", "1m"), 0.5, 0);
    assert_near(machine_get(&m, "cpu.load", "5m"), 1.25, 0);
    assert_near(machine_get(&m, "cpu.load", "15m"), 3, 0);
    machine_write(&m, "/proc/loadavg", "9.00 1.25 3.00 2/100 4711\n");
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "cpu.load", "1m"), 9, 0);
    machine_done(&m);
}

static void what_is_no_number_is_not_known(void **state)
{
    (void)state;
    static const char *const broken[] = { "", "0.5", "0.5 1.0", "load average: 1 2 3", "\n" };
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/loadavg", "0.50 1.25 3.00 2/100 4711\n");
    assert_int_equal(machine_open(&m, &adapter_load), 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(&m, "/proc/loadavg", broken[i]);
        machine_tick(&m, 5);
        assert_nan(machine_get(&m, "cpu.load", "1m"));
    }
    machine_done(&m);
}

static void absent_without_the_file(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_load), -ENODEV);
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_three_spans),
        cmocka_unit_test(what_is_no_number_is_not_known),
        cmocka_unit_test(absent_without_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

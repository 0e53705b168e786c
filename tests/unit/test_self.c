/* What Sonde itself costs: grows with work done, and is of a plausible size. */
#include "test.h"

#include "machine.h"
#include "os/os.h"

static void counts_this_process(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_self), 0);
    machine_tick(&m, 1);
    double before = machine_get(&m, "sonde.cpu.time", NULL);
    volatile double sink = 0;
    for (int64_t end = os_mono_ns() + 30000000; os_mono_ns() < end;)
        sink = sink + 1;
    machine_tick(&m, 1);
    double used = machine_get(&m, "sonde.cpu.time", NULL) - before;
    assert_true(used > 0 && used < 1);
    assert_near(machine_get(&m, "sonde.cpu", NULL), used * 100, 1e-6);
    double rss = machine_get(&m, "sonde.rss", NULL);
    assert_true(rss > 100e3 && rss < 1e9);
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(counts_this_process) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

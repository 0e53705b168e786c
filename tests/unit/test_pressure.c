/* Pressure stall information: shares of time from totals, files that are missing,
 * cut or refused. */
#include "test.h"

#include "adapters/linux/psi.h"
#include "machine.h"

#include <errno.h>

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

static void averages_of_lines(void **state)
{
    (void)state;
    static const struct { const char *text; double want[PSI_SPANS]; } cases[] = {
        { "full avg10=9.00 avg60=9.00 avg300=9.00 total=1\nsome avg10=12.34 avg60=0.05 avg300=100.00 total=7\n", { 12.34, 0.05, 100 } },
        { "some avg10=1.50 total=7\nfull avg10=1.00 avg60=2.00 avg300=3.00 total=1\n", { 1.5, NAN, NAN } },
        { "some avg10=1 avg60=x avg300=2.\n", { NAN, NAN, NAN } },
        { "some avg10=1.00 avg60=1.00", { NAN, NAN, NAN } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double v[PSI_SPANS];
        psi_averages(cases[i].text, "some", v);
        for (int k = 0; k < PSI_SPANS; k++)
            if (isnan(cases[i].want[k]))
                assert_nan(v[k]);
            else
                assert_near(v[k], cases[i].want[k], 1e-12);
    }
}

static void put(struct machine *m, const char *file, long some, long full)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/pressure/%s", file);
    machine_printf(m, path, "some avg10=0.00 avg60=0.00 avg300=0.00 total=%ld\n"
                            "full avg10=0.00 avg60=0.00 avg300=0.00 total=%ld\n", some, full);
}

static void totals_of_lines(void **state)
{
    (void)state;
    static const struct { const char *text, *line; double want; } cases[] = {
        { "some avg10=0.00 total=1500000\nfull avg10=0.00 total=250000\n", "some", 1.5 },
        { "some avg10=0.00 total=1500000\nfull avg10=0.00 total=250000\n", "full", 0.25 },
        { "some avg10=0.00 total=1500000\n", "full", NAN },
        { "some avg10=0.00 total=15", "some", NAN },
        { "some avg10=0.00\nfull total=7000000\n", "some", NAN },
        { "something total=1\n", "some", NAN },
        { "some total=x\n", "some", NAN },
        { "", "some", NAN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = psi_total(cases[i].text, cases[i].line);
        if (isnan(cases[i].want))
            assert_nan(got);
        else
            assert_near(got, cases[i].want, 1e-12);
    }
}

static void shares_of_time(void **state)
{
    struct machine *m = *state;
    put(m, "cpu", 1000000, 0);
    put(m, "memory", 0, 0);
    put(m, "io", 5000000, 4000000);
    assert_int_equal(machine_open(m, &adapter_pressure), 0);
    machine_tick(m, 1);
    assert_near(machine_get(m, "pressure.cpu.some.time", NULL), 1, 1e-9);
    assert_false(machine_has(m, "pressure.irq.full", NULL));
    assert_false(machine_has(m, "pressure.cpu.full", NULL));
    put(m, "cpu", 1500000, 0);
    put(m, "memory", 20000, 10000);
    put(m, "io", 99000000, 4000000);
    machine_tick(m, 2);
    assert_near(machine_get(m, "pressure.cpu.some", NULL), 25, 1e-9);
    assert_near(machine_get(m, "pressure.memory.some", NULL), 1, 1e-9);
    assert_near(machine_get(m, "pressure.memory.full", NULL), 0.5, 1e-9);
    assert_near(machine_get(m, "pressure.io.some", NULL), 100, 0); /* never more than all of it */
    assert_near(machine_get(m, "pressure.io.full", NULL), 0, 0);
    machine_write(m, "/proc/pressure/io", "");
    machine_tick(m, 1);
    assert_nan(machine_get(m, "pressure.io.some", NULL));
    assert_near(machine_get(m, "pressure.cpu.some", NULL), 0, 0);
}

static void switched_off_says_how_to_switch_on(void **state)
{
    struct machine *m = *state;
    assert_int_equal(machine_open(m, &adapter_pressure), -ENODEV);
    assert_non_null(strstr(m->reason, "psi=1"));
    machine_write(m, "/proc/pressure/cpu", "");
    assert_int_equal(machine_open(m, &adapter_pressure), -ENODEV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_of_lines),
        cmocka_unit_test(averages_of_lines),
        cmocka_unit_test_setup_teardown(shares_of_time, setup, teardown),
        cmocka_unit_test_setup_teardown(switched_off_says_how_to_switch_on, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

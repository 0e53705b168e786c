/* Interrupts by kind and device, waiting for cores, packets per core: cores that come and go. */
#include "test.h"

#include "machine.h"

#include <errno.h>

static void kinds_and_devices(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_interrupts), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    machine_write(&m, "/proc/interrupts",
        "           CPU0       CPU1       \n"
        " 26:          0          9  IO-APIC   4-edge      ttyS0\n"
        " 29:          5          5  IR-PCI-MSI-0000:01:00.0   0-edge      nvme0q0\n"
        " 30:         10         20  IR-PCI-MSI-0000:01:00.0   1-edge      nvme0q1\n"
        " 31:          1          2  IR-PCI-MSI-0000:02:00.0   0-edge      eth0-TxRx-0\n"
        " 32:          3          4  IR-PCI-MSI-0000:02:00.0   1-edge      eth0-TxRx-11\n"
        " 33:          1          1  PCI-MSI 3-edge      mlx5_comp3@pci:0000:41:00.0\n"
        " 34:          2          2  PCI-MSI 4-edge      ahci[0000:00:17.0]\n"
        " 35:          7          0  IO-APIC  16-fasteoi   i801_smbus, ehci_hcd:usb1\n"
        " 36:          1          0  GICv3  27 Level     i915\n"
        " 37:          4          4  PCI-MSI 5-edge    \n"
        "LOC:        100        200   Local timer interrupts\n"
        "IPI0:         1          2       Rescheduling interrupts\n"
        "ERR:          3\n");
    assert_int_equal(machine_open(&m, &adapter_interrupts), 0);
    machine_tick(&m, 10);
    static const struct { const char *name, *inst; double want; } cases[] = {
        { "cpu.interrupts.device", "ttyS0", 9 }, { "cpu.interrupts.device", "nvme0q", 40 }, { "cpu.interrupts.device", "eth0-TxRx", 10 },
        { "cpu.interrupts.device", "mlx5_comp3", 2 }, { "cpu.interrupts.device", "ahci", 4 },
        { "cpu.interrupts.device", "i801_smbus", 7 }, { "cpu.interrupts.device", "i915", 1 }, { "cpu.interrupts.kind", "timer", 300 },
        { "cpu.interrupts.kind", "reschedule", 3 }, { "cpu.interrupts.kind", "errors", 3 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(machine_get(&m, cases[i].name, cases[i].inst), cases[i].want, 0);
    assert_false(machine_has(&m, "cpu.interrupts.device", "5-edge"));
    /* A core went offline, a device came. */
    machine_write(&m, "/proc/interrupts",
        "           CPU0       \n 26:          0  IO-APIC   4-edge      ttyS0\n"
        " 40:         70  PCI-MSI 9-edge      xhci_hcd\nLOC:        400   Local timer interrupts\n");
    machine_tick(&m, 10);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "cpu.interrupts.kind", "timer"), 400, 0);
    assert_near(machine_get(&m, "cpu.interrupts.device", "xhci_hcd"), 70, 0);
    assert_nan(machine_get(&m, "cpu.interrupts.device", "nvme0q"));
    machine_write(&m, "/proc/interrupts", "garbage\n:\n 1:\nLOC: x\n");
    machine_tick(&m, 10);
    assert_nan(machine_get(&m, "cpu.interrupts.kind", "timer"));
    machine_done(&m);
}

static void devices_are_bounded(void **state)
{
    (void)state;
    struct machine m;
    static char text[65536];
    int n = snprintf(text, sizeof text, "  CPU0\n");
    for (int i = 0; i < 500; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%d: 1 PCI-MSI 1-edge      dev%c%c\n", i, 'a' + i % 26,
                      'a' + i / 26);
    machine_init(&m);
    machine_write(&m, "/proc/interrupts", text);
    assert_int_equal(machine_open(&m, &adapter_interrupts), 0);
    machine_tick(&m, 10);
    assert_true(schema_size(m.s) == 2 * 96);
    machine_done(&m);
}

#define TASKS(running, waiting, slices) "0 0 0 0 0 0 " #running " " #waiting " " #slices "\n"

static void run_queues(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_schedstat), -ENODEV);
    assert_non_null(strstr(m.reason, "CONFIG_SCHEDSTATS"));
    machine_write(&m, "/proc/schedstat", "version 15\ntimestamp 4294892296\ncpu0 " TASKS(1000000000, 2000000000, 10)
                  "domain0 3 0 0 0 0 0 0 0 0 0\ncpu1 " TASKS(0, 0, 0));
    assert_int_equal(machine_open(&m, &adapter_schedstat), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "cpu.runqueue.delay", "0"), 2, 1e-12);
    assert_near(machine_get(&m, "cpu.runqueue.time", "0"), 1, 1e-12);
    machine_write(&m, "/proc/schedstat", "version 15\ncpu0 " TASKS(1500000000, 3000000000, 30)
                  "cpu1 " TASKS(500000000, 500000000, 10));
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "cpu.runqueue.waiting", "0"), 0.5, 1e-9);   /* 1 s in 2 s */
    assert_near(machine_get(&m, "cpu.runqueue.latency", "0"), 0.05, 1e-9);  /* in 20 turns */
    assert_near(machine_get(&m, "cpu.runqueue.waiting", "total"), 0.75, 1e-9);
    assert_near(machine_get(&m, "cpu.runqueue.latency", "total"), 0.05, 1e-9);
    /* Core 1 goes and comes back with more, core 2 is new: neither shows in the total. */
    machine_write(&m, "/proc/schedstat", "version 15\ncpu0 " TASKS(1500000000, 4000000000, 40));
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "cpu.runqueue.delay", "1"));
    machine_write(&m, "/proc/schedstat", "version 15\ncpu0 " TASKS(1500000000, 5000000000, 50)
                  "cpu1 " TASKS(0, 90000000000, 99)
                  "cpu2 " TASKS(0, 80000000000, 99));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "cpu.runqueue.delay", "1"), 90, 1e-9);
    assert_nan(machine_get(&m, "cpu.runqueue.waiting", "1"));
    assert_near(machine_get(&m, "cpu.runqueue.waiting", "total"), 1, 1e-9);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "cpu.runqueue.delay", "2"), 80, 1e-9);
    machine_write(&m, "/proc/schedstat", "version 15\ncpu0 1 2 3\ncpuX 1\n");
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "cpu.runqueue.delay", "0"));
    machine_done(&m);
}

#define SOFTNET(processed, dropped, core) \
    processed " " dropped " 00000003 00000000 00000000 00000000 00000000 00000000 00000000 00000004 00000005" \
    " 00000000 " core " 00000000 00000000\n"

static void packets_per_core(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_softnet), -ENODEV);
    machine_write(&m, "/proc/net/softnet_stat", SOFTNET("00000010", "00000001", "00000000")
                  SOFTNET("ffffffff", "00000000", "00000003"));
    assert_int_equal(machine_open(&m, &adapter_softnet), 0);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "net.softnet.processed", "0"), 16, 0);
    assert_near(machine_get(&m, "net.softnet.dropped", "0"), 1, 0);
    assert_near(machine_get(&m, "net.softnet.squeezed", "0"), 3, 0);
    assert_near(machine_get(&m, "net.softnet.steered", "0"), 4, 0);
    assert_near(machine_get(&m, "net.softnet.limited", "3"), 5, 0);
    /* Core 3's 32 bits begin anew: 9 more than before. */
    machine_write(&m, "/proc/net/softnet_stat", SOFTNET("00000020", "00000001", "00000000")
                  SOFTNET("00000008", "00000000", "00000003"));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "net.softnet.processed.rate", "3"), 9, 1e-9);
    assert_near(machine_get(&m, "net.softnet.processed.rate", "total"), 25, 1e-9);
    machine_write(&m, "/proc/net/softnet_stat", SOFTNET("00000030", "00000001", "00000000"));
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "net.softnet.processed", "3"));
    assert_near(machine_get(&m, "net.softnet.processed.rate", "total"), 16, 1e-9);
    /* Before Linux 5.10 the line is the core. */
    machine_write(&m, "/proc/net/softnet_stat", "00000040 00000000 00000000\n00000001 00000000 00000000\n");
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "net.softnet.processed", "1"), 1, 0);
    assert_nan(machine_get(&m, "net.softnet.steered", "0"));
    machine_write(&m, "/proc/net/softnet_stat", "zz\n0000\n");
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "net.softnet.processed", "0"));
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_and_devices), cmocka_unit_test(devices_are_bounded), cmocka_unit_test(run_queues),
        cmocka_unit_test(packets_per_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Interfaces: which there are, which make the total, what is no line. */
#include "test.h"

#include "machine.h"

#include <errno.h>

#define HEADING "Inter-|   Receive                                                |  Transmit\n" \
                " face |bytes    packets errs drop fifo frame compressed multicast" \
                "|bytes    packets errs drop fifo colls carrier compressed\n"
#define LINE(name, recv, packets, send) \
    "  " name ": " #recv " " #packets " 1 2 0 0 0 0 " #send " 7 3 4 0 0 0 0\n"

static void open_with(struct machine *m, const char *text)
{
    machine_write(m, "/proc/net/dev", text);
    assert_int_equal(machine_open(m, &adapter_net), 0);
}

static void numbers_of_an_interface(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_link(&m, "/sys/class/net/eth0/device", "../../../0000:00:03.0");
    open_with(&m, HEADING LINE("lo", 10, 1, 10) LINE("eth0", 1000, 5, 2000));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "net.recv", "eth0"), 1000, 0);
    assert_near(machine_get(&m, "net.send", "eth0"), 2000, 0);
    assert_near(machine_get(&m, "net.recv.packets", "eth0"), 5, 0);
    assert_near(machine_get(&m, "net.send.packets", "eth0"), 7, 0);
    assert_near(machine_get(&m, "net.errors", "eth0"), 4, 0);
    assert_near(machine_get(&m, "net.drops", "eth0"), 6, 0);
    assert_near(machine_get(&m, "net.drops.send", "eth0"), 4, 0);
    assert_near(machine_get(&m, "net.recv", "lo"), 10, 0);
    assert_near(machine_get(&m, "net.recv", "total"), 1000, 0);
    machine_write(&m, "/proc/net/dev", HEADING LINE("lo", 10, 1, 10) LINE("eth0", 6000, 5, 2000));
    machine_tick(&m, 2);
    assert_near(machine_get(&m, "net.recv.rate", "eth0"), 2500, 1e-9);
    assert_near(machine_get(&m, "net.recv.rate", "total"), 2500, 1e-9);
    machine_done(&m);
}

static void total_counts_a_byte_once(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_link(&m, "/sys/class/net/eth0/device", "../../../0000:00:03.0");
    machine_write(&m, "/sys/class/net/eth1/device/vendor", "0x8086\n");
    machine_write(&m, "/sys/class/net/enP1s1/device/vendor", "0x15b3\n");         /* a virtual function ... */
    machine_write(&m, "/sys/class/net/enP1s1/master/device/vendor", "0x1414\n");  /* ... of a paravirtual card */
    machine_write(&m, "/sys/class/net/br0/lower_eth0/address", "");
    open_with(&m, HEADING LINE("lo", 1, 1, 1) LINE("eth0", 10, 1, 1) LINE("eth1", 100, 1, 1) LINE("enP1s1", 1000, 1, 1)
              LINE("br0", 10000, 1, 1) LINE("tun0", 100000, 1, 1) LINE("veth12ab", 1000000, 1, 1)
                  LINE("dummy0", 0, 0, 0));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "net.recv", "total"), 110, 0);
    assert_near(machine_get(&m, "net.recv", "br0"), 10000, 0);
    assert_near(machine_get(&m, "net.recv", "tun0"), 100000, 0);
    assert_false(machine_has(&m, "net.recv", "veth12ab"));
    assert_true(machine_has(&m, "net.send", "dummy0")); /* it has sent 7 packets */
    machine_done(&m);
}

static void containers_have_no_hardware(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/class/net/br0/lower_eth0/address", "");
    open_with(&m, HEADING LINE("lo", 1, 1, 1) LINE("eth0", 10, 1, 1) LINE("br0", 10, 1, 1));
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "net.recv", "total"), 10, 0);
    machine_done(&m);
}

static void interfaces_come_and_go(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    open_with(&m, HEADING LINE("eth0", 10, 1, 1) "  ifb0: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
    machine_tick(&m, 1);
    assert_false(machine_has(&m, "net.recv", "ifb0")); /* never used */
    machine_write(&m, "/proc/net/dev", HEADING LINE("eth0", 10, 1, 1) LINE("wg0", 50, 1, 1) LINE("ifb0", 5, 1, 5));
    machine_tick(&m, 1);
    machine_tick(&m, 1);
    assert_near(machine_get(&m, "net.recv", "wg0"), 50, 0);
    assert_near(machine_get(&m, "net.recv", "ifb0"), 5, 0);
    machine_write(&m, "/proc/net/dev", HEADING LINE("eth0", 10, 1, 1));
    machine_tick(&m, 1);
    assert_nan(machine_get(&m, "net.recv", "wg0"));
    assert_near(machine_get(&m, "net.recv", "total"), 10, 0);
    machine_done(&m);
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",
        HEADING,
        HEADING "eth0\n",
        HEADING "eth0:\n",
        HEADING ": 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
        HEADING "eth0: 1 2 3\n",
        HEADING "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        HEADING "eth0: a b\n",
    };
    struct machine m;
    machine_init(&m);
    open_with(&m, HEADING LINE("eth0", 10, 1, 1));
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(&m, "/proc/net/dev", broken[i]);
        machine_tick(&m, 1);
        assert_nan(machine_get(&m, "net.recv", "eth0"));
    }
    machine_done(&m);
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_net), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_an_interface), cmocka_unit_test(total_counts_a_byte_once),
        cmocka_unit_test(containers_have_no_hardware), cmocka_unit_test(interfaces_come_and_go),
        cmocka_unit_test(broken_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

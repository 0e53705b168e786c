/* Connections and TCP from the kernel's sums. */
#include "test.h"

#include "machine.h"

#include <errno.h>

#define SOCKSTAT                                                                                   \
    "sockets: used 17\nTCP: inuse 4 orphan 2 tw 3 alloc 9 mem 353\nUDP: inuse 5 mem 0\nRAW: "      \
    "inuse 0\n"
#define SOCKSTAT6 "TCP6: inuse 6\nUDP6: inuse 1\n"
#define SNMP(out, again) \
    "Ip: Forwarding DefaultTTL\nIp: 2 64\n" \
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab" \
    " InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n" \
    "Tcp: 1 200 120000 -1 13 2 5 6 7 5138 " #out " " #again " 8 2 0\n" \
    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors\nUdp: 26 0 9 27 4 0\n" \
    "UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors\nUdpLite: 0 0 77 0 77\n"

static void values(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/net/sockstat", SOCKSTAT);
    machine_write(&m, "/proc/net/sockstat6", SOCKSTAT6);
    machine_write(&m, "/proc/net/snmp", SNMP(1000, 10));
    assert_int_equal(machine_open(&m, &adapter_sockets), 0);
    machine_tick(&m, 5);
    static const struct { const char *name, *inst; double want; } cases[] = {
        { "net.connections", "established", 7 }, { "net.connections", "time_wait", 3 }, { "net.connections", "orphan", 2 },
        { "net.connections", "tcp", 10 }, { "net.connections", "udp", 6 }, { "net.connections", "total", 17 },
        { "net.tcp.opens.active", NULL, 13 }, { "net.tcp.opens.passive", NULL, 2 }, { "net.tcp.opens.failed", NULL, 5 },
        { "net.tcp.resets", NULL, 6 }, { "net.tcp.recv", NULL, 5138 }, { "net.tcp.send", NULL, 1000 },
        { "net.tcp.retransmits", NULL, 10 }, { "net.tcp.errors", NULL, 8 }, { "net.udp.errors", NULL, 9 },
        { "net.udp.drops", NULL, 4 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(machine_get(&m, cases[i].name, cases[i].inst), cases[i].want, 0);
    machine_write(&m, "/proc/net/snmp", SNMP(1400, 30));
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "net.tcp.retransmits.share", NULL), 5, 1e-9);
    assert_near(machine_get(&m, "net.tcp.retransmits.rate", NULL), 4, 1e-9);
    machine_done(&m);
}

static void parts_may_be_missing(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_sockets), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    machine_write(&m, "/proc/net/sockstat", SOCKSTAT);
    assert_int_equal(machine_open(&m, &adapter_sockets), 0);
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "net.connections", "tcp"), 4, 0); /* no IPv6 */
    assert_nan(machine_get(&m, "net.connections", "established"));
    machine_done(&m);
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "", "\n\n", "Tcp:\nTcp:\n", "Tcp: CurrEstab\n", "Tcp: CurrEstab\nTcp: x\n", "Tcp: CurrEstab\n\n", "Tcp: CurrEstab\nTcp: 7",
        "Tc: CurrEstab\nTc: 7\n", "Tcp: CurrEsta\nTcp: 7\n",
    };
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/net/sockstat", SOCKSTAT);
    machine_write(&m, "/proc/net/snmp", SNMP(1, 1));
    assert_int_equal(machine_open(&m, &adapter_sockets), 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(&m, "/proc/net/snmp", broken[i]);
        machine_tick(&m, 5);
        assert_nan(machine_get(&m, "net.connections", "established"));
        assert_near(machine_get(&m, "net.connections", "time_wait"), 3, 0);
    }
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values), cmocka_unit_test(parts_may_be_missing), cmocka_unit_test(broken_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Sockets by kind, and how the protocols fare, from the kernel's sums. */
#include "test.h"

#include "machine.h"

#include <errno.h>
#include <unistd.h>

#define SOCKSTAT                                                                                   \
    "sockets: used 17\nTCP: inuse 4 orphan 2 tw 3 alloc 9 mem 353\nUDP: inuse 5 mem 0\nRAW: "      \
    "inuse 0\nFRAG: inuse 2 memory 300\n"
#define SOCKSTAT6 "TCP6: inuse 6\nUDP6: inuse 1\nFRAG6: inuse 1 memory 50\n"
#define SNMP(out, again) \
    "Ip: Forwarding DefaultTTL\nIp: 2 64\n" \
    "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab" \
    " InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors\n" \
    "Tcp: 1 200 120000 -1 13 2 5 6 7 5138 " #out " " #again " 8 2 0\n" \
    "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors\nUdp: 26 0 9 27 4 0\n" \
    "UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors\nUdpLite: 0 0 77 0 77\n"

#define NETSTAT(overflows, chrono) \
    "TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPFullUndo TCPLossUndo TCPMemoryPressuresChrono New\n" \
    "TcpExt: 1 " #overflows " 3 4 5 " #chrono " 99\nIpExt: InOctets OutOctets\nIpExt: 1000 2000\n"
#define SNMP6 "Ip6InReceives\t\t12\nIp6InOctets  3000\nIcmp6InMsgs 5\nIcmp6InType1 7\nUdp6InDatagrams 8\n"

struct want {
    const char *name, *inst;
    double value;
};

static void expect(struct machine *m, const struct want *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_near(machine_get(m, w[i].name, w[i].inst), w[i].value, 1e-9);
}

static void sockets_by_kind(void **state)
{
    (void)state;
    struct machine m;
    double page = (double)sysconf(_SC_PAGESIZE);
    machine_init(&m);
    machine_write(&m, "/proc/net/sockstat", SOCKSTAT);
    machine_write(&m, "/proc/net/sockstat6", SOCKSTAT6);
    assert_int_equal(machine_open(&m, &adapter_sockets), 0);
    machine_tick(&m, 5);
    const struct want want[] = { /* those of IPv6 are added to those of IPv4 */
        { "net.connections", "time_wait", 3 }, { "net.connections", "orphan", 2 }, { "net.connections", "tcp", 10 },
        { "net.connections", "udp", 6 }, { "net.connections", "total", 17 }, { "net.connections", "tcp_alloc", 9 },
        { "net.fragments", NULL, 3 }, { "net.memory", "fragments", 350 }, { "net.memory", "tcp", 353 * page },
    };
    expect(&m, want, sizeof want / sizeof *want);
    machine_write(&m, "/proc/net/sockstat6", "");
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "net.connections", "tcp"), 4, 0);
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
    machine_done(&m);
}

static void protocols(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/net/snmp", SNMP(1000, 10));
    assert_int_equal(machine_open(&m, &adapter_snmp), 0);
    machine_tick(&m, 5);
    static const struct want want[] = {
        { "net.connections", "established", 7 }, { "net.tcp.opens.active", NULL, 13 }, { "net.tcp.opens.passive", NULL, 2 },
        { "net.tcp.opens.failed", NULL, 5 }, { "net.tcp.resets", NULL, 6 }, { "net.tcp.recv", NULL, 5138 },
        { "net.tcp.send", NULL, 1000 }, { "net.tcp.retransmits", NULL, 10 }, { "net.tcp.errors", NULL, 8 },
        { "net.udp.errors", NULL, 9 }, { "net.udp.drops", NULL, 4 }, { "net.udp.recv", NULL, 26 },
    };
    expect(&m, want, sizeof want / sizeof *want);
    machine_write(&m, "/proc/net/snmp", SNMP(1400, 30));
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "net.tcp.retransmits.share", NULL), 5, 1e-9);
    assert_near(machine_get(&m, "net.tcp.retransmits.rate", NULL), 4, 1e-9);
    machine_done(&m);
}

static void broken_files(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "", "\n\n", "Tcp:\nTcp:\n", "Tcp: CurrEstab\n", "Tcp: CurrEstab\nTcp: x\n", "Tcp: CurrEstab\n\n", "Tcp: CurrEstab\nTcp: 7",
        "Tc: CurrEstab\nTc: 7\n", "Tcp: CurrEsta\nTcp: 7\n", "Tcp: CurrEstabs\nTcp: 7\n",
    };
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_snmp), -ENODEV);
    machine_write(&m, "/proc/net/snmp", "nothing of the kind\n");
    assert_int_equal(machine_open(&m, &adapter_snmp), -ENODATA);
    machine_write(&m, "/proc/net/snmp", SNMP(1, 1));
    assert_int_equal(machine_open(&m, &adapter_snmp), 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        machine_write(&m, "/proc/net/snmp", broken[i]);
        machine_tick(&m, 5);
        assert_nan(machine_get(&m, "net.connections", "established"));
    }
    /* A column that is new moves the others: none is mistaken for another. */
    machine_write(&m, "/proc/net/snmp", "Tcp: New CurrEstab InSegs\nTcp: 1 2 3\n");
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "net.connections", "established"), 2, 0);
    assert_near(machine_get(&m, "net.tcp.recv", NULL), 3, 0);
    assert_nan(machine_get(&m, "net.tcp.send", NULL));
    machine_done(&m);
}

static void tcp_in_depth(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/net/netstat", NETSTAT(2, 500));
    assert_int_equal(machine_open(&m, &adapter_netstat), 0);
    machine_tick(&m, 5);
    static const struct want want[] = {
        { "net.tcp.listen.overflows", NULL, 2 }, { "net.tcp.listen.drops", NULL, 3 }, { "net.tcp.undone", NULL, 9 },
        { "net.tcp.memory.pressed", NULL, 0.5 }, { "net.ip.recv.bytes", NULL, 1000 }, { "net.ip.send.bytes", NULL, 2000 },
    };
    expect(&m, want, sizeof want / sizeof *want);
    machine_write(&m, "/proc/net/netstat", NETSTAT(12, 3000));
    machine_tick(&m, 5);
    assert_near(machine_get(&m, "net.tcp.listen.overflows.rate", NULL), 2, 1e-9);
    assert_near(machine_get(&m, "net.tcp.memory.pressed.rate", NULL), 0.5, 1e-9);
    machine_done(&m);
}

static void ipv6(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_snmp6), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    machine_write(&m, "/proc/net/snmp6", SNMP6);
    assert_int_equal(machine_open(&m, &adapter_snmp6), 0);
    machine_tick(&m, 10);
    static const struct want want[] = {
        { "net.ip6.recv", NULL, 12 }, { "net.ip6.recv.bytes", NULL, 3000 }, { "net.icmp6.recv", NULL, 5 }, { "net.udp6.recv", NULL, 8 },
    };
    expect(&m, want, sizeof want / sizeof *want);
    /* The kernel puts types of ICMPv6 between the others as they come. */
    machine_write(&m, "/proc/net/snmp6", "Ip6InReceives 13\nIcmp6InMsgs 6\n"
                  "Icmp6InType1 7\nIcmp6InType135 4\nUdp6InDatagrams 9\n");
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "net.udp6.recv", NULL), 9, 0);
    assert_nan(machine_get(&m, "net.ip6.recv.bytes", NULL));
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_by_kind), cmocka_unit_test(parts_may_be_missing), cmocka_unit_test(protocols),
        cmocka_unit_test(broken_files), cmocka_unit_test(tcp_in_depth), cmocka_unit_test(ipv6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

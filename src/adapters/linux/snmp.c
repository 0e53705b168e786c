/*
 * snmp.c - how IP, ICMP, TCP and UDP fare, from /proc/net/snmp (RFC 1213, 4022, 4113, 4293;
 * Documentation/networking/snmp_counter.rst of the kernel).
 *
 * These are the kernel's own sums: they cost the same with ten connections and with a million, and
 * name no address and no process. Read every 5 s: the file costs as much as five others. Types of
 * ICMP that nobody sends any more (source quench, address masks) are left out, as is UDP-Lite.
 */
#include "adapters/linux/table.h"

#define COUNT(key, name, help) { key, name, NULL, ONES, KIND_COUNTER, help }

static const struct table_row snmp_rows[] = {
    { "Tcp: CurrEstab", "net.connections", "established", ONES, KIND_GAUGE, "TCP connections open, half closed ones included" },
    COUNT("Tcp: ActiveOpens",   "net.tcp.opens.active",  "TCP connections begun here"),
    COUNT("Tcp: PassiveOpens",  "net.tcp.opens.passive", "TCP connections accepted"),
    COUNT("Tcp: AttemptFails",  "net.tcp.opens.failed",  "TCP connections that could not be made"),
    COUNT("Tcp: EstabResets",   "net.tcp.resets",        "TCP connections broken off"),
    COUNT("Tcp: OutRsts",       "net.tcp.resets.sent",   "TCP segments sent that break off a connection"),
    COUNT("Tcp: InSegs",        "net.tcp.recv",          "TCP segments received"),
    COUNT("Tcp: OutSegs",       "net.tcp.send",          "TCP segments sent, those sent again left out"),
    COUNT("Tcp: RetransSegs",   "net.tcp.retransmits",   "TCP segments sent again"),
    COUNT("Tcp: InErrs",        "net.tcp.errors",        "TCP segments received damaged"),
    COUNT("Tcp: InCsumErrors",  "net.tcp.errors.checksum", "TCP segments received with a wrong checksum"),

    COUNT("Udp: InDatagrams",   "net.udp.recv",          "UDP packets delivered"),
    COUNT("Udp: OutDatagrams",  "net.udp.send",          "UDP packets sent"),
    COUNT("Udp: NoPorts",       "net.udp.unwanted",      "UDP packets for which nobody listened"),
    COUNT("Udp: InErrors",      "net.udp.errors",        "UDP packets that could not be delivered"),
    COUNT("Udp: RcvbufErrors",  "net.udp.drops",         "UDP packets dropped: the receiver was too slow"),
    COUNT("Udp: SndbufErrors",  "net.udp.drops.send",    "UDP packets dropped: no room to send them"),
    COUNT("Udp: InCsumErrors",  "net.udp.errors.checksum", "UDP packets received with a wrong checksum"),
    COUNT("Udp: IgnoredMulti",  "net.udp.ignored",       "UDP packets to groups that nobody here joined"),
    COUNT("Udp: MemErrors",     "net.udp.drops.memory",  "UDP packets dropped: UDP had all the memory it may have"),

    COUNT("Ip: InReceives",     "net.ip.recv",           "IP packets received, whatever became of them"),
    COUNT("Ip: InDelivers",     "net.ip.delivered",      "IP packets delivered to a protocol"),
    COUNT("Ip: OutRequests",    "net.ip.send",           "IP packets that protocols sent"),
    COUNT("Ip: OutTransmits",   "net.ip.transmitted",    "IP packets that left, fragments and forwarded ones included"),
    COUNT("Ip: ForwDatagrams",  "net.ip.forwarded",      "IP packets passed on"),
    COUNT("Ip: InHdrErrors",    "net.ip.errors.header",  "IP packets with a broken header"),
    COUNT("Ip: InAddrErrors",   "net.ip.errors.address", "IP packets for an address that is not ours"),
    COUNT("Ip: InUnknownProtos", "net.ip.errors.protocol", "IP packets of a protocol that is not known"),
    COUNT("Ip: InDiscards",     "net.ip.drops.recv",     "IP packets received and dropped: no memory"),
    COUNT("Ip: OutDiscards",    "net.ip.drops.send",     "IP packets dropped instead of being sent"),
    COUNT("Ip: OutNoRoutes",    "net.ip.drops.route",    "IP packets dropped: no way leads there"),
    COUNT("Ip: ReasmReqds",     "net.ip.fragments.recv", "fragments received"),
    COUNT("Ip: ReasmOKs",       "net.ip.fragments.joined", "IP packets put together from fragments"),
    COUNT("Ip: ReasmFails",     "net.ip.fragments.failed", "times that fragments did not make a packet"),
    COUNT("Ip: ReasmTimeout",   "net.ip.fragments.late", "times that a fragment did not come in time"),
    COUNT("Ip: FragOKs",        "net.ip.fragments.split", "IP packets split into fragments"),
    COUNT("Ip: FragFails",      "net.ip.fragments.refused", "IP packets that had to be split and must not be"),
    COUNT("Ip: FragCreates",    "net.ip.fragments.send", "fragments made"),

    COUNT("Icmp: InMsgs",         "net.icmp.recv",             "ICMP messages received"),
    COUNT("Icmp: InErrors",       "net.icmp.errors",           "ICMP messages received damaged"),
    COUNT("Icmp: InDestUnreachs", "net.icmp.recv.unreachable", "messages that something cannot be reached"),
    COUNT("Icmp: InTimeExcds",    "net.icmp.recv.expired",     "messages that a packet went round for too long"),
    COUNT("Icmp: InRedirects",    "net.icmp.recv.redirect",    "messages that there is a better way"),
    COUNT("Icmp: InEchos",        "net.icmp.recv.echo",        "pings received"),
    COUNT("Icmp: InEchoReps",     "net.icmp.recv.reply",       "answers to our pings"),
    COUNT("Icmp: OutMsgs",        "net.icmp.send",             "ICMP messages sent"),
    COUNT("Icmp: OutErrors",      "net.icmp.send.failed",      "ICMP messages that could not be sent"),
    COUNT("Icmp: OutRateLimitGlobal", "net.icmp.limited",      "ICMP messages not sent: too many altogether"),
    COUNT("Icmp: OutRateLimitHost", "net.icmp.limited.host",   "ICMP messages not sent: too many to one host"),
    COUNT("Icmp: OutDestUnreachs", "net.icmp.send.unreachable", "messages sent that something cannot be reached"),
    COUNT("Icmp: OutTimeExcds",   "net.icmp.send.expired",     "messages sent that a packet went round for too long"),
    COUNT("Icmp: OutEchos",       "net.icmp.send.echo",        "pings sent"),
    COUNT("Icmp: OutEchoReps",    "net.icmp.send.reply",       "pings answered"),
};

static const struct table snmp_table = {
    .file = &(const struct table_file){ "/proc/net/snmp", KEYED_COLUMNS, TABLE_ROWS(snmp_rows), NULL }, .n = 1,
    .absent = "there is no /proc/net/snmp: the kernel was built without networking, or /proc is not mounted",
};

static int snmp_open(const struct adapter_env *env, struct schema *s, void **self)
{
    int rc = table_adapter_open(env, s, self);
    int again = schema_find(s, "net.tcp.retransmits", NULL), sent = schema_find(s, "net.tcp.send", NULL);
    if (rc == 0 && again >= 0 && sent >= 0)
        schema_add(s, &(struct metric){
            .name = "net.tcp.retransmits.share", .unit = UNIT_PERCENT, .kind = KIND_RATIO, .num = again, .den = sent,
            .scale = 100, .max = 100, .help = "TCP segments sent again, of those sent" });
    return rc;
}

const struct adapter adapter_snmp = {
    .name = "snmp", .doc = "how IP, ICMP, TCP and UDP fare",
    .provides = "net.connections{established},net.tcp.*,net.udp.*,net.ip.*,net.icmp.*",
    .period_ms = 5000,
    .of = &snmp_table, .open = snmp_open, .sample = table_adapter_sample, .close = table_adapter_close,
};

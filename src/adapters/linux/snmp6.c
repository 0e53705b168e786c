/*
 * snmp6.c - how IPv6 fares, from /proc/net/snmp6 (RFC 4293, net/ipv6/proc.c of the kernel).
 *
 * Every 10 s: the file is long. Types of ICMPv6 appear as the kernel's own names of them only.
 */
#include "adapters/linux/table.h"

#define COUNT(key, name, help)  { key, name, NULL, ONES,  KIND_COUNTER, help }
#define AMOUNT(key, name, help) { key, name, NULL, BYTES, KIND_COUNTER, help }

static const struct table_row snmp6_rows[] = {
    COUNT ("Ip6InReceives",      "net.ip6.recv",             "IPv6 packets received, whatever became of them"),
    COUNT ("Ip6InDelivers",      "net.ip6.delivered",        "IPv6 packets delivered to a protocol"),
    COUNT ("Ip6OutRequests",     "net.ip6.send",             "IPv6 packets that protocols sent"),
    COUNT ("Ip6OutTransmits", "net.ip6.transmitted", "IPv6 packets that left, fragments and forwarded ones included"),
    COUNT ("Ip6OutForwDatagrams", "net.ip6.forwarded",       "IPv6 packets passed on"),
    COUNT ("Ip6InHdrErrors",     "net.ip6.errors.header",    "IPv6 packets with a broken header"),
    COUNT ("Ip6InAddrErrors",    "net.ip6.errors.address",   "IPv6 packets for an address that is not ours"),
    COUNT ("Ip6InUnknownProtos", "net.ip6.errors.protocol",  "IPv6 packets of a protocol that is not known"),
    COUNT ("Ip6InTruncatedPkts", "net.ip6.errors.short",     "IPv6 packets that ended too soon"),
    COUNT ("Ip6InTooBigErrors",  "net.ip6.errors.size",      "IPv6 packets too large to be passed on"),
    COUNT ("Ip6InNoRoutes",      "net.ip6.drops.unrouted",   "IPv6 packets received for which there is no way"),
    COUNT ("Ip6InDiscards",      "net.ip6.drops.recv",       "IPv6 packets received and dropped"),
    COUNT ("Ip6OutDiscards",     "net.ip6.drops.send",       "IPv6 packets dropped instead of being sent"),
    COUNT ("Ip6OutNoRoutes",     "net.ip6.drops.route",      "IPv6 packets dropped: no way leads there"),
    COUNT ("Ip6ReasmReqds",      "net.ip6.fragments.recv",   "fragments received"),
    COUNT ("Ip6ReasmOKs",        "net.ip6.fragments.joined", "IPv6 packets put together from fragments"),
    COUNT ("Ip6ReasmFails",      "net.ip6.fragments.failed", "times that fragments did not make a packet"),
    COUNT ("Ip6ReasmTimeout",    "net.ip6.fragments.late",   "times that a fragment did not come in time"),
    COUNT ("Ip6FragOKs",         "net.ip6.fragments.split",  "IPv6 packets split into fragments"),
    COUNT ("Ip6FragFails",       "net.ip6.fragments.refused", "IPv6 packets that could not be split"),
    COUNT ("Ip6FragCreates",     "net.ip6.fragments.send",   "fragments made"),
    COUNT ("Ip6InMcastPkts",     "net.ip6.recv.multicast",   "IPv6 packets received for a group"),
    COUNT ("Ip6OutMcastPkts",    "net.ip6.send.multicast",   "IPv6 packets sent to a group"),
    AMOUNT("Ip6InOctets",        "net.ip6.recv.bytes",       "bytes received in IPv6 packets"),
    AMOUNT("Ip6OutOctets",       "net.ip6.send.bytes",       "bytes sent in IPv6 packets"),
    COUNT ("Ip6InCEPkts",        "net.ip6.congested",        "IPv6 packets marked on their way: congestion"),
    COUNT ("Icmp6InMsgs",        "net.icmp6.recv",           "ICMPv6 messages received"),
    COUNT ("Icmp6InErrors",      "net.icmp6.errors",         "ICMPv6 messages received damaged or of no use"),
    COUNT ("Icmp6OutMsgs",       "net.icmp6.send",           "ICMPv6 messages sent"),
    COUNT ("Icmp6OutErrors",     "net.icmp6.send.failed",    "ICMPv6 messages that could not be sent"),
    COUNT ("Icmp6OutRateLimitHost", "net.icmp6.limited.host", "ICMPv6 messages not sent: too many to one host"),
    COUNT ("Icmp6InDestUnreachs", "net.icmp6.recv.unreachable", "messages that something cannot be reached"),
    COUNT ("Icmp6InPktTooBigs",  "net.icmp6.recv.size",      "messages that a packet was too large"),
    COUNT ("Icmp6InTimeExcds",   "net.icmp6.recv.expired",   "messages that a packet went round for too long"),
    COUNT ("Icmp6InEchos",       "net.icmp6.recv.echo",      "pings received"),
    COUNT ("Icmp6InEchoReplies", "net.icmp6.recv.reply",     "answers to our pings"),
    COUNT ("Icmp6InRouterAdvertisements", "net.icmp6.recv.router", "routers that made themselves known"),
    COUNT ("Icmp6InNeighborSolicits", "net.icmp6.recv.solicit", "neighbours that asked for an address"),
    COUNT ("Icmp6InNeighborAdvertisements", "net.icmp6.recv.neighbour", "neighbours that answered"),
    COUNT ("Icmp6OutDestUnreachs", "net.icmp6.send.unreachable", "messages sent that something cannot be reached"),
    COUNT ("Icmp6OutEchos",      "net.icmp6.send.echo",      "pings sent"),
    COUNT ("Icmp6OutEchoReplies", "net.icmp6.send.reply",    "pings answered"),
    COUNT ("Icmp6OutRouterSolicits", "net.icmp6.send.router", "questions for routers"),
    COUNT ("Icmp6OutNeighborSolicits", "net.icmp6.send.solicit", "questions for a neighbour's address"),
    COUNT ("Icmp6OutNeighborAdvertisements", "net.icmp6.send.neighbour", "answers to neighbours"),
    COUNT ("Udp6InDatagrams",    "net.udp6.recv",            "UDP packets delivered over IPv6"),
    COUNT ("Udp6OutDatagrams",   "net.udp6.send",            "UDP packets sent over IPv6"),
    COUNT ("Udp6NoPorts",        "net.udp6.unwanted",        "UDP packets over IPv6 for which nobody listened"),
    COUNT ("Udp6InErrors",       "net.udp6.errors",          "UDP packets over IPv6 that could not be delivered"),
    COUNT ("Udp6RcvbufErrors", "net.udp6.drops", "UDP packets over IPv6 dropped: the receiver was too slow"),
    COUNT ("Udp6SndbufErrors",   "net.udp6.drops.send",      "UDP packets over IPv6 dropped: no room to send them"),
};

static const struct table snmp6_table = {
    .file = &(const struct table_file){ "/proc/net/snmp6", KEYED_LINES, TABLE_ROWS(snmp6_rows), NULL }, .n = 1,
    .absent = "there is no /proc/net/snmp6: IPv6 is not built in or switched off",
};

const struct adapter adapter_snmp6 = {
    .name = "snmp6", .doc = "how IPv6, ICMPv6 and UDP over IPv6 fare",
    .provides = "net.ip6.*,net.icmp6.*,net.udp6.*",
    .period_ms = 10000,
    .of = &snmp6_table, TABLE_FUNCTIONS,
};

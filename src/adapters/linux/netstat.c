/*
 * netstat.c - TCP in depth, and what IP carries, from /proc/net/netstat (net/ipv4/proc.c,
 * Documentation/networking/snmp_counter.rst of the kernel).
 *
 * The kernel has some 130 counters of TCP. Those are taken that tell a slow or lossy path, a slow
 * receiver, a full queue, a lack of memory or an attack; features that hardly anybody uses (MD5 and
 * AO signatures, PLB, migration of requests) are left out. Every 5 s: the file is the dearest of the
 * network's.
 */
#include "adapters/linux/table.h"

#define COUNT(key, name, help)  { key, name, NULL, ONES,  KIND_COUNTER, help }
#define TCP(key, name, help)    COUNT("TcpExt: " key, name, help)
#define AMOUNT(key, name, help) { key, name, NULL, BYTES, KIND_COUNTER, help }

static const struct table_row netstat_rows[] = {
    /* who connects */
    TCP("ListenOverflows", "net.tcp.listen.overflows", "connections refused: the program was too slow to accept"),
    TCP("ListenDrops", "net.tcp.listen.drops", "connections dropped before they were accepted, for any reason"),
    TCP("TCPReqQFullDrop", "net.tcp.listen.full.drops", "first packets dropped: too many half-open connections"),
    TCP("TCPReqQFullDoCookies", "net.tcp.listen.full.cookies", "first packets answered by a cookie instead"),
    TCP("SyncookiesSent", "net.tcp.cookies.sent", "cookies sent instead of keeping a half-open connection"),
    TCP("SyncookiesRecv",            "net.tcp.cookies.recv",            "cookies that came back"),
    TCP("SyncookiesFailed",          "net.tcp.cookies.failed",          "cookies that came back wrong"),
    TCP("EmbryonicRsts",             "net.tcp.listen.resets",           "half-open connections broken off"),
    TCP("TCPDeferAcceptDrop", "net.tcp.listen.deferred", "connections not handed over yet: no data came"),
    TCP("TCPSynRetrans",             "net.tcp.retransmits.syn",         "first packets sent again"),
    TCP("TCPFastOpenActive",         "net.tcp.fastopen.active",         "connections begun with data at once"),
    TCP("TCPFastOpenActiveFail",     "net.tcp.fastopen.active.failed",  "those that were not taken"),
    TCP("TCPFastOpenPassive",        "net.tcp.fastopen.passive",        "connections accepted with data at once"),
    TCP("TCPFastOpenPassiveFail",    "net.tcp.fastopen.passive.failed", "those that were not taken"),

    /* connections that end */
    TCP("TW", "net.tcp.time_wait", "connections that ended and were remembered for a minute"),
    TCP("TWRecycled",                "net.tcp.time_wait.reused",        "those whose ports were used again before"),
    TCP("TWKilled",                  "net.tcp.time_wait.killed",        "those forgotten at once by a reset"),
    TCP("TCPTimeWaitOverflow",       "net.tcp.time_wait.overflows",     "those not remembered: there were too many"),
    TCP("TCPAbortOnData", "net.tcp.aborts.data", "broken off: data came after the program closed"),
    TCP("TCPAbortOnClose", "net.tcp.aborts.close", "broken off: the program closed with data unread"),
    TCP("TCPAbortOnMemory",          "net.tcp.aborts.memory",           "broken off: no memory, or too many orphans"),
    TCP("TCPAbortOnTimeout",         "net.tcp.aborts.timeout",          "broken off: nobody answered"),
    TCP("TCPAbortOnLinger",          "net.tcp.aborts.linger",           "broken off: the other side never closed"),
    TCP("TCPAbortFailed",            "net.tcp.aborts.failed",           "resets that could not be sent"),

    /* the usual way */
    TCP("TCPHPHits",                 "net.tcp.fast.data",               "data segments taken by the fast path"),
    TCP("TCPHPAcks",                 "net.tcp.fast.acks",               "acknowledgements taken by the fast path"),
    TCP("TCPPureAcks",               "net.tcp.acks",                    "acknowledgements without data"),
    TCP("DelayedACKs",               "net.tcp.acks.delayed",            "acknowledgements sent late, as meant"),
    TCP("DelayedACKLocked", "net.tcp.acks.locked", "those later still: the program held the socket"),
    TCP("DelayedACKLost", "net.tcp.acks.lost", "those that were too late: the data came again"),
    TCP("TCPAckCompressed", "net.tcp.acks.compressed", "acknowledgements saved by waiting for the next"),
    TCP("TCPOrigDataSent",           "net.tcp.data.sent",               "segments sent with new data"),
    TCP("TCPDelivered",              "net.tcp.data.delivered",          "segments that are known to have arrived"),
    TCP("TCPDeliveredCE", "net.tcp.data.congested", "those that were marked on their way: congestion"),
    TCP("TCPAutoCorking",            "net.tcp.corked",                  "small segments held back to be joined"),
    TCP("TCPRcvCoalesce",            "net.tcp.coalesced",               "segments joined in the receive queue"),
    TCP("TCPBacklogCoalesce", "net.tcp.coalesced.backlog", "segments joined while the program held the socket"),
    TCP("BusyPollRxPackets", "net.tcp.polled", "packets that a program fetched from the device itself"),
    TCP("TCPKeepAlive", "net.tcp.keepalives", "questions whether the other side is still there"),
    TCP("TCPHystartTrainDetect", "net.tcp.slowstart.train", "slow starts ended by a train of acknowledgements"),
    TCP("TCPHystartDelayDetect",     "net.tcp.slowstart.delay",         "slow starts ended by a growing delay"),

    /* loss, and what is done about it */
    TCP("TCPTimeouts",               "net.tcp.timeouts",                "times that nothing was acknowledged in time"),
    TCP("TCPSpuriousRTOs",           "net.tcp.timeouts.spurious",       "those that were mistaken"),
    TCP("TCPLossProbes",             "net.tcp.probes",                  "segments sent to find a loss at the end"),
    TCP("TCPLossProbeRecovery",      "net.tcp.probes.found",            "losses that these found and mended"),
    TCP("TCPLostRetransmit",         "net.tcp.retransmits.lost",        "segments sent again that were lost again"),
    TCP("TCPFastRetrans",            "net.tcp.retransmits.fast",        "segments sent again without a timeout"),
    TCP("TCPSlowStartRetrans",       "net.tcp.retransmits.slow",        "segments sent again after a timeout"),
    TCP("TCPRetransFail",            "net.tcp.retransmits.failed",      "segments that could not be sent again"),
    TCP("TCPSpuriousRtxHostQueues", "net.tcp.retransmits.queued", "not sent again: it was still in our own queue"),
    TCP("TcpTimeoutRehash", "net.tcp.rehash", "times that another path was tried after a timeout"),
    TCP("TCPSackRecovery", "net.tcp.recovery.sack", "recoveries from loss by selective acknowledgement"),
    TCP("TCPRenoRecovery",           "net.tcp.recovery.reno",           "recoveries from loss without"),
    TCP("TCPSackRecoveryFail",       "net.tcp.recovery.failed",         "recoveries that ended in a timeout"),
    TCP("TCPRenoRecoveryFail",       "net.tcp.recovery.failed",         ""),
    TCP("TCPLossFailures",           "net.tcp.recovery.loss",           "timeouts while recovering from a timeout"),
    TCP("TCPSackFailures",           "net.tcp.recovery.sack.failed",    "timeouts after selective acknowledgements"),
    TCP("TCPSACKReneging", "net.tcp.reneged", "receivers that dropped what they had acknowledged"),
    TCP("TCPSACKReorder",            "net.tcp.reordered",               "times that segments arrived out of order"),
    TCP("TCPRenoReorder",            "net.tcp.reordered",               ""),
    TCP("TCPTSReorder",              "net.tcp.reordered",               ""),
    TCP("TCPFullUndo",               "net.tcp.undone",                  "slow-downs taken back: nothing was lost"),
    TCP("TCPPartialUndo",            "net.tcp.undone",                  ""),
    TCP("TCPDSACKUndo",              "net.tcp.undone",                  ""),
    TCP("TCPLossUndo",               "net.tcp.undone",                  ""),
    TCP("TCPDSACKRecv",              "net.tcp.duplicates.told",         "segments that the other side says came twice"),
    TCP("TCPDSACKOldSent",           "net.tcp.duplicates",              "segments that came twice"),
    TCP("TCPDSACKOfoSent",           "net.tcp.duplicates.early",        "segments out of order that came twice"),
    TCP("TCPSackShifted",            "net.tcp.sack.shifted",            "acknowledged parts moved in the send queue"),
    TCP("TCPSackMerged",             "net.tcp.sack.merged",             "acknowledged parts joined in the send queue"),
    TCP("TCPSackShiftFallback",      "net.tcp.sack.fallback",           "acknowledged parts that could not be joined"),
    TCP("TCPSACKDiscard",            "net.tcp.sack.invalid",            "selective acknowledgements of no use"),

    /* the receiver, and memory */
    TCP("TCPOFOQueue",               "net.tcp.early",                   "segments that came before their turn"),
    TCP("TCPOFOMerge",               "net.tcp.early.merged",            "those that overlap what was there"),
    TCP("TCPOFODrop",                "net.tcp.early.drops",             "those dropped: no memory"),
    TCP("OfoPruned", "net.tcp.pruned.early", "queues of those thrown away for want of memory"),
    TCP("PruneCalled", "net.tcp.pruned", "times that a receive queue had to be made smaller"),
    TCP("RcvPruned",                 "net.tcp.pruned.drops",            "times that data was thrown away for it"),
    TCP("TCPRcvCollapsed",           "net.tcp.collapsed",               "segments joined to save memory"),
    TCP("TCPBacklogDrop", "net.tcp.drops.backlog", "segments dropped: the socket's backlog was full"),
    TCP("TCPRcvQDrop",               "net.tcp.drops.queue",             "segments dropped: the receive queue was full"),
    TCP("TCPZeroWindowDrop",         "net.tcp.drops.window",            "segments dropped: the window was closed"),
    TCP("PFMemallocDrop",            "net.tcp.drops.reserve",           "packets dropped to keep memory for swapping"),
    TCP("TCPMinTTLDrop",             "net.tcp.drops.ttl",               "packets dropped: they came from too far away"),
    TCP("TCPWqueueTooBig", "net.tcp.drops.send", "segments not split: the send queue was too large"),
    TCP("TCPMemoryPressures",        "net.tcp.memory.pressures",        "times that TCP came near its limit of memory"),
    { "TcpExt: TCPMemoryPressuresChrono", "net.tcp.memory.pressed", NULL, MILLISECONDS, KIND_COUNTER, "time spent near that limit" },
    TCP("TCPFromZeroWindowAdv",      "net.tcp.window.opened",           "times that our receive window opened again"),
    TCP("TCPToZeroWindowAdv", "net.tcp.window.closed", "times that our receive window closed: the program is slow"),
    TCP("TCPWantZeroWindowAdv",      "net.tcp.window.wanted",           "times that it should have and could not"),
    TCP("TCPWinProbe", "net.tcp.window.probes", "questions whether the other side's window is open"),

    /* what does not fit */
    TCP("PAWSActive", "net.tcp.refused.old.active", "answers to our first packets that were too old"),
    TCP("PAWSEstab",                 "net.tcp.refused.old",             "segments refused because they were too old"),
    TCP("PAWSOldAck",                "net.tcp.refused.old.acks",        "acknowledgements that were too old"),
    TCP("BeyondWindow",              "net.tcp.refused.window",          "segments beyond the window"),
    TCP("TSEcrRejected",             "net.tcp.refused.echo",            "segments with a time that we never sent"),
    TCP("OutOfWindowIcmps",          "net.tcp.refused.icmp",            "ICMP messages that fit no segment in flight"),
    TCP("LockDroppedIcmps",          "net.tcp.drops.icmp",              "ICMP messages dropped: the socket was busy"),
    TCP("TCPChallengeACK",           "net.tcp.challenges",              "doubtful segments that were asked about"),
    TCP("TCPSYNChallenge", "net.tcp.challenges.syn", "of these, first packets of a known connection"),
    TCP("TCPACKSkippedSeq",          "net.tcp.acks.skipped",            "answers to doubtful segments saved: too many"),
    TCP("TCPMTUPFail",               "net.tcp.mtu.failed",              "tries of larger packets that failed"),
    TCP("TCPMTUPSuccess",            "net.tcp.mtu.success",             "tries of larger packets that succeeded"),
    TCP("IPReversePathFilter",       "net.ip.drops.reverse",            "packets dropped: no answer would go that way"),
    TCP("ArpFilter", "net.ip.arp.filtered", "questions for addresses not answered on this interface"),

    /* IP */
    AMOUNT("IpExt: InOctets",        "net.ip.recv.bytes",           "bytes received in IP packets"),
    AMOUNT("IpExt: OutOctets",       "net.ip.send.bytes",           "bytes sent in IP packets"),
    AMOUNT("IpExt: InMcastOctets",   "net.ip.recv.multicast.bytes", "bytes received for groups"),
    AMOUNT("IpExt: OutMcastOctets",  "net.ip.send.multicast.bytes", "bytes sent to groups"),
    AMOUNT("IpExt: InBcastOctets",   "net.ip.recv.broadcast.bytes", "bytes received for everybody"),
    AMOUNT("IpExt: OutBcastOctets",  "net.ip.send.broadcast.bytes", "bytes sent to everybody"),
    COUNT ("IpExt: InMcastPkts",     "net.ip.recv.multicast",       "packets received for groups"),
    COUNT ("IpExt: OutMcastPkts",    "net.ip.send.multicast",       "packets sent to groups"),
    COUNT ("IpExt: InBcastPkts",     "net.ip.recv.broadcast",       "packets received for everybody"),
    COUNT ("IpExt: OutBcastPkts",    "net.ip.send.broadcast",       "packets sent to everybody"),
    COUNT ("IpExt: InNoRoutes",      "net.ip.drops.unrouted",       "packets received for which there is no way"),
    COUNT ("IpExt: InTruncatedPkts", "net.ip.errors.short",         "packets that ended too soon"),
    COUNT ("IpExt: InCsumErrors",    "net.ip.errors.checksum",      "packets with a wrong checksum"),
    COUNT ("IpExt: InNoECTPkts",     "net.ip.ecn.none",             "packets that may not be marked for congestion"),
    COUNT ("IpExt: InECT0Pkts",      "net.ip.ecn.capable",          "packets that may be marked for congestion"),
    COUNT ("IpExt: InECT1Pkts",      "net.ip.ecn.low_delay",        "packets that may be marked early (L4S)"),
    COUNT ("IpExt: InCEPkts",        "net.ip.ecn.marked",           "packets marked on their way: congestion"),
    COUNT ("IpExt: ReasmOverlaps",   "net.ip.fragments.overlaps",   "fragments that overlap: refused"),

    /* several paths */
    COUNT("MPTcpExt: MPCapableSYNRX", "net.mptcp.opens.passive",    "MPTCP connections that others asked for"),
    COUNT("MPTcpExt: MPCapableSYNTX", "net.mptcp.opens.active",     "MPTCP connections asked for"),
    COUNT("MPTcpExt: MPCapableFallbackACK", "net.mptcp.fallbacks",  "those that became plain TCP"),
    COUNT("MPTcpExt: MPCapableFallbackSYNACK", "net.mptcp.fallbacks", ""),
    COUNT("MPTcpExt: MPTCPRetrans",   "net.mptcp.retransmits",      "segments sent again by MPTCP"),
    COUNT("MPTcpExt: MPJoinSynRx",    "net.mptcp.joins",            "further paths that others added"),
    COUNT("MPTcpExt: MPJoinAckRx",    "net.mptcp.joins.done",       "further paths that came about"),
    { "MPTcpExt: MPCurrEstab", "net.connections", "mptcp", ONES, KIND_GAUGE, "MPTCP connections open" },
};

static const struct table netstat_table = {
    .file = &(const struct table_file){ "/proc/net/netstat", KEYED_COLUMNS, TABLE_ROWS(netstat_rows), NULL }, .n = 1,
    .absent = "there is no /proc/net/netstat: the kernel was built without networking, or /proc is not mounted",
};

const struct adapter adapter_netstat = {
    .name = "netstat", .doc = "TCP in depth: losses, queues, aborts, memory; what IP carries",
    .provides = "net.tcp.*,net.ip.*,net.mptcp.*",
    .period_ms = 5000,
    .of = &netstat_table, TABLE_FUNCTIONS,
};

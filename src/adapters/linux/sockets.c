/*
 * sockets.c - how many sockets of each kind there are and what memory they hold, from
 * /proc/net/sockstat and sockstat6 (proc_pid_net(5)).
 *
 * These are the kernel's own sums: they cost the same with ten connections and with a million, and
 * name no address and no process. `mem` is in pages, that of FRAG in bytes.
 */
#include "adapters/linux/table.h"

static const struct table_row sockets_v4[] = {
    { "TCP: tw",        "net.connections", "time_wait", ONES, KIND_GAUGE, "TCP connections closed and still remembered" },
    { "TCP: orphan",    "net.connections", "orphan",    ONES, KIND_GAUGE, "TCP connections whose process is gone" },
    { "TCP: inuse",     "net.connections", "tcp",       ONES, KIND_GAUGE, "TCP sockets in use, listening ones included" },
    { "TCP: alloc",     "net.connections", "tcp_alloc", ONES, KIND_GAUGE, "TCP sockets that exist, in use or not" },
    { "UDP: inuse",     "net.connections", "udp",       ONES, KIND_GAUGE, "UDP sockets in use" },
    { "RAW: inuse",     "net.connections", "raw",       ONES, KIND_GAUGE, "raw sockets in use" },
    { "sockets: used",  "net.connections", "total",     ONES, KIND_GAUGE, "sockets of all kinds, local ones included" },
    { "FRAG: inuse",    "net.fragments",   NULL,        ONES, KIND_GAUGE, "IP packets that wait for more of their fragments" },
    { "TCP: mem",       "net.memory",      "tcp",       PAGES, KIND_GAUGE, "memory of all TCP queues" },
    { "UDP: mem",       "net.memory",      "udp",       PAGES, KIND_GAUGE, "memory of all UDP queues" },
    { "FRAG: memory",   "net.memory",      "fragments", BYTES, KIND_GAUGE, "memory of IP fragments that wait" },
};

static const struct table_row sockets_v6[] = {
    { "TCP6: inuse",    "net.connections", "tcp",       ONES, KIND_GAUGE, "TCP sockets in use, listening ones included" },
    { "UDP6: inuse",    "net.connections", "udp",       ONES, KIND_GAUGE, "UDP sockets in use" },
    { "RAW6: inuse",    "net.connections", "raw",       ONES, KIND_GAUGE, "raw sockets in use" },
    { "FRAG6: inuse",   "net.fragments",   NULL,        ONES, KIND_GAUGE, "IP packets that wait for more of their fragments" },
    { "FRAG6: memory",  "net.memory",      "fragments", BYTES, KIND_GAUGE, "memory of IP fragments that wait" },
};

static const struct table_file sockets_files[] = {
    { "/proc/net/sockstat",  KEYED_PAIRS, TABLE_ROWS(sockets_v4), NULL },
    { "/proc/net/sockstat6", KEYED_PAIRS, TABLE_ROWS(sockets_v6), NULL },
};

static const struct table sockets_table = {
    sockets_files, 2,
    "there is no /proc/net/sockstat: the kernel was built without networking, or /proc is not mounted",
};

const struct adapter adapter_sockets = {
    .name = "sockets", .doc = "sockets by kind, and the memory they hold",
    .provides = "net.connections*,net.memory*,net.fragments",
    .period_ms = 5000,
    .of = &sockets_table, TABLE_FUNCTIONS,
};

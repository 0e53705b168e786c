/*
 * nfs.c - calls of the NFS client and server, from /proc/net/rpc/nfs and nfsd (net/sunrpc/stats.c,
 * fs/nfsd/stats.c of the kernel). The files are there once the modules are loaded.
 */
#include "adapters/linux/table.h"

#define COUNT(key, name, help)  { key, name, NULL, ONES,  KIND_COUNTER, help }
#define AMOUNT(key, name, help) { key, name, NULL, BYTES, KIND_COUNTER, help }

static const struct table_row nfs_client[] = {
    COUNT("rpc 0",  "nfs.client.calls",        "calls made to NFS servers"),
    COUNT("rpc 1",  "nfs.client.retransmits",  "calls made again: the server did not answer in time"),
    COUNT("rpc 2",  "nfs.client.renewals",     "times that credentials were renewed"),
};

static const struct table_row nfs_server[] = {
    COUNT ("rpc 0", "nfs.server.calls",        "calls answered"),
    COUNT ("rpc 1", "nfs.server.errors",       "calls that made no sense"),
    COUNT ("rc 0",  "nfs.server.cache.hits",   "calls that had come before and were answered from the cache"),
    COUNT ("rc 1",  "nfs.server.cache.misses", "calls that were new"),
    AMOUNT("io 0",  "nfs.server.read",         "bytes read for clients"),
    AMOUNT("io 1",  "nfs.server.write",        "bytes written for clients"),
    { "th 0", "nfs.server.threads", NULL, ONES, KIND_GAUGE, "threads that answer" },
};

static const struct table_file nfs_files[] = {
    { "/proc/net/rpc/nfs",  KEYED_LISTS, TABLE_ROWS(nfs_client), NULL },
    { "/proc/net/rpc/nfsd", KEYED_LISTS, TABLE_ROWS(nfs_server), NULL },
};

static const struct table nfs_table = { nfs_files, 2, "neither client nor server of NFS is loaded" };

const struct adapter adapter_nfs = {
    .name = "nfs", .doc = "calls of the NFS client and server",
    .provides = "nfs.*",
    .period_ms = 10000,
    .of = &nfs_table, TABLE_FUNCTIONS,
};

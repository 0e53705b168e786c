/*
 * kernel.c - what the kernel hands out of a limited stock: open files, inodes, names, AIO requests,
 * terminals, randomness, from /proc/sys (Documentation/admin-guide/sysctl/fs.rst, kernel.rst); and
 * how long it has been up.
 *
 * Every 10 s: file-nr adds up a counter of every core.
 */
#include "adapters/linux/table.h"

#define LEVEL(key, name, help) { key, name, NULL, ONES, KIND_GAUGE, help }

static const struct table_row kernel_fs[] = {
    LEVEL("file-nr 0",      "kernel.files.used",     "files, sockets and pipes open on the whole machine"),
    LEVEL("file-nr 2",      "kernel.files.limit",    "how many may be open"),
    LEVEL("inode-nr 0",     "kernel.inodes.used",    "inodes in memory"),
    LEVEL("inode-nr 1",     "kernel.inodes.free",    "of these, those that nobody uses"),
    LEVEL("dentry-state 0", "kernel.names.used",     "names of files in memory"),
    LEVEL("dentry-state 1", "kernel.names.free",     "of these, those that nobody uses"),
    LEVEL("dentry-state 4", "kernel.names.negative", "of these, those of files that do not exist"),
    LEVEL("aio-nr",         "kernel.aio.used",       "asynchronous requests set up for"),
    LEVEL("aio-max-nr",     "kernel.aio.limit",      "how many may be set up for"),
    LEVEL("nr_open",        "kernel.files.limit.process", "how many files one process may have open at most"),
};

static const struct table_row kernel_pty[] = {
    LEVEL("nr",  "kernel.terminals.used",  "pseudo-terminals in use"),
    LEVEL("max", "kernel.terminals.limit", "how many there may be"),
};

static const struct table_row kernel_random[] = {
    LEVEL("entropy_avail", "kernel.entropy", "bits of randomness at hand; 256 is full since Linux 5.18"),
};

static const struct table_row kernel_threads[] = {
    LEVEL("threads-max", "kernel.threads.limit", "tasks that there may be"),
    LEVEL("tainted",     "kernel.tainted",       "what the kernel holds against itself, as bits: 0 is nothing"),
};

static const struct table_row kernel_proc[] = {
    { "uptime", "system.uptime", NULL, SECONDS, KIND_GAUGE, "time since the machine was started" },
};

static const struct table_file kernel_files[] = {
    { "/proc",                   KEYED_FILES, TABLE_ROWS(kernel_proc), NULL },
    { "/proc/sys/fs",            KEYED_FILES, TABLE_ROWS(kernel_fs), NULL },
    { "/proc/sys/kernel/pty",    KEYED_FILES, TABLE_ROWS(kernel_pty), NULL },
    { "/proc/sys/kernel/random", KEYED_FILES, TABLE_ROWS(kernel_random), NULL },
    { "/proc/sys/kernel",        KEYED_FILES, TABLE_ROWS(kernel_threads), NULL },
};

static const struct table kernel_table = { kernel_files, sizeof kernel_files / sizeof *kernel_files, NULL };

const struct adapter adapter_kernel = {
    .name = "kernel", .doc = "open files, inodes, terminals and what else is limited; time since the start",
    .provides = "kernel.*,system.uptime",
    .period_ms = 10000,
    .of = &kernel_table, TABLE_FUNCTIONS,
};

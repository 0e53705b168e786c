/*
 * What the BPF programs of tasks.bpf.c tell about tasks: the layout of their records. Included by the
 * programs, by the module that loads them, and by the walk that reads them.
 *
 * The iterator writes one record per task, in the order of the pid: a whole one for the first thread of
 * a process, a short one for each other. Which it is, is said by pid == tgid. The ring holds a whole record
 * for each process that ended, sometimes two. Numbers have the width, byte order and pids of this
 * machine's kernel: a reader is in the initial PID namespace.
 */
#ifndef MODULES_TASKS_H
#define MODULES_TASKS_H

#include <stdint.h>

#define TASKS_RING (1 << 18)     /* bytes: 2500 ends between two readings */

struct tasks_thread {
    int32_t pid, tgid;
    uint64_t cpu_ns;                  /* of a whole record: with threads that have ended */
    uint64_t read_bytes, write_bytes; /* likewise; to storage */
};

struct tasks_process {
    struct tasks_thread t;
    int32_t ppid;
    uint32_t threads;
    uint64_t start_ns;                /* after boot, time asleep included */
    uint64_t children_ns;             /* CPU time of children that were waited for */
    int64_t rss_pages;                /* a sum of what was counted per CPU: may be negative for a while */
    uint32_t state, exit_state;       /* as include/linux/sched.h has them */
    uint64_t has_io;                  /* does this kernel count I/O? */
    char comm[16];
};

/* One page of memory that both sides see. */
struct tasks_counts {
    uint64_t read_ns;     /* set by the reader: when it read last, on the clock of start_ns */
    uint64_t short_lived; /* tasks so far that started after read_ns and have ended */
    uint64_t lost;        /* processes so far for whose record the ring had no room */
};

#endif

/*
 * One line of /proc/PID/stat (proc_pid_stat(5)), up to the resident set.
 *
 * The name is whatever a process calls itself: blanks, parentheses, newlines. It ends at the last
 * ')' of the line, because nothing after it can hold one.
 */
#ifndef ADAPTERS_LINUX_PROCSTAT_H
#define ADAPTERS_LINUX_PROCSTAT_H

#include "core/proctab.h"

#define PROCSTAT_MAX 1024 /* bytes of a line; 52 numbers and a name of at most 64 bytes need less */

struct procstat {
    struct proc p;  /* without pid, read_bytes and write_bytes */
    bool kernel;    /* a thread of the kernel */
};

/*
 * Parses a line.
 *
 *   ticks_per_s  unit of the CPU times, sysconf(_SC_CLK_TCK)
 *   page_bytes   unit of the resident set
 *
 * False when the line is cut off or is not one; *out is then untouched.
 */
bool procstat_parse(const char *line, double ticks_per_s, double page_bytes, struct procstat *out);

#endif

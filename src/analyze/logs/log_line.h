/* One line of a log of the system, whoever kept it: the journal, a file of syslog, the ring of the kernel. */
#ifndef ANALYZE_LOGS_LOG_LINE_H
#define ANALYZE_LOGS_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_line {
    int64_t wall_ms;
    int priority;         /* 0 emergency .. 7 debug, as syslog(3) has it; -1: the log does not say */
    const char *log;      /* "journal", "kernel", the path of a file; borrowed from its reader */
    char ident[64];       /* who said it, without its process id: "kernel", "sshd" */
    char unit[80];        /* of systemd; "" where that is not known */
    char message_id[33];  /* of the catalog of systemd, in small hex digits; "" = none */
    char text[512];       /* what was said: one line of UTF-8 without control characters, cut where it is longer */

    /*
     * Written by another than it says: any user may log as "kernel" or "systemd". The journal and /dev/kmsg know who
     * wrote a line; a file of syslog does not, and its lines are believed.
     */
    bool claimed;
};

/*
 * Takes n bytes as a text of a line: what is no plain UTF-8 becomes '?', NULs and tabs blanks, blanks at both ends go,
 * and only the first line of several is kept. What does not fit is cut between characters.
 */
void log_line_take(char *out, size_t cap, const char *bytes, size_t n);

/* One who wants every line that is read. */
typedef void log_taker(void *self, const struct log_line *l);

#endif

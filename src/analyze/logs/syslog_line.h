/*
 * A line of a file of syslog: "STAMP HOST IDENT[PID]: TEXT".
 *
 *   Nov 27 02:45:57 host sshd[812]: ...              RFC 3164: local time, without a year
 *   2026-11-27T02:45:57.123456+01:00 host ident: ... RFC 3339, of rsyslog's and journald's newer formats
 *   <13>Nov 27 ...                                   with a priority in front, as on the wire
 */
#ifndef ANALYZE_LOGS_SYSLOG_LINE_H
#define ANALYZE_LOGS_SYSLOG_LINE_H

#include "analyze/logs/log_line.h"

#include <stdbool.h>

/* What a stamp does not say. */
struct syslog_clock {
    int64_t not_after_ms;            /* no line is of later than that, and a day: decides on the year */
    int (*zone_s)(int64_t wall_ms);  /* how far local time is ahead of UTC */
};

/*
 * Reads n bytes, without the line end. False: it begins with no stamp, as lines do that go on from the one before.
 * out->log is not touched.
 */
bool syslog_line(const char *bytes, size_t n, const struct syslog_clock *c, struct log_line *out);

/* The time alone. */
bool syslog_line_time(const char *bytes, size_t n, const struct syslog_clock *c, int64_t *out_ms);

#endif

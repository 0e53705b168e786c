/* A record of /dev/kmsg: "PRIORITY,NUMBER,MICROSECONDS,FLAGS;TEXT" and lines of its device (Documentation/ABI/testing/dev-kmsg). */
#ifndef ANALYZE_LOGS_KERNEL_LINE_H
#define ANALYZE_LOGS_KERNEL_LINE_H

#include "analyze/logs/log_line.h"

#include <stdbool.h>

/*
 * Reads n bytes. *number is that of the record; boot_ms the wall clock when the kernel's clock was 0. False: it is none.
 * out->log is not touched.
 */
bool kernel_line(const char *bytes, size_t n, int64_t boot_ms, uint64_t *number, struct log_line *out);

#endif

/* The ring of the kernel, /dev/kmsg, as a source of lines: for machines that keep no journal. */
#ifndef ANALYZE_LOGS_KERNEL_RING_H
#define ANALYZE_LOGS_KERNEL_RING_H

#include "analyze/logs/log_source.h"

/* Opens it at its end. out->close() frees it. -EACCES, -EPERM (kernel.dmesg_restrict), -ENOENT. */
int kernel_ring_open(struct log_source *out);

#endif

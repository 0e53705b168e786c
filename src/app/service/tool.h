/* Runs a tool of the system (systemctl, systemd-sysusers) without a shell, and hears what it says. */
#ifndef APP_SERVICE_TOOL_H
#define APP_SERVICE_TOOL_H

#include "base/buf.h"

/*
 * Runs argv[0], which is looked for in the absolute folders of $PATH, with our environment, and waits for it.
 *
 *   argv  words, to a NULL
 *   said  gets what it wrote to both outputs, at most 64 KiB, as one line without control characters
 *
 * Its exit status; -ENOENT there is no such program; -ETIMEDOUT it took longer than two minutes and was ended; others
 * of os_child_start().
 */
int tool_run(const char *const *argv, struct buf *said);

#endif

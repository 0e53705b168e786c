/* `sonde sessions verify`: looks through the archive for damage. */
#ifndef APP_SESSIONS_VERIFY_H
#define APP_SESSIONS_VERIFY_H

#include "app/command.h"

/*
 * Looks through a data directory and prints what was found, a line each, or as JSON (--json), with a bar on
 * stderr where that is a terminal (not with --quiet). The exit status: EXIT_FAILED when something is damaged
 * or the directory cannot be read, EXIT_PART when stopped.
 */
int sessions_verify(const struct args *a, const char *dir);

#endif

/* The report over a file: `sonde analyze FILE`, and `sonde check --mode analyze FILE`. */
#ifndef APP_ANALYZE_FILE_H
#define APP_ANALYZE_FILE_H

#include "app/command.h"
#include "core/recording.h"

/* The command must have OUTFILES_OPTIONS and REPORTING_OPTIONS. Returns an exit status. */
int analyze_file(const struct args *a, const char *path);

/* What the report would be over: *out is the caller's. The error was said. */
int analyze_file_read(const struct args *a, const char *path, struct recording **out);

#endif

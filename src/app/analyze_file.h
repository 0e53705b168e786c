/* The report over a file or a session: `sonde analyze FILE`, and `sonde check --mode analyze FILE`. */
#ifndef APP_ANALYZE_FILE_H
#define APP_ANALYZE_FILE_H

#include "app/command.h"

/* The command must have OUTFILES_OPTIONS, REPORTING_OPTIONS and DATADIR_OPTION. Returns an exit status. */
int analyze_file(const struct args *a, const char *path);

#endif

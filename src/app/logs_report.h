/* The lines of logs for the anomalies of a report. */
#ifndef APP_LOGS_REPORT_H
#define APP_LOGS_REPORT_H

#include "analyze/report.h"
#include "app/command.h"

/*
 * Looks for them: in the logs that --logs names; else, of what was recorded here, what the recorder found, or in the
 * logs of this machine. Others have a reason. What was found of a session is stored.
 *
 *   root  "" where the numbers are of this machine now, a directory of a recorded one, NULL of a file or an archive
 *   dir   the data directory that the session of the recording is in; NULL: none is
 *
 * Errors: of a path that cannot be read, which was said.
 */
int logs_for_report(const struct args *a, struct report *r, const char *root, const char *dir);

/* Stores what was found, in the index of dir, as that of a session; what hinders it is told in the log only. */
void logs_report_keep(const struct report *r, const char *dir, const char *session);

#endif

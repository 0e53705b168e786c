/* The report over a file: `sonde analyze FILE`, and `sonde check --mode analyze FILE`. */
#ifndef APP_ANALYZE_FILE_H
#define APP_ANALYZE_FILE_H

#include "app/command.h"
#include "core/recording.h"

/* The command must have OUTFILES_OPTIONS and REPORTING_OPTIONS. Returns an exit status. */
int analyze_file(const struct args *a, const char *path);

/* What changed between --from, which is given, and --to, against the time before (app/analyze_changed.h). */
int analyze_file_changed(const struct args *a, const char *path);

/* What is in such a file. 0, and *out is the caller's, or an error; what is wrong was said. */
int analyze_read_file(const struct args *a, const char *path, struct recording **out);

/* What is odd in the file itself - the clock was set back, a place is damaged - for a command that shows no events. */
void analyze_say_odd(const char *path, const struct recording *r);

#endif

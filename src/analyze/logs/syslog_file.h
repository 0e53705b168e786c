/*
 * A file of syslog as a source of lines: followed while it is written, turned over to FILE.1 and begun anew (by renaming,
 * or copied and cut), and read from a time on. Lines that end in no line end yet wait for it; of a line that is too long
 * the beginning counts.
 */
#ifndef ANALYZE_LOGS_SYSLOG_FILE_H
#define ANALYZE_LOGS_SYSLOG_FILE_H

#include "analyze/logs/log_source.h"

/*
 * Opens a file to be read from its end on; a file that is not there yet may come. out->close() frees it.
 *
 *   zone_s  how far local time is ahead of UTC
 *
 * Errors: -EACCES we may not read it; -EINVAL it is no file.
 */
int syslog_file_open(const char *path, int (*zone_s)(int64_t wall_ms), struct log_source *out);

#endif

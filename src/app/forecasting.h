/* `sonde forecast`: from a file or the archive to forecasts, and to how they are told. */
#ifndef APP_FORECASTING_H
#define APP_FORECASTING_H

#include "app/analyze_archive.h"
#include "app/archived.h"

#define FORECASTING_OPTIONS ARCHIVED_OPTION, ANALYZE_ARCHIVE_OPTIONS

/* Of a file; NULL: of the archive, of one session of it or NULL. Returns an exit status. */
int forecasting_run(const struct args *a, const char *file, const char *session);

#endif

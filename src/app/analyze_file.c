/* analyze_file.c - the report over a file. */
#include "app/analyze_file.h"

#include "analyze/import.h"
#include "app/reporting.h"
#include "base/log.h"
#include "os/os.h"

#include <math.h>

int analyze_file(const struct args *a, const char *path)
{
    struct outfiles files = { 0 };
    if (outfiles_plan(&files, a, false, path, os_wall_ms()) < 0) {
        outfiles_done(&files);
        return EXIT_FAILED;
    }
    struct recording *rec = NULL;
    char message[IMPORT_MESSAGE];
    int status = EXIT_FAILED;
    if (import_file(path, &rec, message, sizeof message) < 0)
        log_error(0, "%s", message);
    else if (schema_size(rec->schema) == 0)
        log_error(0, "%s holds times and no metric: there is nothing to report on", path);
    else if (outfiles_check_globs(&files, rec->schema) < 0)
        status = EXIT_USAGE;
    else
        status = reporting_finish(a, rec, &files, NULL, (struct cost){ NAN, NAN, NAN });
    recording_free(rec);
    outfiles_done(&files);
    return status;
}

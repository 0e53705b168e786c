/* analyze_file.c - the report over a file: numbers of anybody, or a tape of ours. */
#include "app/analyze_file.h"

#include "analyze/import.h"
#include "app/observer.h"
#include "app/reporting.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/config.h"
#include "os/os.h"
#include "store/tape_feed.h"

#include <math.h>

static int analyze_tape(const struct args *a, const char *path, struct recording **out)
{
    struct feed *feed;
    int rc = observer_say_tape(path, tape_feed_open(path, &(struct tape_feed_options){ 0 }, &feed));
    if (rc < 0)
        return rc;
    struct recording *rec = recording_new();
    rec->interval_s = feed->interval_s;
    rec->max_bytes = (size_t)(config_number(args_config(a), "performance.max_buffer_memory_mb") * 1e6);
    rec->origin = mem_dup(path);
    rc = recording_run(rec, feed, INFINITY, NULL, NULL);
    observer_say_lost(feed);
    feed_close(feed);
    *out = rec;
    if (rc < 0)
        log_error(rc, "%s cannot be read further", path);
    return rc;
}

static int analyze_read(const struct args *a, const char *path, struct recording **out)
{
    char message[IMPORT_MESSAGE];
    if (tape_feed_knows(path))
        return analyze_tape(a, path, out);
    int rc = import_file(path, out, message, sizeof message);
    if (rc < 0)
        log_error(0, "%s", message);
    return rc;
}

int analyze_file(const struct args *a, const char *path)
{
    struct outfiles files = { 0 };
    if (outfiles_plan(&files, a, false, path, os_wall_ms()) < 0) {
        outfiles_done(&files);
        return EXIT_FAILED;
    }
    struct recording *rec = NULL;
    int status = EXIT_FAILED;
    if (analyze_read(a, path, &rec) < 0)
        status = EXIT_FAILED;
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

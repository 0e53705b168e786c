/* analyze_archive.c - the report over an archive, by its files or by its recorder. */
#include "app/analyze_archive.h"

#include "app/attach.h"
#include "app/datadir.h"
#include "app/reporting.h"
#include "app/sessions/sessions.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/config.h"
#include "os/os.h"
#include "store/archive.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct wanted {
    char session[INDEX_ID_MAX]; /* "" for all */
    int64_t from_ms, to_ms;
    size_t max_bytes;
};

/* What a person calls it becomes its id; an exit status. Without an index it must be the id already. */
static int wanted_find(const struct args *a, const char *text, struct wanted *w)
{
    struct index *x;
    int rc = sessions_open(a, false, &x);
    if (rc == -ENOENT) {
        snprintf(w->session, sizeof w->session, "%s", text);
        return EXIT_DONE;
    }
    if (rc < 0)
        return EXIT_FAILED;
    int status = sessions_find(a, x, text, w->session);
    index_close(x);
    return status;
}

static int archive_by_files(const char *dir, const struct wanted *w, struct recording **out)
{
    struct archive *archive;
    int rc = archive_open(dir, &archive);
    if (rc < 0)
        return rc;
    rc = archive_recording(archive, *w->session ? w->session : NULL, w->from_ms, w->to_ms, w->max_bytes, out);
    archive_free(archive);
    if (rc == 0) {
        auto_buf struct buf origin = { 0 };
        buf_printf(&origin, "%s%s%s", dir, *w->session ? ", " : "", w->session);
        (*out)->origin = mem_dup(origin.p);
    }
    return rc;
}

static int archive_by_recorder(const struct args *a, const struct wanted *w, struct recording **out)
{
    char request[160];
    struct feed *feed;
    snprintf(request, sizeof request, "tape %s %" PRId64 " %" PRId64, *w->session ? w->session : "-", w->from_ms,
             w->to_ms);
    int rc = attach_feed(a, request, NULL, false, &feed);
    if (rc < 0)
        return rc;
    struct recording *rec = recording_new();
    rec->interval_s = feed->interval_s;
    rec->max_bytes = w->max_bytes;
    rec->origin = mem_dup("the running recorder's archive");
    rc = recording_run(rec, feed, INFINITY, NULL, NULL);
    feed_close(feed);
    if (rc < 0)
        recording_free(rec);
    else
        *out = rec;
    return rc;
}

static int archive_read(const struct args *a, const char *dir, const struct wanted *w, struct recording **out)
{
    int rc = archive_by_files(dir, w, out);
    if (rc < 0 && rc != -ENODATA && !args_given(a, "data") && archive_by_recorder(a, w, out) == 0)
        rc = 0;
    if (rc == -ENODATA && *w->session)
        log_error(0, "analyze: %s holds no sample of %s in that time; `sonde sessions list` says what there is", dir,
                  w->session);
    else if (rc == -ENODATA)
        log_error(0, "analyze: nothing was recorded in that time; `sonde sessions list` says what there is");
    else if (rc == -ENOENT)
        log_error(0, "analyze: nothing was recorded in %s yet; start with `sonde record`", dir);
    else if (rc < 0)
        log_error(rc, "analyze: %s cannot be read", dir);
    return rc;
}

int analyze_archive(const struct args *a, const char *session)
{
    struct outfiles files = { 0 };
    struct recording *rec = NULL;
    auto_buf struct buf dir = { 0 };
    struct wanted w = {
        .from_ms = args_given(a, "from") ? args_time(a, "from") : 0,
        .to_ms = args_given(a, "to") ? args_time(a, "to") : os_wall_ms(),
        .max_bytes = (size_t)(config_number(args_config(a), "performance.max_buffer_memory_mb") * 1e6),
    };
    int status = datadir_put(a, &dir) < 0 ? EXIT_USAGE : session ? wanted_find(a, session, &w) : EXIT_DONE;
    if (status != EXIT_DONE)
        return status;
    if (outfiles_plan(&files, a, false, NULL, os_wall_ms()) < 0 || archive_read(a, dir.p, &w, &rec) < 0)
        status = EXIT_FAILED;
    else if (outfiles_check_globs(&files, rec->schema) < 0)
        status = EXIT_USAGE;
    else
        status = reporting_finish(a, rec, &files, NULL, (struct cost){ NAN, NAN, NAN });
    recording_free(rec);
    outfiles_done(&files);
    return status;
}

bool analyze_is_session(const char *word)
{
    return !os_exists("", word) && !strpbrk(word, "./");
}

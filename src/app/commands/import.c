/*
 * import.c - `sonde import`: files of measurements become sessions of the archive.
 *
 * A file is read whole before anything is written. Whoever records counts the bytes of its directory, so this
 * takes the same lock and does not work beside it. What a file is known by is its length and checksum, kept in the
 * origin of its session.
 */
#include "analyze/import.h"
#include "app/datadir.h"
#include "app/sessions/sessions.h"

#include "base/auto.h"
#include "base/crc32c.h"
#include "base/json.h"
#include "base/log.h"
#include "core/config.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/archive_put.h"
#include "store/index_take.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define IMPORT_FILES 256 /* of one command */

struct importing {
    const struct args *args;
    const char *dir;
    int lock;
    struct space *space;
    struct index *index;
    struct json json;
    bool quiet, terminal;
    const char *file;            /* that is written now */

    char mark[48];               /* of the file: how its session is known again */
    char before[INDEX_ID_MAX];   /* the session that has the mark already, "" = none */
};

/* ---- what was imported before ---- */

/* "(crc32c 1a2b3c4d, 12345 bytes)" */
static int import_mark(struct importing *im, const char *path)
{
    static uint8_t bytes[1 << 16];
    uint32_t crc = 0;
    int64_t at = 0, n;
    int fd = os_is_file(path) ? os_open_read("", path) : os_exists("", path) ? -EINVAL : -ENOENT;
    if (fd < 0)
        return fd;
    while ((n = os_disk_read(fd, bytes, sizeof bytes, at)) > 0) {
        crc = crc32c(crc, bytes, (size_t)n);
        at += n;
    }
    os_close(fd);
    snprintf(im->mark, sizeof im->mark, "(crc32c %08x, %lld bytes)", (unsigned)crc, (long long)at);
    return n < 0 ? (int)n : 0;
}

static void import_compare(void *self, const struct index_session *s)
{
    struct importing *im = self;
    if (strncmp(s->origin, "imported ", 9) == 0 && strstr(s->origin, im->mark))
        snprintf(im->before, sizeof im->before, "%s", s->id);
}

static bool import_is_new(struct importing *im, const char *path)
{
    *im->before = '\0';
    int rc = index_sessions(im->index, &INDEX_ALL, import_compare, im);
    if (rc < 0 || !*im->before || args_flag(im->args, "again"))
        return true; /* what the index cannot say now, it says when it is written */
    log_error(0, "%s is in the archive already, as %s; --again imports it once more", path,
              sessions_short_id(im->before));
    return false;
}

/* ---- one file ---- */

static void import_progress(void *self, double share)
{
    const struct importing *im = self;
    if (im->terminal && !im->quiet)
        fprintf(stderr, "\r%s: %3.0f %%", im->file, 100 * share);
}

static int import_say(const char *path, int rc)
{
    if (rc == -ERANGE)
        log_error(0, "%s: a time before 1970 or after 9999; sessions are found by their time", path);
    else if (rc == -EDQUOT)
        log_error(0, "%s: the archive is full (storage.max_mb); remove something with `sonde sessions prune`, or "
                  "allow more", path);
    else if (rc < 0 && rc != -EINTR)
        log_error(rc, "%s: the archive cannot be written; nothing of the file was kept", path);
    return rc;
}

static int import_index(struct importing *im, const char *path, struct index_session *s)
{
    struct archive *a;
    const char *name = strrchr(path, '/');
    snprintf(s->origin, sizeof s->origin, "imported %.60s %s", name ? name + 1 : path, im->mark);
    s->state = INDEX_ENDED;
    int rc = archive_open(im->dir, &a);
    if (rc < 0)
        return rc;
    rc = index_take_session(im->index, a, s);
    archive_free(a);
    return rc;
}

static int import_keep(struct importing *im, const char *path, const struct recording *rec, struct index_session *s)
{
    double interval = recording_interval(rec);
    struct archive_put put = { .dir = im->dir, .space = im->space, .rec = rec, .progress = import_progress, .self = im,
                               .about.interval_s = isnan(interval) ? 0 : interval };
    im->file = path;
    int rc = archive_put(&put);
    if (rc == 0) {
        memcpy(s->id, put.about.session, sizeof s->id);
        rc = import_index(im, path, s);
        if (rc < 0) {
            index_remove(im->index, s->id);
            archive_drop(im->dir, im->space, s->id);
        }
    }
    if (im->terminal && !im->quiet)
        fprintf(stderr, "\r%*s\r", (int)strlen(path) + 7, "");
    return import_say(path, rc);
}

static void import_tell(struct importing *im, const char *path, const struct index_session *s)
{
    if (args_flag(im->args, "json")) {
        json_object(&im->json, NULL);
        json_string(&im->json, "file", path);
        sessions_put_json(&im->json, im->index, s);
        json_end(&im->json);
    } else {
        printf("%s: %s, %lld samples of %lld metrics\n", path, sessions_short_id(s->id), (long long)s->samples,
               (long long)s->metrics);
    }
}

static int import_one(struct importing *im, const char *path)
{
    struct recording *rec = NULL;
    struct index_session s = { 0 };
    char message[IMPORT_MESSAGE];
    int rc = import_mark(im, path);
    if (rc < 0) {
        log_error(rc, rc == -EINVAL ? "%s is no file" : "%s cannot be read", path);
        return rc;
    }
    if (!import_is_new(im, path))
        return -EEXIST;
    rc = import_file(path, &rec, message, sizeof message);
    if (rc < 0)
        log_error(0, "%s", message);
    if (rc == 0 && schema_size(rec->schema) == 0) {
        log_error(0, "%s holds times and no metric: there is nothing to keep", path);
        rc = -ENODATA;
    }
    rc = rc < 0 ? rc : import_keep(im, path, rec, &s);
    recording_free(rec);
    if (rc == 0)
        import_tell(im, path, &s);
    return rc;
}

/* ---- the archive ---- */

static int import_lock(struct importing *im)
{
    char path[OS_PATH_MAX];
    int32_t owner = 0;
    snprintf(path, sizeof path, "%.4000s/segments", im->dir);
    int rc = os_make_dir(path);
    if (rc < 0) {
        log_error(rc, "%s cannot be made", path);
        return rc;
    }
    snprintf(path, sizeof path, "%.4000s/lock", im->dir);
    im->lock = os_disk_lock(path, &owner);
    if (im->lock == -EBUSY)
        log_error(0, "process %d records in %s and counts every byte there; stop it for a moment, or import into "
                  "another archive with --data DIR", (int)owner, im->dir);
    else if (im->lock < 0)
        log_error(im->lock, "%s cannot be locked", im->dir);
    return im->lock < 0 ? im->lock : 0;
}

static int import_open(struct importing *im)
{
    int64_t cap = (int64_t)(config_number(args_config(im->args), "storage.max_mb") * 1e6);
    int rc = import_lock(im);
    if (rc < 0)
        return rc;
    rc = index_open(im->dir, &(struct index_options){ .rebuild = index_take_segments, .self = (void *)im->dir }, &im->index);
    if (rc < 0) {
        sessions_status(im->args, rc);
        return rc;
    }
    rc = space_open(im->dir, cap, &im->space);
    if (rc < 0)
        log_error(rc, "%s cannot be measured", im->dir);
    return rc;
}

static void import_close(struct importing *im)
{
    index_close(im->index);
    space_free(im->space);
    os_close(im->lock);
}

static int import_all(struct importing *im)
{
    auto_buf struct buf out = { 0 };
    int n = args_positionals(im->args), done = 0;
    json_init(&im->json, &out);
    im->json.indent = true;
    json_array(&im->json, NULL);
    for (int i = 0; i < n && !os_stopping(); i++)
        done += import_one(im, args_positional(im->args, i)) == 0;
    json_end(&im->json);
    if (args_flag(im->args, "json"))
        printf("%s\n", buf_text(&out));
    return done == n ? EXIT_DONE : done ? EXIT_PART : EXIT_FAILED;
}

static int import_run_command(const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    struct importing im = { .args = a, .lock = -1, .quiet = args_flag(a, "quiet"),
                            .terminal = os_is_terminal(fileno(stderr)) };
    if (!args_positionals(a)) {
        log_error(0, "import: give a file: CSV, CSV compressed by zstd, or the JSON of --save-data");
        return EXIT_USAGE;
    }
    if (datadir_put(a, &dir) < 0)
        return EXIT_FAILED;
    im.dir = dir.p;
    os_stop_on_signal();
    int status = import_open(&im) < 0 ? EXIT_FAILED : import_all(&im);
    import_close(&im);
    return status;
}

static const struct option options[] = {
    { "again", 0, OPTION_FLAG, .help = "also files that are in the archive already" },
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde import telemetry_data_20261122_103000.json", "what `sonde check --save-data` kept" },
    { "sonde import logs/*.csv.zst", "logs that were compressed" },
    { "sonde analyze last", "the report over the newest session" },
    { 0 },
};

const struct command command_import = {
    .name = "import", .summary = "put CSV and JSON files into the archive, as sessions",
    .usage = "FILE ...",
    .text = "Reads the files that `sonde analyze` reads, also those compressed by zstd, and keeps each as a session of "
            "its own, at the times that stand in the file. A file that is in the archive already is refused; one that "
            "is damaged leaves nothing behind. Does not work beside a recorder that has the same archive.",
    .options = options, .examples = examples, .max_positional = IMPORT_FILES, .run = import_run_command,
};

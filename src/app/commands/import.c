/*
 * import.c - `sonde import`: files of measurements become sessions of the archive.
 *
 * A file is read whole before anything is written, but for a tape, which is played into its new session. What it is
 * known by is its length and checksum, kept in the origin of its session.
 */
#include "app/datadir.h"
#include "app/intake.h"
#include "app/sessions/sessions.h"

#include "base/auto.h"
#include "base/crc32c.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define IMPORT_FILES 256 /* of one command */

struct importing {
    const struct args *args;
    struct intake archive;
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
    while ((n = os_stopping() ? -EINTR : os_disk_read(fd, bytes, sizeof bytes, at)) > 0) {
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
    int rc = index_sessions(im->archive.index, &INDEX_ALL, import_compare, im);
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

static void import_tell(struct importing *im, const char *path, const struct index_session *s)
{
    if (args_flag(im->args, "json")) {
        json_object(&im->json, NULL);
        json_string(&im->json, "file", path);
        sessions_put_json(&im->json, im->archive.index, s);
        json_end(&im->json);
    } else {
        auto_free char *shown = text_clean(mem_dup(path));
        printf("%s: %s, %lld sample%s of %lld metric%s\n", shown, sessions_short_id(s->id), (long long)s->samples,
               s->samples == 1 ? "" : "s", (long long)s->metrics, s->metrics == 1 ? "" : "s");
    }
}

static int import_keep(struct importing *im, const char *path, struct index_session *s)
{
    const char *name = strrchr(path, '/');
    snprintf(s->origin, sizeof s->origin, "imported %.60s %s", name ? name + 1 : path, im->mark);
    im->file = path;
    int rc = intake_keep_file(&im->archive, path, s, import_progress, im);
    if (im->terminal && !im->quiet)
        fprintf(stderr, "\r%*s\r", (int)strlen(path) + 7, "");
    return rc;
}

static int import_one(struct importing *im, const char *path)
{
    struct index_session s = { 0 };
    int rc = import_mark(im, path);
    if (rc < 0) {
        if (rc != -EINTR)
            log_error(rc, rc == -EINVAL ? "%s is no file" : "%s cannot be read", path);
        return rc;
    }
    if (!import_is_new(im, path))
        return -EEXIST;
    rc = import_keep(im, path, &s);
    if (rc == 0)
        import_tell(im, path, &s);
    return rc;
}

/* ---- all of them ---- */

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
    struct importing im = { .args = a, .quiet = args_flag(a, "quiet"),
                            .terminal = os_is_terminal(fileno(stderr)) };
    if (!args_positionals(a)) {
        log_error(0, "import: give a file: CSV, CSV compressed by zstd, the JSON of --save-data, or a tape");
        return EXIT_USAGE;
    }
    if (datadir_put(a, &dir) < 0)
        return EXIT_USAGE;
    os_stop_on_signal();
    int status = intake_open(&im.archive, a, dir.p) < 0 ? EXIT_FAILED : import_all(&im);
    intake_close(&im.archive);
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
    { "sonde import part.sonde", "what `sonde sessions export --format sonde` wrote, here or on another machine" },
    { "sonde analyze last", "the report over the newest session" },
    { 0 },
};

const struct command command_import = {
    .name = "import", .summary = "put CSV files, JSON files and tapes into the archive, as sessions",
    .usage = "FILE ...",
    .text = "Reads the files that `sonde analyze` reads, also those compressed by zstd, and keeps each as a session of "
            "its own, at the times that stand in the file; of a tape (an export, a flight recording, a segment) all that is on "
            "it. A file that is in the archive already is refused; one that is damaged leaves nothing behind, but of a tape "
            "what is whole is kept. Does not work beside a recorder that has the same archive.",
    .options = options, .examples = examples, .max_positional = IMPORT_FILES, .run = import_run_command,
};

/* analyze_archive.c - the report over an archive, by its files or by its recorder. */
#include "app/analyze_archive.h"

#include "analyze/anomaly/changed.h"
#include "app/analyze_changed.h"
#include "app/archived.h"
#include "app/attach.h"
#include "app/findings.h"
#include "app/reporting.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "core/config.h"
#include "os/os.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct wanted {
    const struct args *a;
    const char *command;        /* for messages */
    struct look of;
    int opened;                 /* what opening it gave */
    char session[INDEX_ID_MAX]; /* "" for all */
    bool whole;                 /* no --from, no --to */
    int64_t from_ms, to_ms;
};

static int wanted_by_files(struct wanted *w, struct recording **out)
{
    size_t max_bytes = (size_t)(config_number(args_config(w->a), "performance.max_buffer_memory_mb") * 1e6);
    int rc = w->opened < 0 ? w->opened : look_files(&w->of);
    if (rc < 0)
        return rc;
    if (!*w->session && archived_would_mix(&w->of, w->command, w->from_ms, w->to_ms))
        return -ENOTUNIQ;
    rc = archive_recording(w->of.files, *w->session ? w->session : NULL, w->from_ms, w->to_ms, max_bytes, NULL, out);
    if (rc == 0) {
        auto_buf struct buf origin = { 0 };
        buf_printf(&origin, "%s%s%s", w->of.dir.p, *w->session ? ", " : "", w->session);
        (*out)->origin = mem_dup(origin.p);
        text_copy((*out)->session, sizeof (*out)->session, w->session);
    }
    return rc;
}

static int wanted_by_recorder(struct wanted *w, struct recording **out)
{
    struct attach_state s;
    char request[160];
    struct feed *feed;
    if (strcmp(w->session, "last") == 0 && attach_state(w->a, &s) == 0)
        text_copy(w->session, sizeof w->session, s.session);
    snprintf(request, sizeof request, "tape %s %" PRId64 " %" PRId64, *w->session ? w->session : "-", w->from_ms,
             w->to_ms);
    int rc = attach_feed(w->a, request, NULL, false, &feed);
    if (rc < 0)
        return rc;
    rc = reporting_play(w->a, feed, "the running recorder's archive", out);
    feed_close(feed);
    return rc;
}

static int wanted_read(void *self, struct recording **out)
{
    struct wanted *w = self;
    int rc = wanted_by_files(w, out);
    if (rc < 0 && rc != -ENODATA && rc != -ENOTUNIQ && !args_given(w->a, "data") && wanted_by_recorder(w, out) == 0)
        rc = 0;
    const char *session = *w->session ? w->session : NULL;
    if (rc == -ENODATA && w->of.files && archive_is_damaged(w->of.files, session, w->from_ms, w->to_ms))
        archived_say_damaged(&w->of, w->command);
    else if (rc == -ENODATA && session)
        log_error(0, "%s: %s holds no sample of %s%s; `sonde sessions list` says what there is", w->command,
                  w->of.dir.p, session, w->whole ? "" : " in that time");
    else if (rc == -ENODATA)
        log_error(0, "%s: nothing was recorded in that time; `sonde sessions list` says what there is", w->command);
    else if (rc != -ENOTUNIQ)
        archived_say(w->of.dir.p, rc);
    return rc;
}

/* Of a whole session that is over, not of some minutes of it; of one that goes on, its recorder keeps what it finds. */
static void wanted_found(void *self, const struct report *r)
{
    const struct wanted *w = self;
    struct index_session s;
    if (w->of.indexed && *w->session && w->whole && index_session(w->of.index, w->session, &s) == 0 &&
        s.state != INDEX_RUNNING)
        findings_keep(w->of.dir.p, w->session, r);
}

static int wanted_changed(struct wanted *w)
{
    struct recording *r;
    int64_t from_ms = w->from_ms;
    w->from_ms = changed_begin(from_ms, w->to_ms);
    if (wanted_read(w, &r) < 0)
        return EXIT_FAILED;
    int status = analyze_changed(w->a, r, from_ms, w->to_ms);
    recording_free(r);
    return status;
}

/* Opens what is wanted; to be closed in any case. An exit status. */
static int wanted_open(struct wanted *w, const struct args *a, const char *command, const char *session)
{
    *w = (struct wanted){
        .a = a, .command = command, .whole = !args_given(a, "from") && !args_given(a, "to"),
        .from_ms = args_given(a, "from") ? args_time(a, "from") : 0,
        .to_ms = args_given(a, "to") ? args_time(a, "to") : os_wall_ms(),
    };
    if (archived_runs_backwards(a, command))
        return EXIT_USAGE;
    w->opened = archived_open(&w->of, a, false);
    if (!w->of.dir.n)
        return EXIT_USAGE;
    if (session && w->opened == 0)
        return archived_find(&w->of, session, w->session);
    if (session)
        text_copy(w->session, sizeof w->session, session); /* for the recorder to know */
    return EXIT_DONE;
}

static int analyze_wanted(const struct args *a, const char *session, bool changed)
{
    struct wanted w;
    int status = wanted_open(&w, a, "analyze", session);
    if (status == EXIT_DONE)
        status = changed ? wanted_changed(&w) : reporting_on(a, NULL, w.of.dir.p, wanted_read, wanted_found, &w);
    look_close(&w.of);
    return status;
}

int analyze_archive(const struct args *a, const char *session)
{
    return analyze_wanted(a, session, false);
}

int analyze_archive_changed(const struct args *a, const char *session)
{
    return analyze_wanted(a, session, true);
}

int analyze_archive_read(const struct args *a, const char *command, const char *session, struct recording **out)
{
    struct wanted w;
    int status = wanted_open(&w, a, command, session);
    if (status == EXIT_DONE && wanted_read(&w, out) < 0)
        status = EXIT_FAILED;
    look_close(&w.of);
    return status;
}

bool analyze_has_range(const struct args *a, const char *command, const char *file)
{
    const char *name = args_given(a, "from") ? "from" : "to";
    if (!args_given(a, name))
        return false;
    if (file)
        log_error(0, "%s: --%s is a time of the archive, and %s is a file, which is reported on as a whole; leave it "
                  "out, or `sonde import` the file and then `sonde analyze --from TIME --to TIME`", command, name, file);
    else
        log_error(0, "%s: --%s is a time of the archive, and this looks at the machine now; for what was recorded: "
                  "sonde analyze --from TIME --to TIME", command, name);
    return true;
}

bool analyze_is_session(const char *word)
{
    return !os_exists("", word) && !strpbrk(word, "./");
}

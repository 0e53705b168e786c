/*
 * check.c - `sonde check`, and plain `sonde`: watch this machine for a while, then say how it is.
 *
 * Order matters: what can be refused is refused before the first sample; files are written before
 * the report is printed, so that `| head` cannot lose them.
 */
#include "app/analyze_archive.h"
#include "app/analyze_file.h"
#include "app/archive_options.h"
#include "app/attach.h"
#include "app/observer.h"
#include "app/progress.h"
#include "app/reporting.h"

#include "base/log.h"
#include "base/mem.h"
#include "core/config.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define YEAR_S 31536000.0 /* 365 d */

enum mode { MODE_COLLECT, MODE_ANALYZE, MODE_MONITOR, MODE_FULL };

static enum mode check_mode(const struct args *a)
{
    static const char *const names[] = { "collect", "analyze", "monitor", "full" };
    int m = MODE_COLLECT;
    while (m < MODE_FULL && strcmp(names[m], args_text(a, "mode")) != 0)
        m++;
    return (enum mode)m;
}

static struct progress check_progress(const struct args *a, enum mode mode,
                                      const struct observer *o, double duration_s)
{
    bool lines = mode == MODE_MONITOR && !args_flag(a, "json");
    FILE *to = args_flag(a, "quiet") ? NULL : lines ? stdout : stderr;
    return (struct progress){
        .to = to, .lines = lines, .terminal = to && os_is_terminal(fileno(to)), .duration_s = duration_s,
        .width = os_terminal_width,
        .screen = screen_of(fileno(lines ? stdout : stderr), args_flag(a, "no-color")),
        .schema = o->feed->schema,
    };
}

/* A recording is played to its end, unless told otherwise. */
static double check_duration(const struct args *a, const struct observer *o)
{
    if (!o->root.path && !args_given(a, "duration"))
        return INFINITY;
    return o->root.instants && !args_given(a, "duration") ? o->root.instants * o->interval_s :
           args_number(a, "duration");
}

/* Gathers; returns 0, -EINTR when stopped early, another error where a recording breaks off. */
static int check_collect(const struct args *a, enum mode mode, struct observer *o,
                         struct recording *rec, struct cost *cost)
{
    double duration_s = check_duration(a, o);
    struct progress progress = check_progress(a, mode, o, duration_s);
    struct os_self before = { 0 }, after = { 0 };
    bool known = os_self(&before) == 0;
    int rc = recording_run(rec, o->feed, duration_s, progress_tick, &progress);
    known = known && os_self(&after) == 0 && progress.ticks && o->sampler; /* else it is a recorder's cost */
    progress_end(&progress);
    *cost = (struct cost){
        .cpu_us_per_sample = known ? (after.cpu_s - before.cpu_s) * 1e6 / (double)progress.ticks : NAN,
        .rss_bytes = known ? after.rss_bytes : NAN,
        .written_bytes = known ? after.written_bytes - before.written_bytes : NAN,
    };
    return rc;
}

/* --mode collect: files only. */
static int check_save(const struct args *a, const struct recording *rec,
                      struct outfiles *files)
{
    struct outfiles_result result = outfiles_write(files, rec, NULL);
    outfiles_tell(files, rec, a);
    return !result.failed ? EXIT_DONE : result.written ? EXIT_PART : EXIT_FAILED;
}

static int check_finish(const struct args *a, enum mode mode, const struct observer *o,
                        const struct recording *rec, struct outfiles *files, struct cost cost,
                        int rc)
{
    if (rc == -ENOMEM) {
        log_error(rc, "check: no memory for more samples; run it shorter or with a longer --interval");
        return EXIT_FAILED;
    }
    if (!rec->n) {
        log_error(rc, "check: no sample was taken");
        return EXIT_FAILED;
    }
    if (rc < 0 && rc != -EINTR)
        log_error(rc, "check: %s breaks off after %zu sample%s, which is what the report is about",
                  rec->origin, rec->n, rec->n == 1 ? "" : "s");
    struct archive_kept kept = { 0 };
    rc = archive_options_keep(a, rec, &kept) < 0 ? -EIO : rc;
    int status = mode == MODE_COLLECT ? check_save(a, rec, files) :
                 reporting_finish(a, rec, files, o->root.path, kept.dir.p, cost, archive_options_found, &kept);
    buf_done(&kept.dir);
    return status == EXIT_DONE && rc < 0 ? EXIT_PART : status;
}

/* --mode collect is for files: without one the whole run would be for nothing. */
static bool check_keeps(const struct args *a)
{
    return args_flag(a, "archive") || args_flag(a, "save-data") || args_given(a, "export-csv") ||
           args_given(a, "export-json") || args_given(a, "export-prometheus") || args_flag(a, "visualize") ||
           args_flag(a, "show-plot");
}

static int check_machine(const struct args *a, enum mode mode)
{
    struct observer o;
    struct outfiles files = { 0 };
    struct cost cost;
    double interval_s = args_given(a, "interval") ? args_number(a, "interval") :
                        config_number(args_config(a), "general.logging_interval");
    if (outfiles_plan(&files, a, args_flag(a, "save-data"), NULL, os_wall_ms()) < 0 ||
        (observer_attach(&o, a, interval_s, args_number(a, "duration"), NULL) < 0 &&
         observer_open(&o, a, interval_s, 0) < 0)) {
        outfiles_done(&files);
        return EXIT_FAILED;
    }
    if (args_given(a, "interval") && o.interval_s != interval_s)
        log_warn(0, "check: --interval is not used: the recording goes at its own pace of %g s",
                 o.interval_s);
    int status = EXIT_USAGE;
    if (outfiles_check_globs(&files, o.feed->schema) == 0) {
        struct recording *rec = reporting_new(a, o.interval_s, o.feed->origin);
        os_stop_on_signal();
        int rc = check_collect(a, mode, &o, rec, &cost);
        observer_rest(&o); /* its descriptors may be the last that the files need */
        status = check_finish(a, mode, &o, rec, &files, cost, rc);
        recording_free(rec);
    }
    observer_close(&o);
    outfiles_done(&files);
    return status;
}

/* --mode analyze: of a file, a session or a time; the last session where none is named. */
static int check_stored(const struct args *a, const char *word)
{
    if (word && !analyze_is_session(word))
        return analyze_has_range(a, "check", word) ? EXIT_USAGE : analyze_file(a, word);
    return analyze_archive(a, word || args_given(a, "from") || args_given(a, "to") ? word : "last");
}

static int check_run(const struct args *a)
{
    enum mode mode = check_mode(a);
    const char *file = args_positional(a, 0);
    int status;
    if (mode != MODE_ANALYZE && analyze_has_range(a, "check", NULL))
        return EXIT_USAGE;
    if (archive_options_run(a, &status))
        return status;
    if (mode == MODE_ANALYZE)
        return check_stored(a, file);
    if (file) {
        log_error(0,
                  "check: it looks at this machine and takes no file; to look at a file: sonde "
                  "analyze %s",
                  file);
        return EXIT_USAGE;
    }
    if (mode == MODE_COLLECT && !check_keeps(a)) {
        log_error(0, "check: --mode collect would keep nothing; add --archive, --save-data, --export-csv FILE, "
                  "--export-json FILE, --export-prometheus FILE or --visualize");
        return EXIT_USAGE;
    }
    return archive_options_may_keep(a) ? check_machine(a, mode) : EXIT_FAILED;
}

static const struct option options[] = {
    { "mode",      0, OPTION_CHOICE, "MODE", .choices = "collect analyze monitor full", .fallback = "full",
      .help = "collect: files only; analyze: a FILE or session; monitor: show numbers too; full: report" },
    { "duration", 'd', OPTION_DURATION, "TIME", .min = 0.1, .max = YEAR_S, .fallback = "60",
      .help = "how long to watch: 90, 1.5m, 2h" },
    { "interval", 'i', OPTION_DURATION, "TIME", .min = SAMPLER_MIN_S, .max = SAMPLER_MAX_S,
      .help = "between two samples (default general.logging_interval, which is 1)" },
    { "save-data", 0, OPTION_FLAG, .help = "save telemetry_data_DATE_TIME.json: the main metrics; --export-csv keeps all" },
    OBSERVER_REPLAY,
    ATTACH_OPTIONS,
    ARCHIVE_OPTIONS,
    ANALYZE_ARCHIVE_OPTIONS,
    OUTFILES_OPTIONS,
    REPORTING_OPTIONS,
    { 0 },
};

static const struct example examples[] = {
    { "sonde", "watch for a minute, then report" },
    { "sonde check --duration 20 --interval 0.5", "a quick look" },
    { "sonde check --save-data --save-analysis", "keep what was seen and what was found" },
    { "sonde check --mode monitor -d 10m", "numbers while it watches" },
    { 0 },
};

const struct command command_check = {
    .name = "check", .summary = "watch this machine for a while, then say how it is",
    .usage = "[FILE]",
    .text = "Reads all sensors once an interval, learns what is usual, and prints a report: whether the machine is "
            "well; if not, what is unusual, since when, which process, and what to do. Ctrl-C ends early and reports "
            "on what there is. A recording (--root) or a tape (--replay) is played to its end unless --duration is given. "
            "Where `sonde record` runs, the report is on its last samples, at once; --fresh takes new ones.",
    .options = options, .examples = examples, .max_positional = 1, .run = check_run,
};

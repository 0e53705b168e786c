/*
 * export.c - `sonde export`: what was recorded, or what is now, in the formats of other programs.
 *
 * What is now comes from the recorder that runs, or from two samples of its own: counters are levels, and shares need
 * two.
 */
#include "app/archived.h"
#include "app/attach.h"
#include "app/exporting.h"
#include "app/observer.h"
#include "app/outfiles.h"
#include "app/push_range.h"
#include "app/version.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FORMATS_MAX 32
#define TICKS_S 0.5 /* between two samples of its own */
#define BACK_S 30   /* where the last instant of a recorder is looked for */

/* Of the word that names it; NULL, and what is wrong was said. */
static const struct exporter *export_format(const char *word)
{
    const char *names[FORMATS_MAX];
    size_t n = 0;
    auto_buf struct buf all = { 0 };
    for (const struct exporter *e; n < FORMATS_MAX && (e = exporter_at(n)); n++) {
        names[n] = e->name;
        buf_printf(&all, "%s%s", n ? " " : "", e->name);
    }
    const struct exporter *found = word ? exporter_find(word) : NULL;
    const char *near = word && !found ? text_nearest(word, names, n, sizeof *names) : NULL;
    if (!word)
        log_error(0, "export: say in which format: %s", buf_text(&all));
    else if (!found && near)
        log_error(0, "export: there is no format '%s'; was '%s' meant?", word, near);
    else if (!found)
        log_error(0, "export: there is no format '%s'; there are %s", word, buf_text(&all));
    return found;
}

/* The newest instant of a feed: at least the second, and not one that the recorder had before. */
static int export_newest(struct observer *o, const struct moment **m)
{
    int rc = feed_next(o->feed, m);
    for (int i = 0; rc == 0 && i < BACK_S * 10; i++) {
        if (i && (o->sampler || os_wall_ms() - (*m)->frame.wall_ms < (int64_t)(o->interval_s * 1500)))
            break;
        rc = feed_next(o->feed, m);
    }
    return rc == -ENODATA && *m ? 0 : rc; /* a recorded machine of one instant */
}

static int export_write_now(const struct args *a, struct observer *o, const struct exporter *e)
{
    const struct moment *m = NULL;
    const char *globs = args_text(a, "metrics");
    int rc = export_newest(o, &m);
    if (rc < 0) {
        log_error(rc, "export: the machine could not be read");
        return EXIT_FAILED;
    }
    struct selection sel = selection_of(o->feed->schema, globs);
    struct export_about about = { .host = args_given(a, "host") ? args_text(a, "host") : "", .session = "" };
    auto_buf struct buf out = { 0 };
    int status = EXIT_USAGE;
    if (sel.n) {
        export_instant(&out, e, &sel, &m->frame, &about, SONDE_VERSION);
        status = outfiles_put(args_text(a, "out"), &out) < 0 ? EXIT_FAILED : EXIT_DONE;
    } else {
        log_error(0, "export: --metrics '%s' matches no metric here; `sonde metrics` lists them all", globs);
    }
    selection_done(&sel);
    return status;
}

static int export_now(const struct args *a, const struct exporter *e)
{
    struct observer o;
    if (outfiles_may_write(args_text(a, "out"), NULL) < 0)
        return EXIT_FAILED;
    if (observer_attach(&o, a, INFINITY, BACK_S, NULL) < 0 && observer_open(&o, a, TICKS_S, 0) < 0)
        return EXIT_FAILED;
    int status = export_write_now(a, &o, e);
    observer_close(&o);
    return status;
}

static int export_run(const struct args *a)
{
    const struct exporter *format = export_format(args_positional(a, 0));
    struct exporting e = { .command = "export", .option = "--out", .exporter = format, .host = args_text(a, "host"),
                           .session = args_positional(a, 1), .globs = args_text(a, "metrics"),
                           .output = args_text(a, "out") };
    e.optimetrics = strcmp(args_text(a, "layout"), "optimetrics") == 0;
    bool range = e.session || args_given(a, "from") || args_given(a, "to");
    bool now = args_flag(a, "now") || (format && !range && format->whole);
    if (!format || archived_runs_backwards(a, "export"))
        return EXIT_USAGE;
    if (e.optimetrics && (strcmp(format->name, "csv") != 0 || !e.output || e.globs || now || args_given(a, "every"))) {
        log_error(0, "export: --layout optimetrics is of csv, and of all instants of a range; name a new folder with "
                  "--out");
        return EXIT_USAGE;
    }
    if (now && (range || args_given(a, "every"))) {
        log_error(0, range ? "export: --now is the last instant; give a session or a range without it" :
                  "export: --every is of a session or a range, and this is the last instant");
        return EXIT_USAGE;
    }
    if (!now && !range) {
        log_error(0, "export: say what: a session, as `sonde sessions list` shows it, --from and --to, or --now");
        return EXIT_USAGE;
    }
    e.from_ms = args_given(a, "from") ? args_time(a, "from") : INT64_MIN;
    e.to_ms = args_given(a, "to") ? args_time(a, "to") : INT64_MAX;
    e.every_ms = args_given(a, "every") ? (int64_t)(args_number(a, "every") * 1000) : 0;
    if (!args_given(a, "push"))
        return now ? export_now(a, format) : exporting_run(&e, a);
    if (now || e.every_ms || e.output) {
        log_error(0, "export: --push sends instants of a session or a range; --now, --every and --out do not go with "
                     "it");
        return EXIT_USAGE;
    }
    return push_range(&e, a, args_text(a, "push"));
}

static const struct option options[] = {
    { "from",    0, OPTION_TIME, "TIME", .help = "only what was seen from this time on" },
    { "to",      0, OPTION_TIME, "TIME", .help = "only what was seen up to this time" },
    { "now",     0, OPTION_FLAG, .help = "the last instant; what prometheus and openmetrics mean without a range" },
    { "metrics", 0, OPTION_TEXT, "GLOBS", .help = "only these: 'cpu.*,disk.read{sda}'" },
    { "every",   0, OPTION_DURATION, "TIME", .min = 0.1, .max = 366 * 86400.0,
      .help = "a row for so long, of minimum, mean and maximum, instead of each instant: 10m, 1h" },
    { "layout",  0, OPTION_CHOICE, "LAYOUT", .choices = "sonde optimetrics", .fallback = "sonde",
      .help = "of csv: one file, or a folder with the files of OptiMetrics, one for each kind of hardware" },
    { "host",    0, OPTION_TEXT, "NAME", .help = "what this machine is called there; without, it is not said" },
    { "out",    'o', OPTION_FILE, "FILE", .help = "instead of standard output" },
    PUSH_OPTION,
    ATTACH_OPTIONS,
    { 0 },
};

static const struct example examples[] = {
    { "sonde export prometheus", "what Prometheus would scrape now" },
    { "sonde export influx last -o last.lp", "for `influx write` or curl --data-binary" },
    { "sonde export otlp --from '2 hours ago' --host web1 -o metrics.pb", "for POST /v1/metrics of a collector" },
    { "sonde export openmetrics last -o last.om", "for `promtool tsdb create-blocks-from openmetrics`" },
    { "sonde export remote-write last --push http://127.0.0.1:9090/api/v1/write", "to a Prometheus that takes it" },
    { "sonde export csv --from yesterday --every 10m --metrics 'cpu.util'", "a day at a glance" },
    { 0 },
};

const struct command command_export = {
    .name = "export", .summary = "what was recorded, or is now, in the formats of other programs",
    .usage = "FORMAT [SESSION]",
    .text = "Formats: csv, json, jsonl (all that was recorded; what is not known is empty or null); prometheus and "
            "openmetrics (text, with stamps where it is a range); influx (line protocol, nanoseconds); otlp (an "
            "ExportMetricsServiceRequest, with OpenTelemetry's names where it has one); graphite (plaintext); "
            "remote-write (a WriteRequest of Prometheus, not compressed); mqtt (a JSON object an instant). All but the "
            "first three leave out what is not known, and rates whose counter is there: the receiver makes them. No "
            "name of this machine is written unless --host gives one. docs/EXPORT.md has the names and units of each. "
            "A file appears when it is whole.",
    .options = options, .examples = examples, .max_positional = 2, .run = export_run,
};

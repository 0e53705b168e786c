/* export.c - `sonde sessions export`: a session, or a range of time, in a format of others or as a tape. */
#include "app/sessions/sessions.h"

#include "app/archived.h"
#include "app/exporting.h"
#include "base/log.h"

static int export_run(const struct args *a)
{
    struct exporting e = { .command = "sessions export", .option = "--output", .session = args_positional(a, 0),
                           .globs = args_text(a, "metrics"), .output = args_text(a, "output"),
                           .exporter = exporter_find(args_text(a, "format")) };
    e.from_ms = args_given(a, "from") ? args_time(a, "from") : INT64_MIN;
    e.to_ms = args_given(a, "to") ? args_time(a, "to") : INT64_MAX;
    e.every_ms = args_given(a, "every") ? (int64_t)(args_number(a, "every") * 1000) : 0;
    if (!e.session && !args_given(a, "from") && !args_given(a, "to")) {
        log_error(0, "sessions export: say what: a session, as `sonde sessions list` shows it, or --from and --to");
        return EXIT_USAGE;
    }
    if (!e.exporter && !e.output) {
        log_error(0, "sessions export: a tape is written to a file; name one with --output FILE");
        return EXIT_USAGE;
    }
    if (!e.exporter && e.every_ms) {
        log_error(0, "sessions export: a tape has every instant; --every is for csv, json and jsonl");
        return EXIT_USAGE;
    }
    return archived_runs_backwards(a, "sessions export") ? EXIT_USAGE : exporting_run(&e, a);
}

static const struct option options[] = {
    { "from",    0, OPTION_TIME, "TIME", .help = "only what was seen from this time on" },
    { "to",      0, OPTION_TIME, "TIME", .help = "only what was seen up to this time" },
    { "format",  0, OPTION_CHOICE, "FORMAT", .choices = "csv json jsonl sonde", .fallback = "csv",
      .help = "sonde: a tape, for --replay on any machine; `sonde export` has those of other programs" },
    { "metrics", 0, OPTION_TEXT, "GLOBS", .help = "only these: 'cpu.*,disk.read.rate{sda}'" },
    { "every", 0, OPTION_DURATION, "TIME", .min = 0.1, .max = 366 * 86400.0,
      .help = "a row for so long, of minimum, mean and maximum, instead of each instant: 10m, 1h" },
    { "output", 'o', OPTION_FILE, "FILE", .help = "instead of standard output" },
    ARCHIVED_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde sessions export last --format sonde -o friday.sonde", "for a friend: sonde top --replay friday.sonde" },
    { "sonde sessions export --from 'yesterday 14:05' --to 'yesterday 14:20' -o f.csv", "a quarter of an hour" },
    { "sonde sessions export --from '7 days ago' --every 10m --metrics 'cpu.util'", "a week at a glance" },
    { 0 },
};

const struct command sessions_export = {
    .name = "sessions export", .summary = "a session, or a range of time, as CSV, JSON or a tape", .usage = "[ID]",
    .text = "Writes every instant of a session, or of all sessions in a range of time, or both. Columns that only "
            "some of it has are empty elsewhere. With --every the numbers come from summaries where there are some; the "
            "mean is that of samples; counters have their last value. Sessions of the same time are not mixed, but on "
            "a tape: name one. A file appears when it is whole.",
    .options = options, .examples = examples, .max_positional = 1, .run = export_run,
};

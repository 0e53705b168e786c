/* analyze.c - `sonde analyze`: the report over saved samples. */
#include "app/analyze_archive.h"
#include "app/analyze_changed.h"
#include "app/analyze_file.h"
#include "app/archived.h"
#include "app/observer.h"
#include "app/reporting.h"

#include "base/log.h"

static int analyze_command(const struct args *a)
{
    const char *tape = args_text(a, "replay"), *word = tape ? tape : args_positional(a, 0);
    bool range = args_given(a, "from") || args_given(a, "to"), changed = args_flag(a, "changed");
    if (changed && !analyze_changed_can(a))
        return EXIT_USAGE;
    if (!tape && (word ? analyze_is_session(word) : range))
        return changed ? analyze_archive_changed(a, word) : analyze_archive(a, word);
    if (word && changed)
        return analyze_file_changed(a, word);
    if (word)
        return analyze_has_range(a, "analyze", word) ? EXIT_USAGE : analyze_file(a, word);
    log_error(0, "analyze: give a session (`sonde sessions list`), --from and --to, or a file: one of --save-data, or "
                 "any CSV with a column of times. See `sonde help analyze`.");
    return EXIT_USAGE;
}

static const struct option options[] = {
    ARCHIVED_OPTION,
    ANALYZE_ARCHIVE_OPTIONS, ANALYZE_CHANGED_OPTION, OBSERVER_REPLAY, OUTFILES_OPTIONS, REPORTING_OPTIONS, { 0 },
};

static const struct example examples[] = {
    { "sonde analyze last", "what `sonde record` kept since it was started last" },
    { "sonde analyze --from -2h", "the last two hours" },
    { "sonde analyze --changed --from 14:05 --to 14:15", "what was different then from the minutes before" },
    { "sonde analyze telemetry_data_20261122_103000.json", "what `sonde check --save-data` kept" },
    { "sonde analyze metrics.csv --json", "somebody else's numbers, as JSON" },
    { 0 },
};

const struct command command_analyze = {
    .name = "analyze", .summary = "the report over a session, saved samples, or any CSV with times",
    .usage = "[SESSION | FILE]",
    .text = "Reads what a recorder kept, of one session or between two times; a tape (a segment, a flight recording, "
            "an export); the JSON of --save-data; or a CSV file: a first column t, time or timestamp (ISO 8601, or numbers: "
            "seconds below 1e11, milliseconds above), then one column for each metric. Empty cells and NaN are missing "
            "values.\n\n"
            "--changed ranks what was different in a window from the time before it: metrics by how far their median or "
            "deciles moved, in units of how far they vary, where that matters and is no chance; and processes that came, "
            "went, or did more or less.",
    .options = options, .examples = examples, .max_positional = 1, .run = analyze_command,
};

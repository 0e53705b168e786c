/*
 * The options of `check` that concern the archive, by the names that they had in telemetry_agent: --archive keeps a
 * run as a session; the others are what `sonde sessions` does.
 */
#ifndef APP_ARCHIVE_OPTIONS_H
#define APP_ARCHIVE_OPTIONS_H

#include "app/command.h"
#include "analyze/report.h"
#include "core/recording.h"
#include "store/index.h"

#define ARCHIVE_OPTIONS \
    { "archive", 0, OPTION_FLAG, .help = "keep this run in the archive, as a session" }, \
    { "archive-dir", 0, OPTION_DIR, "DIR", .help = "the same as --data" }, \
    { "retention-days", 0, OPTION_COUNT, "N", .min = 1, .max = 36500, \
      .help = "remove sessions that ended longer ago: sonde sessions prune --older-than" }, \
    { "query-archive", 0, OPTION_TEXT, "ID", .help = "show a session: sonde sessions show" }, \
    { "list-sessions", 0, OPTION_FLAG, .help = "list the sessions: sonde sessions list" }, \
    { "archive-stats", 0, OPTION_FLAG, .help = "how much the archive holds: sonde sessions stats" }

/* Does what was asked for instead of watching the machine. False when nothing was; else *status is the exit status. */
bool archive_options_run(const struct args *a, int *status);

/* Can a run be kept where --archive asks for it? Before the first sample. False: why not was said. */
bool archive_options_may_keep(const struct args *a);

struct archive_kept {
    struct buf dir;              /* of the caller, for buf_done() */
    char session[INDEX_ID_MAX];  /* "": it was not kept */
};

/* Keeps a run where --archive asks for it. 0, or an error that was said. */
int archive_options_keep(const struct args *a, const struct recording *rec, struct archive_kept *out);

/* And what was found in it: for reporting_finish(), with the struct archive_kept. */
void archive_options_found(void *kept, const struct report *r);

#endif

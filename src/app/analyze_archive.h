/* The report over what a recorder kept: a session, or a range of time. */
#ifndef APP_ANALYZE_ARCHIVE_H
#define APP_ANALYZE_ARCHIVE_H

#include "app/command.h"
#include "core/recording.h"

/* For the table of a command with ARCHIVED_OPTION. */
#define ANALYZE_ARCHIVE_OPTIONS \
    { "from", 0, OPTION_TIME, "TIME", .help = "of what was recorded, from then on: '2026-11-22 14:05', '-2h'" }, \
    { "to", 0, OPTION_TIME, "TIME", .help = "and up to then (default now)" }

/*
 * The report over a session, "last" or the beginning of its id, or over all of them where it is NULL, between --from
 * and --to. Read from the data directory; where that is not for us, asked of the running recorder. Returns an
 * exit status.
 */
int analyze_archive(const struct args *a, const char *session);

/* What changed between --from, which is given, and --to, against the time before (app/analyze_changed.h). */
int analyze_archive_changed(const struct args *a, const char *session);

/* What the report would be over, without the report: *out is the caller's where the exit status is EXIT_DONE. */
int analyze_archive_read(const struct args *a, const char *command, const char *session, struct recording **out);

/*
 * Was --from or --to given where they mean nothing? Says so, and what to do.
 *
 *   file  that the report is on instead; NULL: it is on the machine now
 */
bool analyze_has_range(const struct args *a, const char *command, const char *file);

/* Is a word a session's? One that names no file, unless it looks like a path. */
bool analyze_is_session(const char *word);

#endif

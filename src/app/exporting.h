/*
 * Exports of what was recorded, to a file or to standard output: `sonde export`, `sonde sessions export`.
 *
 * Two passes: the first one learns which metrics there are, from the catalogs, because a CSV names them in its first
 * line; the second writes instant by instant, so that a month needs no more memory than a minute. Only a format that
 * must be one piece (exporter.whole) is gathered in memory, up to a limit.
 */
#ifndef APP_EXPORTING_H
#define APP_EXPORTING_H

#include "app/command.h"
#include "output/exporter.h"

struct exporting {
    const char *command, *option;   /* "sessions export", and its option that names the output: for what is said */
    const struct exporter *exporter; /* NULL: as a tape */
    const char *session;            /* as a person names one; NULL: all in the range */
    int64_t from_ms, to_ms;         /* INT64_MIN, INT64_MAX: open */
    int64_t every_ms;               /* 0: each instant, else a row of minimum, mean and maximum for so long */
    const char *globs;              /* NULL: all metrics */
    const char *output;             /* NULL: standard output */
    bool optimetrics;               /* into a folder of that name, the files of OptiMetrics (store/csvlog.h) */
    const char *host;               /* as in struct export_about */
};

/* Does it, from the archive of a command with ARCHIVED_OPTION; an exit status, and what is wrong was said. */
int exporting_run(const struct exporting *e, const struct args *a);

#endif

/* The end of a run, common to `check` and `analyze`: analyse, write the files, print the report. */
#ifndef APP_REPORTING_H
#define APP_REPORTING_H

#include "app/logs_open.h"
#include "app/outfiles.h"
#include "core/feed.h"

#define REPORTING_OPTIONS \
    { "method",           0, OPTION_CHOICE, "NAME", .choices = "auto shift forest detector", .fallback = "auto", \
      .help = "how anomalies are found; auto: by shift, in recordings over two hours by the detector as well" }, \
    { "seed",             0, OPTION_COUNT, "N", .min = 0, .max = 9007199254740992.0, .fallback = "1", \
      .help = "of the random numbers; the same seed gives the same report" }, \
    { "predict",          0, OPTION_FLAG, .help = "say what the main metrics will do, and how likely anomalies are" }, \
    { "prediction-steps", 0, OPTION_COUNT, "N", .min = 1, .max = 1000, .fallback = "10", \
      .help = "how many intervals ahead; of recordings over two hours how many minutes" }, \
    LOGS_OPTION

/* What collecting cost, in CPU time, memory and bytes written to storage; NaN where that is not known. */
struct cost {
    double cpu_us_per_sample, rss_bytes, written_bytes;
};

/*
 * Analyses, writes the files and prints the report, as --json or text. The host is described where
 * the samples are of a machine (`root`: "" or below it), not of a file (NULL). found() is told the report before it
 * is printed; NULL for nobody. States that are known in a data directory have their id and name from there, and it
 * learns of others; dir is NULL where the samples are of none.
 *
 * Returns an exit status: EXIT_PART when a file could not be written.
 */
int reporting_finish(const struct args *a, const struct recording *rec,
                     struct outfiles *files, const char *root, const char *dir, struct cost cost,
                     void (*found)(void *self, const struct report *r), void *self);

/* A recording for a command, with the room that the configuration allows; origin is copied. */
struct recording *reporting_new(const struct args *a, double interval_s, const char *origin);

/* Plays a tape to its end. *out is the caller's. The error is that of recording_run(); silent. */
int reporting_play(const struct args *a, struct feed *feed, const char *origin, struct recording **out);

/*
 * The report over what read() gives, which says what is wrong. Returns an exit status.
 *
 *   path  the file that is read, not to be written over; NULL: none is
 *   dir, found  as of reporting_finish()
 */
int reporting_on(const struct args *a, const char *path, const char *dir,
                 int (*read)(void *self, struct recording **out),
                 void (*found)(void *self, const struct report *r), void *self);

#endif

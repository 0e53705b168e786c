/*
 * The files that a run writes when it is over: --save-data, --save-analysis, --export-csv, --export-json,
 * --export-prometheus, --visualize. Whether they can be written is asked before the run, so that a minute of collecting
 * does not end in "no such directory".
 */
#ifndef APP_OUTFILES_H
#define APP_OUTFILES_H

#include "analyze/report.h"
#include "app/command.h"
#include "core/recording.h"

enum outfile {
    OUTFILE_DATA, OUTFILE_ANALYSIS, OUTFILE_CSV, OUTFILE_JSON, OUTFILE_PROMETHEUS, OUTFILE_PLOT, OUTFILE_PAGE, OUTFILES
};

struct outfiles {
    const struct args *args; /* of the command */
    char *path[OUTFILES]; /* NULL = not asked for */
    bool written[OUTFILES];
    char *dir;            /* where those whose name we choose go, */
    int64_t wall_ms;      /* and the time in it */
    const char *globs;    /* --metrics: what the exports hold; NULL = everything */
};

/* Every option that outfiles_plan() reads, for the table of a command. */
#define OUTFILES_OPTIONS \
    { "save-analysis", 0, OPTION_FLAG, .help = "save the report as analysis_results_DATE_TIME.json" }, \
    { "export-csv",    0, OPTION_FILE, "FILE", .help = "write all samples as comma-separated values" }, \
    { "export-json",   0, OPTION_FILE, "FILE", .help = "write all samples as a JSON array" }, \
    { "export-prometheus", 0, OPTION_FILE, "FILE", \
      .help = "write the last sample as Prometheus reads it, for node_exporter's textfile collector (*.prom)" }, \
    { "visualize",     0, OPTION_FLAG, \
      .help = "draw metrics.png (without its module .svg) and telemetry_dashboard.html: sonde plot, sonde report" }, \
    { "show-plot",     0, OPTION_FLAG, .help = "the same, and open it with the desktop's viewer" }, \
    { "metrics",       0, OPTION_TEXT, "GLOBS", .help = "export only these: 'cpu.*,disk.read.rate{sda}'" }, \
    { "output-dir",    0, OPTION_DIR, "DIR", .fallback = ".", .help = "where the saved files go" }

/*
 * Names the files.
 *
 *   save_data  is telemetry_data_DATE_TIME.json wanted?
 *   input      what is read, and so must not be written; NULL for none
 *   wall_ms    for the names
 *
 * 0, or a negative errno value when one of them could not be written; that was said.
 */
int outfiles_plan(struct outfiles *f, const struct args *a, bool save_data, const char *input,
                  int64_t wall_ms);
void outfiles_done(struct outfiles *f);

/* A text that one option asks for: into a file, what is wrong with which was said; or to standard output where `path`
 * is NULL or "-", whose errors main() sees at the end. */
int outfiles_put(const char *path, const struct buf *text);
int outfiles_give(const char *path, const struct buf *text); /* the same of one that others may read */
bool outfiles_is_file(const char *path); /* neither NULL nor "-" */

/* May a command write `path`, and is it not `read` (NULL = nothing)? 0, also where it is no file; else the why was
 * said. */
int outfiles_may_write(const char *path, const char *read);

struct outfiles_result {
    int written, failed;
};

/* Writes them; what fails is said. A NULL report (--mode collect) has no analysis to save. */
struct outfiles_result outfiles_write(struct outfiles *f, const struct recording *rec,
                                      const struct report *r);

/* Does --metrics select any of these metrics? -EINVAL if not; that was said. */
int outfiles_check_globs(const struct outfiles *f, const struct schema *s);

/* "Wrote FILE", for each that was, where the output is text for people. */
void outfiles_tell(const struct outfiles *f, const struct recording *rec, const struct args *a);

#endif

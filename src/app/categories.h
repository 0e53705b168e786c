/* The workload categories of a command: those of the program, of the folders of this machine and its user, of
 * --categories; and what was learnt of the sessions that the user labelled. */
#ifndef APP_CATEGORIES_H
#define APP_CATEGORIES_H

#include "analyze/report.h"
#include "analyze/workload/workload.h"
#include "app/command.h"

/* For the table of a command. */
#define CATEGORIES_OPTION \
    { "categories", 0, OPTION_DIR, "DIR", \
      .help = "a folder with categories of your own (NAME.yaml), beside /etc/sonde/categories and " \
              "~/.config/sonde/categories" }

/*
 * Reads all of it: session_classification.categories chooses among those of the program, files of folders come on top.
 *
 *   data  the data directory, whose models/workload is read where there is one; NULL: none is
 *
 * 0, and *out is the caller's. -EINVAL, or what kept a file from being read, after a message with file and line.
 */
int categories_open(const struct args *a, const char *data, struct workload_set **out);

/* Sets the workload part of the options, unless general.enable_session_classification is off; data as above, *set is to
 * be freed. What is wrong with a file was said, and then there is no such part. */
void categories_for(const struct args *a, const char *data, struct analyze_options *o, struct workload_set **set);

/* The same for a command's own data directory, and without what was learnt of the session of `rec`. */
void categories_for_report(const struct args *a, const struct recording *rec, struct analyze_options *o,
                           struct workload_set **set);

/* session_classification.* */
struct workload_options categories_options(const struct config *c, double step_s);

#endif

/*
 * The CSV logs: what a recorder saw, in files that a person opens with a spreadsheet or pandas.
 *
 * Gauges, rates and ratios of every frame, not the counters behind them: a total that always grows tells
 * nobody anything, and the archive keeps it. A cell is empty while its value is near what was written last
 * (store/csv_band.h says how near), so a file is a tenth of its full rows; `columns.json` beside it says
 * unit and smallest change of each column. With the band off every cell is there, exactly.
 *
 * In the layout of OptiMetrics (store/csv_optimetrics.h) names, units and files are those of that program.
 *
 * One thread calls all of it. Rows wait in memory until csvlog_flush(), or 64 KiB of them are there.
 */
#ifndef STORE_CSVLOG_H
#define STORE_CSVLOG_H

#include "core/frame.h"
#include "core/schema.h"
#include "os/os.h"
#include "store/space.h"

#include <stdbool.h>

enum csvlog_layout { CSVLOG_SONDE, CSVLOG_OPTIMETRICS };

struct csvlog_options {
    char dir[OS_PATH_MAX];    /* made where there is none */
    enum csvlog_layout layout;
    bool filter;              /* leave out what did not change */
    double percent;           /* how much is a change */
    int64_t max_bytes;        /* of one file */
    int max_files;            /* of one day */
    double compress_days;     /* days until old ones are compressed; negative = never */
    const char *metrics;      /* globs of those to be written, NULL = all; of CSVLOG_SONDE */
    const char *hardware_id;  /* for CSVLOG_OPTIMETRICS */
};

struct csvlog;

/* space may be NULL: no cap, or a folder outside of it. Errors: those of the folder; -ENOMEM. */
int csvlog_open(const struct csvlog_options *o, struct space *space, struct csvlog **out);

/*
 * One tick. New metrics begin a new file, at once for the first times of a day and then as seldom as
 * max_files spreads over it. On an error what waited is dropped, files stay whole, and the next row is a
 * full one: -EDQUOT at the cap, -ENOSPC, -EIO ...
 */
int csvlog_add(struct csvlog *l, const struct schema *s, const struct frame *f);

int csvlog_flush(struct csvlog *l);                  /* all rows are on the disk */
int csvlog_tidy(struct csvlog *l, int64_t wall_ms);  /* compresses an old file; once a minute */

/* Removes the files of days that ended at least so many days ago, the oldest first; 0 = for ever. */
int csvlog_expire(struct csvlog *l, double keep_days, int64_t now_ms);

/* Flushes; what cannot be written is dropped. NULL is fine. */
void csvlog_close(struct csvlog *l);

#endif

/*
 * The files of a CSV log: one a day (UTC), another when it is full or its columns change; old ones are
 * compressed, and of one day only the newest are kept.
 *
 *   STEM_20261126.csv, STEM_20261126_001.csv ...   the log; sorted names are in the order of time
 *   STEM_20261126.columns.json                     what its columns mean, written before it
 *   STEM_20261126.csv.zst                          the same, compressed
 *
 * Whatever ends the process, each file has whole lines only: a torn last one is cut at the next start. A
 * compressed file takes its name when it is complete and on the disk, and only then the other goes.
 */
#ifndef STORE_CSV_ROLL_H
#define STORE_CSV_ROLL_H

#include "base/buf.h"
#include "store/space.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_roll_options {
    const char *dir;       /* made where there is none */
    const char *stem;      /* "sonde" */
    int64_t max_bytes;     /* of one file */
    int max_files;         /* of one day, at least 1 */
    double compress_days;  /* after so many; negative = never */
};

struct csv_roll;

/* Cuts what a crash left. space may be NULL: no cap. */
int csv_roll_open(const struct csv_roll_options *o, struct space *space, struct csv_roll **out);
void csv_roll_close(struct csv_roll *r);

/*
 * Puts the first line of the newest file, and what its columns mean. *open: it may go on, as it is of this
 * day and not full, until csv_roll_begin(). -ENOENT where no file can be read. Only right after opening.
 */
int csv_roll_resume(struct csv_roll *r, int64_t wall_ms, struct buf *head, struct buf *columns, bool *open);

/* Begins the next file of the day. -EDQUOT, or what the system says; then none is open. */
int csv_roll_begin(struct csv_roll *r, int64_t wall_ms, const struct buf *columns);

/* Is another file due, for n more bytes? */
bool csv_roll_due(const struct csv_roll *r, int64_t wall_ms, size_t n);

/* Whole lines, all or nothing. -EDQUOT, or what the system says. */
int csv_roll_append(struct csv_roll *r, const struct buf *lines);
int csv_roll_sync(struct csv_roll *r);

int64_t csv_roll_size(const struct csv_roll *r); /* of the open file; -1 = none */
int csv_roll_index(const struct csv_roll *r);    /* how many the day had before it */
int64_t csv_roll_begun_ms(const struct csv_roll *r);

/* Compresses at most one file that is old enough: what is to be done once a minute. */
int csv_roll_tidy(struct csv_roll *r, int64_t wall_ms);

/* Removes the files of days that ended so many days ago or more, the oldest first; 0 = none. */
int csv_roll_expire(struct csv_roll *r, double keep_days, int64_t now_ms);

/* Makes a folder, with those above it that are not there; all of them count. -EDQUOT, or what the system says. */
int csv_roll_make_dir(const char *dir, struct space *space);

/* Names of files, for those who list a folder. */
struct csv_roll_name {
    int day;    /* 20261126 */
    int index;  /* 0 for the first of a day */
    bool packed;
};

/* Is `name` one of a stem's, compressed or not? */
bool csv_roll_parse(const char *stem, const char *name, struct csv_roll_name *out);

#endif

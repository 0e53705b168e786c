/*
 * A table of a CSV log: rows with a time, cells that stay empty while their value is near what was
 * written last (store/csv_band.h), in files that roll (store/csv_roll.h).
 *
 * A header never lies: other columns, or others in number, mean another file. Each file begins with a
 * row in which every cell is filled, and so is every 600th. Empty cells at the end of a row are left out,
 * commas and all, which is where most of the bytes would go; so the columns that change most stand
 * first, in the order that the last file had or that was seen since. The last column, CSV_TABLE_MARK,
 * is the sign that empty means "unchanged", and says within how many percent.
 */
#ifndef STORE_CSV_TABLE_H
#define STORE_CSV_TABLE_H

#include "store/csv_roll.h"

#define CSV_TABLE_FULL 600  /* rows from one full one to the next */
#define CSV_TABLE_KEYS 64   /* devices that share a file, each with rows of its own */
#define CSV_TABLE_MARK "empty_is_within_percent"

struct csv_column {
    const char *name;
    const char *unit; /* UCUM; "" for text */
    double floor;     /* the smallest change that is told */
    bool total;       /* a counter that only grows */
    bool always;      /* in every row: what tells the rows of one instant apart */
};

struct csv_value {
    double v;
    const char *text; /* in its place, where not NULL */
};

struct csv_table_options {
    struct csv_roll_options roll;
    double percent;     /* the band */
    bool exact;         /* every cell of every row, every digit: no band */
    bool fixed;         /* columns keep the order they are given in */
    bool skip_same;     /* a row in which nothing changed is left out */
};

struct csv_table;

int csv_table_open(const struct csv_table_options *o, struct space *space, struct csv_table **out);

/* The columns of the rows to come, without time and mark; copied. They begin a file. Errors: those of
 * csv_table_row(), for rows that waited. */
int csv_table_set_columns(struct csv_table *t, const struct csv_column *c, int n);
int csv_table_columns(const struct csv_table *t);

/* May columns be added without too many files for one day? */
bool csv_table_may_grow(const struct csv_table *t, int64_t wall_ms);

/*
 * A row of n values in the order of the columns as they were set; key says of which device, 0 where there
 * is one. What cannot be written is dropped, and the next row is a full one: -EDQUOT, or what the
 * system says.
 */
int csv_table_row(struct csv_table *t, int64_t wall_ms, int key, const struct csv_value *v);

int csv_table_flush(struct csv_table *t); /* rows are in the file and on the disk */
int csv_table_tidy(struct csv_table *t, int64_t wall_ms);
int csv_table_expire(struct csv_table *t, double keep_days, int64_t now_ms);
void csv_table_close(struct csv_table *t); /* drops what was not flushed */

/*
 * The names in the n bytes of a header line, which has a byte of room behind it and is taken apart: *names
 * is to be freed, but not what it points to. Returns how many; -EBADMSG when it is no line of CSV.
 */
int csv_table_names(char *line, size_t n, char ***names);

#endif

/*
 * Tables: a metric is a row that says under which key the kernel keeps a number, and what it is.
 *
 * An adapter that only takes over what files of the kernel say is a table and nothing else: its
 * `of` is the table, its functions are TABLE_FUNCTIONS. One that works something out besides keeps
 * a struct table_reader and calls the three functions below.
 *
 * Rows of one metric (same name and instance), of one file or of several, are added up. A metric
 * is there when one of its rows had a number when the table was opened.
 */
#ifndef ADAPTERS_LINUX_TABLE_H
#define ADAPTERS_LINUX_TABLE_H

#include "adapters/linux/keyed.h"
#include "core/adapter.h"

/* What the kernel counts in; kept as ones, bytes, seconds, and bytes per second. */
enum table_by { ONES, BYTES, KIB, PAGES, MILLISECONDS, SECONDS, MEGABITS_PER_S, TABLE_BYS };

struct table_row {
    const char *key;        /* as in keyed.h */
    const char *name;       /* family; NULL: only for table_value() */
    const char *inst;       /* NULL: that of the file */
    enum table_by by;
    enum kind kind;
    const char *help;
};

struct table_file {
    const char *path;
    enum keyed_layout layout;
    const struct table_row *row;
    int n;
    const char *inst;       /* of rows that name none; may be NULL */
};

struct table {
    const struct table_file *file;
    int n;
    const char *absent;     /* what to say where no file is there; NULL: nothing */
};

#define TABLE_ROWS(rows) (rows), (int)(sizeof(rows) / sizeof *(rows))
#define TABLE_FUNCTIONS .open = table_adapter_open, .sample = table_adapter_sample, .close = table_adapter_close

struct table_reader;

/* Opens the files that are there and adds their metrics. -ENODEV where there are none. */
int table_open(const struct adapter_env *env, const struct table *t, struct schema *s, struct table_reader **out);
void table_sample(struct table_reader *t, struct frame *f);
void table_close(struct table_reader *t); /* NULL is fine */

/* What the last reading, that of table_open() included, had for a row; NaN where nothing. */
double table_value(const struct table_reader *t, int file, int row);

int table_adapter_open(const struct adapter_env *env, struct schema *s, void **self);
void table_adapter_sample(void *self, struct frame *f);
void table_adapter_close(void *self);

#endif

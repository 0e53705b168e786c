/* What the readers of import.c share: where bytes come from, what goes wrong,
 * what metrics are called. */
#ifndef ANALYZE_IMPORT_READER_H
#define ANALYZE_IMPORT_READER_H

#include "analyze/import/import.h"

#include <stdbool.h>
#include <stdio.h>

struct import_zst;

struct import {
    const char *path;
    const char *text;    /* bytes that are already there: these come first ... */
    size_t left;
    FILE *file;          /* ... then those of the file, unless NULL */
    struct import_zst *zst; /* what they are compressed with, unless NULL */
    char *message;
    size_t cap;
    struct recording *rec;
    int64_t last_ms;     /* wall clock of the row before; valid once rec->n > 0 */
    int64_t last_step;   /* the last step forwards, ms */
    size_t set_back;     /* steps backwards ... */
    char first_back[40]; /* ... and the row of the first one */
    size_t damages;      /* places of a CSV log that were passed over */
};

/* Up to n bytes into p; 0 at the end, negative errno on failure. */
long import_read(struct import *in, char *p, size_t n);

/* The bytes as they are in the file: for import_zst.c. */
long import_read_raw(struct import *in, char *p, size_t n);

/* Do bytes begin as those that zstd compressed do? (RFC 8878) */
bool import_is_zst(const char *p, size_t n);

/* From now on import_read() gives plain bytes. -ENOMEM. */
int import_zst_open(struct import *in);
void import_zst_close(struct import_zst *z);

/* As import_read(); -EBADMSG when the bytes are damaged or end early, -E2BIG above IMPORT_MAX_PLAIN. */
long import_zst_read(struct import *in, char *p, size_t n);

/* Sets the message "PATH: ..." and returns rc. */
__attribute__((format(printf, 3, 4))) int import_fail(struct import *in, int rc, const char *fmt, ...);

/*
 * Adds a row of values v[0..n). `where` names the row in a message. Time may step back now and
 * then, as local times do, which becomes an event. -EINVAL: it does so often, or the rows are
 * centuries apart; -E2BIG: more numbers than IMPORT_MAX_CELLS; -ENOMEM.
 */
int import_row(struct import *in, int64_t wall_ms, const double *v, int n, const char *where);

/* Tells in an event, whose time is that of the row behind it, that lines from this one on were passed over. */
void import_damage(struct import *in, int64_t wall_ms, size_t line);

/* A time: ISO 8601, or seconds or milliseconds since 1970 or any other start. */
bool import_time(const char *text, int64_t *out_ms);
bool import_time_number(double v, int64_t *out_ms);
enum stamp import_stamp(double v); /* seconds or milliseconds, by their size */

/* A number cell of n bytes, blanks around it allowed:
 * 1 and *out; 0 and NaN for "not known"; -1 for text. */
int import_number(const char *p, size_t n, double *out);

/* The columns of a file, by name. */
struct import_header {
    char **name;
    int n;
};

/*
 * The slot of a column, and in *scale what its values are to be multiplied with.
 * Negative for a column of text that is known and left out (-ENOENT), and for a name that is too
 * long or empty (-EINVAL).
 */
int import_slot(struct schema *s, const struct import_header *h, int column, double *scale);

/* The readers proper; the first bytes have not been read yet. */
int import_csv(struct import *in);
int import_json(struct import *in);

#endif

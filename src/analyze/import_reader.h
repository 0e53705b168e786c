/* What the readers of import.c share: where bytes come from, what goes wrong,
 * what metrics are called. */
#ifndef ANALYZE_IMPORT_READER_H
#define ANALYZE_IMPORT_READER_H

#include "analyze/import.h"

#include <stdbool.h>
#include <stdio.h>

struct import {
    const char *path;
    const char *text;    /* bytes that are already there: these come first ... */
    size_t left;
    FILE *file;          /* ... then those of the file, unless NULL */
    struct import_zstd *zstd; /* which is compressed, unless NULL */
    char *message;
    size_t cap;
    struct recording *rec;
    int64_t last_ms;     /* wall clock of the row before; valid once rec->n > 0 */
    int64_t last_step;   /* the last step forwards, ms */
    size_t set_back;     /* steps backwards ... */
    char first_back[40]; /* ... and the row of the first one */
};

/* Up to n bytes into p; 0 at the end, negative errno on failure. */
long import_read(struct import *in, char *p, size_t n);

/* A compressed file, of which n bytes are in head; NULL when there is no memory. Reading it gives -EBADMSG where
 * it is damaged or ends early. */
struct import_zstd;
bool import_is_zstd(const char *p, size_t n);
struct import_zstd *import_zstd_new(FILE *file, const char *head, size_t n);
void import_zstd_free(struct import_zstd *z);
long import_zstd_read(struct import_zstd *z, char *p, size_t n);

/* Sets the message "PATH: ..." and returns rc. */
__attribute__((format(printf, 3, 4))) int import_fail(struct import *in, int rc, const char *fmt, ...);

/*
 * Adds a row of values v[0..n). `where` names the row in a message. Time may step back now and
 * then, as local times do, which becomes an event. -EINVAL: it does so often, or the rows are
 * centuries apart; -E2BIG: more numbers than IMPORT_MAX_CELLS; -ENOMEM.
 */
int import_row(struct import *in, int64_t wall_ms, const double *v, int n, const char *where);

/* A time: ISO 8601, or seconds or milliseconds since 1970 or any other start. */
bool import_time(const char *text, int64_t *out_ms);
bool import_time_number(double v, int64_t *out_ms);

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

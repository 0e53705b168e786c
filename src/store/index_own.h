/* What the files of the index share: the connection, its statements, its transactions. */
#ifndef STORE_INDEX_OWN_H
#define STORE_INDEX_OWN_H

#include "store/index.h"

#include <sqlite3.h>

#define INDEX_PAGE 4096
#define INDEX_WAL_SOFT (1024 * 1024) /* no transaction is begun beyond it */
#define INDEX_STATEMENTS 96
#define INDEX_ROOM 64 /* pages, more than one transaction takes: a batch of the largest rows, the nodes above */

struct index {
    sqlite3 *db;
    char *dir, *path;   /* of the data, of index.db */
    bool can_write, is_owner;
    bool is_damaged;    /* SQLite said so: nothing more is written to it */
    int64_t pages_max;
    struct space *space; /* counts what is moved aside; NULL for none */
    struct {
        const char *sql; /* the very text, told by its address */
        sqlite3_stmt *statement;
    } statements[INDEX_STATEMENTS];
    int n_statements;
};

/* A value for a parameter of a statement. */
struct index_value {
    enum { INDEX_INT, INDEX_REAL, INDEX_TEXT, INDEX_BLOB } type;
    int64_t i;     /* of a blob its bytes */
    double d;
    const char *s; /* text or blob; NULL is NULL */
};

#define I(v) { .type = INDEX_INT, .i = (v) }
#define D(v) { .type = INDEX_REAL, .d = (v) }
#define T(v) { .type = INDEX_TEXT, .s = (v) }
#define B(v, bytes) { .type = INDEX_BLOB, .s = (const char *)(v), .i = (int64_t)(bytes) }
#define VALUES(...) ((const struct index_value[]){ __VA_ARGS__, { 0 } }), \
    (int)(sizeof((const struct index_value[]){ __VA_ARGS__ }) / sizeof(struct index_value))
#define NO_VALUES NULL, 0

/* The errno value for what SQLite returned. */
int index_error(struct index *x, int rc);

/*
 * Prepares, once for the life of the index, and binds; the texts must live until the statement was run.
 * sql is a literal.
 */
int index_bind(struct index *x, const char *sql, const struct index_value *v, int n, sqlite3_stmt **out);

/* The next row: 1, 0 at the end, or an error. The statement is reset after its last row. */
int index_step(struct index *x, sqlite3_stmt *s);

/* Runs a statement without rows. Returns the rows that it changed. */
int index_run(struct index *x, const char *sql, const struct index_value *v, int n);

/* The first column of the first row. -ENODATA: no row. */
int index_number(struct index *x, const char *sql, const struct index_value *v, int n, int64_t *out);

/* Work in one transaction, all of it or nothing, tried again after making room. Returns what work() did. */
int index_write(struct index *x, int (*work)(struct index *x, void *self), void *self);

/* The same without making room. */
int index_write_once(struct index *x, int (*work)(struct index *x, void *self), void *self);

/* Frees an eighth of the allowance, at least INDEX_ROOM pages, oldest first. -EDQUOT: nothing is left that may go. */
int index_make_room(struct index *x);

/* The number of a session in the tables; -ENOENT. */
int index_key(struct index *x, const char *id, int64_t *key);
int index_clear_anomalies(struct index *x, int64_t key, int64_t upto); /* row numbers */

/* A column as text; never NULL. */
const char *index_text(sqlite3_stmt *s, int column);

/* Is a text for people short enough and plain? */
bool index_is_text(const char *text, size_t cap);

/* The name of an SQLite VFS: the system's, that refuses to let a write-ahead log pass INDEX_WAL_MAX. */
const char *index_bounded_vfs(void);

/* Makes the tables, or brings them up to this version. -ENOTSUP, -EBADMSG: not ours. */
int index_migrate(struct index *x);

/* Are the tables those of this version, to the letter? 0, -EBADMSG, -ENOTSUP. */
int index_recognise(struct index *x);

/* Moves index.db of a directory aside; -ENOENT when there is none. */
int index_move_aside(struct index *x);

/* Fills a new index, as index_options says. */
int index_fill(struct index *x, const struct index_options *o);

#endif

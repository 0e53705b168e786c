/*
 * index_sql.c - statements, transactions and errors of SQLite, so that the other files speak of tables only.
 *
 * Statements are prepared once and found again by the address of their text.
 */
#include "store/index_own.h"

#include "base/auto.h"
#include "base/text.h"
#include "os/disk.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Is it the allowance that is full, and not the disk? What did not fit was rolled back and is not in the count. */
static bool index_is_full(struct index *x)
{
    int64_t used = 0, unused = 0;
    return index_number(x, "PRAGMA page_count", NO_VALUES, &used) == 0 &&
           index_number(x, "PRAGMA freelist_count", NO_VALUES, &unused) == 0
               && used - unused + INDEX_ROOM > x->pages_max;
}

static int index_system_error(struct index *x, int otherwise)
{
    int rc = sqlite3_system_errno(x->db);
    return rc == ENOSPC || rc == EDQUOT || rc == EROFS || rc == EACCES || rc == ENOENT || rc == EFBIG ? -rc
        : otherwise;
}

int index_error(struct index *x, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK: case SQLITE_DONE: case SQLITE_ROW:
        return 0;
    case SQLITE_BUSY: case SQLITE_LOCKED: case SQLITE_PROTOCOL:
        return -EBUSY;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_CANTOPEN:
        return index_system_error(x, -EACCES);
    case SQLITE_CONSTRAINT:
        return -EEXIST;
    case SQLITE_TOOBIG:
        return -EINVAL;
    case SQLITE_CORRUPT: case SQLITE_NOTADB:
    case SQLITE_ERROR: case SQLITE_SCHEMA: /* our SQL is right: the tables are not */
        x->is_damaged = true;
        return -EBADMSG;
    default:
        return index_system_error(x, -EIO);
    }
}

static int index_prepare(struct index *x, const char *sql, sqlite3_stmt **out)
{
    for (int i = 0; i < x->n_statements; i++)
        if (x->statements[i].sql == sql) {
            *out = x->statements[i].statement;
            return 0;
        }
    assert(x->n_statements < INDEX_STATEMENTS && "a statement for each literal");
    int rc = sqlite3_prepare_v3(x->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    if (rc != SQLITE_OK)
        return index_error(x, rc);
    x->statements[x->n_statements].sql = sql;
    x->statements[x->n_statements++].statement = *out;
    return 0;
}

int index_bind(struct index *x, const char *sql, const struct index_value *v, int n, sqlite3_stmt **out)
{
    int rc = index_prepare(x, sql, out);
    if (rc < 0)
        return rc;
    sqlite3_reset(*out);
    assert(sqlite3_bind_parameter_count(*out) == n);
    for (int i = 0; i < n; i++) {
        rc = v[i].type == INDEX_INT    ? sqlite3_bind_int64(*out, i + 1, v[i].i)
             : v[i].type == INDEX_REAL ? sqlite3_bind_double(*out, i + 1, v[i].d)
             : v[i].type == INDEX_BLOB ? sqlite3_bind_blob(*out, i + 1, v[i].s, (int)v[i].i, SQLITE_STATIC)
                                       : sqlite3_bind_text(*out, i + 1, v[i].s, -1, SQLITE_STATIC);
        if (rc != SQLITE_OK)
            return index_error(x, rc);
    }
    return 0;
}

int index_step(struct index *x, sqlite3_stmt *s)
{
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        return 1;
    sqlite3_reset(s);
    return index_error(x, rc);
}

int index_run(struct index *x, const char *sql, const struct index_value *v, int n)
{
    sqlite3_stmt *s;
    int rc = index_bind(x, sql, v, n, &s);
    while (rc == 0 && (rc = index_step(x, s)) == 1)
        rc = 0;
    return rc < 0 ? rc : sqlite3_changes(x->db);
}

int index_number(struct index *x, const char *sql, const struct index_value *v, int n, int64_t *out)
{
    sqlite3_stmt *s;
    int rc = index_bind(x, sql, v, n, &s);
    if (rc == 0)
        rc = index_step(x, s);
    if (rc <= 0)
        return rc ? rc : -ENODATA;
    *out = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return 0;
}

static int64_t index_wal_bytes(const struct index *x)
{
    auto_buf struct buf path = { 0 };
    struct os_disk_entry e;
    buf_printf(&path, "%s-wal", x->path);
    return os_disk_look(path.p, &e) < 0 ? 0 : e.size;
}

/* The log is empty enough for a transaction, or is made so; a reader that holds a snapshot is not waited for. */
static int index_wal_ready(struct index *x)
{
    if (index_wal_bytes(x) <= INDEX_WAL_SOFT)
        return 0;
    sqlite3_busy_timeout(x->db, 0);
    int rc = sqlite3_wal_checkpoint_v2(x->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(x->db, 1000);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        return index_error(x, rc);
    return index_wal_bytes(x) <= INDEX_WAL_SOFT ? 0 : -EAGAIN;
}

int index_write_once(struct index *x, int (*work)(struct index *x, void *self), void *self)
{
    if (!x->can_write)
        return -EROFS;
    if (x->is_damaged)
        return -EBADMSG;
    int rc = index_wal_ready(x);
    if (rc == 0)
        rc = index_run(x, "BEGIN IMMEDIATE", NO_VALUES);
    if (rc < 0)
        return rc;
    int done = work(x, self);
    rc = done < 0 ? done : index_run(x, "COMMIT", NO_VALUES);
    if (rc >= 0)
        return done;
    if (!sqlite3_get_autocommit(x->db)) /* a full disk has rolled it back already */
        index_run(x, "ROLLBACK", NO_VALUES);
    return rc == -ENOSPC && index_is_full(x) ? -EDQUOT : rc;
}

int index_write(struct index *x, int (*work)(struct index *x, void *self), void *self)
{
    int rc = index_write_once(x, work, self);
    if (rc != -EDQUOT)
        return rc;
    rc = index_make_room(x);
    return rc < 0 ? rc : index_write_once(x, work, self);
}

int index_key(struct index *x, const char *id, int64_t *key)
{
    int rc = index_number(x, "SELECT n FROM sessions WHERE id = ?1", VALUES(T(id)), key);
    return rc == -ENODATA ? -ENOENT : rc;
}

const char *index_text(sqlite3_stmt *s, int column)
{
    const unsigned char *text = sqlite3_column_text(s, column);
    return text ? (const char *)text : "";
}

bool index_is_text(const char *text, size_t cap)
{
    return strlen(text) < cap && text_is_plain(text);
}

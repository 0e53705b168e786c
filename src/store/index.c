/*
 * index.c - opening the index, and what becomes of a file that is no index.
 *
 * SQLite's own ways to be safe are used as they are: write-ahead log, synchronous=NORMAL (a loss of power may take
 * back the last transactions, never tear one), foreign keys. What a file holds is not trusted: no
 * functions from its schema, sizes of cells checked, tables compared with ours (index_schema.c).
 */
#include "store/index_own.h"

#include "base/auto.h"
#include "base/log.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int64_t index_blocks(int64_t bytes)
{
    return (bytes + INDEX_PAGE - 1) / INDEX_PAGE * INDEX_PAGE;
}

int64_t index_worst_bytes(int64_t allowance)
{
    /* The shared memory has 32 KiB for each 4096 frames of the log, the first for 34 less. */
    int64_t frames = INDEX_WAL_MAX / (INDEX_PAGE + 24) + 1, shm = (frames + 34 + 4095) / 4096 * 32768;
    return index_blocks(allowance) + index_blocks(INDEX_WAL_MAX) + shm;
}

static void index_disconnect(struct index *x)
{
    for (int i = 0; i < x->n_statements; i++)
        sqlite3_finalize(x->statements[i].statement);
    x->n_statements = 0;
    sqlite3_close(x->db); /* the last one empties the log and removes it */
    x->db = NULL;
}

void index_close(struct index *x)
{
    if (!x)
        return;
    index_disconnect(x);
    if (x->is_damaged && x->is_owner)
        index_move_aside(x);
    mem_free(x->dir);
    mem_free(x->path);
    mem_free(x);
}

static int index_settings(struct index *x)
{
    sqlite3_extended_result_codes(x->db, 1);
    sqlite3_busy_timeout(x->db, 1000);
    sqlite3_limit(x->db, SQLITE_LIMIT_LENGTH, 1 << 20);
    sqlite3_db_config(x->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(x->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return index_error(x, sqlite3_exec(x->db,
                                       "PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON; PRAGMA "
                                       "temp_store = MEMORY;"
                                       "PRAGMA cache_size = -1024; PRAGMA mmap_size = 0", NULL, NULL, NULL));
}

/* An index that is not open yet. */
static struct index *index_new(const char *dir)
{
    struct index *x = mem_new(sizeof *x);
    auto_buf struct buf path = { 0 };
    buf_printf(&path, "%s/index.db", dir);
    x->dir = mem_dup(dir);
    x->path = mem_dup(path.p);
    return x;
}

static int index_connect(struct index *x, const char *name, int flags, const char *vfs)
{
    int rc = sqlite3_open_v2(name, &x->db, flags | SQLITE_OPEN_NOMUTEX, vfs);
    return rc == SQLITE_OK ? index_settings(x) : x->db ? index_error(x, rc) : -ENOMEM;
}

/* Is it a file (SQLite would wait for ever on a pipe), may we? Made first by us, so that its mode is 0600; what
 * SQLite makes beside it has the same. */
static int index_touch(const char *path, enum os_disk_mode mode, bool make)
{
    static const char *const beside[] = { "-wal", "-shm", "-journal" };
    int rc = os_disk_may(path, mode);
    for (size_t i = 0; i < sizeof beside / sizeof *beside && (rc == 0 || (rc == -ENOENT && make)); i++) {
        auto_buf struct buf other = { 0 };
        buf_printf(&other, "%s%s", path, beside[i]);
        int may = os_disk_may(other.p, mode);
        if (may < 0 && may != -ENOENT) {
            log_info("%s is in the way of the index", other.p);
            rc = may;
        }
    }
    if (rc != -ENOENT || !make)
        return rc;
    int fd = os_disk_open(path, OS_DISK_CREATE);
    os_close(fd);
    return fd < 0 ? fd : 0;
}

/* The log that a process left that did not close the index. */
static bool index_was_left(const struct index *x)
{
    auto_buf struct buf wal = { 0 };
    struct os_disk_entry e;
    buf_printf(&wal, "%s-wal", x->path);
    return os_disk_look(wal.p, &e) == 0 && e.size > 0;
}

int index_check(struct index *x)
{
    sqlite3_stmt *s;
    int rc = index_bind(x, "PRAGMA quick_check(1)", NO_VALUES, &s);
    if (rc == 0 && (rc = index_step(x, s)) == 1) {
        rc = strcmp(index_text(s, 0), "ok") == 0 ? 0 : -EBADMSG;
        sqlite3_reset(s);
    }
    x->is_damaged |= rc == -EBADMSG;
    return rc;
}

/* Write-ahead logging: -ENOTSUP on a file system without shared memory. */
static int index_begin_log(struct index *x)
{
    sqlite3_stmt *s;
    int rc = index_bind(x, "PRAGMA journal_mode = WAL", NO_VALUES, &s);
    if (rc == 0 && (rc = index_step(x, s)) == 1) {
        rc = strcmp(index_text(s, 0), "wal") == 0 ? 0 : -ENOTSUP;
        sqlite3_reset(s);
    }
    if (rc < 0)
        return rc;
    char script[200];
    snprintf(script, sizeof script,
             "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = %d;"
             "PRAGMA max_page_count = %lld", INDEX_WAL_SOFT / 2 / INDEX_PAGE, INDEX_WAL_SOFT,
                 (long long)x->pages_max);
    return index_error(x, sqlite3_exec(x->db, script, NULL, NULL, NULL));
}

/* A file that was made with a larger allowance. */
static int index_shrink(struct index *x)
{
    int64_t pages, unused;
    for (;;) {
        int rc = index_number(x, "PRAGMA page_count", NO_VALUES, &pages);
        if (rc == 0)
            rc = index_number(x, "PRAGMA freelist_count", NO_VALUES, &unused);
        if (rc < 0 || pages <= x->pages_max)
            return rc;
        rc = unused ? index_error(x, sqlite3_exec(x->db, "PRAGMA incremental_vacuum(64)", NULL, NULL, NULL))
                    : index_make_room(x);
        if (rc < 0)
            return rc;
        if (unused)
            sqlite3_wal_checkpoint_v2(x->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
}

static int index_mark_crashed(struct index *x, void *self)
{
    (void)self;
    return index_run(x, "UPDATE sessions SET state = ?1 WHERE state = ?2",
                     VALUES(I(INDEX_CRASHED), I(INDEX_RUNNING)));
}

static int index_open_once(const char *dir, const struct index_options *o, struct index **out)
{
    struct index *x = index_new(dir);
    int64_t allowance = o->allowance ? o->allowance : INDEX_ALLOWANCE_DEFAULT;
    x->pages_max = (allowance < INDEX_ALLOWANCE_MIN ? INDEX_ALLOWANCE_MIN : allowance) / INDEX_PAGE;
    x->can_write = true;
    x->space = o->space;
    x->is_owner = o->rebuild;
    bool was_left = index_was_left(x);
    int rc = index_touch(x->path, OS_DISK_WRITE, x->is_owner);
    if (rc == 0)
        rc = index_connect(x, x->path, SQLITE_OPEN_READWRITE, index_bounded_vfs());
    if (rc == 0 && was_left && x->is_owner)
        rc = index_check(x);
    if (rc == 0)
        rc = x->is_owner ? index_migrate(x) : index_recognise(x);
    if (rc == 0)
        rc = index_begin_log(x);
    if (rc == 0 && x->is_owner)
        rc = index_write(x, index_mark_crashed, NULL);
    if (rc >= 0)
        rc = index_shrink(x);
    x->is_damaged |= rc == -EBADMSG;
    if (rc >= 0)
        *out = x;
    else
        index_close(x);
    return rc < 0 ? rc : 0;
}

int index_open(const char *dir, const struct index_options *o, struct index **out)
{
    struct index *x;
    int rc = index_open_once(dir, o, &x);
    if (rc == -EBADMSG && o->rebuild) /* it was moved aside when it was closed */
        rc = index_open_once(dir, o, &x);
    if (rc < 0)
        return rc;
    if (o->rebuild && (rc = index_fill(x, o)) < 0)
        index_close(x);
    else
        *out = x;
    return rc;
}

/* The name that tells SQLite that nobody writes: for a disk where it cannot make its shared memory. */
static void index_put_immutable(const char *path, struct buf *out)
{
    buf_puts(out, "file:");
    for (; *path; path++)
        if (strchr("?#%", *path))
            buf_printf(out, "%%%02x", (unsigned char)*path);
        else
            buf_putc(out, *path);
    buf_puts(out, "?immutable=1");
}

static int index_try_read(struct index *x, const char *name, int flags)
{
    int rc = index_connect(x, name, flags, NULL);
    return rc < 0 ? rc : index_recognise(x);
}

int index_open_read(const char *dir, struct index **out)
{
    struct index *x = index_new(dir);
    int rc = index_touch(x->path, OS_DISK_READ, false);
    if (rc == 0)
        rc = index_try_read(x, x->path, SQLITE_OPEN_READONLY);
    if ((rc == -EROFS || rc == -EACCES) && !index_was_left(x)) {
        index_disconnect(x);
        auto_buf struct buf name = { 0 };
        index_put_immutable(x->path, &name);
        rc = index_try_read(x, name.p, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    }
    if (rc == 0)
        *out = x;
    else
        index_close(x);
    return rc;
}

int index_open_memory(int (*fill)(void *self, struct index *x), void *self, struct index **out)
{
    struct index *x = mem_new(sizeof *x);
    *x = (struct index){ .dir = mem_dup(""), .path = mem_dup(":memory:"), .can_write = true,
                         .pages_max = INDEX_ALLOWANCE_DEFAULT / INDEX_PAGE };
    int rc = index_connect(x, x->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    rc = rc < 0 ? rc : index_migrate(x);
    rc = rc < 0 ? rc : fill(self, x);
    x->can_write = false;
    if (rc < 0)
        index_close(x);
    else
        *out = x;
    return rc < 0 ? rc : 0;
}

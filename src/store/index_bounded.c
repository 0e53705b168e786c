/*
 * index_bounded.c - a write-ahead log with a limit.
 *
 * SQLite has a limit for the pages of a database, but none for its log, which grows as long as a reader holds
 * a snapshot, and by as many pages as one transaction changes. The only place where every byte passes is
 * the VFS (sqlite.org/vfs.html), so this is the system's with one method replaced: a write behind the limit
 * is a full disk, which SQLite answers by rolling the transaction back.
 */
#include "store/index_own.h"

#include <string.h>

/* Behind the file of the real VFS. */
struct bounded_file {
    const sqlite3_io_methods *real;
    sqlite3_io_methods methods;
};

static sqlite3_vfs *real_vfs; /* set once, when the VFS is registered */

static size_t bounded_offset(void)
{
    size_t align = _Alignof(struct bounded_file);
    return ((size_t)real_vfs->szOsFile + align - 1) / align * align;
}

static struct bounded_file *bounded_of(sqlite3_file *f)
{
    return (struct bounded_file *)((char *)f + bounded_offset());
}

static int bounded_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    return at + n > INDEX_WAL_MAX ? SQLITE_FULL : bounded_of(f)->real->xWrite(f, bytes, n, at);
}

static int bounded_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
    (void)vfs;
    int rc = real_vfs->xOpen(real_vfs, name, f, flags, out_flags);
    if (rc != SQLITE_OK || !(flags & SQLITE_OPEN_WAL) || !f->pMethods)
        return rc;
    struct bounded_file *b = bounded_of(f);
    b->real = f->pMethods;
    b->methods = *b->real;
    b->methods.xWrite = bounded_write;
    f->pMethods = &b->methods;
    return rc;
}

const char *index_bounded_vfs(void)
{
    static sqlite3_vfs bounded;
    if (bounded.zName)
        return bounded.zName;
    real_vfs = sqlite3_vfs_find(NULL);
    bounded = *real_vfs;
    bounded.pNext = NULL;
    bounded.zName = "sonde-bounded";
    bounded.szOsFile = (int)(bounded_offset() + sizeof(struct bounded_file));
    bounded.xOpen = bounded_open;
    sqlite3_vfs_register(&bounded, 0);
    return bounded.zName;
}

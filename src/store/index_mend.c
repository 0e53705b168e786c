/*
 * index_mend.c - a damaged index goes aside, a new one is filled from the segments.
 *
 * Only labels cannot be made again from segments: they are read from the damaged file as far as it goes, row by row,
 * by a reader that trusts nothing.
 */
#include "store/index_own.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/space.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "index.db.damaged-"
#define DAMAGED_KEPT 2

struct mend_names {
    char name[8][64]; /* in their order, the oldest first */
    int n;
};

static void mend_note(void *self, const char *name)
{
    struct mend_names *d = self;
    bool ours = strncmp(name, PREFIX, sizeof PREFIX - 1) == 0 && !strchr(name + sizeof PREFIX - 1, '-');
    if (ours && strlen(name) < sizeof d->name[0] && d->n < 8)
        snprintf(d->name[d->n++], sizeof d->name[0], "%s", name);
}

static void mend_names(const char *dir, struct mend_names *d)
{
    d->n = 0;
    os_list("", dir, mend_note, d);
}

/* A disk that damages every file would else fill itself with them. */
static void mend_drop_old(const struct index *x)
{
    struct mend_names d;
    mend_names(x->dir, &d);
    for (int i = 0; i + DAMAGED_KEPT < d.n; i++)
        for (int k = 0; k < 3; k++) {
            auto_buf struct buf path = { 0 };
            buf_printf(&path, "%s/%s%s", x->dir, d.name[i], (const char *const[]){ "", "-wal", "-shm" }[k]);
            space_remove(x->space, path.p);
        }
}

/* The log first: what is left by a crash between is moved at the next start. It comes back where the file does
 * not move: what is in it only, labels too, belongs to that. */
static int mend_move(const struct index *x, const char *to)
{
    auto_buf struct buf log = { 0 }, log_to = { 0 };
    buf_printf(&log, "%s-wal", x->path);
    buf_printf(&log_to, "%s-wal", to);
    int moved = os_rename(log.p, log_to.p);
    if (moved < 0 && moved != -ENOENT)
        return moved;
    int rc = os_rename(x->path, to);
    if (rc < 0 && moved == 0)
        os_rename(log_to.p, log.p);
    if (rc == 0) {
        space_add(x->space, to);
        space_add(x->space, log_to.p);
    }
    return rc;
}

int index_move_aside(struct index *x)
{
    char stamp[TEXT_TIME_MAX];
    auto_buf struct buf to = { 0 }, shm = { 0 };
    buf_printf(&to, "%s/" PREFIX "%s", x->dir, text_stamp(os_wall_ms(), stamp));
    int rc = mend_move(x, to.p);
    if (rc < 0)
        return rc;
    buf_printf(&shm, "%s-shm", x->path);
    os_disk_remove(shm.p);
    log_warn(0, "the index %s is damaged or not Sonde's: it was moved to %s, and a new one is made from the segments",
             x->path, to.p);
    mend_drop_old(x);
    return 0;
}

struct mend_salvage {
    struct index *x;
    int taken;
};

static void mend_label(struct mend_salvage *m, sqlite3_stmt *s)
{
    struct index *x = m->x;
    const char *id = index_text(s, 0), *name = index_text(s, 1), *note = index_text(s, 2);
    int64_t key;
    if (*name && index_is_text(name, INDEX_LABEL_MAX) && index_is_text(note, INDEX_NOTE_MAX)
        && index_key(x, id, &key) == 0)
        m->taken += index_run(x, "INSERT OR IGNORE INTO labels VALUES (?1, ?2, ?3, ?4)",
                              VALUES(I(key), T(name), T(note), I(sqlite3_column_int64(s, 3)))) > 0;
}

static void mend_rows(sqlite3 *db, const char *sql, void (*row)(struct mend_salvage *m, sqlite3_stmt *s),
                      struct mend_salvage *m)
{
    enum { MOST = 100000 }; /* rows: a file that goes in circles has an end */
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        return;
    for (int i = 0; i < MOST && sqlite3_step(s) == SQLITE_ROW; i++)
        row(m, s);
    sqlite3_finalize(s);
}

static void mend_salvage(struct index *x, const char *path)
{
    struct mend_salvage m = { .x = x };
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
        sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
        sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 1 << 20);
        mend_rows(db, "SELECT id, name, note, at_ms FROM labels JOIN sessions ON n = session", mend_label, &m);
    }
    sqlite3_close(db);
    auto_buf struct buf shm = { 0 };
    buf_printf(&shm, "%s-shm", path);
    os_disk_remove(shm.p);
    if (m.taken)
        log_info("took over %d labels from %s", m.taken, path);
}

static int mend_empty(struct index *x, void *self)
{
    (void)self;
    int rc = index_run(x, "DELETE FROM events WHERE n IN (SELECT n FROM events LIMIT 256)", NO_VALUES);
    return rc ? rc : index_run(x, "UPDATE sessions SET events = 0, gaps = 0 WHERE events OR gaps",
                               NO_VALUES) < 0 ? -EIO : 0;
}

static int mend_filled(struct index *x, void *self)
{
    (void)self;
    return index_run(x, "INSERT INTO filled VALUES (?1)", VALUES(I(os_wall_ms())));
}

int index_fill(struct index *x, const struct index_options *o)
{
    int64_t filled;
    int rc = index_number(x, "SELECT count(*) FROM filled", NO_VALUES, &filled);
    if (rc < 0 || filled)
        return rc;
    while ((rc = index_write(x, mend_empty, NULL)) > 0) /* what an interrupted filling left would come twice */
        continue;
    if (rc == 0)
        rc = o->rebuild(o->self, x);
    if (rc < 0)
        return rc;
    struct mend_names d;
    mend_names(x->dir, &d);
    for (int i = d.n - 1; i >= 0; i--) {
        auto_buf struct buf path = { 0 };
        buf_printf(&path, "%s/%s", x->dir, d.name[i]);
        mend_salvage(x, path.p);
    }
    rc = index_write(x, mend_filled, NULL);
    return rc < 0 ? rc : 0;
}

/*
 * store_packer.c - the thread that syncs, packs closed journals, finishes what earlier runs left, and has tidied.
 *
 * Whatever may wait for the disk, or take long, is done here.
 */
#include "store/store_own.h"

#include "base/log.h"
#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int store_sync_file(const char *path)
{
    int fd = os_disk_open(path, OS_DISK_WRITE);
    if (fd < 0)
        return fd; /* -ENOENT: somebody took the directory away */
    int rc = os_disk_sync(fd);
    os_close(fd);
    return rc;
}

static void store_tell_sync(struct store *s, int rc)
{
    char text[224];
    struct event e;
    int64_t now_ms = os_wall_ms();
    snprintf(text, sizeof text, "the disk does not confirm what was written: a loss of power may take it: %s",
             strerror(-rc));
    store_tell(s, EVENT_ARCHIVE, SEVERITY_CRITICAL, now_ms, now_ms, &e, text);
}

/* Syncs the journal that is written and those that are not packed yet. */
static void store_sync(struct store *s)
{
    char path[OS_PATH_MAX], dir[OS_PATH_MAX];
    os_lock(s->lock);
    uint64_t upto = s->written;
    bool names = s->new_names;
    s->new_names = false; /* what is made from now on is another sync's */
    size_t n = s->n_closed;
    memcpy(path, s->journal_path, sizeof path);
    os_unlock(s->lock);
    int rc = *path ? store_sync_file(path) : 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        os_lock(s->lock);
        struct names name = s->closed[i];
        os_unlock(s->lock);
        rc = names_path(s->dir, &name, path);
        rc = rc < 0 ? rc : store_sync_file(path);
    }
    if (rc == 0 && names) {
        snprintf(dir, sizeof dir, "%s/journal", s->dir);
        rc = os_disk_sync_dir(dir);
    }
    os_lock(s->lock);
    bool news = rc != s->sync_error;
    s->sync_error = rc;
    s->flush = s->flush && rc == 0 && s->flush_upto > upto;
    s->new_names |= names && rc < 0;
    if (rc == 0)
        s->synced = upto;
    os_wake(s->lock);
    os_unlock(s->lock);
    if (rc < 0 && news)
        store_tell_sync(s, rc);
}

static void store_tidy(struct store *s)
{
    if (s->o.tidy)
        s->o.tidy(s->o.self, s);
    s->tidy_ns = os_mono_ns() + STORE_TIDY_NS;
    os_lock(s->lock);
    s->need_room = false;
    os_wake(s->lock);
    os_unlock(s->lock);
}

/* The first of the closed journals becomes the last. */
static void store_postpone(struct store *s)
{
    os_lock(s->lock);
    struct names first = s->closed[0];
    memmove(s->closed, s->closed + 1, (s->n_closed - 1) * sizeof *s->closed);
    s->closed[s->n_closed - 1] = first;
    os_unlock(s->lock);
}

/* Packs the first of the closed journals. */
static void store_pack(struct store *s)
{
    os_lock(s->lock);
    struct names name = s->closed[0];
    os_unlock(s->lock);
    int rc = packer_pack(&s->packer, &name);
    if (store_is_full(rc)) {
        store_tidy(s);
        rc = packer_pack(&s->packer, &name);
    }
    if (rc < 0 && rc != -ENOENT) {
        log_warn(rc, "archive: %s.%d.%lld.jnl is not packed yet; trying again", name.session, name.part,
                 (long long)name.block);
        s->retry_ns = os_mono_ns() + STORE_RETRY_NS;
        store_postpone(s); /* the others must not wait for this one */
        return;
    }
    os_give_memory_back(); /* a block is megabytes for a moment */
    os_lock(s->lock);
    s->n_closed--;
    memmove(s->closed, s->closed + 1, s->n_closed * sizeof *s->closed);
    int64_t before = s->segment_bytes;
    s->segment_bytes = s->packer.written + (s->packer.writer ? segment_written(s->packer.writer) : 0);
    s->part_bytes += s->segment_bytes - before;
    os_unlock(s->lock);
}

static int store_recover_one(struct store *s, bool journal)
{
    return journal ? packer_pack(&s->packer, &s->old[s->at_old]) :
                     packer_repair(&s->packer, &s->old_segments[s->at_old_segment]);
}

/* One step of what earlier runs left: their journals, then their segments. False when all is done. */
static bool store_recover(struct store *s)
{
    bool journal = s->at_old < s->n_old;
    if (!journal && s->at_old_segment == s->n_old_segments)
        return false;
    int rc = store_recover_one(s, journal);
    if (store_is_full(rc)) {
        store_tidy(s);
        rc = store_recover_one(s, journal);
    }
    s->at_old += journal;
    s->at_old_segment += !journal;
    if (rc < 0)
        log_warn(rc, "archive: something that an earlier run left in %s stays as it is", s->dir);
    if (s->at_old == s->n_old && s->at_old_segment == 0)
        packer_finish(&s->packer);
    return true;
}

/* What is to be done now; called without the lock. False when there is nothing. */
static bool store_work(struct store *s, bool closed, bool flush, bool need_room)
{
    int64_t now = os_mono_ns();
    if (flush || now >= s->sync_ns) {
        s->sync_ns = now + (int64_t)(s->o.sync_s * 1e9);
        store_sync(s);
        return true;
    }
    if (need_room || now >= s->tidy_ns) {
        store_tidy(s);
        return true;
    }
    if (closed && now >= s->retry_ns) {
        store_pack(s);
        return true;
    }
    return store_recover(s);
}

void store_packer(void *arg)
{
    struct store *s = arg;
    os_lock(s->lock);
    while (!s->writer_done) {
        bool closed = s->n_closed > 0, flush = s->flush, need_room = s->need_room;
        os_unlock(s->lock);
        bool worked = store_work(s, closed, flush, need_room);
        os_lock(s->lock);
        int64_t due = s->sync_ns < s->tidy_ns ? s->sync_ns : s->tidy_ns;
        if (s->n_closed && s->retry_ns < due)
            due = s->retry_ns;
        if (!worked && !s->writer_done && !s->flush && !s->need_room && os_mono_ns() < due)
            os_wait(s->lock, due);
    }
    os_unlock(s->lock);
    store_sync(s);
    s->retry_ns = 0;
    for (size_t left = s->n_closed; left > 0; left--)
        store_pack(s);
    int rc = packer_finish(&s->packer);
    if (rc < 0)
        log_warn(rc, "archive: the last segment in %s is finished at the next start", s->dir);
    packer_done(&s->packer);
    os_lock(s->lock);
    s->threads--;
    os_wake(s->lock);
    os_unlock(s->lock);
}

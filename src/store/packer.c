/*
 * packer.c - from journals to segments.
 *
 * The same few lines pack the journal that just became full and the one that a crash left, so that what a
 * start after a crash depends on runs every ten minutes. A journal is removed only when its block is on the
 * disk; one that comes back after a loss of power is found to be packed already.
 */
#include "store/packer.h"

#include "base/log.h"
#include "os/disk.h"
#include "store/journal.h"

#include <errno.h>
#include <stdio.h>

static void packer_leave(struct packer *p)
{
    if (p->writer)
        p->written += segment_written(p->writer);
    segment_leave(p->writer);
    p->writer = NULL;
}

int packer_finish(struct packer *p)
{
    if (!p->writer)
        return 0;
    p->written += segment_written(p->writer);
    struct segment_writer *w = p->writer;
    p->writer = NULL;
    return segment_finish(w);
}

void packer_done(struct packer *p)
{
    packer_leave(p);
}

/* A segment whose beginning is damaged: out of the way, for `verify` and whoever wants to save of it. */
static int packer_set_aside(const char *path)
{
    char aside[OS_PATH_MAX];
    if (snprintf(aside, sizeof aside, "%s.damaged", path) >= OS_PATH_MAX)
        return -ENAMETOOLONG;
    log_warn(0, "archive: %s is damaged at its beginning; it is now %s", path, aside);
    return os_rename(path, aside);
}

/* Opens the segment that a journal belongs to; without `about`, only one that is there. */
static int packer_open(struct packer *p, const struct names *segment, const struct tape_about *about)
{
    char path[OS_PATH_MAX];
    if (p->writer && names_order(&p->open, segment) == 0)
        return 0;
    int rc = packer_finish(p);
    rc = rc < 0 ? rc : names_path(p->dir, segment, path);
    if (rc < 0)
        return rc;
    rc = segment_resume(path, p->space, &p->writer);
    if (rc == -EBADMSG)
        rc = packer_set_aside(path) < 0 ? rc : -ENOENT;
    p->fresh = rc == -ENOENT && about;
    if (p->fresh)
        rc = segment_create(path, about, p->space, &p->writer);
    p->open = *segment;
    return rc;
}

struct packing {
    struct packer *p;
    struct names segment;
    uint32_t number;
    bool done; /* the segment has the block already */
};

static int packer_take(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct packing *k = self;
    int rc = packer_open(k->p, &k->segment, about);
    if (rc < 0)
        return rc;
    k->done = segment_has(k->p->writer, k->number);
    if (k->done)
        return -EEXIST; /* no need to look at more of it */
    rc = segment_add(k->p->writer, s, m);
    return rc == -ENOSPC ? 0 : rc; /* more than a block: only a file that is not ours has so many */
}

static int packer_commit(struct packer *p, uint32_t number)
{
    char dir[OS_PATH_MAX];
    if (!p->writer)
        return 0;
    int rc = segment_commit(p->writer, number);
    if (rc < 0 || !p->fresh)
        return rc;
    snprintf(dir, sizeof dir, "%s/segments", p->dir);
    rc = os_disk_sync_dir(dir);
    p->fresh = rc < 0;
    return rc;
}

int packer_pack(struct packer *p, const struct names *journal)
{
    struct packing k = { .p = p, .segment = *journal, .number = (uint32_t)journal->block };
    char path[OS_PATH_MAX];
    uint64_t lost = 0;
    k.segment.block = -1;
    int rc = names_path(p->dir, journal, path);
    int fd = rc < 0 ? rc : os_disk_open(path, OS_DISK_READ);
    int64_t size = fd < 0 ? fd : os_disk_size(fd);
    rc = size < 0 ? (int)size : journal_read(fd, packer_take, &k, &lost);
    os_close(fd);
    if (rc == -EEXIST && k.done)
        rc = 0;
    else if (rc == 0)
        rc = packer_commit(p, k.number);
    if (rc < 0) {
        packer_leave(p); /* what it gathered is half a block */
        return rc;
    }
    if (lost)
        log_warn(0, "archive: %s was damaged in %llu places; the rest of it is kept", path, (unsigned long long)lost);
    rc = os_disk_remove(path);
    if (rc == 0)
        space_resize(p->space, size, -1);
    return rc;
}

int packer_repair(struct packer *p, const struct names *segment)
{
    char path[OS_PATH_MAX];
    struct segment *s;
    int rc = names_path(p->dir, segment, path);
    rc = rc < 0 ? rc : segment_open(path, &s);
    if (rc < 0)
        return rc;
    bool indexed = s->indexed;
    segment_free(s);
    if (indexed)
        return 0;
    rc = packer_open(p, segment, NULL);
    rc = rc < 0 ? rc : packer_finish(p);
    return rc < 0 ? rc : 1;
}

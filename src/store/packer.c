/*
 * packer.c - from journals to segments.
 *
 * The same few lines pack the journal that just became full and the one that a crash left, so that what a
 * start after a crash depends on runs every ten minutes. A journal is removed only when its block is on the
 * disk; one that comes back after a loss of power is found to be packed already, or packed again where a piece is
 * missing of what was made of it.
 */
#include "store/packer.h"

#include "base/log.h"
#include "os/disk.h"
#include "store/store_journal.h"

#include <errno.h>
#include <stdio.h>

static void packer_leave(struct packer *p)
{
    if (p->writer)
        p->written += segment_written(p->writer);
    segment_leave(p->writer);
    p->writer = NULL;
}

static int packer_end(struct packer *p)
{
    if (!p->writer)
        return 0;
    struct segment_writer *w = p->writer;
    p->written += segment_written(w);
    p->writer = NULL;
    int rc = segment_finish(w);
    if (rc < 0)
        p->left = p->open;
    return rc;
}

/* Goes on with a segment. What is torn of its last block is packed again where the journal is there; what cannot be
 * read now may be read later, and nothing is cut off before. */
static int packer_resume(struct packer *p, const struct names *segment, struct segment *s)
{
    int unread = s->unread;
    if (unread) {
        segment_free(s);
        return unread;
    }
    struct names journal = *segment;
    char path[OS_PATH_MAX];
    const struct segment_entry *torn = segment_torn(s);
    if (torn) {
        journal.block = torn->block;
        if (names_path(p->dir, &journal, path) == 0 && os_exists("", path))
            segment_drop_torn(s);
    }
    p->open = *segment;
    return segment_resume(s, p->space, &p->writer);
}

static int packer_find(const struct packer *p, const struct names *segment, struct segment **out)
{
    char path[OS_PATH_MAX];
    int rc = names_path(p->dir, segment, path);
    return rc < 0 ? rc : segment_open(path, out);
}

int packer_finish(struct packer *p)
{
    struct segment *s;
    int rc = packer_end(p);
    if (rc < 0 || !*p->left.session)
        return rc;
    rc = packer_find(p, &p->left, &s);
    rc = rc < 0 ? rc : packer_resume(p, &p->left, s);
    rc = rc < 0 ? rc : packer_end(p);
    if (rc == 0 || rc == -ENOENT || rc == -EBADMSG) /* else another time */
        *p->left.session = '\0';
    return rc == -ENOENT || rc == -EBADMSG ? 0 : rc;
}

void packer_done(struct packer *p)
{
    packer_leave(p);
}

#define ASIDE 500000 /* parts of a session from here on were damaged where a writer needs them whole */

/* A segment whose catalogs or beginning are damaged cannot go on: it becomes another part, of which can be read
 * what holds, and a new one takes its place. */
static int packer_set_aside(struct packer *p, const struct names *segment)
{
    struct names other = *segment;
    char path[OS_PATH_MAX], aside[OS_PATH_MAX];
    other.part += ASIDE;
    int rc = names_path(p->dir, segment, path);
    rc = rc < 0 ? rc : names_path(p->dir, &other, aside);
    if (rc < 0 || other.part >= 2 * ASIDE || os_exists("", aside))
        return rc < 0 ? rc : -EEXIST;
    rc = os_rename(path, aside);
    if (rc == 0)
        log_warn(0, "archive: %s is damaged; it is now %s, and a new one begins", path, aside);
    return rc;
}

static int packer_sync_names(const struct packer *p)
{
    char dir[OS_PATH_MAX];
    int n = snprintf(dir, sizeof dir, "%s/segments", p->dir);
    return n < OS_PATH_MAX ? os_disk_sync_dir(dir) : -ENAMETOOLONG;
}

static int packer_create(struct packer *p, const struct names *segment, const struct tape_about *about)
{
    char path[OS_PATH_MAX];
    int rc = names_path(p->dir, segment, path);
    p->open = *segment;
    return rc < 0 ? rc : segment_create(path, about, p->space, &p->writer);
}

/* Its name may be in memory only, whoever made it. */
static int packer_opened(struct packer *p, int rc)
{
    rc = rc < 0 ? rc : packer_sync_names(p);
    if (rc < 0)
        packer_leave(p);
    return rc;
}

/* Opens the segment that a journal belongs to. */
static int packer_open(struct packer *p, const struct names *segment, const struct tape_about *about)
{
    struct segment *s;
    if (p->writer && names_order(&p->open, segment) == 0)
        return 0;
    int rc = packer_finish(p);
    if (rc < 0)
        return rc;
    rc = packer_find(p, segment, &s);
    rc = rc < 0 ? rc : packer_resume(p, segment, s);
    if (rc == -EBADMSG)
        rc = packer_set_aside(p, segment) < 0 ? rc : -ENOENT;
    if (rc == -ENOENT)
        rc = packer_create(p, segment, about);
    return packer_opened(p, rc);
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

int packer_pack(struct packer *p, const struct names *journal)
{
    struct packing k = { .p = p, .segment = *journal, .number = (uint32_t)journal->block };
    char path[OS_PATH_MAX];
    uint64_t lost = 0;
    k.segment.block = -1;
    int rc = names_path(p->dir, journal, path);
    int fd = rc < 0 ? rc : os_disk_open(path, OS_DISK_READ);
    int64_t size = fd < 0 ? fd : os_disk_size(fd);
    rc = size < 0 ? (int)size : store_journal_read(fd, packer_take, &k, &lost);
    os_close(fd);
    if (rc == -EEXIST && k.done)
        rc = 0;
    else if (rc == 0)
        rc = p->writer ? segment_commit(p->writer, k.number) : 0;
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
    struct segment *s;
    int rc = packer_find(p, segment, &s);
    if (rc < 0)
        return rc;
    if (s->indexed) {
        segment_free(s);
        return 0;
    }
    rc = packer_finish(p);
    if (rc < 0) {
        segment_free(s);
        return rc;
    }
    rc = packer_opened(p, packer_resume(p, segment, s));
    rc = rc < 0 ? rc : packer_finish(p);
    return rc < 0 ? rc : 1;
}

/* retention_rewrite.c - a segment without some of its chunks, in place of the old one, whole at any instant. */
#include "base/auto.h"
#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/retention.h"
#include "store/segment.h"
#include "store/segment_index.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct rewrite {
    const struct segment *s;
    struct space *space;
    bool *keep;                  /* of each entry */
    struct segment_entry *entry; /* of the new file */
    size_t n;
    int64_t size;                /* of the new file, without its index */
    int fd;
};

static bool rewrite_is_pinned(const struct rewrite *w, const struct retention_rules *rules,
                              const struct segment_entry *e, bool own_pins)
{
    for (size_t i = 0; i < rules->n_pins && rules->pins[i].from_ms <= e->last_ms; i++) {
        const struct retention_pin *p = &rules->pins[i];
        if (p->to_ms >= e->first_ms && (own_pins || p->by_person) &&
            (!p->session || strcmp(p->session, w->s->about.session) == 0))
            return true;
    }
    return false;
}

static int rewrite_tier(const struct segment_entry *e)
{
    return e->type == CHUNK_BLOCK ? RETENTION_INSTANTS : e->type == CHUNK_MINUTES ? RETENTION_MINUTES
         : e->type == CHUNK_TENS ? RETENTION_TENS : RETENTION_TIERS;
}

/* Marks what stays; events and processes stay with the block behind them, or a reader would give them to
 * another. Returns how many chunks with a tier do. */
static size_t rewrite_mark(struct rewrite *w, const bool *drop, const struct retention_rules *rules, bool own_pins)
{
    bool block = false;
    size_t kept = 0;
    for (size_t i = w->s->n; i-- > 0;) {
        const struct segment_entry *e = &w->s->entry[i];
        int tier = rewrite_tier(e);
        w->keep[i] = tier == RETENTION_TIERS || !drop[tier] || rewrite_is_pinned(w, rules, e, own_pins);
        if (e->type == CHUNK_BLOCK)
            block = w->keep[i];
        else if (e->type == CHUNK_EVENT || e->type == CHUNK_PROCS || e->type == CHUNK_TABLE)
            w->keep[i] = block;
        kept += tier < RETENTION_TIERS && w->keep[i];
    }
    return kept;
}

/* Lays the new file out. */
static void rewrite_place(struct rewrite *w)
{
    for (size_t i = 0; i < w->s->n; i++) {
        if (!w->keep[i])
            continue;
        w->entry[w->n] = w->s->entry[i];
        w->entry[w->n++].at = w->size;
        w->size += w->s->entry[i].n;
    }
}

/* As they are: what is damaged stays so, for `verify` to tell. */
static int rewrite_copy(struct rewrite *w)
{
    auto_buf struct buf b = { 0 };
    size_t to = 0;
    for (size_t i = 0; i < w->s->n; i++) {
        const struct segment_entry *e = &w->s->entry[i];
        if (!w->keep[i])
            continue;
        buf_clear(&b);
        if (buf_reserve(&b, e->n) < 0)
            return -ENOMEM;
        int64_t got = os_disk_read(w->s->fd, b.p, e->n, e->at);
        if (got != e->n)
            return got < 0 ? (int)got : -EIO;
        int rc = os_disk_write(w->fd, b.p, e->n, w->entry[to++].at);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int rewrite_replace(struct rewrite *w, const char *temp, const struct buf *index)
{
    int rc = rewrite_copy(w);
    rc = rc < 0 ? rc : os_disk_write(w->fd, index->p, index->n, w->size);
    rc = rc < 0 ? rc : os_disk_sync(w->fd);
    return rc < 0 ? rc : os_rename(temp, w->s->path);
}

static int rewrite_file(struct rewrite *w)
{
    char temp[OS_PATH_MAX];
    auto_buf struct buf index = { 0 };
    int rc = segment_index_put(&index, w->entry, w->n, w->size);
    int64_t size = w->size + (int64_t)index.n;
    rc = rc < 0 ? rc : space_resize(w->space, -1, size);
    if (rc < 0)
        return rc;
    snprintf(temp, sizeof temp, "%s.tmp", w->s->path);
    w->fd = os_disk_open(temp, OS_DISK_CREATE);
    rc = w->fd < 0 ? w->fd : rewrite_replace(w, temp, &index);
    os_close(w->fd);
    if (rc < 0) {
        if (w->fd < 0 || os_disk_remove(temp) == 0)
            space_resize(w->space, size, -1);
        return rc;
    }
    w->size = size;
    return 0;
}

/* The folder of a path is synced, so that what was renamed or removed stays so. */
static int rewrite_sync_dir(const char *path)
{
    char dir[OS_PATH_MAX];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash)
        *slash = '\0';
    return os_disk_sync_dir(slash ? dir : ".");
}

static int rewrite_do(struct rewrite *w, const bool *drop, const struct retention_rules *rules, bool own_pins,
                      int64_t *freed)
{
    int64_t before = w->s->size;
    w->keep = mem_try(w->s->n * sizeof *w->keep + 1);
    w->entry = mem_try(w->s->n * sizeof *w->entry + 1);
    if (!w->keep || !w->entry)
        return -ENOMEM;
    bool gone = rewrite_mark(w, drop, rules, own_pins) == 0;
    rewrite_place(w);
    if (!gone && w->n == w->s->n)
        return 0; /* all of it is pinned, or there is none */
    int rc = gone ? os_disk_remove(w->s->path) : rewrite_file(w);
    if (rc < 0)
        return rc;
    space_resize(w->space, before, -1);
    *freed += before - (gone ? 0 : w->size);
    rc = rewrite_sync_dir(w->s->path);
    return rc < 0 ? rc : gone;
}

int retention_rewrite(const char *path, struct space *space, const bool drop[RETENTION_TIERS],
                      const struct retention_rules *rules, bool own_pins, int64_t *freed)
{
    struct segment *s;
    int rc = segment_open(path, &s);
    if (rc < 0)
        return rc;
    struct rewrite w = { .s = s, .space = space, .fd = -1 };
    rc = s->indexed ? rewrite_do(&w, drop, rules, own_pins, freed) : -EBUSY;
    mem_free(w.keep);
    mem_free(w.entry);
    segment_free(s);
    return rc;
}

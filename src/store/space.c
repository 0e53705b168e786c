/* space.c - counts what a directory holds, and says no in time. */
#include "store/space.h"

#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct space {
    struct os_lock *lock; /* guards cap and used */
    int64_t cap, used;
};

/* What a file of so many bytes takes; -1: there is none. An empty one still has its name. */
static int64_t space_of(int64_t size)
{
    return size < 0 ? 0 : (size + SPACE_BLOCK - 1) / SPACE_BLOCK * SPACE_BLOCK;
}

struct space_walk {
    const char *dir;
    int64_t used;
};

static bool space_is_index(const char *path)
{
    return strcmp(path, "index.db") == 0 || strcmp(path, "index.db-wal") == 0 || strcmp(path, "index.db-shm") == 0;
}

static int space_measure(void *self, const char *path, enum os_kind kind)
{
    struct space_walk *w = self;
    char whole[OS_PATH_MAX];
    struct os_disk_entry e;
    snprintf(whole, sizeof whole, "%s/%s", w->dir, path);
    if (kind == OS_DIR)
        w->used += SPACE_BLOCK;
    else if (!space_is_index(path) && os_disk_look(whole, &e) == 0)
        w->used += space_of(e.size);
    return 0;
}

int space_open(const char *dir, int64_t cap, struct space **out)
{
    struct space_walk w = { .dir = dir, .used = SPACE_BLOCK };
    int rc = os_walk(dir, space_measure, &w);
    if (rc < 0)
        return rc;
    struct space *s = mem_new(sizeof *s);
    s->lock = os_lock_new();
    s->cap = cap;
    s->used = w.used;
    *out = s;
    return 0;
}

void space_free(struct space *s)
{
    if (!s)
        return;
    os_lock_free(s->lock);
    mem_free(s);
}

int space_resize(struct space *s, int64_t before, int64_t after)
{
    if (!s)
        return 0;
    int64_t bytes = space_of(after) - space_of(before);
    os_lock(s->lock);
    bool fits = bytes <= 0 || s->cap <= 0 || s->used + bytes <= s->cap;
    s->used += fits ? bytes : 0;
    os_unlock(s->lock);
    return fits ? 0 : -EDQUOT;
}

void space_add(struct space *s, const char *path)
{
    struct os_disk_entry e;
    if (s && os_disk_look(path, &e) == 0)
        space_reserve(s, space_of(e.size));
}

int space_remove(struct space *s, const char *path)
{
    struct os_disk_entry e;
    int rc = os_disk_look(path, &e);
    rc = rc < 0 ? rc : os_disk_remove(path);
    if (rc == 0)
        space_resize(s, e.size, -1);
    return rc == -ENOENT ? 0 : rc;
}

void space_reserve(struct space *s, int64_t bytes)
{
    os_lock(s->lock);
    s->used += bytes;
    os_unlock(s->lock);
}

int64_t space_used(struct space *s)
{
    os_lock(s->lock);
    int64_t used = s->used;
    os_unlock(s->lock);
    return used;
}

int64_t space_cap(struct space *s)
{
    os_lock(s->lock);
    int64_t cap = s->cap;
    os_unlock(s->lock);
    return cap;
}

void space_set_cap(struct space *s, int64_t cap)
{
    os_lock(s->lock);
    s->cap = cap;
    os_unlock(s->lock);
}

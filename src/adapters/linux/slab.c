/*
 * slab.c - what the kernel's own structures take, cache by cache, from /proc/slabinfo (slabinfo(5),
 * mm/slab_common.c of the kernel).
 *
 * memory.slab says that the kernel takes more and more; this says what of: names of files, inodes,
 * sockets, one driver. Caches that hold little are left out until they grow. Only root may read the
 * file, and the kernel counts every cache's free objects for it: every 60 s.
 */
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CACHES = 128, NAME = 32, LEAST = 1 << 18 }; /* LEAST: bytes of a cache worth a metric */

struct cache {
    char name[NAME];
    int bytes, objects; /* slots */
};

struct slab {
    struct lines file;
    double page_bytes;
    bool strange;       /* the last reading has a large cache without metrics */
    int n, cursor;      /* cursor: caches come in the same order every time */
    struct cache cache[CACHES];
};

/* The next cache: its name, what it takes and how many objects are in use; false behind the last. */
static bool slab_next(struct slab *d, char name[static NAME], double *bytes, double *objects)
{
    char *line;
    while ((line = lines_next(&d->file))) {
        char *end = line + strcspn(line, " ");
        const char *p = end, *slabs = strstr(line, ": slabdata");
        uint64_t v[5], active, all; /* objects in use, objects, bytes of one, objects and pages of a slab */
        int got = 0;
        while (got < 5 && text_u64(&p, &v[got]))
            got++;
        if (got < 5 || !slabs || (size_t)(end - line) >= NAME)
            continue;
        slabs += strlen(": slabdata");
        if (!text_u64(&slabs, &active) || !text_u64(&slabs, &all))
            continue;
        *end = '\0';
        text_copy(name, NAME, line);
        *objects = (double)v[0];
        *bytes = (double)all * (double)v[4] * d->page_bytes;
        return true;
    }
    return false;
}

static struct cache *slab_find(struct slab *d, const char *name)
{
    for (int k = 0; k < d->n; k++) {
        int i = (d->cursor + k) % d->n;
        if (strcmp(d->cache[i].name, name) == 0) {
            d->cursor = i + 1;
            return &d->cache[i];
        }
    }
    return NULL;
}

static void slab_add_new(struct slab *d, struct schema *s)
{
    char name[NAME];
    double bytes, objects;
    lines_read_all(&d->file);
    while (slab_next(d, name, &bytes, &objects)) {
        if (bytes < LEAST || d->n == CACHES || slab_find(d, name))
            continue;
        struct cache *c = &d->cache[d->n++];
        text_copy(c->name, sizeof c->name, name);
        c->bytes = schema_add(s, &(struct metric){
            .name = "memory.slab.cache", .inst = name, .help = "memory of the kernel's cache of such objects",
            .unit = UNIT_BYTE, .kind = KIND_GAUGE });
        c->objects = schema_add(s, &(struct metric){
            .name = "memory.slab.objects", .inst = name, .help = "such objects in use", .kind = KIND_GAUGE });
    }
}

static void slab_close(void *self)
{
    struct slab *d = self;
    if (d)
        lines_close(&d->file);
    mem_free(d);
}

static int slab_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct slab *d = mem_new(sizeof *d);
    d->page_bytes = (double)sysconf(_SC_PAGESIZE);
    int rc = lines_open(&d->file, env->root, "/proc/slabinfo");
    if (rc < 0) {
        mem_free(d);
        if (rc == -EACCES)
            env->explain(env, "only root may read /proc/slabinfo");
        return rc == -ENOENT ? -ENODEV : rc;
    }
    slab_add_new(d, s);
    *self = d;
    return 0;
}

static void slab_sample(void *self, struct frame *f)
{
    struct slab *d = self;
    char name[NAME];
    double bytes, objects;
    lines_read(&d->file);
    d->strange = false;
    while (slab_next(d, name, &bytes, &objects)) {
        const struct cache *c = slab_find(d, name);
        d->strange = d->strange || (!c && bytes >= LEAST);
        if (!c)
            continue;
        frame_set(f, c->bytes, bytes);
        frame_set(f, c->objects, objects);
    }
}

static int slab_rescan(void *self, struct schema *s)
{
    struct slab *d = self;
    if (d->file.cut || (d->strange && d->n < CACHES))
        slab_add_new(d, s);
    return 0;
}

const struct adapter adapter_slab = {
    .name = "slab", .doc = "what the kernel's own structures take, cache by cache",
    .provides = "memory.slab.cache,memory.slab.objects",
    .period_ms = 60000,
    .open = slab_open, .sample = slab_sample, .rescan = slab_rescan, .close = slab_close,
};

/*
 * fs.c - space and inodes of file systems, from statfs(2) at each mount point (mounts.h says
 * which).
 *
 * A local file system answers from memory. A remote one may never answer: it is asked on a thread
 * of its own (fs_probe.h), waited for a moment if it is usually quick, and else read one period
 * later, so that a dead server costs its own values and nothing more.
 *
 * The mount table is compared by a hash at every reading, 10 s apart.
 */
#include "adapters/linux/fs_probe.h"
#include "adapters/linux/lines.h"
#include "adapters/linux/mounts.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FS_MAX 256  /* that get metrics: the schema only grows, and mount points can be endless */
#define FS_INST 160 /* bytes of an instance; of a longer mount point the end */

enum { TOTAL, USED, FREE, AVAILABLE, UTIL, INODES_UTIL, VALUES };

static const struct { const char *name, *help; enum unit unit; } fs_metrics[VALUES] = {
    [TOTAL]       = { "fs.total",       "size of the file system",                                 UNIT_BYTE },
    [USED]        = { "fs.used",        "space in use",                                            UNIT_BYTE },
    [FREE]        = { "fs.free",        "space not in use, what is reserved for root included",    UNIT_BYTE },
    [AVAILABLE]   = { "fs.available",   "space that ordinary users may still fill",                UNIT_BYTE },
    [UTIL]        = { "fs.util",        "space in use, of what ordinary users may fill, as df(1)", UNIT_PERCENT },
    [INODES_UTIL] = { "fs.inodes.util", "inodes in use: files that can still be made run out at 100 %", UNIT_PERCENT },
};

struct fs_mount {
    char *point;
    bool mounted;
    struct fs_probe *probe; /* NULL: asked directly */
    int slot[VALUES];
};

struct fs {
    const struct adapter_env *env;
    struct lines table;
    uint64_t hash;          /* of the table */
    struct mounts mounts;   /* as of the table */
    struct fs_mount *m;     /* all that ever were, n of them */
    size_t n, cap;
};

static struct fs_mount *fs_find(struct fs *d, const char *point)
{
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->m[i].point, point) == 0)
            return &d->m[i];
    return NULL;
}

static struct fs_mount *fs_add(struct fs *d, struct schema *s, const char *point)
{
    char inst[FS_INST];
    size_t len = strlen(point);
    text_copy(inst, sizeof inst, len < sizeof inst ? point : point + len + 1 - sizeof inst);
    d->m = mem_grow(d->m, d->n, &d->cap, sizeof *d->m);
    struct fs_mount *m = &d->m[d->n++];
    *m = (struct fs_mount){ .point = mem_dup(point) };
    for (int i = 0; i < VALUES; i++)
        m->slot[i] = schema_add(s, &(struct metric){
            .name = fs_metrics[i].name, .inst = inst, .help = fs_metrics[i].help, .unit = fs_metrics[i].unit,
            .kind = KIND_GAUGE, .max = fs_metrics[i].unit == UNIT_PERCENT ? 100 : 0 });
    return m;
}

/* What is in the table is mounted, what is not is not. */
static void fs_follow(struct fs *d, struct schema *s)
{
    mounts_parse(&d->mounts, &d->table);
    for (size_t i = 0; i < d->n; i++)
        d->m[i].mounted = false;
    for (size_t i = 0; i < d->mounts.n; i++) {
        const struct mount *now = &d->mounts.m[i];
        struct fs_mount *m = fs_find(d, now->point);
        if (!m && d->n == FS_MAX)
            continue;
        if (!m)
            m = fs_add(d, s, now->point);
        m->mounted = true;
        if (now->remote && !m->probe)
            m->probe = fs_probe_new(d->env->root, m->point);
        if (!now->remote) {
            fs_probe_free(m->probe);
            m->probe = NULL;
        }
    }
}

/* Looks at the table again, if it changed. */
static int fs_rescan(void *self, struct schema *s)
{
    struct fs *d = self;
    int n = lines_read_all(&d->table);
    if (n < 0)
        return 0; /* the mounts known so far stay */
    uint64_t hash = hash_text(HASH_START, d->table.text);
    if (hash == d->hash)
        return 0;
    d->hash = hash;
    fs_follow(d, s);
    return 0;
}

static int fs_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct fs *d = mem_new(sizeof *d);
    d->env = env;
    int rc = lines_open(&d->table, env->root, "/proc/self/mountinfo");
    if (rc < 0) {
        mem_free(d);
        env->explain(env, "there is no /proc/self/mountinfo: /proc is not mounted");
        return rc == -ENOENT ? -ENODEV : rc;
    }
    fs_rescan(d, s);
    *self = d;
    return 0;
}

static void fs_set(const struct fs_mount *m, struct frame *f, const struct os_fs *v)
{
    double used = v->total - v->free, fillable = used + v->available;
    frame_set(f, m->slot[TOTAL], v->total);
    frame_set(f, m->slot[USED], used);
    frame_set(f, m->slot[FREE], v->free);
    frame_set(f, m->slot[AVAILABLE], v->available);
    if (fillable > 0)
        frame_set(f, m->slot[UTIL], 100 * used / fillable);
    if (v->inodes > 0)
        frame_set(f, m->slot[INODES_UTIL], 100 * (v->inodes - v->inodes_free) / v->inodes);
}

static void fs_say(const struct fs *d, const struct fs_mount *m, const struct frame *f,
                   enum fs_probe_news news)
{
    struct event e = { .wall_ms = f->wall_ms, .end_ms = f->wall_ms, .kind = EVENT_ADAPTER, .source = "fs" };
    char point[FS_INST];
    text_copy(point, sizeof point, m->point);
    if (news == FS_PROBE_SILENT) {
        e.severity = SEVERITY_WARNING;
        snprintf(e.text, sizeof e.text, "%s does not answer: left alone, asked again in %d s",
                 point, fs_probe_pause_s(m->probe));
    } else {
        e.severity = SEVERITY_NOTICE;
        snprintf(e.text, sizeof e.text, "%s answers again", point);
    }
    d->env->emit(d->env, &e);
}

static bool fs_is_any_near(const struct fs *d)
{
    bool near = false;
    for (size_t i = 0; i < d->n; i++)
        if (d->m[i].mounted && d->m[i].probe)
            near = fs_probe_is_near(d->m[i].probe) || near;
    return near;
}

/* Gives the remote ones that are usually quick a moment. The local ones were read meanwhile. */
static void fs_wait_near(const struct fs *d)
{
    int64_t start = os_mono_ns(), end = start + (int64_t)(FS_PROBE_NEAR_S * 1e9);
    for (int64_t now = start, step = 100000; fs_is_any_near(d) && now < end;
         now = os_mono_ns(), step += step / 2)
        if (os_sleep_until(now + step < end ? now + step : end) < 0)
            break;
    for (size_t i = 0; i < d->n; i++)
        if (d->m[i].mounted && d->m[i].probe)
            fs_probe_give_up(d->m[i].probe);
}

static void fs_sample(void *self, struct frame *f)
{
    struct fs *d = self;
    struct os_fs v;
    for (size_t i = 0; i < d->n; i++) {
        if (!d->m[i].mounted || !d->m[i].probe)
            continue;
        enum fs_probe_news news = fs_probe_ask(d->m[i].probe, f->mono_ns);
        if (news != FS_PROBE_SAME)
            fs_say(d, &d->m[i], f, news);
    }
    for (size_t i = 0; i < d->n; i++)
        if (d->m[i].mounted && !d->m[i].probe && os_fs_space(d->env->root, d->m[i].point, &v) == 0)
            fs_set(&d->m[i], f, &v);
    fs_wait_near(d);
    for (size_t i = 0; i < d->n; i++)
        if (d->m[i].mounted && d->m[i].probe && fs_probe_answer(d->m[i].probe, &v))
            fs_set(&d->m[i], f, &v);
}

static void fs_close(void *self)
{
    struct fs *d = self;
    if (!d)
        return;
    lines_close(&d->table);
    mounts_done(&d->mounts);
    for (size_t i = 0; i < d->n; i++) {
        fs_probe_free(d->m[i].probe);
        mem_free(d->m[i].point);
    }
    mem_free(d->m);
    mem_free(d);
}

const struct adapter adapter_fs = {
    .name = "fs", .doc = "space and inodes of file systems",
    .provides = "fs.*",
    .period_ms = 10000,
    .open = fs_open, .sample = fs_sample, .rescan = fs_rescan, .close = fs_close,
};

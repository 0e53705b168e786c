/*
 * replay.c - plays a recorded machine back: core/replay.h has the format.
 *
 * A recording may come from anywhere. So it is measured while it is read (files, bytes), all clocks
 * and lists of what is gone are checked before the first instant, links are kept only where they
 * lead from one place of the tree to another, and os_tree_*() never leaves the copy.
 */
#include "core/replay.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INSTANTS_MAX 10000            /* what four digits can name */
#define FILE_MAX ((size_t)4 << 20)    /* bytes; /proc/stat of 8192 CPUs is below 1 MiB */
#define FILES_MAX 200000              /* of one instant */
#define BYTES_MAX ((size_t)512 << 20) /* of one instant */

struct replay {
    struct clock clock; /* first: a clock is turned back into its replay */
    char dir[OS_PATH_MAX];
    char root[OS_PATH_MAX]; /* the copy, or dir itself */
    bool copied;
    int n, at;          /* instants, and the one that is now */
    struct instant *when;
};

/* Below dir, the folder of an instant, or a file of it. */
static int replay_path(const struct replay *r, int i, const char *file,
                       char out[static OS_PATH_MAX])
{
    int n = snprintf(out, OS_PATH_MAX, "%s/%04d%s", r->dir, i, file);
    return n < 0 || n >= OS_PATH_MAX ? -ENAMETOOLONG : 0;
}

static int replay_read(const struct replay *r, int i, const char *file, char **out, size_t *n)
{
    char path[OS_PATH_MAX];
    int rc = replay_path(r, i, file, path);
    if (rc == 0 && os_exists("", path) && !os_is_file(path))
        rc = -EINVAL; /* a pipe would never be read to its end */
    return rc < 0 ? rc : os_read_file(path, FILE_MAX, out, n);
}

static int replay_read_clock(const struct replay *r, int i, struct instant *out)
{
    auto_free char *text = NULL;
    size_t n;
    if (replay_read(r, i, "/.sonde/clock", &text, &n) < 0)
        return -EINVAL;
    uint64_t v[3];
    const char *p = text;
    for (int k = 0; k < 3; k++)
        if (!text_u64(&p, &v[k]) || v[k] > INT64_MAX / 2)
            return -EINVAL;
    *out = (struct instant){ .wall_ms = (int64_t)v[0], .mono_ns = (int64_t)v[1], .boot_ns = (int64_t)v[2] };
    const struct instant *before = i ? &r->when[i - 1] : NULL;
    return before && (out->mono_ns <= before->mono_ns || out->boot_ns < before->boot_ns) ? -EINVAL
                                                                                         : 0;
}

/* Is every part of a path a name: not empty, not "." or ".."? */
static bool replay_path_is_plain(const char *path)
{
    for (;;) {
        size_t n = strcspn(path, "/");
        if (n == 0 || (n == 1 && path[0] == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        if (path[n] == '\0')
            return true;
        path += n + 1;
    }
}

/* Calls each() for the paths that are gone at an instant, without their leading slash. */
static int replay_gone(struct replay *r, int i, int (*each)(struct replay *r, const char *path))
{
    auto_free char *text = NULL;
    size_t n;
    int rc = replay_read(r, i, "/.sonde/gone", &text, &n);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    for (char *line = text; *line && rc == 0;) {
        char *end = line + strcspn(line, "\n");
        char *next = *end ? end + 1 : end;
        *end = '\0';
        if (*line)
            rc = each(r, line + (*line == '/'));
        line = next;
    }
    return rc;
}

static int replay_check_gone(struct replay *r, const char *path)
{
    (void)r;
    return replay_path_is_plain(path) ? 0 : -EINVAL;
}

static int replay_remove(struct replay *r, const char *path)
{
    int rc = os_tree_remove(r->root, path);
    return rc == -ENOENT ? 0 : rc;
}

/*
 * Does a link at `path` stay within the tree? Only "../../a/b" is let through, with no more ".."
 * than there are directories above it and none after a name: "a/.." may be anywhere once a is a
 * link.
 */
static bool replay_link_is_inside(const char *path, const char *target)
{
    int above = 0, up = 0;
    for (const char *p = path; *p; p++)
        above += *p == '/';
    while (strncmp(target, "../", 3) == 0) {
        target += 3;
        up++;
    }
    return up <= above && (*target == '\0' || replay_path_is_plain(target));
}

struct replay_copy {
    const struct replay *r;
    char from[OS_PATH_MAX];
    size_t files, bytes;
};

static int replay_copy_link(const struct replay_copy *c, const char *path)
{
    char slashed[OS_PATH_MAX], target[OS_PATH_MAX];
    snprintf(slashed, sizeof slashed, "/%s", path);
    int rc = os_read_link(c->from, slashed, target, sizeof target);
    if (rc < 0)
        return rc;
    return replay_link_is_inside(path, target) ? os_tree_link(c->r->root, path, target) : -EINVAL;
}

static int replay_copy_file(struct replay_copy *c, const char *path)
{
    char full[OS_PATH_MAX];
    auto_free char *text = NULL;
    size_t n;
    int len = snprintf(full, sizeof full, "%s/%s", c->from, path);
    if (len < 0 || (size_t)len >= sizeof full)
        return -ENAMETOOLONG;
    int rc = os_read_file(full, FILE_MAX, &text, &n);
    if (rc < 0)
        return rc;
    c->bytes += n;
    return c->bytes > BYTES_MAX ? -EFBIG : os_tree_write(c->r->root, path, text, n);
}

static int replay_copy_each(void *self, const char *path, enum os_kind kind)
{
    struct replay_copy *c = self;
    if (++c->files > FILES_MAX)
        return -EFBIG;
    if (os_stopping())
        return -EINTR;
    switch (kind) {
    case OS_FILE: return replay_copy_file(c, path);
    case OS_LINK: return replay_copy_link(c, path);
    case OS_DIR:  return 0; /* made with the first file in it */
    default:      return -EINVAL;
    }
}

/* Makes the copy what the machine was at instant i; it is at i - 1. */
static int replay_apply(struct replay *r, int i)
{
    struct replay_copy c = { .r = r };
    int rc = replay_path(r, i, "", c.from);
    if (rc == 0)
        rc = replay_gone(r, i, replay_remove);
    return rc < 0 ? rc : os_walk(c.from, replay_copy_each, &c);
}

static struct instant replay_now(struct clock *c)
{
    const struct replay *r = (const struct replay *)c;
    return r->when[r->at];
}

static int replay_wait(struct clock *c, int64_t mono_ns)
{
    struct replay *r = (struct replay *)c;
    (void)mono_ns; /* the next instant is the next, whatever the interval */
    if (os_stopping())
        return -EINTR;
    if (r->at + 1 >= r->n)
        return -ENODATA;
    int rc = replay_apply(r, r->at + 1);
    if (rc == 0)
        r->at++;
    return rc;
}

/* Reads all clocks and checks all lists: a broken recording is refused whole. */
static int replay_read_instants(struct replay *r)
{
    size_t cap = 0;
    for (r->n = 0; r->n < INSTANTS_MAX; r->n++) {
        char name[16];
        snprintf(name, sizeof name, "/%04d", r->n);
        if (!os_exists(r->dir, name))
            break;
        r->when = mem_grow(r->when, (size_t)r->n, &cap, sizeof *r->when);
        int rc = replay_read_clock(r, r->n, &r->when[r->n]);
        if (rc == 0)
            rc = replay_gone(r, r->n, replay_check_gone);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* The first instant; where memory has no room for it, on disk. */
static int replay_copy(struct replay *r, bool on_disk)
{
    if (r->copied)
        os_remove_dir(r->root);
    r->copied = false;
    int rc = os_make_temp_dir(on_disk, r->root, sizeof r->root);
    if (rc < 0)
        return rc;
    r->copied = true;
    return replay_apply(r, 0);
}

static int replay_start(struct replay *r)
{
    int fd = os_open_dir(r->dir, "/");
    if (fd < 0)
        return fd;
    os_close(fd);
    int rc = replay_read_instants(r);
    if (rc < 0)
        return rc;
    if (r->n == 0) {
        memcpy(r->root, r->dir, sizeof r->root);
        return 0;
    }
    r->clock = (struct clock){ .now = replay_now, .wait = replay_wait };
    rc = replay_copy(r, false);
    return rc == -ENOSPC ? replay_copy(r, true) : rc;
}

int replay_open(const char *dir, struct replay **out)
{
    struct replay *r = mem_new(sizeof *r);
    int n = snprintf(r->dir, sizeof r->dir, "%s", dir);
    int rc = n < 0 || (size_t)n >= sizeof r->dir ? -ENAMETOOLONG : replay_start(r);
    if (rc < 0) {
        replay_close(r);
        return rc;
    }
    *out = r;
    return 0;
}

void replay_close(struct replay *r)
{
    if (!r)
        return;
    if (r->copied)
        os_remove_dir(r->root);
    mem_free(r->when);
    mem_free(r);
}

const char *replay_root(const struct replay *r)
{
    return r->root;
}

struct clock *replay_clock(struct replay *r)
{
    return r->n ? &r->clock : NULL;
}

int replay_instants(const struct replay *r)
{
    return r->n;
}

double replay_interval(const struct replay *r)
{
    return r->n < 2 ? (double)NAN
                    : (double)(r->when[r->n - 1].mono_ns - r->when[0].mono_ns) * 1e-9 / (r->n - 1);
}

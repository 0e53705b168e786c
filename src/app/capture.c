/*
 * capture.c - records the files that adapters read, instant by instant.
 *
 * Directories of /sys/class are links into /sys/devices, and adapters follow them to learn where a
 * device sits. So a file is stored where it really lies, with the links on the way beside it.
 */
#include "app/capture.h"

#include "app/version.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX ((size_t)2 << 20) /* bytes of a file; what is longer is cut */
#define GROUPS_DEPTH 6             /* of control groups, the hierarchies of version 1 on top of them */
#define HOPS_MAX 40                /* links on the way to a file, as in the kernel */

struct run {
    const struct capture *c;
    struct scrub scrub;
    struct snapshot now, before;
    struct spaces spaces;
    struct gpus gpus;
    char *text;         /* TEXT_MAX */
    char path[OS_PATH_MAX]; /* where run_expand() is; one for all its levels: stacks may be small */
    struct buf clean;
};

static void run_free(struct run *r)
{
    snapshot_done(&r->now);
    snapshot_done(&r->before);
    scrub_done(&r->scrub);
    spaces_done(&r->spaces);
    gpus_done(&r->gpus);
    buf_done(&r->clean);
    mem_free(r->text);
    mem_free(r);
}

static void run_put(struct run *r, const char *path, bool link)
{
    auto_buf struct buf where = { 0 };
    scrub_path(&r->scrub, path, &where);
    snapshot_put(&r->now, buf_text(&where), buf_text(&r->clean), r->clean.n, link);
}

static void run_put_link(struct run *r, const char *path, const char *target)
{
    buf_clear(&r->clean);
    scrub_text(&r->scrub, target, &r->clean);
    run_put(r, path, true);
}

/* Reads a link that a replay can follow: relative, ".." only in front. */
static bool run_read_link(const struct run *r, const char *path, char target[static OS_PATH_MAX])
{
    if (os_read_link(r->c->root, path, target, OS_PATH_MAX) <= 0)
        return false;
    const char *names = target;
    while (strncmp(names, "../", 3) == 0)
        names += 3;
    return *names && *names != '/' && *names != '.' && !strstr(names, "/.");
}

/* Where a file of /sys really lies, in out; the links on the way are recorded. */
static bool run_place(struct run *r, const char *path, char out[static OS_PATH_MAX])
{
    char rest[OS_PATH_MAX], next[OS_PATH_MAX], target[OS_PATH_MAX];
    size_t at = 0;
    int hops = 0;
    out[0] = '\0';
    for (snprintf(rest, sizeof rest, "%s", path + 1); *rest; memcpy(rest, next, sizeof rest)) {
        size_t n = strcspn(rest, "/");
        snprintf(next, sizeof next, "%s", rest + n + (rest[n] == '/'));
        if (n == 2 && strncmp(rest, "..", 2) == 0) {
            char *slash = strrchr(out, '/');
            at = slash ? (size_t)(slash - out) : 0;
            out[at] = '\0';
            continue;
        }
        int put = snprintf(out + at, OS_PATH_MAX - at, "/%.*s", (int)n, rest);
        if (put < 0 || (size_t)put >= OS_PATH_MAX - at)
            return false;
        if (!run_read_link(r, out, target)) {
            at += (size_t)put;
            continue;
        }
        run_put_link(r, out, target);
        out[at] = '\0';
        size_t left = strlen(next), length = strlen(target);
        if (++hops > HOPS_MAX || length + 1 + left >= sizeof next)
            return false;
        memmove(next + length + 1, next, left + 1);
        memcpy(next, target, length);
        next[length] = left ? '/' : '\0';
    }
    return true;
}

static void run_link(struct run *r, const char *path)
{
    char parent[OS_PATH_MAX], place[OS_PATH_MAX], target[OS_PATH_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    *slash = '\0';
    if (!run_place(r, parent, place) || strlen(place) + strlen(slash + 1) + 1 >= sizeof place)
        return;
    strcat(strcat(place, "/"), slash + 1);
    if (run_read_link(r, place, target))
        run_put_link(r, place, target);
}

static void run_scrub(struct run *r, enum capture_kind kind, size_t n)
{
    buf_clear(&r->clean);
    switch (kind) {
    case CAPTURE_EMPTY:   break;
    case CAPTURE_BYTES:   buf_put(&r->clean, r->text, n); break;
    case CAPTURE_DRM:     scrub_drm(&r->scrub, r->text, &r->clean); break;
    case CAPTURE_PROCESS: scrub_process(&r->scrub, r->text, &r->clean); break;
    case CAPTURE_CPUINFO: scrub_cpuinfo(&r->scrub, r->text, &r->clean); break;
    case CAPTURE_CGROUP:  scrub_cgroup(&r->scrub, r->text, &r->clean); break;
    case CAPTURE_MOUNTS:  scrub_mounts(&r->scrub, r->text, &r->clean); break;
    default:              scrub_text(&r->scrub, r->text, &r->clean); break;
    }
}

/* A sensor or a GPU whose device sleeps: to read it would wake the device. */
static bool is_asleep(const struct run *r, const char *path)
{
    static const char chips[] = "/sys/class/hwmon/", gpus[] = "/sys/class/drm/";
    char status[256], text[32];
    bool chip = strncmp(path, chips, sizeof chips - 1) == 0, gpu = strncmp(path, gpus, sizeof gpus - 1) == 0;
    if ((!chip && !gpu) || strstr(path, "/power/"))
        return false;
    size_t n = chip ? sizeof chips - 1 : sizeof gpus - 1;
    n += strcspn(path + n, "/");
    snprintf(status, sizeof status, "%.*s/device/power/runtime_status", (int)n, path);
    return os_read_text(r->c->root, status, text, sizeof text) > 0 &&
           strncmp(text, "suspend", 7) == 0;
}

static void run_file(struct run *r, const char *path, enum capture_kind kind)
{
    char place[OS_PATH_MAX];
    int n = is_asleep(r, path) ? -EAGAIN : os_read_text(r->c->root, path, r->text, TEXT_MAX);
    if (n < 0)
        return;
    if (strncmp(path, "/sys/", 5) != 0) /* the links of /proc lead to ourselves: of no meaning later */
        snprintf(place, sizeof place, "%s", path);
    else if (!run_place(r, path, place))
        return;
    run_scrub(r, kind, (size_t)n);
    if (r->clean.n || kind != CAPTURE_PROCESS)
        run_put(r, place, false);
    if (kind == CAPTURE_MOUNTS) {
        buf_clear(&r->clean);
        spaces_put(&r->spaces, r->c->root, r->text, &r->scrub, &r->clean);
        run_put(r, "/.sonde/statfs", false);
    }
}

/* The descriptor of a process on a GPU: the link, made one that a replay can follow, and what the
 * kernel says of the client. */
static void run_drm(struct run *r, const char *path)
{
    static const char dir[] = "/dev/dri/";
    char target[64], place[96];
    if (os_read_link(r->c->root, path, target, sizeof target) < 0 || strncmp(target, dir, sizeof dir - 1) != 0)
        return;
    const char *fd = strstr(path, "/fd/");
    snprintf(place, sizeof place, "/sys/class/drm/%s/device", target + sizeof dir - 1);
    if (!fd || is_asleep(r, place))
        return;
    snprintf(place, sizeof place, "../../..%s", target);
    run_put_link(r, path, place);
    snprintf(place, sizeof place, "%.*s/fdinfo/%s", (int)(fd - path), path, fd + 4);
    run_file(r, place, CAPTURE_DRM);
}

struct expand {
    struct run *r;
    size_t at;               /* r->path so far: the directory that is listed */
    const char *part;        /* the glob of this part, */
    size_t n;                /* so long */
    const char *rest;        /* and the parts behind it, with their slash */
    enum capture_kind kind;
};

static void run_expand(struct run *r, size_t at, const char *rest, enum capture_kind kind);

static bool expand_matches(const struct expand *x, const char *name)
{
    if (x->n == 1 && *x->part == '#')
        return name[strspn(name, "0123456789")] == '\0';
    return text_glob_n(x->part, x->n, name);
}

static void expand_each(void *self, const char *name)
{
    const struct expand *x = self;
    struct run *r = x->r;
    if (!expand_matches(x, name))
        return;
    int n = snprintf(r->path + x->at, sizeof r->path - x->at, "/%s", name);
    if (n > 0 && (size_t)n < sizeof r->path - x->at)
        run_expand(r, x->at + (size_t)n, x->rest, x->kind);
    r->path[x->at] = '\0';
}

/* Records all files that match the first `at` bytes of r->path, which have no globs,
 * followed by rest: "/a*" "/b" or "". */
static void run_expand(struct run *r, size_t at, const char *rest, enum capture_kind kind)
{
    r->path[at] = '\0';
    if (*rest == '\0') {
        if (kind == CAPTURE_LINK)
            run_link(r, r->path);
        else if (kind == CAPTURE_DRM)
            run_drm(r, r->path);
        else
            run_file(r, r->path, kind);
        return;
    }
    struct expand x = { .r = r, .at = at, .part = rest + 1, .n = strcspn(rest + 1, "/"), .kind = kind };
    x.rest = x.part + x.n;
    if (memchr(x.part, '*', x.n) || memchr(x.part, '?', x.n) || memchr(x.part, '#', x.n)) {
        os_list(r->c->root, r->path, expand_each, &x);
        return;
    }
    char name[256];
    snprintf(name, sizeof name, "%.*s", (int)x.n, x.part);
    expand_each(&x, name);
}

/* A file of the group at base + path, and of every group above it up to base. */
static void run_group(struct run *r, const char *base, const char *path, const char *file)
{
    char full[OS_PATH_MAX];
    size_t least = strlen(base), at = least + strlen(path);
    if (at + strlen(file) + 2 > sizeof full || strstr(path, ".."))
        return;
    memcpy(full, base, least);
    memcpy(full + least, path, at - least);
    while (at > least && full[at - 1] == '/')
        at--;
    for (;;) {
        snprintf(full + at, sizeof full - at, "/%s", file);
        run_file(r, full, CAPTURE_FILE);
        if (at <= least)
            return;
        while (at > least && full[--at] != '/')
            ;
    }
}

/* /proc/self/cgroup, cgroups(7): "hierarchy:controllers:path", no controllers for version 2. */
static void run_groups(struct run *r, const char *file)
{
    auto_free char *lines = mem_new(TEXT_MAX);
    if (os_read_text(r->c->root, "/proc/self/cgroup", lines, TEXT_MAX) < 0)
        return;
    char *rest = NULL;
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *controllers = strchr(line, ':'),
             *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        char base[300];
        snprintf(base, sizeof base, "/sys/fs/cgroup%s%.256s", controllers[1] ? "/" : "",
                 controllers + 1);
        run_group(r, base, path, file);
        if (!controllers[1])
            run_group(r, "/sys/fs/cgroup/unified", path, file);
    }
}

static void run_gpus(struct run *r)
{
    buf_clear(&r->clean);
    gpus_put(&r->gpus, r->c->root, &r->clean);
    if (r->clean.n)
        run_put(r, "/.sonde/nvml", false);
}

struct groups {
    struct run *r;
    const char *file;
    char dir[OS_PATH_MAX];
    int depth;
};

/* Directories cannot be told from files, but a listing of a file fails, and files have points in their names. */
static void groups_note(void *self, const char *name)
{
    struct groups *g = self;
    const char *end = strrchr(name, '.');
    size_t at = strlen(g->dir);
    if ((end && strcmp(end, ".slice") != 0 && strcmp(end, ".scope") != 0 && strcmp(end, ".service") != 0 &&
         strncmp(name, "lxc.payload.", 12) != 0) ||
        at + strlen(name) + strlen(g->file) + 3 > sizeof g->dir)
        return;
    snprintf(g->dir + at, sizeof g->dir - at, "/%s/%s", name, g->file);
    run_file(g->r, g->dir, CAPTURE_FILE);
    snprintf(g->dir + at, sizeof g->dir - at, "/%s", name);
    if (g->depth++ < GROUPS_DEPTH)
        os_list(g->r->c->root, g->dir, groups_note, g);
    g->depth--;
    g->dir[at] = '\0';
}

/* The top of version 2 is the parent of all hierarchies of version 1. */
static void run_all_groups(struct run *r, const char *file)
{
    struct groups g = { .r = r, .file = file, .dir = "/sys/fs/cgroup" };
    os_list(r->c->root, g.dir, groups_note, &g);
}

/* Fills r->now with the machine as it is. */
static void run_instant(struct run *r)
{
    struct instant t = r->c->clock->now(r->c->clock);
    char text[96];
    int n = snprintf(text, sizeof text, "%lld %lld %lld\n", (long long)t.wall_ms,
                     (long long)t.mono_ns, (long long)t.boot_ns);
    snapshot_put(&r->now, "/.sonde/clock", text, (size_t)n, false);
    size_t n_paths;
    const struct capture_path *paths = capture_paths(&n_paths);
    for (size_t i = 0; i < n_paths; i++) {
        if (paths[i].kind == CAPTURE_GROUP)
            run_groups(r, paths[i].glob);
        else if (paths[i].kind == CAPTURE_GROUPS)
            run_all_groups(r, paths[i].glob);
        else
            run_expand(r, 0, paths[i].glob, paths[i].kind);
    }
    run_gpus(r);
    snapshot_sort(&r->now);
}

static int run_origin(const struct run *r, const char *dir)
{
    auto_buf struct buf out = { 0 };
    char when[TEXT_TIME_MAX];
    buf_printf(&out, "Recorded by `sonde capture` of sonde %s, %s: %d instant%s, %g s apart.\n",
               SONDE_VERSION, text_time(r->c->clock->now(r->c->clock).wall_ms, when), r->c->done,
               r->c->done == 1 ? "" : "s", r->c->interval_s);
    buf_printf(&out,
               "%sount points, sources of file systems, control groups and hardware addresses are "
               "replaced.\n",
               r->c->keep_process_names ? "Process names are those of the machine; m"
                                        : "Process names, m");
    return os_tree_write(dir, "ORIGIN", out.p, out.n);
}

/* One instant after the other into dir; r->c->done counts them. */
static int run_all(struct run *r, struct capture *c, const char *dir)
{
    struct clock *clock = c->clock;
    int64_t start = clock->now(clock).mono_ns;
    int rc = 0;
    for (c->done = 0; c->done < c->count; c->done++) {
        if (c->done)
            rc = clock->wait(clock, start + (int64_t)(c->interval_s * 1e9 * c->done));
        if (rc == -EINTR || rc == -ENODATA)
            return c->done ? run_origin(r, dir) : rc;
        if (rc < 0)
            return rc;
        run_instant(r);
        if (c->done == 0 && r->now.n <= 2)
            return -ENODATA; /* no more than the clock and an empty list of file systems */
        rc = snapshot_write(&r->before, &r->now, dir, c->done, &c->bytes);
        if (rc < 0)
            return rc;
        if (c->done == 0)
            c->files = r->now.n;
        snapshot_done(&r->before);
        r->before = r->now;
        r->now = (struct snapshot){ 0 };
    }
    return run_origin(r, dir);
}

static void count_entry(void *self, const char *name)
{
    (void)name;
    ++*(int *)self;
}

/* Is there a file, or something in a directory? */
static bool is_taken(const char *path)
{
    int entries = 0;
    return os_exists("", path) && (os_list("", path, count_entry, &entries) < 0 || entries > 0);
}

/*
 * Makes the directory `part`, from which the recording is renamed to dir when it is whole. That is
 * tried first while it is empty: who records onto a mount point, a link or "." is told before.
 */
static int capture_place(const char *part, const char *dir)
{
    bool there = os_exists("", dir);
    int rc = os_make_dir(part);
    if (rc < 0)
        return rc;
    rc = os_rename(part, dir);
    if (rc < 0) {
        os_remove_dir(part);
        return rc == -EINVAL || rc == -ENOTDIR ? -EBUSY : rc;
    }
    rc = os_rename(dir, part);
    return rc == 0 && there ? os_make_dir(dir) : rc;
}

int capture_run(struct capture *c, const char *dir)
{
    char part[OS_PATH_MAX], place[OS_PATH_MAX];
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    int n = snprintf(part, sizeof part, "%.*s.part", (int)length, dir);
    if (n < 0 || (size_t)n >= sizeof part)
        return -ENAMETOOLONG;
    snprintf(place, sizeof place, "%.*s", (int)length, dir);
    if (is_taken(place))
        return -ENOTEMPTY;
    if (os_exists("", part))
        return -EEXIST;
    int rc = capture_place(part, place);
    if (rc < 0)
        return rc;

    struct run *r = mem_new(sizeof *r);
    *r = (struct run){ .c = c, .scrub.keep_process_names = c->keep_process_names, .text = mem_new(TEXT_MAX) };
    rc = run_all(r, c, part);
    if (rc == 0)
        rc = os_rename(part, place);
    if (rc < 0)
        os_remove_dir(part);
    run_free(r);
    return rc;
}

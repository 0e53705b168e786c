/*
 * drm_clients.c - finds the clients of GPUs and adds up what they used.
 *
 * To look is a readlink() of every descriptor of every process, at 3 us of CPU each: 50 ms for 14000
 * descriptors of 440 processes (measured in a virtual machine on Linux 6.18; of 150 processes with a
 * few each, 11 ms). So it begins every 10 s at most, goes on for 1000 descriptors a tick, and is not
 * done at all while every GPU sleeps.
 *
 * An open /proc/PID/fdinfo/N belongs to that process and that number: reading it fails once either
 * is gone, and it tells of another client where the number was given to one. A descriptor that was
 * duplicated or handed to another process shows the same client twice; the first counts.
 */
#include "adapters/linux/drm_clients.h"

#include "adapters/linux/process_walk.h"
#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define CLIENTS_MAX 512
#define LOOK_NS 10000000000
#define LOOK_PART 1000 /* descriptors, and processes, of a look that are done at a time: 3 ms */

struct client {
    int32_t pid, number;   /* process and descriptor */
    int device, fd;        /* fd of its fdinfo */
    bool seen;             /* by this look */
    bool twin;             /* another one is the same client */
    bool known;            /* `before` is filled */
    struct drm_fdinfo before;
};

struct device {
    char address[GPU_ADDRESS_MAX]; /* "" = not watched */
    bool integrated;
    bool has[DRM_ENGINES]; /* a client named such an engine */
};

struct drm_clients {
    const char *root;
    int proc_fd;
    bool sees_all;
    int64_t next_look_ns;
    struct device device[GPU_MAX];
    struct client *client; /* n of them, by pid and descriptor */
    size_t n, cap;
    int32_t *pids, *fds;   /* listings */
    size_t cap_pids, cap_fds;
    int n_pids, at;        /* of a look that goes on: the processes, and who is next */
    int part;              /* how much of this part is done */
};

/*
 * The first process is root's: who may look at its descriptors may look at all. Without it others
 * are hidden as well (hidepid of proc(5)), and in a container those of the host are.
 */
static bool clients_are_all_shown(const char *root)
{
    int dir = os_open_dir(root, "/proc/1/fd");
    os_close(dir);
    return dir != -EACCES && dir != -EPERM && os_exists(root, "/proc/1") &&
           walk_in_initial_namespace(root);
}

struct drm_clients *drm_clients_new(const char *root)
{
    struct drm_clients *c = mem_new(sizeof *c);
    c->root = root;
    c->proc_fd = os_open_dir(root, "/proc");
    c->sees_all = clients_are_all_shown(root);
    return c;
}

void drm_clients_free(struct drm_clients *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        os_close(c->client[i].fd);
    os_close(c->proc_fd);
    mem_free(c->client);
    mem_free(c->pids);
    mem_free(c->fds);
    mem_free(c);
}

static bool client_is_seen(const struct client *x)
{
    return x->seen;
}

static bool client_is_open(const struct client *x)
{
    return x->fd >= 0;
}

/* Forgets the clients that are not so. */
static void clients_keep(struct drm_clients *c, bool (*so)(const struct client *x))
{
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++)
        if (so(&c->client[i]))
            c->client[kept++] = c->client[i];
        else
            os_close(c->client[i].fd);
    c->n = kept;
}

void drm_clients_watch(struct drm_clients *c, int device, const char *address, bool integrated)
{
    c->device[device] = (struct device){ .integrated = integrated };
    snprintf(c->device[device].address, GPU_ADDRESS_MAX, "%s", address);
    c->next_look_ns = 0;
}

void drm_clients_unwatch(struct drm_clients *c, int device)
{
    c->device[device].address[0] = '\0';
    for (size_t i = 0; i < c->n; i++)
        if (c->client[i].device == device) {
            os_close(c->client[i].fd);
            c->client[i].fd = -1;
        }
    clients_keep(c, client_is_open);
}

/* ---- looking ---- */

/* All numbers in a directory, in a list that grows with them. Returns how many, or an error. */
static int clients_list(int dir, int32_t **list, size_t *cap)
{
    int n;
    while ((n = os_dir_numbers(dir, *list, *cap)) > (int)*cap) {
        *cap = (size_t)n + 64;
        *list = mem_resize(*list, *cap * sizeof **list);
    }
    return n;
}

/* "/dev/dri/renderD128" gives "renderD128", else NULL. A recorded machine has it relative. */
static const char *clients_minor(const char *target)
{
    static const char dir[] = "dev/dri/";
    const char *p = target;
    if (*p == '/')
        p++;
    while (strncmp(p, "../", 3) == 0)
        p += 3;
    return p != target && strncmp(p, dir, sizeof dir - 1) == 0 ? p + sizeof dir - 1 : NULL;
}

/* Whose is "renderD128"? By the link of its device; -1 when that is not watched. */
static int clients_device(const struct drm_clients *c, const char *minor)
{
    char path[96], link[OS_PATH_MAX];
    snprintf(path, sizeof path, "/sys/class/drm/%.40s/device", minor);
    if (strchr(minor, '/') || os_read_link(c->root, path, link, sizeof link) < 0)
        return -1;
    const char *slash = strrchr(link, '/'), *address = slash ? slash + 1 : link;
    for (int i = 0; i < GPU_MAX; i++)
        if (*address && strcmp(c->device[i].address, address) == 0)
            return i;
    return -1;
}

/* Where a descriptor stands among the clients, or would stand. */
static size_t clients_place(const struct drm_clients *c, int32_t pid, int32_t number)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct client *x = &c->client[middle];
        if (x->pid < pid || (x->pid == pid && x->number < number))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void clients_add(struct drm_clients *c, size_t at, int32_t pid, int32_t number, int device)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", pid, number);
    int fd = c->n < CLIENTS_MAX ? os_open_read(c->root, path) : -ENFILE;
    if (fd < 0)
        return;
    c->client = mem_grow(c->client, c->n, &c->cap, sizeof *c->client);
    memmove(c->client + at + 1, c->client + at, (c->n - at) * sizeof *c->client);
    c->client[at] = (struct client){ .pid = pid, .number = number, .device = device, .fd = fd, .seen = true };
    c->n++;
}

static void clients_note(struct drm_clients *c, int32_t pid, int32_t number)
{
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, number);
    if (os_read_link(c->root, path, target, sizeof target) < 0)
        return;
    const char *minor = clients_minor(target);
    int device = minor ? clients_device(c, minor) : -1;
    if (device < 0)
        return;
    size_t at = clients_place(c, pid, number);
    struct client *x = c->client + at;
    if (at < c->n && x->pid == pid && x->number == number && x->device == device)
        x->seen = true;
    else
        clients_add(c, at, pid, number, device);
}

static void clients_note_process(struct drm_clients *c, int32_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    int dir = os_open_dir(c->root, path);
    c->part++;
    if (dir < 0)
        return;
    int n = clients_list(dir, &c->fds, &c->cap_fds);
    for (int i = 0; i < n; i++)
        clients_note(c, pid, c->fds[i]);
    c->part += n > 0 ? n : 0;
    os_close(dir);
}

/* Whose descriptor was closed is forgotten first: the number may be that of a new client. */
static void clients_begin_look(struct drm_clients *c)
{
    clients_keep(c, client_is_open);
    for (size_t i = 0; i < c->n; i++)
        c->client[i].seen = c->client[i].twin = false;
}

void drm_clients_look(struct drm_clients *c, int64_t now_ns)
{
    if (c->at == c->n_pids) {
        if (now_ns < c->next_look_ns || c->proc_fd < 0)
            return;
        c->next_look_ns = now_ns + LOOK_NS;
        clients_begin_look(c);
        c->n_pids = clients_list(c->proc_fd, &c->pids, &c->cap_pids);
        c->at = 0;
        if (c->n_pids < 0) { /* those known so far stay */
            c->n_pids = 0;
            return;
        }
    }
    c->part = 0;
    while (c->at < c->n_pids && c->part < LOOK_PART)
        clients_note_process(c, c->pids[c->at++]);
    if (c->at >= c->n_pids) {
        c->at = c->n_pids = 0;
        clients_keep(c, client_is_seen);
    }
}

bool drm_clients_see_all(const struct drm_clients *c)
{
    return c->sees_all;
}

/* ---- reading ---- */

/* Of the time since its reading before, the share that a client used of the engines of a kind. */
static double client_share(const struct drm_fdinfo *before, const struct drm_fdinfo *now, int engine, double dt_s)
{
    /* amdgpu does not name an engine that the client has not used yet. */
    double busy_before = isnan(before->busy_s[engine]) ? 0 : before->busy_s[engine];
    double share = (now->busy_s[engine] - busy_before) / dt_s;
    double cycles = now->total_cycles[engine] - before->total_cycles[engine];
    if (isnan(share) && cycles > 0)
        share = (now->cycles[engine] - before->cycles[engine]) / cycles;
    return share > 0 ? share / now->capacity[engine] : 0;
}

/* A driver may say less than before for a moment; the document wants the larger kept until then. */
static void client_keep(struct client *x, struct drm_fdinfo *now)
{
    for (int e = 0; e < DRM_ENGINES && x->known; e++) {
        now->busy_s[e] = fmax(now->busy_s[e], x->before.busy_s[e]);
        now->cycles[e] = fmax(now->cycles[e], x->before.cycles[e]);
    }
    x->before = *now;
    x->known = true;
}

static bool clients_have(const struct drm_clients *c, size_t before, const struct client *x, uint64_t id)
{
    for (size_t i = 0; i < before; i++) {
        const struct client *y = &c->client[i];
        if (y->device == x->device && y->known && !y->twin && y->fd >= 0 && y->before.id == id)
            return true;
    }
    return false;
}

/* Reads the client at i. False when it is none, no longer, or the same as one before. */
static bool client_read(struct drm_clients *c, size_t i, struct drm_fdinfo *now)
{
    struct client *x = &c->client[i];
    char text[DRM_FDINFO_MAX];
    if (x->fd < 0 || x->twin)
        return false;
    if (os_pread_text(x->fd, text, sizeof text) <= 0 || !drm_fdinfo_parse(text, now) ||
        (x->known && now->id != x->before.id)) {
        os_close(x->fd); /* the next look finds what has its place */
        x->fd = -1;
        return false;
    }
    if (clients_have(c, i, x, now->id))
        x->twin = true;
    return !x->twin;
}

static void clients_add_use(struct device *d, const struct client *x, const struct drm_fdinfo *now, double dt_s,
                            struct drm_use *out)
{
    for (int e = 0; e < DRM_ENGINES; e++) {
        d->has[e] = d->has[e] || !isnan(now->busy_s[e]) || !isnan(now->cycles[e]);
        if (x->known && dt_s > 0)
            out->percent[e] += 100 * client_share(&x->before, now, e, dt_s);
    }
}

static bool client_used(const struct client *x, enum drm_engine e)
{
    return x->before.busy_s[e] > 0 || x->before.cycles[e] > 0;
}

/* Processes, not clients: a process often has several. They stand side by side. */
static void clients_count(const struct drm_clients *c, int device, struct drm_use *out)
{
    int32_t last_drawer = -1, last_computer = -1;
    for (size_t i = 0; i < c->n; i++) {
        const struct client *x = &c->client[i];
        if (x->device != device || x->twin || x->fd < 0 || !x->known)
            continue;
        out->graphics += x->pid != last_drawer && client_used(x, DRM_RENDER);
        out->compute += x->pid != last_computer && client_used(x, DRM_COMPUTE);
        if (client_used(x, DRM_RENDER))
            last_drawer = x->pid;
        if (client_used(x, DRM_COMPUTE))
            last_computer = x->pid;
    }
}

void drm_clients_read(struct drm_clients *c, int device, double dt_s, struct drm_use *out)
{
    struct device *d = &c->device[device];
    *out = (struct drm_use){ 0 };
    for (size_t i = 0; i < c->n; i++) {
        struct client *x = &c->client[i];
        struct drm_fdinfo now;
        if (x->device != device || !client_read(c, i, &now))
            continue;
        clients_add_use(d, x, &now, dt_s, out);
        out->fresh += !x->known;
        client_keep(x, &now);
        out->clients++;
    }
    memcpy(out->has, d->has, sizeof out->has);
    for (int e = 0; e < DRM_ENGINES; e++)
        out->percent[e] = isnan(dt_s) || !d->has[e] ? (double)NAN : fmin(out->percent[e], 100);
    clients_count(c, device, out);
}

static double client_bytes(const struct drm_clients *c, const struct client *x)
{
    const struct drm_fdinfo *f = &x->before;
    if (!c->device[x->device].integrated && !isnan(f->local_bytes))
        return f->local_bytes;
    double sum = 0;
    if (!isnan(f->local_bytes))
        sum += f->local_bytes;
    if (!isnan(f->system_bytes))
        sum += f->system_bytes;
    return sum;
}

void drm_clients_procs(const struct drm_clients *c, struct proctab *t)
{
    struct proc *p = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct client *x = &c->client[i];
        double bytes = x->known && !x->twin && x->fd >= 0 ? client_bytes(c, x) : 0;
        if (bytes <= 0)
            continue;
        if (!p || p->pid != x->pid) {
            p = proctab_add(t);
            p->pid = x->pid;
            p->gpu_bytes = 0;
        }
        p->gpu_bytes += bytes;
    }
}

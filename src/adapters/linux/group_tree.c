/*
 * group_tree.c - which control groups there are (Documentation/admin-guide/cgroup-v2.rst and
 * cgroup-v1/cgroups.rst of the kernel; systemd's "Control Group APIs and Delegation").
 *
 * What a directory is follows from its name, so that the 40 files beside it are not looked at. A
 * listing of 60 groups takes 0.2 ms a hierarchy; whether it is needed tells the number of groups,
 * which the kernel keeps: one read of 17 us instead (cgroup.stat, or /proc/cgroups; measured).
 */
#include "adapters/linux/group_tree.h"

#include "base/hash.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TOP "/sys/fs/cgroup"

enum {
    DEPTH_MAX = 5, /* kubepods.slice/kubepods-burstable.slice/kubepods-...-pod1.slice/cri-... are 4 */
    ID_LEAST = 32, /* so many hexadecimal digits in a row are an id ... */
    ID_SHOWN = 12, /* ... of which so many are shown, as by docker and crictl */
};

enum group_kind { GROUP_NONE, GROUP_LEAF, GROUP_INNER };

static bool name_begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static bool name_ends(const char *name, const char *with)
{
    size_t n = strlen(name), k = strlen(with);
    return n >= k && strcmp(name + n - k, with) == 0;
}

static bool name_is_one_of(const char *name, const char *const *list)
{
    while (*list && strcmp(*list, name) != 0)
        list++;
    return *list != NULL;
}

/* "run-u12.service", "systemd-coredump@0-511-0.service",
 * "sshd@3-192.0.2.1:22-192.0.2.7:4711.service". */
static bool name_is_fleeting(const char *name)
{
    const char *of = strchr(name, '@');
    return name_begins(name, "run-") || strchr(name, ':') || strstr(name, "-conmon-") ||
           (of && of[1] >= '0' && of[1] <= '9' && strchr(of, '-'));
}

static enum group_kind group_kind(const char *parent, const char *name)
{
    static const char *const inner[] = { "docker", "kubepods", "lxc", "machine", "libpod_parent",
                                         "burstable", "besteffort", "guaranteed", "buildkit", NULL },
                     *const files[] = { "tasks", "notify_on_release", "release_agent", NULL };
    if (name_ends(name, ".slice"))
        return name_ends(parent, "/user.slice") ? GROUP_LEAF : GROUP_INNER;
    if (name_ends(name, ".service") || name_ends(name, ".scope"))
        return name_is_fleeting(name) ? GROUP_NONE : GROUP_LEAF;
    if (name_begins(name, "lxc.payload."))
        return GROUP_LEAF;
    /* Files, and units that run nothing for long: mounts, sockets. */
    if (strchr(name, '.') || name_is_one_of(name, files))
        return GROUP_NONE;
    bool pod = *parent && name_begins(name, "pod");
    return pod || name_is_one_of(name, inner) ? GROUP_INNER : GROUP_LEAF;
}

/* "\x2d" of systemd's escapes becomes "-"; other escapes stay. */
static void name_unescape(char *name)
{
    for (char *p; (p = strstr(name, "\\x2d"));) {
        *p = '-';
        memmove(p + 1, p + 4, strlen(p + 4) + 1);
    }
}

static void group_name(const char *parent, const char *from, char out[static GROUP_NAME_MAX])
{
    char name[256];
    text_copy(name, sizeof name, from);
    name_unescape(name);
    size_t at = 0, n;
    for (; name[at] && (n = strspn(name + at, "0123456789abcdef")) < ID_LEAST; at += n ? n : 1)
        ;
    if (!name[at]) {
        snprintf(out, GROUP_NAME_MAX, "%.*s", GROUP_NAME_MAX - 4, name); /* room for "#2" */
        return;
    }
    const char *of = strrchr(parent, '/'); /* a bare id says nothing about who made it */
    of = at ? "" : of && !name_begins(of, "/pod") ? of + 1 : "kubepods";
    snprintf(out, GROUP_NAME_MAX, "%.20s%s%.*s", of, at ? "" : "-",
             (int)((at < 20 ? at : 20) + ID_SHOWN), at < 20 ? name : name + at - 20);
}

struct walk {
    const struct group_tree *tree;
    char hierarchy[16];           /* "" or "/cpuacct" */
    char path[GROUP_PATH_MAX];    /* of the directory that is listed */
    int depth;
    void (*each)(void *self, const char *path, const char *name);
    void *self;
};

static void walk_list(struct walk *w);

static void walk_note(void *self, const char *entry)
{
    struct walk *w = self;
    enum group_kind kind = group_kind(w->path, entry);
    size_t at = strlen(w->path), n = strlen(entry);
    if (kind == GROUP_NONE || at + n + 2 > sizeof w->path)
        return;
    char name[GROUP_NAME_MAX];
    group_name(w->path, entry, name);
    snprintf(w->path + at, sizeof w->path - at, "/%s", entry);
    if (kind == GROUP_LEAF)
        w->each(w->self, w->path, name);
    else if (w->depth < DEPTH_MAX)
        walk_list(w);
    w->path[at] = '\0';
}

static void walk_list(struct walk *w)
{
    char dir[GROUP_PATH_MAX + 64];
    snprintf(dir, sizeof dir, TOP "%s%s", w->hierarchy, w->path);
    w->depth++;
    os_list(w->tree->root, dir, walk_note, w);
    w->depth--;
}

void group_tree_list(const struct group_tree *t,
                     void (*each)(void *self, const char *path, const char *name), void *self)
{
    /* systemd makes a group only where a controller is asked for: no hierarchy has all of them. */
    static const char *const v1[] = { "/memory", "/cpuacct", "/pids" };
    for (size_t i = 0; i < (t->v2 ? 1 : sizeof v1 / sizeof *v1); i++) {
        struct walk w = { .tree = t, .each = each, .self = self };
        snprintf(w.hierarchy, sizeof w.hierarchy, "%s", t->v2 ? "" : v1[i]);
        walk_list(&w);
    }
}

bool group_tree_changed(struct group_tree *t)
{
    char text[4096];
    if (t->count_fd < 0 || os_pread_text(t->count_fd, text, sizeof text) < 0)
        return false;
    uint64_t before = t->count;
    t->count = hash_text(HASH_START, text);
    return t->count != before;
}

int group_tree_open(struct group_tree *t, const char *root)
{
    *t = (struct group_tree){ .root = root, .count_fd = -1 };
    t->v2 = os_exists(root, TOP "/cgroup.controllers");
    if (!t->v2 && !os_exists(root, TOP "/memory") && !os_exists(root, TOP "/cpuacct") && !os_exists(root, TOP "/pids"))
        return -ENOENT;
    t->count_fd = os_open_read(root, t->v2 ? TOP "/cgroup.stat" : "/proc/cgroups");
    return 0;
}

void group_tree_close(struct group_tree *t)
{
    os_close(t->count_fd);
    t->count_fd = -1;
}

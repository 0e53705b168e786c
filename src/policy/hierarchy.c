/* hierarchy.c - where control groups are, by /proc/self/mountinfo and /proc/PID/cgroup (proc(5), cgroups(7)). */
#include "policy/hierarchy.h"

#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HIERARCHY_TEXT (1 << 20) /* of mountinfo: a machine with a thousand containers has less */

/* The files of version 2 are there whether or not the controller is on it. */
static bool hierarchy_has(const char *root, const char *mount, const char *controller)
{
    char path[OS_PATH_MAX], text[512];
    snprintf(path, sizeof path, "%s/cgroup.controllers", mount);
    return os_read_text(root, path, text, sizeof text) >= 0 && text_lists(text, " \n", controller);
}

/* "35 26 0:29 /above /mount rw,nosuid - cgroup cgroup rw,cpu" */
static bool hierarchy_mount(char *line, const char *controller, struct hierarchy *h)
{
    char type[32], options[512], above[HIERARCHY_PATH], mount[HIERARCHY_PATH];
    char *dash = strstr(line, " - ");
    if (!dash || sscanf(dash, " - %31s %*s %511s", type, options) != 2 ||
        sscanf(line, "%*s %*s %*s %255s %255s", above, mount) != 2)
        return false;
    text_unescape(above);
    text_unescape(mount);
    int version = strcmp(type, "cgroup2") == 0 ? 2 : strcmp(type, "cgroup") == 0 ? 1 : 0;
    const char *name = version == 1 && strcmp(controller, "io") == 0 ? "blkio" : controller;
    if (version == 0 || (version == 1 ? !text_lists(options, ",", name) : !hierarchy_has(h->root, mount, name)))
        return false;
    h->version = version;
    text_copy(h->controller, sizeof h->controller, name);
    text_copy(h->mount, sizeof h->mount, mount);
    text_copy(h->above, sizeof h->above, strcmp(above, "/") == 0 ? "" : above);
    return true;
}

int hierarchy_find(const char *root, const char *controller, struct hierarchy *out)
{
    *out = (struct hierarchy){ .root = root };
    auto_free char *text = mem_new(HIERARCHY_TEXT);
    int rc = os_read_text(root, "/proc/self/mountinfo", text, HIERARCHY_TEXT);
    if (rc < 0)
        return rc == -ENOENT ? -ENODEV : rc;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (!hierarchy_mount(line, controller, out))
            continue;
        if (hierarchy_of_task(out, 0, out->own) < 0) /* outside of what is mounted */
            text_copy(out->own, sizeof out->own, "/");
        return 0;
    }
    return -ENODEV;
}

/* The path of the line of a hierarchy in /proc/PID/cgroup: "4:cpu,cpuacct:/jobs", and "0::/jobs" of version 2. */
static const char *hierarchy_line(char *text, const char *controller)
{
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *names = strchr(line, ':');
        char *path = names ? strchr(names + 1, ':') : NULL;
        if (!path)
            continue;
        *path = '\0';
        if (*controller ? text_lists(names + 1, ",", controller) : strcmp(line, "0:") == 0)
            return path + 1;
    }
    return NULL;
}

int hierarchy_of_task(const struct hierarchy *h, int32_t pid, char out[static HIERARCHY_PATH])
{
    char path[64] = "/proc/self/cgroup", text[8192];
    if (pid)
        snprintf(path, sizeof path, "/proc/%d/cgroup", pid);
    int rc = os_read_text(h->root, path, text, sizeof text);
    if (rc < 0)
        return rc == -ENOENT ? -ESRCH : rc;
    const char *group = hierarchy_line(text, h->version == 2 ? "" : h->controller);
    size_t above = strlen(h->above);
    if (!group || strncmp(group, h->above, above) != 0 || (group[above] && group[above] != '/' && above))
        return -ENODEV;
    group += above;
    if (strlen(group) >= HIERARCHY_PATH || strncmp(group, "/..", 3) == 0)
        return -ENODEV;
    text_copy(out, HIERARCHY_PATH, *group ? group : "/");
    return 0;
}

bool hierarchy_is_top(const struct hierarchy *h)
{
    char path[OS_PATH_MAX];
    if (*h->above)
        return false;
    snprintf(path, sizeof path, "%s/%s", h->mount, h->version == 2 ? "cgroup.type" : "release_agent");
    return os_exists(h->root, path) == (h->version == 1);
}

int hierarchy_path(const struct hierarchy *h, const char *group, const char *file, char *out, size_t cap)
{
    const char *end = group + strlen(group);
    if (*group != '/' || (end - group > 1 && end[-1] == '/') || strstr(group, "//") ||
        strstr(group, "/../") || strstr(group, "/./") ||
        (end - group >= 3 && strcmp(end - 3, "/..") == 0) || (end - group >= 2 && strcmp(end - 2, "/.") == 0))
        return -EINVAL;
    int n = snprintf(out, cap, "%s%s%s%s", h->mount, group, *file && end[-1] != '/' ? "/" : "", file);
    return n < 0 || (size_t)n >= cap ? -ENAMETOOLONG : 0;
}

void hierarchy_above(const char *group, char out[static HIERARCHY_PATH])
{
    text_copy(out, HIERARCHY_PATH, group);
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
    if (!*out)
        text_copy(out, HIERARCHY_PATH, "/");
}

static bool hierarchy_text(const struct hierarchy *h, const char *group, const char *file, char text[static 64])
{
    char path[OS_PATH_MAX];
    return hierarchy_path(h, group, file, path, sizeof path) == 0 && os_read_text(h->root, path, text, 64) >= 0;
}

bool hierarchy_quota(const struct hierarchy *h, const char *group, double *quota_us, double *period_us)
{
    char text[64], period[64];
    bool known;
    if (h->version == 2)
        known = hierarchy_text(h, group, "cpu.max", text) && sscanf(text, "%lf %lf", quota_us, period_us) == 2;
    else /* without a limit "max" is no number in version 2, and -1 stands in version 1 */
        known = hierarchy_text(h, group, "cpu.cfs_quota_us", text) && text_double(text, quota_us) &&
                hierarchy_text(h, group, "cpu.cfs_period_us", period) && text_double(period, period_us);
    return known && *quota_us > 0 && *period_us > 0;
}

bool hierarchy_is_within(const char *group, const char *other)
{
    size_t n = strcmp(other, "/") == 0 ? 0 : strlen(other);
    return strncmp(group, other, n) == 0 && (!group[n] || group[n] == '/');
}

bool hierarchy_gives(const struct hierarchy *h, const char *group, const char *controller)
{
    char path[OS_PATH_MAX], text[512];
    if (h->version == 1)
        return true;
    return hierarchy_path(h, group, "cgroup.subtree_control", path, sizeof path) == 0 &&
           os_read_text(h->root, path, text, sizeof text) >= 0 && text_lists(text, " \n", controller);
}

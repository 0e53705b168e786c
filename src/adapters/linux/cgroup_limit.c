/*
 * cgroup_limit.c - which control group binds, and by how much
 * (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst, scheduler/sched-bwc.rst of the
 * kernel).
 */
#include "adapters/linux/cgroup_limit.h"

#include "adapters/linux/lines.h"
#include "adapters/linux/sysfs.h"
#include "base/text.h"
#include "os/os.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Is the word one of a list with commas? */
static bool cgroup_lists(const char *list, size_t n, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = list, *end = list + n; p < end; p += strcspn(p, ",:") + 1)
        if (strncmp(p, word, len) == 0 && (p[len] == ',' || p[len] == ':'))
            return true;
    return false;
}

/* What our own unit may take (data/service/) is no limit of the machine: the group that it stands in is looked at. */
static void cgroup_leave_unit(char *path)
{
    static const char *const units[] = { "/sonde.service", "/sonde-web.service", "/aios-telemetry.service" };
    char *last = strrchr(path, '/');
    for (size_t i = 0; last && i < sizeof units / sizeof *units; i++)
        if (strcmp(last, units[i]) == 0)
            *last = '\0';
}

/* Our own group for a controller below the top of its hierarchy, from lines like
 * "4:cpu,cpuacct:/a/b" and "0::/a/b". */
static void cgroup_own(const char *root, const char *controller, bool *v2, char *out, size_t cap)
{
    struct lines l;
    char *line;
    *v2 = true;
    out[0] = '\0';
    bool open = lines_open(&l, root, "/proc/self/cgroup") == 0 && lines_read_all(&l) >= 0;
    while (open && *v2 && (line = lines_next(&l))) {
        char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
        if (!path)
            continue;
        list++;
        *v2 = !cgroup_lists(list, (size_t)(path - list), controller);
        if (path == list || !*v2)
            snprintf(out, cap, "%s", path + 1);
    }
    lines_close(&l);
    /* "/" is the top; "/../a" is outside of what this namespace shows. */
    if (strcmp(out, "/") == 0 || strstr(out, "/.."))
        out[0] = '\0';
    cgroup_leave_unit(out);
}

static void cgroup_top(const char *root, bool v2, const char *controller, char out[static 64])
{
    if (!v2)
        snprintf(out, 64, "/sys/fs/cgroup/%s", controller);
    else
        snprintf(out, 64, "%s",
                 os_exists(root, "/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup"
                                                                      : "/sys/fs/cgroup/unified");
}

double cgroup_quota(const struct cgroup_group *g)
{
    double quota = NAN, period = NAN;
    char text[64];
    if (!g->v2) {
        quota = sysfs_pread(g->limit_fd[0]);
        period = sysfs_pread(g->limit_fd[1]);
    } else if (g->limit_fd[0] < 0 || sysfs_pread_word(g->limit_fd[0], text, sizeof text) <= 0 ||
               sscanf(text, "%lf %lf", &quota, &period) != 2) {
        return NAN; /* "max 100000" */
    }
    return quota > 0 && period > 0 ? quota / period : (double)NAN;
}

double cgroup_memory_limit(const struct cgroup_group *g)
{
    double limit = sysfs_pread(g->limit_fd[0]); /* "max" is no number; version 1 says the largest number of pages */
    return limit >= 0 && limit < 0x1p62 ? limit : (double)NAN;
}

static void cgroup_open_limit(const char *root, enum cgroup_controller controller,
                              struct cgroup_group *g)
{
    static const char *const files[CGROUP_CONTROLLERS][2] = {
        [CGROUP_CPU] = { "cpu.cfs_quota_us", "cpu.max" }, [CGROUP_MEMORY] = { "memory.limit_in_bytes", "memory.max" } };
    g->limit_fd[0] = sysfs_open(root, g->dir, files[controller][g->v2]);
    g->limit_fd[1] = controller == CGROUP_CPU && !g->v2
                         ? sysfs_open(root, g->dir, "cpu.cfs_period_us")
                         : -1;
}

void cgroup_release(struct cgroup_group *g)
{
    os_close(g->limit_fd[0]);
    os_close(g->limit_fd[1]);
}

/* Of g and all groups above it the one with the tightest limit;
 * g stays as it is where none has one. */
static double cgroup_climb(const char *root, enum cgroup_controller controller, size_t top,
                           struct cgroup_group *g)
{
    struct cgroup_group at = *g;
    double tightest = NAN;
    for (;;) {
        cgroup_open_limit(root, controller, &at);
        double limit = controller == CGROUP_CPU ? cgroup_quota(&at) : cgroup_memory_limit(&at);
        cgroup_release(&at);
        if (!isnan(limit) && !(limit >= tightest)) {
            tightest = limit;
            *g = at;
        }
        if (strlen(at.dir) <= top)
            return tightest;
        *strrchr(at.dir, '/') = '\0';
    }
}

void cgroup_find(const char *root, enum cgroup_controller controller, struct cgroup_group *g)
{
    static const char *const names[CGROUP_CONTROLLERS] = { "cpu", "memory" };
    char own[CGROUP_DIR_MAX - 64], top[64];
    *g = (struct cgroup_group){ 0 };
    cgroup_own(root, names[controller], &g->v2, own, sizeof own);
    cgroup_top(root, g->v2, names[controller], top);
    snprintf(g->dir, sizeof g->dir, "%s%s", top, own);
    if (!os_exists(root, g->dir)) /* a container that is not told where it stands sees itself as the top */
        snprintf(g->dir, sizeof g->dir, "%s", top);
    bool below_top = strlen(g->dir) > strlen(top),
         limited = !isnan(cgroup_climb(root, controller, strlen(top), g));
    cgroup_open_limit(root, controller, g);
    /* The top of the machine has no files for limits, or none in them:
     * its use is the machine's, shown elsewhere. */
    g->there = below_top || limited || (g->v2 && g->limit_fd[0] >= 0);
}

/* How many processors a list in a file names. -1 where there is none, an empty line, or one so long that it was cut. */
static int cgroup_count(const char *root, const char *dir, const char *file)
{
    char path[CGROUP_DIR_MAX + 32], list[8192];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    int len = os_read_text(root, path, list, sizeof list);
    return len > 1 && len < (int)sizeof list - 1 ? text_list_count(list) : -1;
}

/* Of version 1: cpuset is a hierarchy of its own, where our group may be another. */
static int cgroup_cpuset(const char *root)
{
    bool v2;
    char own[CGROUP_DIR_MAX - 64], dir[CGROUP_DIR_MAX];
    cgroup_own(root, "cpuset", &v2, own, sizeof own);
    if (v2)
        return -1;
    snprintf(dir, sizeof dir, "/sys/fs/cgroup/cpuset%s", own);
    if (!os_exists(root, dir)) /* a container sees its own as the top */
        snprintf(dir, sizeof dir, "/sys/fs/cgroup/cpuset");
    int n = cgroup_count(root, dir, "cpuset.effective_cpus");
    return n > 0 ? n : cgroup_count(root, dir, "cpuset.cpus"); /* before Linux 4.2 */
}

double cgroup_all_cpus(const char *root, const struct cgroup_group *g)
{
    int n = g->v2 ? cgroup_count(root, g->dir, "cpuset.cpus.effective") : cgroup_cpuset(root);
    if (n < 0)
        n = cgroup_count(root, "/sys/devices/system/cpu", "online");
    return n < 0 ? (double)NAN : n;
}

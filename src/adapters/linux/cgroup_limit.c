/*
 * cgroup_limit.c - which control group binds, and by how much
 * (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst, scheduler/sched-bwc.rst of the kernel).
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

/* Our own group for a controller below the top of its hierarchy, from lines like "4:cpu,cpuacct:/a/b" and "0::/a/b". */
static void cgroup_own(const char *root, const char *controller, bool *v2, char out[static CGROUP_DIR_MAX])
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
            snprintf(out, CGROUP_DIR_MAX, "%s", path + 1);
    }
    lines_close(&l);
    /* "/" is the top; "/../a" is outside of what this namespace shows. */
    if (strcmp(out, "/") == 0 || strstr(out, "/.."))
        out[0] = '\0';
}

static const char *cgroup_top(const char *root, bool v2, const char *controller, char out[static 64])
{
    if (!v2)
        snprintf(out, 64, "/sys/fs/cgroup/%s", controller);
    else
        snprintf(out, 64, "%s", os_exists(root, "/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" :
                                                                                          "/sys/fs/cgroup/unified");
    return out;
}

/* Processors that a group's quota allows; NaN for no quota. */
static double cgroup_quota_of(const char *root, bool v2, const char *dir)
{
    double quota = NAN, period = NAN;
    char text[64];
    if (!v2) {
        quota = sysfs_number(root, dir, "cpu.cfs_quota_us");
        period = sysfs_number(root, dir, "cpu.cfs_period_us");
    } else if (sysfs_word(root, dir, "cpu.max", text, sizeof text) > 0 && sscanf(text, "%lf %lf", &quota, &period) != 2) {
        return NAN; /* "max 100000" */
    }
    return quota > 0 && period > 0 ? quota / period : (double)NAN;
}

/* Bytes that a group may use; NaN for no limit, which version 1 writes as the largest number of pages. */
static double cgroup_memory_limit_of(const char *root, bool v2, const char *dir)
{
    double limit = sysfs_number(root, dir, v2 ? "memory.max" : "memory.limit_in_bytes");
    return limit >= 0 && limit < 0x1p62 ? limit : (double)NAN;
}

static double cgroup_limit(const char *root, enum cgroup_controller controller, bool v2, const char *dir)
{
    return controller == CGROUP_CPU ? cgroup_quota_of(root, v2, dir) : cgroup_memory_limit_of(root, v2, dir);
}

static bool cgroup_has(const char *root, const char *dir, const char *file)
{
    char path[CGROUP_DIR_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    return os_exists(root, path);
}

void cgroup_find(const char *root, enum cgroup_controller controller, struct cgroup_group *g)
{
    static const char *const names[CGROUP_CONTROLLERS] = { "cpu", "memory" };
    char own[CGROUP_DIR_MAX], top[64], dir[CGROUP_DIR_MAX + 64];
    double tightest = NAN;
    cgroup_own(root, names[controller], &g->v2, own);
    cgroup_top(root, g->v2, names[controller], top);
    snprintf(dir, sizeof dir, "%s%s", top, own);
    if (!os_exists(root, dir)) /* a container that is not told where it stands sees itself as the top */
        snprintf(dir, sizeof dir, "%s", top);
    snprintf(g->dir, sizeof g->dir, "%.*s", CGROUP_DIR_MAX - 1, dir);
    bool below_top = strlen(dir) > strlen(top);
    for (;;) {
        double limit = cgroup_limit(root, controller, g->v2, dir);
        if (!isnan(limit) && !(limit >= tightest)) {
            tightest = limit;
            snprintf(g->dir, sizeof g->dir, "%.*s", CGROUP_DIR_MAX - 1, dir);
        }
        if (strlen(dir) <= strlen(top))
            break;
        *strrchr(dir, '/') = '\0';
    }
    /* The top of the machine has no limits and no files for them: its use is the machine's, shown elsewhere. */
    g->there = below_top || !isnan(tightest) || (g->v2 && cgroup_has(root, g->dir, controller == CGROUP_CPU ? "cpu.max" : "memory.max"));
}

double cgroup_quota(const char *root, const struct cgroup_group *g)
{
    return cgroup_quota_of(root, g->v2, g->dir);
}

double cgroup_memory_limit(const char *root, const struct cgroup_group *g)
{
    return cgroup_memory_limit_of(root, g->v2, g->dir);
}

/* How many processors "0-3,8" are; NaN for nonsense. */
static double cgroup_count(const char *list)
{
    double n = 0;
    uint64_t first, last;
    for (const char *p = list; ; p++) {
        if (!text_u64(&p, &first))
            return NAN;
        last = first;
        if (*p == '-') {
            p++;
            if (!text_u64(&p, &last))
                return NAN;
        }
        n += last >= first ? (double)(last - first) + 1 : 0;
        if (*p != ',')
            return n;
    }
}

double cgroup_all_cpus(const char *root, const struct cgroup_group *g)
{
    char list[256];
    if (g->v2 && sysfs_word(root, g->dir, "cpuset.cpus.effective", list, sizeof list) > 0)
        return cgroup_count(list);
    return sysfs_word(root, "/sys/devices/system/cpu", "online", list, sizeof list) > 0 ? cgroup_count(list) : (double)NAN;
}

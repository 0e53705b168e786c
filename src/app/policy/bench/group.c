/* group.c - cgroups(7), of version 1 and 2. */
#include "app/policy/bench/group.h"

#include "base/auto.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP "sonde-bench-" /* and the number of the process whose it is */

/* "cpu,cpuacct" among the options of a mount, as a word. */
static bool group_has_cpu(const char *options)
{
    for (const char *p = options; *p;) {
        size_t n = strcspn(p, ", \n");
        if (n == 3 && strncmp(p, "cpu", 3) == 0)
            return true;
        p += n + (p[n] != '\0');
    }
    return false;
}

int group_top(char out[static OS_PATH_MAX])
{
    auto_fclose FILE *f = fopen("/proc/self/mounts", "re");
    char line[8192], where[4096], type[64], options[2048];
    bool found = false, second = false;
    while (f && !found && fgets(line, sizeof line, f)) {
        if (sscanf(line, "%*s %4095s %63s %2047s", where, type, options) != 3)
            continue;
        found = strcmp(type, "cgroup") == 0 && group_has_cpu(options);
        if (found || (strcmp(type, "cgroup2") == 0 && !second)) {
            text_unescape(where);
            snprintf(out, OS_PATH_MAX, "%s", where);
            second = second || !found;
        }
    }
    if (found)
        return 0;
    char path[OS_PATH_MAX], has[256];
    int n = second ? snprintf(path, sizeof path, "%s/cgroup.controllers", out) : -1;
    bool cpu = n > 0 && n < (int)sizeof path && os_read_text("", path, has, sizeof has) > 0 && group_has_cpu(has);
    return cpu ? 0 : -ENODEV;
}

/* Of a bench that was killed. */
static void group_remove_stale(void *self, const char *name)
{
    const char *top = self;
    char path[OS_PATH_MAX], task[64];
    int pid = 0, end = 0;
    if (sscanf(name, GROUP "%d%n", &pid, &end) != 1 || name[end])
        return;
    snprintf(task, sizeof task, "/proc/%d", pid);
    int n = snprintf(path, sizeof path, "%s/%s", top, name);
    if (n < (int)sizeof path && !os_exists("", task))
        group_remove(path);
}

int group_make(char out[static OS_PATH_MAX])
{
    char top[OS_PATH_MAX], path[OS_PATH_MAX];
    int rc = group_top(top);
    if (rc < 0)
        return rc;
    int n = snprintf(path, sizeof path, "%s/cgroup.subtree_control", top);
    if (n < (int)sizeof path && os_exists("", path))
        os_write_text("", path, "+cpu"); /* of version 2; where it is so already, nothing happens */
    os_list("", top, group_remove_stale, top);
    n = snprintf(path, sizeof path, "%s/" GROUP "%d", top, getpid());
    if (n >= (int)sizeof path)
        return -ENAMETOOLONG;
    if (mkdir(path, 0755) < 0)
        return -errno;
    memcpy(out, path, (size_t)n + 1);
    return 0;
}

struct below {
    const char *folder;
};

static void group_remove_below(void *self, const char *name)
{
    const struct below *b = self;
    char path[OS_PATH_MAX];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s/%s", b->folder, name);
    if (n < (int)sizeof path && lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
        group_remove(path);
}

void group_remove(const char *folder)
{
    os_list("", folder, group_remove_below, &(struct below){ folder });
    for (int i = 0; i < 50 && rmdir(folder) < 0 && errno == EBUSY; i++)
        usleep(10000); /* a task that has just ended counts a moment longer */
}

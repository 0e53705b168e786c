/* group.c - cgroups(7), of version 1 and 2. */
#include "app/policy/bench/group.h"

#include "policy/hierarchy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP "sonde-bench-" /* and the number of the process whose it is */

int group_top(char out[static OS_PATH_MAX])
{
    struct hierarchy h;
    int rc = hierarchy_find("", "cpu", &h);
    if (rc == 0)
        snprintf(out, OS_PATH_MAX, "%s", h.mount);
    return rc;
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

/* task.c - attributes of tasks: who may be touched, and all threads of a process at once. */
#include "policy/knobs/task.h"

#include "os/os.h"
#include "policy/tasks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define TASK_THREADS 4096 /* of one process; more stay as they are */

bool task_capable(const char *root, enum task_capability c)
{
    char text[4096];
    unsigned long long bits = 0;
    if (os_read_text(root, "/proc/self/status", text, sizeof text) < 0)
        return false;
    const char *line = strstr(text, "\nCapEff:");
    return line && sscanf(line, "\nCapEff: %llx", &bits) == 1 && bits >> c & 1;
}

int task_guard(const struct place *p)
{
    struct task t;
    if (*p->root)
        return -ENODEV;
    if (p->pid == 0)
        return 0;
    if (task_look(p->root, p->pid, &t) < 0 || (p->start && t.start != p->start))
        return -ESRCH;
    return p->pid == 1 || t.kernel ? -EPERM : 0;
}

bool task_may_lower_nice(int to)
{
    struct rlimit r;
    return task_capable("", TASK_SYS_NICE) || (getrlimit(RLIMIT_NICE, &r) == 0 && 20 - to <= (int64_t)r.rlim_cur);
}

bool task_is_below(const char *root, int32_t pid, int32_t ancestor)
{
    struct task t;
    for (int depth = 0; pid > 0 && depth < 256; depth++) { /* a tree that changes meanwhile might go round */
        if (pid == ancestor)
            return true;
        pid = task_look(root, pid, &t) == 0 ? t.parent : 0;
    }
    return false;
}

int task_read(const struct task_attribute *a, const struct knob *k, const struct place *p,
              char value[static KNOB_VALUE_MAX])
{
    int rc = task_guard(p);
    return rc < 0 && rc != -EPERM ? rc : a->read(k, p->pid, value);
}

/* The threads of a process that stand as the first does, that one as the last of them: tid has room for one more than
 * TASK_THREADS. Returns how many. */
static int task_alike(const struct task_attribute *a, const struct knob *k, int32_t pid, const char *first,
                      int32_t *tid)
{
    char path[64], now[KNOB_VALUE_MAX];
    int alike = 0;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    int fd = os_open_dir("", path);
    if (fd < 0)
        return fd == -ENOENT ? -ESRCH : fd;
    int n = os_dir_numbers(fd, tid, TASK_THREADS);
    os_close(fd);
    for (int i = 0; i < n && i < TASK_THREADS; i++)
        if (tid[i] != pid && a->read(k, tid[i], now) == 0 && strcmp(now, first) == 0)
            tid[alike++] = tid[i];
    tid[alike++] = pid;
    return alike;
}

int task_write(const struct task_attribute *a, const struct knob *k, const struct place *p, const char *value)
{
    char first[KNOB_VALUE_MAX];
    int32_t tid[TASK_THREADS + 1];
    int rc = task_guard(p);
    if (rc < 0)
        return rc;
    if (p->pid == 0)
        return a->write(k, 0, value);
    rc = a->read(k, p->pid, first);
    int n = rc < 0 ? rc : task_alike(a, k, p->pid, first, tid);
    for (int i = 0; i < n; i++) {
        rc = a->write(k, tid[i], value);
        if (rc == -ESRCH && tid[i] != p->pid)
            rc = 0;
        if (rc < 0) { /* what was not set is in no journal: nothing of it may stay */
            while (i > 0)
                a->write(k, tid[--i], first);
            return rc;
        }
    }
    return n < 0 ? n : 0;
}

int task_writable(const struct knob *k, const struct place *p)
{
    (void)k;
    struct stat st;
    char path[64];
    int rc = task_guard(p);
    if (rc < 0 || p->pid == 0 || task_capable(p->root, TASK_SYS_NICE))
        return rc;
    snprintf(path, sizeof path, "/proc/%d", p->pid);
    if (stat(path, &st) < 0)
        return -ESRCH;
    return st.st_uid == geteuid() ? 0 : -EPERM;
}

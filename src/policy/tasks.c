/* tasks.c - reads /proc/PID/stat, /proc/PID/status and /proc/PID/task (proc(5)). */
#include "policy/tasks.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KERNEL_THREAD 0x00200000 /* PF_KTHREAD of linux/sched.h */
#define TASKS_MAX 100000

static int task_parse(char *text, struct task *out)
{
    unsigned long long start, user, system;
    long long below_user, below_system;
    unsigned flags;
    int parent, session, terminal, threads;
    char state, *open = strchr(text, '('), *close = strrchr(text, ')'); /* the name may hold anything */
    if (!open || !close || close < open ||
        sscanf(close + 1, " %c %d %*d %d %d %*d %u %*u %*u %*u %*u %llu %llu %lld %lld %*d %*d %d %*d %llu",
               &state, &parent, &session, &terminal, &flags, &user, &system, &below_user, &below_system, &threads,
               &start) != 11)
        return -ESRCH;
    *close = '\0';
    *out = (struct task){ .parent = parent, .session = session, .start = start, .ticks = user + system,
                          .ticks_below = (uint64_t)(below_user + below_system), .threads = threads, .state = state,
                          .kernel = flags & KERNEL_THREAD, .terminal = terminal != 0 };
    text_copy(out->name, sizeof out->name, open + 1);
    return 0;
}

static int task_read(const char *root, const char *path, int32_t pid, int32_t process, struct task *out)
{
    char text[1024];
    struct task t;
    int rc = os_read_text(root, path, text, sizeof text) < 0 ? -ESRCH : task_parse(text, &t);
    if (rc < 0)
        return rc;
    t.pid = pid;
    t.process = process;
    *out = t;
    return 0;
}

int task_look(const char *root, int32_t pid, struct task *out)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    return pid > 0 ? task_read(root, path, pid, pid, out) : -ESRCH;
}

bool task_lives(const char *root, int32_t pid, uint64_t start)
{
    struct task t;
    return task_look(root, pid, &t) == 0 && (!start || t.start == start) && !strchr("ZXx", t.state);
}

int32_t task_number(const char *name)
{
    uint64_t n;
    const char *p = name;
    return *name >= '0' && *name <= '9' && text_u64(&p, &n) && !*p && n <= INT32_MAX ? (int32_t)n : 0;
}

uint64_t tasks_now(void)
{
    return (uint64_t)os_boot_ns() / (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

int64_t task_user(const char *root, int32_t pid)
{
    char path[64], text[4096];
    unsigned id[4]; /* real, effective, saved, of files */
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    if (os_read_text(root, path, text, sizeof text) < 0)
        return -1;
    const char *line = strstr(text, "\nUid:");
    if (!line || sscanf(line + 5, "%u %u %u %u", &id[0], &id[1], &id[2], &id[3]) != 4)
        return -1;
    return id[0] == id[1] && id[0] == id[2] && id[0] == id[3] ? (int64_t)id[0] : -1;
}

/* ---- all ---- */

struct listing {
    const char *root;
    bool threads;
    struct task *task;
    size_t n, cap;
    const struct task *process; /* whose threads are listed */
};

static void tasks_add(struct listing *l, const struct task *t)
{
    if (l->n >= TASKS_MAX)
        return;
    l->task = mem_grow(l->task, l->n, &l->cap, sizeof *l->task);
    l->task[l->n++] = *t;
}

static void tasks_thread(void *self, const char *name)
{
    struct listing *l = self;
    char path[96];
    struct task t;
    int32_t pid = task_number(name);
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", l->process->pid, pid);
    if (pid && pid != l->process->pid && task_read(l->root, path, pid, l->process->pid, &t) == 0)
        tasks_add(l, &t);
}

static void tasks_process(void *self, const char *name)
{
    struct listing *l = self;
    struct task t;
    char path[64];
    int32_t pid = task_number(name);
    if (!pid || task_look(l->root, pid, &t) < 0)
        return;
    tasks_add(l, &t);
    if (!l->threads || t.threads < 2)
        return;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    l->process = &t;
    os_list(l->root, path, tasks_thread, l);
}

int tasks_list(const char *root, bool threads, struct task **out)
{
    struct listing l = { .root = root, .threads = threads };
    int rc = os_list(root, "/proc", tasks_process, &l);
    if (rc < 0) {
        mem_free(l.task);
        return rc;
    }
    *out = l.task;
    return (int)l.n;
}

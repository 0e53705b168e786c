/* gamemode_tree.c - the processes below one, and their time on processors, from /proc/PID/stat (proc(5)). */
#include "policy/gamemode_tree.h"

#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KERNEL_THREAD 0x00200000 /* PF_KTHREAD of linux/sched.h */
#define PROCESSES_MAX 100000

bool gamemode_tree_stat(const char *text, struct gamemode_task *out)
{
    unsigned long long user, system, start;
    unsigned flags;
    int pid, parent;
    char state;
    const char *close = strrchr(text, ')'); /* the name may hold anything */
    if (!close || sscanf(text, "%d (", &pid) != 1 ||
        sscanf(close + 1, " %c %d %*d %*d %*d %*d %u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %llu", &state,
               &parent, &flags, &user, &system, &start) != 6)
        return false;
    *out = (struct gamemode_task){ .pid = pid, .parent = parent, .start = start, .ticks = user + system,
                                   .kernel = flags & KERNEL_THREAD, .ended = strchr("ZXx", state) != NULL };
    return true;
}

int gamemode_tree_task(const char *root, int32_t pid, struct gamemode_task *out)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    return pid > 0 && os_read_text(root, path, text, sizeof text) > 0 && gamemode_tree_stat(text, out) ? 0 : -ESRCH;
}

/* ---- those below ---- */

struct processes {
    const char *root;
    struct gamemode_task *task;
    size_t n, cap;
};

static void processes_add(void *self, const char *name)
{
    struct processes *p = self;
    struct gamemode_task t;
    uint64_t pid;
    const char *end = name;
    if (p->n >= PROCESSES_MAX || !text_u64(&end, &pid) || *end || pid > INT32_MAX ||
        gamemode_tree_task(p->root, (int32_t)pid, &t) < 0)
        return;
    p->task = mem_grow(p->task, p->n, &p->cap, sizeof *p->task);
    p->task[p->n++] = t;
}

/* Each that is in the tree brings its children in, behind it: generation by generation, whatever the order of pids. A
 * child that claims to be older than its parent was handed to it by another that ended: it is none of its own. */
static void tree_grow(const struct processes *p, struct gamemode_tree *out)
{
    for (size_t i = 0; i < out->n; i++)
        for (size_t k = 0; k < p->n && out->n < GAMEMODE_TREE_MAX; k++)
            if (p->task[k].parent == out->task[i].pid && p->task[k].start >= out->task[i].start)
                out->task[out->n++] = p->task[k];
}

int gamemode_tree_read(const char *root, int32_t pid, struct gamemode_tree *out)
{
    struct processes p = { .root = root };
    out->n = 0;
    if (gamemode_tree_task(root, pid, &out->task[0]) < 0)
        return -ESRCH;
    out->n = 1;
    os_list(root, "/proc", processes_add, &p);
    tree_grow(&p, out);
    mem_free(p.task);
    return 0;
}

static uint64_t tree_growth(const struct gamemode_tree *before, const struct gamemode_task *t)
{
    for (size_t i = 0; before && i < before->n; i++)
        if (before->task[i].pid == t->pid && before->task[i].start == t->start)
            return t->ticks > before->task[i].ticks ? t->ticks - before->task[i].ticks : 0;
    return t->ticks; /* it started meanwhile */
}

int32_t gamemode_tree_busiest(const struct gamemode_tree *before, const struct gamemode_tree *now)
{
    size_t first = 0;
    uint64_t most = 0;
    for (size_t i = 0; i < now->n; i++) {
        uint64_t grown = tree_growth(before, &now->task[i]);
        if (grown > most && !now->task[i].ended) {
            most = grown;
            first = i;
        }
    }
    return now->n ? now->task[first].pid : 0;
}

/* doings.c - reads what each process did so far (proc_pid_stat(5), proc_pid_status(5), proc_pid_io(5); schedstat is in
 * the kernel's Documentation/scheduler/sched-stats.rst). */
#include "policy/remedies/doings.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/tasks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 64 /* of a tree: a table that was read while processes came and went may have a ring in it */

static bool doing_stat(const char *root, struct doing *d)
{
    struct task t;
    if (task_look(root, d->pid, &t) < 0)
        return false;
    text_copy(d->name, sizeof d->name, t.name);
    d->ppid = t.parent;
    d->session = t.session;
    d->start = t.start;
    d->threads = t.threads;
    d->kernel = t.kernel;
    d->terminal = t.terminal;
    d->ended_s = (double)t.ticks_below / (double)sysconf(_SC_CLK_TCK);
    return true;
}

static double doing_field(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    return at ? strtod(at + strlen(key), NULL) : NAN;
}

/* Of one thread: what it ran, waited and slept is added. */
static void doing_thread(const char *root, const char *dir, struct doing *t, bool *waits)
{
    char path[96], text[4096];
    double run, wait;
    snprintf(path, sizeof path, "%s/schedstat", dir);
    if (os_read_text(root, path, text, sizeof text) >= 0 && sscanf(text, "%lf %lf", &run, &wait) == 2) {
        t->run_s += run * 1e-9;
        t->wait_s += wait * 1e-9;
        *waits = true;
    }
    snprintf(path, sizeof path, "%s/status", dir);
    if (os_read_text(root, path, text, sizeof text) < 0)
        return;
    double sleeps = doing_field(text, "\nvoluntary_ctxt_switches:"), uid = doing_field(text, "\nUid:");
    double memory = doing_field(text, "\nVmRSS:"), swap = doing_field(text, "\nVmSwap:");
    t->memory_bytes = 1024 * ((isnan(memory) ? 0 : memory) + (isnan(swap) ? 0 : swap)); /* of threads the same */
    t->sleeps += isnan(sleeps) ? 0 : sleeps;
    t->uid = isnan(uid) ? UINT32_MAX : (uint32_t)uid;
}

struct threads {
    const char *root;
    struct doing *of;
    bool *waits;
};

static void doing_each_thread(void *self, const char *name)
{
    int32_t tid = task_number(name);
    char dir[64];
    struct threads *t = self;
    if (!tid)
        return;
    snprintf(dir, sizeof dir, "/proc/%d/task/%d", t->of->pid, tid);
    doing_thread(t->root, dir, t->of, t->waits);
}

static void doings_one(struct doings *all, const char *root, int32_t pid)
{
    char dir[64], path[96], text[1024];
    struct doing t = { .pid = pid, .write_bytes = NAN };
    snprintf(dir, sizeof dir, "/proc/%d", pid);
    if (!doing_stat(root, &t))
        return; /* it has ended meanwhile */
    struct threads threads = { root, &t, &all->waits };
    snprintf(path, sizeof path, "%s/task", dir);
    if (t.threads > 1)
        os_list(root, path, doing_each_thread, &threads);
    else
        doing_thread(root, dir, &t, &all->waits);
    snprintf(path, sizeof path, "%s/io", dir);
    if (os_read_text(root, path, text, sizeof text) >= 0)
        t.write_bytes = doing_field(text, "\nwrite_bytes:");
    all->item = mem_grow(all->item, all->n, &all->cap, sizeof *all->item);
    all->item[all->n++] = t;
}

struct walk {
    const char *root;
    struct doings *all;
};

static void doings_entry(void *self, const char *name)
{
    int32_t pid = task_number(name);
    struct walk *w = self;
    if (pid)
        doings_one(w->all, w->root, pid);
}

int doings_read(const char *root, struct doings *out)
{
    struct walk w = { root, out };
    out->n = 0;
    out->waits = false;
    int rc = os_list(root, "/proc", doings_entry, &w);
    return rc < 0 ? rc : (int)out->n;
}

void doings_done(struct doings *t)
{
    mem_free(t->item);
    *t = (struct doings){ 0 };
}

static int doings_order(const void *a, const void *b)
{
    const struct doing *x = a, *y = b;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

const struct doing *doings_at(const struct doings *t, int32_t pid)
{
    struct doing key = { .pid = pid };
    return t->n ? bsearch(&key, t->item, t->n, sizeof *t->item, doings_order) : NULL;
}

const struct doing *doings_same(const struct doings *t, const struct doing *as)
{
    const struct doing *p = doings_at(t, as->pid);
    return p && p->start == as->start ? p : NULL;
}

void doings_settle(const struct doings *before, struct doings *now)
{
    for (size_t i = 0; i < before->n; i++) {
        const struct doing *gone = &before->item[i];
        struct doing *parent = doings_same(now, gone) ? NULL : (struct doing *)doings_at(now, gone->ppid);
        if (parent)
            parent->ended_s -= gone->run_s + gone->ended_s;
    }
}

bool doings_below(const struct doings *t, const struct doing *p, const int32_t *top, size_t n)
{
    for (int depth = 0; p && depth < DEPTH_MAX; depth++) {
        for (size_t i = 0; i < n; i++)
            if (p->pid == top[i])
                return true;
        p = doings_at(t, p->ppid);
    }
    return false;
}

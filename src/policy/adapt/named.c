/*
 * named.c - trees of processes by /proc/PID/stat, and their waiting by schedstat (Documentation/scheduler/
 * sched-stats.rst of the kernel: time running, time waiting, turns; it is there without CONFIG_SCHEDSTATS, too).
 *
 * Of the named programs all threads are counted, of all others the first thread of each process: what they wait is only
 * ever held against itself. What the others ran is what the processors were busy with beside (proc_stat(5)): most work
 * of a busy machine is done by processes that come and go within a window.
 */
#include "policy/adapt/named.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/guarded.h"
#include "policy/tasks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROCS_MAX 32768
#define DEEP 64        /* a tree of fake files may go round in circles */
#define LEAST_S 0.02   /* of running and waiting: less of it says nothing */
#define LEAST_OTHERS_S 0.1 /* ten ticks of /proc/stat */
#define TICKS 100.0    /* USER_HZ, on all systems that Linux runs on here */
#define NOBODY (-1)

struct one { /* a process */
    int32_t pid, parent, session;
    uint64_t start;
    int tree;          /* NOBODY */
    char name[NAMED_NAME_MAX];
};

struct waiting { /* a thread */
    int32_t pid;
    uint64_t start;
    int tree;
    double ran_s, waited_s;
};

struct waitings {
    struct waiting *w; /* n, by pid */
    size_t n, cap;
};

struct named {
    char *root;
    uint32_t uid;
    char **glob;
    size_t n_globs;
    struct one *one;   /* n_ones, by pid */
    size_t n_ones, cap_ones;
    struct named_tree *tree;
    size_t n;
    struct waitings before, now;
    double busy_s;     /* of all processors so far; NaN not known */
    char refused[KNOB_WHY];
};

/* ---- processes ---- */

static int named_list(struct named *t)
{
    struct task *task = NULL;
    int n = tasks_list(t->root, false, &task);
    for (int i = 0; i < n && t->n_ones < PROCS_MAX; i++) {
        t->one = mem_grow(t->one, t->n_ones, &t->cap_ones, sizeof *t->one);
        struct one *p = &t->one[t->n_ones++];
        *p = (struct one){ .pid = task[i].pid, .parent = task[i].parent, .session = task[i].session,
                           .start = task[i].start, .tree = NOBODY };
        text_copy(p->name, sizeof p->name, task[i].name);
    }
    if (n >= 0)
        mem_free(task);
    return n;
}

static int one_order(const void *a, const void *b)
{
    const struct one *x = a, *y = b;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

static struct one *named_find(const struct named *t, int32_t pid)
{
    struct one key = { .pid = pid };
    return t->n_ones ? bsearch(&key, t->one, t->n_ones, sizeof *t->one, one_order) : NULL;
}

/* ---- trees ---- */

static bool named_names(const struct named *t, const struct one *p)
{
    for (size_t i = 0; i < t->n_globs; i++)
        if (text_glob(t->glob[i], p->name))
            return true;
    return false;
}

static bool named_is_free(const struct named *t, const struct one *p)
{
    char why[KNOB_WHY];
    return !guarded_is(t->root, p->pid, t->uid, why);
}

/* The highest above it, itself included, that was named and may be touched; NULL for none. */
static struct one *named_top(const struct named *t, struct one *p)
{
    struct one *top = NULL;
    for (int i = 0; p && i < DEEP; i++) {
        if (named_names(t, p) && named_is_free(t, p))
            top = p;
        p = p->parent > 0 ? named_find(t, p->parent) : NULL;
    }
    return top;
}

static int one_start_order(const void *a, const void *b)
{
    const struct one *x = *(struct one *const *)a, *y = *(struct one *const *)b;
    return x->start != y->start ? (x->start > y->start) - (x->start < y->start) : one_order(x, y);
}

static void named_begin(struct named *t)
{
    struct one **top = mem_new((t->n_ones + 1) * sizeof *top);
    size_t n = 0;
    *t->refused = '\0';
    for (size_t i = 0; i < t->n_ones; i++) {
        if (!named_names(t, &t->one[i]))
            continue;
        if (named_top(t, &t->one[i]) == &t->one[i])
            top[n++] = &t->one[i];
        else if (!*t->refused && !guarded_is(t->root, t->one[i].pid, t->uid, t->refused))
            *t->refused = '\0'; /* it is within another one */
    }
    if (n)
        qsort(top, n, sizeof *top, one_start_order);
    t->n = n < NAMED_MAX ? n : NAMED_MAX;
    for (size_t i = 0; i < t->n; i++) {
        struct named_tree *tree = &t->tree[i];
        *tree = (struct named_tree){ .pid = top[i]->pid, .start = top[i]->start, .own_session = true, .n = 1,
                               .member = { { top[i]->pid, top[i]->start } }, .waits = NAN, .others_wait = NAN };
        text_copy(tree->name, sizeof tree->name, top[i]->name);
        top[i]->tree = (int)i;
    }
    mem_free(top);
}

/* Which tree is it in, by those above it? A tree of its own begins anew. */
static int named_of(const struct named *t, const struct one *p)
{
    for (int i = 0; p && i < DEEP; i++) {
        if (p->tree != NOBODY)
            return p->tree;
        p = p->parent > 0 ? named_find(t, p->parent) : NULL;
    }
    return NOBODY;
}

static void named_fill(struct named *t)
{
    for (size_t i = 0; i < t->n_ones; i++) {
        struct one *p = &t->one[i];
        int k = p->tree == NOBODY ? named_of(t, p) : NOBODY;
        if (k == NOBODY || t->tree[k].n == NAMED_MEMBERS_MAX || !named_is_free(t, p))
            continue;
        p->tree = k;
        t->tree[k].member[t->tree[k].n++] = (struct named_member){ p->pid, p->start };
    }
}

/* Whoever else is in the session of a member shares its weight. */
static void named_check_sessions(struct named *t)
{
    for (size_t k = 0; k < t->n; k++)
        for (size_t m = 0; m < t->tree[k].n && t->tree[k].own_session; m++) {
            int32_t session = named_find(t, t->tree[k].member[m].pid)->session;
            for (size_t i = 0; i < t->n_ones && t->tree[k].own_session; i++)
                t->tree[k].own_session = t->one[i].session != session || t->one[i].tree == (int)k;
        }
}

/* ---- waiting ---- */

static void waitings_read(struct named *t, const char *path, int32_t pid, uint64_t start, int tree)
{
    char text[96];
    double ran_ns, waited_ns;
    struct waitings *all = &t->now;
    if (os_read_text(t->root, path, text, sizeof text) < 0 || sscanf(text, "%lf %lf", &ran_ns, &waited_ns) != 2)
        return;
    all->w = mem_grow(all->w, all->n, &all->cap, sizeof *all->w);
    all->w[all->n++] = (struct waiting){ pid, start, tree, ran_ns * 1e-9, waited_ns * 1e-9 };
}

struct threads {
    struct named *t;
    const struct one *of;
};

static void threads_add(void *self, const char *name)
{
    const struct threads *x = self;
    char path[128];
    snprintf(path, sizeof path, "/proc/%d/task/%.16s/schedstat", x->of->pid, name);
    waitings_read(x->t, path, (int32_t)strtol(name, NULL, 10), x->of->start, x->of->tree);
}

static int waiting_order(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

static void waitings_look(struct named *t)
{
    char path[64];
    struct waitings spare = t->before;
    t->before = t->now;
    t->now = spare;
    t->now.n = 0;
    for (size_t i = 0; i < t->n_ones; i++) {
        const struct one *p = &t->one[i];
        snprintf(path, sizeof path, "/proc/%d/%s", p->pid, p->tree == NOBODY ? "schedstat" : "task");
        if (p->tree == NOBODY)
            waitings_read(t, path, p->pid, p->start, NOBODY);
        else
            os_list(t->root, path, threads_add, &(struct threads){ t, p });
    }
    if (t->now.n)
        qsort(t->now.w, t->now.n, sizeof *t->now.w, waiting_order);
}

/* What a thread did since; of one that was not there before, and of one whose number had another, all it did. */
static struct waiting waitings_since(const struct named *t, const struct waiting *now)
{
    struct waiting *b = t->before.n ? bsearch(now, t->before.w, t->before.n, sizeof *b, waiting_order) : NULL, d = *now;
    if (b && b->start == now->start) {
        d.ran_s = fmax(now->ran_s - b->ran_s, 0);
        d.waited_s = fmax(now->waited_s - b->waited_s, 0);
    }
    return d;
}

/* What all processors did so far but for idling: user, nice, system, irq and softirq of the first line. */
static double named_busy_s(const struct named *t)
{
    char text[512];
    double v[7];
    if (os_read_text(t->root, "/proc/stat", text, sizeof text) < 0 ||
        sscanf(text, "cpu %lf %lf %lf %lf %lf %lf %lf", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6]) != 7)
        return NAN;
    return (v[0] + v[1] + v[2] + v[5] + v[6]) / TICKS;
}

static void named_judge(struct named *t)
{
    struct { double ran_s, waited_s; } of[NAMED_MAX + 1] = { 0 };
    double waited_s = 0, busy_s = named_busy_s(t), passed_s = busy_s - t->busy_s;
    t->busy_s = busy_s;
    if (!t->before.n)
        return;
    for (size_t i = 0; i < t->now.n; i++) {
        struct waiting d = waitings_since(t, &t->now.w[i]);
        int k = d.tree == NOBODY ? NAMED_MAX : d.tree;
        of[k].ran_s += d.ran_s;
        of[k].waited_s += d.waited_s;
        waited_s += d.waited_s;
    }
    for (size_t k = 0; k < t->n; k++) {
        double both = of[k].ran_s + of[k].waited_s, ran = passed_s - of[k].ran_s;
        t->tree[k].waits = both >= LEAST_S ? 100 * of[k].waited_s / both : NAN;
        t->tree[k].others_wait = ran >= LEAST_OTHERS_S ? (waited_s - of[k].waited_s) / ran : NAN;
    }
}

/* ---- a look ---- */

int named_look(struct named *t)
{
    t->n_ones = t->n = 0;
    int rc = named_list(t);
    if (rc < 0)
        return rc;
    if (t->n_ones)
        qsort(t->one, t->n_ones, sizeof *t->one, one_order);
    named_begin(t);
    named_fill(t);
    named_check_sessions(t);
    waitings_look(t);
    named_judge(t);
    return (int)t->n;
}

const struct named_tree *named_at(const struct named *t, size_t i)
{
    return i < t->n ? &t->tree[i] : NULL;
}

const char *named_refused(const struct named *t)
{
    return t->refused;
}

struct named *named_new(const char *root, uint32_t uid, const char *const *globs, size_t n)
{
    struct named *t = mem_new(sizeof *t);
    *t = (struct named){ .busy_s = NAN, .root = mem_dup(root), .uid = uid, .n_globs = n,
                         .glob = mem_new((n + 1) * sizeof *t->glob),
                         .tree = mem_new(NAMED_MAX * sizeof *t->tree) };
    for (size_t i = 0; i < n; i++)
        t->glob[i] = mem_dup(globs[i]);
    return t;
}

void named_free(struct named *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n_globs; i++)
        mem_free(t->glob[i]);
    mem_free(t->glob);
    mem_free(t->root);
    mem_free(t->one);
    mem_free(t->tree);
    mem_free(t->before.w);
    mem_free(t->now.w);
    mem_free(t);
}

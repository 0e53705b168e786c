/*
 * process_ended.c - those who ended, summed by parent and name.
 *
 * A thousand short-lived commands a second are one line to a person: what they are called, who starts
 * them, and what they cost together.
 */
#include "adapters/linux/process_ended.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ENDED_OTHERS "(others)"

static int ended_by_pid(const void *a, const void *b)
{
    const struct proc *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    if (x->start_s != y->start_s)
        return x->start_s < y->start_s ? -1 : 1;
    return x->cpu_s < y->cpu_s ? 1 : x->cpu_s > y->cpu_s ? -1 : 0; /* of two records the fuller one */
}

static int ended_by_cpu(const void *a, const void *b)
{
    double x = ((const struct proc *)a)->cpu_s, y = ((const struct proc *)b)->cpu_s;
    return x < y ? 1 : x > y ? -1 : ended_by_pid(a, b);
}

/* The same process in a table, NULL for none. Where a way does not tell when it started, its number must do. */
static struct proc *ended_in(struct proctab *t, const struct proc *like)
{
    const struct proc *p = proctab_at(t, like->pid);
    return p && (isnan(like->start_s) || p->start_s == like->start_s) ? (struct proc *)p : NULL;
}

/* NaN stays NaN; from a start that was not known, all of it. */
static double ended_growth(double before, double now)
{
    double d = now - (isnan(before) ? 0 : before);
    return d < 0 ? 0 : d;
}

static void ended_since(struct proc *p, const struct proc *old)
{
    p->cpu_s = ended_growth(old->cpu_s, p->cpu_s);
    p->read_bytes = ended_growth(old->read_bytes, p->read_bytes);
    p->write_bytes = ended_growth(old->write_bytes, p->write_bytes);
}

/*
 * Leaves in `gone` one row for each who is gone, by pid, with what it did since the table before. Returns
 * how many ended, with those who are still there.
 */
static size_t ended_settle(struct proctab *gone, struct proctab *before, struct proctab *now)
{
    size_t kept = 0, ended = 0;
    struct proc last = { 0 }; /* as it was told */
    if (gone->n)
        qsort(gone->p, gone->n, sizeof *gone->p, ended_by_pid);
    for (size_t i = 0; i < gone->n; i++) {
        struct proc p = gone->p[i];
        if (last.pid == p.pid && !(last.start_s < p.start_s))
            continue;
        last = p;
        ended++;
        struct proc *still = ended_in(now, &p);
        struct proc *old = ended_in(before, &p);
        if (still) {
            still->cpu_s = fmax(still->cpu_s, p.cpu_s);
            continue;
        }
        if (old) {
            ended_since(&p, old);
            old->ppid = p.ppid; /* who lost its parent first was inherited by another */
        }
        p.children_cpu_s = 0;
        gone->p[kept++] = p;
    }
    gone->n = kept;
    return ended;
}

/*
 * What a process and its children did goes to its parent's account with its end, and with the parent's end
 * to the next: each gets what its own children among the gone did, to be taken off there. A child
 * mostly has a higher number than its parent.
 */
static void ended_inherit(struct proctab *gone)
{
    for (size_t i = gone->n; i-- > 0;) {
        const struct proc *p = &gone->p[i];
        struct proc *parent = (struct proc *)proctab_at(gone, p->ppid);
        if (parent && parent != p)
            parent->children_cpu_s += p->cpu_s + p->children_cpu_s;
    }
}

static int ended_by_name(const void *a, const void *b)
{
    const struct proc *x = a, *y = b;
    int order = x->ppid != y->ppid ? (x->ppid < y->ppid ? -1 : 1) : strcmp(x->name, y->name);
    return order ? order : ended_by_cpu(a, b); /* the pid shown is that of the one that did most */
}

static void ended_sum(struct proc *row, const struct proc *p)
{
    row->ended += p->ended;
    row->cpu_s += p->cpu_s;
    row->children_cpu_s += p->children_cpu_s;
    row->read_bytes += p->read_bytes;
    row->write_bytes += p->write_bytes;
}

/* Leaves in `gone` one row for each parent and name, the one that did most first. */
static void ended_group(struct proctab *gone)
{
    size_t kept = 0;
    if (!gone->n)
        return;
    qsort(gone->p, gone->n, sizeof *gone->p, ended_by_name);
    for (size_t i = 0; i < gone->n; i++) {
        struct proc *p = &gone->p[i], *row = kept ? &gone->p[kept - 1] : NULL;
        p->ended = 1;
        p->rss_bytes = p->threads = 0;
        if (row && row->ppid == p->ppid && strcmp(row->name, p->name) == 0)
            ended_sum(row, p);
        else
            gone->p[kept++] = *p;
    }
    gone->n = kept;
    qsort(gone->p, gone->n, sizeof *gone->p, ended_by_cpu);
}

size_t ended_add(struct proctab *gone, struct proctab *before, struct proctab *now)
{
    size_t ended = ended_settle(gone, before, now);
    ended_inherit(gone);
    ended_group(gone);
    for (size_t i = 0; i < gone->n; i++)
        if (i < ENDED_ROWS)
            *proctab_add_ended(now) = gone->p[i];
        else
            ended_sum(&now->p[now->n + ENDED_ROWS - 1], &gone->p[i]);
    if (gone->n > ENDED_ROWS) {
        struct proc *others = &now->p[now->n + ENDED_ROWS - 1];
        others->pid = others->ppid = 0;
        strcpy(others->name, ENDED_OTHERS);
    }
    return ended;
}

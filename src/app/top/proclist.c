/*
 * proclist.c - filter, order and tree of processes.
 *
 * Rows that swap places at every tick cannot be read, so CPU and I/O are shown, and sorted by, as a
 * mean in which the latest tick counts half, the one before a quarter, and so on; equal ones stand by
 * pid.
 */
#include "app/top/proclist.h"

#include "app/top/proctree.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void proclist_done(struct proclist *l)
{
    mem_free(l->row);
    mem_free(l->scratch);
    mem_free(l->calm);
    mem_free(l->next_calm);
    *l = (struct proclist){ 0 };
}

static double known(double v)
{
    return isnan(v) ? 0 : v;
}

static double calm(double before, double now)
{
    return isnan(before) || isnan(now) ? now : (before + now) / 2;
}

/* Both are in the order of the pid: one pass. */
void proclist_tick(struct proclist *l, const struct live *live)
{
    if (live->n_procs > l->cap_calm) {
        l->cap_calm = live->n_procs + 64;
        l->calm = mem_resize(l->calm, l->cap_calm * sizeof *l->calm);
        l->next_calm = mem_resize(l->next_calm, l->cap_calm * sizeof *l->next_calm);
    }
    size_t k = 0;
    for (size_t i = 0; i < live->n_procs; i++) {
        const struct live_proc *p = &live->procs[i];
        while (k < l->n_calm && l->calm[k].id.pid < p->p.pid)
            k++;
        bool same = k < l->n_calm && l->calm[k].id.pid == p->p.pid &&
                    l->calm[k].id.start_s == p->p.start_s;
        const struct proc_calm *was = same ? &l->calm[k] : NULL;
        l->next_calm[i] = (struct proc_calm){
            .id = { p->p.pid, p->p.start_s },
            .cpu = calm(was ? was->cpu : NAN, p->use.cpu_percent),
            .read = calm(was ? was->read : NAN, p->use.read_rate),
            .write = calm(was ? was->write : NAN, p->use.write_rate),
        };
    }
    struct proc_calm *t = l->calm;
    l->calm = l->next_calm;
    l->next_calm = t;
    l->n_calm = live->n_procs;
}

static bool proclist_matches(const struct proclist *l, const struct live_proc *p)
{
    char pid[16];
    if (!*l->filter)
        return true;
    snprintf(pid, sizeof pid, "%d", (int)p->p.pid);
    return strcasestr(p->p.name, l->filter) || strstr(pid, l->filter);
}

static int by_number(double a, double b)
{
    return a < b ? 1 : a > b ? -1 : 0; /* most first */
}

static int proc_compare(const void *x, const void *y, void *list)
{
    const struct proclist *l = list;
    const struct proc_row *a = x, *b = y;
    const struct proc *p = &a->of->p, *q = &b->of->p;
    int c = 0;
    switch (l->sort) {
    case SORT_CPU: c = by_number(known(a->cpu), known(b->cpu)); break;
    case SORT_MEMORY: c = by_number(p->rss_bytes, q->rss_bytes); break;
    case SORT_IO:
        c = by_number(known(a->read) + known(a->write), known(b->read) + known(b->write));
        break;
    case SORT_NAME: c = strcmp(p->name, q->name); break;
    case SORT_GPU: c = by_number(known(p->gpu_bytes), known(q->gpu_bytes)); break;
    case SORT_PID: case SORTS: break;
    }
    c = c ? c : p->pid - q->pid;
    return l->reverse ? -c : c;
}

static void proclist_find(struct proclist *l)
{
    size_t last = l->n ? l->n - 1 : 0;
    if (l->at > last)
        l->at = last; /* it ended: who stands in its row now */
    for (size_t i = 0; i < l->n; i++)
        if (l->row[i].of->p.pid == l->selected.pid &&
            l->row[i].of->p.start_s == l->selected.start_s)
            l->at = i;
    if (l->selected.pid == 0)
        l->at = 0; /* nobody was chosen: the first, whoever that is */
}

void proclist_arrange(struct proclist *l, const struct live *live)
{
    if (live->n_procs > l->cap) {
        l->cap = live->n_procs + 64;
        l->row = mem_resize(l->row, l->cap * sizeof *l->row);
        l->scratch = mem_resize(l->scratch, l->cap * sizeof *l->scratch);
    }
    l->n = 0;
    l->total = live->n_procs;
    for (size_t i = 0; i < live->n_procs; i++)
        if (proclist_matches(l, &live->procs[i])) {
            const struct proc_calm *c = &l->calm[i];
            l->row[l->n++] = (struct proc_row){
                .of = &live->procs[i], .cpu = c->cpu, .read = c->read, .write = c->write
            };
        }
    if (l->n)
        qsort_r(l->row, l->n, sizeof *l->row, proc_compare, l);
    if (l->tree && l->n)
        proctree_grow(l, live);
    proclist_find(l);
}

void proclist_move(struct proclist *l, long rows)
{
    if (!l->n)
        return;
    long last = (long)l->n - 1, at = (long)l->at;
    if (rows == 1 && l->selected.pid == 0)
        rows = 0; /* nobody was chosen: the first step chooses the first row */
    at = rows > last - at ? last : rows < -at ? 0 : at + rows;
    l->at = (size_t)at;
    const struct proc *p = &l->row[at].of->p;
    l->selected = (struct proc_id){ p->pid, p->start_s };
}

const struct live_proc *proclist_selected(const struct proclist *l)
{
    return l->at < l->n ? l->row[l->at].of : NULL;
}

/*
 * recording_procs.c - which processes of a tick are kept: those that an analysis may have to name.
 *
 * A process can matter by its CPU, its memory, the growth of it, what it writes, or the CPU of its
 * short-lived children, so the first few by each measure are kept; together RECORDING_TOP at most.
 */
#include "core/recording.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static double by_cpu(const struct proc_use *u) { return u->cpu_percent; }
static double by_memory(const struct proc_use *u) { return u->rss_bytes; }
static double by_growth(const struct proc_use *u) { return u->rss_growth_bytes; }
static double by_writing(const struct proc_use *u) { return u->write_rate; }
static double by_reading(const struct proc_use *u) { return u->read_rate; }
static double by_children(const struct proc_use *u) { return u->children_percent; }

static const struct { double (*of)(const struct proc_use *u); int n; } measures[] = {
    { by_cpu, 10 }, { by_memory, 5 }, { by_growth, 4 }, { by_writing, 3 }, { by_reading, 2 }, { by_children, 4 },
};

/* Moves the best of u[from..n) by a measure to u[from]; false when none is above zero. */
static bool recording_best(struct proc_use *u, size_t from, size_t n, double (*of)(const struct proc_use *u))
{
    size_t best = n;
    double most = 0;
    for (size_t i = from; i < n; i++)
        if (of(&u[i]) > most) {
            most = of(&u[i]);
            best = i;
        }
    if (best == n)
        return false;
    struct proc_use t = u[from];
    u[from] = u[best];
    u[best] = t;
    return true;
}

/* Puts the processes worth keeping in front and returns how many they are. */
static size_t recording_select(struct proc_use *u, size_t n)
{
    size_t kept = 0;
    for (size_t m = 0; m < sizeof measures / sizeof *measures; m++)
        for (int i = 0; i < measures[m].n && kept < n; i++)
            kept += recording_best(u, kept, n, measures[m].of);
    return kept;
}

static int recording_order(const void *a, const void *b)
{
    double x = ((const struct proc_use *)a)->cpu_percent,
           y = ((const struct proc_use *)b)->cpu_percent;
    return x < y   ? 1
           : x > y ? -1
                   : ((const struct proc_use *)a)->pid - ((const struct proc_use *)b)->pid;
}

void recording_add_procs(struct recording *r, const struct proctab *now)
{
    bool kept = (r->offered - 1) % (size_t)r->stride == 0;
    if (!kept || now->n == 0 || now->mono_ns <= r->procs_before.mono_ns)
        return;
    if (r->procs_before.n) {
        if (now->n + now->ended > r->cap_use) {
            r->cap_use = now->n + now->ended + 64;
            r->use = mem_resize(r->use, r->cap_use * sizeof *r->use);
        }
        size_t n = recording_select(r->use, proctab_use(&r->procs_before, now, r->use));
        qsort(r->use, n, sizeof *r->use, recording_order);
        for (size_t i = 0; i < n; i++) {
            r->proc = mem_grow(r->proc, r->n_procs, &r->cap_procs, sizeof *r->proc);
            r->proc[r->n_procs++] = r->use[i];
        }
        r->proc_first[r->n] = r->n_procs;
    }
    proctab_copy(&r->procs_before, now);
}

void recording_add_uses(struct recording *r, const struct proc_use *use, size_t n)
{
    if ((r->offered - 1) % (size_t)r->stride != 0)
        return;
    for (size_t i = 0; i < n; i++) {
        r->proc = mem_grow(r->proc, r->n_procs, &r->cap_procs, sizeof *r->proc);
        r->proc[r->n_procs++] = use[i];
    }
    r->proc_first[r->n] = r->n_procs;
}

const struct proc_use *recording_procs(const struct recording *r, size_t i, size_t *n)
{
    *n = r->proc_first[i + 1] - r->proc_first[i];
    return *n ? r->proc + r->proc_first[i] : NULL;
}

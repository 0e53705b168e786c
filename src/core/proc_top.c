/* proc_top.c - the first few processes by each of six measures. */
#include "core/proc_top.h"

#include <stdlib.h>

static double by_cpu(const struct proc_use *u) { return u->cpu_percent; }
static double by_memory(const struct proc_use *u) { return u->rss_bytes; }
static double by_growth(const struct proc_use *u) { return u->rss_growth_bytes; }
static double by_writing(const struct proc_use *u) { return u->write_rate; }
static double by_reading(const struct proc_use *u) { return u->read_rate; }
static double by_children(const struct proc_use *u) { return u->children_percent; }

/* Each up to so many of PARTS: the shares of those before it and its own. */
#define PARTS 28
static const struct { double (*of)(const struct proc_use *u); size_t upto; } measures[] = {
    { by_cpu, 10 }, { by_memory, 15 }, { by_growth, 19 }, { by_writing, 22 }, { by_reading, 24 }, { by_children, PARTS },
};

/* Moves the best of u[from..n) by a measure to u[from]; false when none is above zero. */
static bool proc_top_best(struct proc_use *u, size_t from, size_t n, double (*of)(const struct proc_use *u))
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

static int proc_top_order(const void *a, const void *b)
{
    const struct proc_use *x = a, *y = b;
    if (x->cpu_percent != y->cpu_percent)
        return x->cpu_percent < y->cpu_percent ? 1 : -1;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

size_t proc_top(struct proc_use *u, size_t n, size_t keep)
{
    size_t kept = 0, before = 0;
    for (size_t m = 0; m < sizeof measures / sizeof *measures; m++) {
        size_t upto = keep * measures[m].upto / PARTS;
        for (size_t i = before; i < upto && kept < n; i++)
            kept += proc_top_best(u, kept, n, measures[m].of);
        before = upto;
    }
    qsort(u, kept, sizeof *u, proc_top_order);
    return kept;
}

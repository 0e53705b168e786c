/* proctab.c - process tables and their differences. */
#include "core/proctab.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

struct proc *proctab_add(struct proctab *t)
{
    t->p = mem_grow(t->p, t->n, &t->cap, sizeof *t->p);
    struct proc *p = &t->p[t->n++];
    *p = (struct proc){ .gpu_bytes = NAN };
    return p;
}

void proctab_done(struct proctab *t)
{
    mem_free(t->p);
    *t = (struct proctab){ 0 };
}

static double proc_growth(double before, double now)
{
    return now >= before ? now - before : isnan(now) || isnan(before) ? NAN : 0;
}

struct proc *proctab_at(struct proctab *t, int32_t pid)
{
    size_t lo = 0, hi = t->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (t->p[mid].pid < pid)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < t->n && t->p[lo].pid == pid ? &t->p[lo] : NULL;
}

static const struct proc *proctab_find(const struct proctab *t, const struct proc *like)
{
    const struct proc *p = proctab_at((struct proctab *)t, like->pid);
    return p && p->start_s == like->start_s ? p : NULL;
}

/*
 * When a child has been waited for, all the CPU time of its life is added to its parent's account
 * at once. What it had used before this tick was its own then, and is taken off again.
 */
static void proctab_take_off(const struct proctab *before, const struct proctab *now, double dt,
                             struct proc_use *out)
{
    for (size_t b = 0; b < before->n; b++) {
        const struct proc *gone = &before->p[b];
        if (proctab_find(now, gone))
            continue;
        for (size_t i = 0; i < now->n; i++)
            if (now->p[i].pid == gone->ppid)
                out[i].children_percent -= 100 * (gone->cpu_s + gone->children_cpu_s) / dt;
    }
    for (size_t i = 0; i < now->n; i++)
        out[i].children_percent = fmax(out[i].children_percent, 0);
}

size_t proctab_use(const struct proctab *before, const struct proctab *now, struct proc_use *out)
{
    double dt = (double)(now->mono_ns - before->mono_ns) * 1e-9;
    for (size_t i = 0; i < now->n; i++) {
        const struct proc *p = &now->p[i], *known = proctab_find(before, p);
        struct proc old = { .read_bytes = isnan(p->read_bytes) ? NAN : 0,
                            .write_bytes = isnan(p->write_bytes) ? NAN : 0 };
        if (known)
            old = *known;
        out[i] = (struct proc_use){
            .pid = p->pid, .ppid = p->ppid,
            .cpu_percent = 100 * proc_growth(old.cpu_s, p->cpu_s) / dt,
            .children_percent = 100 * proc_growth(old.children_cpu_s, p->children_cpu_s) / dt,
            .rss_bytes = p->rss_bytes, .rss_growth_bytes = p->rss_bytes - old.rss_bytes,
            .read_rate = proc_growth(old.read_bytes, p->read_bytes) / dt,
            .write_rate = proc_growth(old.write_bytes, p->write_bytes) / dt,
            .is_new = !known,
        };
        memcpy(out[i].name, p->name, sizeof p->name);
    }
    proctab_take_off(before, now, dt, out);
    return now->n;
}

/* proctab.c - process tables and their differences. */
#include "core/proctab.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

struct proc *proctab_add(struct proctab *t)
{
    t->p = mem_grow(t->p, t->n, &t->cap, sizeof *t->p);
    struct proc *p = &t->p[t->n++];
    *p = (struct proc){ 0 };
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

size_t proctab_use(const struct proctab *before, const struct proctab *now, struct proc_use *out)
{
    double dt = (double)(now->mono_ns - before->mono_ns) * 1e-9;
    size_t b = 0;
    for (size_t i = 0; i < now->n; i++) {
        const struct proc *p = &now->p[i];
        while (b < before->n && before->p[b].pid < p->pid)
            b++;
        struct proc old = { .read_bytes = isnan(p->read_bytes) ? NAN : 0,
                            .write_bytes = isnan(p->write_bytes) ? NAN : 0 };
        bool known = b < before->n && before->p[b].pid == p->pid &&
                     before->p[b].start_s == p->start_s;
        if (known)
            old = before->p[b];
        out[i] = (struct proc_use){
            .pid = p->pid, .ppid = p->ppid, .state = p->state,
            .cpu_percent = 100 * proc_growth(old.cpu_s, p->cpu_s) / dt,
            .children_percent = 100 * proc_growth(old.children_cpu_s, p->children_cpu_s) / dt,
            .rss_bytes = p->rss_bytes, .rss_growth_bytes = p->rss_bytes - old.rss_bytes,
            .read_rate = proc_growth(old.read_bytes, p->read_bytes) / dt,
            .write_rate = proc_growth(old.write_bytes, p->write_bytes) / dt,
            .is_new = !known,
        };
        memcpy(out[i].name, p->name, sizeof p->name);
    }
    return now->n;
}

/* proctab.c - process tables and their differences. */
#include "core/proctab.h"

#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static struct proc *proctab_push(struct proctab *t)
{
    size_t n = t->n + t->ended;
    t->p = mem_grow(t->p, n, &t->cap, sizeof *t->p);
    t->p[n] = (struct proc){ .gpu_bytes = NAN };
    return &t->p[n];
}

struct proc *proctab_add(struct proctab *t)
{
    assert(!t->ended);
    struct proc *p = proctab_push(t);
    t->n++;
    return p;
}

struct proc *proctab_add_ended(struct proctab *t)
{
    struct proc *p = proctab_push(t);
    t->ended++;
    p->ended = 1;
    return p;
}

void proctab_clear(struct proctab *t)
{
    t->n = t->ended = 0;
}

void proctab_copy(struct proctab *dst, const struct proctab *src)
{
    if (src->n > dst->cap) {
        dst->p = mem_resize(dst->p, src->n * sizeof *dst->p);
        dst->cap = src->n;
    }
    if (src->n)
        memcpy(dst->p, src->p, src->n * sizeof *dst->p);
    dst->n = src->n;
    dst->ended = 0;
    dst->mono_ns = src->mono_ns;
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

struct proc *proctab_at(const struct proctab *t, int32_t pid)
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

/* The next row, from *at on, that is the same process; both tables are in the order of the pid. */
static const struct proc *proctab_pair(const struct proctab *t, size_t *at, const struct proc *like)
{
    while (*at < t->n && t->p[*at].pid < like->pid)
        ++*at;
    bool same = *at < t->n && t->p[*at].pid == like->pid && t->p[*at].start_s == like->start_s;
    return same ? &t->p[*at] : NULL;
}

/* Takes it off the parent that is there, or off its nearest ancestor that is, by the table before: that one
 * has inherited it. */
static void proctab_take_from(const struct proctab *before, const struct proctab *now, int32_t parent,
                              double percent, struct proc_use *out)
{
    for (int generation = 0; generation < 64; generation++) {
        const struct proc *p = proctab_at(now, parent);
        if (p) {
            out[p - now->p].children_percent -= percent;
            return;
        }
        p = before ? proctab_at(before, parent) : NULL;
        if (!p)
            return;
        parent = p->ppid;
    }
}

/*
 * When a child has been waited for, all the CPU time of its life is added to its parent's account
 * at once. What it had used before this tick was its own then, and is taken off again; so is what
 * stands in a row of those who ended, which already holds what it inherited itself.
 */
static void proctab_take_off(const struct proctab *before, const struct proctab *now, double dt,
                             struct proc_use *out)
{
    size_t at = 0;
    for (size_t b = 0; b < before->n; b++) {
        const struct proc *gone = &before->p[b];
        if (!proctab_pair(now, &at, gone))
            proctab_take_from(before, now, gone->ppid, 100 * (gone->cpu_s + gone->children_cpu_s) / dt, out);
    }
    for (size_t e = now->n; e < now->n + now->ended; e++) {
        const struct proc *p = &now->p[e];
        proctab_take_from(NULL, now, p->ppid, 100 * (p->cpu_s + p->children_cpu_s) / dt, out);
    }
}

static struct proc_use proctab_used(const struct proc *old, const struct proc *p, double dt)
{
    struct proc_use u = {
        .pid = p->pid, .ppid = p->ppid, .ended = p->ended,
        .cpu_percent = 100 * proc_growth(old->cpu_s, p->cpu_s) / dt,
        .children_percent = p->ended ? 0 : 100 * proc_growth(old->children_cpu_s, p->children_cpu_s) / dt,
        .rss_bytes = p->rss_bytes, .rss_growth_bytes = p->rss_bytes - old->rss_bytes,
        .read_rate = proc_growth(old->read_bytes, p->read_bytes) / dt,
        .write_rate = proc_growth(old->write_bytes, p->write_bytes) / dt,
    };
    memcpy(u.name, p->name, sizeof u.name);
    return u;
}

size_t proctab_use(const struct proctab *before, const struct proctab *now, struct proc_use *out)
{
    double dt = (double)(now->mono_ns - before->mono_ns) * 1e-9;
    size_t at = 0, all = now->n + now->ended;
    for (size_t i = 0; i < all; i++) {
        const struct proc *p = &now->p[i], *known = i < now->n ? proctab_pair(before, &at, p) : NULL;
        struct proc nothing = { .read_bytes = isnan(p->read_bytes) ? NAN : 0,
                                .write_bytes = isnan(p->write_bytes) ? NAN : 0 };
        out[i] = proctab_used(known ? known : &nothing, p, dt);
        out[i].is_new = i < now->n && !known;
    }
    proctab_take_off(before, now, dt, out);
    for (size_t i = 0; i < now->n; i++)
        out[i].children_percent = fmax(out[i].children_percent, 0);
    return all;
}

void proctab_settle(const struct proctab *before, struct proctab *now, struct proc_use *scratch)
{
    size_t at = 0;
    for (size_t i = 0; i < now->n; i++)
        scratch[i].children_percent = 0;
    proctab_take_off(before, now, 100, scratch); /* in these 100 s, a percent is a second */
    for (size_t i = 0; i < now->n; i++) {
        struct proc *p = &now->p[i];
        const struct proc *known = proctab_pair(before, &at, p);
        double least = (known ? known->children_cpu_s : 0) - scratch[i].children_percent;
        p->cpu_s = fmax(p->cpu_s, known ? known->cpu_s : 0);
        p->children_cpu_s = fmax(p->children_cpu_s, least);
    }
}

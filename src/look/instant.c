/*
 * instant.c - plays the two minutes before an instant, and keeps of them the last two whole tables and the busiest of
 * the last instant.
 */
#include "look/instant.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whole tables are kept once a minute: two of them, and a tick that was late. */
#define BACK_MS 130000
#define BUSY_MS 5000 /* for so long the busiest of an instant speak for those after it, where none is told */

struct played {
    struct proctab before, table;
    int64_t table_ms, wall_ms, busy_ms;
    struct proc_use *busy;
    size_t n_busy, cap_busy;
};

static int instant_take(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct played *i = self;
    (void)about;
    (void)s;
    i->wall_ms = m->frame.wall_ms;
    if (m->table.n) {
        struct proctab older = i->before;
        i->before = i->table;
        i->table = older;
        proctab_copy(&i->table, &m->table);
        i->table.mono_ns = m->table.mono_ns;
        i->table_ms = m->frame.wall_ms;
    }
    if (m->n_procs > i->cap_busy) {
        i->cap_busy = m->n_procs;
        i->busy = mem_resize(i->busy, i->cap_busy * sizeof *i->busy);
    }
    if (m->n_procs) { /* they may be read more seldom than the rest */
        memcpy(i->busy, m->procs, m->n_procs * sizeof *i->busy);
        i->n_busy = m->n_procs;
        i->busy_ms = m->frame.wall_ms;
    } else if (i->wall_ms - i->busy_ms > BUSY_MS) {
        i->n_busy = 0;
    }
    return 0;
}

static struct proc_use instant_unknown(const struct proc *p)
{
    struct proc_use u = { .pid = p->pid, .ppid = p->ppid, .cpu_percent = NAN, .children_percent = NAN,
                          .rss_bytes = p->rss_bytes, .rss_growth_bytes = NAN, .read_rate = NAN, .write_rate = NAN };
    memcpy(u.name, p->name, sizeof u.name);
    return u;
}

/* All of the table, with what they did since the one before. */
static void instant_fill(const struct played *i, struct instant_procs *out)
{
    const struct proctab *t = &i->table;
    struct proc_use *use = mem_new((t->n + t->ended + 1) * sizeof *use);
    bool known = i->before.n && t->mono_ns > i->before.mono_ns;
    if (known)
        proctab_use(&i->before, t, use);
    for (size_t k = 0; k < t->n; k++)
        out->p[out->n++] = (struct instant_proc){ .p = t->p[k], .use = known ? use[k] : instant_unknown(&t->p[k]) };
    mem_free(use);
}

static void instant_add_busy(struct instant_procs *out, const struct proc_use *u)
{
    struct instant_proc *to = NULL;
    for (size_t k = 0; k < out->n && !to; k++)
        if (out->p[k].p.pid == u->pid && strncmp(out->p[k].p.name, u->name, sizeof u->name) == 0)
            to = &out->p[k];
    if (!to) {
        to = &out->p[out->n++];
        *to = (struct instant_proc){ .p = { .pid = u->pid, .ppid = u->ppid, .threads = NAN, .gpu_bytes = NAN,
                                            .start_s = NAN, .cpu_s = NAN, .read_bytes = NAN, .write_bytes = NAN } };
        memcpy(to->p.name, u->name, sizeof to->p.name);
    }
    to->p.rss_bytes = u->rss_bytes;
    to->use = *u;
    to->busy = true;
}

/* Those of whom it is not known come last. */
static int instant_order(const void *a, const void *b)
{
    const struct instant_proc *x = a, *y = b;
    double cx = isnan(x->use.cpu_percent) ? -1 : x->use.cpu_percent;
    double cy = isnan(y->use.cpu_percent) ? -1 : y->use.cpu_percent;
    return cx != cy ? (cx < cy) - (cx > cy) : (x->p.pid > y->p.pid) - (x->p.pid < y->p.pid);
}

int instant_procs(struct look *l, const char *session, int64_t at_ms, struct instant_procs *out)
{
    struct played i = { 0 };
    int rc = look_files(l);
    rc = rc < 0 ? rc : archive_play_procs(l->files, session, at_ms - BACK_MS, at_ms, at_ms - BUSY_MS, instant_take, &i);
    if (rc >= 0 && !i.wall_ms)
        rc = -ENODATA;
    if (rc >= 0) {
        *out = (struct instant_procs){ .wall_ms = i.wall_ms, .table_ms = i.table_ms };
        out->p = mem_new((i.table.n + i.n_busy + 1) * sizeof *out->p);
        instant_fill(&i, out);
        for (size_t k = 0; k < i.n_busy; k++)
            if (!i.busy[k].ended)
                instant_add_busy(out, &i.busy[k]);
        qsort(out->p, out->n, sizeof *out->p, instant_order);
        rc = 0;
    }
    proctab_done(&i.before);
    proctab_done(&i.table);
    mem_free(i.busy);
    return rc;
}

void instant_done(struct instant_procs *i)
{
    mem_free(i->p);
    *i = (struct instant_procs){ 0 };
}

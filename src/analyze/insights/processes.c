/* processes.c - rules about processes as a crowd: dead, stuck, born in swarms. */
#include "analyze/insights/rules.h"

#include "base/mem.h"
#include "base/text.h"

#define ZOMBIES 20.0
#define STUCK 5.0
#define FORKS 500.0  /* 1/s */
#define LEAST_CHILDREN 5.0 /* % of a core */
#define LEAST_BORN 10.0

void rule_zombies(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "process.zombies", NULL), ZOMBIES, &h))
        return;
    struct insight *i = insight_new(in, "zombies", NULL, SEVERITY_NOTICE, AREA_PROCESSES, h.since);
    insight_title(i, "Up to %.0f processes have ended and nobody has asked how", h.extreme);
    insight_held(in, i, "process.zombies above 20", &h);
    insight_advice(i, "Their parent forgets to wait for them: `ps -eo ppid,stat,comm | grep ' Z'` "
                      "shows it; restart it.");
}

void rule_stuck(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "process.uninterruptible", NULL), STUCK, &h))
        return;
    struct insight *i = insight_new(in, "stuck-processes", NULL, SEVERITY_NOTICE, AREA_DISK,
                                    h.since);
    insight_title(i, "%.0f processes wait for a device and cannot be interrupted", h.mean);
    insight_held(in, i, "process.uninterruptible above 5", &h);
    insight_advice(i, "A disk or a network file system does not answer: see the kernel's messages "
                      "(journalctl -k).");
}

struct parent {
    struct suspect s; /* amount: the sum over the rows */
    double born;      /* children seen in the row in which they were new */
};

struct parents {
    struct parent *p;
    size_t n, cap;
};

static struct parent *parents_of(struct parents *all, int32_t pid, const char *name)
{
    for (size_t k = 0; k < all->n; k++)
        if (all->p[k].s.pid == pid) {
            if (name)
                text_copy(all->p[k].s.name, sizeof all->p[k].s.name, name);
            return &all->p[k];
        }
    all->p = mem_grow(all->p, all->n, &all->cap, sizeof *all->p);
    struct parent *p = &all->p[all->n++];
    *p = (struct parent){ .s = { .pid = pid, .unit = UNIT_PERCENT } };
    text_copy(p->s.name, sizeof p->s.name, name ? name : "");
    return p;
}

static void parents_row(struct parents *all, const struct recording *r, size_t row)
{
    size_t n;
    const struct proc_use *u = recording_procs(r, row, &n);
    for (size_t k = 0; k < n; k++) {
        if (u[k].ended) {
            parents_of(all, u[k].ppid, NULL)->s.amount += u[k].cpu_percent;
            parents_of(all, u[k].ppid, NULL)->born += u[k].ended;
            continue;
        }
        if (isfinite(u[k].children_percent))
            parents_of(all, u[k].pid, u[k].name)->s.amount += u[k].children_percent;
        if (u[k].is_new)
            parents_of(all, u[k].ppid, NULL)->born++;
    }
}

/*
 * Who starts programs does little itself: its ended children did the work. Where none of them was
 * waited for, whoever is the parent of most that were seen for the first time.
 */
static void forks_parent(struct inspection *in, struct insight *i, const struct held *h)
{
    struct parents all = { 0 };
    for (size_t row = h->since; row <= h->until; row++)
        parents_row(&all, in->r, row);
    struct parent *most = NULL, *fertile = NULL;
    for (size_t k = 0; k < all.n; k++) {
        struct parent *p = &all.p[k];
        p->s.amount /= (double)(h->until - h->since + 1);
        if (*p->s.name && (!most || p->s.amount > most->s.amount))
            most = p;
        if (*p->s.name && (!fertile || p->born > fertile->born))
            fertile = p;
    }
    if (most && most->s.amount >= LEAST_CHILDREN)
        insight_most_by(in, i, &most->s, " of a core by its ended children");
    else if (fertile && fertile->born >= LEAST_BORN)
        insight_evidence(i, "most by %s (pid %d): parent of %.0f new processes seen",
                         fertile->s.name, (int)fertile->s.pid, fertile->born);
    mem_free(all.p);
}

void rule_fork_storm(struct inspection *in)
{
    struct held h;
    if (!held_above(in, column(in, "process.forks.rate", NULL), FORKS, &h))
        return;
    struct insight *i = insight_new(in, "fork-storm", NULL, SEVERITY_WARNING, AREA_PROCESSES,
                                    h.since);
    insight_title(i, "%.0f processes and threads are started every second", h.mean);
    insight_held(in, i, "process.forks.rate above 500/s", &h);
    forks_parent(in, i, &h);
    insight_advice(
        i,
        "A script or service starts programs in a loop: let one process do the work, or stop it.");
}

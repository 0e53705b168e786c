/* suspects.c - compares the process tables before and after the start of an episode. */
#include "analyze/anomaly/suspects.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define BEFORE_ROWS 15
#define AFTER_ROWS 15 /* who begins something has shown it by then */
#define LATE_STEP 5 /* what is read seldom is seen late: who moved up to LATE_MOST rows before may have done it */
#define LATE_MOST 15
#define OWN_NAME "sonde"
#define CHANGED_SHARE 0.5 /* of what it did: less is what any program varies by */

/* All processes of one name, before and after. */
struct group {
    char name[PROC_NAME_MAX];
    int32_t pid;        /* of the one that did most in a row */
    double most;
    double before, after;
    double row;         /* being summed */
    bool was, is;       /* seen before, and after */
    bool began, ended;  /* one of them was seen to */
};

struct groups {
    struct group *g;
    size_t n, cap;
};

struct measure {
    double (*of)(const struct proc_use *u);
    bool highest;       /* after: the highest row instead of the mean, for levels that come and go */
    enum unit unit;
    double least;       /* less is no suspicion */
};

static double of_cpu(const struct proc_use *u)
{
    return u->cpu_percent + u->children_percent;
}

/* How many came and went. */
static double of_number(const struct proc_use *u)
{
    return u->ended + (u->is_new ? 1.0 : 0.0);
}

static double of_memory(const struct proc_use *u)
{
    return u->rss_bytes;
}

static double of_disk(const struct proc_use *u)
{
    double sum = (isnan(u->read_rate) ? 0 : u->read_rate) +
                 (isnan(u->write_rate) ? 0 : u->write_rate);
    return sum;
}

static double of_write(const struct proc_use *u)
{
    return u->write_rate;
}

static const struct measure measures[AREAS] = {
    [AREA_MEMORY] =    { of_memory, true,  UNIT_BYTE,       50e6 },
    [AREA_DISK] =      { of_disk,   false, UNIT_BYTE_PER_S, 1e6 },
    [AREA_NETWORK] =   { of_cpu,    false, UNIT_PERCENT,    10 }, /* of traffic the kernel keeps no account */
    [AREA_PROCESSES] = { of_number, false, UNIT_PER_S,      20 },
    [AREA_THERMAL] =   { of_cpu,    false, UNIT_PERCENT,    10 },
    [AREA_POWER] =     { of_cpu,    false, UNIT_PERCENT,    10 },
    [AREA_CPU] =       { of_cpu,    false, UNIT_PERCENT,    10 },
    [AREA_OTHER] =     { of_cpu,    false, UNIT_PERCENT,    20 },
};

static const struct measure measure_forking = { of_cpu, false, UNIT_PERCENT, 5 }; /* where ends are not told */
static const struct measure measure_writing = { of_write, false, UNIT_BYTE_PER_S, 0 };

static struct group *groups_of(struct groups *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++)
        if (!strcmp(all->g[i].name, name))
            return &all->g[i];
    all->g = mem_grow(all->g, all->n, &all->cap, sizeof *all->g);
    struct group *g = &all->g[all->n++];
    *g = (struct group){ .most = -1 };
    memcpy(g->name, name, sizeof g->name);
    return g;
}

/* Sums one table by name into `row`. */
static void groups_row(struct groups *all, const struct recording *r, size_t i, const struct measure *m, bool after)
{
    for (size_t k = 0; k < all->n; k++)
        all->g[k].row = 0;
    size_t n;
    const struct proc_use *u = recording_procs(r, i, &n);
    for (size_t k = 0; k < n; k++) {
        double v = m->of(&u[k]);
        if (!isfinite(v))
            continue;
        struct group *g = groups_of(all, u[k].name);
        g->row += v;
        *(after ? &g->is : &g->was) = true;
        g->began |= after && u[k].is_new;
        g->ended |= u[k].ended > 0;
        if (!g->pid || (after && v > g->most)) {
            g->most = after ? v : g->most;
            g->pid = u[k].pid;
        }
    }
}

/* By how many rows a sum is divided: processes may be read less often than the rest, and a row without them is no row
 * where they did nothing. What is counted adds up over all the same. */
static double groups_rows(const struct recording *r, size_t from, size_t to, const struct measure *m)
{
    double rows = 0;
    for (size_t i = from; i < to; i++) {
        size_t n;
        rows += m->unit == UNIT_PER_S || recording_procs(r, i, &n);
    }
    return fmax(rows, 1);
}

/* Fills before (rows from..start-1) and after (rows start..to-1) of every name seen. */
static void groups_fill(struct groups *all, const struct recording *r, size_t from, size_t start, size_t to,
                        const struct measure *m)
{
    double rows_before = groups_rows(r, from, start, m), rows_after = groups_rows(r, start, to, m);
    for (size_t i = from; i < to; i++) {
        bool after = i >= start;
        groups_row(all, r, i, m, after);
        for (size_t k = 0; k < all->n; k++) {
            struct group *g = &all->g[k];
            if (!after)
                g->before += g->row / rows_before;
            else
                g->after = m->highest ? fmax(g->after, g->row) : g->after + g->row / rows_after;
        }
    }
}

/* The same for the start of an episode. */
static void groups_around(struct groups *all, const struct recording *r, size_t start, size_t end,
                          const struct measure *m)
{
    size_t from = start < BEFORE_ROWS ? 0 : start - BEFORE_ROWS, to = start + AFTER_ROWS;
    groups_fill(all, r, from, start, to < end + 1 ? to : end + 1, m);
}

static double group_moved(const struct group *g)
{
    return g->after - g->before;
}

static int group_order(const void *a, const void *b)
{
    double x = group_moved(a), y = group_moved(b);
    return x < y   ? 1
           : x > y ? -1
                   : strcmp(((const struct group *)a)->name, ((const struct group *)b)->name);
}

/* We are named only where we did more than everybody else; nobody is called "(others)". */
static bool group_is_excused(const struct groups *all, size_t k)
{
    if (!all->g[k].pid)
        return true;
    bool own = !strcmp(all->g[k].name, OWN_NAME);
    return own &&
           !(k == 0 && (all->n < 2 || group_moved(&all->g[0]) > 2 * group_moved(&all->g[1])));
}

/* What is counted in a row is told by the second. */
static struct suspect group_suspect(const struct recording *r, const struct group *g, const struct measure *m)
{
    double step = m->unit == UNIT_PER_S ? recording_interval(r) : 1;
    struct suspect s = { .pid = g->pid, .amount = group_moved(g) / step, .unit = m->unit };
    memcpy(s.name, g->name, sizeof s.name);
    return s;
}

static void suspects_by(const struct recording *r, const struct measure *m, size_t start, struct anomaly *a)
{
    struct groups all = { 0 };
    groups_around(&all, r, start, a->end, m);
    if (all.n)
        qsort(all.g, all.n, sizeof *all.g, group_order);
    const int room = (int)(sizeof a->suspects / sizeof *a->suspects);
    for (size_t k = 0; k < all.n && a->n_suspects < room; k++) {
        double moved = group_moved(&all.g[k]);
        if (moved < m->least || moved < 0.2 * group_moved(&all.g[0]))
            break;
        if (group_is_excused(&all, k))
            continue;
        a->suspects[a->n_suspects++] = group_suspect(r, &all.g[k], m);
    }
    mem_free(all.g);
}

/* Is it about a metric of a control group, which are read less often than the rest? */
static bool suspects_late(const struct recording *r, const struct anomaly *a)
{
    return a->n_causes && !strncmp(schema_at(r->schema, a->causes[0].slot)->name, "cgroup.", sizeof "cgroup." - 1);
}

/* Did something end? Who does more meanwhile is not why. What is left of something, and how fast it goes, falls the
 * other way. */
static bool suspects_less_done(const struct recording *r, const struct anomaly *a)
{
    static const char left[] = "*.available,*.free,*.freq,*.clock.*,battery.*";
    return a->n_causes && a->causes[0].value < a->causes[0].expected &&
           !schema_match(r->schema, a->causes[0].slot, left);
}

void suspects_find(const struct recording *r, struct anomaly *a)
{
    const struct measure *m = &measures[a->area];
    if (suspects_less_done(r, a))
        return;
    if (m->of)
        suspects_by(r, m, a->start, a);
    if (a->area == AREA_PROCESSES && !a->n_suspects)
        suspects_by(r, &measure_forking, a->start, a);
    bool again = m->of && suspects_late(r, a);
    for (size_t late = LATE_STEP; again && !a->n_suspects && late <= LATE_MOST; late += LATE_STEP)
        if (late + LATE_STEP <= a->start) /* without rows before it everybody would have moved */
            suspects_by(r, m, a->start - late, a);
}

static bool suspects_most_by(const struct recording *r, const struct measure *m, size_t from, size_t to,
                             struct suspect *out)
{
    struct groups all = { 0 };
    groups_fill(&all, r, from, from, to + 1, m);
    const struct group *most = NULL;
    for (size_t k = 0; k < all.n; k++)
        if (all.g[k].pid && (!most || group_moved(&all.g[k]) > group_moved(most)))
            most = &all.g[k];
    bool found = most && group_moved(most) >= m->least;
    if (found)
        *out = group_suspect(r, most, m);
    mem_free(all.g);
    return found;
}

bool suspects_most(const struct recording *r, enum area area, size_t from, size_t to,
                   struct suspect *out)
{
    const struct measure *m = &measures[area];
    bool found = m->of && suspects_most_by(r, m, from, to, out);
    return found || (area == AREA_PROCESSES && suspects_most_by(r, &measure_forking, from, to, out));
}

/* How far a name moved, in amounts that are a suspicion. */
static double change_size(const struct group *g, const struct measure *m)
{
    return fabs(group_moved(g)) / m->least;
}

static struct changed_process change_of(const struct group *g, const struct measure *m)
{
    struct changed_process p = { .pid = g->pid, .before = g->before, .after = g->after, .unit = m->unit };
    p.change = g->began && !g->was ? PROCESS_CAME : g->ended && !g->is ? PROCESS_WENT :
               group_moved(g) > 0 ? PROCESS_MORE : PROCESS_LESS;
    memcpy(p.name, g->name, sizeof p.name);
    return p;
}

struct changes {
    struct changed_process *p;
    double *size;
    int n, max;
};

/* In its place by size; of one name only the largest change is kept. */
static void changes_add(struct changes *c, const struct changed_process *p, double size)
{
    int i = 0;
    while (i < c->n && strcmp(c->p[i].name, p->name) != 0)
        i++;
    if (i == c->n && c->n < c->max)
        c->n++;
    else if (i == c->n)
        i--; /* in place of the last */
    if (c->size[i] >= size)
        return;
    for (; i > 0 && c->size[i - 1] < size; i--) {
        c->p[i] = c->p[i - 1];
        c->size[i] = c->size[i - 1];
    }
    c->p[i] = *p;
    c->size[i] = size;
}

int suspects_changes(const struct recording *r, size_t begin, size_t start, size_t to, struct changed_process *out,
                     int max)
{
    static const struct measure by[] = {
        { of_cpu, false, UNIT_PERCENT, 10 }, { of_memory, false, UNIT_BYTE, 50e6 },
        { of_disk, false, UNIT_BYTE_PER_S, 1e6 },
    };
    double size[CHANGED_PROCESSES] = { 0 };
    struct changes c = { .p = out, .size = size, .max = max < CHANGED_PROCESSES ? max : CHANGED_PROCESSES };
    for (size_t k = 0; k < sizeof by / sizeof *by; k++) {
        struct groups all = { 0 };
        groups_fill(&all, r, begin, start, to, &by[k]);
        for (size_t i = 0; i < all.n; i++) {
            struct changed_process p = change_of(&all.g[i], &by[k]);
            bool much = fabs(p.after - p.before) >= CHANGED_SHARE * fmax(p.after, p.before);
            if (much && change_size(&all.g[i], &by[k]) >= 1 && p.pid && strcmp(p.name, OWN_NAME) != 0)
                changes_add(&c, &p, change_size(&all.g[i], &by[k]));
        }
        mem_free(all.g);
    }
    return c.n;
}

double suspects_writing(const struct recording *r, size_t start, size_t end)
{
    struct groups all = { 0 };
    groups_around(&all, r, start, end, &measure_writing);
    double sum = 0;
    for (size_t k = 0; k < all.n; k++)
        sum += group_moved(&all.g[k]);
    mem_free(all.g);
    return sum;
}

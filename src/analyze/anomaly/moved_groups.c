/*
 * moved_groups.c - compares the control groups before and after the start of an episode.
 *
 * Groups are read every 15 s at the least (adapters/linux/services_io.c), so what came of it may be seen late.
 */
#include "analyze/anomaly/moved_groups.h"

#include "base/stats.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

#define BEFORE_ROWS 30
#define AFTER_ROWS 30
#define NEAR 0.2 /* of what the first one did: less is no part of it */

struct measure {
    const char *family[2];
    enum unit unit;
    double least;     /* less is no suspicion */
};

static const struct measure measures[AREAS] = {
    [AREA_MEMORY] =    { { "cgroup.memory.current" }, UNIT_BYTE, 50e6 },
    [AREA_DISK] =      { { "cgroup.io.read.rate", "cgroup.io.write.rate" }, UNIT_BYTE_PER_S, 1e6 },
    [AREA_PROCESSES] = { { "cgroup.pids" }, UNIT_NONE, 20 },
    [AREA_NETWORK] =   { { "cgroup.cpu.util" }, UNIT_PERCENT, 10 },
    [AREA_THERMAL] =   { { "cgroup.cpu.util" }, UNIT_PERCENT, 10 },
    [AREA_POWER] =     { { "cgroup.cpu.util" }, UNIT_PERCENT, 10 },
    [AREA_CPU] =       { { "cgroup.cpu.util" }, UNIT_PERCENT, 10 },
    [AREA_OTHER] =     { { "cgroup.cpu.util" }, UNIT_PERCENT, 20 },
};

/*
 * How much more the metric of a group showed after the start than before it; 0 where that is not known. A group that
 * was not there in all the rows before is new, and all of it is more.
 */
static double moved_by(const struct recording *r, int slot, size_t start, size_t end)
{
    const double *x = recording_col(r, slot);
    size_t from = start < BEFORE_ROWS ? 0 : start - BEFORE_ROWS;
    size_t to = end + 1 < start + AFTER_ROWS ? end + 1 : start + AFTER_ROWS;
    if (!x)
        return 0;
    bool is_new = start - from == BEFORE_ROWS && stats_known(x + from, start - from) == 0;
    double by = stats_max(x + start, to - start) - (is_new ? 0 : stats_median(x + from, start - from));
    return isfinite(by) ? by : 0;
}

/* One more of a group, in the order of the amount. */
static void moved_add(struct anomaly *a, const struct moved_group *g)
{
    const int room = (int)(sizeof a->groups / sizeof *a->groups);
    int k = a->n_groups;
    if (k == room && a->groups[k - 1].amount >= g->amount)
        return;
    k = k < room ? a->n_groups++ : k - 1;
    for (; k > 0 && a->groups[k - 1].amount < g->amount; k--)
        a->groups[k] = a->groups[k - 1];
    a->groups[k] = *g;
}

void moved_groups(const struct recording *r, struct anomaly *a)
{
    const struct measure *m = &measures[a->area];
    a->n_groups = 0;
    for (int slot = -1; m->family[0] && (slot = schema_next(r->schema, m->family[0], slot)) >= 0;) {
        const char *inst = schema_at(r->schema, slot)->inst;
        int other = m->family[1] ? schema_find(r->schema, m->family[1], inst) : -1;
        struct moved_group g = { .amount = moved_by(r, slot, a->start, a->end), .unit = m->unit };
        if (!inst) /* our own, which is told apart by no name */
            continue;
        if (other >= 0)
            g.amount += moved_by(r, other, a->start, a->end);
        text_copy(g.name, sizeof g.name, inst);
        if (g.amount >= m->least)
            moved_add(a, &g);
    }
    while (a->n_groups && a->groups[a->n_groups - 1].amount < NEAR * a->groups[0].amount)
        a->n_groups--;
}

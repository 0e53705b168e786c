/*
 * proctree.c - a tree from parent numbers, in one pass up and one down.
 *
 * Rows are linked to their parents' lists from the last to the first, so that siblings keep their
 * order. A recording may hold a ring of parents: whoever was not reached from a root becomes one.
 */
#include "app/top/proctree.h"

#include "base/mem.h"

#include <string.h>

struct link {
    int place;        /* of live->procs[i]: its row, -1 when filtered away */
    int first, next;  /* of a row: its first child, its next sibling; -1 for none */
    bool child, done; /* of a row */
};

static int tree_find(const struct live *live, int32_t pid)
{
    size_t lo = 0, hi = live->n_procs;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (live->procs[mid].p.pid < pid)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < live->n_procs && live->procs[lo].p.pid == pid ? (int)lo : -1;
}

static void tree_link(const struct proclist *l, const struct live *live, struct link *link)
{
    for (size_t i = 0; i < live->n_procs; i++)
        link[i] = (struct link){ .place = -1, .first = -1, .next = -1 };
    for (size_t r = 0; r < l->n; r++)
        link[l->row[r].of - live->procs].place = (int)r;
    for (int r = (int)l->n - 1; r >= 0; r--) {
        int parent = tree_find(live, l->row[r].of->p.ppid);
        int at = parent < 0 ? -1 : link[parent].place;
        if (at < 0 || at == r)
            continue;
        link[r].child = true;
        link[r].next = link[at].first;
        link[at].first = r;
    }
}

/* A row and all below it go to the end of the scratch rows; returns how many are there then. */
static size_t tree_put(struct proclist *l, struct link *link, int r, int depth, uint64_t lines,
                       size_t n)
{
    if (link[r].done)
        return n;
    link[r].done = true;
    if (depth && depth < 64 && link[r].next >= 0)
        lines |= UINT64_C(1) << depth;
    l->scratch[n] = l->row[r];
    l->scratch[n].depth = depth;
    l->scratch[n++].lines = lines;
    for (int c = link[r].first; c >= 0; c = link[c].next)
        n = tree_put(l, link, c, depth + 1, lines, n);
    return n;
}

void proctree_grow(struct proclist *l, const struct live *live)
{
    struct link *link = mem_new(live->n_procs * sizeof *link);
    size_t n = 0;
    tree_link(l, live, link);
    for (int rings = 0; rings < 2; rings++)
        for (int r = 0; r < (int)l->n; r++)
            if (rings || !link[r].child)
                n = tree_put(l, link, r, 0, 0, n);
    struct proc_row *t = l->row;
    l->row = l->scratch;
    l->scratch = t;
    mem_free(link);
}

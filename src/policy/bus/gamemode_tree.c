/* gamemode_tree.c - the processes below one, and which of them is busiest. */
#include "policy/bus/gamemode_tree.h"

#include <errno.h>
#include <string.h>

/*
 * Each that is in the tree brings its children in, behind it: generation by generation, whatever the order of pids. A
 * child that claims to be older than its parent was handed to it by another that ended: it is none of its own. A ring
 * of parents, which readings may show when pids were given anew meanwhile, ends at the limit at the latest.
 */
int gamemode_tree_of(const struct task *all, size_t n, int32_t pid, struct gamemode_tree *out)
{
    out->n = 0;
    for (size_t k = 0; k < n && !out->n; k++)
        if (all[k].pid == pid)
            out->task[out->n++] = all[k];
    for (size_t i = 0; i < out->n; i++)
        for (size_t k = 0; k < n && out->n < GAMEMODE_TREE_MAX; k++)
            if (all[k].parent == out->task[i].pid && all[k].start >= out->task[i].start && all[k].pid != all[k].parent)
                out->task[out->n++] = all[k];
    return out->n ? 0 : -ESRCH;
}

static uint64_t tree_growth(const struct task *before, size_t n, const struct task *t)
{
    for (size_t i = 0; i < n; i++)
        if (before[i].pid == t->pid && before[i].start == t->start)
            return t->ticks > before[i].ticks ? t->ticks - before[i].ticks : 0;
    return t->ticks;
}

int32_t gamemode_tree_busiest(const struct task *before, size_t n_before, const struct gamemode_tree *now)
{
    size_t first = 0;
    uint64_t most = 0;
    for (size_t i = 0; i < now->n; i++) {
        uint64_t grown = tree_growth(before, n_before, &now->task[i]);
        if (grown > most && !strchr("ZXx", now->task[i].state)) {
            most = grown;
            first = i;
        }
    }
    return now->n ? now->task[first].pid : 0;
}

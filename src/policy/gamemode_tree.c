/* gamemode_tree.c - the processes below one, and which of them is busiest. */
#include "policy/gamemode_tree.h"

#include "base/auto.h"

#include <errno.h>
#include <string.h>

/* Each that is in the tree brings its children in, behind it: generation by generation, whatever the order of pids. A
 * child that claims to be older than its parent was handed to it by another that ended: it is none of its own. */
static void tree_grow(const struct task *all, size_t n, struct gamemode_tree *out)
{
    for (size_t i = 0; i < out->n; i++)
        for (size_t k = 0; k < n && out->n < GAMEMODE_TREE_MAX; k++)
            if (all[k].parent == out->task[i].pid && all[k].start >= out->task[i].start && all[k].pid != all[k].parent)
                out->task[out->n++] = all[k];
}

/* A child of a younger parent is never taken in, so a ring of parents, as torn readings may show one, ends; one of
 * equal age ends at the limit. */
int gamemode_tree_read(const char *root, int32_t pid, struct gamemode_tree *out)
{
    auto_free struct task *all = NULL;
    out->n = 0;
    if (task_look(root, pid, &out->task[0]) < 0)
        return -ESRCH;
    int n = tasks_list(root, false, &all);
    out->n = 1;
    tree_grow(all, n < 0 ? 0 : (size_t)n, out);
    return 0;
}

static uint64_t tree_growth(const struct gamemode_tree *before, const struct task *t)
{
    for (size_t i = 0; before && i < before->n; i++)
        if (before->task[i].pid == t->pid && before->task[i].start == t->start)
            return t->ticks > before->task[i].ticks ? t->ticks - before->task[i].ticks : 0;
    return t->ticks; /* it started meanwhile */
}

int32_t gamemode_tree_busiest(const struct gamemode_tree *before, const struct gamemode_tree *now)
{
    size_t first = 0;
    uint64_t most = 0;
    for (size_t i = 0; i < now->n; i++) {
        uint64_t grown = tree_growth(before, &now->task[i]);
        if (grown > most && !strchr("ZXx", now->task[i].state)) {
            most = grown;
            first = i;
        }
    }
    return now->n ? now->task[first].pid : 0;
}

/*
 * Which process of a tree is the game. What registers is often a wrapper that started it: a shell, a launcher, Wine.
 * The game is the one of those below that takes most of the processors.
 */
#ifndef POLICY_GAMEMODE_TREE_H
#define POLICY_GAMEMODE_TREE_H

#include "policy/tasks.h"

#define GAMEMODE_TREE_MAX 1024

struct gamemode_tree {
    struct task task[GAMEMODE_TREE_MAX]; /* the process that was asked for, then those below it */
    size_t n;
};

/* A process and those below it, at most GAMEMODE_TREE_MAX, of all n that there are (tasks_list()). -ESRCH: it is not
 * among them. */
int gamemode_tree_of(const struct task *all, size_t n, int32_t pid, struct gamemode_tree *out);

/*
 * The pid of the one that took most since all n_before were as `before` has them; of one that is not among them, since
 * it started. Where none took anything, the first. Of equals the first.
 */
int32_t gamemode_tree_busiest(const struct task *before, size_t n_before, const struct gamemode_tree *now);

#endif

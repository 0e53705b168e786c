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

/* A process and those below it, at most GAMEMODE_TREE_MAX. -ESRCH: there is no such process. */
int gamemode_tree_read(const char *root, int32_t pid, struct gamemode_tree *out);

/*
 * The pid of the one that took most between two readings; `before` NULL: since each started. Where none took anything,
 * the first. Of equals the first.
 */
int32_t gamemode_tree_busiest(const struct gamemode_tree *before, const struct gamemode_tree *now);

#endif

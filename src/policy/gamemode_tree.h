/*
 * Which process of a tree is the game. What registers is often a wrapper that started it: a shell, a launcher, Wine.
 * The game is the one of those below that takes most of the processors.
 */
#ifndef POLICY_GAMEMODE_TREE_H
#define POLICY_GAMEMODE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GAMEMODE_TREE_MAX 1024

struct gamemode_task {
    int32_t pid, parent;
    uint64_t start;  /* ticks since boot */
    uint64_t ticks;  /* of processor, of all its threads, so far */
    bool kernel;     /* a thread of the kernel */
    bool ended;      /* nobody has waited for it yet */
};

struct gamemode_tree {
    struct gamemode_task task[GAMEMODE_TREE_MAX]; /* the process that was asked for, then those below it */
    size_t n;
};

/* Reads a text of /proc/PID/stat. False where it is none. */
bool gamemode_tree_stat(const char *text, struct gamemode_task *out);

/* One process. -ESRCH. */
int gamemode_tree_task(const char *root, int32_t pid, struct gamemode_task *out);

/* A process and those below it, at most GAMEMODE_TREE_MAX. -ESRCH: there is no such process. */
int gamemode_tree_read(const char *root, int32_t pid, struct gamemode_tree *out);

/*
 * The pid of the one that took most between two readings; `before` NULL: since each started. Where none took anything,
 * the first. Of equals the first.
 */
int32_t gamemode_tree_busiest(const struct gamemode_tree *before, const struct gamemode_tree *now);

#endif

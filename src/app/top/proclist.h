/*
 * The processes in the order in which they are shown: filtered, sorted, or as a tree of parents and
 * children. The selection belongs to a process, not to a row, and follows it.
 */
#ifndef APP_TOP_PROCLIST_H
#define APP_TOP_PROCLIST_H

#include "app/top/live.h"

enum proc_sort { SORT_CPU, SORT_MEMORY, SORT_IO, SORT_NAME, SORT_PID, SORT_GPU, SORTS };

/* A process for as long as it lives. */
struct proc_id {
    int32_t pid;
    double start_s;
};

struct proc_calm {     /* what of a process is remembered from tick to tick */
    struct proc_id id;
    double cpu, read, write; /* means in which the latest value counts half */
};

struct proc_row {
    const struct live_proc *of; /* borrowed from the live data */
    double cpu, read, write; /* calm: what is shown and sorted by */
    int depth;         /* in the tree */
    uint64_t lines;    /* bit d: a line runs down at depth d, because more siblings follow there */
};

struct proclist {
    /* What is asked for. */
    enum proc_sort sort;
    bool reverse, tree;
    char filter[64];   /* part of a name, or digits of a pid; case does not matter */
    struct proc_id selected; /* pid 0 = nobody: the first row, whoever that is */

    /* What comes of it. */
    struct proc_row *row; /* n of them */
    size_t n, cap;
    size_t at;         /* row of the selection */
    size_t first;      /* row at the top of the screen */
    size_t total;      /* processes, filtered or not */
    struct proc_row *scratch; /* room for cap, as has row */
    struct proc_calm *calm, *next_calm; /* by pid */
    size_t n_calm, cap_calm;
};

void proclist_done(struct proclist *l);

/* A new tick: what the sort keys lean to. Call before proclist_arrange(). */
void proclist_tick(struct proclist *l, const struct live *live);

/* Filters, sorts, finds the selected process again. The live data are those of the last
 * proclist_tick(). */
void proclist_arrange(struct proclist *l, const struct live *live);

/* Moves the selection by so many rows, as far as there are rows; by 0, chooses who stands there. */
void proclist_move(struct proclist *l, long rows);

/* The selected process, or NULL where there are none. */
const struct live_proc *proclist_selected(const struct proclist *l);

#endif

/* The processes of an instant that was recorded: of the whole table before it, with the busiest as they were then. */
#ifndef LOOK_INSTANT_H
#define LOOK_INSTANT_H

#include "look/look.h"

struct instant_proc {
    struct proc p;           /* as the table has it; where it is not in it only pid, ppid, name and memory are known */
    struct proc_use use;     /* rates over the seconds before, of the busiest; over the minute of the tables, of others;
                                NaN where only one table is known */
    bool busy;               /* it was among the busiest of this instant */
};

struct instant_procs {
    int64_t wall_ms;         /* of the instant: the last at or before the one that was asked for */
    int64_t table_ms;        /* of the whole table; 0: there is none, and only the busiest are known */
    struct instant_proc *p;  /* the most CPU first */
    size_t n;
};

/*
 * The processes at a time, wall clock, of a session or with NULL of all. 0, and *out is to be released with
 * instant_done(). -ENODATA: nothing was recorded in the two minutes before it.
 */
int instant_procs(struct look *l, const char *session, int64_t at_ms, struct instant_procs *out);
void instant_done(struct instant_procs *i);

#endif

/* What changed on the machine, as the index knows it: the events of kind "change" of a range. */
#ifndef LOOK_MACHINE_CHANGES_H
#define LOOK_MACHINE_CHANGES_H

#include "core/event.h"
#include "store/index.h"

#define MACHINE_CHANGES_MAX 4096 /* the newest of them */

struct machine_changes {
    struct event *event; /* by time */
    size_t n, cap;
};

/*
 * Those of all sessions that began in from..to, wall clock, both in. 0, or an error of the index; what was found stays.
 * To be released with machine_changes_done() in any case.
 */
int machine_changes_read(struct index *x, int64_t from_ms, int64_t to_ms, struct machine_changes *out);
void machine_changes_done(struct machine_changes *m);

#endif

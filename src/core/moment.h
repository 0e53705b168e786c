/* All that is known of one instant: what a sampler reads, a tape holds and a recording takes. */
#ifndef CORE_MOMENT_H
#define CORE_MOMENT_H

#include "core/event.h"
#include "core/frame.h"
#include "core/proctab.h"

struct moment {
    struct frame frame;
    struct proc_use *procs;   /* the busiest; n_procs of them */
    size_t n_procs;
    struct proctab table;     /* all processes; n = 0 where it is not known, on tapes at most instants */
    struct event *events;     /* what was said since the instant before; n_events of them */
    size_t n_events;
};

void moment_done(struct moment *m);
void moment_copy(struct moment *to, const struct moment *from); /* keeps its room */

#endif

/*
 * `sonde top` on a terminal. The sampler sets the pace and waits on a clock; this is such a clock, one
 * that looks after the keys and the screen meanwhile. So there is one thread, and nothing to lock.
 *
 * A recorded machine is played at the pace at which it was recorded, and stays at its end.
 */
#ifndef APP_TOP_LOOP_H
#define APP_TOP_LOOP_H

#include "app/top/top.h"
#include "core/clock.h"

struct loop {
    struct clock clock;      /* for the sampler */
    struct clock *of;        /* of the machine */
    struct top *top;
    const struct terminal *terminal;
    int64_t last_ns;         /* of this machine: when the last tick was taken */
    bool quit;
};

/* For observer_open_paced(): self is a struct loop whose top is set. */
struct clock *loop_pace(void *self, struct clock *of);

/* Shows it until a person quits, or it is told to stop. 0, or the error that ended it. */
int loop_run(struct loop *o, struct feed *feed);

#endif

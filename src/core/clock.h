/* Time as the sampler sees it: of this machine, or of a recorded one. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct instant {
    int64_t wall_ms; /* may step */
    int64_t mono_ns; /* stops while suspended */
    int64_t boot_ns; /* runs on while suspended */
};

struct clock {
    struct instant (*now)(struct clock *c);

    /* Waits until the monotonic time; 0, -EINTR when told to stop,
     * -ENODATA when a recording ends. */
    int (*wait)(struct clock *c, int64_t mono_ns);

    bool is_real; /* the time of this machine, not of a recorded one */
};

/* The clock of this machine. Static, shared. */
struct clock *clock_system(void);

#endif

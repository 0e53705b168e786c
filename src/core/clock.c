/* clock.c - the system's clocks. */
#include "core/clock.h"

#include "os/os.h"

#include <errno.h>

static struct instant clock_system_now(struct clock *c)
{
    (void)c;
    return (struct instant){ .wall_ms = os_wall_ms(), .mono_ns = os_mono_ns(), .boot_ns = os_boot_ns() };
}

static int clock_system_wait(struct clock *c, int64_t mono_ns)
{
    (void)c;
    while (!os_stopping())
        if (os_sleep_until(mono_ns) == 0)
            return 0;
    return -EINTR;
}

struct clock *clock_system(void)
{
    static struct clock c = { .is_real = true, .now = clock_system_now, .wait = clock_system_wait };
    return &c;
}

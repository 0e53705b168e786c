/* root.c - opens the machine that --root names. */
#include "app/root.h"

#include "base/log.h"
#include "core/replay.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>

int root_open(struct root *r, const char *dir)
{
    *r = (struct root){ .path = "", .interval_s = NAN };
    if (!dir || !*dir)
        return 0;
    os_stop_on_signal(); /* from here on there is a copy that must be removed */
    int rc = replay_open(dir, &r->replay);
    if (rc == -EINVAL)
        log_error(0,
                  "%s is not a whole recording: a clock is missing or runs backwards, or a path "
                  "leads out of it; "
                  "record it again with `sonde capture`",
                  dir);
    else if (rc == -ENOSPC)
        log_error(rc, "there is no room for a copy of %s, neither in /dev/shm nor in TMPDIR or /tmp; set "
                  "TMPDIR to a directory with room", dir);
    else if (rc < 0 && rc != -EINTR)
        log_error(
            rc,
            "%s cannot be opened as a machine; --root takes a directory made by `sonde capture`",
            dir);
    if (rc < 0)
        return rc;
    r->path = replay_root(r->replay);
    r->clock = replay_clock(r->replay);
    r->instants = replay_instants(r->replay);
    r->interval_s = replay_interval(r->replay);
    if (os_exists(r->path, "/proc") || os_exists(r->path, "/sys"))
        return 0;
    log_error(0, "%s is no machine: it holds neither proc nor sys; --root takes a directory made by "
              "`sonde capture`", dir);
    root_close(r);
    return -ENODEV;
}

void root_close(struct root *r)
{
    replay_close(r->replay);
    *r = (struct root){ .path = "", .interval_s = NAN };
}

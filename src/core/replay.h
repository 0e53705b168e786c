/*
 * A recorded machine: files of /proc and /sys at several instants, and a clock that goes with them.
 *
 * Layout of a recording DIR:
 *
 *   ORIGIN              text: which machine, recorded or made by hand, when, after which documents
 *   0000/               all files at the first instant, below the root: 0000/proc/stat ...
 *   0001/ ...           the files that changed since the instant before; nothing else
 *   NNNN/.sonde/clock   three numbers: wall clock ms, monotonic ns, boot-time ns
 *   NNNN/.sonde/statfs  one file system per line: mount total free available inodes inodes_free
 *                       (bytes), or: mount hang (its answer never comes)
 *   NNNN/.sonde/gone    paths, one per line, that no longer exist at this instant, directories
 *                       that this leaves empty included; a process whose number was given to
 *                       another is a file that changed
 *
 * A directory without 0000/ is a plain tree of one instant. Adapters keep descriptors open, so a
 * replay works on a copy of the first instant in a temporary directory and rewrites the files in
 * place when the clock moves to the next.
 */
#ifndef CORE_REPLAY_H
#define CORE_REPLAY_H

#include "core/clock.h"

struct replay;

/*
 * Opens a recording, or a plain tree. Errors: -ENOENT, -ENOTDIR; -EINVAL when a clock is missing or
 * runs backwards, or a path or a link leads out of it; -EFBIG when it is far larger than a machine;
 * -EINTR when told to stop.
 */
int replay_open(const char *dir, struct replay **out);
void replay_close(struct replay *r); /* removes the copy */

/* The root to hand to the sampler. */
const char *replay_root(const struct replay *r);

/* Its clock: wait() moves to the next instant at once, -ENODATA after the last.
 * NULL for a plain tree. */
struct clock *replay_clock(struct replay *r);

int replay_instants(const struct replay *r); /* 0 for a plain tree */

/* Seconds between its instants, on average; NaN when there are fewer than two. */
double replay_interval(const struct replay *r);

#endif

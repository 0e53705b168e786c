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
 *   NNNN/.sonde/nvml    what NVIDIA's library says, see below; absent where there is none
 *   NNNN/.sonde/gone    paths, one per line, that no longer exist at this instant, directories
 *                       that this leaves empty included; a process whose number was given to
 *                       another is a file that changed
 *
 * .sonde/nvml has lines of words with single blanks between them:
 *
 *   driver WORD         first, where the library does not work: not_loaded, denied, other_release,
 *                       broken; any other word means that it does
 *   gpu ADDRESS [WORD]  a GPU by its PCI address, as /sys/bus/pci/devices writes it, in the order of
 *                       the library. WORD: lost (fell off the bus), denied (not permitted), hang
 *                       (no answer until a later instant says otherwise)
 *   NAME VALUE          of that GPU: a reading in the units of os/nvml.h and with its name there, as
 *                       "power 215.3"; or denied, or hang. One that is not named is not supported
 *   NAME VALUE          likewise of what can be set: "cap.usual 320"
 *   USE PID [BYTES]     of that GPU: a process, USE is compute or graphics, and the memory that it
 *                       holds where that is known. "USE none": there are none; no line: not told
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

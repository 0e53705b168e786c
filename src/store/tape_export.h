/*
 * Instants into one file that replays elsewhere: the segment of a session, or the tapes of several, one behind the
 * other. A block is packed at a time, so that a month needs no more memory than ten minutes.
 */
#ifndef STORE_TAPE_EXPORT_H
#define STORE_TAPE_EXPORT_H

#include "store/tape.h"

struct tape_export;

/*
 *   path      a new file; beside it PATH.session for a while
 *   globs     only these metrics, and the counters behind those that are derived; NULL = all
 *   sessions  how many will come: of one, the file is a segment with summaries and index
 */
int tape_export_open(const char *path, const char *globs, int sessions, struct tape_export **out);

int tape_export_take(struct tape_export *e, const struct tape_about *about, const struct schema *s,
                     const struct moment *m);

/* Writes what is left; it is gone in any case. rc is why it ends: after an error nothing more is written. */
int tape_export_close(struct tape_export *e, int rc);

#endif

/* What waits in the archive for a receiver: which session is next, how much it is, and what is too much. */
#ifndef PUSH_BACKLOG_H
#define PUSH_BACKLOG_H

#include "push/cursor.h"

/*
 * The session to be read next: the oldest that is wanted, and at last the one that is being recorded. False: there is
 * none with anything of it on the disk.
 */
bool backlog_next(const char *dir, const struct cursor *c, const char *recorded, char out[static NAMES_SESSION_MAX]);

struct backlog {
    int64_t bytes;            /* of the archive that are left */
    uint64_t passed;          /* instants that were passed over */
    int64_t passed_bytes;
    int64_t first_ms, last_ms; /* of them; first_ms is about a block's length early */
    bool by_age;              /* because they are old, and not because they are many */
};

/*
 * Counts what waits, and moves the cursor behind whole blocks that are older than oldest_ms, or more than max_bytes
 * together, the oldest first; 0: no such limit. What is not packed yet stays. 0, or why the archive cannot be read.
 */
int backlog_trim(const char *dir, struct cursor *c, int64_t oldest_ms, int64_t max_bytes, struct backlog *out);

#endif

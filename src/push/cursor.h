/*
 * How far a receiver has acknowledged what was recorded. The archive is the queue: a cursor says which instant of it
 * is the next, in DIR/push/NAME, so that an outage of any length costs no byte beside it.
 *
 * A place is counted by session, part, block and tick, as the archive's files number them, and not by the wall clock:
 * that may be set back. Sessions whose names sort before `base` were sent, unless they stand in the list; the others
 * were not, unless they stand there as done.
 */
#ifndef PUSH_CURSOR_H
#define PUSH_CURSOR_H

#include "base/buf.h"
#include "store/names.h"
#include "store/space.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CURSOR_SESSIONS 16
#define CURSOR_NAME_MAX 32

struct place {
    char session[NAMES_SESSION_MAX];
    int part;
    int64_t block, tick;      /* of the next instant */
    int64_t wall_ms;          /* of the one before it; 0: there is none */
};

struct cursor {
    char base[NAMES_SESSION_MAX];
    struct place at[CURSOR_SESSIONS]; /* sessions that were begun, or come before base and were not sent */
    bool done[CURSOR_SESSIONS];
    int n;
    bool accepted;            /* did the receiver ever acknowledge something? */
    int64_t success_ms;       /* when it did last, wall clock; 0 = never */
};

/* What a file says. -EBADMSG: it is not whole, or none of ours. */
int cursor_parse(const char *text, size_t n, struct cursor *out);
void cursor_put(const struct cursor *c, struct buf *out);

/*
 * DIR/push/NAME. It appears whole or not at all, and is on the disk when it was written. -ENOENT: there is none;
 * -EBADMSG, -EDQUOT, what the disk says. space may be NULL.
 */
int cursor_read(const char *dir, const char *name, struct cursor *out);
int cursor_write(const char *dir, const char *name, const struct cursor *c, struct space *space);

/* A receiver that is new gets what is recorded in this session, and later ones. */
void cursor_begin(struct cursor *c, const char *session);

/* Is there something to be sent of a session? *at is its next place then. */
bool cursor_wants(const struct cursor *c, const char *session, struct place *at);

/* A session that begins now is to be sent, wherever its name sorts: the clock may have been set back. */
void cursor_add(struct cursor *c, const char *session);

/* A session is the next: all that sort before it were sent, but for those in the list. */
void cursor_reach(struct cursor *c, const char *session);

/* Everything before a place was acknowledged. */
void cursor_move(struct cursor *c, const struct place *at);

void cursor_finish(struct cursor *c, const char *session); /* all of it was */

#endif

/*
 * GameMode's interface, served: games that ask for it are heard, and told of to who opened it. Nobody is replaced:
 * where GameMode itself runs, it is left to it.
 *
 * Only this user's processes are taken, and only from this user; none that guarded.h names, and none that runs with the
 * rights of somebody else. A game that ends without a word is noticed.
 */
#ifndef POLICY_GAMEMODE_H
#define POLICY_GAMEMODE_H

#include "policy/knob.h"

struct gamemode_events {
    /* It asked to be helped. `program` is the path of its file, "" where it is not known; borrowed, in the call. */
    void (*registered)(void *self, int32_t pid, const char *program);
    void (*unregistered)(void *self, int32_t pid, bool ended); /* ended: it is no more, and had not said so */
    void *self;
};

struct gamemode;

/*
 * Takes the name on the session bus. *out is the caller's, for gamemode_close(). -ENOTSUP the module is not installed,
 * -ENOENT there is no session bus, -EEXIST somebody else serves it; and why.
 */
int gamemode_open(const struct gamemode_events *e, struct gamemode **out, char why[static KNOB_WHY]);
void gamemode_close(struct gamemode *g); /* those that are registered are not told of any more */

/* Answers what came, waiting for it for at most wait_ms, then tells of what is new. 0; -ENOTCONN: the bus has gone. */
int gamemode_serve(struct gamemode *g, int64_t wait_ms);

/* Is it a process that may be helped, as what registers must be? */
bool gamemode_may(const struct gamemode *g, int32_t pid);

#endif

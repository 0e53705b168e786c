/*
 * The interface of GameMode (com.feralinteractive.GameMode) on the session bus, served: what a game asks goes to who
 * opened it. It is opened through os_module():
 *
 *     const struct gamemode_bus *b = os_module("sonde-bus", "sonde_gamemode");
 *
 * A connection belongs to one thread. Nobody is replaced in the name, and nobody can take it from us.
 */
#ifndef MODULES_GAMEMODE_H
#define MODULES_GAMEMODE_H

#include "modules/bus.h"

#include <stddef.h>

#define GAMEMODE_PROGRAM 256 /* bytes of the path of a program, NUL included */

enum gamemode_what { GAMEMODE_REGISTER, GAMEMODE_UNREGISTER, GAMEMODE_QUERY };

struct gamemode_request {
    enum gamemode_what what;
    int64_t uid;    /* of who asks, as the bus knows it; -1: who asked has gone */
    int32_t game;   /* the process it is about; 0 or below: there is no such process */
};

/* What it asks of who serves; called in process() only. */
struct gamemode_server {
    int32_t (*ask)(void *self, const struct gamemode_request *r); /* what is answered, see answers */
    size_t (*list)(void *self, int32_t *pid, size_t cap);         /* those that are registered, at most cap */
    bool (*program)(void *self, int32_t pid, char out[static GAMEMODE_PROGRAM]); /* false: it is not registered */
    void *self;
};

/* Answers. To a question: 0, 1 or 2. */
enum { GAMEMODE_OK = 0, GAMEMODE_FAILED = -1, GAMEMODE_REJECTED = -2 };
enum { GAMEMODE_INACTIVE = 0, GAMEMODE_ACTIVE = 1, GAMEMODE_REGISTERED = 2 };

#define GAMEMODE_GAMES 256 /* at once, as in the original */

struct gamemode_bus {
    /* -ENOENT and why: there is no session bus; -EEXIST: somebody serves it already. */
    int (*open)(void **self, const struct gamemode_server *s, char why[static BUS_WHY]);

    /* Answers what came; waits for at most wait_ms, or until `fd` can be read, where it is not -1. 0; -ENOTCONN: the
     * bus has gone. */
    int (*process)(void *self, int fd, int64_t wait_ms);

    void (*tell)(void *self, int32_t pid, bool registered); /* everybody who listens */
    void (*close)(void *self);
};

#endif

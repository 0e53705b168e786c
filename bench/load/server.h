/* A Redis server of our own: in a folder of its own, at a socket in it. */
#ifndef LOAD_SERVER_H
#define LOAD_SERVER_H

#include <stdint.h>

#define SERVER_PATH 100 /* a socket's name is no longer (unix(7)) */

struct server {
    int32_t pid;              /* 0: none */
    char folder[SERVER_PATH - 20], socket[SERVER_PATH];
};

/* Starts it, with what this process has of session, class and environment. Errors, which were said: -ENOENT there is no
 * redis-server, and those of mkdtemp(3) and fork(2). It ends with this process in any case. */
int server_start(struct server *s);

/* Ends it and removes its folder. */
void server_stop(struct server *s);

#endif

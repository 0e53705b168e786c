/*
 * The way of a request until somebody handles it: is it ours, who asks, which route, is the role enough? Everything
 * between the bytes of wire.h and a handler, without sockets and threads.
 */
#ifndef SERVE_FRONT_H
#define SERVE_FRONT_H

#include "serve/access.h"
#include "serve/router.h"
#include "serve/wire.h"

#define FRONT_TABLES 8

struct front {
    struct access *access;
    struct router_table table[FRONT_TABLES];
    size_t n_tables;
};

/* Adds a table; those that were added first are looked at first. */
void front_add(struct front *f, const struct route *routes, void *self);

/* Its own: POST /login, POST /logout, GET /healthz, and the assets at all other addresses, which come last. */
void front_add_own(struct front *f);
void front_add_assets(struct front *f);

/* True: *out is to handle it. Or the reply says why nobody does. r->part lies in room. */
bool front_admit(struct front *f, struct http_request *r, struct buf *room, struct router_match *out,
                 struct http_reply *refusal);

#endif

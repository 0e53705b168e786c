/*
 * A guest: an adapter that is kept apart (core/adapter.h), with a schema, a frame, a table of
 * processes and events of its own, so that whatever it does on the lane's thread concerns nobody
 * else; the host takes over what it found once it is back.
 *
 * One thread at a time has it: the lane's while it is at work, the sampling thread otherwise.
 */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

#include "core/adapter.h"
#include "core/clock.h"
#include "core/ring.h"

#include <stdbool.h>

struct guest {
    struct adapter adapter;   /* a copy: it may have to outlive whoever made it */
    bool open;
    int rc;                   /* of opening */
    struct instant at;        /* of the tick it reads for; to be set before */
    int64_t began_ns, took_ns; /* of the last work, in real time */
    char reason[224];         /* what open() explained */
    struct schema *schema;
    struct frame now;
    struct proctab procs;
    struct ring *events;
    int *map;                 /* slot of the host by slot of ours, n_map of them */
    int n_map;

    char *root;               /* private */
    struct adapter_env env;
    void *self;
};

struct guest *guest_new(const struct adapter *a, const char *root, double interval_s);
void guest_free(struct guest *g); /* closes it; may hang as it does */

/* Opens it, or reads it if it is open. Sets began_ns and took_ns. */
void guest_work(struct guest *g);

/* Adds to the host's schema, for the source that is current there, what the guest added to its own. */
void guest_meet(struct guest *g, struct schema *host);

/* Copies what the guest read to the host's frame, NaN for what it could not read. */
void guest_give(const struct guest *g, struct frame *host);

/* Adds what it knows of processes to those that are in the table of the host. */
void guest_give_procs(const struct guest *g, struct proctab *host);

#endif

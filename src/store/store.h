/*
 * The recorder's side of the archive: takes instants and sees that they are kept.
 *
 *     store_append() --queue--> writer thread --> journal file --> packer thread --> segment file
 *
 * Whoever samples never waits for the disk: store_append() copies into a queue. The writer appends each
 * instant to the journal at once, so that a crash loses nothing of what was appended; the packer syncs every
 * `sync_s`, so that a loss of power loses no more than that, packs full journals into blocks of the segment
 * (store/segment.h), finishes what a crash left, and prunes. What the disk refuses is a gap with an event,
 * and recording goes on when it no longer does.
 *
 * In the directory: segments/ journal/ index.db csv/ flight/ models/ lock. One recorder at a time.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "core/event.h"
#include "core/frame.h"
#include "core/proctab.h"
#include "core/schema.h"
#include "store/space.h"
#include "store/tape.h"

#include <stdbool.h>

struct store;

struct store_options {
    const char *dir;          /* made where there is none, mode 0700 */
    int64_t cap_bytes;        /* of all that is below it; 0 = none */
    double sync_s;            /* between two syncs */
    struct tape_about about;  /* machine, start, interval; the session gets its name here */
    bool keeps_nothing;       /* instants are counted only: others write into the directory */

    /* Called on a thread of the store with what happens to the archive itself: gaps, a full disk. */
    void (*emit)(void *self, const struct event *e);

    /* Called on the packer's thread once a minute, and when there is no more room under the cap: what is too old
     * or too much is to go, but never anything of the session that is recorded now. */
    void (*tidy)(void *self, struct store *s);
    void *self;
};

/*
 * Opens a directory for recording. -EBUSY: another process records there, *owner is its pid. Work that a
 * crash left is finished in the background. An error is said by the caller.
 */
int store_open(const struct store_options *o, struct store **out, int32_t *owner);

/* Copies one instant; the schema may have grown. Never waits for the disk; from one thread. */
void store_append(struct store *s, const struct schema *schema, const struct moment *m);

/* Waits until all that was appended is on the disk, synced. 0, or what hinders it. */
int store_flush(struct store *s);

/* Packs what is in the journal and finishes the segment: nothing may be appended any more. */
void store_finish(struct store *s);

/* Finishes, and closes. NULL: nothing to do. */
void store_close(struct store *s);

#define STORE_QUEUE 128       /* instants that may wait for the writer; further ones are dropped */

struct store_state {
    uint64_t ticks, values;   /* appended so far, by this run */
    uint64_t dropped;         /* of them not kept */
    unsigned waiting;         /* of them for the writer, of STORE_QUEUE */
    int64_t written_bytes;    /* to journals and segments */
    int64_t used_bytes;       /* of the directory */
    int error;                /* what the disk says now: 0, or a negative errno value */
};

void store_state(struct store *s, struct store_state *out);
const struct tape_about *store_about(const struct store *s); /* of the session; its part as it was at the start */
int store_part(struct store *s); /* which is written now; what belongs to earlier ones may go */
struct space *store_space(struct store *s);

#endif

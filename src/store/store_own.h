/* What the files of the recorder share: store.c, store_writer.c, store_packer.c. */
#ifndef STORE_STORE_OWN_H
#define STORE_STORE_OWN_H

#include "store/store_journal.h"
#include "store/packer.h"
#include "store/store.h"

#define STORE_RETRY_NS 10000000000 /* between two tries of what failed */
#define STORE_TIDY_NS 60000000000

struct queued {
    struct moment m;
    struct schema *grown;      /* the schema from this instant on; NULL: as before */
};

struct store {
    struct store_options o;
    char *dir;
    int lock_fd;
    struct space *space;

    struct os_lock *lock;      /* guards what follows */
    struct queued queue[STORE_QUEUE];
    unsigned head, count;
    int threads;
    bool stopping, writer_done;
    bool flush;                /* somebody waits for a sync, of so many instants */
    uint64_t flush_upto;
    bool need_room;            /* the writer waits for it */
    bool new_names;            /* journals were made whose names are not synced */
    char journal_path[OS_PATH_MAX]; /* of the one that is written; "" for none */
    struct names *closed;      /* journals to be packed, in order */
    size_t n_closed, cap_closed;
    uint64_t appended, written, synced; /* instants; dropped ones count as dealt with */
    uint64_t dropped;
    uint64_t overrun;          /* of them, because the queue was full, since the writer asked last */
    int64_t overrun_ms;        /* when that began */
    int64_t journal_bytes, segment_bytes;
    int64_t part_bytes;        /* packed of the part that is written */
    uint64_t values;
    int error;                 /* of the writer */
    int sync_error;            /* of the last sync */

    /* of the sampling thread */
    struct schema *known;      /* what it saw last */
    bool owed;                 /* it grew, and the writer was not told yet */

    /* of the writer */
    struct schema *schema;
    struct tape_map map;
    struct store_journal journal;
    int part;                  /* written under the lock */
    uint32_t block;
    int64_t room_ns;           /* not before: asking for room again */
    uint64_t missed;           /* instants since the last that was kept */
    int64_t missed_ms;

    /* of the packer */
    struct packer packer;
    struct names *old, *old_segments;
    int n_old, n_old_segments, at_old, at_old_segment;
    int64_t sync_ns, tidy_ns, retry_ns;
};

/* The two threads; each ends when there is nothing left for it to do and the store is stopping. */
void store_writer(void *store);
void store_packer(void *store);

/* Makes an event of the archive itself and hands it to whoever wants to know. */
void store_tell(struct store *s, enum event_kind kind, enum severity severity, int64_t from_ms, int64_t to_ms,
                struct event *e, const char *text);

bool store_is_full(int rc); /* does it say that room is missing? */

#endif

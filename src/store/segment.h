/*
 * A segment: the tape of one session and UTC day as a file, packed in blocks, with summaries and an index.
 *
 *     ABOUT, then for every block: CATALOG? EVENT* PROCS? TABLE* BLOCK, after SEGMENT_SUMMED blocks at most
 *     MINUTES TENS, at last INDEX
 *
 * Chunks are only ever appended. The index at the end says where they are; without it, because the file is
 * still written or its writer was killed, a scan finds them.
 */
#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include "base/buf.h"
#include "core/schema.h"
#include "store/chunk.h"
#include "store/codec/block.h"
#include "store/space.h"
#include "store/tape.h"

#define SEGMENT_TICKS 600   /* of a full block, or fewer of a machine with very many slots: see segment_ticks() */
#define SEGMENT_SUMMED 24   /* blocks a summary is about */
#define SEGMENT_NAME_MAX 48 /* "20261126_021311_2.0.seg" */

/* Where a chunk is. */
struct segment_entry {
    int type;
    int64_t at;                  /* offset in the file */
    uint32_t n;                  /* bytes with head and padding */
    int64_t first_ms, last_ms;   /* wall clock of what is in it; 0 where it has no time */
    uint32_t block;              /* BLOCK: its number in the segment; else 0 or anything */
    uint32_t rows;               /* BLOCK: ticks; MINUTES, TENS: rows */
    int64_t hole;                /* bytes before it that are no chunk; 0 by the index */
};

/* ---- reading; any number of readers, while the file grows ---- */

struct segment {
    char path[512];
    int fd;
    struct tape_about about;
    struct schema *schema;       /* all catalogs together; NULL before segment_load() */
    struct tape_map map;         /* its columns */
    struct segment_entry *entry; /* in the order of the file */
    size_t n, cap;
    size_t whole;                /* of them stand before a last group that lacks a piece; n where none does */
    uint32_t blocks;             /* of them */
    int64_t size;                /* where the last of them ends: beyond is torn, not written yet, or the index */
    int64_t damaged;             /* bytes that were passed over */
    uint64_t looked;             /* see chunk_search() */
    size_t loaded;               /* entries whose catalogs are in the schema */
    bool indexed;                /* it was closed in order */
    int unread;                  /* why, without an index, more may be there than could be found; 0 else */
};

/*
 * Opens a file and finds its chunks; of most, only the heads are looked at. -EBADMSG: it is no segment;
 * -ENOTSUP: of a newer format.
 */
int segment_open(const char *path, struct segment **out);
void segment_free(struct segment *s);

/*
 * The block of a last group that lacks a piece: of its catalog, its processes, tables or events; NULL when there is
 * none such. Where the journal that it was made of is there, the group is to be dropped, for the journal has all of it;
 * else what is left of it is all there is.
 */
const struct segment_entry *segment_torn(const struct segment *s);
void segment_drop_torn(struct segment *s); /* before segment_load() */

/* Reads the catalogs, also those that came since: needed before anything is decoded. -EBADMSG, -ENOMEM. */
int segment_load(struct segment *s);

/* Reads the chunk of an entry into buf (emptied first) and checks it. -EBADMSG. */
int segment_read(const struct segment *s, const struct segment_entry *e, struct buf *buf, struct chunk *out);

/* ---- blocks: what is in a BLOCK chunk ---- */

struct segment_block {
    struct block table;          /* its columns: part 0, then part 1 of store/tape.h */
    int columns[2];              /* how many of each part */
    uint32_t number;
    int64_t first_ms, last_ms;
};

/* Looks at a payload, which must outlive it. Begin with { 0 }, end with block_done(&b.table). -EBADMSG. */
int segment_block_open(struct segment_block *b, const struct chunk *c);

/* ---- writing; one writer ---- */

struct segment_writer;

/*
 * A new file, or one that is there, which goes on: what is behind its entries is cut off. -EEXIST, -ENOENT, -EBADMSG,
 * -EDQUOT and what the disk says. segment_resume() takes s over in any case.
 */
int segment_create(const char *path, const struct tape_about *about, struct space *space, struct segment_writer **out);
int segment_resume(struct segment *s, struct space *space, struct segment_writer **out);

bool segment_has(const struct segment_writer *w, uint32_t number); /* a block of this number */

/* How many instants of so many columns a block may hold. */
int segment_ticks(int columns);

/* Gathers the instants of a block: stored slots only are looked at. -ENOMEM; -ENOSPC when it is full; -ERANGE
 * for times that do not fit. */
int segment_add(struct segment_writer *w, const struct schema *s, const struct moment *m);
int segment_gathered(const struct segment_writer *w);
bool segment_is_full(const struct segment_writer *w);

/*
 * Appends what was gathered as a block, and summaries where it is time for them, in one write, and syncs.
 * Nothing when nothing was gathered. After an error the file is as before and the writer is only good for
 * segment_leave().
 */
int segment_commit(struct segment_writer *w, uint32_t number);

int64_t segment_written(const struct segment_writer *w); /* bytes appended by this writer */

/* Puts what is left of the summaries and the index, syncs and closes; the writer is gone in any case. */
int segment_finish(struct segment_writer *w);
void segment_leave(struct segment_writer *w); /* closes it as it is */

#endif

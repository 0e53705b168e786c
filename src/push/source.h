/*
 * Instants of the archive from a place on, in order, while they are recorded: what a receiver is sent.
 *
 * A journal is read as it grows, so that in the steady state an instant is read and decoded once; blocks are read where
 * there was an outage. What an instant has of rates follows from what was recorded alone, so that it is the same
 * whenever it is read.
 */
#ifndef PUSH_SOURCE_H
#define PUSH_SOURCE_H

#include "push/cursor.h"
#include "store/tape.h"

/* A file, or a piece of one: the instants of one number. */
struct piece {
    int part;
    int64_t block;
    bool journal;
    int64_t bytes;
    int64_t last_ms;          /* 0: of a journal, it is not known */
    uint32_t rows;            /* the same */
};

/* All pieces of a session from a part on, in order; *out is the caller's. Returns how many, or an error. */
int pieces_list(const char *dir, const char *session, int from_part, struct piece **out);

struct source;

struct source *source_new(const char *dir);
void source_free(struct source *s);

/* Goes on at a place. */
void source_seek(struct source *s, const struct place *at);

/*
 * The next instant; borrowed until the next call. 1, and *behind is the place behind it. 0: there is nothing more now.
 * -EPIPE: what stood at this place is not kept any more; the next call goes on behind the hole, which reaches from
 * behind->wall_ms to the instant that follows. Others: the disk.
 */
int source_next(struct source *s, const struct moment **m, struct place *behind);

const struct schema *source_schema(const struct source *s);
const struct tape_about *source_about(const struct source *s);

#endif

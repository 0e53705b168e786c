/*
 * A tape as a feed: a segment, a journal, a flight recording or an exported file played again, or what another
 * process records now, through a socket. Sessions that follow one another are joined (store/join.h); what is
 * damaged is passed over and told as an event.
 */
#ifndef STORE_TAPE_FEED_H
#define STORE_TAPE_FEED_H

#include "core/clock.h"
#include "core/feed.h"
#include "store/tape.h"

/* Where the bytes come from. */
struct tape_bytes {
    /* Up to cap of them; 0 at their end, -EAGAIN when there are none yet, -EINTR, another error. */
    int64_t (*read)(void *self, void *bytes, size_t cap);
    void (*close)(void *self); /* NULL: nothing to do */
    void *self;
};

struct tape_feed_options {
    const char *origin;   /* borrowed; NULL: the path of the file */
    bool live;            /* it comes as it happens: nothing is to be paced */
    double speed;         /* played so many times as fast as it was recorded; 0: as fast as it can be read */
    struct clock *clock;  /* waited on, between instants and for bytes; NULL = clock_system() */
};

/*
 * Opens a tape. The first instant is looked for at once, so that the schema is known. -ENOENT and what else
 * opening a file says; -EBADMSG: it is no tape, or there is nothing whole on it; -ENODATA: a tape without
 * an instant; -ENOTSUP: of a newer format.
 */
int tape_feed_open(const char *path, const struct tape_feed_options *o, struct feed **out);

/* The same of bytes that come from elsewhere, which it closes, in any case. */
int tape_feed_of(const struct tape_bytes *bytes, const struct tape_feed_options *o, struct feed **out);

/* Does a file begin as a tape does? */
bool tape_feed_knows(const char *path);

/* Damaged places that were passed over so far; those before an instant are told as an event of it as well. */
uint64_t tape_feed_lost(const struct feed *f);

/* What the tape says of itself, at the instant given last; of a feed that was opened here. */
const struct tape_about *tape_feed_about(const struct feed *f);

#endif

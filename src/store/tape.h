/*
 * A tape: what a machine said, instant by instant, as a run of chunks. Journals, segments, exported
 * files and the local socket all carry tapes; one reader plays them all.
 *
 *     ABOUT CATALOG (CATALOG? EVENT* PROCS? TABLE? TICK)*      as written by the instant
 *     ABOUT (CATALOG? EVENT* PROCS? TABLE* BLOCK)*              as packed, 600 instants a block
 *
 * What belongs to an instant stands before it. Every TAPE_ALONE ticks one stands alone; the others tell what
 * changed since the one before. Only what adapters read is on it: gauges and counters, and when each source was
 * read. Rates and ratios are derived again by who plays it.
 */
#ifndef STORE_TAPE_H
#define STORE_TAPE_H

#include "base/buf.h"
#include "core/event.h"
#include "core/frame.h"
#include "core/moment.h"
#include "core/proctab.h"
#include "core/schema.h"
#include "store/catalog.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAPE_MAJOR 1          /* another one cannot be read */
#define TAPE_MINOR 0          /* a higher one can */
#define TAPE_SESSION_MAX 40   /* "session_20261126_021311_2" */
#define TAPE_TOP 20           /* processes of every tick */
#define TAPE_ALONE 100

struct tape_about {
    int major, minor;
    char session[TAPE_SESSION_MAX];
    char hardware_id[80];     /* "" where unknown */
    char machine[160];        /* one line for people: system, processor, memory; no names */
    int64_t start_ms;         /* of the session, wall clock */
    int part;                 /* of the session: 0, 1 ...; one for each day */
    double interval_s;
};

struct chunk; /* store/chunk.h */

#define TAPE_EVENTS 4096 /* before one block, or one instant: a reader takes no more */

/* Called with one instant after the other; an error ends the playing, and is returned. */
typedef int tape_each(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m);

/* ---- columns ---- */

/*
 * The numbers of an instant, in two rows that only grow: part 0 is the wall clock in ms, the monotonic clock
 * in us, and for each source how many ms ago it was read; part 1 the slots that are stored, in their order.
 */
struct tape_map {
    int *slot;                /* of a column of part 1 */
    int *column;              /* in part 1, of a slot; -1 for one that is derived */
    int columns, slots, sources;
};

void tape_map_fit(struct tape_map *map, const struct schema *s); /* begins as { 0 } */
void tape_map_done(struct tape_map *map);

/* Are these times that a tape holds? Wall clocks to the year 5138, 127 years of monotonic clock. */
bool tape_times_fit(double wall_ms, double mono_us);

int tape_width(const struct tape_map *map, int part);
void tape_row(const struct tape_map *map, int part, const struct frame *f, double *out);

/* The opposite, into a frame that fits the schema; a row that is shorter leaves the rest as it is. -EBADMSG
 * when its times are none. Part 0 first. */
int tape_unrow(const struct tape_map *map, int part, const double *row, int n, struct frame *f);

/* ---- writing ---- */

struct tape_line {            /* a row, as the instant before had it */
    double *v;
    unsigned char *digits;
    int n, cap;
};

struct tape_writer {
    struct tape_map map;
    struct catalog_mark known;
    struct tape_line before[2];
    struct proctab table;     /* the last whole table */
    double *row;              /* scratch */
    int cap;
    uint64_t ticks;           /* since tape_begin() */
};

/* Puts ABOUT and the whole catalog; the next tick stands alone. The writer begins as { 0 }. -ENOMEM; -ERANGE for
 * an instant whose times do not fit. */
int tape_begin(struct tape_writer *w, struct buf *out, const struct tape_about *about, const struct schema *s);
int tape_put(struct tape_writer *w, struct buf *out, const struct schema *s, const struct moment *m);
void tape_writer_done(struct tape_writer *w);

/* Chunks of their own. A table is coded against the one before, NULL for none; tick: which of a block. */
int tape_put_about(struct buf *out, const struct tape_about *about);
int tape_put_event(struct buf *out, const struct event *e);

/* What an EVENT chunk says: 1; 0 where it is of a kind that only later versions know; -EBADMSG. */
int tape_event(const struct chunk *c, struct event *out);
int tape_put_table(struct buf *out, int tick, const struct proctab *before, const struct proctab *now);

/* A row against the one before, which becomes this one; and back. -EBADMSG. */
void tape_line_put(struct tape_line *before, struct buf *out, const double *row, int n);
struct unpack;
int tape_line_take(struct tape_line *line, struct unpack *in, int max);
void tape_line_done(struct tape_line *line);

/* ---- reading ---- */

struct tape;

/*
 * A reader that is fed. It keeps a schema, which only grows while the tape is of one session.
 *
 *   derive  fill rates and ratios as a sampler would
 */
struct tape *tape_new(bool derive);
void tape_free(struct tape *t);

/* Numbers of blocks are not wanted: they are passed over, which costs a tenth. Times, processes and events come as
 * ever, and what a tick of a journal says, too. */
void tape_pass_numbers(struct tape *t);

/* Is the number of a slot wanted? */
typedef bool tape_wants(const struct schema *s, int slot);

/*
 * Of the numbers of blocks only these are read, and what wanted rates and ratios follow from; the others are not known
 * (NaN). Of what a tick of a journal says all is.
 */
void tape_want(struct tape *t, tape_wants *wants);

/* Feeds bytes, which are copied. -ENOMEM. */
int tape_feed(struct tape *t, const void *bytes, size_t n);

/* Something was lost here: what was gathered for the next instant is dropped, and rates begin anew. */
void tape_break(struct tape *t);

/* This file ends here: what looks like the beginning of a chunk without its end is passed over. What is fed
 * afterwards is another file. */
void tape_end(struct tape *t);

/*
 * The next instant; borrowed until the next call. 1; 0 when more must be fed; an error:
 *
 *   -EBADMSG  something is damaged; the next call goes on behind it, with the next instant that
 *             stands alone. tape_lost() counts them
 *   -ENOTSUP  the format is newer than this program
 */
int tape_next(struct tape *t, const struct moment **out);

const struct schema *tape_schema(const struct tape *t); /* grows with tape_next() */
const struct tape_about *tape_about(const struct tape *t); /* of the session that plays now */
uint64_t tape_lost(const struct tape *t); /* damaged places passed over so far */

#endif

/*
 * A tape: what a machine said, instant by instant, as a run of chunks. Journals, segments, exported
 * files and the local socket all carry tapes; one reader plays them all.
 *
 *     ABOUT CATALOG (CATALOG? EVENT* TICK PROCS? TABLE?)*      as written by the instant
 *     ABOUT (CATALOG? EVENT* BLOCK PROCS TABLE*)*              as packed, 600 instants a block
 *
 * Only what adapters read is on it: gauges and counters, and when each source was read. Rates and ratios
 * are derived again by who plays it.
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

struct tape_about {
    int major, minor;
    char session[TAPE_SESSION_MAX];
    char hardware_id[80];     /* "" where unknown */
    char machine[160];        /* one line for people: system, processor, memory; no names */
    int64_t start_ms;         /* of the session, wall clock */
    int part;                 /* of the session: 0, 1 ...; one for each day */
    double interval_s;
};

void moment_done(struct moment *m);

/* ---- writing ---- */

struct tape_writer {
    struct catalog_mark known;
    struct row { double *v; unsigned char *digits; int n, cap; } part[2]; /* of the instant before */
    struct proctab table;     /* the last whole table */
    uint64_t seq;
};

/* Puts ABOUT and the whole catalog; the next tick stands alone. The writer begins as { 0 }. -ENOMEM. */
int tape_begin(struct tape_writer *w, struct buf *out, const struct tape_about *about, const struct schema *s);
int tape_put(struct tape_writer *w, struct buf *out, const struct schema *s, const struct moment *m);
void tape_writer_done(struct tape_writer *w);

/* An ABOUT or an EVENT chunk alone. */
int tape_put_about(struct buf *out, const struct tape_about *about);
int tape_put_event(struct buf *out, const struct event *e);

/* ---- reading ---- */

struct tape;

/*
 * A reader that is fed. It keeps a schema, which only grows while the tape is of one session.
 *
 *   derive  fill rates and ratios as a sampler would
 */
struct tape *tape_new(bool derive);
void tape_free(struct tape *t);

/* Feeds bytes, which are copied. -ENOMEM, -EFBIG. */
int tape_feed(struct tape *t, const void *bytes, size_t n);

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

/* ---- columns ---- */

/* The numbers of a frame in the order of columns: part 0 is wall ms, mono us, and of each source the age of
 * its reading in ms; part 1 the slots that are stored. */
int tape_columns(const struct schema *s, int part);          /* how many */
void tape_row(const struct schema *s, const struct frame *f, int part, double *out);
void tape_unrow(const struct schema *s, int part, const double *row, int n, struct frame *f);
int tape_column_of(const struct schema *s, int slot);        /* of part 1; -1 for a derived slot */

#endif

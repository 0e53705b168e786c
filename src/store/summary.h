/*
 * Summaries: of every metric the least, the most, the mean, the last and how often it was known, a row for
 * every 60 s and for every 600 s of the wall clock. They stay when the seconds behind them are gone, and a
 * query over a week reads nothing else.
 *
 * Gauges and derived slots (rates, ratios) have all five; counters the last and the count, the others are
 * NaN, for their rates are slots of their own. A window that lies in two summaries has a row in each, to be
 * merged. Numbers of derived slots are kept to 1 part in 2000, those of gauges exactly, but for the mean,
 * which is kept to SUMMARY_MEAN parts of the window's own range. What is not finite counts as not known.
 */
#ifndef STORE_SUMMARY_H
#define STORE_SUMMARY_H

#include "base/buf.h"
#include "core/schema.h"
#include "store/codec/block.h"

#include <stdbool.h>
#include <stdint.h>

#define SUMMARY_MEAN 1024

struct chunk;

struct summary_row {
    int64_t start_ms;         /* of the window: a multiple of its length */
    double min, max, mean, last, count; /* count: instants at which it was known */
};

struct summary;

/* Gathers the instants of blocks, whole frames with derived slots, in the order of time. */
struct summary *summary_new(int window_s);

/* -ENOMEM; -E2BIG when there would be more than BLOCK_MAX_ROWS rows: put them first. Then nothing was added. */
int summary_add(struct summary *s, const struct schema *schema, int64_t wall_ms, const double *v, int n);
int summary_rows(const struct summary *s);

/* Would so many more instants perhaps be too many? Then it is time to put them. */
bool summary_is_full(const struct summary *s, int more);

/* Puts the payload of a MINUTES or TENS chunk, which begins with the rows, the wall clock of the first instant
 * and how much later the last is (varint, zigzag, zigzag), and empties it, also when that fails: -ENOMEM; -E2BIG
 * for more numbers than a block holds, of a machine with very many metrics. */
int summary_put(struct summary *s, const struct schema *schema, struct buf *out);
void summary_free(struct summary *s);

/* ---- reading ---- */

struct summary_view {
    int window_s, rows, slots;
    int64_t first_ms, last_ms; /* wall clock of the first and the last instant behind it */
    int64_t *start_ms;         /* of each row's window */
    double *ticks;             /* instants behind each row */
    struct block table;        /* private, as is the rest */
    struct summary_column *column;
    double *scratch;
    size_t cap_slots, cap_rows;
};

/* Looks at the payload of such a chunk, which must outlive it; may be opened again and again. Begin with
 * { 0 }. -EBADMSG, -ENOMEM. */
int summary_open(struct summary_view *v, const struct schema *schema, const struct chunk *c);
void summary_view_done(struct summary_view *v);

/* The rows of a slot, out[0..rows); all NaN with count 0 where it is not in it. -EBADMSG. */
int summary_slot(const struct summary_view *v, int slot, struct summary_row *out);

#endif

/*
 * A made-up machine for the tests of the archive, whose every number follows from the index of its instant:
 * whatever is read back can be told to be right or wrong.
 */
#ifndef TESTS_UNIT_STORE_SAMPLE_H
#define TESTS_UNIT_STORE_SAMPLE_H

#include "core/moment.h"
#include "store/store.h"
#include "store/tape.h"

#define SAMPLE_START_MS 1795305600000 /* 2026-11-22 00:00:00 UTC, the beginning of a day */

struct sample {
    struct schema *schema;
    struct moment m;
    int64_t step_ms;
    int64_t seldom;           /* instants between two readings of the disks: 10 */
    int64_t busy_every;       /* instants between two that name the busiest processes: 1 */
    int grown_slot;           /* slots from here on came with instant grown_at */
    int64_t grown_at;
};

/* A schema of so many disks, with counters, wrapping ones, gauges and ratios, instants step_ms apart. */
void sample_init(struct sample *s, int disks, int64_t step_ms);
void sample_grow(struct sample *s, int disks, int64_t from); /* disks in all, since this instant */
void sample_done(struct sample *s);

/* Instant i, in s->m: with 20 processes every time, and a table of 50 at every sixtieth. */
const struct moment *sample_moment(struct sample *s, int64_t i);

/* Which instant is this? By its wall clock. */
int64_t sample_index(const struct sample *s, const struct moment *m);

/* Is every stored number as it was, processes too? `schema` may number slots in another way. */
bool sample_is_right(struct sample *s, const struct schema *schema, const struct moment *m);

/* A directory of its own for the archive; options with that directory, no cap, sync every 10 s. */
void sample_options(struct store_options *o, char dir[static 64]);

#endif

/*
 * The adapters of a sampler: opened, read when they are due, tried again while they are absent, left
 * alone while they hang, slowed when Sonde costs too much.
 */
#ifndef CORE_SOURCES_H
#define CORE_SOURCES_H

#include "core/ring.h"
#include "core/sampler.h"

struct sources;

struct tick {
    struct instant at;
    int64_t deadline;    /* of this tick, ns on the monotonic clock */
    int64_t interval_ns;
    bool is_real;        /* on the clock of this machine: of a recorded one time is no measure of hanging */
};

/* Opens every adapter of a NULL-terminated list; their metrics go to the schema, events to the ring. */
struct sources *sources_open(const struct adapter *const *list, const struct sampler_options *o,
                             struct schema *schema, struct ring *ring);
void sources_close(struct sources *s);

/*
 * Reads whoever is due into the frame, which may become wider, and into the table of processes.
 * Slots of those not due keep what they have.
 */
void sources_read(struct sources *s, const struct tick *t, struct frame *f, struct proctab *procs);

const struct source *sources_all(const struct sources *s, int *n);

/*
 * Halves how often the one is read that costs most, or undoes that for the one slowed most. Returns
 * it, NULL when there is none.
 */
const struct source *sources_slow(struct sources *s, int64_t interval_ns);
const struct source *sources_hurry(struct sources *s);

/* Seconds between two readings as it stands now. */
double source_period_s(const struct source *src, int64_t interval_ns);

#endif

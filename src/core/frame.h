/*
 * A frame: all numbers of one instant, in schema order. NaN means "not known now" and is the only
 * sign of absence.
 */
#ifndef CORE_FRAME_H
#define CORE_FRAME_H

#include <math.h>
#include <stdint.h>

struct schema;

struct frame {
    int64_t wall_ms;  /* for people and file names */
    int64_t mono_ns;  /* for differences */
    int n;            /* slots */
    double *v;        /* v[slot] */
    int n_sources;
    int64_t *read_ns; /* when each source was last read, on the monotonic clock; 0 = never */
};

/* Makes it as wide as the schema is now; new slots are NaN, new sources were never read. */
void frame_fit(struct frame *f, const struct schema *s);
void frame_done(struct frame *f);

/* dst becomes a copy of src, keeping its room. */
void frame_copy(struct frame *dst, const struct frame *src);

static inline void frame_set(struct frame *f, int slot, double v)
{
    if (slot >= 0 && slot < f->n)
        f->v[slot] = v;
}

/* A negative slot ("this machine has no such metric") reads as NaN. */
static inline double frame_get(const struct frame *f, int slot)
{
    return slot >= 0 && slot < f->n ? f->v[slot] : (double)NAN;
}

#endif

/*
 * A recording: what one run saw, in memory. The sampler fills it tick by tick, an importer fills it
 * from a file, as far as that goes (CSV has no processes, the JSON of --save-data totals only);
 * analysis, exporters and reports read it and do not ask which.
 *
 * Columns, not rows: col(slot) is the life of one metric, NaN where it was not known. When a byte
 * limit is reached, every second tick is dropped and from then on every second one is left out, so
 * a long run keeps its whole length at half the resolution; counters lose nothing by it.
 */
#ifndef CORE_RECORDING_H
#define CORE_RECORDING_H

#include "core/event.h"
#include "core/feed.h"
#include "core/frame.h"
#include "core/pace.h"
#include "core/proctab.h"
#include "core/schema.h"

#define RECORDING_TOP 28 /* processes kept per tick at most: see proc_top.h */

/* How a file writes times. */
enum stamp { STAMP_TEXT, STAMP_SECONDS, STAMP_MILLISECONDS };

struct recording_source {
    char name[32];
    enum source_state state;
    char reason[224];
    int metrics;
    int slowed;       /* as in struct source */
};

struct recording {
    struct schema *schema;   /* owned */
    double interval_s;       /* as asked for; 0 where unknown: see recording_interval() */
    size_t max_bytes;        /* of room for ticks, processes and events; 0 = no limit */
    int stride;              /* every stride-th tick is kept: 1 unless the limit was reached */

    size_t n;                /* ticks */
    int64_t *wall_ms;        /* wall_ms[i], increasing but for clock steps */
    int64_t *mono_ns;        /* mono_ns[i], increasing */
    double **col;            /* col[slot][i], for n_cols slots */
    int n_cols;

    size_t *proc_first;      /* processes of tick i: proc[proc_first[i] .. proc_first[i + 1]) */
    struct proc_use *proc;

    struct event *events;    /* in the order of their time */
    size_t n_events;

    struct recording_source *sources;
    int n_sources;

    char session[40];        /* in the archive that it is of; "" where it is of none, or of several */
    char *origin;            /* "this machine", a file name, "a recorded machine" */
    enum stamp stamp;        /* of the CSV it was read from: what is written for its rows has the same */

    size_t cap, cap_procs, n_procs, cap_events; /* room; private, as is the rest */
    size_t offered;              /* ticks, kept or not, but for early ones */
    bool kept;                   /* the last one */
    struct pace pace;
    struct proctab procs_before; /* whole table of the last kept tick that had one */
    struct proc_use *use;        /* scratch, room for cap_use */
    size_t cap_use;
};

struct recording *recording_new(void);
void recording_free(struct recording *r);

/*
 * Adds a tick in the columns of r->schema: values v[0..n). Rates are expected to be there already. One that comes
 * before it is due by interval_s is passed over.
 * Returns 0, or -ENOMEM, after which the recording is only good for recording_free().
 */
int recording_add(struct recording *r, int64_t wall_ms, int64_t mono_ns, const double *v, int n);

/*
 * Adds the processes of the tick offered last: what each did since the table before, of which the
 * RECORDING_TOP that did most are kept. The first table only serves as the one before.
 */
void recording_add_procs(struct recording *r, const struct proctab *now);

/* The same where only the busiest are known: keeps these rows as they are. */
void recording_add_uses(struct recording *r, const struct proc_use *use, size_t n);

void recording_add_event(struct recording *r, const struct event *e);

/* Borrowed; NaN-filled columns exist for every slot of the schema once recording_add()
 * was called. */
const double *recording_col(const struct recording *r, int slot);

/* By family and instance; NULL when there is no such metric. */
const double *recording_find(const struct recording *r, const char *name, const char *inst);

/* Processes of tick i; *n of them, by CPU, most first. */
const struct proc_use *recording_procs(const struct recording *r, size_t i, size_t *n);

/* How one adapter fared; for reports. */
void recording_add_source(struct recording *r, const char *name, const struct source *s);

/* Fills the derived slots of every tick from the counters: for files that hold counters only. */
void recording_derive(struct recording *r);

/*
 * Seconds to tick i from the one before, > 0 (tick 0: the step): of the monotonic clock, which begins anew with the
 * machine, of whose lives an archive has many; there the wall clock counts, and the step where that stood or went back.
 */
double recording_passed(const struct recording *r, size_t i, double step_s);

/* The times of all n ticks in seconds, rising, 0 at the last one; the caller's, to be freed with mem_free(). */
double *recording_times(const struct recording *r);

/* The step between ticks in seconds: the median of the differences; NaN with fewer than two. */
double recording_interval(const struct recording *r);

/*
 * Adds what a feed gave last; takes over new parts of its schema. 0, or -ENOMEM: see recording_add().
 */
int recording_take(struct recording *r, const struct feed *f, const struct moment *m);

/*
 * Forgets the first n ticks, their processes, and the events that ended before what is left: for
 * whoever looks at the last minutes only. Moves all the others, so not to be done at every tick.
 */
void recording_forget(struct recording *r, size_t n);

/*
 * Gathers what a feed gives for so long; takes over its schema's content by copy.
 *
 *   duration_s  ticks = floor(duration / r->interval_s), at least one; INFINITY: to its end
 *   progress    called after each tick with the share done, 0..1; NULL for none
 *
 * Returns 0, or why it ended early: -EINTR when stopped, another error where a recorded machine
 * cannot be played further. What was gathered stays, but for -ENOMEM: see recording_add().
 */
int recording_run(struct recording *r, struct feed *f, double duration_s,
                  void (*progress)(void *self, double share, const struct frame *f), void *self);

#endif

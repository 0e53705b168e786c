/*
 * The sampler: opens adapters, and once per interval reads them all into one frame.
 *
 * Deadlines are absolute on the monotonic clock, so that nothing drifts: one wake-up per tick, one
 * pass over the adapters that are due. Ticks that were missed are skipped and said so in an event;
 * so are suspend and steps of the wall clock. An adapter that is absent is tried again every minute;
 * one that is kept apart and hangs is left alone until it answers (core/lane.h).
 *
 * The caller pulls: whoever calls sampler_next() is the
 * sampling thread.
 */
#ifndef CORE_SAMPLER_H
#define CORE_SAMPLER_H

#include "core/adapter.h"
#include "core/budget.h"
#include "core/clock.h"

#include <stdbool.h>

#define SAMPLER_MIN_S 0.1
#define SAMPLER_MAX_S 3600.0

struct sampler_options {
    const char *root;      /* "" = the running machine */
    double interval_s;     /* SAMPLER_MIN_S .. SAMPLER_MAX_S */
    double patience_s;     /* opening waits so long for adapters that are kept apart; 0: a moment */
    struct budget_limits budget; /* what all this may cost; not kept for recorded machines */
    struct clock *clock;   /* NULL = clock_system() */
    bool (*wanted)(void *self, const char *adapter); /* NULL = all adapters */
    void *self;            /* of wanted() */
};

enum source_state {
    SOURCE_OK,
    SOURCE_ABSENT,
    SOURCE_DENIED,
    SOURCE_FAILED,
    SOURCE_OFF,
    SOURCE_HUNG, /* asked, and has not answered; it is kept apart, nobody waits for it */
};

/* How one adapter fares. */
struct source {
    const struct adapter *adapter;
    enum source_state state;
    char reason[224];      /* why it is not OK, or what is missing though it is, and how to get it; or empty */
    int metrics;           /* slots it added so far */
    double time_s;         /* what its last reading took */
    int slowed;            /* read this many times less often than it should be, to keep the budget; else 1 */
};

const char *source_state_name(enum source_state s); /* "ok", "absent", "denied", "failed", "off",
                                                       * "hung" */

struct sampler;

/* Opens every adapter of a NULL-terminated list;
 * one that cannot be opened is noted, not an error. */
struct sampler *sampler_open(const struct adapter *const *list, const struct sampler_options *o);
void sampler_close(struct sampler *s);

/*
 * Waits for the next tick and reads. The first call reads at once. *out is borrowed until the next
 * call. Errors: -EINTR when told to stop, -ENODATA when a recorded machine ends.
 */
int sampler_next(struct sampler *s, const struct frame **out);

const struct schema *sampler_schema(const struct sampler *s);

/*
 * From now on ticks are so far apart, SAMPLER_MIN_S .. SAMPLER_MAX_S; the next one may come that much
 * earlier. What adapters read less often than that, by a period of their own, stays as it is.
 */
void sampler_pace(struct sampler *s, double interval_s);
double sampler_interval(const struct sampler *s);

/* What all this may cost from now on. */
void sampler_limit(struct sampler *s, const struct budget_limits *limits);

/* The processes at the last tick; empty when no adapter lists them.
 * Borrowed until the next call. */
const struct proctab *sampler_procs(const struct sampler *s);

/* Takes the oldest event that was not taken yet. False when there is none. */
bool sampler_event(struct sampler *s, struct event *out);

const struct source *sampler_sources(const struct sampler *s, int *n);

/* Is more memory in use than the budget allows? As of a few ticks ago. */
bool sampler_is_fat(const struct sampler *s);

#endif

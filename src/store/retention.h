/*
 * What goes when: ages by tier, and the byte cap.
 *
 * Every instant, rows of a minute and rows of ten are kept for ages of their own. What is older goes segment
 * by segment: the file is written anew without it beside the old one, synced, and renamed over it, so that
 * a crash leaves one of both; a file with nothing left is removed. When the cap is near, this goes:
 *
 *     1. every instant, the oldest first; 2. rows of a minute; 3. rows of ten;
 *     4. the same of ranges that Sonde pinned itself (around anomalies), the oldest first
 *
 * What a person pinned (a session with a label) never goes for the cap, nor does it age:
 * when nothing else is left, recording stops, and says so, rather than losing it. Neither is the segment
 * that is written touched, nor one whose journals are not packed yet.
 */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "store/space.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RETENTION_INSTANTS, RETENTION_MINUTES, RETENTION_TENS, RETENTION_TIERS };

struct retention_pin {
    const char *session;    /* borrowed; NULL: of any */
    int64_t from_ms, to_ms; /* both in */
    bool by_person;         /* else it is Sonde's own, and may go before recording stops */
};

struct retention_rules {
    double keep_s[RETENTION_TIERS];     /* 0 = for ever */
    const struct retention_pin *pins; /* by from_ms; n_pins of them */
    size_t n_pins;
    const char *session;                /* written now, from `part` on; NULL: none is */
    int part;
    int64_t now_ms;
};

/*
 * The time that ages are counted from. A clock that was set ahead by mistake must not make everything old at once, so
 * time goes at most a day an hour, from when something was recorded last. One that was set back is believed.
 */
struct retention_clock {
    int64_t wall_ms, mono_ns;
};

/* Begins with the time of the last recording; 0: there is none, and the clock is believed. */
void retention_clock_begin(struct retention_clock *c, int64_t last_ms, int64_t mono_ns);

/* What time it is now, when the clock says that it is wall_ms. */
int64_t retention_clock_now(struct retention_clock *c, int64_t wall_ms, int64_t mono_ns);

struct retention_done {
    int64_t freed;          /* bytes */
    int rewritten, removed; /* files */
    bool short_of;          /* the cap asks for more, and nothing is left that may go */
};

/* Safe to use from several threads; a call waits for another one to end. */
struct retention;

/* Of a data directory, which the string must outlive. Nothing is changed by it: who only reads may forecast. */
struct retention *retention_new(const char *dir, struct space *space);
void retention_free(struct retention *r);

/* Removes what a crash left half done: for who holds the lock of the directory, before all that follows. */
void retention_clean(struct retention *r);

/* Does what ages and cap ask for: to be called about once a minute. 0, or what the disk says. */
int retention_tidy(struct retention *r, const struct retention_rules *rules, struct retention_done *out);

/* Takes tiers out of one segment, but for what is pinned, also by Sonde if own_pins: 1 when it is gone now. */
int retention_rewrite(const char *path, struct space *space, const bool drop[RETENTION_TIERS],
                      const struct retention_rules *rules, bool own_pins, int64_t *freed);

struct retention_forecast {
    double per_day[RETENTION_TIERS]; /* bytes, as the last days were; NaN where nothing is known */
    double bytes_per_day;            /* of all */
    double full_days;                /* until the cap is reached; INFINITY: never, 0: it is by now */
    double instants_days;            /* that fit beside a year of summaries: INFINITY without cap and age */
};

void retention_forecast(struct retention *r, const struct retention_rules *rules, struct retention_forecast *out);

#endif

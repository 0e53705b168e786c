/*
 * Opens what a command looks at: the machine, with its root, its adapters as configured and its pace, by a running
 * recorder where there is one; or a tape, where --replay names one.
 */
#ifndef APP_OBSERVER_H
#define APP_OBSERVER_H

#include "app/command.h"
#include "app/extensions.h"
#include "app/root.h"
#include "app/settings.h"
#include "core/feed.h"

struct observer {
    struct root root;        /* path NULL: it is a tape */
    struct settings_adapters adapters;
    struct extensions *extensions; /* whose adapters the sampler opened, too */
    struct feed *feed;       /* what it yields */
    struct sampler *sampler; /* that of the feed; NULL for a tape, and for a recorder that is asked */
    double interval_s;       /* a recorded machine, a tape and a recorder set their own */
    char origin[128];        /* of the feed of a recorder */
};

/* For the table of a command that can show a tape as well. */
#define OBSERVER_REPLAY \
    { "replay", 0, OPTION_FILE, "FILE", .help = "instead of a machine, a segment, a flight recording or an export of sonde" }

/*
 * What is wrong was said; returns the error. Adapters that are kept apart get patience_s to open,
 * 0: a moment; a command that lists them waits, one that samples goes on.
 */
int observer_open(struct observer *o, const struct args *a, double interval_s, double patience_s);

/*
 * The same, with a moment of patience, for whoever has something to do while the sampler waits:
 * pace(self, clock) gives the clock that it shall wait on, given that of the machine.
 */
int observer_open_paced(struct observer *o, const struct args *a, double interval_s,
                        struct clock *(*pace)(void *self, struct clock *of), void *self);

/*
 * The recorder that runs on this machine, for a command with ATTACH_OPTIONS, so that nothing is sampled twice. What
 * it yields begins back_s ago. -ENOENT: none runs, or none that is asked to or would do.
 *
 *   clock  waited on for what comes; NULL = clock_system()
 */
int observer_attach(struct observer *o, const struct args *a, double interval_s, double back_s, struct clock *clock);

/* Says what is wrong with a tape, where rc, which it returns, is what opening it gave. */
int observer_say_tape(const char *path, int rc);

void observer_say_lost(const struct feed *f); /* how much of a tape was damaged */

void observer_rest(struct observer *o); /* closes the feed; the root stays */
void observer_close(struct observer *o);

#endif

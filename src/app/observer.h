/* Opens the machine that a command looks at: its root, its adapters as configured, its pace. */
#ifndef APP_OBSERVER_H
#define APP_OBSERVER_H

#include "app/command.h"
#include "app/extensions.h"
#include "app/root.h"
#include "app/settings.h"
#include "core/feed.h"

struct observer {
    struct root root;
    struct settings_adapters adapters;
    struct extensions *extensions; /* whose adapters the sampler opened, too */
    struct feed *feed;       /* what it yields */
    struct sampler *sampler; /* that of the feed */
    double interval_s; /* a recorded machine sets its own */
};

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

void observer_rest(struct observer *o); /* closes the feed; the root stays */
void observer_close(struct observer *o);

#endif

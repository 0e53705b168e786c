/* Opens the machine that a command looks at: its root, its adapters as configured, its pace. */
#ifndef APP_OBSERVER_H
#define APP_OBSERVER_H

#include "app/command.h"
#include "app/root.h"
#include "app/settings.h"
#include "core/sampler.h"

struct observer {
    struct root root;
    struct settings_adapters adapters;
    struct sampler *sampler;
    double interval_s; /* a recorded machine sets its own */
};

/* What is wrong was said; returns the error. */
int observer_open(struct observer *o, const struct args *a, double interval_s);
void observer_rest(struct observer *o); /* closes the sampler; the root stays */
void observer_close(struct observer *o);

/* "this machine", or where a recorded one lies. */
const char *observer_origin(const struct args *a);

#endif

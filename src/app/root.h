/*
 * What --root names: the running machine, a plain tree of /proc and /sys, or a recording. Whoever
 * opens a sampler takes root, clock and interval from here and need not know which.
 */
#ifndef APP_ROOT_H
#define APP_ROOT_H

#include "core/clock.h"

struct replay;

struct root {
    const char *path;      /* for the sampler; "" = the running machine */
    struct clock *clock;   /* for the sampler; NULL = that of this machine */
    int instants;          /* of a recording; 0 where there is no end */
    double interval_s;     /* between the instants of a recording; NaN where nothing sets a pace */
    struct replay *replay; /* private */
};

/*
 * Opens what --root says; NULL or "" is the running machine. Says itself what is wrong, in a
 * message, and returns the error. The name must outlive the root.
 */
int root_open(struct root *r, const char *dir);
void root_close(struct root *r);

#endif

/* What this machine does not have, and why: as `sonde doctor` finds it, in a process of its own, asked once. */
#ifndef APP_SERVE_MISSING_H
#define APP_SERVE_MISSING_H

#include "app/command.h"

struct missing {
    const struct args *args;
    struct buf text; /* empty: not asked yet */
};

/* A JSON array of {"adapter", "reason", "remedy"}; self is a struct missing. Takes a second the first time. */
const char *missing_text(void *self);

#endif

/*
 * What this machine does not have, and why: as `sonde doctor` finds it, in a process of its own, asked once. Where that
 * gives no answer nobody knows, and it is asked again a minute later.
 */
#ifndef APP_SERVE_MISSING_H
#define APP_SERVE_MISSING_H

#include "app/command.h"

struct json_t; /* jansson */

struct missing {
    const struct args *args;
    struct json_t *adapters; /* an array; NULL: not known yet */
    int64_t again_ns;        /* not asked before */
    struct buf text;
};

void missing_done(struct missing *m);

/* A JSON array of {"adapter", "reason", "remedy"}, or NULL; self is a struct missing. Takes a second the first time. */
const char *missing_text(void *self);

/* Why none of these is measured: globs as adapter_provides() takes them; "" where nobody says. */
const char *missing_why(void *self, const char *globs);

#endif

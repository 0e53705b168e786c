/*
 * Power profiles, as power-profiles-daemon serves them, and tuned-ppd and tlp-pd after it: a client asks for one for as
 * long as it lives ("a hold"). It is opened through os_module():
 *
 *     const struct profiles_bus *b = os_module("sonde-bus", "sonde_profiles");
 *
 * Nobody is started by a question. A connection belongs to one thread; one hold at a time.
 */
#ifndef MODULES_PROFILES_H
#define MODULES_PROFILES_H

#include "modules/bus.h"

#include <stddef.h>

#define PROFILES_TEXT 128
#define PROFILES_HOLDS 16

struct profiles_hold {
    char profile[PROFILES_TEXT], application[PROFILES_TEXT], reason[PROFILES_TEXT];
};

struct profiles_state {
    char service[PROFILES_TEXT];  /* the name on the bus that answered; "": nobody serves profiles here */
    char active[PROFILES_TEXT];   /* "balanced" */
    char all[PROFILES_TEXT];      /* separated by blanks: "power-saver balanced performance" */
    char degraded[PROFILES_TEXT]; /* why performance gives less now: "lap-detected"; "" it does not */
    struct profiles_hold hold[PROFILES_HOLDS]; /* of everybody */
    size_t holds;
    bool tuned;                   /* does tuned run here? */
    char tuned_profile[PROFILES_TEXT];
};

struct profiles_bus {
    /* The system's bus. -ENOENT and why: there is none. */
    int (*open)(void **self, char why[static BUS_WHY]);
    int (*read)(void *self, struct profiles_state *out, char why[static BUS_WHY]);

    /* Asks for "performance" or "power-saver", until released, dropped or closed. -ENODEV nobody serves profiles,
     * -EINVAL there is no such profile, -EACCES, -EALREADY, -ENOTCONN the bus has gone. */
    int (*hold)(void *self, const char *profile, const char *reason, char why[static BUS_WHY]);
    int (*release)(void *self, char why[static BUS_WHY]);

    /* Takes in what came, waiting for it for at most wait_ms. Is the hold still there? It is not when somebody switched
     * the profile by hand, or the service ended. 0 and *held; -ENOTCONN. */
    int (*look)(void *self, int64_t wait_ms, bool *held);
    void (*close)(void *self);
};

#endif

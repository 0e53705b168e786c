/*
 * systemd's manager (org.freedesktop.systemd1), for transient scopes: a control group around processes that run
 * already, with weights of its own, that goes when they have ended. It is opened through os_module():
 *
 *     const struct manager_bus *b = os_module("sonde-bus", "sonde_manager");
 */
#ifndef MODULES_MANAGER_H
#define MODULES_MANAGER_H

#include "modules/bus.h"

#define MANAGER_GROUP 256

struct manager_scope {
    const char *name;        /* "sonde-4711.scope" */
    const char *description;
    const char *slice;       /* "": where the manager puts it */
    int32_t pid;             /* who moves in */
    uint64_t cpu_weight, io_weight; /* 1..10000, the default is 100; 0: not set */
    uint64_t memory_low, memory_high; /* bytes; 0: not set */
    uint64_t cpu_quota_us;   /* of processor in a second; 0: not set */
};

struct manager_bus {
    /*
     * The manager of the system, or of this user. -ENODEV and why: systemd is not the manager here, or there is no bus.
     */
    int (*open)(void **self, bool of_system, char why[static BUS_WHY]);

    /* Makes a scope and waits until it is there, which the manager ends by a limit of its own; we wait for ten seconds.
     * `group` is its path below the hierarchy. -EEXIST there is one of this name, -EACCES, -ESRCH, -ETIMEDOUT; -EIO the
     * manager could not. */
    int (*start)(void *self, const struct manager_scope *s, char group[static MANAGER_GROUP], char why[static BUS_WHY]);

    void (*close)(void *self);
};

#endif

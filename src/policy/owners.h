/*
 * Who else turns knobs on this machine: tuned, power-profiles-daemon, GameMode, auto-cpufreq, thermald, ananicy-cpp,
 * system76-scheduler, TLP, irqbalance, an scx scheduler. Two that turn the same knob undo each other, so what has an
 * owner is asked for through the owner's interface, or left.
 */
#ifndef POLICY_OWNERS_H
#define POLICY_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct owner {
    const char *name;    /* "power-profiles-daemon" */
    const char *process; /* the name of its process, as /proc/PID/comm has it (15 bytes); NULL none */
    const char *holds;   /* of knobs, as knob.owner names them, separated by blanks: "cpufreq platform" */
    const char *advice;  /* instead of setting it: "a hold of its profile is taken", "set it in tlp.conf" */
    bool holdable;       /* through the interface of power-profiles-daemon */
};

/* All that are known; then those that run: calls each() with the process (0: known by a file). Returns the count. */
const struct owner *owner_all(size_t *n);
int owner_running(const char *root, void (*each)(void *self, const struct owner *o, int32_t pid), void *self);

/* Who that runs holds this kind of knob; NULL for nobody. Reads /proc once. */
const struct owner *owner_of(const char *root, const char *held);

#endif

/*
 * Adapters of other people: programs that print lines, and shared objects (docs/EXTENDING.md).
 *
 * Each file is an adapter of its own; what it is about is handed to it as `of`. Which files there
 * are is found by app/extensions. Whatever they name lies under "ext.NAME.", so that they can
 * neither collide with a metric of Sonde nor fake one.
 */
#ifndef ADAPTERS_EXTENSION_H
#define ADAPTERS_EXTENSION_H

#include "core/adapter.h"

#include <stdint.h>

#define EXTENSION_PREFIX "ext."
#define EXTENSION_NAME 24     /* bytes of NAME with its NUL */
#define EXTENSION_MAX 64      /* of them, ... */
#define EXTENSION_METRICS 256 /* ... and of metrics in each: the schema only grows */
#define EXTENSION_PART 65     /* bytes of a family's or an instance's name with its NUL */
#define EXTENSION_WHY 160     /* bytes of a reason */

struct extension {
    char name[EXTENSION_NAME];
    char *path;
    char refused[224]; /* why it is not run; empty where it may be */
    int64_t patient_until_ns; /* on os_mono_ns(): opening may wait until then, for all programs alike */
};

/* Templates: app/extensions copies one for each file and sets name, doc, provides and of. */
extern const struct adapter adapter_program, adapter_plugin;

/* A metric as a program or a shared object names it. */
struct extension_metric {
    const char *name, *inst, *help, *unit; /* inst: NULL or "" for none; unit: a UCUM code */
    bool counter;
    double min, max, wrap; /* as in struct metric */
};

/*
 * Adds it under the extension's prefix. One that is there already keeps its slot.
 *
 * Returns the slot, or -EINVAL and `why` in one line where something of it is not allowed.
 */
int extension_add(const struct extension *x, struct schema *s, const struct extension_metric *m,
                  char why[static EXTENSION_WHY]);

#endif

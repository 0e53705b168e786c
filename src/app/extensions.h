/*
 * Finds the adapters of other people: the files of the adapters.d folders (docs/EXTENDING.md).
 *
 * Folders are looked through in this order: /etc/sonde/adapters.d, the user's own in
 * $XDG_CONFIG_HOME/sonde, and the one of adapters.directory. Of two files with the same name the first
 * counts. What may not be run is listed as well, so that `sonde doctor` can say why.
 */
#ifndef APP_EXTENSIONS_H
#define APP_EXTENSIONS_H

#include "core/adapter.h"
#include "core/config.h"

struct extensions {
    const struct adapter **list;  /* those of Sonde, then those found; NULL-terminated */
    struct extension **found;     /* n of them ... */
    struct adapter **adapter;     /* ... and the adapter of each */
    size_t n, cap_found, cap_adapter;
    int64_t patient_until_ns;     /* see struct extension */
};

/*
 * own   the adapters of Sonde, NULL-terminated; borrowed
 * c     NULL finds none: a recorded machine has no programs to be run
 *
 * The result is the caller's, and must outlive the sampler that opens its list.
 */
struct extensions *extensions_find(const struct adapter *const *own, const struct config *c);
void extensions_free(struct extensions *x);

#endif

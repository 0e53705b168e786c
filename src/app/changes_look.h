/* Reads what a machine consists of below a root: for recorder_changes.c. */
#ifndef APP_CHANGES_LOOK_H
#define APP_CHANGES_LOOK_H

#include "analyze/changes/machine_state.h"

#include <stdint.h>

enum { CHANGES_LOOK_MOUNTS = 1, CHANGES_LOOK_VERSIONS = 2, CHANGES_LOOK_SERVICES = 4 };

/*
 * The state now, sorted. What is not in `which` is taken over from the state before; of devices that were there before,
 * names are not read again, unless versions are.
 */
void changes_look(const char *root, int which, const struct machine_state *before, struct machine_state *out);

void changes_boot_id(const char *root, char out[static 40]); /* "" = not known */
int64_t changes_boot_ms(const char *root);                   /* when it started, wall clock; 0 = not known */

#endif

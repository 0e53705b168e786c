/* Follows the logs of package managers below a root: for recorder_changes.c. */
#ifndef APP_CHANGES_PACKAGES_H
#define APP_CHANGES_PACKAGES_H

#include "analyze/changes/changes_kept.h"

struct changes_packages {
    const char *root;               /* borrowed */
    struct changes_cursor *cursor;  /* CHANGES_LOGS of them, borrowed; moved on */
    int64_t seen_bytes[CHANGES_LOGS], open_until_ms[CHANGES_LOGS]; /* of a run that may go on; 0 = none */
    uint64_t seen_inode[CHANGES_LOGS];
    void (*tell)(void *self, const struct event *e);
    void *self;
};

/*
 * Reads what was written since, and tells each run that is over. Only file sizes are asked for where nothing was.
 * True: a cursor moved.
 */
bool changes_packages(struct changes_packages *p, int64_t now_ms);

#endif

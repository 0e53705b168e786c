/*
 * What the recorder keeps of the machine between two of its lives, as lines of the file models/changes in the data
 * directory: the boot, when it was seen last and whether the recorder ended in order, how far the logs of packages were
 * read, and the state of the machine.
 */
#ifndef ANALYZE_CHANGES_KEPT_H
#define ANALYZE_CHANGES_KEPT_H

#include "analyze/changes/machine_state.h"

#include <stdint.h>

#define CHANGES_LOGS 3 /* dpkg, rpm, pacman */

/* How far a log was read. */
struct changes_cursor {
    uint64_t inode;      /* of the file; 0 = none was there */
    int64_t offset;      /* of its first byte that was not told */
    int64_t last_ms;     /* of the last change that was told; what is not later is known already */
};

struct changes_kept {
    char boot_id[40];    /* "" = not known */
    int64_t seen_ms;     /* when the recorder was there last */
    bool running;        /* it did not end in order */
    bool units;          /* lines of logs told of services */
    struct changes_cursor log[CHANGES_LOGS];
    struct machine_state machine; /* sorted */
};

#define CHANGES_KEPT_MAX ((size_t)1 << 20) /* bytes of the file */

void changes_kept_put(const struct changes_kept *k, struct buf *out);

/* Reads n bytes. False: it is no such file, and *out is empty. To be released with changes_kept_done() in any case. */
bool changes_kept_take(const char *bytes, size_t n, struct changes_kept *out);
void changes_kept_done(struct changes_kept *k);

#endif

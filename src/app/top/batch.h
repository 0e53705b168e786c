/* `sonde top` without a terminal: screens as plain text, or snapshots as JSON, for scripts. */
#ifndef APP_TOP_BATCH_H
#define APP_TOP_BATCH_H

#include "app/top/top.h"

struct batch {
    int frames;
    int rows, columns;
    bool json;
    bool last;   /* one only, of the end: of a feed that has one */
};

/*
 * Prints so many. Rates need two ticks, so the first one is not printed, unless a recorded machine
 * has no other. 0, or the error that ended it early.
 */
int batch_run(struct top *t, struct feed *feed, const struct batch *b);

/* One snapshot as an object on one line: verdict, all metrics by name, all processes. */
void batch_json(struct buf *out, const struct live *l, double interval_s);

#endif

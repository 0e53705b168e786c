/* What the main metrics of an archive will do: forecasts of its minutes. */
#ifndef LOOK_AHEAD_H
#define LOOK_AHEAD_H

#include "analyze/forecast/forecasts.h"
#include "store/archive.h"

#define AHEAD_STEP_S 60.0
#define AHEAD_ROWS 4320 /* three days of minutes are looked at */

struct ahead {
    struct recording *rec;  /* the minutes */
    struct forecasts all;
};

/*
 * Forecasts from the last whole minute before until_ms on.
 *
 *   session  NULL = all
 *   globs    NULL: the main metrics
 *   horizon  minutes; at least as many have to be there
 *   most     metrics; 0 = no limit
 *
 * 0, and *out is to be released with ahead_done(). -ENODATA: there is not enough; others as of store_query(). After an
 * error *out is empty, and ahead_done() has nothing to do and may be called all the same.
 */
int ahead_make(struct archive *files, const char *session, int64_t until_ms, const char *globs, int horizon,
               size_t most, struct ahead *out);
void ahead_done(struct ahead *a);

#endif

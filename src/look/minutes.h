/* Even rows of an archive as a recording: what forecasts are made of, and held against. */
#ifndef LOOK_MINUTES_H
#define LOOK_MINUTES_H

#include "store/archive.h"

/*
 * Means over step_s of what the globs name, counters left out; read from the summaries where a step has room for one.
 *
 *   session  its id; NULL = all
 *   end_ms   where the last row ends
 *   rows     how many there are, 1 .. QUERY_POINTS; a row's time is its middle
 *
 * 0, and *out is the caller's. Errors: as of store_query().
 */
int minutes_read(struct archive *a, const char *session, int64_t end_ms, double step_s, int rows, const char *globs,
                 struct recording **out);

/*
 * The first instant of a session, or with NULL of all, and where the last whole step ends that is behind by now or by
 * until_ms: on a multiple of the step, as the windows of summaries are, so that no row holds what comes after it.
 * False: there is none.
 */
bool minutes_span(const struct archive *a, const char *session, double step_s, int64_t until_ms, int64_t *first_ms,
                  int64_t *end_ms);

#endif

/* The report over a range of what was recorded. */
#ifndef LOOK_JUDGED_H
#define LOOK_JUDGED_H

#include "analyze/report.h"
#include "look/look.h"

#define JUDGED_BYTES ((size_t)64 << 20) /* of samples: a longer range is thinned to so much */

struct judged {
    struct recording *rec;
    struct report *report;
};

/* The host as the index knows it, of a session or with NULL of the newest; fields that are not known are empty. */
void judged_host(struct look *l, const char *session, struct report_host *out);

/*
 * Plays from..to (wall clock, both in) of a session, or with NULL of all, into a recording, as everything that judges a
 * range has to read it: of the numbers that are wanted, NULL for all.
 *
 *   max_bytes  of samples in memory: longer ranges are thinned; 0 = no limit
 *
 * 0, and *out is the caller's, to be freed with recording_free(). -ENODATA: nothing is there; -ENOTUNIQ: two sessions
 * were recorded at the same time, which would be mixed: one of them is to be named.
 */
int judged_recording(struct look *l, const char *session, int64_t from_ms, int64_t to_ms, size_t max_bytes,
                     tape_wants *wants, struct recording **out);

/*
 * Analyses what judged_recording() plays, whose errors it has.
 *
 *   how  as for analyze_run(); the history of the risk is looked up here where forecasts are asked for
 *
 * 0, and *out is to be released with judged_done().
 */
int judged_range(struct look *l, const char *session, int64_t from_ms, int64_t to_ms,
                 const struct analyze_options *how, size_t max_bytes, struct judged *out);
void judged_done(struct judged *j);

#endif

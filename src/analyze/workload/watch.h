/*
 * The last minute of a few metrics, row by row as ticks come, and what a person would say of it: mean, spread, peak.
 * Bounded: WATCH_ROWS rows; ticks that come faster are passed over.
 */
#ifndef ANALYZE_WATCH_H
#define ANALYZE_WATCH_H

#include "analyze/workload/category.h"

#include <stdint.h>

#define WATCH_WINDOW_S 60.0
#define WATCH_ROWS 600
#define WATCH_LEAST_S 20.0 /* less of it says nothing */
#define WATCH_LEAST_ROWS 10

struct watch;

struct watch *watch_new(void);
void watch_free(struct watch *w);

/* A metric ("gpu.util", "disk.write.rate{total}") to be watched, before the first tick. Returns its number; one that
 * is watched already keeps it. */
int watch_add(struct watch *w, const char *metric);

/* Begins, with the time between ticks; of slow ones the window is WATCH_LEAST_ROWS. */
void watch_start(struct watch *w, double step_s);

/* Takes in a tick, of a schema that grows at most. After a gap of ten seconds and five steps it begins anew. */
void watch_tick(struct watch *w, const struct schema *s, int64_t mono_ns, const double *v, int n);

/* Of a recording: copies what is watched of row i of its columns into row[], which is as wide as the schema. */
void watch_copy(struct watch *w, const struct schema *s, double *const *col, size_t i, double *row);

/* Is there enough in the window to say anything? */
bool watch_is_ready(const struct watch *w);
double watch_window_s(const struct watch *w); /* WATCH_WINDOW_S, or more where ticks are far apart */
double watch_needs_s(const struct watch *w); /* seconds of ticks until it is */

/* Of a metric in the window; NaN where it was known in less than half of the rows. */
double watch_statistic(const struct watch *w, int input, enum statistic s);

/* Its unit by the schema of the last tick; UNIT_NONE where there is no such metric. */
enum unit watch_unit(const struct watch *w, const struct schema *s, int input);

int watch_cores(const struct watch *w); /* instances of cpu.core.util; 0 = not known */

#endif

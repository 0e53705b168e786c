/* A plot of a recording in memory, and of what a report found in it. */
#ifndef OUTPUT_PLOT_PLOT_RECORDING_H
#define OUTPUT_PLOT_PLOT_RECORDING_H

#include "output/plot/plot.h"

/*
 *   r       over that recording; NULL: nothing is marked
 *   globs   as for plot_arrange(): NULL = the main areas
 *   points  of a line at most: as many as it is wide in pixels
 *   zone_s  of the times
 *
 * Returns the caller's, for plot_free(); NULL where the recording has no instant.
 */
struct plot *plot_of_recording(const struct recording *rec, const struct report *r, const char *globs, int points,
                               int zone_s);

/* Adds what was forecast of lines that are there. */
void plot_add_forecasts(struct plot *p, const struct schema *s, const struct forecasts *all);

#endif

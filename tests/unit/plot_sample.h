/* Plots made by hand, of numbers that follow from a formula: for the tests of plots, and of the pictures of them. */
#ifndef TESTS_UNIT_PLOT_SAMPLE_H
#define TESTS_UNIT_PLOT_SAMPLE_H

#include "output/plot/plot.h"

#define PLOT_SAMPLE_MS 1795305600000 /* 2026-11-22 00:00:00 UTC */

/* A metric of the plot: every point low + i % 10 steps of `step`, and as much above and below as `spread`. */
struct plot_series *sample_line(struct plot *p, const char *name, const char *inst, enum unit unit, double low,
                                double step, double spread);

/* An hour in 120 points with lines in all main areas, a gap, two episodes and a forecast; not arranged. */
struct plot *sample_plot(void);

#endif

/* Figures held against bars: each prints a line; a missed one counts. */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdbool.h>

/* "WHAT  IS UNIT  <= BAR  ok"; a bar of NaN is none. */
void figure(const char *what, double is, const char *unit, double bar, bool at_least);
bool figures_missed(void);

double cpu_ns(void); /* of the process, all threads */

#endif

/* The part of the report that says in which states the machine was: idle, busy, writing ... */
#ifndef ANALYZE_STATES_H
#define ANALYZE_STATES_H

#include "analyze/report.h"

#define STATES_MIN_ROWS 10
#define STATES_MAX 6

/* Fills the states of a report, or the reason why there are none. */
void states_find(uint64_t seed, struct report *out);

#endif

/* The part of the report that says what rises, what falls, what is stable,
 * and when a limit is reached. */
#ifndef ANALYZE_TRENDS_H
#define ANALYZE_TRENDS_H

#include "analyze/report.h"

#define TRENDS_MIN_ROWS 20
#define TRENDS_MAX 64 /* metrics looked at, the first of a file */

/* Fills the trends of a report, or the reason why there are none. */
void trends_find(struct report *out);

#endif

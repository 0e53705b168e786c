/* Rules that look for a known trouble, each with its evidence and one advice. */
#ifndef ANALYZE_INSIGHTS_INSIGHTS_H
#define ANALYZE_INSIGHTS_INSIGHTS_H

#include "analyze/report.h"

/* Fills the insights of a report, most severe first; where nothing can last, the reason for none. */
void insights_find(struct report *out);

#endif

/* Rules that look for a known trouble, each with its evidence and one advice. */
#ifndef ANALYZE_INSIGHTS_INSIGHTS_H
#define ANALYZE_INSIGHTS_INSIGHTS_H

#include "analyze/report.h"

/* Fills the insights of a report, most severe first; where nothing can last, the reason for none. */
void insights_find(struct report *out);

/* Adds one that another part of the analysis found; it stands where its weight puts it. */
void insights_add(struct report *out, const struct insight *in);

/* Does any rule look at a metric? Whoever wants insights alone need read no other. */
bool insights_want(const struct schema *s, int slot);

#endif

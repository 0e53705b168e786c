/* What a person would call a state. */
#ifndef ANALYZE_STATE_NAMES_H
#define ANALYZE_STATE_NAMES_H

#include "analyze/report.h"

/* Names the states by their centroids: by what is high in them;
 * of unknown columns by what sets them apart. */
void states_name(const struct recording *r, struct states *s);

#endif

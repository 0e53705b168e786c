/* What an episode is about: its area, its causes, its sentence. */
#ifndef ANALYZE_CAUSES_H
#define ANALYZE_CAUSES_H

#include "analyze/anomaly/episodes.h"

/* Fills everything in *out but the probability from an episode. */
void causes_explain(const struct recording *r, const struct features *f, const struct episode *e,
                    struct anomaly *out);

#endif

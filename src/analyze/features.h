/*
 * The columns of a recording that analysis looks at.
 *
 * Gauges, rates and ratios; never growing counters, never Sonde's own cost, nothing that stays
 * constant or is hardly ever known. Where a family has an instance "total", that one stands for
 * the others.
 */
#ifndef ANALYZE_FEATURES_H
#define ANALYZE_FEATURES_H

#include "analyze/areas.h"

#define FEATURES_MIN_ROWS 10 /* fewer known values say nothing about what is usual */

struct feature {
    int slot;
    const double *x;       /* the recording's column: n ticks, NaN = not known */
    struct area_rule rule; /* never AREA_SILENT */
};

struct features {
    int n;
    struct feature *f;
    int groups; /* areas that have a feature, and one for each further column of unknown meaning */
};

/*
 * May it be a feature, by its name and kind? Whether it is one, only its values say. The loopback interface is
 * no part of the total of the network, which counts what leaves the machine.
 */
bool feature_wanted(const struct schema *s, int slot);

void features_find(const struct recording *r, struct features *out);
void features_done(struct features *f);

#endif

/*
 * Which area a metric belongs to, and how large a change of it has to be before a person cares.
 *
 * One table of families answers both (areas.c). Areas are ordered from the narrow to the wide:
 * filling memory, writing to a disk and starting processes all cost CPU as well, so an episode is
 * named after the first area in the order of `enum area` that has a metric of its own in it.
 */
#ifndef ANALYZE_AREAS_H
#define ANALYZE_AREAS_H

#include "analyze/report.h"

enum area_use {
    AREA_DECIDES, /* may open an episode and give it its name */
    AREA_FOLLOWS, /* moves along with many things: named among the causes only */
    AREA_SILENT,  /* not looked at: says the same as another, or lags, or is a limit */
};

struct area_rule {
    enum area area;
    enum area_use use;
    double change; /* the smallest change that matters, in the metric's unit; 0 = not known */
};

/* How a metric is used. Unlike area_of() it needs no values: whoever watches a machine asks at the start. */
enum area_use area_use_of(const struct schema *s, int slot);

/* And where it belongs. */
enum area area_in(const struct schema *s, int slot);

/* The rule for a metric of a recording, with relative changes resolved by its columns. */
struct area_rule area_of(const struct recording *r, int slot);

#endif

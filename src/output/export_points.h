/*
 * The answer of store_query() as frames, for exporters: NAME.min, NAME.mean and NAME.max; of a counter only
 * NAME.last.
 */
#ifndef OUTPUT_EXPORT_POINTS_H
#define OUTPUT_EXPORT_POINTS_H

#include "core/frame.h"
#include "core/schema.h"
#include "store/query.h"

/* To be released with schema_free(). */
struct schema *points_schema(const struct query_result *q);

/* Point i, for that schema. False where nothing was recorded in it. */
bool points_frame(const struct query_result *q, int i, const struct schema *s, struct frame *out);

#endif

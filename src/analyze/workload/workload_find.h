/* The part of the report that says which kind of work the machine did. */
#ifndef ANALYZE_WORKLOAD_FIND_H
#define ANALYZE_WORKLOAD_FIND_H

#include "analyze/report.h"

/* Fills the workload of a report, or the reason why it is not told. */
void workload_find(const struct analyze_options *o, struct report *out);

#endif

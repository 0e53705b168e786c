/* The two text formats that Prometheus scrapes, of which one grew out of the other. */
#ifndef OUTPUT_EXPORTERS_EXPOSITION_H
#define OUTPUT_EXPORTERS_EXPOSITION_H

#include "output/exporter.h"

enum exposition {
    EXPOSITION_PROMETHEUS,  /* version 0.0.4 */
    EXPOSITION_OPENMETRICS, /* 1.0.0: families without _total, # UNIT, quotes escaped in # HELP too */
};

/*
 * All samples of a family together, as both formats want it, where its first is.
 *
 *   f, n     instants, oldest first
 *   stamped  with the time of each; without, n is 1: who scrapes has the time
 *   host     the label `instance`; NULL or "": none, who scrapes gives it
 */
void exposition(struct buf *out, enum exposition format, const struct selection *sel, const struct frame *f, size_t n,
                bool stamped, const char *host);

/* sonde_build_info{version="0.1.0"} 1 */
void exposition_build(struct buf *out, enum exposition format, const char *version);

#endif

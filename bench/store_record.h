/* What the whole recorder costs: journals, syncs, packing. */
#ifndef BENCH_STORE_RECORD_H
#define BENCH_STORE_RECORD_H

#include "sample.h"

void record_figures(const struct sample *s);

#endif

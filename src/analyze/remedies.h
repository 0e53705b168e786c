/*
 * Which remedy of `sonde fix` answers a finding, by its name. What a remedy does is in policy/remedies/remedy.h: this
 * room sets nothing, and only says that there is one.
 */
#ifndef ANALYZE_REMEDIES_H
#define ANALYZE_REMEDIES_H

#include "analyze/report.h"

struct remedy_words {
    const char *name;     /* "neighbour": sonde fix NAME */
    const char *would;    /* what it does, behind "would": "let others go before ..." */
    const char *insights; /* the insights that it answers, separated by blanks, without their instance */
    const char *causes;   /* the metrics whose move to the worse makes an anomaly one of these: globs, by commas */
    bool fell;            /* that move is a fall */
    bool first;           /* it counts as the first of the causes only: the metric follows much else */
};

const struct remedy_words *remedy_words_at(size_t i); /* NULL past the end */
const struct remedy_words *remedy_words_of(const char *name); /* NULL */

/* What answers it; NULL for nothing. */
const struct remedy_words *remedy_of_insight(const char *id); /* "disk-saturated:vda" */
const struct remedy_words *remedy_of_anomaly(const struct schema *s, const struct anomaly *a);

/* The same of the `rank`-th cause, from 0, by the name of its metric. */
const struct remedy_words *remedy_of_cause(const char *metric, bool fell, int rank);

#endif

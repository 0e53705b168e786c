/*
 * A workload category: a name, and what of the hardware's metrics speaks for it. A YAML file each (data/categories/),
 * embedded in the program; a person's own files replace or add to them.
 *
 *     name: video_editing
 *     help: encoding or cutting video
 *     evidence:        # metric, sense, level or levels in the metric's unit, weight
 *       - [gpu.encoder.util, above, 10, 0.5, required]
 *       - ["disk.write.rate{total}", above, 5e6, 0.2]
 *       - [cpu.util, between, 40, 95, 0.3, peak]
 *
 * A sense is above, below or between; behind the weight may stand what of the last minute is meant, mean (as a rule),
 * spread (standard deviation) or peak (the value that 5 % exceed), and `required`: without it the rest does not count.
 * Names of processes, users and windows are no metrics, so no file can ask for them; services and users that have
 * metrics of their own (cgroup.cpu.util{NAME}) are refused.
 */
#ifndef ANALYZE_CATEGORY_H
#define ANALYZE_CATEGORY_H

#include "base/buf.h"
#include "core/schema.h"

#define CATEGORY_NAME_MAX 32  /* bytes with the NUL; as a session's workload in the index */
#define CATEGORY_EVIDENCE 16  /* at most */

enum statistic { STATISTIC_MEAN, STATISTIC_SPREAD, STATISTIC_PEAK };

const char *statistic_name(enum statistic s); /* "mean", "spread", "peak" */

enum sense { SENSE_ABOVE, SENSE_BELOW, SENSE_BETWEEN };

struct evidence {
    char metric[SCHEMA_MAX_NAME]; /* "gpu.util", "disk.write.rate{total}" */
    enum sense sense;
    double low, high;             /* of the sense; an open end is infinite */
    double weight;                /* above 0 */
    enum statistic statistic;
    bool required;
};

struct category {
    char name[CATEGORY_NAME_MAX]; /* of a-z, 0-9 and _ */
    char help[160];               /* "" for none */
    int n;
    struct evidence evidence[CATEGORY_EVIDENCE];
};

/*
 * Reads one from a text.
 *
 *   path       for the complaint
 *   complaint  one line with what is wrong and what to do: "FILE:LINE:COL: ..."
 *
 * 0, or -EINVAL with a complaint, and *out is as it was.
 */
int category_parse(const char *path, const char *text, size_t n, struct category *out, struct buf *complaint);

/*
 * How far a value speaks for it, 0..1: 1 within the levels, then falling to 0 at half of the lower or twice the upper
 * one. NaN for NaN.
 */
double evidence_degree(const struct evidence *e, double value);

/* Words that are answers themselves and no category: "unknown", "mixed". */
bool category_is_reserved(const char *name);

#endif

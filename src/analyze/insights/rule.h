/*
 * What every rule of insights/ is made of.
 *
 * A rule is a function over the recording's last rows (the window). It says nothing where its
 * metrics are not there or not known. Of rates and shares a condition counts when it held for a share
 * of the window and for some seconds: a moment is not a trouble. A level (a full disk, an empty
 * battery) stands as it was last read, and one reading is enough.
 */
#ifndef ANALYZE_INSIGHTS_RULE_H
#define ANALYZE_INSIGHTS_RULE_H

#include "analyze/report.h"

#define RULE_WINDOW_S 600  /* what is looked at, up to the last tick */
#define RULE_SHARE 0.4     /* of the known rows of the window */
#define RULE_SECONDS 10.0
#define RULE_ROWS 5

struct inspection {
    const struct recording *r;
    struct report *out;
    double step;      /* seconds per row */
    size_t from, n;   /* the window: rows from .. n - 1 */
    size_t cap;       /* room for insights */
};

/* Are so many rows of a condition enough to speak of it? Half a row of rounding is given. */
bool rule_lasts(size_t rows, double step);

typedef void rule(struct inspection *in);

/*
 * Where a condition held: its last or longest stretch where that is long enough alone, all of its
 * stretches together where it came and went. Every member is of the same rows.
 */
struct held {
    size_t since, until; /* the first and the last row that met it */
    double seconds;      /* how long it was met between them */
    double mean;         /* of all values known between them */
    double extreme;      /* the highest of them (the lowest, for ..._below) */
    bool on_and_off;     /* more than one stretch */
    bool is_over;        /* not met any more at the end */
};

/*
 * Did x stay at or above (below) a limit for long enough? Fills *h where it did. x: the column,
 * NULL for a metric that is not there. A stretch survives interruptions of two rows.
 */
bool held_above(const struct inspection *in, const double *x, double limit, struct held *h);
bool held_below(const struct inspection *in, const double *x, double limit, struct held *h);

/* Is a level at or above (below) a limit where it was last read? *h: since when without a break. */
bool stands_above(const struct inspection *in, const double *x, double limit, struct held *h);
bool stands_below(const struct inspection *in, const double *x, double limit, struct held *h);

/* A column by family and instance; NULL where there is none. */
const double *column(const struct inspection *in, const char *name, const char *inst);

/* The next slot of a family after `slot` (-1 to begin), or -1. */
int next_instance(const struct inspection *in, const char *family, int slot);
const char *instance_of(const struct inspection *in, int slot);

/* The last value known in the window, and the mean of those known; NaN for none. */
double last_value(const struct inspection *in, const double *x);
double mean_value(const struct inspection *in, const double *x);

/* The mean of what is known of x from h->since to h->until. */
double mean_during(const double *x, const struct held *h);

/* How many cores are known in the window, offline ones left out; 0 = not known. */
int cores_of(const struct inspection *in);

/*
 * Adds an insight: `id` with the instance behind a colon where there is one. Borrowed until the
 * next one; title, advice and evidence are the rule's to fill.
 */
struct insight *insight_new(struct inspection *in, const char *id, const char *inst, enum severity severity,
                            enum area area, size_t since);

__attribute__((format(printf, 2, 3))) void insight_title(struct insight *i, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void insight_evidence(struct insight *i, const char *fmt, ...);

/* One thing to do. After insight_held(): of what is over it says "If it comes back: ...". */
__attribute__((format(printf, 2, 3))) void insight_advice(struct insight *i, const char *fmt, ...);

/*
 * "WHAT for 45 s of the last 60 s, since 10:00:15 UTC" as evidence, or "from ... to ..." of what is
 * over, or "on and off, 28 s of the last 60 s, first at ..., last at ...".
 */
void insight_held(struct inspection *in, struct insight *i, const char *what, const struct held *h);

/* "WHAT since 10:00:15 UTC" as evidence, of a level. */
void insight_stands(struct inspection *in, struct insight *i, const char *what, const struct held *h);

/* "most by NAME (pid 1): 180 %HOW" as evidence; nothing where the machine cannot do so much. */
void insight_most_by(struct inspection *in, struct insight *i, const struct suspect *s, const char *how);

/* "most by NAME (pid 1): 180 % of a core" as evidence, where a process table says so. */
void insight_culprit(struct inspection *in, struct insight *i, enum area measure, const struct held *h);

#endif

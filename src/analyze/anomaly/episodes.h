/*
 * Episodes: rows that depart from what is usual, put together into findings.
 *
 * A detector gives one reading per feature and row. An episode opens when a deciding feature has
 * departed for EPISODE_HOLD rows in a row (or so far that one row is enough), starts with the first
 * of them, and ends when nothing has departed for EPISODE_QUIET rows, at a gap, or when the
 * detector has taken the new level for the usual one.
 */
#ifndef ANALYZE_EPISODES_H
#define ANALYZE_EPISODES_H

#include "analyze/features.h"

#define EPISODE_HOLD 3
#define EPISODE_QUIET 8

/* What a detector says of one feature at one row. */
struct reading {
    double score;    /* how far from usual, on the detector's scale; 0 = as usual, or not known */
    double weight;   /* how much that matters, to be compared with other features: see reading_weight() */
    double expected; /* the usual value, in the metric's unit */
    double low, high; /* between which nine of ten usual values lie; NaN = not known */
    bool departs;    /* beyond the threshold, and by more than the smallest change that matters */
    bool huge;       /* so far that it need not last */
    bool settled;    /* the new level has just become the usual one */
};

/* One feature's part in an episode. */
struct episode_part {
    size_t first, last;     /* rows at which it departed; meaningless while rows is 0 */
    size_t rows;            /* how many those were */
    double weight;          /* sum over them of how much they matter */
    double score;           /* the highest */
    double value, expected, low, high; /* there */
    double usual;           /* at the first of them */
    bool stuck;             /* what departs is that it no longer moves */
};

struct episode {
    size_t start, end, peak;    /* rows, all included */
    double score;               /* the highest of a deciding feature, at `peak` */
    bool stays;                 /* ended because the new level stayed */
    struct episode_part *part;  /* one per feature */
};

struct episodes {
    const struct features *f;
    bool open;
    int *run;              /* rows in a row that each feature has departed, up to now */
    struct episode now;
    void (*found)(void *self, const struct episode *e); /* called when one has ended */
    void *self;
};

/*
 * In changes that matter where it is known how much does, else in so many thresholds. One metric
 * alone does not explain all of an episode, however far it went, so there is a highest weight.
 */
double reading_weight(const struct feature *f, double difference, double thresholds);

void episodes_init(struct episodes *e, const struct features *f,
                   void (*found)(void *self, const struct episode *e), void *self);
void episodes_done(struct episodes *e);

/* Row i, in order: one reading per feature. */
void episodes_row(struct episodes *e, size_t i, const struct reading *of);

/* There is no row for a while, or none any more: what is open ends here. */
void episodes_break(struct episodes *e);

#endif

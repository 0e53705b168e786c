/*
 * Classes by prototypes: which kind is a point of, if any?
 *
 * A prototype is a point of a known class, made of many: the mean of one program's run. The distance of x to one is
 *
 *     D^2 = mean over the features known in both of min(((x - p) / scale)^2, CLASSES_CLIP)
 *
 * so that missing features cost nothing and one odd feature cannot veto. Features marked hard can: theirs is added as
 * it is, beside the mean.
 * A class is as likely as there are prototypes of it near: the mean of exp(-sharpness / 2 * D^2) over them. What lies
 * farther than `reach` from all is of no class: that competes with exp(-sharpness / 2 * reach^2), and so do, twice as
 * much as a class, prototypes of programs that are of no class.
 *
 * The scale of a feature is how much it differs between programs of one class, so what tells classes apart counts most.
 * Sharpness and reach are chosen by leaving out one program after the other, of the scales too: the log loss on
 * programs that nothing was learnt from is the smallest, with a reach that still rejects what was never seen.
 * Prototypes may be added later without any of that.
 *
 * Source: kernel density classification with one kernel for each program (Hastie et al., "The Elements of Statistical
 * Learning", 6.6); rejection by distance as in Mensink et al., "Distance-Based Image Classification", PAMI 2013.
 */
#ifndef LEARN_CLASSES_H
#define LEARN_CLASSES_H

#include <stdbool.h>

#define CLASSES_CLIP 9.0
#define CLASSES_NONE (-1)     /* the class of what is of no class: programs of other kinds */
#define CLASSES_MAX 64        /* classes */
#define CLASSES_MAX_DIM 64
#define CLASSES_KNOWN 0.6     /* share of the features that must be known to say anything */
#define CLASSES_SHARPNESS 10.0 /* of classes_new(), until learning chooses them */
#define CLASSES_REACH 1.3

struct classes {
    int d;
    double *scale;            /* d, above 0 */
    bool *hard;               /* d */
    double sharpness, reach;  /* above 0 */
    int n;                    /* prototypes */
    int *label;               /* n: a class from 0, or CLASSES_NONE */
    double *point;            /* n * d, NaN = not known */
};

struct classes *classes_new(int d);
void classes_free(struct classes *c);

/* Copies a point of d values. */
void classes_add(struct classes *c, int label, const double *point);

/* The square of the distance; INFINITY where fewer than CLASSES_KNOWN of the features are known in both. */
double classes_distance2(const struct classes *c, const double *x, int prototype);

/*
 * For each class k below n_classes, in out[k]: how many times more likely it is than no class, the mean of
 * exp(-sharpness / 2 * (D^2 - reach^2)) over its prototypes; 0 for one without.
 *
 * Returns twice the same for prototypes of CLASSES_NONE; NaN where too few features of x are known to say anything.
 */
double classes_weigh(const struct classes *c, const double *x, int n_classes, double *out);

/* Rows to learn from. Rows of one run are one prototype; runs of one program are left out together. */
struct classes_rows {
    int n, d;
    const double *x;          /* n * d, NaN = not known */
    const int *label;         /* n, CLASSES_NONE included */
    const int *run, *program; /* n, numbers from 0; rows of one run are of one label and program */
};

/*
 * Learns scales, prototypes, sharpness and reach.
 *
 *   hard, floor  d each: not clipped; the smallest scale that makes sense
 *
 * On success *out is the caller's. -EINVAL: no row, d out of range, a negative number, fewer than two classes, or more
 * than CLASSES_MAX.
 */
int classes_learn(const struct classes_rows *rows, const bool *hard, const double *floor, struct classes **out);

#endif

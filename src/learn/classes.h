/*
 * Classes by prototypes: which kind is a point of, if any?
 *
 * A prototype is a point of a known class, made of many: the mean of one program's run. The distance of x to one is
 *
 *     D^2 = weighted mean over the features known in both of min(((x - p) / scale)^2, CLASSES_CLIP)
 *
 * so that missing features cost nothing and one odd feature cannot veto; features marked hard are not clipped.
 * A class is as likely as its nearest prototype, exp(-sharpness / 2 * D^2), and what lies farther than `reach` from all
 * is of no class: that competes with exp(-sharpness / 2 * reach^2).
 *
 * The scale of a feature is how much it differs between programs of one class; its weight how much more it differs
 * between classes (the F ratio), so what tells classes apart counts most.
 * Sharpness and reach are chosen by leaving out one program after the other: the log loss on programs that no
 * prototype was made of is the smallest. Prototypes may be added later without any of that.
 *
 * Source: nearest shrunken centroids (Tibshirani et al., PNAS 2002) with one centroid for each program; rejection by
 * distance as in Mensink et al., "Distance-Based Image Classification", PAMI 2013.
 */
#ifndef LEARN_CLASSES_H
#define LEARN_CLASSES_H

#include <stdbool.h>

#define CLASSES_CLIP 16.0
#define CLASSES_NONE (-1)     /* the class of what is of no class: programs of other kinds */
#define CLASSES_MAX_DIM 64
#define CLASSES_KNOWN 0.6     /* share of the features, by weight, that must be known to say anything */
#define CLASSES_SHARPNESS 10.0 /* of classes_new(), until learning chooses them */
#define CLASSES_REACH 1.3

struct classes {
    int d;
    double *scale, *weight;   /* d each, above 0; 1 until they are learnt */
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
 * For each class k below n_classes, in out[k], exp(-sharpness / 2 * (D^2 - reach^2)) of its nearest prototype: how
 * many times more likely it is than no class. 0 for one without a prototype within sight. nearest[k], unless NULL:
 * which prototype that is, or -1.
 *
 * Returns the same for prototypes of CLASSES_NONE; NaN where too few features of x are known to say anything.
 */
double classes_weigh(const struct classes *c, const double *x, int n_classes, double *out, int *nearest);

/* Rows to learn from. Rows of one run are one prototype; runs of one program are left out together. */
struct classes_rows {
    int n, d;
    const double *x;          /* n * d, NaN = not known */
    const int *label;         /* n, CLASSES_NONE included */
    const int *run, *program; /* n, numbers from 0; rows of one run are of one label and program */
};

/*
 * Learns scales, weights, prototypes, sharpness and reach.
 *
 *   hard, floor  d each: not clipped; the smallest scale that makes sense
 *
 * On success *out is the caller's. -EINVAL: no row, d out of range, a negative number, or fewer than two classes.
 */
int classes_learn(const struct classes_rows *rows, const bool *hard, const double *floor, struct classes **out);

#endif

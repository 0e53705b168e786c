/*
 * What a change did to a measure: windows of time before it and after it, held against each other.
 *
 * The interval is that of Hodges and Lehmann ("Estimates of location based on rank tests", 1963): the differences of
 * all pairs of a window after and a window before. Its ends are the least and the largest, so with four and four
 * windows it holds the true shift with a probability of 1 - 2/70, whatever the values are distributed like.
 */
#ifndef POLICY_EFFECT_H
#define POLICY_EFFECT_H

#include <stdbool.h>
#include <stddef.h>

#define EFFECT_WINDOWS 4   /* before, and after */
#define EFFECT_LEAST 0.10  /* a change that is worth to be kept */

struct effect {
    double before, after;  /* medians, in the unit of the measure; NaN: no window is known */
    double change;         /* the median difference, as a share of `before`: -0.4 is 40 % less; NaN: not known */
    double low, high;      /* of that, its interval */
    bool better, worse;    /* by at least EFFECT_LEAST, and the whole interval says so */
};

/* n values each, NaN for a window that is not known; `higher` says that more is better. */
void effect_of(const double *before, const double *after, size_t n, bool higher, struct effect *out);

#endif

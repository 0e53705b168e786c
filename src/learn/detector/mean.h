/* Small steps of arithmetic that the compiler can do for many columns at once: fmin() and fmax() are calls. */
#ifndef LEARN_MEAN_H
#define LEARN_MEAN_H

static inline double mean_least(double a, double b)
{
    return a < b ? a : b;
}

static inline double mean_most(double a, double b)
{
    return a > b ? a : b;
}

/* Moves a mean towards v by a share. */
static inline void mean_next(double *mean, double v, double share)
{
    *mean += (v - *mean) * share;
}

#endif

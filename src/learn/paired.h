/*
 * Is one way of doing something better than another? Decided by pairs: each has one trial of both, made close together
 * in time, so that what disturbs the machine disturbs both.
 *
 * A value is positive and smaller is better (seconds, latency); the logarithm of a pair's ratio counts, so that a gain
 * by 2 and a loss by 2 weigh the same. Times of programs have long tails: medians and ranks are used, never means.
 * The sign test and the interval of the median are exact for any distribution (Conover, "Practical Nonparametric
 * Statistics", 3.2 and 3.4).
 */
#ifndef LEARN_PAIRED_H
#define LEARN_PAIRED_H

#include <stdbool.h>
#include <stddef.h>

#define PAIRED_MAX 64 /* pairs */

/* P(at least `won` of n fair coins): the one-sided sign test. 0 <= n <= PAIRED_MAX; 1 for won <= 0, 0 for won > n. */
double paired_sign(int won, int n);

struct paired {
    int pairs;              /* of which both values are known */
    int won;                /* by the arm; a tie is not won */
    double p;               /* of the sign test: how likely so many are for an arm that is the same */
    double ratio;           /* median of default's value over the arm's: above 1 the arm is better */
    double lo, hi;          /* interval of that median, between two of the pairs */
    double confidence;      /* that it has: 0.95 or just above, from six pairs on; below that less */
    double worst;           /* of the arm */
    double worst_standard;  /* of default */
};

/*
 * Looks at pairs.
 *
 *   standard, arm  n values each, of default and of the arm, i and i a pair. Not above 0 or not finite: not known, and
 *                  the pair is left out; but INFINITY in `arm` alone, a trial that was ended because it took too
 *                  long, is a pair that is lost
 *   n              the first PAIRED_MAX count
 *
 * Without a pair all doubles but p, which is 1, are NaN.
 */
void paired_look(const double *standard, const double *arm, size_t n, struct paired *out);

struct paired_rule {
    int pairs;        /* that it takes */
    int won;          /* of them at least */
    double gain;      /* the median ratio must be above it: 1.05 */
    double worst;     /* the arm's worst is at most so many times default's: 2 */
};

#define PAIRED_RULE ((struct paired_rule){ .pairs = 10, .won = 9, .gain = 1.05, .worst = 2 })

/* For another number of pairs: the least that leaves the test below 0.07, from nine pairs on below 0.011. */
int paired_won_of(int pairs);

enum paired_verdict {
    PAIRED_ACCEPTED,
    PAIRED_FEW,    /* fewer pairs than the rule takes */
    PAIRED_LOST,   /* too few won */
    PAIRED_SMALL,  /* the gain is too small to matter */
    PAIRED_WORST,  /* better in the middle, but its worst is too bad */
};

/* The first of these that holds, in this order. */
enum paired_verdict paired_judge(const struct paired *p, const struct paired_rule *r);

/* Can the rule no longer be met, whatever the pairs to come are? For who stops early; it changes no verdict. */
bool paired_is_lost(const struct paired *p, const struct paired_rule *r);

/*
 * How far two batches of the same differ, and what pairs could show at all.
 *
 *   differ   ratio of the medians of both, at least 1
 *   spread   deviation of the logarithms, by their quartiles: 0.1 is about 10 %
 *   visible  the gain that the rule would find in half of all cases: an arm that is so many times better wins enough
 *            pairs then; at least differ and the rule's gain
 */
struct paired_noise {
    double differ, spread, visible;
};

/* a and b: n values each, all positive and finite; n >= 2. */
void paired_noise(const double *a, const double *b, size_t n, const struct paired_rule *r, struct paired_noise *out);

#endif

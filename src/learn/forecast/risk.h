/*
 * How likely is it that an episode begins in each of the next steps?
 *
 * Episodes come at a base rate, more in some hours of the day than in others, and one may bring others after it (a
 * self-exciting process). Whether the hour matters, and whether, for how long and how strongly one brings others, is
 * not decided: each of some such models is weighted by how well it explains the past and by how simple it is, and the
 * probability is their mean. So a short past gives the base rate, drawn towards that of the budget.
 */
#ifndef LEARN_RISK_H
#define LEARN_RISK_H

#include <stddef.h>

#define RISK_EPISODES 1000 /* the last so many count */
#define RISK_PER_DAY 1.0   /* before anything is known: as many as the budget of false alarms allows */

/* Levels, by the probability that one begins within an hour at the pace of a step: of any length the same. */
#define RISK_HIGH 0.5
#define RISK_MEDIUM 0.1

enum risk_level { RISK_LEVEL_LOW, RISK_LEVEL_MEDIUM, RISK_LEVEL_HIGH };

const char *risk_level_name(enum risk_level l); /* "low", "medium", "high" */
enum risk_level risk_level_of(double probability, double step_s);

struct risk_options {
    double step_s;   /* > 0 */
    int horizon;     /* steps, >= 1 */
    double per_day;  /* what is expected before anything is known; 0 = RISK_PER_DAY */
};

/*
 * Probabilities.
 *
 *   start          n times at which an episode began, seconds since 1970 UTC, rising, within from .. now
 *   from, now      between which they were looked for
 *   probability    horizon values: that at least one begins in now + k * step .. now + (k + 1) * step
 *
 * Errors: -EINVAL an option is out of range, times do not rise, or now < from.
 * Sources: Hawkes 1971, Biometrika 58:83; the mean over models: Hoeting et al. 1999, Statistical Science 14:382.
 */
int risk_make(const double *start, size_t n, double from, double now, const struct risk_options *o,
              double *probability);

#endif

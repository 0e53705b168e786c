/* What is usual of a column, to a person: the detector's own expectation follows within seconds. */
#ifndef ANALYZE_ONLINE_USUAL_H
#define ANALYZE_ONLINE_USUAL_H

#include "analyze/features.h"
#include "learn/detector/detector.h"

struct online_usual {
    double slow;           /* mean of the last hour outside of episodes; NaN = not known */
    double rows;           /* in it */
    bool known;            /* the others are, for the episode that is open: of the minutes before it */
    double middle, low, high;
};

/* The next value outside of episodes. */
void online_usual_next(struct online_usual *u, double x, double step_s);

/* What it was in some rows before an episode, unless it is known already. */
void online_usual_before(struct online_usual *u, const double *x, size_t rows);

/*
 * Did a column move by what a person would care about, from what it was minutes ago, or over the hour? What is told as
 * expected is that, where it is known.
 *
 *   u  with what it was before
 */
bool online_usual_departs(const struct online_usual *u, const struct area_rule *rule, struct detector_cause *c);

/*
 * The same of one that is calm: is it stuck, to the last digit, though its usual moves are such as a person would care
 * about? A machine that has gone quiet is not worth telling, and zero is rest.
 *
 *   x  rows of the column, the last of which is the one in question
 */
bool online_usual_stuck(const struct online_usual *u, const struct area_rule *rule, const double *x, size_t rows,
                        struct detector_cause *c);

#endif

/* What a person wants of a program: the goal that a plan serves. */
#ifndef POLICY_GOAL_H
#define POLICY_GOAL_H

enum goal { GOAL_LATENCY, GOAL_THROUGHPUT, GOAL_PRECISION, GOAL_STABILITY, GOAL_POWER };

#define GOALS (GOAL_POWER + 1)
#define GOAL_NAMES "latency throughput precision stability power" /* for a choice of one */

const char *goal_name(enum goal i);
const char *goal_meaning(enum goal i); /* "answers come soon, also beside other work" */
int goal_of(const char *name);         /* -1 for any other text */

/* Which of two that want the same knob has it: latency before stability, throughput, precision and power. Larger is
 * first. What a person set by name comes before all. */
int goal_rank(enum goal i);

#endif

/*
 * Which scores of a method are worth an alarm: those that the tail of the scores so far leaves less often than the
 * budget allows. What comes is added to what was, so that a machine that changed is not told all day.
 */
#ifndef ANALYZE_ALARM_H
#define ANALYZE_ALARM_H

#include "analyze/method/pareto.h"
#include "learn/detector/detector.h"

#define ALARM_KEPT 8192 /* scores remembered */
#define ALARM_EVERY 512 /* scores until the tail is fitted again */

struct alarm {
    double chance;    /* that a row of no interest is one */
    int rows;         /* that a score is about */
    double threshold;
    struct pareto tail;
    double *score;    /* ALARM_KEPT, the oldest is written over */
    size_t n, next, fresh;
};

/* chance: see method_chance(); rows: that a score is about, of which the next one shares all but one. */
void alarm_init(struct alarm *a, double chance, int rows);
void alarm_done(struct alarm *a);

/* Takes n scores, n >= 1, of rows that are taken for usual. */
void alarm_learn(struct alarm *a, const double *score, size_t n);

/* The verdict on the next score, after alarm_learn(); then it is one of those that were. */
struct detector_verdict alarm_judge(struct alarm *a, double score, int cause);

#endif

/*
 * When is a number news, and is it worth an alarm?
 *
 * News is a value that exceeds a reference by a step; the reference jumps to it and sinks again, so
 * what goes on is told once. An alarm is news so high that the news so far exceeded it less often than
 * the budget allows: the highest of past news have an exponential tail, from which the level is read that is
 * passed so many times a day. There is no fixed quota and no fixed level; what happens often stops being news.
 */
#ifndef LEARN_TAIL_H
#define LEARN_TAIL_H

#include "learn/detector/pack.h"

#define TAIL_KEPT 256     /* news remembered */
#define TAIL_DAYS 14.0    /* and no longer than that */

struct tail {
    double fall;          /* the reference sinks by so much a row */
    double step;          /* news exceeds it by so much */
    bool follows;         /* the reference rises with values that are no news: what grows slowly never is */
    double prior;         /* level of an alarm before there was news */
    double apart_s;       /* news closer than that is one piece of news */
    double reference;     /* NaN before the first value */
    double first_s, last_s; /* first row; last news */
    double last_height;
    bool fallen;          /* since then; if not, what comes is still the same news */
    double level;         /* of an alarm, now */
    double rate;          /* news a day beyond `top`, the lowest of those the tail was fitted to; 0 = not known yet */
    double top, scale;    /* log units */
    int n, last;          /* remembered; the last of them, -1 = it was too low to be kept */
    double when[TAIL_KEPT], height[TAIL_KEPT];
};

/* In `rows` rows the reference sinks by `step`. */
void tail_init(struct tail *t, double rows, double step, bool follows, double prior, double apart_s);

/*
 * The next value, a logarithm, at a time; `budget` alarms a day are tolerated. Returns whether it is news.
 * t->level then is where an alarm begins; INFINITY while too little is known.
 */
bool tail_next(struct tail *t, double t_s, double v, double budget);

/* Expected number of news so high or higher in a day; INFINITY while too little is known. */
double tail_rate(const struct tail *t, double v);

/* How many of the news remembered were about as high as v, or higher. */
int tail_alike(const struct tail *t, double v);

/* Whatever comes now is not news: the reference follows without telling. */
void tail_mute(struct tail *t, double v);

void tail_pack(struct tail *t, struct pack *p);

#endif

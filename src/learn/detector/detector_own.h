/* What a detector holds, for the files that make it up: detector.h is for the others. */
#ifndef LEARN_DETECTOR_OWN_H
#define LEARN_DETECTOR_OWN_H

#include "learn/detector/detector.h"
#include "learn/detector/hours.h"
#include "learn/detector/innovation.h"
#include "learn/detector/level.h"
#include "learn/detector/season.h"
#include "learn/detector/tail.h"

#define DETECTOR_WARM_ROWS 256 /* before that nothing is news */

enum channel { SUDDEN, LASTING, DRIFT, CALM, TIES, CHANNELS };

/* Means of the row's energy over these rows say what lasts. */
#define SPANS 3

#define DETECTOR_ARRAYS 3

struct detector {
    int d;
    double step_s, budget, last_s, seen_s;
    double rows;
    int muted;                /* rows for which nothing is news */
    double energy[SPANS], level_mean;
    double height[CHANNELS];  /* of the last row, ... */
    double news[CHANNELS];    /* ... less what is usual at this hour */
    double floor[CHANNELS];   /* an alarm goes on above this; INFINITY = there is none */
    enum channel loudest;     /* in the last row */
    struct tail tail[CHANNELS];
    struct hours hours[CHANNELS];
    struct innovation innovation;
    struct level level;
    struct season season;
    /* Of each column: mean over some rows of its part in what is sudden, of its squared errors, and those given the
     * other columns'. */
    double *lately, *errors, *aparts;
};

#endif

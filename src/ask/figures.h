/* The numbers of a subject over a period: read by store_query(), so that a week costs no more than an hour. */
#ifndef ASK_FIGURES_H
#define ASK_FIGURES_H

#include "ask/asked.h"

#define FIGURES_CHART ANSWER_CHART
#define FIGURES_MAX 8 /* devices of a subject that are told */

struct figure {
    char id[SCHEMA_MAX_NAME];
    char which[96];          /* which device: "/home", "core 3"; "" where there is only one */
    enum unit unit;
    double last, mean, min, max;
    int64_t first_ms, last_ms, min_ms, max_ms; /* first and last: of what is known; the others: where the step begins */
    double known_s;          /* how much of the period is known */
    int64_t step_ms;         /* of the steps that it was read in, */
    int64_t from_ms, to_ms;  /* over this period */
    double chart[FIGURES_CHART];
    size_t n_chart;
};

/*
 * Reads a subject, the device that stands highest (as the subject says) first, by its last value or, with `whole`, by
 * its mean. A sum is one figure. Returns how many, at most FIGURES_MAX; 0 where nothing is known in that time.
 */
int figures_read(const struct asked *q, const struct subject *u, const struct span *s, bool whole,
                 struct figure out[static FIGURES_MAX]);

/*
 * Reads the topics of some keys (to a NULL) over a period at once: figures_read() of them over it, soon after, is for
 * nothing then. What was gathered is released by figures_drop().
 */
void figures_gather(struct asked *q, const char *const *keys, const struct span *s);
void figures_drop(struct asked *q);

/* Between which nine of ten ten-minute means lay in the seven days before a time; false where less than an hour is
 * known. */
bool figures_usual(const struct asked *q, const char *id, int64_t before_ms, double usual[static 2]);

/* When the highest (lowest) was, to the second where that is still known. */
void figures_refine(const struct asked *q, struct figure *f, bool highest);

/* Stretches of a period in which a metric was above (below) an amount. */
struct stretch_beyond {
    int64_t from_ms, to_ms;
    double extreme;
};
#define FIGURES_STRETCHES 6
struct beyond {
    struct stretch_beyond stretch[FIGURES_STRETCHES + 1]; /* the first of them; the room behind is for counting */
    int n;                                            /* all of them */
    double seconds;
};
void figures_beyond(const struct asked *q, const char *id, const struct span *s, double amount, bool below,
                    struct beyond *out);

#endif
